//! `confsim replay`: a run again, exactly.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::case::{Found, find};
use super::run::judgement;
use super::{Exit, fail, show};
use crate::capsule::{Capsule, Judged, options};
use crate::sweep::table;
use crate::trace::Keep;
use crate::view::{As, Ladder, ladder, render};

/// The view that tells a whole run, line by line.
const LINES: &str = "trace.jsonl";

/// Arguments of `confsim replay`.
#[derive(Args, Debug)]
pub(super) struct ReplayArgs {
    /// A capsule, a generated scenario like `chaos:17`, a named one, or a scenario file
    run: String,
    /// What all chance follows from, where it is not what the capsule or the generated scenario says
    #[arg(long)]
    seed: Option<u64>,
    /// Show every hop, the front end's too
    #[arg(long)]
    hops: bool,
}

/// Runs the command.
pub(super) fn run(args: &ReplayArgs) -> ExitCode {
    let Found { mut case, recorded } = match find(&args.run) {
        Ok(found) => found,
        Err(what) => return fail(&what),
    };
    // Under another seed it is another run.
    let recorded = recorded.filter(|recorded| args.seed.is_none_or(|seed| seed == recorded.case.seed));
    case.seed = args.seed.unwrap_or(case.seed);
    let whole = recorded.is_some();
    let judged = if whole { case.judge(Keep::All) } else { Judged::in_part(None, |keep| case.judge(keep)) };
    let Judged { outcome, verdict } = &judged;
    let picture = ladder(&case.scenario, &outcome.trace, Ladder { hops: args.hops });
    let (words, mut exit) = judgement(&case.scenario, outcome, verdict);
    let digest = outcome.trace.digest();
    let hash = match recorded {
        None => format!("trace hash {digest:016x}"),
        Some(recorded) if recorded.digest == digest => {
            format!("the recorded run, event by event: trace hash {digest:016x}")
        }
        Some(recorded) => {
            exit = Exit::Differs;
            different(&recorded, &judged, Path::new(&args.run))
        }
    };
    let (title, seed) = (&case.scenario.title, case.seed);
    let broken = case.sabotage.map(|sabotage| format!(", {}", sabotage.name)).unwrap_or_default();
    show(&format!("{title}, seed {seed}{broken}\n\n{picture}\n{}\n{words}\n{hash}\n", table(verdict)), exit)
}

/// How a run is another one than that recorded in the folder `dir`.
fn different(recorded: &Capsule, judged: &Judged, dir: &Path) -> String {
    let (was, now) = (recorded.digest, judged.outcome.trace.digest());
    let head = format!(
        "DIFFERENT: the recorded run has the trace hash {was:016x}, this one {now:016x}; \
         the program has changed since, or it is not deterministic"
    );
    let lines = fs::read_to_string(dir.join(LINES)).ok();
    let place = lines.zip(told(recorded, judged)).and_then(|(then, now)| first_difference(&then, &now));
    match place {
        Some(place) => format!("{head}\n{place}"),
        None => head,
    }
}

/// The run as a text with a line for each event.
fn told(recorded: &Capsule, judged: &Judged) -> Option<String> {
    let form = As::ALL.iter().find(|form| form.file() == LINES)?;
    let options = options(&recorded.case, recorded.shrunk.as_ref());
    let scenario = &recorded.case.scenario;
    let view = render(*form, scenario, &judged.outcome.trace, &judged.verdict, &options).ok()?;
    String::from_utf8(view).ok()
}

/// The first line in which two texts differ, as both have it.
fn first_difference(then: &str, now: &str) -> Option<String> {
    let (mut then, mut now) = (then.lines(), now.lines());
    for number in 1.. {
        let (was, is) = (then.next(), now.next());
        if was.is_none() && is.is_none() {
            break;
        }
        if was != is {
            let [was, is] = [was, is].map(|line| line.unwrap_or("nothing"));
            return Some(format!(
                "first difference, in line {number} of {LINES}:\n  recorded: {was}\n  now:      {is}"
            ));
        }
    }
    None
}
