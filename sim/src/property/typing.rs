//! INFO in sessions with the IM MCU: passed on to those who can tell whose it is, and forgotten.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use confsim_core::wire::sip::Method;

use super::dialog::{Dialog, DialogId, Use};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Everybody who can tell.
pub(super) const FORWARDED: Property = Property {
    id: "info.forwarded",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-27", "IM-3-4-c", "IM-3-4-2-5-1-a", "IM-3-4-2-5-1-b", "IM-3-4-2-5-1-c"],
    sentence: "An INFO that the IM MCU accepts with 202 goes as it is, with its author in Ms-Sender, once and in order \
               to every other connected session whose client takes Ms-Sender.",
};

/// Nobody else.
pub(super) const OTHERS: Property = Property {
    id: "info.others",
    kind: Kind::Never,
    needs: &[],
    requirements: &["D-27", "IM-3-4-2-5-1-d"],
    sentence: "The IM MCU sends an INFO to a client that does not take Ms-Sender, to its author, or without having \
               accepted one.",
};

/// A session that cannot tell is there.
pub(super) const SPARED: Property = Property {
    id: "info.spared",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["IM-3-4-2-5-1-d"],
    sentence: "An INFO is accepted while a client that does not take Ms-Sender is connected.",
};

#[derive(Default)]
pub(super) struct Typing {
    /// INFOs that are not answered yet, by dialog and CSeq.
    asked: BTreeMap<(DialogId, u32), Bytes>,
    owed: BTreeMap<DialogId, VecDeque<Owed>>,
    forwards: u64,
}

struct Owed {
    sender: String,
    body: Bytes,
    accepted: MsgId,
}

impl Observe for Typing {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) if is_info(spoken) && spoken.message.is_request() => {
                if let Some(key) = spoken.key() {
                    self.asked.insert(key, spoken.message.body().clone());
                }
            }
            Sight::Said(spoken) if is_info(spoken) => match spoken.message.code() {
                None => self.forwarded(scene, spoken, verdict),
                Some(202) => self.accepted(scene, spoken, verdict),
                Some(_) => {}
            },
            Sight::Crashed(NodeId::MCU) => {
                self.asked.clear();
                self.owed.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&FORWARDED, self.forwards);
        verdict.exercise_times(&OTHERS, self.forwards);
        for (id, owed) in &self.owed {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.takes_part()) else { continue };
            let Some(first) = owed.front().filter(|_| !scene.pool_broken) else { continue };
            let words = format!("never forwarded an INFO of {} to {}", first.sender, scene.name(dialog.user));
            verdict.violate(&FORWARDED, scene.finding(NodeId::MCU, &[first.accepted], words));
        }
    }
}

impl Typing {
    fn accepted(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((author, dialog)) = scene.mcu_session(spoken) else { return };
        let Some(body) = spoken.key().and_then(|key| self.asked.remove(&key)) else { return };
        let sender = spoken.message.from().map(|from| from.uri.address()).unwrap_or_default();
        let all = scene.dialogs.of(NodeId::MCU, Use::Session, &dialog.conference);
        let there = |other: &Dialog| other.takes_part() || other.may_linger() && other.connected.is_some();
        for (id, other) in all.filter(|(id, other)| *id != author && there(other)) {
            if other.abilities.modern {
                let owed = Owed { sender: sender.clone(), body: body.clone(), accepted: spoken.id };
                self.owed.entry(id).or_default().push_back(owed);
            } else {
                verdict.exercise(&SPARED);
            }
        }
    }

    fn forwarded(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        let user = scene.name(dialog.user);
        self.forwards += 1;
        let Some(owed) = self.owed.get_mut(&id).and_then(VecDeque::pop_front) else {
            let why =
                if dialog.abilities.modern { "who is owed none" } else { "who does not take Ms-Sender" };
            let words = format!("sends an INFO to {user}, {why}");
            return verdict.violate(&OTHERS, scene.finding(NodeId::MCU, &[spoken.id], words));
        };
        let named = spoken.message.ms_sender().ok().flatten().map(|named| named.uri.address());
        if named.as_ref() != Some(&owed.sender) || owed.body != *spoken.message.body() {
            let words =
                format!("sends {user} another INFO than that of {}, or as one of somebody else", owed.sender);
            verdict.violate(&FORWARDED, scene.finding(NodeId::MCU, &[owed.accepted, spoken.id], words));
        }
    }
}

fn is_info(spoken: &Spoken<'_>) -> bool {
    spoken.node == NodeId::MCU && *spoken.message.method() == Method::Info
}
