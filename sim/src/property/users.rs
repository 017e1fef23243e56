//! What users see: every message as it was sent, and what became of their own.

use std::collections::BTreeMap;

use bytes::Bytes;
use confsim_core::client::Event;
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::sip::{Method, Name};

use super::naming::conference_named;
use super::sight::{Observe, Scene, Sight, Spoken, Topic, Written};
use super::{Kind, Need, Property, Verdict};
use crate::trace::{NodeId, Role};

/// As it was sent.
pub(super) const READS: Property = Property {
    id: "user.reads",
    kind: Kind::Always,
    needs: &[Need::Events],
    requirements: &["IM-3-3-1-5-2-a", "IM-3-3-1-5-2-b", "IM-3-3-1-5-2-c"],
    sentence: "A user is shown the messages that his client answers 200, with their text and their Message-Id and \
               under the name in Ms-Sender, and no others.",
};

/// What became of it.
pub(super) const TOLD: Property = Property {
    id: "user.told",
    kind: Kind::Eventually,
    needs: &[Need::Events],
    requirements: &[
        "IM-3-3-1-5-1-b",
        "IM-3-3-1-5-1-d",
        "IM-3-3-1-5-1-e",
        "IM-3-3-1-5-1-f",
        "IM-3-3-1-5-1-g",
        "IM-3-3-1-6-a",
        "IM-3-3-1-6-b",
    ],
    sentence: "A user whose message was answered 202 is told once what became of it: what the IMDN says, or 10 s later \
               that it timed out.",
};

/// The report comes when nobody waits for it any more.
pub(super) const LATE: Property = Property {
    id: "user.late",
    kind: Kind::Sometimes,
    needs: &[Need::Events],
    requirements: &["D-26"],
    sentence: "An IMDN reaches a client that has given up waiting for it.",
};

/// How long a client waits (IM-3-3-1-6-b).
const PATIENCE: Duration = Duration::from_secs(10);
/// What a clock may be wrong by within that time: a tenth.
const CLOCK: Duration = Duration::from_secs(1);
/// How long the host of a client may stand still meanwhile.
const MARGIN: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Users {
    /// The transaction of what each client reads last.
    transactions: BTreeMap<NodeId, u64>,
    /// The message that each client has read last.
    reading: BTreeMap<NodeId, Read>,
    /// How many messages each client has answered 200, and how many its user was shown.
    counts: BTreeMap<NodeId, (u64, u64)>,
    /// Messages answered 202 whose fate a user waits for, by client, conference and Message-Id.
    waiting: BTreeMap<(NodeId, String, u32), Instant>,
    /// Those that a client has given up on.
    given_up: Vec<(NodeId, u32)>,
}

struct Read {
    transaction: u64,
    message_id: u32,
    sender: Option<String>,
    body: Bytes,
}

impl Observe for Users {
    const TOPICS: &'static [Topic] = &[Topic::Read, Topic::Heard, Topic::Wrote, Topic::Event, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Read(reading) if reading.to.role() == Role::Client => {
                self.transactions.insert(reading.to, reading.brief.transaction);
            }
            Sight::Heard(spoken) if spoken.node.role() == Role::Client => self.heard(spoken, verdict),
            Sight::Wrote(written) if written.from.role() == Role::Client => self.wrote(written),
            Sight::Event(who, event) => self.event(scene, who, event, verdict),
            Sight::Crashed(who) => {
                self.reading.remove(&who);
                self.counts.remove(&who);
                self.waiting.retain(|(client, _, _), _| *client != who);
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (who, (answered, shown)) in &self.counts {
            verdict.exercise_times(&READS, *shown);
            if answered != shown {
                let words = format!("answered {answered} messages with 200; the user was shown {shown}");
                verdict.violate(&READS, scene.finding(*who, &[], words));
            }
        }
        for ((who, _, message_id), at) in &self.waiting {
            // A client whose host stands still is none the later for it.
            if scene.reach.has_had(*who, None, PATIENCE + MARGIN, *at, scene.at) {
                let words =
                    format!("never told the user what became of message {message_id}, accepted at {at}");
                verdict.violate(&TOLD, scene.finding(*who, &[], words));
            }
        }
    }
}

impl Users {
    fn heard(&mut self, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let (who, message) = (spoken.node, spoken.message);
        match message.method() {
            Method::Message if message.is_request() => {
                let read = Read {
                    transaction: self.transactions.get(&who).copied().unwrap_or_default(),
                    message_id: message.message_id().ok().flatten().unwrap_or_default(),
                    sender: message.header(Name::MsSender).map(str::to_owned),
                    body: message.body().clone(),
                };
                self.reading.insert(who, read);
            }
            Method::Benotify if !self.given_up.is_empty() => {
                if let Ok(imdn) = Imdn::parse(message.body())
                    && self.given_up.contains(&(who, imdn.message_id))
                {
                    verdict.exercise(&LATE);
                }
            }
            _ => {}
        }
    }

    fn wrote(&mut self, written: &Written<'_>) {
        let read = self.reading.get(&written.from);
        let answers = read.is_some_and(|read| read.transaction == written.brief.transaction);
        if answers && written.brief.code == Some(200) {
            self.counts.entry(written.from).or_default().0 += 1;
        }
    }

    fn event(&mut self, scene: &Scene, who: NodeId, event: &Event, verdict: &mut Verdict) {
        match event {
            Event::Received { message_id, sender, body, .. } => {
                self.counts.entry(who).or_default().1 += 1;
                let alike = |read: &Read| {
                    read.message_id == *message_id && read.sender == *sender && read.body == *body
                };
                if !self.reading.get(&who).is_some_and(alike) {
                    let words = format!("shows message {message_id}, which its client has not just read so");
                    verdict.violate(&READS, scene.finding(who, &[], words));
                }
            }
            Event::Accepted { conference, message_id, notification_follows: true } => {
                self.waiting.insert((who, named(conference), *message_id), scene.at);
            }
            Event::Delivered { conference, message_id, timed_out, .. } => {
                verdict.exercise(&TOLD);
                let since = self.waiting.remove(&(who, named(conference), *message_id));
                let words = match since {
                    None => format!(
                        "tells the user again of message {message_id}, or of one that he did not send"
                    ),
                    Some(since) if *timed_out && scene.at + CLOCK < since + PATIENCE => {
                        format!("gives up on message {message_id} at once: it was accepted at {since}")
                    }
                    Some(_) if *timed_out => return self.given_up.push((who, *message_id)),
                    Some(_) => return,
                };
                verdict.violate(&TOLD, scene.finding(who, &[], words));
            }
            Event::ChatEnded { conference } | Event::Ended { conference, .. } => {
                let ended = named(conference);
                self.waiting.retain(|(client, conference, _), _| *client != who || *conference != ended);
            }
            _ => {}
        }
    }
}

fn named(conference: &str) -> String {
    conference_named(conference).unwrap_or_else(|| conference.to_owned())
}
