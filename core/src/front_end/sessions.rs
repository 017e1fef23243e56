//! The INVITE sessions between endpoints and roles, as far as it takes to end them for an endpoint that is
//! gone (D-4).
//!
//! An endpoint is gone when its registration ends, or when it has had no connection for
//! [`Config::absence`](super::Config::absence). Then the front end says BYE to the roles in its name, in every
//! session that it helped to set up: focus and IM MCU need to know nothing of registrations, and what they do
//! about a BYE is all there is to do. Should the endpoint come back later, its sessions are answered 481, and
//! it joins again.
//!
//! A session is remembered from the 2xx to its INVITE until a BYE of either side passes, with the highest
//! CSeq number that the endpoint used. An endpoint has at most [`SESSIONS_MAX`] of them; what is forgotten
//! ends by its session timer (D-3).

use std::collections::{BTreeMap, VecDeque};

use super::registrar::BindingId;
use crate::signal::{Leaving, on_route};
use crate::wire::sip::{Message, Method, Name, SipError};

/// How many sessions of one endpoint are remembered; beyond that the oldest is forgotten. Ours.
const SESSIONS_MAX: usize = 64;

/// Which side of an INVITE the endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// It calls a role.
    Caller(BindingId),
    /// A role calls it, or one of its fellows; the role's Contact.
    Callee(Box<str>),
}

/// One session, seen from the endpoint.
#[derive(Clone, Debug)]
struct Session {
    call_id: Box<str>,
    /// The endpoint's tag.
    tag: Box<str>,
    /// The role's tag: some clients use Call-ID and tag of their own for all that they do (D-2).
    peer: Box<str>,
    /// What the endpoint would send as From and To.
    from: Box<str>,
    to: Box<str>,
    /// The role's Contact.
    target: Box<str>,
    /// The route set behind this front end.
    routes: Vec<Box<str>>,
    /// The highest CSeq number of the endpoint's requests.
    cseq: u32,
}

/// The sessions of all endpoints, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    by_endpoint: BTreeMap<BindingId, VecDeque<Session>>,
}

impl Sessions {
    /// A 2xx to an INVITE passes that opens a session of `endpoint`. `own` tells this front end's routes.
    pub(super) fn opened(
        &mut self,
        endpoint: BindingId,
        opening: &Opening,
        answer: &Message,
        own: impl Fn(&str) -> bool,
    ) {
        let Ok(Some(session)) = Session::read(opening, answer, own) else { return };
        let sessions = self.by_endpoint.entry(endpoint).or_default();
        // A 2xx is repeated until its ACK.
        if sessions.iter().any(|known| known.is(&session.call_id, &session.tag, &session.peer)) {
            return;
        }
        if sessions.len() >= SESSIONS_MAX {
            sessions.pop_front();
        }
        sessions.push_back(session);
    }

    /// A request of `endpoint` in a dialog passes.
    pub(super) fn used(&mut self, endpoint: BindingId, message: &Message) {
        let (Ok(call_id), Ok(cseq)) = (message.call_id(), message.cseq()) else { return };
        let (own, peer) = (message.from_tag().unwrap_or_default(), message.to_tag().unwrap_or_default());
        let Some(sessions) = self.by_endpoint.get_mut(&endpoint) else { return };
        if *message.method() == Method::Bye {
            sessions.retain(|session| !session.is(call_id, own, peer));
        } else if let Some(session) = sessions.iter_mut().find(|session| session.is(call_id, own, peer)) {
            session.cseq = session.cseq.max(cseq.seq);
        }
        self.tidy(endpoint);
    }

    /// A BYE to one of `endpoints` passes.
    pub(super) fn ended(&mut self, endpoints: &[BindingId], message: &Message) {
        let Ok(call_id) = message.call_id() else { return };
        let (own, peer) = (message.to_tag().unwrap_or_default(), message.from_tag().unwrap_or_default());
        for endpoint in endpoints {
            if let Some(sessions) = self.by_endpoint.get_mut(endpoint) {
                sessions.retain(|session| !session.is(call_id, own, peer));
                self.tidy(*endpoint);
            }
        }
    }

    /// The endpoint is gone: what it takes to end each of its sessions.
    pub(super) fn take(&mut self, endpoint: BindingId) -> Vec<Leaving> {
        let sessions = self.by_endpoint.remove(&endpoint).unwrap_or_default();
        sessions.into_iter().map(Session::leaving).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_endpoint.values().map(VecDeque::len).sum()
    }

    fn tidy(&mut self, endpoint: BindingId) {
        if self.by_endpoint.get(&endpoint).is_some_and(VecDeque::is_empty) {
            self.by_endpoint.remove(&endpoint);
        }
    }
}

impl Session {
    /// `None`: not enough to go by.
    fn read(
        opening: &Opening,
        answer: &Message,
        own: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>, SipError> {
        let (from, to) = (answer.header(Name::From), answer.header(Name::To));
        let (Some(caller), Some(callee)) = (from, to) else { return Ok(None) };
        let mut routes = answer.record_routes().collect::<Result<Vec<_>, _>>()?;
        let contact = answer.contacts().find_map(Result::ok).map(|contact| Box::from(contact.uri.as_str()));
        let (calling, called) = (answer.from_tag(), answer.to_tag());
        let (from, to, tags, target, cseq) = match opening {
            Opening::Caller(_) => {
                routes.reverse();
                (caller, callee, (calling, called), contact, answer.cseq()?.seq)
            }
            Opening::Callee(target) => (callee, caller, (called, calling), Some(target.clone()), 0),
        };
        let ((Some(tag), Some(peer)), Some(target)) = (tags, target) else { return Ok(None) };
        let routes = routes.iter().map(|route| route.uri.as_str()).filter(|uri| !own(uri)).map(on_route);
        Ok(Some(Self {
            call_id: answer.call_id()?.into(),
            tag: tag.into(),
            peer: peer.into(),
            from: from.into(),
            to: to.into(),
            target,
            routes: routes.collect(),
            cseq,
        }))
    }

    fn is(&self, call_id: &str, own: &str, peer: &str) -> bool {
        *self.call_id == *call_id && *self.tag == *own && *self.peer == *peer
    }

    fn leaving(self) -> Leaving {
        let Self { call_id, from, to, target, routes, cseq, .. } = self;
        Leaving { call_id, from, to, target, routes, cseq: cseq.saturating_add(1) }
    }
}
