//! Ejection: everything of the ejected user ends, once, and stays ended.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::client::Event;
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Method, Substate};

use super::command::{Command, Progress};
use super::dialog::{Dialog, DialogId, Use};
use super::naming::conference_named;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Known, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Everything ends.
pub(super) const ENDS: Property = Property {
    id: "eviction.ends",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &[
        "D-15",
        "IM-3-2-2-4-1-a",
        "IM-3-2-2-4-1-b",
        "EX-IM-4-3-1-a",
        "EX-IM-4-3-1-b",
        "EX-IM-4-3-1-c",
        "EX-IM-4-3-1-f",
    ],
    sentence: "Once deleteUser is accepted, each session of that user ends by a BYE of either side, his \
               subscription by the terminated notification, and he sees that he is out.",
};

/// First the one, then the other.
pub(super) const ORDER: Property = Property {
    id: "eviction.order",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-15", "EX-IM-4-3-1-a", "EX-IM-4-3-1-e", "EX-IM-4-3-1-k", "IM-3-2-2-4-1-b"],
    sentence: "When the focus tells that a deleteUser has succeeded, it has ended what the user had with it, and the IM MCU what he had there, unless the pool's time-out is over.",
};

/// What has ended stays ended.
pub(super) const SILENCE: Property = Property {
    id: "dialog.silence",
    kind: Kind::Never,
    needs: &[],
    requirements: &["D-15", "D-6", "EX-IM-4-3-1-a"],
    sentence: "The focus or the IM MCU sends a request other than ACK in a dialog that has ended by a BYE of either side or \
               by a terminated notification.",
};

/// Both sides hang up at once.
pub(super) const CROSSED: Property = Property {
    id: "eviction.crossed",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-6", "EX-IM-4-3-1-a"],
    sentence: "The BYE of an ejected user meets a session that the server has ended already.",
};

/// How long a session may wait for the ACK of its 2xx, before which there is no BYE (D-6): 64 times T1, and what a clock
/// may be wrong by meanwhile.
const UNACKNOWLEDGED: Duration = Duration::from_secs(36);

/// How long a pool member may take over a command when the scenario does not say.
const LINK_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Eviction {
    link_timeout: Duration,
    /// What has to end.
    doomed: BTreeMap<DialogId, Doom>,
    /// Clients that are in a conference as they see it, and those that have heard that they are not.
    inside: BTreeSet<(NodeId, String)>,
    told: BTreeMap<(NodeId, String), MsgId>,
}

struct Doom {
    /// The message that sealed it, and when.
    by: MsgId,
    at: Instant,
    /// The request it was asked by, which may still fail: in which dialog, and its id, which others may have chosen
    /// too. The focus asks on its own account in none.
    request: Request,
}

type Request = (Option<DialogId>, String);

impl Observe for Eviction {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Event];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) => self.heard(scene, spoken, verdict),
            Sight::Said(spoken) => self.said(scene, spoken, verdict),
            Sight::Event(who, Event::Joined { conference }) => {
                self.inside.extend(conference_named(conference).map(|conference| (who, conference)));
            }
            Sight::Event(who, Event::Ended { conference, .. }) => {
                if let Some(conference) = conference_named(conference) {
                    let key = (who, conference);
                    self.inside.remove(&key);
                    self.told.remove(&key);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, doom) in &self.doomed {
            let Some(dialog) = scene.dialogs.get(*id) else { continue };
            if dialog.unacknowledged.is_some() && scene.at < doom.at + UNACKNOWLEDGED {
                continue;
            }
            verdict.exercise(&ENDS);
            if dialog.ended.is_none() && !scene.pool_broken {
                let end = if dialog.uses == Use::Session { "a BYE" } else { "a terminated notification" };
                let server = scene.name(dialog.server);
                let words = format!("{} was ejected; expected {end} with {server}", scene.name(dialog.user));
                verdict.violate(&ENDS, scene.finding(dialog.server, &[doom.by], words));
            }
        }
        // A client whose subscription a fault has struck may not know what was ended.
        for ((who, _), by) in self.told.iter().filter(|((who, _), _)| !scene.struck(*who)) {
            let words = "heard of the ejection and never told the user".to_owned();
            verdict.violate(&ENDS, scene.finding(*who, &[*by], words));
        }
    }
}

impl Eviction {
    pub(super) fn new(known: &Known) -> Self {
        // What its clock may be wrong by is left aside.
        let timeout = known.limits.link_timeout.unwrap_or(LINK_TIMEOUT);
        Self {
            link_timeout: Duration::from_micros(timeout.as_micros() * 9 / 10),
            doomed: BTreeMap::new(),
            inside: BTreeSet::new(),
            told: BTreeMap::new(),
        }
    }

