//! `confsim view`: the same run, another way to look at it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use confsim_core::time::Instant;

use super::case::{Found, find};
use super::trouble::Trouble;
use super::{Exit, fail, show_bytes};
use crate::capsule::{self, Case, Judged};
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::span::parse_span;
use crate::trace::{Cast, Keep, Trace};
use crate::view::jsonl::{self, Told};
use crate::view::{As, Options, Part, Side, diff, render};

/// Arguments of `confsim view`.
#[derive(Args, Debug)]
pub(super) struct ViewArgs {
    /// A named scenario (`confsim list scenarios`), a scenario file, a generated one like `calm:17`, a trace (.jsonl),
    /// or a folder with one: a capsule, or what `run --out` wrote
    run: String,
    /// Show where this other run is a different one; `--fault` is for the first
    #[arg(long, conflicts_with = "form")]
    diff: Option<String>,
    /// How to look at it: `ladder` is text, `mermaid` a diagram for pages that draw them, `svg` a picture, `html`
    /// a page, `jsonl` the whole trace as JSON lines, `pcapng` a capture file
    #[arg(long = "as", value_parser = form, default_value = "ladder")]
    form: As,
    /// What all chance follows from; for a generated scenario its own seed unless given
    #[arg(long)]
    seed: Option<u64>,
    /// Show every hop, the front end's too
    #[arg(long)]
    hops: bool,
    /// Draw it from this time on: seconds, as the ladder has them, or a span like `500ms`
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: Option<Instant>,
    /// Draw it until this time
    #[arg(long, value_name = "TIME", value_parser = instant)]
    to: Option<Instant>,
    /// Draw only what this participant or role has to do with, and what becomes of hosts; may be given several times
    #[arg(long, value_name = "NODE")]
    only: Vec<String>,
    #[command(flatten)]
    trouble: Trouble,
}

/// Most nodes that an error names.
const NAMED: usize = 12;

/// A run to be shown.
struct Shown {
    scenario: Scenario,
    trace: Trace,
    verdict: Verdict,
    options: Options,
}

/// Runs the command.
pub(super) fn run(args: &ViewArgs) -> ExitCode {
    if !args.form.is_drawn() && (args.from.is_some() || args.to.is_some() || !args.only.is_empty()) {
        return fail(&format!(
            "--from, --to and --only are for views that are drawn; {} has the whole run",
            args.form.name()
        ));
    }
    let view = Shown::find(&args.run, args, Some(&args.trouble)).and_then(|shown| match &args.diff {
        None => shown.render(args.form),
        Some(other) => {
            Shown::find(other, args, None).map(|other| diff(shown.side(), other.side()).into_bytes())
        }
    });
    match view {
        Ok(bytes) => show_bytes(&bytes, Exit::Held),
        Err(what) => fail(&what),
    }
}

impl Shown {
    /// Reads a trace, or runs what `what` names, with some trouble more; a folder of views has its trace.
    fn find(what: &str, args: &ViewArgs, trouble: Option<&Trouble>) -> Result<Self, String> {
        let path = Path::new(what);
        let kept = path.join(As::Jsonl.file());
        let struck = trouble.is_some_and(Trouble::strikes);
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            if struck {
                return Err(format!(
                    "{what}: nothing more can go wrong in a trace; --fault is for what is run"
                ));
            }
            return Self::read(path, BTreeMap::new(), args);
        }
        if args.seed.is_none() && !struck && kept.is_file() {
            let shrunk = capsule::read(path).ok().and_then(|capsule| capsule.shrunk);
            return Self::read(&kept, capsule::needed(shrunk.as_ref()), args);
        }
        let Found { case, recorded } = find(what)?;
        let mut case = Case { seed: args.seed.unwrap_or(case.seed), ..case };
        trouble.map_or(Ok(()), |trouble| trouble.strike(&mut case.scenario))?;
        let shrunk = recorded.and_then(|capsule| capsule.shrunk);
        let part = part(args, &case.scenario.cast())?;
        let options = Options { hops: args.hops, part, ..capsule::options(&case, shrunk.as_ref()) };
        let Judged { outcome, verdict, .. } = if args.form.is_drawn() {
            Judged::in_part(args.from, |keep| case.judge(keep))
        } else {
            case.judge(Keep::All)
        };
        Ok(Self { scenario: case.scenario, trace: outcome.trace, verdict, options })
    }

    /// Reads a trace; `needed` says why its faults are.
    fn read(file: &Path, needed: BTreeMap<u32, String>, args: &ViewArgs) -> Result<Self, String> {
        let place = |what: &dyn std::fmt::Display| format!("{}: {what}", file.display());
        let bytes = fs::read(file).map_err(|error| place(&format!("{error}; no trace was read")))?;
        let Told { scenario, seed, trace, verdict } = jsonl::read(&bytes).map_err(|error| place(&error))?;
        let part = part(args, &trace.cast)?;
        let options = Options { hops: args.hops, seed, needed, part };
        Ok(Self { scenario, trace, verdict, options })
    }

    fn render(&self, form: As) -> Result<Vec<u8>, String> {
        render(form, &self.scenario, &self.trace, &self.verdict, &self.options)
            .map_err(|error| format!("as {}: {error}", form.name()))
    }

    fn side(&self) -> Side<'_> {
        let Self { scenario, trace, verdict, options } = self;
        Side { scenario, trace, verdict, options }
    }
}

/// Which part of a run by these nodes is asked for.
fn part(args: &ViewArgs, cast: &Cast) -> Result<Part, String> {
    let node = |name: &String| {
        cast.find(name).ok_or_else(|| {
            let names: Vec<&str> = cast.nodes().map(|node| cast.name(node)).collect();
            format!("--only {name}: nobody in this run is called so; there are {}", some(&names))
        })
    };
    let only = args.only.iter().map(node).collect::<Result<_, _>>()?;
    Ok(Part { from: args.from, to: args.to, only })
}

/// The first names of many.
fn some(names: &[&str]) -> String {
    let mut text = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}

/// Seconds, or a number with a unit.
fn instant(text: &str) -> Result<Instant, String> {
    let span = parse_span(text).or_else(|| parse_span(&format!("{text}s")));
    let span =
        span.ok_or_else(|| "give seconds like `7.5`, or a number with the unit s, ms or us".to_owned())?;
    Ok(Instant::ZERO + span)
}

fn form(text: &str) -> Result<As, String> {
    let names = As::ALL.iter().map(|form| form.name()).collect::<Vec<_>>().join(" or ");
    As::ALL.iter().copied().find(|form| form.name() == text).ok_or(format!("give {names}"))
}
