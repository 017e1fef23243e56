//! The front end (D-8): the pool's registrar and stateful proxy, and the only server a client connects to.
//!
//! A client signs in with REGISTER and is from then on reachable over the connection it signed in on, and
//! over no other, whatever its Contact says. Requests go where their URI says (D-9): to a role of the pool by
//! `opaque=app:conf:…`, to one endpoint of a user by `opaque=user:epid:…`, to all endpoints of a user by his
//! bare address.
//!
//! An endpoint that is gone for good leaves its sessions by the front end's word (`sessions`, D-4).
//!
//! Towards the roles the front end opens one connection each, at the start and again whenever it is lost; the
//! roles reach clients over the same connection.

mod absence;
mod config;
mod forking;
mod patience;
mod provisioning;
mod proxying;
mod register;
mod registrar;
mod routing;
mod sessions;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

pub use self::config::{Config, Role};
use self::forking::Pending;
use self::registrar::{BindingId, Registrar};
use self::sessions::Sessions;
use crate::node::{Address, ConnId, Dump};
use crate::signal::{
    ClientTransaction, Context, Draft, Machine, Request, Response, ServerTransaction, TimerKey,
};
use crate::time::Duration;
use crate::wire::sip::{Message, Method};

/// How long the front end waits before it opens a lost connection to a role anew. Ours, as
/// [`RESEND`](crate::link::RESEND) for the pool link.
pub const REOPEN: Duration = Duration::from_secs(2);

/// When who finds no room may ask again, in seconds. Ours.
const RETRY_AFTER: u32 = 30;

/// The front end as a machine.
#[derive(Debug)]
pub struct FrontEnd {
    config: Config,
    registrar: Registrar,
    /// The connection to each role, while there is one.
    roles: BTreeMap<Role, ConnId>,
    /// Forwarded requests without a final answer.
    pending: BTreeMap<ServerTransaction, Pending>,
    /// What endpoints take part in.
    sessions: Sessions,
    /// The newest connection of each host that is trusted and is no role: a proxy in front of clients.
    proxies: BTreeMap<Box<str>, ConnId>,
}

/// What the front end remembers of a request it sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// It came from somebody else, who waits for the answer.
    Forwarded(ServerTransaction),
    /// A BYE in the name of an endpoint that is gone.
    Leaving,
}

/// What an operator would log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An endpoint signed in, or did so again.
    SignedIn {
        /// The user's address, in lower case.
        user: Box<str>,
    },
    /// An endpoint signed out, its registration expired, or it had no connection for too long.
    SignedOut {
        /// The user's address, in lower case.
        user: Box<str>,
    },
}

/// The front end's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A registration expires.
    Expiry(BindingId),
    /// An endpoint has been without connection for too long.
    Absence(BindingId),
    /// A connection to a role is to be opened again.
    Reopen(Role),
    /// A connection has to have shown by now that somebody uses it.
    Patience(ConnId),
    /// A forwarded INVITE has been ringing for too long (RFC 3261 16.6 step 11).
    C(ClientTransaction),
}

impl TimerKey for Timer {
    fn name(self) -> &'static str {
        match self {
            Self::Expiry(_) => "registration expiry",
            Self::Absence(_) => "absence",
            Self::Reopen(_) => "role reconnect",
            Self::Patience(_) => "patience",
            Self::C(_) => "timer C",
        }
    }
}

impl FrontEnd {
    /// A front end that knows no user yet.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            registrar: Registrar::default(),
            roles: BTreeMap::new(),
            pending: BTreeMap::new(),
            sessions: Sessions::default(),
            proxies: BTreeMap::new(),
        }
    }

    fn open(&mut self, cx: &mut Context<'_, Self>, role: Role) {
        let conn = cx.open(self.config.address_of(role));
        self.roles.insert(role, conn);
    }
}

impl Machine for FrontEnd {
    type Command = Infallible;
    type Event = Event;
    type Ask = Ask;
    type Timer = Timer;

    fn start(&mut self, cx: &mut Context<'_, Self>) {
        for role in Role::ALL {
            self.open(cx, role);
        }
    }

    fn command(&mut self, _cx: &mut Context<'_, Self>, command: Infallible) {
        match command {}
    }

    fn connected(&mut self, cx: &mut Context<'_, Self>, conn: ConnId) {
        self.welcome(cx, conn);
    }

    fn disconnected(&mut self, cx: &mut Context<'_, Self>, conn: ConnId, _peer: &Address) {
        cx.clear_timer(Timer::Patience(conn));
        self.proxies.retain(|_, proxy| *proxy != conn);
        self.absent(cx, conn);
        if let Some(role) = Role::ALL.into_iter().find(|role| self.roles.get(role) == Some(&conn)) {
            self.roles.remove(&role);
            cx.set_timer(Timer::Reopen(role), cx.now() + REOPEN);
        }
    }

    fn request(&mut self, cx: &mut Context<'_, Self>, request: Request) {
        let answer = match request.message.method() {
            Method::Register => self.register(cx, &request),
            _ => self.proxy(cx, &request),
        };
        if let Err(refusal) = answer {
            cx.respond(request.tx, refusal.code, refusal.reason, &refusal.draft);
        }
    }

    fn cancelled(&mut self, cx: &mut Context<'_, Self>, tx: ServerTransaction) {
        self.cancel_all(cx, tx);
    }

    fn stray_ack(&mut self, cx: &mut Context<'_, Self>, conn: ConnId, message: &Arc<Message>) {
        self.proxy_ack(cx, conn, message);
    }

    fn response(&mut self, cx: &mut Context<'_, Self>, response: Response<Ask>) {
        match response.ask {
            Ask::Forwarded(server) => self.relay(cx, server, &response),
            Ask::Leaving => {}
        }
    }

    fn timer(&mut self, cx: &mut Context<'_, Self>, timer: Timer) {
        match timer {
            Timer::Expiry(endpoint) | Timer::Absence(endpoint) => self.gone(cx, endpoint),
            Timer::Reopen(role) => self.open(cx, role),
            Timer::Patience(conn) => self.lose_patience(cx, conn),
            Timer::C(branch) => cx.cancel(branch),
        }
    }

    fn dump(&self, dump: &mut Dump) {
        dump.insert("bindings", self.registrar.len() as u64);
        dump.insert("forwarded requests", self.pending.len() as u64);
        dump.insert("endpoint sessions", self.sessions.len() as u64);
    }
}

/// A final answer of the front end's own.
#[derive(Debug)]
struct Refusal {
    code: u16,
    reason: &'static str,
    draft: Draft,
}

impl Refusal {
    fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason, draft: Draft::new() }
    }

    /// 503: there is no room for it now (RFC 3261 21.5.4).
    fn busy() -> Self {
        let draft = Draft::new().header("Retry-After", RETRY_AFTER);
        Self { draft, ..Self::new(503, "Service Unavailable") }
    }

    /// 420 with the option tags that nobody here understands, unless there is none.
    fn unless_understood<'a>(unknown: impl Iterator<Item = &'a str>) -> Result<(), Self> {
        let unknown: Vec<&str> = unknown.collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let draft = Draft::new().header("Unsupported", unknown.join(", "));
        Err(Self { draft, ..Self::new(420, "Bad Extension") })
    }
}
