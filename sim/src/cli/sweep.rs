//! `confsim sweep`: many generated scenarios.

use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Exit, fail, show};
use crate::scenario::{Profile, parse_span};
use crate::sweep::{Report, sweep};

/// How many seeds a sweep runs when nothing is said: some seconds' worth.
const DEFAULT_SEEDS: u64 = 1000;

/// Arguments of `confsim sweep`.
#[derive(Args, Debug)]
pub(super) struct SweepArgs {
    /// Which seeds: `A..B`, without B itself, or `A..` together with `--for`
    #[arg(long, value_parser = seeds)]
    seeds: Option<Range<u64>>,
    /// Start no further run after this much time on the clock, like `60s`
    #[arg(long = "for", value_parser = span)]
    time: Option<Duration>,
    /// What kind of scenarios: `calm` without faults; `lossy` drops, delays and holds back messages and breaks
    /// connections; `slow` has latencies of seconds and clocks that are wrong; `churn` many who come and go; `chaos`
    /// every fault but crashes; `crash` hosts that go down; `hostile-peer` one who forges; `scale` 500 participants
    #[arg(long, value_parser = profile, default_value = "calm")]
    profile: Profile,
    /// How many threads; the result does not depend on it
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Also write the result to this file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Runs the command.
#[expect(clippy::disallowed_methods, reason = "how fast we are is told by the wall clock")]
pub(super) fn run(args: &SweepArgs) -> ExitCode {
    let seeds = match (&args.seeds, args.time) {
        (Some(seeds), _) => seeds.clone(),
        (None, Some(_)) => 0..u64::MAX,
        (None, None) => 0..DEFAULT_SEEDS,
    };
    if seeds.end == u64::MAX && args.time.is_none() {
        return fail("--seeds without an end never ends; give one, or a time with --for");
    }
    let jobs = args.jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let begin = Instant::now();
    let more = || args.time.is_none_or(|time| begin.elapsed() < time);
    let bar = progress(&seeds);
    let mut report = Report::default();
    sweep(seeds, args.profile, jobs, more, |ran| {
        report.add(&ran);
        bar.inc(1);
        bar.set_message(failures(report.failed()));
    });
    bar.finish_and_clear();
    if let Some(file) = &args.json
        && let Err(error) = fs::write(file, format!("{:#}\n", report.json()))
    {
        return fail(&format!("{}: {error}; the result was not written", file.display()));
    }
    let exit = match (report.failed(), report.vacuous()) {
        (0, true) => Exit::Vacuous,
        (0, false) => Exit::Held,
        _ => Exit::Violated,
    };
    show(&(report.text() + &summary(&report, args.profile, begin.elapsed(), exit)), exit)
}

/// The last lines: how much, how fast, and the verdict.
fn summary(report: &Report, profile: Profile, took: Duration, exit: Exit) -> String {
    let seconds = took.as_secs_f64().max(1e-6);
    let simulated = report.simulated().as_secs() as f64;
    let mut text = format!(
        "\n{} runs, profile {}: {simulated:.0} s simulated and {} hops in {seconds:.1} s\n",
        report.runs(),
        profile.name(),
        report.hops(),
    );
    let _ = writeln!(
        text,
        "{:.0} simulated seconds and {:.0} hops per second",
        simulated / seconds,
        report.hops() as f64 / seconds
    );
    text.push_str(match exit {
        Exit::Held => "HELD\n",
        Exit::Vacuous => "VACUOUS: nothing was exercised\n",
        Exit::Violated | Exit::Bad | Exit::Differs => "VIOLATED\n",
    });
    text
}

/// A bar on a terminal, nothing elsewhere.
fn progress(seeds: &Range<u64>) -> ProgressBar {
    let (bar, template) = if seeds.end == u64::MAX {
        (ProgressBar::new_spinner(), "{spinner} {pos} runs, {per_sec}, {elapsed}{msg}")
    } else {
        let bar = ProgressBar::new(seeds.end.saturating_sub(seeds.start));
        (bar, "{wide_bar} {pos}/{len} runs, {per_sec}, {eta} left{msg}")
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn failures(failed: u64) -> String {
    if failed == 0 { String::new() } else { format!(", {failed} failed") }
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let wrong = || "give seeds like `0..1000`".to_owned();
    let (start, end) = text.split_once("..").ok_or_else(wrong)?;
    let start = start.parse().map_err(|_| wrong())?;
    let end = if end.is_empty() { u64::MAX } else { end.parse().map_err(|_| wrong())? };
    if start < end { Ok(start..end) } else { Err("there is no seed in it".to_owned()) }
}

fn span(text: &str) -> Result<Duration, String> {
    let span = parse_span(text).ok_or_else(|| "give a time like `60s`".to_owned())?;
    Ok(Duration::from_micros(span.as_micros()))
}

fn profile(text: &str) -> Result<Profile, String> {
    let names = Profile::ALL.map(Profile::name).join(" or ");
    Profile::ALL.into_iter().find(|profile| profile.name() == text).ok_or(format!("give {names}"))
}
