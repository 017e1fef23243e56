//! A sleeping laptop: somebody whose host stands still for longer than his sessions last, while the others go on.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use crate::fault::{Fault, Pause};
use crate::scenario::{Action, Kind, Scenario, Step};

/// How long sessions with the IM MCU last (D-3), in seconds.
const IM_SESSION: u64 = 600;
/// How long those with the focus are to last, in seconds: at least 90 (D-3).
const FOCUS_SESSION: (u64, u64) = (90, 200);
/// How often something crosses a client's link until he has joined.
const JOINING: u64 = 8;

/// Adds the sleep of one who has joined, and what he does when he is back. Whoever knows no session timers is never
/// given up by one (D-3).
pub(super) fn add(draw: &mut Entropy, scenario: &mut Scenario) {
    let timed =
        |name: &str| scenario.participants.iter().any(|one| one.name == name && one.kind != Kind::Legacy);
    let joins = |step: &&Step| matches!(step.action, Action::Join { .. });
    let joined: Vec<&Step> = scenario.steps.iter().filter(joins).collect();
    let sleepers: Vec<&Step> = joined.iter().copied().filter(|step| timed(&step.who)).collect();
    let Some(sleeper) = draw.pick(&sleepers).copied() else { return };
    let Some(conference) = sleeper.action.conference().map(str::to_owned) else { return };
    let others: Vec<String> =
        joined.iter().filter(|step| step.who != sleeper.who).map(|step| step.who.clone()).collect();
    let (who, joined) = (sleeper.who.clone(), sleeper.at);
    // The focus notices, or leaves it to the IM MCU. That gives up who does not take a message (D-7) sooner than who
    // does not refresh his session: then nobody says anything any more.
    let by_focus = draw.chance(2, 3);
    let (since, session) = if by_focus {
        let drawn = Duration::from_secs(draw.between(FOCUS_SESSION.0, FOCUS_SESSION.1));
        (joined, *scenario.limits.session_expires.get_or_insert(drawn))
    } else {
        scenario.limits.session_expires = None;
        (scenario.steps.last().map_or(joined, |last| last.at), Duration::from_secs(IM_SESSION))
    };
    let settled = since + scenario.links.client.latency.high.times(JOINING);
    let at = settled + Duration::from_millis(draw.between(0, 40_000));
    let lasts = session + Duration::from_millis(draw.between(1_000, 120_000));
    scenario.faults.push(Fault::Pause(Pause { host: who.clone(), at, lasts }));
    let mut say = |at, who: &str, text: &str| {
        let (format, text) = ("text/plain".to_owned(), text.to_owned());
        let action = Action::Send { conference: conference.clone(), format, text };
        scenario.steps.push(Step { at, who: who.to_owned(), action });
    };
    for _ in 0..if by_focus { draw.below(3) } else { 0 } {
        let Some(other) = draw.pick(&others) else { break };
        say(at + Duration::from_micros(draw.below(lasts.as_micros())), other, "Is anybody asleep?");
    }
    let back = at + lasts + Duration::from_millis(draw.between(0, 10_000));
    if draw.chance(1, 2) {
        say(back, &who, "What have I missed?");
    } else {
        scenario.steps.push(Step { at: back, who, action: Action::Join { conference } });
    }
    scenario.steps.sort_by_key(|step| step.at);
}
