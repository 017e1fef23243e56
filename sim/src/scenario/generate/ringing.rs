//! Somebody whom the IM MCU calls, and who answers when it is about to give up.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use crate::scenario::{Action, Answer, Participant, Scenario, Step};

/// Who is called.
const CALLED: &str = "ivan";

/// Adds a participant whom the organizer of the first conference has called. How long it rings before the IM MCU gives
/// up, and before he answers, differ by no more than what the answer takes on its way.
pub(super) fn add(draw: &mut Entropy, scenario: &mut Scenario) {
    let joins = |step: &&Step| matches!(step.action, Action::Join { .. });
    let Some(first) = scenario.steps.iter().find(joins).cloned() else { return };
    let Some(conference) = first.action.conference().map(str::to_owned) else { return };
    let rings = Duration::from_millis(draw.between(500, 4_000));
    let ways = [scenario.links.client, scenario.links.pool].map(|link| link.latency.high.as_micros());
    let way: u64 = ways.into_iter().sum();
    scenario.limits.ringing_timeout = Some(rings + Duration::from_micros(draw.between(0, 3 * way)));
    scenario.participants.push(Participant { answer: Answer::Accept(rings), ..Participant::new(CALLED) });
    let mut step = |at, who: &str, action| scenario.steps.push(Step { at, who: who.to_owned(), action });
    step(Duration::from_millis(draw.below(1_500)), CALLED, Action::SignIn);
    let at = first.at + Duration::from_millis(draw.between(1_000, 20_000));
    step(at, &first.who, Action::Invite { conference, user: CALLED.to_owned() });
    scenario.steps.sort_by_key(|step| step.at);
}
