//! Transactions on streams (RFC 3261 section 17, RFC 6026), keyed as D-2 says.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::dialog::{Path, Usage};
use super::handle::{ClientTransaction, DialogId, ServerTransaction};
use super::timers::TimerKey;
use crate::node::ConnId;
use crate::wire::sip::{Message, Method};

/// The layer's own timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LayerTimer {
    /// No answer to an INVITE.
    B(ClientTransaction),
    /// No answer to another request.
    F(ClientTransaction),
    /// No ACK for a failure.
    H(ServerTransaction),
    /// The Accepted state of an INVITE server transaction ends.
    L(ServerTransaction),
    /// The Accepted state of an INVITE client transaction ends.
    M(ClientTransaction),
    /// A 2xx is repeated.
    Repeat(DialogId),
    /// No ACK for a 2xx.
    NoAck(DialogId),
}

impl TimerKey for LayerTimer {
    fn name(self) -> &'static str {
        match self {
            Self::B(_) => "timer B",
            Self::F(_) => "timer F",
            Self::H(_) => "timer H",
            Self::L(_) => "timer L",
            Self::M(_) => "timer M",
            Self::Repeat(_) => "2xx repeat",
            Self::NoAck(_) => "ACK time-out",
        }
    }
}

/// One server transaction.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) key: Key,
    pub(super) conn: ConnId,
    pub(super) request: Arc<Message>,
    pub(super) dialog: Option<DialogId>,
    /// Our tag in the responses, once there is one.
    pub(super) local_tag: Option<Box<str>>,
    pub(super) phase: ServerPhase,
    /// The last response, for a repeated request.
    pub(super) last: Option<(Bytes, Bytes, u16)>,
}

/// How far a server transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerPhase {
    /// No final response yet.
    Open,
    /// A failure to an INVITE left; its ACK is awaited.
    Completed,
    /// A 2xx to an INVITE left; more may pass (RFC 6026).
    Accepted,
}

/// One client transaction.
#[derive(Clone, Debug)]
pub(super) struct Client<A> {
    pub(super) key: Key,
    pub(super) conn: ConnId,
    pub(super) method: Method,
    /// What the machine gave along; `None` for the layer's own CANCEL.
    pub(super) ask: Option<A>,
    pub(super) dialog: Option<DialogId>,
    pub(super) phase: ClientPhase,
    /// The machine wants it cancelled, which has to wait for a provisional response.
    pub(super) cancel: bool,
    pub(super) sent: Sent,
    /// What it takes to create the dialog.
    pub(super) creating: Option<Creating>,
}

/// How far a client transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientPhase {
    /// Nothing came yet.
    Calling,
    /// A provisional response came.
    Proceeding,
    /// A 2xx to an INVITE came; more may follow (RFC 6026).
    Accepted,
}

/// What ACK and CANCEL repeat of an INVITE; empty for other methods.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    pub(super) path: Path,
    /// The Via value.
    pub(super) via: Box<str>,
    pub(super) from: Box<str>,
    pub(super) to: Box<str>,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
}

/// A dialog in the making, at the side that asked for it.
#[derive(Clone, Debug)]
pub(super) struct Creating {
    pub(super) usage: Usage,
    pub(super) local_tag: Box<str>,
    pub(super) local: Box<str>,
    pub(super) call_id: Box<str>,
    pub(super) contact: Box<str>,
    pub(super) cseq: u32,
    /// The peers' tags heard so far: a forked INVITE may create several dialogs, a repeated 2xx none.
    pub(super) answered: Vec<Box<str>>,
}

/// What identifies a transaction: the connection, and the branch or the RFC 2543 tuple (D-2).
pub(super) type Key = (ConnId, Box<str>);

/// The key of the transaction that `message`, heard on `conn`, belongs to; ACK and CANCEL have that of their
/// INVITE.
pub(super) fn key_of(conn: ConnId, message: &Message) -> Key {
    let kind = match message.method() {
        Method::Ack | Method::Cancel if message.is_request() => &Method::Invite,
        method => method,
    };
    if let Some(branch) = message.branch().filter(|branch| branch.starts_with(COOKIE)) {
        return (conn, format!("{branch} {kind}").into_boxed_str());
    }
    let call_id = message.call_id().unwrap_or_default();
    let seq = message.cseq().map_or(0, |cseq| cseq.seq);
    (conn, tuple(call_id, message.from_tag().unwrap_or_default(), message.to_tag(), seq, kind))
}

/// The key of a request outside dialogs that `response` answers: it had no To tag yet.
pub(super) fn key_outside(conn: ConnId, response: &Message) -> Option<Key> {
    let from = response.from().ok()?;
    let own = from.tag().unwrap_or_default();
    let seq = response.cseq().ok()?.seq;
    Some((conn, tuple(response.call_id().ok()?, own, None, seq, response.method())))
}

/// The mark of a branch that is unique by itself (RFC 3261 8.1.1.7).
pub(super) const COOKIE: &str = "z9hG4bK";

/// RFC 3261 17.2.3, second half: what identifies a request of an RFC 2543 element. The dialogs of a forked
/// INVITE differ in the peer's tag alone. Of an INVITE it is left out, since its ACK has one where it had none.
pub(super) fn tuple(call_id: &str, own: &str, peer: Option<&str>, seq: u32, method: &Method) -> Box<str> {
    match peer.filter(|_| *method != Method::Invite) {
        Some(peer) => format!("{call_id} {own} {peer} {seq} {method}"),
        None => format!("{call_id} {own} {seq} {method}"),
    }
    .into_boxed_str()
}

/// Transactions of one side by handle and by key.
#[derive(Clone, Debug)]
pub(super) struct Table<H, T> {
    by_id: BTreeMap<H, T>,
    by_key: BTreeMap<Key, H>,
    next: u64,
}

impl<H: Copy + Ord + From<u64>, T> Table<H, T> {
    pub(super) fn new() -> Self {
        Self { by_id: BTreeMap::new(), by_key: BTreeMap::new(), next: 0 }
    }

    /// Uses up a handle.
    pub(super) fn reserve(&mut self) -> H {
        let id = H::from(self.next);
        self.next += 1;
        id
    }

    pub(super) fn insert(&mut self, id: H, key: Key, transaction: T) {
        self.by_key.insert(key, id);
        self.by_id.insert(id, transaction);
    }

    pub(super) fn remove(&mut self, id: H, key: &Key) -> Option<T> {
        if self.by_key.get(key) == Some(&id) {
            self.by_key.remove(key);
        }
        self.by_id.remove(&id)
    }

    pub(super) fn find(&self, key: &Key) -> Option<H> {
        self.by_key.get(key).copied()
    }

    pub(super) fn get(&self, id: H) -> Option<&T> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: H) -> Option<&mut T> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (H, &T)> {
        self.by_id.iter().map(|(id, transaction)| (*id, transaction))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
}
