//! Transactions: what is asked is answered, once, by whom it was asked, in a form that its asker knows again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use confsim_core::time::{Duration, Instant};

use super::brief::{Brief, Verb};
use super::sight::{Observe, Reading, Scene, Sight, Topic, Written};
use super::{Kind, Need, Property, Verdict};
use crate::trace::{ConnectionId, MsgId, NodeId};

/// Everything is answered.
pub(super) const ANSWERED: Property = Property {
    id: "transaction.answered",
    kind: Kind::Eventually,
    needs: &[Need::Hops],
    requirements: &[
        "D-1",
        "IM-3-1-1-1-b",
        "IM-3-3-1-5-a",
        "IM-3-3-2-5-a",
        "IM-3-3-1-5-2-a",
        "IM-3-4-1-5-2-a",
    ],
    sentence: "Each request but ACK and BENOTIFY that a node reads gets a final answer on its connection, as long as \
               node and connection last.",
};

/// And once.
pub(super) const ONCE: Property = Property {
    id: "transaction.once",
    kind: Kind::Never,
    needs: &[Need::Hops],
    requirements: &["D-1", "IM-3-1-1-1-b", "IM-3-2-b"],
    sentence: "A node answers a request more often than it has read it; a 2xx to an \
               INVITE may be repeated.",
};

/// And nothing else is.
pub(super) const UNASKED: Property = Property {
    id: "transaction.unasked",
    kind: Kind::Never,
    needs: &[Need::Hops],
    requirements: &["D-1", "D-2", "IM-3-3-2-5-2-j"],
    sentence: "A node answers what it has not been asked on that connection: a BENOTIFY, an ACK, a request of somebody \
               else.",
};

/// Answers repeat what they have to.
pub(super) const ECHO: Property = Property {
    id: "transaction.echo",
    kind: Kind::Always,
    needs: &[Need::Hops],
    requirements: &["D-2", "D-8", "IM-2-2-a"],
    sentence: "An answer has the Via values, From, Call-ID and CSeq of its request and its To, to which at most a tag \
               is added (RFC 3261 8.2.6.2).",
};

/// A server says again what nobody has acknowledged.
pub(super) const REPEATED: Property = Property {
    id: "transaction.repeated",
    kind: Kind::Sometimes,
    needs: &[Need::Hops],
    requirements: &["D-1"],
    sentence: "A 2xx to an INVITE is sent again.",
};

/// How long an answer may take: timer F (32 s, D-1), and a host that stands still meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same for an INVITE: timer C, and the longest ringing.
const LONG_PATIENCE: Duration = Duration::from_secs(240);
/// How long an answered transaction is remembered: repeats of a 2xx end after 64 T1 (D-1).
const MEMORY: Duration = Duration::from_secs(70);

type Key = (ConnectionId, NodeId, u64);

#[derive(Default)]
pub(super) struct Transactions {
    open: BTreeMap<Key, Transaction>,
    /// Requests whose connection is gone: a 2xx to one of them may still be repeated, on another one.
    orphans: BTreeSet<(NodeId, u64)>,
    /// Those with an answer, in the order of those, to be forgotten in time.
    answered: VecDeque<(Instant, Key)>,
    finals: u64,
    answers: u64,
}

struct Transaction {
    request: MsgId,
    at: Instant,
    echo: u64,
    verb: Verb,
    /// Whether it waited for a host that stood still. Who called may have given up by then, and cancels nothing that
    /// was not answered at all (RFC 3261 section 9.1).
    waited: bool,
    /// How often it was read, and answered.
    read: u32,
    finals: u32,
    /// The first final answer.
    last: Option<(u16, MsgId)>,
}

