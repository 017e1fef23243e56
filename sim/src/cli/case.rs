//! What a command is about, by any of its names.

use std::fs;
use std::path::Path;

use crate::capsule::{self, Capsule, Case};
use crate::scenario::{Scenario, from_bytes, from_toml, hostile_from_bytes, named};
use crate::sweep::Draw;

/// The seed of a scenario that comes without one.
const SEED: u64 = 1;

/// Something to run, and what is recorded of it if it is a capsule.
pub(super) struct Found {
    pub(super) case: Case,
    pub(super) recorded: Option<Capsule>,
}

/// What is called `what`: a scenario that comes with the program, a generated one, a capsule, a crash file of a
/// fuzzing engine, or a scenario file.
pub(super) fn find(what: &str) -> Result<Found, String> {
    let place = |error: &dyn std::fmt::Display| format!("{what}: {error}");
    let case = |scenario: Scenario| Case { origin: what.to_owned(), scenario, seed: SEED, sabotage: None };
    let alone = |case| Found { case, recorded: None };
    if let Some(named) = named(what) {
        return named.scenario().map(case).map(alone).map_err(|error| place(&error));
    }
    if let Ok(draw) = what.parse::<Draw>() {
        return Ok(alone(draw.into()));
    }
    if Path::new(what).is_dir() {
        let recorded = capsule::read(Path::new(what)).map_err(|error| error.to_string())?;
        return Ok(Found { case: recorded.case.clone(), recorded: Some(recorded) });
    }
    if let Some(make) = recipe(Path::new(what)) {
        let (scenario, seed) = make(&fs::read(what).map_err(|error| place(&error))?);
        return Ok(alone(Case { origin: what.to_owned(), scenario, seed, sabotage: None }));
    }
    let file = fs::read_to_string(what).map_err(|error| {
        format!(
            "{what}: neither a named scenario nor a readable file ({error}); see `confsim list scenarios`"
        )
    })?;
    from_toml(&file).map(case).map(alone).map_err(|error| place(&error))
}

/// What makes a scenario and a seed of bytes.
type Recipe = fn(&[u8]) -> (Scenario, u64);

/// What makes a scenario of a fuzzing engine's input: its folder has the target's name.
fn recipe(file: &Path) -> Option<Recipe> {
    match file.parent()?.file_name()?.to_str()? {
        "scenario" => Some(from_bytes),
        "hostile_peer" => Some(hostile_from_bytes),
        _ => None,
    }
}
