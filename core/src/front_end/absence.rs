//! Endpoints that are gone, and the sessions they leave behind (D-4; see `sessions`).

use super::registrar::{BindingId, token};
use super::routing::{self, Hop, Map};
use super::sessions::Opening;
use super::{Ask, Event, FrontEnd, Timer};
use crate::node::ConnId;
use crate::signal::{ClientTransaction, Context, Draft, ServerTransaction};
use crate::wire::sip::{Message, Method, Uri};

/// Why the roles hear a BYE that the endpoint did not send.
const REASON: &str = "SIP;cause=480;text=\"Endpoint unreachable\"";

impl FrontEnd {
    /// A connection is lost: its endpoints have some time to come back.
    pub(super) fn absent(&mut self, cx: &mut Context<'_, Self>, conn: ConnId) {
        for endpoint in self.registrar.disconnected(conn) {
            cx.set_timer(Timer::Absence(endpoint), cx.now() + self.config.absence);
        }
    }

    /// An endpoint has signed out, or is gone.
    pub(super) fn gone(&mut self, cx: &mut Context<'_, Self>, endpoint: BindingId) {
        let Some(binding) = self.registrar.remove(endpoint) else { return };
        cx.clear_timer(Timer::Expiry(endpoint));
        cx.clear_timer(Timer::Absence(endpoint));
        let draft = Draft::new().header("Reason", REASON);
        for leaving in self.sessions.take(endpoint) {
            let Self { config, registrar, proxies, .. } = self;
            let map = Map { own: cx.address(), config, registrar, proxies };
            let role = Uri::parse(&leaving.target).ok().and_then(|target| map.role_of_target(&target));
            if let Some(conn) = role.and_then(|role| self.roles.get(&role).copied()) {
                cx.leave_for(conn, &leaving, &draft, Ask::Leaving);
            }
        }
        cx.event(Event::SignedOut { user: binding.user });
    }

    /// Takes note of a request that passes in a session.
    pub(super) fn watch_sessions(&mut self, conn: ConnId, message: &Message, hop: &Hop) {
        if routing::opens_dialog(message) {
            return;
        }
        if let Some(endpoint) = self.endpoint_of(conn, message) {
            self.sessions.used(endpoint, message);
        }
        if let (Hop::User { user, .. }, Method::Bye) = (hop, message.method()) {
            self.sessions.ended(self.registrar.endpoints(user), message);
        }
    }

    /// The session that an INVITE to `hop` opens between an endpoint and a role.
    pub(super) fn opening(&self, conn: ConnId, message: &Message, hop: &Hop) -> Option<Opening> {
        match hop {
            Hop::Role(_) => self.endpoint_of(conn, message).map(Opening::Caller),
            Hop::User { .. } if self.roles.values().any(|role| *role == conn) => {
                let contact = message.contacts().find_map(Result::ok)?;
                Some(Opening::Callee(contact.uri.as_str().into()))
            }
            _ => None,
        }
    }

    /// A 2xx to an INVITE passes.
    pub(super) fn session_opened(
        &mut self,
        cx: &Context<'_, Self>,
        server: ServerTransaction,
        branch: ClientTransaction,
        answer: &Message,
    ) {
        let Some(pending) = self.pending.get(&server) else { return };
        let (Some(opening), Some(conn)) = (pending.opening(), pending.way_of(branch)) else { return };
        let endpoint = match opening {
            Opening::Caller(endpoint) => Some(*endpoint),
            Opening::Callee(_) => answer.to().ok().and_then(|to| {
                self.registrar.endpoint_on(conn, &to.uri.address(), to.epid().map(token).as_deref())
            }),
        };
        if let Some(endpoint) = endpoint.filter(|endpoint| self.registrar.get(*endpoint).is_some()) {
            let own = |uri: &str| Uri::parse(uri).is_ok_and(|uri| routing::is_at(&uri, cx.address()));
            self.sessions.opened(endpoint, opening, answer, own);
        }
    }

    /// The endpoint that sent a message.
    fn endpoint_of(&self, conn: ConnId, message: &Message) -> Option<BindingId> {
        let from = message.from().ok()?;
        self.registrar.endpoint_on(conn, &from.uri.address(), from.epid().map(token).as_deref())
    }
}
