//! `confsim run`: one scenario, drawn and judged.

use std::fs;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Exit, fail, show};
use crate::property::{Judge, Verdict};
use crate::scenario::{Scenario, from_toml, named};
use crate::sweep::{Draw, table};
use crate::trace::Keep;
use crate::view::{Ladder, ladder};
use crate::world::{Outcome, event, turmoil};

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
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum World {
    /// Discrete events, to the microsecond
    Event,
    /// The async shell over simulated sockets
    Turmoil,
}

/// Runs the command.
pub(super) fn run(args: &RunArgs) -> ExitCode {
    let (scenario, seed) = match find(&args.scenario) {
        Ok(found) => found,
        Err(what) => return fail(&what),
    };
    let seed = args.seed.unwrap_or(seed);
    let mut judge = Judge::new(&scenario);
    let outcome = match args.world {
        World::Event => event::run(&scenario, seed, Keep::All, &mut [&mut judge]),
        World::Turmoil => match turmoil::run(&scenario, seed, &mut [&mut judge]) {
            Ok(outcome) => outcome,
            Err(error) => return fail(&format!("{}: {error}", args.scenario)),
        },
    };
    let verdict = judge.finish(outcome.end);
    let picture = ladder(&scenario, &outcome.trace, Ladder { hops: args.hops });
    let (words, exit) = judgement(&scenario, &outcome, &verdict);
    show(&format!("{}, seed {seed}\n\n{picture}\n{}\n{words}\n", scenario.title, table(&verdict)), exit)
}

/// The scenario that `what` names, and the seed it comes with.
fn find(what: &str) -> Result<(Scenario, u64), String> {
    if let Some(named) = named(what) {
        return named.scenario().map(|scenario| (scenario, 1)).map_err(|error| format!("{what}: {error}"));
    }
    if let Ok(draw) = what.parse::<Draw>() {
        return Ok((draw.scenario(), draw.seed));
    }
    let file = fs::read_to_string(what).map_err(|error| {
        format!(
            "{what}: neither a named scenario nor a readable file ({error}); see `confsim list scenarios`"
        )
    })?;
    from_toml(&file).map(|scenario| (scenario, 1)).map_err(|error| format!("{what}: {error}"))
}

/// The verdict in words.
fn judgement(scenario: &Scenario, outcome: &Outcome, verdict: &Verdict) -> (String, Exit) {
    let mut lines: Vec<String> = verdict.violations().iter().map(ToString::to_string).collect();
    lines.extend(outcome.broken.as_ref().map(|breach| format!("contract broken {breach}")));
    if !lines.is_empty() {
        lines.insert(0, "VIOLATED".to_owned());
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
