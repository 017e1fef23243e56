//! Somebody who comes when the history ends, to the microsecond.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::WITNESS;
use crate::scenario::{Action, Link, Participant, Range, Scenario, Step, Topology};

/// Who comes.
const LATECOMER: &str = "heidi";
/// How long the history is, in microseconds (D-23).
const HISTORY: u64 = 40_000_000;
/// How far from the edge he comes, in microseconds: at it, one off it, a millisecond off it.
const OFF: [u64; 5] = [999, 1_000, 1_001, 0, 2_000];
/// What [`OFF`] counts from.
const MIDDLE: u64 = 1_000;

/// Adds a participant who joins the first conference so that his session is connected at the edge. That can be
/// reckoned where links are fixed: the IM MCU hears of the conference one way of a client and four of the pool after
/// the organizer has joined, and is acknowledged a session seven ways of a client and eleven of the pool after its
/// participant has begun.
pub(super) fn add(draw: &mut Entropy, scenario: &mut Scenario) {
    let fixed = |link: Link| Link::fixed(link.latency.low);
    scenario.links.client = fixed(scenario.links.client);
    scenario.links.pool = fixed(scenario.links.pool);
    let way = |range: Range| range.low.as_micros();
    let client = way(scenario.links.client.latency);
    let pool = if scenario.topology == Topology::Pool { 0 } else { way(scenario.links.pool.latency) };
    let joins = |step: &&Step| matches!(step.action, Action::Join { .. }) && step.who != WITNESS;
    let Some(first) = scenario.steps.iter().find(joins) else { return };
    let Some(conference) = first.action.conference().map(str::to_owned) else { return };
    let edge = first.at.as_micros() + client + 4 * pool + HISTORY;
    let off = draw.pick(&OFF).copied().unwrap_or(MIDDLE);
    let begin = (edge + off).saturating_sub(MIDDLE + 7 * client + 11 * pool);
    scenario.participants.push(Participant::new(LATECOMER));
    let mut step = |at, action| {
        let who = LATECOMER.to_owned();
        scenario.steps.push(Step { at: Duration::from_micros(at), who, action });
    };
    step(begin.saturating_sub(5_000_000), Action::SignIn);
    step(begin, Action::Join { conference });
    scenario.steps.sort_by_key(|step| step.at);
}
