//! Places worth visiting: what is rare, and where things go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use confsim_core::client::Event;
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::Method;

use super::brief::Verb;
use super::command::Term;
use super::dialog::{DialogId, Use};
use super::sight::{Observe, Reading, Scene, Sight, Spoken, Topic, Written};
use super::{Kind, Need, Property, Verdict};
use crate::trace::{ConnectionId, NodeId, Role};

const fn place(id: &'static str, requirements: &'static [&'static str], sentence: &'static str) -> Property {
    Property { id, kind: Kind::Sometimes, needs: &[], requirements, sentence }
}

/// On the edge.
pub(super) const EDGE: Property = place(
    "history.edge",
    &["D-23", "IM-3-3-2-6-1-a"],
    "A session is connected within 1 ms of the end of the history.",
);

/// Not for the first time.
pub(super) const REJOINED: Property = place(
    "history.rejoined",
    &["D-23"],
    "Somebody who has had a session already is connected again while there is history.",
);

/// A version is missing.
pub(super) const GAP: Property = Property {
    needs: &[Need::Events],
    ..place(
        "roster.gap",
        &["D-12", "D-13"],
        "A client notices that a version is missing, and asks for the whole roster.",
    )
};

/// Too late to hang up.
pub(super) const LATE_BYE: Property = place(
    "dialog.late",
    &["D-6", "EX-IM-4-3-1-h"],
    "A BYE is answered 481: the other side has no such dialog any more.",
);

/// Both at once.
pub(super) const GLARE: Property =
    place("dialog.crossed", &["D-6", "IM-3-2-b"], "Both sides of a dialog hang up at once.");

/// The door closes.
pub(super) const RACED: Property = place(
    "lock.raced",
    &["D-18", "IM-3-f"],
    "Somebody's INVITE to the focus is under way when a lock is accepted.",
);

/// Given up too late.
pub(super) const ANSWERED_LATE: Property = place(
    "dial-out.crossed",
    &["D-6", "IM-3-1-e"],
    "The IM MCU gives up a call, and its CANCEL meets the answer.",
);

/// Down while it rings.
pub(super) const INTERRUPTED: Property = place(
    "dial-out.crash",
    &["D-11", "IM-3-1-e"],
    "The focus or the IM MCU goes down while the IM MCU calls somebody.",
);

/// Back again.
pub(super) const RESUMED: Property = place(
    "connection.resumed",
    &["D-4"],
    "A client with sessions comes back on another connection and goes on with them.",
);

/// How long the history is.
const HISTORY: Duration = Duration::from_secs(40);
/// How near is near.
const NEAR: Duration = Duration::from_millis(1);

#[derive(Default)]
pub(super) struct Places {
    /// When each conference came to be at the IM MCU.
    created: BTreeMap<Arc<str>, Instant>,
    /// INVITEs to the focus under way, by Call-ID.
    joining: BTreeSet<String>,
    locks: BTreeSet<(DialogId, u32)>,
    /// Calls of the IM MCU that have no final answer, by transaction; true once it has given up.
    calls: BTreeMap<(u64, u32), bool>,
    /// BYEs written and not answered: dialog and who wrote them.
    leaving: BTreeSet<(u64, NodeId)>,
    /// The connection that each client registered on last.
    registered: BTreeMap<NodeId, ConnectionId>,
}

impl Observe for Places {
    const TOPICS: &'static [Topic] =
        &[Topic::Wrote, Topic::Read, Topic::Heard, Topic::Said, Topic::Event, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Wrote(written) => self.wrote(written, verdict),
            Sight::Read(reading) => self.read(reading, verdict),
            Sight::Heard(spoken) => self.heard(scene, spoken, verdict),
            Sight::Said(spoken) if *spoken.message.method() == Method::Info => self.accepted(spoken, verdict),
            Sight::Event(_, Event::RosterGap { .. }) => verdict.exercise(&GAP),
            Sight::Crashed(NodeId::MCU | NodeId::FOCUS) => {
                if self.calls.values().any(|given_up| !given_up) {
                    verdict.exercise(&INTERRUPTED);
                }
                self.calls.clear();
                self.created.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, _: &mut Verdict) {}
}

impl Places {
    fn wrote(&mut self, written: &Written<'_>, verdict: &mut Verdict) {
        let Written { from, own, brief, letter, .. } = *written;
        match (brief.verb, brief.code) {
            (Verb::Bye, Some(481)) if own => verdict.exercise(&LATE_BYE),
            (Verb::Bye, None) if own => {
                if let Some(dialog) = brief.dialog {
                    self.leaving.insert((dialog, from));
                }
            }
            (Verb::Invite, None) if own && from.role() == Role::Client && brief.to_tag == 0 => {
                let joins = letter.start.contains("opaque=app:conf:focus:id:");
                self.joining.extend(joins.then(|| letter.call_id.to_owned()));
            }
            (Verb::Invite, None) if own && from == NodeId::MCU && brief.to_tag == 0 => {
                self.calls.insert((brief.call, brief.cseq), false);
            }
            (Verb::Cancel, None) if own && from == NodeId::MCU => {
                if let Some(given_up) = self.calls.get_mut(&(brief.call, brief.cseq)) {
                    *given_up = true;
                }
            }
            _ => {}
        }
    }

    fn read(&mut self, reading: &Reading<'_>, verdict: &mut Verdict) {
        let Reading { to, brief, .. } = *reading;
        match (brief.verb, brief.code) {
            // The reader has hung up as well and has no answer yet.
            (Verb::Bye, None) if to.role() != Role::FrontEnd => {
                let leaves = brief.dialog.is_some_and(|dialog| self.leaving.contains(&(dialog, to)));
                if leaves {
                    verdict.exercise(&GLARE);
                }
            }
            (Verb::Bye, Some(200..)) => {
                if let Some(dialog) = brief.dialog {
                    self.leaving.remove(&(dialog, to));
                }
            }
            (Verb::Invite, Some(200..)) if to == NodeId::MCU => {
                let given_up = self.calls.remove(&(brief.call, brief.cseq));
                if given_up == Some(true) && brief.code.is_some_and(|code| code < 300) {
                    verdict.exercise(&ANSWERED_LATE);
                }
            }
            _ => {}
        }
    }

    fn heard(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let (node, message) = (spoken.node, spoken.message);
        match message.method() {
            Method::Service if node == NodeId::MCU => self.commanded(scene, spoken),
            Method::Invite if node == NodeId::FOCUS && message.is_request() => {
                if let Ok(call_id) = message.call_id() {
                    self.joining.remove(call_id);
                }
            }
            Method::Info if node == NodeId::FOCUS && message.is_request() => {
                let command = spoken.command.filter(|command| command.name == "modifyConferenceLock");
                if command.is_some_and(|command| command.value.as_deref() == Some("true")) {
                    self.locks.extend(spoken.key());
                }
            }
            Method::Ack if node == NodeId::MCU => self.connected(scene, spoken, verdict),
            Method::Register if node.role() == Role::Client && message.code() == Some(200) => {
                let before = self.registered.insert(node, spoken.connection);
                let moved = before.is_some_and(|before| before != spoken.connection);
                if moved && scene.dialogs.has_session(node) {
                    verdict.exercise(&RESUMED);
                }
            }
            _ => {}
        }
    }

    fn commanded(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        match spoken.term() {
            Some(Term::Begins(conference)) => {
                self.created.entry(conference.into()).or_insert(scene.at);
            }
            Some(Term::Ends(conference)) => drop(self.created.remove(conference)),
            None => {}
        }
    }

    fn connected(&self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        let Some(created) = self.created.get(&dialog.conference) else { return };
        if dialog.connected != Some((scene.at, scene.tick)) {
            return;
        }
        let edge = *created + HISTORY;
        if edge <= scene.at + NEAR && scene.at <= edge + NEAR {
            verdict.exercise(&EDGE);
        }
        let mut before = scene.dialogs.of(NodeId::MCU, Use::Session, &dialog.conference);
        let again = before
            .any(|(other, session)| other < id && session.user == dialog.user && session.connected.is_some());
        if again && scene.at < edge {
            verdict.exercise(&REJOINED);
        }
    }

    fn accepted(&mut self, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let locks = spoken.key().is_some_and(|key| self.locks.remove(&key));
        if locks && spoken.message.code() == Some(202) && !self.joining.is_empty() {
            verdict.exercise(&RACED);
        }
    }
}
