//! The command line, one file per command.
//!
//! Results go to standard output; errors to standard error, in one line that says what is wrong, where, and
//! what to do. A failure of the system under test is a result, not an error.

mod case;
mod check;
mod interrupt;
mod list;
mod merge;
mod output;
pub mod parse;
mod publish;
mod replay;
mod run;
mod sabotage;
mod serve;
mod shrink;
mod subject;
mod sweep;
mod trouble;
mod view;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

/// What a command ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Everything held.
    Held = 0,
    /// A property was violated.
    Violated = 1,
    /// Bad usage or bad input.
    Bad = 2,
    /// Nothing was exercised.
    Vacuous = 3,
    /// A run is another one than it was.
    Differs = 4,
    /// Somebody pressed Ctrl-C.
    Interrupted = 130,
}

const FIRST: &str = "\
Three things to try first:
  confsim run eject            one user ejects another: who says what to whom, and the verdict
  confsim sweep --for 10s      thousands of other conferences, drawn at random and judged
  confsim list properties      what they are judged by";

const EXIT: &str = "\
Exit codes: 0 everything held, 1 a property was violated, 2 bad usage or input, 3 nothing was exercised, \
4 a run is another one than it was before, 130 interrupted";

/// Deterministic simulation of centralized instant-messaging conferences
/// (MS-CONFPRO, MS-CONFBAS, MS-CONFIM)
#[derive(Parser, Debug)]
#[command(name = "confsim", version, after_help = format!("{FIRST}\n\n{EXIT}"), subcommand_required = false)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run one scenario; print its ladder and the verdict
    Run(run::RunArgs),
    /// Run many generated scenarios; print how the properties fared
    Sweep(sweep::SweepArgs),
    /// Look at a run in another way
    View(view::ViewArgs),
    /// Run the pool for real clients
    Serve(serve::ServeArgs),
    /// Run something again, exactly, and compare it with what is recorded of it
    Replay(replay::ReplayArgs),
    /// Make something that fails as small as it can be
    Shrink(shrink::ShrinkArgs),
    /// Put the reports of a sweep's shards together
    Merge(merge::MergeArgs),
    /// Read any document of these protocols; print it as JSON, or where it goes wrong
    Parse(parse::ParseArgs),
    /// Judge a recording: a trace, or a capture of somebody else's system
    Check(check::CheckArgs),
    /// List what there is
    List(list::ListArgs),
}

/// The program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return show(&error.to_string(), Exit::Held);
        }
        Err(error) => return fail(&usage(&error)),
    };
    match cli.command {
        None => show(&<Cli as clap::CommandFactory>::command().render_help().to_string(), Exit::Held),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Sweep(args)) => sweep::run(&args),
        Some(Command::View(args)) => view::run(&args),
        Some(Command::Serve(args)) => serve::run(args),
        Some(Command::Replay(args)) => replay::run(&args),
        Some(Command::Shrink(args)) => shrink::run(&args),
        Some(Command::Merge(args)) => merge::run(&args),
        Some(Command::Parse(args)) => parse::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::List(args)) => list::run(&args),
    }
}

/// Prints a result. Whoever closes our output has seen enough of it.
fn show(text: &str, exit: Exit) -> ExitCode {
    show_bytes(text.as_bytes(), exit)
}

/// Prints a result that need not be text.
fn show_bytes(bytes: &[u8], exit: Exit) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            fail(&format!("standard output: {error}; nothing more can be shown"))
        }
        _ => ExitCode::from(exit as u8),
    }
}

/// Says what is wrong, in one line.
fn fail(what: &str) -> ExitCode {
    // Nobody is left to be told when this fails as well.
    let _ = writeln!(io::stderr(), "error: {what}");
    ExitCode::from(Exit::Bad as u8)
}

/// The first line of what clap has to say, and where to read on.
fn usage(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line).trim_end_matches(':');
    let missing: Vec<&str> = text.lines().skip(1).map_while(|line| line.strip_prefix("  ")).collect();
    let space = if missing.is_empty() { "" } else { ": " };
    format!("{line}{space}{}; `confsim --help` tells what there is", missing.join(", "))
}
