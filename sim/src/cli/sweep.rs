//! `confsim sweep`: many generated scenarios.

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::interrupt::Interrupt;
use super::output::Output;
use super::{Exit, fail, publish, sabotage, show};
use crate::capsule::{self, Case};
use crate::node::Peer;
use crate::sabotage::{Sabotage, Sabotaged};
use crate::scenario::{Profile, parse_span};
use crate::sweep::{Draw, Fickle, NoShard, Plan, Ran, Report, Shard, difference, sweep};
use crate::trace::Keep;

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
    /// What kind of scenarios, one or several with commas, or `all` but `scale`: `calm` without faults; `lossy` drops,
    /// delays and holds back messages and breaks connections; `slow` has latencies of seconds and clocks that are
    /// wrong; `churn` many who come and go; `chaos` every fault but crashes; `crash` hosts that go down; `hostile-peer`
    /// one who forges; `scale` 500 participants
    #[arg(long, value_parser = profiles, default_value = "calm")]
    profile: Profiles,
    /// How many threads; the result does not depend on it
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Run only every N-th, beginning with number I: `0/4` to `3/4`; `confsim merge` puts the reports together
    #[arg(long, value_parser = shard, default_value_t = Shard::WHOLE)]
    shard: Shard,
    /// Also write the result to this file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where failed runs are kept as capsules, the first ten of them; `target/capsules` if not said
    #[arg(long)]
    out: Option<PathBuf>,
    /// Also write the result to this file, as a page
    #[arg(long)]
    html: Option<PathBuf>,
    /// Also print failed runs as GitHub Actions annotates them, and draw the first into the step's summary
    #[arg(long)]
    github: bool,
    /// Also write the hash of every run to this file, one a line, as they come
    #[arg(long)]
    digests: Option<PathBuf>,
    /// Run every N-th seed twice and compare
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "16", require_equals = true)]
    check_determinism: Option<NonZeroU64>,
    /// Fail if any property was not exercised
    #[arg(long)]
    require_coverage: bool,
    /// Break nodes and see who notices: the name of a saboteur, or `all` (`confsim list saboteurs`). Each is sought
    /// in its own profile, from the first seed of `--seeds` on; ends with 1 if one survives
    #[arg(long, conflicts_with_all = ["time", "profile", "shard", "json", "out", "html", "github", "digests", "check_determinism", "require_coverage"])]
    sabotage: Option<String>,
    /// With `--sabotage all`: the kill matrix
    #[arg(long, requires = "sabotage", conflicts_with = "seeds")]
    matrix: bool,
    /// Take nodes that are not deterministic, to see that `--check-determinism` notices
    #[arg(long, hide = true)]
    fickle: bool,
    /// Take nodes that this saboteur breaks, to see what a sweep tells and keeps that fails
    #[arg(long, hide = true, value_parser = sabotage::find, conflicts_with = "fickle")]
    broken: Option<&'static Sabotage>,
}

/// Where capsules go when nothing is said.
const CAPSULES: &str = "target/capsules";
/// Most failed runs that are kept as capsules.
const CAPSULES_MOST: usize = 10;

/// A list of profiles, each once.
#[derive(Clone, Debug)]
struct Profiles(Vec<Profile>);

/// The files that a sweep writes.
struct Outputs {
    json: Option<Output>,
    digests: Option<Output>,
}

/// Runs the command.
pub(super) fn run(args: &SweepArgs) -> ExitCode {
    if let Some(name) = &args.sabotage {
        return sabotaged(args, name);
    }
    match begin(args) {
        Ok((plan, outputs, interrupt)) => run_plan(args, &plan, outputs, &interrupt),
        Err(what) => fail(&what),
    }
}

/// Runs the command with `--sabotage`.
fn sabotaged(args: &SweepArgs, name: &str) -> ExitCode {
    if args.matrix {
        return match name {
            sabotage::ALL => sabotage::all(jobs(args)),
            _ => fail("--matrix is for `--sabotage all`"),
        };
    }
    match sabotage::choose(name) {
        Ok(chosen) => sabotage::seek(&chosen, args.seeds.as_ref().map_or(0, |seeds| seeds.start)),
        Err(what) => fail(&what),
    }
}

