//! `confsim shrink`: what fails, as small as it can be.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::case::{Found, find};
use super::{Exit, fail, show};
use crate::capsule::{self, Case, Judged};
use crate::property;
use crate::scenario::{Scenario, to_toml};
use crate::shrink::{MAX_RUNS, Settings, Smaller, shrink};
use crate::span::write_span;
use crate::trace::{Keep, Observer};
use crate::view::{Ladder, ladder};

/// Arguments of `confsim shrink`.
#[derive(Args, Debug)]
pub(super) struct ShrinkArgs {
    /// A capsule, a generated scenario like `chaos:17`, a named one, or a scenario file
    run: String,
    /// What all chance follows from, where it is not what the capsule or the generated scenario says
    #[arg(long)]
    seed: Option<u64>,
    /// Write what is left into this folder, as a capsule
    #[arg(long)]
    out: Option<PathBuf>,
    /// Look no further after so many runs
    #[arg(long, default_value_t = MAX_RUNS)]
    max_runs: u32,
    /// How many threads; the result does not depend on it
    #[arg(long, default_value = "1")]
    jobs: NonZeroUsize,
    /// Which property is to go on failing; the first one that fails unless given
    #[arg(long, value_parser = property)]
    property: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &ShrinkArgs) -> ExitCode {
    let Found { mut case, recorded } = match find(&args.run) {
        Ok(found) => found,
        Err(what) => return fail(&what),
    };
    case.seed = args.seed.unwrap_or(case.seed);
    let recorded = recorded.and_then(|recorded| recorded.failure).map(|failure| failure.what);
    let property = args.property.as_deref().or(recorded);
    let settings = Settings { max_runs: args.max_runs, jobs: args.jobs, property };
    let run = |scenario: &Scenario, seed, keep, watcher: Option<&mut dyn Observer>| {
        Judged::broken(scenario, seed, case.sabotage, keep, watcher)
    };
    let Some(smaller) = shrink(&case, &run, settings) else {
        let what = property.unwrap_or("anything");
        let words = format!("HELD: {} does not violate {what}; there is nothing to make smaller\n", args.run);
        return show(&words, Exit::Held);
    };
    let judged = smaller.case.judge(Keep::All);
    if let Some(out) = &args.out
        && let Err(error) = capsule::write(out, &smaller.case, &judged, Some(&smaller.shrunk))
    {
        return fail(&error.to_string());
    }
    show(&told(&case, &smaller, &judged), Exit::Violated)
}

/// What is left, and how it goes wrong.
fn told(case: &Case, smaller: &Smaller, judged: &Judged) -> String {
    let Smaller { case: Case { scenario, seed, .. }, failure, shrunk, is_least } = smaller;
    let picture = ladder(scenario, &judged.outcome.trace, Ladder::default());
    let mut text = format!("{}\n{picture}\nVIOLATED\n", to_toml(scenario));
    for complaint in judged.complaints() {
        let _ = writeln!(text, "{complaint}");
    }
    for (fault, words) in scenario.faults.iter().zip(&shrunk.without) {
        let _ = writeln!(text, "needed: {fault}\n  without it {words}");
    }
    let [before, after] = [&case.scenario, scenario].map(size);
    let _ = writeln!(text, "\n{failure}, seed {seed}: {before}\nis left in {} runs: {after}", shrunk.runs);
    if !is_least {
        text.push_str("there may be more to take out: the runs were used up (--max-runs)\n");
    }
    text
}

fn size(scenario: &Scenario) -> String {
    let Scenario { participants, steps, faults, end, .. } = scenario;
    let (participants, steps, faults) = (participants.len(), steps.len(), faults.len());
    format!("{participants} participants, {steps} steps, {faults} faults, {}", write_span(*end))
}

fn property(text: &str) -> Result<String, String> {
    let known = property::find(text).map(|property| property.id.to_owned());
    known.ok_or_else(|| "no property is called so; see `confsim list properties`".to_owned())
}
