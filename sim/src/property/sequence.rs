//! Requests within dialogs: in order, under the names that the dialog has, by the way that was recorded.

use std::collections::BTreeMap;

use super::brief::{Brief, Verb};
use super::letter::Letter;
use super::sight::{Observe, Reading, Scene, Sight, Topic, Written};
use super::{Kind, Need, Property, Verdict};
use crate::trace::NodeId;

/// CSeq grows.
pub(super) const CSEQ: Property = Property {
    id: "dialog.cseq",
    kind: Kind::Always,
    needs: &[],
    requirements: &["IM-3-1-1-1-b", "EX-IM-4-1-2-g"],
    sentence: "The requests that one side sends in a dialog have growing CSeq numbers, ACK and CANCEL left aside (RFC \
               3261 12.2.1.1).",
};

/// Names stay.
pub(super) const NAMES: Property = Property {
    id: "dialog.names",
    kind: Kind::Always,
    needs: &[Need::Hops],
    requirements: &["D-2", "IM-3-1-1-1-b", "IM-3-3-1-4-1-a", "IM-3-4-1-4-1-a", "EX-IM-4-2-1-i"],
    sentence: "A request with a To tag carries the Call-ID and the two tags of a dialog that its sender knows: it has \
               read them, or answered with them.",
};

/// The way stays.
pub(super) const ROUTE: Property = Property {
    id: "dialog.route",
    kind: Kind::Always,
    needs: &[Need::Hops],
    requirements: &["D-8", "D-10", "IM-3-1-1-1-b"],
    sentence: "A request within a dialog has the Route values that were recorded when the dialog began, in the order \
               of its sender's side (RFC 3261 12.1).",
};

/// No ACK for nothing.
pub(super) const ACK: Property = Property {
    id: "dialog.ack",
    kind: Kind::Always,
    needs: &[Need::Hops],
    requirements: &["D-1", "IM-3-1-1-1-b"],
    sentence: "An ACK follows an INVITE with its Call-ID, From tag and CSeq number that its sender has sent and read \
               a final answer to.",
};

#[derive(Default)]
pub(super) struct Sequence {
    /// The dialogs of each node, which has read something in them or answered.
    sides: BTreeMap<(NodeId, u64), Side>,
    /// INVITEs sent, by Call-ID, From tag and CSeq number; true when answered.
    invited: BTreeMap<(NodeId, u64, u32), bool>,
    /// What was recorded by requests that may begin a dialog, until they are answered.
    pending: BTreeMap<(NodeId, u64), Vec<String>>,
    counts: Counts,
}

/// A dialog as one of those who are in it has it.
#[derive(Default)]
struct Side {
    /// The recorded way, as this node has to go it.
    way: Option<Vec<String>>,
    /// The CSeq number of the last request, by the call: who calls himself is at both ends of a dialog.
    last: Vec<(u64, u32)>,
}

/// How often each property was exercised.
#[derive(Default)]
struct Counts {
    cseq: u64,
    names: u64,
    route: u64,
    ack: u64,
}

impl Observe for Sequence {
    const TOPICS: &'static [Topic] = &[Topic::Read, Topic::Wrote, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            // A proxy is in no dialog: what it says of its own it says for somebody else, or hop by hop.
            Sight::Read(Reading { to, .. }) | Sight::Wrote(Written { from: to, .. })
                if *to == NodeId::FRONT_END || scene.forges(*to) => {}
            Sight::Read(reading) => self.read(reading),
            // Who passes an INVITE on acknowledges its refusal.
            Sight::Wrote(written) if !written.own => {
                let invites = written.brief.verb == Verb::Invite && written.brief.code.is_none();
                if invites {
                    self.invites(written);
                }
            }
            Sight::Wrote(written) => match written.brief.code {
                Some(code) => self.answers(written, code),
                None => self.asks(scene, written, verdict),
            },
            Sight::Crashed(who) => {
                self.sides.retain(|(node, _), _| *node != who);
                self.invited.retain(|(node, ..), _| *node != who);
                self.pending.retain(|(node, _), _| *node != who);
            }
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&CSEQ, self.counts.cseq);
        verdict.exercise_times(&NAMES, self.counts.names);
        verdict.exercise_times(&ROUTE, self.counts.route);
        verdict.exercise_times(&ACK, self.counts.ack);
    }
}

