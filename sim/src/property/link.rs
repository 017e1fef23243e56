//! The link between pool members: documents in order, each taken once, none forgotten (D-11).

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};

use super::brief::Verb;
use super::letter::param;
use super::sight::{Observe, Reading, Scene, Sight, Topic, Written};
use super::{Kind, Property, Verdict};
use crate::trace::{Digest, MsgId, NodeId};

/// Numbers without gaps.
pub(super) const ORDER: Property = Property {
    id: "link.order",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-11"],
    sentence: "A pool member numbers its documents for another one without gaps as long as neither begins anew, and \
               acknowledges no document that it has not read.",
};

/// Repeats repeat.
pub(super) const REPEATS: Property = Property {
    id: "link.repeats",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-11"],
    sentence: "What a pool member sends under a number again is what it sent before.",
};

/// Everything arrives.
pub(super) const ARRIVES: Property = Property {
    id: "link.arrives",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &["D-11"],
    sentence: "Each document is acknowledged in the end, unless one of the two began anew or is away.",
};

/// Somebody begins anew.
pub(super) const EPOCH: Property = Property {
    id: "link.epoch",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-11"],
    sentence: "A pool member speaks under another epoch than before.",
};

/// Something is sent again.
pub(super) const AGAIN: Property = Property {
    id: "link.again",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-11"],
    sentence: "A document on the link is sent again because nobody has acknowledged it.",
};

/// How long a document may stay without acknowledgement at the end of a run: some repeats' worth.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Links(BTreeMap<(NodeId, NodeId), Way>);

/// One direction between two members.
#[derive(Default)]
struct Way {
    epoch: String,
    /// Whom the sender believes to speak to.
    peer: Option<String>,
    /// The highest number sent.
    sent: u64,
    /// Documents that are not acknowledged yet: what they say, and when they were sent first.
    open: BTreeMap<u64, (u64, Instant, MsgId)>,
    /// Messages of this epoch under way, by the number each carries.
    under_way: BTreeMap<MsgId, u64>,
    /// The highest number that the receiver has read, of this epoch.
    read: u64,
}

/// The header: `EPOCH;seq=N;ack=M;peer=EPOCH`.
struct Envelope<'a> {
    epoch: &'a str,
    seq: u64,
    ack: u64,
    peer: Option<&'a str>,
}

impl<'a> Envelope<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let number = |name| param(text, name)?.parse().ok();
        let epoch = text.split(';').next()?.trim();
        Some(Self { epoch, seq: number("seq")?, ack: number("ack")?, peer: param(text, "peer") })
    }
}

impl Observe for Links {
    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Wrote(written) if written.own && written.brief.verb == Verb::Service => {
                if ![written.from, written.to].into_iter().all(NodeId::is_member) {
                    return;
                }
                if let Some(envelope) = written.letter.pool_link.and_then(Envelope::read) {
                    self.says(scene, written, &envelope, verdict);
                }
            }
            Sight::Read(reading) if reading.brief.verb == Verb::Service && reading.brief.code.is_none() => {
                self.read(reading);
            }
            _ => {}
        }
    }

    const TOPICS: &'static [Topic] = &[Topic::Wrote, Topic::Read];

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for ((from, to), way) in &self.0 {
            verdict.exercise(&ARRIVES);
            let overdue = way.open.iter().find(|(_, (_, at, _))| *at + PATIENCE <= scene.at);
            if let Some((seq, (_, at, id))) = overdue
                && !scene.pool_broken
            {
                let words =
                    format!("sent {} document {seq} at {at}; it was never acknowledged", scene.name(*to));
                verdict.violate(&ARRIVES, scene.finding(*from, &[*id], words));
            }
        }
    }
}

impl Links {
    fn says(&mut self, scene: &Scene, written: &Written<'_>, envelope: &Envelope<'_>, verdict: &mut Verdict) {
        let Written { id, from, to, .. } = *written;
        self.acknowledges(scene, written, envelope, verdict);
        let way = self.0.entry((from, to)).or_default();
        if way.epoch != envelope.epoch || way.peer.is_some() && way.peer.as_deref() != envelope.peer {
            if !way.epoch.is_empty() && way.epoch != envelope.epoch {
                verdict.exercise(&EPOCH);
            }
            *way = Way { epoch: envelope.epoch.to_owned(), ..Way::default() };
        }
        if way.peer.as_deref() != envelope.peer {
            way.peer = envelope.peer.map(str::to_owned);
        }
        way.under_way.insert(id, envelope.seq);
        // A greeting, or an answer: no document.
        if envelope.seq == 0 || written.brief.code.is_some() {
            return;
        }
        verdict.exercise(&ORDER);
        let mut content = Digest::default();
        content.bytes(written.body);
        if envelope.seq == way.sent + 1 {
            way.sent = envelope.seq;
            way.open.insert(envelope.seq, (content.value(), scene.at, id));
        } else if envelope.seq > way.sent {
            let words = format!("sends document {} after {}", envelope.seq, way.sent);
            verdict.violate(&ORDER, scene.finding(from, &[id], words));
            way.sent = envelope.seq;
        } else if let Some((before, _, first)) = way.open.get(&envelope.seq) {
            verdict.exercise(&AGAIN);
            verdict.exercise(&REPEATS);
            if *before != content.value() {
                let words = format!("sends something else under number {} than before", envelope.seq);
                verdict.violate(&REPEATS, scene.finding(from, &[*first, id], words));
            }
        }
    }

    /// What it acknowledges of the other way.
    fn acknowledges(
        &mut self,
        scene: &Scene,
        written: &Written<'_>,
        envelope: &Envelope<'_>,
        verdict: &mut Verdict,
    ) {
        let Some(way) = self.0.get_mut(&(written.to, written.from)) else { return };
        // It speaks of another life of the peer.
        if envelope.peer != Some(way.epoch.as_str()) {
            return;
        }
        if envelope.ack > way.read {
            let words = format!("acknowledges document {} having read {}", envelope.ack, way.read);
            verdict.violate(&ORDER, scene.finding(written.from, &[written.id], words));
        }
        way.open = way.open.split_off(&(envelope.ack + 1));
    }

    fn read(&mut self, reading: &Reading<'_>) {
        let Some(way) = self.0.get_mut(&(reading.from, reading.to)) else { return };
        if let Some(seq) = way.under_way.remove(&reading.id) {
            way.read = way.read.max(seq);
        }
    }
}
