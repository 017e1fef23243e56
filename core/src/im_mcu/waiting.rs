//! INVITEs that have overtaken their announcement: the pool link repeats what is lost, the INVITE's way does
//! not (D-10, D-11).

use std::collections::BTreeMap;

use crate::link::RESEND;
use crate::node::ConnId;
use crate::signal::{Request, ServerTransaction};
use crate::time::{Duration, Instant};

/// How long an INVITE waits: a few repeats of the link.
const PATIENCE: Duration = RESEND.times(5);
/// How many INVITEs may wait; ours.
const WAITING_MAX: usize = 1024;

/// INVITEs by the endpoint whose announcement they wait for.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    invites: BTreeMap<Box<str>, (Instant, Request)>,
}

impl Waiting {
    /// Has an INVITE wait; gives back one for which there is no room, or that another waits in place of.
    pub(super) fn hold(&mut self, endpoint: &str, invite: &Request, now: Instant) -> Option<Request> {
        if self.invites.len() >= WAITING_MAX {
            return Some(invite.clone());
        }
        self.invites.insert(endpoint.into(), (now + PATIENCE, invite.clone())).map(|(_, other)| other)
    }

    /// The INVITE of an endpoint that has been announced.
    pub(super) fn take(&mut self, endpoint: &str) -> Option<Request> {
        self.invites.remove(endpoint).map(|(_, invite)| invite)
    }

    /// Forgets an INVITE that its sender has given up; false: it was not waiting.
    pub(super) fn cancel(&mut self, invite: ServerTransaction) -> bool {
        let before = self.invites.len();
        self.invites.retain(|_, (_, held)| held.tx != invite);
        self.invites.len() < before
    }

    /// Those whose time is up.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Request> {
        let late = self.invites.extract_if(.., |_, (until, _)| *until <= now);
        late.map(|(_, (_, invite))| invite).collect()
    }

    /// Those that came on a connection that is lost.
    pub(super) fn lost(&mut self, conn: ConnId) -> Vec<Request> {
        let lost = self.invites.extract_if(.., |_, (_, invite)| invite.conn == conn);
        lost.map(|(_, (_, invite))| invite).collect()
    }

    /// When the next one's time is up.
    pub(super) fn next(&self) -> Option<Instant> {
        self.invites.values().map(|(until, _)| *until).min()
    }

    pub(super) fn len(&self) -> usize {
        self.invites.len()
    }
}
