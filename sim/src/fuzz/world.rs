//! Whole conferences: whatever happens in them, every property holds for those who keep to the rules.

use crate::property::Judge;
use crate::scenario::{Scenario, from_bytes, hostile_from_bytes};
use crate::trace::Keep;
use crate::world::event;

/// The bytes are a recipe for a scenario.
pub(super) fn scenario(bytes: &[u8]) {
    let (scenario, seed) = from_bytes(bytes);
    judge(&scenario, seed);
}

/// The bytes are what one of those in a conference sends; the others must not suffer.
pub(super) fn hostile_peer(bytes: &[u8]) {
    let (scenario, seed) = hostile_from_bytes(bytes);
    judge(&scenario, seed);
}

/// Runs it.
///
/// # Panics
/// When a property is violated, whose id comes first, or a node breaks a rule of the world.
fn judge(scenario: &Scenario, seed: u64) {
    if let Err(flaw) = scenario.check() {
        panic!("made from bytes, and no scenario: {flaw}");
    }
    let mut judge = Judge::new(scenario);
    let outcome = event::run(scenario, seed, Keep::Last(0), &mut [&mut judge]);
    if let Some(breach) = outcome.broken {
        panic!("contract broken {breach}");
    }
    if let Some(violation) = judge.finish(outcome.end).violations().first() {
        panic!("{violation}");
    }
}