impl Observe for Transactions {
    const TOPICS: &'static [Topic] = &[Topic::Read, Topic::Wrote, Topic::Connection, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Read(reading) if reading.brief.code.is_none() => self.asked(scene, reading),
            Sight::Wrote(written) => {
                if let Some(code) = written.brief.code {
                    self.answers(scene, written, code, verdict);
                }
            }
            Sight::Gone(who, connection) | Sight::Closed(who, connection) => {
                self.forget(|key| key.0 == connection && key.1 == who);
            }
            Sight::Crashed(who) => self.forget(|key| key.1 == who),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&ANSWERED, self.finals);
        verdict.exercise_times(&ONCE, self.finals);
        verdict.exercise_times(&UNASKED, self.answers);
        verdict.exercise_times(&ECHO, self.answers);
        for ((connection, who, _), asked) in &self.open {
            let patience = if asked.verb == Verb::Invite { LONG_PATIENCE } else { PATIENCE };
            // What nobody answers a proxy it does not answer either (RFC 4320 section 4.2).
            let relayed = *who == NodeId::FRONT_END && asked.verb != Verb::Register;
            // Nor what rings on a line that is dead, whether or not its ends know: no CANCEL comes through. Nor while
            // its host stands still.
            let late = scene.reach.has_had(*who, Some(*connection), patience, asked.at, scene.at);
            let stale = asked.waited && asked.verb == Verb::Invite;
            if asked.last.is_none() && late && !relayed && !stale {
                let words = format!("never answered what it read at {}", asked.at);
                verdict.violate(&ANSWERED, scene.finding(*who, &[asked.request], words));
            }
        }
    }
}

impl Transactions {
    fn asked(&mut self, scene: &Scene, reading: &Reading<'_>) {
        let Brief { transaction, echo, verb, .. } = reading.brief;
        if matches!(verb, Verb::Ack | Verb::Benotify) || scene.forges(reading.from) {
            return;
        }
        while let Some((_, key)) = self.answered.pop_front_if(|(at, _)| *at + MEMORY <= scene.at) {
            self.open.remove(&key);
        }
        let fresh = || Transaction {
            request: reading.id,
            at: scene.at,
            echo,
            verb,
            waited: scene.reach.paused(reading.to) == Some(scene.at),
            read: 0,
            finals: 0,
            last: None,
        };
        let key = (reading.connection, reading.to, transaction);
        self.open.entry(key).or_insert_with(fresh).read += 1;
    }

    fn answers(&mut self, scene: &Scene, written: &Written<'_>, code: u16, verdict: &mut Verdict) {
        let Written { id, from, connection, brief, .. } = *written;
        let key = (connection, from, brief.transaction);
        let Some(asked) = self.open.get_mut(&key) else {
            let orphan = self.orphans.contains(&(from, brief.transaction));
            if !orphan && !scene.is_tainted(connection) && !scene.forges(written.to) {
                let words = format!("answers {code} to what it has not been asked");
                verdict.violate(&UNASKED, scene.finding(from, &[id], words));
            }
            return;
        };
        self.answers += 1;
        if asked.echo != brief.echo {
            let words =
                format!("answers {code} with other Via, From, To, Call-ID or CSeq than it was asked with");
            verdict.violate(&ECHO, scene.finding(from, &[asked.request, id], words));
        }
        if code < 200 {
            return;
        }
        self.finals += 1;
        asked.finals += 1;
        let success = asked.verb == Verb::Invite && code < 300;
        match asked.last {
            None => {
                asked.last = Some((code, id));
                self.answered.push_back((scene.at, key));
            }
            Some((200..300, _)) if success => verdict.exercise(&REPEATED),
            Some((before, first)) if asked.finals > asked.read => {
                let words = format!("answers {code} after {before} to what it read {} times", asked.read);
                verdict.violate(&ONCE, scene.finding(from, &[asked.request, first, id], words));
            }
            Some(_) => {}
        }
    }

    fn forget(&mut self, fits: impl Fn(&Key) -> bool) {
        self.orphans.extend(self.open.keys().filter(|key| fits(key)).map(|key| (key.1, key.2)));
        self.open.retain(|key, _| !fits(key));
    }
}