    fn heard(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let message = spoken.message;
        match (message.method(), spoken.node) {
            (Method::Service, NodeId::MCU) => {
                let command = spoken.command.filter(|command| spoken.fresh && command.code.is_none());
                if let Some(command) = command.filter(|command| command.name == "deleteUser") {
                    self.doom(scene, NodeId::MCU, spoken.id, None, command);
                }
            }
            (Method::Bye, NodeId::FOCUS | NodeId::MCU) if message.is_request() => {
                let dialog = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?)));
                if dialog.is_some_and(|(id, dialog)| crossed(dialog, spoken) && self.doomed.contains_key(&id))
                {
                    verdict.exercise(&CROSSED);
                }
            }
            (Method::Benotify | Method::Notify, client) if client.participant().is_some() => {
                self.client_told(scene, spoken);
            }
            _ => {}
        }
    }

    /// A user is told that he was removed, and has not joined again in the meantime.
    fn client_told(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return;
        };
        let state = spoken.message.subscription_state().ok().flatten();
        let removed = state.is_some_and(|state| {
            state.state == Substate::Terminated && state.reason() == Some("ParticipantRemoved")
        });
        if !removed {
            return;
        }
        let mut sessions = scene.dialogs.of(NodeId::FOCUS, Use::Session, &dialog.conference);
        let again = sessions.any(|(other, session)| other > id && session.user == dialog.user);
        let key = (spoken.node, dialog.conference.to_string());
        if !again && self.inside.contains(&key) {
            self.told.insert(key, spoken.id);
        }
    }

    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let message = spoken.message;
        let Some(dialog) = spoken.dialog.and_then(|id| scene.dialogs.get(id)) else { return };
        // A repeated 2xx is acknowledged whenever it comes (RFC 3261 13.2.2.4).
        if message.is_request() && *message.method() != Method::Ack {
            match dialog.ended {
                Some((at, by)) if by != spoken.id => {
                    let words = format!(
                        "sends {} a {} in a dialog that ended at {at}",
                        scene.name(dialog.user),
                        message.method()
                    );
                    verdict.violate(&SILENCE, scene.finding(spoken.node, &[by, spoken.id], words));
                }
                Some(_) => verdict.exercise(&SILENCE),
                None => {}
            }
            if *message.method() == Method::Info {
                self.answered_by_command(scene, spoken, verdict);
            }
        } else if let Some(Progress::Accepted(command)) = spoken.progress
            && command.name == "deleteUser"
        {
            if !command.mcu_only {
                self.doom(scene, NodeId::FOCUS, spoken.id, spoken.dialog, command);
            }
            self.doom(scene, NodeId::MCU, spoken.id, spoken.dialog, command);
        }
    }

    /// A deleteUser that failed dooms nobody; one that succeeded has done its work.
    fn answered_by_command(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let response = spoken.command.filter(|response| response.name == "deleteUser");
        let Some(response) = response else { return };
        let request = (spoken.dialog, response.request_id.clone());
        match response.code.as_deref() {
            Some("failure") => self.doomed.retain(|_, doom| doom.request != request),
            Some("success") => self.in_order(scene, spoken, &request, verdict),
            _ => {}
        }
    }

    fn in_order(&self, scene: &Scene, spoken: &Spoken<'_>, request: &Request, verdict: &mut Verdict) {
        let conference = spoken.dialog.and_then(|id| Some(&scene.dialogs.get(id)?.conference));
        for (id, doom) in self.doomed.iter().filter(|(_, doom)| doom.request == *request) {
            let Some(dialog) = scene.dialogs.get(*id).filter(|it| Some(&it.conference) == conference) else {
                continue;
            };
            verdict.exercise(&ORDER);
            let in_time = dialog.server == NodeId::FOCUS || scene.at < doom.at + self.link_timeout;
            if dialog.live() && dialog.unacknowledged.is_none() && in_time && !scene.pool_broken {
                let words = format!(
                    "tells that {} is ejected before his session or subscription with {} has ended",
                    scene.name(dialog.user),
                    scene.name(dialog.server)
                );
                verdict.violate(&ORDER, scene.finding(NodeId::FOCUS, &[doom.by, spoken.id], words));
            }
        }
    }

    /// Everything that the user named by `command` has at `server` now has to end.
    fn doom(&mut self, scene: &Scene, server: NodeId, by: MsgId, asker: Option<DialogId>, command: &Command) {
        let (Some(victim), Some(conference)) = (&command.user, &command.conference) else { return };
        let meant = |dialog: &Dialog| dialog.live() && scene.cast.uri(dialog.user) == *victim;
        for uses in [Use::Session, Use::Subscription] {
            let all = scene.dialogs.of(server, uses, conference);
            for (id, _) in all.filter(|(_, dialog)| meant(dialog)) {
                let request = (asker, command.request_id.clone());
                self.doomed.entry(id).or_insert(Doom { by, at: scene.at, request });
            }
        }
    }
}

/// Whether a BYE that is heard did not end the dialog, because that had ended before.
fn crossed(dialog: &Dialog, spoken: &Spoken<'_>) -> bool {
    dialog.ended.is_some_and(|(_, by)| by != spoken.id)
}
