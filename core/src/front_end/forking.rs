//! What is known of a forwarded request while it has no final answer (RFC 3261 16.7).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sessions::Opening;
use crate::node::ConnId;
use crate::signal::ClientTransaction;
use crate::wire::sip::{Message, Method};

/// A request that has been forwarded to one or several targets at once.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// The branches without a final answer, and where they went.
    branches: BTreeMap<ClientTransaction, ConnId>,
    invite: bool,
    /// What the loss of a connection amounts to.
    unreachable: Failure,
    best: Option<Failure>,
    /// The session it opens between an endpoint and a role, if it does.
    opening: Option<Opening>,
}

/// Why a branch failed.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// By this answer.
    Answer(Arc<Message>),
    /// For a reason of ours.
    Own(u16, &'static str),
    /// A request other than INVITE timed out: to say so would come too late (RFC 4320 section 4.2).
    Silence,
}

/// How a branch ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mute {
    /// It timed out.
    TimedOut,
    /// Its connection was lost.
    ConnectionLost,
}

impl Failure {
    /// The less, the better: a 6xx speaks for the user, else the lowest code wins (RFC 3261 16.7 step 6).
    fn rank(&self) -> u16 {
        let code = match self {
            Self::Answer(message) => message.code().unwrap_or(u16::MAX),
            Self::Own(code, _) => *code,
            Self::Silence => u16::MAX,
        };
        if (600..700).contains(&code) { 0 } else { code }
    }

    /// Whether no other branch can do any better.
    pub(super) fn is_decisive(&self) -> bool {
        self.rank() == 0
    }
}

impl Pending {
    /// A request with `method`, not yet on its way.
    pub(super) fn new(method: &Method, unreachable: Failure) -> Self {
        Self {
            branches: BTreeMap::new(),
            invite: *method == Method::Invite,
            unreachable,
            best: None,
            opening: None,
        }
    }

    /// Notes the session that the request opens.
    pub(super) fn opens(&mut self, opening: Option<Opening>) {
        self.opening = opening;
    }

    /// The session that the request opens.
    pub(super) fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    pub(super) fn add(&mut self, branch: ClientTransaction, conn: ConnId) {
        self.branches.insert(branch, conn);
    }

    /// Where a branch went.
    pub(super) fn way_of(&self, branch: ClientTransaction) -> Option<ConnId> {
        self.branches.get(&branch).copied()
    }

    /// The branches without a final answer.
    pub(super) fn branches(&self) -> impl Iterator<Item = ClientTransaction> {
        self.branches.keys().copied()
    }

    /// A branch ended without any answer: what that amounts to.
    pub(super) fn mute(&self, how: Mute) -> Failure {
        match how {
            Mute::TimedOut if self.invite => Failure::Own(408, "Request Timeout"),
            Mute::TimedOut => Failure::Silence,
            Mute::ConnectionLost => self.unreachable.clone(),
        }
    }

    /// A branch failed. The best failure of all, once it was the last.
    pub(super) fn failed(&mut self, branch: ClientTransaction, failure: Failure) -> Option<Failure> {
        self.branches.remove(&branch);
        if self.best.as_ref().is_none_or(|best| failure.rank() < best.rank()) {
            self.best = Some(failure);
        }
        if self.branches.is_empty() { self.best.take() } else { None }
    }
}
