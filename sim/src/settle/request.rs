//! Requests that wait for their answers.

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Message, Method};

use super::blame::Blame;
use super::{Said, Unrest};
use crate::trace::{Cast, Emitted, Heard, MsgId, NodeId};

/// How long a request may wait before its node gives it up: timers B and F (D-1).
const PATIENCE: Duration = Duration::from_secs(32);

/// Every request without a final answer, by who asked, Call-ID and CSeq.
#[derive(Default)]
pub(super) struct Requests(BTreeMap<(NodeId, String, u32), Open>);

struct Open {
    since: Instant,
    what: Method,
    /// The last hop it has come to, and who is to read it there.
    last: (MsgId, NodeId),
    /// Somebody has said that the answer may take its time.
    is_ringing: bool,
}

impl Requests {
    /// A message is written.
    pub(super) fn said(&mut self, said: &Said<'_>) {
        let Emitted { id, to, origin, .. } = said.emitted;
        let message = said.message;
        let answered = !matches!(message.method(), Method::Ack | Method::Benotify | Method::Cancel);
        let Some(key) = key(*origin, message).filter(|_| message.is_request() && answered) else { return };
        let new =
            || Open { since: said.at, what: message.method().clone(), last: (*id, *to), is_ringing: false };
        self.0.entry(key).or_insert_with(new).last = (*id, *to);
    }

    /// A message is read.
    pub(super) fn heard(&mut self, heard: &Heard) {
        let (Some(code), Some(key)) = (heard.message.code(), key(heard.to, &heard.message)) else { return };
        if code >= 200 {
            self.0.remove(&key);
        } else if let Some(open) = self.0.get_mut(&key) {
            open.is_ringing = true;
        }
    }

    /// A node has forgotten everything.
    pub(super) fn crashed(&mut self, who: NodeId) {
        self.0.retain(|(asker, ..), _| *asker != who);
    }

    /// Those that still wait at `now`.
    pub(super) fn unrest(&self, cast: &Cast, blame: &Blame<'_>, now: Instant) -> Vec<Unrest> {
        let waits = |open: &Open| {
            now.since(open.since) < PATIENCE || (open.is_ringing && open.what == Method::Invite)
        };
        let open = self.0.iter().filter(|(_, open)| waits(open));
        let told = |((who, ..), open): (&(NodeId, String, u32), &Open)| {
            let (last, to) = open.last;
            let [name, peer] = [*who, to].map(|node| cast.name(node));
            let fate = if blame.is_lost(last) { ", which never arrived" } else { "" };
            Unrest {
                who: *who,
                what: format!(
                    "{name} waits for the answer of {peer} to {} ({last}){fate}",
                    open.what.as_str()
                ),
                since: Some(open.since),
                fault: blame.of_message(last).or_else(|| blame.of_node(to)),
            }
        };
        open.map(told).collect()
    }
}

fn key(asker: NodeId, message: &Message) -> Option<(NodeId, String, u32)> {
    Some((asker, message.call_id().ok()?.to_owned(), message.cseq().ok()?.seq))
}
