//! Calls of the IM MCU: each ends in one way, and everybody concerned learns which.

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};

use super::command::{Command, Progress};
use super::dialog::{Dialog, DialogId, Use};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// One outcome.
pub(super) const OUTCOME: Property = Property {
    id: "dial-out.outcome",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &["D-33", "IM-3-1-3-4-1-a", "EX-IM-4-1-2-c", "EX-IM-4-1-2-d"],
    sentence: "An accepted addUser that calls somebody is told pending any number of times, then its one result: \
               success when he has answered; after a failure no session of that call goes on.",
};

/// How long the pool may take over a call besides the ringing: its commands and their repeats.
const MARGIN: Duration = Duration::from_secs(45);

pub(super) struct Calls {
    ringing: Duration,
    calls: BTreeMap<(DialogId, String), Call>,
}

struct Call {
    conference: Option<String>,
    user: String,
    accepted: MsgId,
    at: Instant,
    result: Option<(bool, MsgId)>,
}

impl Observe for Calls {
    const TOPICS: &'static [Topic] = &[Topic::Said];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        if let Sight::Said(spoken) = sight {
            self.said(scene, spoken, verdict);
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for ((asker, _), call) in &self.calls {
            verdict.exercise(&OUTCOME);
            let alive = scene.dialogs.get(*asker).is_some_and(Dialog::live);
            let over = call.at + self.ringing + MARGIN <= scene.at;
            if scene.pool_broken {
                continue;
            }
            let words = match call.result {
                None if alive && over => format!("never told what became of the call to {}", call.user),
                Some((false, _)) if over && self.goes_on(scene, call) => {
                    format!("told that the call to {} failed; his session goes on", call.user)
                }
                _ => continue,
            };
            let messages: Vec<MsgId> =
                [call.accepted].into_iter().chain(call.result.map(|it| it.1)).collect();
            verdict.violate(&OUTCOME, scene.finding(NodeId::FOCUS, &messages, words));
        }
    }
}

impl Calls {
    pub(super) fn new(ringing: Duration) -> Self {
        Self { ringing, calls: BTreeMap::new() }
    }

    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some(asker) = spoken.dialog else { return };
        match spoken.progress {
            Some(Progress::Accepted(command)) if is_call(command) => {
                let key = (asker, command.request_id.clone());
                let (conference, user) =
                    (command.conference.clone(), command.user.clone().unwrap_or_default());
                let call = Call { conference, user, accepted: spoken.id, at: scene.at, result: None };
                self.calls.insert(key, call);
            }
            Some(Progress::Told { answer, .. }) => {
                let Some(call) = self.calls.get_mut(&(asker, answer.request_id.clone())) else { return };
                if let Some((_, first)) = call.result {
                    let words = format!("tells the result of the call to {} again", call.user);
                    return verdict
                        .violate(&OUTCOME, scene.finding(NodeId::FOCUS, &[first, spoken.id], words));
                }
                let success = answer.code.as_deref() == Some("success");
                if answer.code.as_deref() != Some("pending") {
                    call.result = Some((success, spoken.id));
                }
                if success && !has_answered(scene, call) {
                    let words =
                        format!("tells that {} was called with success; he has not answered", call.user);
                    verdict
                        .violate(&OUTCOME, scene.finding(NodeId::FOCUS, &[call.accepted, spoken.id], words));
                }
            }
            _ => {}
        }
    }

    /// Whether a session goes on that only this failed call can have begun.
    fn goes_on(&self, scene: &Scene, call: &Call) -> bool {
        let same = self.calls.values().filter(|it| it.user == call.user && it.conference == call.conference);
        let only_failures = same.into_iter().all(|it| it.result.is_some_and(|(success, _)| !success));
        let live = |(_, dialog): (DialogId, &Dialog)| {
            dialog.was_called() && dialog.live() && scene.cast.uri(dialog.user) == call.user
        };
        let conference = call.conference.as_deref().unwrap_or_default();
        only_failures && scene.dialogs.of(NodeId::MCU, Use::Session, conference).any(live)
    }
}

/// Whether the user has answered a call of the IM MCU since the command was accepted.
fn has_answered(scene: &Scene, call: &Call) -> bool {
    let conference = call.conference.as_deref().unwrap_or_default();
    let mut sessions = scene.dialogs.of(NodeId::MCU, Use::Session, conference);
    sessions.any(|(_, dialog)| {
        let since = dialog.connected.is_some_and(|(at, _)| at >= call.at);
        dialog.was_called() && since && scene.cast.uri(dialog.user) == call.user
    })
}

fn is_call(command: &Command) -> bool {
    command.name == "addUser" && command.calls
}
