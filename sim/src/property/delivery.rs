//! Forwarding: what one says, everybody else in the conference gets, once, in order and under his name.

mod said;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use confsim_core::wire::sip::{Method, Name};

use self::said::Said;
use super::command::Term;
use super::dialog::{DialogId, Use};
use super::format::{self, Original};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::NodeId;

/// Message-Ids count.
pub(super) const SERIAL: Property = Property {
    id: "delivery.serial",
    kind: Kind::Always,
    needs: &[],
    requirements: &[
        "D-12",
        "IM-2-2-4-c",
        "IM-2-2-4-d",
        "IM-3-3-2-1-b",
        "IM-3-3-2-1-c",
        "IM-3-3-2-5-1-e",
        "IM-3-3-2-5-1-f",
    ],
    sentence: "The messages that the IM MCU accepts in a conference have the Message-Ids 1, 2, 3 and so on in their \
               answers.",
};

/// Alone or not.
pub(super) const STATUS: Property = Property {
    id: "delivery.status",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-21", "D-22", "IM-3-3-2-5-1-a", "IM-3-3-2-5-1-c"],
    sentence: "A MESSAGE is answered 200 when no other session is connected, and 202 when one is.",
};

/// Everybody once.
pub(super) const ONCE: Property = Property {
    id: "delivery.once",
    kind: Kind::Always,
    needs: &[],
    requirements: &[
        "D-21",
        "IM-3-3-2-5-1-g",
        "IM-3-3-2-5-1-h",
        "IM-3-3-2-5-1-o",
        "IM-3-3-2-5-1-p",
        "EX-IM-4-2-1-i",
    ],
    sentence: "Each message answered 202 goes once to every other session that was connected then and can take it, \
               unless that ends first.",
};

/// One after the other.
pub(super) const ORDER: Property = Property {
    id: "delivery.order",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-24", "IM-3-3-2-5-1-h", "EX-IM-4-2-1-c"],
    sentence: "Each session gets messages with growing Message-Ids, history included, and each after its answer.",
};

/// Not to oneself.
pub(super) const OWN: Property = Property {
    id: "delivery.own",
    kind: Kind::Never,
    needs: &[],
    requirements: &["D-23", "IM-3-3-2-5-1-g"],
    sentence: "A message is forwarded to the session that it came from.",
};

/// Under the author's name.
pub(super) const SENDER: Property = Property {
    id: "delivery.sender",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-27", "IM-2-2-3-a", "IM-2-2-3-c", "IM-3-3-2-5-1-l", "EX-IM-4-2-1-e", "EX-IM-4-2-1-h"],
    sentence: "The Ms-Sender of a forwarded message names its author.",
};

/// Nobody listens.
pub(super) const ALONE: Property = Property {
    id: "delivery.alone",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-22", "IM-3-3-2-5-1-a"],
    sentence: "Somebody says something to a conference in which nobody else is connected.",
};

/// A session changes what it takes.
pub(super) const CHANGED: Property = Property {
    id: "delivery.changed",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-29"],
    sentence: "A session with the IM MCU takes other formats than it did.",
};

#[derive(Default)]
pub(super) struct Delivery {
    conferences: BTreeMap<Arc<str>, Talk>,
    /// MESSAGEs that are not answered yet, by dialog and CSeq.
    asked: BTreeMap<(DialogId, u32), Original>,
    sessions: BTreeMap<DialogId, Session>,
    /// What each session took when it was last agreed upon.
    formats: BTreeMap<DialogId, Box<str>>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    forwards: u64,
    owed: u64,
}

/// What was said in a conference since createConference.
#[derive(Default)]
struct Talk {
    /// The next Message-Id; zero when the beginning was not seen.
    next: u32,
    said: BTreeMap<u32, Said>,
}

/// What a session has got, and what it has yet to get.
#[derive(Default)]
struct Session {
    last: u32,
    owed: VecDeque<u32>,
}

impl Observe for Delivery {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) if spoken.node == NodeId::MCU => match spoken.message.method() {
                Method::Service => self.commanded(spoken),
                Method::Message if spoken.message.is_request() => self.asked(scene, spoken),
                _ => {}
            },
            Sight::Said(spoken) if spoken.node == NodeId::MCU => match spoken.message.method() {
                Method::Message if spoken.message.is_request() => self.forwarded(scene, spoken, verdict),
                Method::Message => self.answered(scene, spoken, verdict),
                Method::Invite => self.agreed(scene, spoken, verdict),
                _ => {}
            },
            Sight::Crashed(NodeId::MCU) => {
                self.conferences.clear();
                self.sessions.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for property in [&ORDER, &OWN, &SENDER, &format::FORM] {
            verdict.exercise_times(property, self.counts.forwards);
        }
        verdict.exercise_times(&ONCE, self.counts.owed);
        for (id, session) in &self.sessions {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.takes_part()) else { continue };
            let Some(message_id) = session.owed.front().filter(|_| !scene.pool_broken) else { continue };
            let words = format!("never forwarded message {message_id} to {}", scene.name(dialog.user));
            let talk = self.conferences.get(&dialog.conference);
            let answered = talk.and_then(|talk| talk.said.get(message_id)).map(|said| said.answered);
            verdict.violate(&ONCE, scene.finding(NodeId::MCU, answered.as_slice(), words));
        }
    }
}

