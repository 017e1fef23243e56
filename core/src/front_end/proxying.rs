//! The stateful proxy (RFC 3261 section 16).

use std::sync::Arc;

use super::forking::{Failure, Mute, Pending};
use super::routing::{self, Hop, Map, Way};
use super::{Ask, FrontEnd, Refusal, Timer};
use crate::node::ConnId;
use crate::signal::{
    ClientTransaction, Context, Draft, Forwarding, Outcome, Request, Response, ServerTransaction,
};
use crate::time::Duration;
use crate::wire::sip::{Message, Method, SipError};

/// How long a forwarded INVITE may stay without news: more than three minutes (RFC 3261 16.6 step 11).
const TIMER_C: Duration = Duration::from_secs(181);

impl FrontEnd {
    /// Passes a request on, or says why not.
    pub(super) fn proxy(&mut self, cx: &mut Context<'_, Self>, request: &Request) -> Result<(), Refusal> {
        let message = &*request.message;
        let way = self.check(cx, request.conn, message)?;
        if matches!(way.hop, Hop::User { .. } | Hop::Unknown) && self.serve_user(cx, request)? {
            return Ok(());
        }
        let targets = self.targets(&way.hop);
        let method = message.method();
        if matches!(way.hop, Hop::Role(_)) {
            Refusal::unless_understood(routing::unknown_to_roles(message))?;
        }
        if self.pending.len() >= self.config.pending_max && *method != Method::Benotify {
            return Err(Refusal::busy());
        }
        self.watch_sessions(request.conn, message, &way.hop);
        let unreachable = match (&way.hop, routing::opens_dialog(message)) {
            (Hop::Unknown, _) => return Err(Refusal::new(404, "Not Found")),
            (Hop::User { .. }, true) => (480, "Temporarily Unavailable"),
            _ => (503, "Service Unavailable"),
        };
        if *method == Method::Invite && !targets.is_empty() {
            cx.respond(request.tx, 100, "Trying", &Draft::new());
        }

        let transport = self.config.transport.map(|kind| format!(";transport={kind}")).unwrap_or_default();
        let own_route = format!("<sip:{}{transport};lr>", cx.address());
        let forwarding = forwarding(&way, routing::creates_dialog(message).then_some(&*own_route));
        let mut pending = Pending::new(method, Failure::Own(unreachable.0, unreachable.1));
        for conn in targets {
            if let Some(branch) = cx.forward(request, conn, forwarding, Ask::Forwarded(request.tx)) {
                if *method == Method::Invite {
                    cx.set_timer(Timer::C(branch), cx.now() + TIMER_C);
                }
                pending.add(branch, conn);
            }
        }
        if pending.branches().next().is_none() {
            return Err(Refusal::new(unreachable.0, unreachable.1));
        }
        if *method == Method::Invite && routing::opens_dialog(message) {
            pending.opens(self.opening(request.conn, message, &way.hop));
        }
        self.pending.insert(request.tx, pending);
        Ok(())
    }

    /// Passes on an ACK to a 2xx; what cannot be passed on has no answer.
    pub(super) fn proxy_ack(&mut self, cx: &mut Context<'_, Self>, conn: ConnId, message: &Arc<Message>) {
        let Ok(way) = self.check(cx, conn, message) else { return };
        for target in self.targets(&way.hop) {
            cx.forward_ack(message, target, forwarding(&way, None));
        }
    }

    /// The caller has given up.
    pub(super) fn cancel_all(&mut self, cx: &mut Context<'_, Self>, tx: ServerTransaction) {
        for branch in self.pending.get(&tx).into_iter().flat_map(Pending::branches) {
            cx.cancel(branch);
        }
    }

