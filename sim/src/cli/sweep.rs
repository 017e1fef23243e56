//! `confsim sweep`: many generated scenarios.

mod args;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

pub(super) use self::args::SweepArgs;
use super::interrupt::Interrupt;
use super::output::Output;
use super::{Exit, fail, publish, sabotage, show};
use crate::capsule::{self, Case};
use crate::node::Peer;
use crate::sabotage::{Sabotage, Sabotaged};
use crate::sweep::{Draw, Fickle, Plan, Ran, Report, difference, sweep};
use crate::trace::Keep;

/// How many seeds a sweep runs when nothing is said: some seconds' worth.
const DEFAULT_SEEDS: u64 = 1000;

/// Where capsules go when nothing is said.
const CAPSULES: &str = "target/capsules";
/// Most failed runs that are kept as capsules.
const CAPSULES_MOST: usize = 10;

/// The files that a sweep writes.
struct Outputs {
    json: Option<Output>,
    digests: Option<Output>,
    html: Option<Output>,
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
        Ok(chosen) => {
            let start = args.seeds.as_ref().map_or(0, |seeds| seeds.start);
            sabotage::seek(&chosen, start, args.out.as_deref())
        }
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
    let outputs = Outputs { json: open(&args.json)?, digests: open(&args.digests)?, html: open(&args.html)? };
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
        .and_then(|()| write_html(args, outputs.html.as_mut(), &report, &wall, &failed))
        .and_then(|()| annotate(args, &report.json(&wall), &failed, capsules));
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
fn keep(failed: &[Draw], folder: &Path, broken: Option<&'static Sabotage>) -> Result<(), String> {
    for draw in failed {
        let case = Case { sabotage: broken, ..Case::from(*draw) };
        let folder = publish::folder(folder, *draw);
        capsule::write(&folder, &case, &case.judge(Keep::All), None).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Writes the page where it was asked for.
fn write_html(
    args: &SweepArgs,
    to: Option<&mut Output>,
    report: &Report,
    wall: &Value,
    failed: &[Draw],
) -> Result<(), String> {
    let Some(to) = to else { return Ok(()) };
    let capsules = args.out.as_deref().unwrap_or(Path::new(CAPSULES));
    publish::page(to, report, wall, &publish::Capsules { failed, folder: capsules }, args.broken)
}

/// Shows failed runs to GitHub if it was asked for.
fn annotate(args: &SweepArgs, report: &Value, failed: &[Draw], capsules: &Path) -> Result<(), String> {
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