fn jobs(args: &SweepArgs) -> NonZeroUsize {
    args.jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// What can be wrong is wrong before the first run.
fn begin(args: &SweepArgs) -> Result<(Plan, Outputs, Interrupt), String> {
    let seeds = match (&args.seeds, args.time) {
        (Some(seeds), _) => seeds.clone(),
        (None, Some(_)) => 0..u64::MAX,
        (None, None) => 0..DEFAULT_SEEDS,
    };
    if seeds.end == u64::MAX && args.time.is_none() {
        return Err("--seeds without an end never ends; give one, or a time with --for".to_owned());
    }
    let open = |path: &Option<PathBuf>| path.as_deref().map(Output::open).transpose();
    let outputs = Outputs { json: open(&args.json)?, digests: open(&args.digests)? };
    if let Some(folder) = &args.out {
        probe(folder)?;
    }
    let plan = Plan { shard: args.shard, ..Plan::whole(seeds, args.profile.0.clone()) };
    Ok((plan, outputs, Interrupt::watch()?))
}

#[expect(clippy::disallowed_methods, reason = "how fast we are is told by the wall clock")]
fn run_plan(args: &SweepArgs, plan: &Plan, mut outputs: Outputs, interrupt: &Interrupt) -> ExitCode {
    let jobs = jobs(args);
    let begin = Instant::now();
    let more = || !interrupt.heard() && args.time.is_none_or(|time| begin.elapsed() < time);
    let bar = progress(plan);
    let mut report = Report::new(plan);
    let mut failed = Vec::new();
    let mut written = outputs.digests.as_mut().map_or(Ok(()), Output::clear);
    sweep(
        plan,
        jobs,
        more,
        |draw| perform(args, draw),
        |ran| {
            report.add(&ran);
            if !ran.held() && failed.len() < CAPSULES_MOST {
                failed.push(ran.draw);
            }
            if let (Ok(()), Some(file)) = (&written, &mut outputs.digests) {
                written = file.add(&format!("{} {:016x}\n", ran.draw, ran.digest));
            }
            bar.inc(1);
            bar.set_message(failures(report.failed()));
        },
    );
    bar.finish_and_clear();
    if interrupt.heard() {
        report.interrupt();
    }
    let wall = wall(&report, begin.elapsed(), jobs);
    let capsules = args.out.as_deref().unwrap_or(Path::new(CAPSULES));
    let written = written
        .and_then(|()| write_json(outputs.json.as_mut(), &report, &wall))
        .and_then(|()| keep(&failed, capsules, args.broken))
        .and_then(|()| publish(args, &report.json(&wall), &failed, capsules));
    conclude(&report, &wall, args.require_coverage, written)
}

/// Does one run, some of them twice.
fn perform(args: &SweepArgs, draw: Draw) -> Ran {
    let fickle = Fickle::default();
    let mut ran = match args.broken {
        Some(sabotage) => draw.run_with(|part| Sabotaged::new(part, draw.seed, sabotage)),
        None if args.fickle => draw.run_with(|part| fickle.node(part)),
        None => draw.run(),
    };
    if args.check_determinism.is_some_and(|every| draw.seed.is_multiple_of(every.get())) {
        let found = if args.fickle {
            difference(&ran, &|part| fickle.node(part))
        } else {
            difference(&ran, &Peer::new)
        };
        ran.repeated = Some(found);
    }
    ran
}

/// Keeps failed runs as capsules.
fn keep(failed: &[Draw], folder: &Path, broken: Option<&Sabotage>) -> Result<(), String> {
    for draw in failed {
        let case = Case::from(*draw);
        let folder = publish::folder(folder, *draw);
        let judged = match broken {
            Some(sabotage) => sabotage.judge(&case.scenario, case.seed, Keep::All),
            None => case.judge(Keep::All),
        };
        capsule::write(&folder, &case, &judged, None).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Shows the report where it was asked for.
fn publish(args: &SweepArgs, report: &Value, failed: &[Draw], capsules: &Path) -> Result<(), String> {
    if let Some(to) = &args.html {
        publish::page(to, report, failed, capsules)?;
    }
    if args.github {
        print!("{}", publish::github(report, failed, capsules)?);
    }
    Ok(())
}

/// Whether a folder can be made and written into.
fn probe(folder: &Path) -> Result<(), String> {
    let file = folder.join(".probe");
    let probed =
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, b"")).and_then(|()| fs::remove_file(&file));
    probed.map_err(|error| format!("{}: {error}; nothing was run", folder.display()))
}

/// Writes the report where it was asked for.
pub(super) fn write_json(to: Option<&mut Output>, report: &Report, wall: &Value) -> Result<(), String> {
    let Some(to) = to else { return Ok(()) };
    to.clear()?;
    to.add(&format!("{:#}\n", report.json(wall)))
}

/// Shows a report and ends with what it comes to; with an error if it could not be `written`.
pub(super) fn conclude(
    report: &Report,
    wall: &Value,
    require_coverage: bool,
    written: Result<(), String>,
) -> ExitCode {
    let (words, exit) = judgement(report, require_coverage);
    let mut text = format!("{}\n{}", report.text(), report.summary());
    let number = |key: &str| wall.get(key).and_then(Value::as_f64);
    if let (Some(seconds), Some(simulated), Some(hops)) =
        (number("seconds"), number("simulated_seconds_per_second"), number("hops_per_second"))
    {
        text.push_str(&format!(
            "\n{seconds:.1} s on the clock: {simulated:.0} simulated seconds and {hops:.0} hops per second"
        ));
    }
    let code = show(&format!("{text}\n{words}\n"), exit);
    match written {
        Ok(()) => code,
        Err(what) => fail(&what),
    }
}

/// The verdict over all runs, worst first.
fn judgement(report: &Report, require_coverage: bool) -> (String, Exit) {
    let unreached = report.unreached();
    if report.interrupted() {
        ("INTERRUPTED: this is what was found so far".to_owned(), Exit::Interrupted)
    } else if report.differing() > 0 {
        ("NOT DETERMINISTIC".to_owned(), Exit::Differs)
    } else if report.failed() > 0 {
        ("VIOLATED".to_owned(), Exit::Violated)
    } else if report.vacuous() {
        ("VACUOUS: nothing was exercised".to_owned(), Exit::Vacuous)
    } else if require_coverage && !unreached.is_empty() {
        (format!("VACUOUS: did not exercise {}", unreached.join(", ")), Exit::Vacuous)
    } else {
        ("HELD".to_owned(), Exit::Held)
    }
}

/// What depends on this machine and its day.
fn wall(report: &Report, took: Duration, jobs: NonZeroUsize) -> Value {
    let seconds = took.as_secs_f64().max(1e-6);
    json!({
        "seconds": seconds,
        "jobs": jobs,
        "simulated_seconds_per_second": report.simulated().as_secs() as f64 / seconds,
        "hops_per_second": report.hops() as f64 / seconds,
    })
}

/// A bar on a terminal, nothing elsewhere.
fn progress(plan: &Plan) -> ProgressBar {
    let (bar, template) = match plan.length() {
        Some(length) => (ProgressBar::new(length), "{wide_bar} {pos}/{len} runs, {per_sec}, {eta} left{msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {pos} runs, {per_sec}, {elapsed}{msg}"),
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

fn shard(text: &str) -> Result<Shard, NoShard> {
    text.parse()
}

fn profiles(text: &str) -> Result<Profiles, String> {
    if text == "all" {
        return Ok(Profiles(Profile::SMALL.to_vec()));
    }
    let mut found = Vec::new();
    for name in text.split(',') {
        let names = || format!("give {}, or all", Profile::ALL.map(Profile::name).join(" or "));
        let profile = Profile::find(name).ok_or_else(names)?;
        if !found.contains(&profile) {
            found.push(profile);
        }
    }
    Ok(Profiles(found))
}
