//! A dialog of the focus or the IM MCU with a client: what it is for, with whom, and whether it still goes on, which the
//! server, the client and the wire may see otherwise.

use std::sync::Arc;

use confsim_core::time::Instant;

use super::abilities::Abilities;
use crate::trace::{MsgId, NodeId};

/// A dialog, numbered in the order of their beginnings: its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DialogId(pub(super) usize);

/// What a dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A session, begun by INVITE.
    Session,
    /// A subscription.
    Subscription,
}

/// A dialog between a client and the focus or the IM MCU. It begins when the server says 2xx, or hears it.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    /// The focus or the IM MCU.
    pub(super) server: NodeId,
    /// What for.
    pub(super) uses: Use,
    /// In which conference.
    pub(super) conference: Arc<str>,
    /// With whose client.
    pub(super) user: NodeId,
    /// The client's tag where the server called: calls that fork share the server's own (D-8).
    callee: Option<Box<str>>,
    /// Where the user wants requests sent, from the INVITE or its answer.
    pub(super) contact: String,
    /// What the user's client can do.
    pub(super) abilities: Abilities,
    /// When the server heard the ACK of a session, or the 200 to its call (D-21), and the number of that sight.
    pub(super) connected: Option<(Instant, u64)>,
    /// The CSeq of the server's last 2xx to an INVITE while that waits for its ACK: till then it sends no BYE (D-6).
    pub(super) unacknowledged: Option<u32>,
    /// The message that ended it, and when.
    pub(super) ended: Option<(Instant, MsgId)>,
    /// Whether something other than its own end may have finished it: the end of the session a subscription
    /// hangs on, or an answer 408 or 481, or a crash of the server. Nothing is owed to it any more.
    pub(super) lapsed: bool,
    /// Whether the server cannot know it any more, though nothing may have told the client: the server has crashed,
    /// or the focus has had the conference deleted or the user ejected. A BYE needs a connection, the end of the
    /// session does not.
    pub(super) closed: bool,
    /// Whether the server has said itself, by a 481, that it knows it no more.
    pub(super) denied: bool,
}

impl Dialog {
    /// One that begins, for which a client has asked the server.
    pub(super) fn new(
        server: NodeId,
        uses: Use,
        conference: Arc<str>,
        user: NodeId,
        (contact, abilities): (String, Abilities),
    ) -> Self {
        Self {
            server,
            uses,
            conference,
            user,
            callee: None,
            contact,
            abilities,
            connected: None,
            unacknowledged: None,
            ended: None,
            lapsed: false,
            closed: false,
            denied: false,
        }
    }

    /// The same as the answer to a call, by a client that takes this tag: it is connected by that (D-21).
    pub(super) fn called(self, callee: &str, connected: (Instant, u64)) -> Self {
        Self { callee: Some(callee.into()), connected: Some(connected), ..self }
    }

    /// Whether the client at the other end may have this tag: where that client called, any.
    pub(super) fn is_with(&self, tag: &str) -> bool {
        self.callee.as_deref().is_none_or(|callee| callee == tag)
    }

    /// Whether the server called.
    pub(super) const fn was_called(&self) -> bool {
        self.callee.is_some()
    }

    /// Whether the server owes it service.
    pub(super) const fn live(&self) -> bool {
        self.open() && !self.closed
    }

    /// Whether nothing has been seen that ends it between the two.
    pub(super) const fn open(&self) -> bool {
        self.ended.is_none() && !self.lapsed
    }

    /// Whether the server is known not to know it any more: it has ended it, or said so, or forgotten it.
    pub(super) const fn over(&self) -> bool {
        self.ended.is_some() || self.denied || self.closed
    }

    /// Whether the server may go on with it although it has lapsed: after an answer 408 or 481 a session lasts until
    /// the report of that forward is out (D-7).
    pub(super) const fn may_linger(&self) -> bool {
        self.lapsed && self.ended.is_none() && !self.closed
    }

    /// Whether it is a live session with the IM MCU that takes part in forwarding (D-21).
    pub(super) fn takes_part(&self) -> bool {
        self.server == NodeId::MCU && self.uses == Use::Session && self.connected.is_some() && self.live()
    }
}