impl Sequence {
    fn read(&mut self, reading: &Reading<'_>) {
        let Reading { to: node, brief, head, .. } = *reading;
        let begins = matches!(brief.verb, Verb::Invite | Verb::Subscribe);
        if let Some(dialog) = brief.dialog {
            let side = self.sides.entry((node, dialog)).or_default();
            if begins && brief.code.is_some_and(|code| (200..300).contains(&code)) {
                side.way.get_or_insert_with(|| recorded(&Letter::read(head), true));
            }
        }
        match brief.code {
            None if begins && brief.to_tag == 0 => {
                self.pending.insert((node, brief.transaction), recorded(&Letter::read(head), false));
            }
            Some(200..) if brief.verb == Verb::Invite => {
                if let Some(answered) = self.invited.get_mut(&(node, brief.call, brief.cseq)) {
                    *answered = true;
                }
            }
            _ => {}
        }
    }

    fn invites(&mut self, written: &Written<'_>) {
        let Brief { call, cseq, .. } = written.brief;
        self.invited.insert((written.from, call, cseq), false);
    }

    fn answers(&mut self, written: &Written<'_>, code: u16) {
        let Written { from: node, brief, .. } = *written;
        let Some(dialog) = brief.dialog else { return };
        let side = self.sides.entry((node, dialog)).or_default();
        if matches!(brief.verb, Verb::Invite | Verb::Subscribe)
            && code >= 200
            && let Some(way) = self.pending.remove(&(node, brief.transaction))
        {
            side.way = Some(way);
        }
    }

    fn asks(&mut self, scene: &Scene, written: &Written<'_>, verdict: &mut Verdict) {
        let Written { id, from: node, brief, letter, .. } = *written;
        match brief.verb {
            Verb::Ack => {
                let answered = self.invited.get(&(node, brief.call, brief.cseq)).copied();
                self.counts.ack += 1;
                if answered != Some(true) {
                    let what = if answered.is_none() { "never sent" } else { "has read no final answer to" };
                    let words = format!("sends an ACK for an INVITE that it {what}");
                    verdict.violate(&ACK, scene.finding(node, &[id], words));
                }
            }
            Verb::Invite => self.invites(written),
            _ => {}
        }
        let Some(dialog) = brief.dialog else { return };
        self.counts.names += 1;
        let Some(side) = self.sides.get_mut(&(node, dialog)) else {
            let words =
                format!("sends {} under a Call-ID and tags that it has not seen together", letter.cseq);
            verdict.violate(&NAMES, scene.finding(node, &[id], words));
            return;
        };
        // A CANCEL and an ACK to a refusal go the way of their INVITE.
        if let Some(way) = &side.way
            && !matches!(brief.verb, Verb::Cancel | Verb::Ack)
        {
            self.counts.route += 1;
            if !addresses(&letter.routes).eq(way.iter().map(String::as_str)) {
                let taken = letter.routes.join(", ");
                let words =
                    format!("sends {} by the way [{taken}]; recorded was [{}]", letter.cseq, way.join(", "));
                verdict.violate(&ROUTE, scene.finding(node, &[id], words));
            }
        }
        if matches!(brief.verb, Verb::Ack | Verb::Cancel) {
            return;
        }
        self.counts.cseq += 1;
        let last = match side.last.iter_mut().find(|(call, _)| *call == brief.call) {
            Some((_, last)) => Some(std::mem::replace(last, brief.cseq)),
            None => {
                side.last.push((brief.call, brief.cseq));
                None
            }
        };
        if last.is_some_and(|last| last >= brief.cseq) {
            let words =
                format!("sends {} after CSeq {} in the same dialog", letter.cseq, last.unwrap_or_default());
            verdict.violate(&CSEQ, scene.finding(node, &[id], words));
        }
    }
}

/// The recorded way; the caller goes it backwards.
fn recorded(letter: &Letter<'_>, caller: bool) -> Vec<String> {
    let mut way: Vec<String> = addresses(&letter.record_routes).map(str::to_owned).collect();
    if caller {
        way.reverse();
    }
    way
}

/// The URIs in lists of name-addrs.
fn addresses<'a>(values: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let all = values.iter().flat_map(|value| value.split('<').skip(1));
    all.filter_map(|rest| rest.split('>').next())
}