impl Delivery {
    /// The focus tells the IM MCU to open or to close a conference.
    fn commanded(&mut self, spoken: &Spoken<'_>) {
        match spoken.term() {
            Some(Term::Begins(conference)) => {
                let talk = || Talk { next: 1, said: BTreeMap::new() };
                self.conferences.entry(conference.into()).or_insert_with(talk);
            }
            Some(Term::Ends(conference)) => drop(self.conferences.remove(conference)),
            None => {}
        }
    }

    fn asked(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some(key) = spoken.key() else { return };
        let name =
            spoken.message.from().ok().and_then(|from| from.display_name()).map(|name| name.into_owned());
        let author =
            scene.dialogs.get(key.0).map(|dialog| scene.cast.uri(dialog.user)).unwrap_or_default().to_owned();
        let content_type = spoken.message.header(Name::ContentType).unwrap_or("text/plain").to_owned();
        let original =
            Original { content_type, body: spoken.message.body().clone(), names: [name, Some(author)] };
        self.asked.insert(key, original);
    }

    /// The IM MCU answers a MESSAGE.
    fn answered(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some(code @ 200..) = spoken.message.code() else { return };
        let Some(original) = spoken.key().and_then(|key| self.asked.remove(&key)) else { return };
        let Some((author, dialog)) = scene.mcu_session(spoken).filter(|_| code < 300) else { return };
        let user = scene.name(dialog.user);
        let Ok(Some(message_id)) = spoken.message.message_id() else {
            let words = format!("answers {code} to {user} without a Message-Id");
            return verdict.violate(&SERIAL, scene.finding(NodeId::MCU, &[spoken.id], words));
        };
        let talk = self.conferences.entry(dialog.conference.clone()).or_default();
        if talk.next != 0 {
            verdict.exercise(&SERIAL);
            if talk.next != message_id {
                let words =
                    format!("gives {user}'s message the Message-Id {message_id}; expected {}", talk.next);
                verdict.violate(&SERIAL, scene.finding(NodeId::MCU, &[spoken.id], words));
            }
        }
        talk.next = message_id + 1;
        let sender = spoken.message.from().map(|from| from.uri.address()).unwrap_or_default();
        let all = scene.dialogs.of(NodeId::MCU, Use::Session, &dialog.conference);
        let others: Vec<_> = all.filter(|(id, other)| *id != author && other.connected.is_some()).collect();
        let mut there = false;
        for (id, other) in others.iter().filter(|(_, other)| other.takes_part()) {
            there = true;
            if code == 202 && original.form_for(&other.abilities).is_some() {
                self.counts.owed += 1;
                self.sessions.entry(*id).or_default().owed.push_back(message_id);
            }
        }
        // One that has lapsed may count or not, until its end.
        let perhaps = others.iter().any(|(_, other)| other.may_linger());
        verdict.exercise(&STATUS);
        if code == 200 {
            verdict.exercise(&ALONE);
        }
        if (code == 200) == there && (there || !perhaps) {
            let words = format!("answers {code} to {user}, with {} other sessions connected", others.len());
            verdict.violate(&STATUS, scene.finding(NodeId::MCU, &[spoken.id], words));
        }
        talk.said.insert(message_id, Said { author, answered: spoken.id, sender, original });
    }

    /// The IM MCU sends somebody a message.
    fn forwarded(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        let user = scene.name(dialog.user);
        self.counts.forwards += 1;
        let Ok(Some(message_id)) = spoken.message.message_id() else {
            let words = format!("forwards something to {user} without a Message-Id");
            return verdict.violate(&ORDER, scene.finding(NodeId::MCU, &[spoken.id], words));
        };
        let session = self.sessions.entry(id).or_default();
        if message_id <= session.last {
            let words = format!("forwards message {message_id} to {user} after message {}", session.last);
            verdict.violate(&ORDER, scene.finding(NodeId::MCU, &[spoken.id], words));
        }
        session.last = message_id;
        while let Some(owed) = session.owed.pop_front_if(|owed| *owed <= message_id) {
            if owed < message_id {
                let words = format!("forwards message {message_id} to {user}, but not message {owed}");
                verdict.violate(&ONCE, scene.finding(NodeId::MCU, &[spoken.id], words));
            }
        }
        let Some(talk) = self.conferences.get(&dialog.conference) else { return };
        let Some(said) = talk.said.get(&message_id) else {
            let words = format!("forwards message {message_id} to {user}, which it has not accepted");
            return verdict.violate(&ORDER, scene.finding(NodeId::MCU, &[spoken.id], words));
        };
        said.judge(scene, spoken, (id, dialog), message_id, verdict);
    }

    /// A session is agreed upon, or again.
    fn agreed(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        if spoken.message.code().is_none_or(|code| !(200..300).contains(&code)) {
            return;
        }
        let before = self.formats.insert(id, dialog.abilities.formats.clone());
        if before.is_some_and(|before| before != dialog.abilities.formats) {
            verdict.exercise(&CHANGED);
        }
    }
}