    /// Passes an answer back: every 2xx at once, of the failures the best when all branches have failed.
    pub(super) fn relay(
        &mut self,
        cx: &mut Context<'_, Self>,
        server: ServerTransaction,
        response: &Response<Ask>,
    ) {
        let branch = response.tx;
        let mute = match &response.outcome {
            Outcome::Provisional(message) => return self.relay_provisional(cx, server, branch, message),
            Outcome::Final(message) if response.outcome.is_success() => {
                self.session_opened(cx, server, branch, message);
                cx.relay(server, message);
                return self.succeeded(cx, server, branch);
            }
            Outcome::Final(message) => {
                return self.failed(cx, server, branch, |_| Failure::Answer(Arc::clone(message)));
            }
            Outcome::TimedOut => Mute::TimedOut,
            Outcome::ConnectionLost => Mute::ConnectionLost,
        };
        self.failed(cx, server, branch, |pending| pending.mute(mute));
    }

    /// What every request has to pass (RFC 3261 16.3, D-8), and where it goes.
    fn check(&self, cx: &Context<'_, Self>, conn: ConnId, message: &Message) -> Result<Way, Refusal> {
        let bad = |_: SipError| Refusal::new(400, "Bad Request");
        if message.max_forwards().map_err(bad)? == Some(0) {
            return Err(Refusal::new(483, "Too Many Hops"));
        }
        Refusal::unless_understood(routing::unknown_to_proxy(message))?;
        let user = message.from().map_err(bad)?.uri.address();
        let trusted = cx.peer(conn).is_some_and(|peer| self.config.trusts(peer));
        if !trusted && !self.registrar.is_registered_on(conn, &user) {
            return Err(Refusal::new(403, "Forbidden"));
        }
        let Self { config, registrar, proxies, .. } = self;
        let map = Map { own: cx.address(), config, registrar, proxies };
        map.way(message).map_err(bad)
    }

    fn targets(&self, hop: &Hop) -> Vec<ConnId> {
        match hop {
            Hop::Role(role) => self.roles.get(role).copied().into_iter().collect(),
            Hop::User { user, token } => self.registrar.connections(user, token.as_deref()),
            Hop::Proxy(conn) => vec![*conn],
            Hop::Unknown => Vec::new(),
        }
    }

    fn relay_provisional(
        &mut self,
        cx: &mut Context<'_, Self>,
        server: ServerTransaction,
        branch: ClientTransaction,
        message: &Arc<Message>,
    ) {
        // 100 is from hop to hop (RFC 3261 16.7 step 3).
        if message.code() == Some(100) {
            return;
        }
        let waiting =
            self.pending.get(&server).is_some_and(|pending| pending.branches().any(|it| it == branch));
        if waiting && *message.method() == Method::Invite {
            cx.set_timer(Timer::C(branch), cx.now() + TIMER_C);
        }
        cx.relay(server, message);
    }

    /// A branch brought a 2xx: the others are no longer needed.
    fn succeeded(
        &mut self,
        cx: &mut Context<'_, Self>,
        server: ServerTransaction,
        branch: ClientTransaction,
    ) {
        let Some(pending) = self.pending.remove(&server) else { return };
        for other in pending.branches() {
            cx.clear_timer(Timer::C(other));
            if other != branch {
                cx.cancel(other);
            }
        }
    }

    fn failed(
        &mut self,
        cx: &mut Context<'_, Self>,
        server: ServerTransaction,
        branch: ClientTransaction,
        why: impl FnOnce(&Pending) -> Failure,
    ) {
        cx.clear_timer(Timer::C(branch));
        let Some(pending) = self.pending.get_mut(&server) else { return };
        let failure = why(pending);
        if failure.is_decisive() {
            for other in pending.branches().filter(|other| *other != branch) {
                cx.cancel(other);
            }
        }
        let Some(best) = pending.failed(branch, failure) else { return };
        self.pending.remove(&server);
        match best {
            Failure::Answer(message) => cx.relay(server, &message),
            Failure::Own(code, reason) => cx.respond(server, code, reason, &Draft::new()),
            Failure::Silence => cx.abandon(server),
        }
    }
}

fn forwarding<'a>(way: &'a Way, record_route: Option<&'a str>) -> Forwarding<'a> {
    Forwarding {
        target: way.target.as_deref(),
        record_route,
        routes_used: way.routes_used,
        last_route_used: way.strict,
        header: None,
    }
}
