//! `confsim run`: one scenario, drawn and judged.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::case::find;
use super::subject::{Subject, World};
use super::trouble::Trouble;
use super::{Exit, fail, sabotage, show};
use crate::capsule::Case;
use crate::property::Verdict;
use crate::sabotage::Sabotage;
use crate::scenario::{Drawn, Scenario};
use crate::settle::told;
use crate::sweep::{Draw, table};
use crate::view::As;
use crate::world::Outcome;

/// Arguments of `confsim run`.
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// A named scenario (`confsim list scenarios`), a scenario file, or a generated one like `calm:17`
    scenario: String,
    /// What all chance follows from; for a generated scenario its own seed unless given
    #[arg(long)]
    seed: Option<u64>,
    /// Show every hop, the front end's too
    #[arg(long)]
    hops: bool,
    /// Where to run it
    #[arg(long, value_enum, default_value_t = World::Event)]
    world: World,
    /// Also write every view of the run into this folder
    #[arg(long)]
    out: Option<PathBuf>,
    /// Break the nodes of one role first (`confsim list saboteurs`)
    #[arg(long, value_parser = sabotage::find)]
    sabotage: Option<&'static Sabotage>,
    #[command(flatten)]
    trouble: Trouble,
}

/// Runs the command.
pub(super) fn run(args: &RunArgs) -> ExitCode {
    let case = find(&args.scenario).and_then(|found| {
        let mut case = found.case;
        args.trouble.strike(&mut case.scenario)?;
        let (seed, sabotage) = (args.seed.unwrap_or(case.seed), args.sabotage.or(case.sabotage));
        Ok(Case { seed, sabotage, ..case })
    });
    let whole = args.out.is_some();
    let subject = match case.and_then(|case| Subject::run(case, args.world, whole)) {
        Ok(subject) => subject,
        Err(what) => return fail(&what),
    };
    if let Some(out) = &args.out
        && let Err(what) = subject.write_views(out, args.hops)
    {
        return fail(&what);
    }
    let Subject { scenario, seed, outcome, verdict } = &subject;
    let picture = match subject.render(As::Ladder, args.hops) {
        Ok(picture) => String::from_utf8_lossy(&picture).into_owned(),
        Err(what) => return fail(&what),
    };
    let (words, exit) = judgement(scenario, outcome, verdict);
    // Who wrote a scenario knows what is in it.
    let drawn = match args.scenario.parse::<Draw>() {
        Ok(_) => format!("{}\n", Drawn(scenario)),
        Err(_) => String::new(),
    };
    let title = &scenario.title;
    show(&format!("{title}, seed {seed}\n{drawn}\n{picture}\n{}\n{words}\n", table(verdict)), exit)
}

/// The verdict in words.
pub(super) fn judgement(scenario: &Scenario, outcome: &Outcome, verdict: &Verdict) -> (String, Exit) {
    let mut lines: Vec<String> = verdict.violations().iter().map(ToString::to_string).collect();
    lines.extend(outcome.broken.as_ref().map(|breach| format!("contract broken {breach}")));
    if !lines.is_empty() {
        lines.insert(0, "VIOLATED".to_owned());
        // What a long run waits for is not known without all of its records.
        let all = outcome.trace.forgotten() == 0;
        if all && verdict.violations().iter().any(|violation| violation.at == outcome.end) {
            lines.extend(
                told(scenario, &outcome.trace).into_iter().map(|words| format!("not at rest: {words}")),
            );
        }
        return (lines.join("\n"), Exit::Violated);
    }
    let idle = scenario.exercises.iter().filter(|id| verdict.exercised(id) == 0);
    let idle: Vec<&str> = idle.map(String::as_str).collect();
    if !idle.is_empty() {
        return (format!("VACUOUS: did not exercise {}", idle.join(", ")), Exit::Vacuous);
    }
    if verdict.vacuous() {
        return ("VACUOUS: nothing was exercised".to_owned(), Exit::Vacuous);
    }
    ("HELD".to_owned(), Exit::Held)
}
