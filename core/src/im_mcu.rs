//! The IM MCU (MS-CONFIM): the sessions of a conference's participants, and the messages between them.
//!
//! * The focus decides who takes part and says so over the pool link: [`link`](crate::link) carries its C3P
//!   commands, and back their responses and the state of the sessions (`link_commands`, `roster`).
//! * A participant dials in, or is called (`dial_out`); INVITE, SDP, session timer, BYE of either side
//!   (`sessions`).
//! * A MESSAGE is answered at once, forwarded to everybody else in a form each of them takes (`forward`,
//!   `format`), recorded for the first 40 seconds (`history`), and reported on to its author when the last
//!   forward has its result (`delivery`). An INFO is merely passed on (`info`).

mod announced;
mod call;
mod conference;
mod config;
mod delivery;
mod dial_out;
mod format;
mod forward;
mod history;
mod info;
mod leg;
mod link_commands;
mod parting;
mod refusal;
mod roster;
mod sessions;
mod waiting;

use std::collections::BTreeMap;
use std::convert::Infallible;

pub use conference::ConferenceId;
pub use config::{Config, Limits, SESSION_EXPIRES};
pub use history::HISTORY;

use self::conference::Conference;
use self::parting::Farewell;
use self::waiting::Waiting;
use crate::conference_uri::{Addresses, Target};
use crate::link::{Kind, Link, Side};
use crate::node::{Address, ConnId, Dump};
use crate::signal::{Context, DialogId, Draft, Machine, Request, Response, ServerTransaction, TimerKey};
use crate::wire::sip::Method;

/// What the MCU understands (RFC 3261 20.5).
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, UPDATE, MESSAGE, INFO";
/// The MCU's description names no host: messages travel in the dialog (EX-IM-4-1-1).
const SDP_ADDRESS: &str = "0.0.0.0";

/// The hands of the MCU.
type Cx<'a> = Context<'a, ImMcu>;

/// The IM MCU.
#[derive(Clone, Debug)]
pub struct ImMcu {
    config: Config,
    /// From [`Machine::start`] on.
    link: Option<Link<Ask, Timer>>,
    conferences: BTreeMap<ConferenceId, Conference>,
    /// How many conferences there have been.
    created: u64,
    /// The conferences by [`Addresses::key`].
    ids: BTreeMap<Box<str>, ConferenceId>,
    /// INVITEs that wait for their announcement.
    waiting: Waiting,
    /// Where each session belongs.
    dialogs: BTreeMap<DialogId, ConferenceId>,
}

/// What an operator would log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The focus sent a command that is no C3P; it cannot be answered.
    UnreadableCommand {
        /// Where it goes wrong, in bytes.
        offset: usize,
    },
}

/// What a request of the MCU was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The pool link's.
    Link,
    /// A message was forwarded.
    Forward {
        /// The conference.
        conference: ConferenceId,
        /// Its Message-Id.
        message: u32,
    },
    /// A recorded message was forwarded.
    Replay {
        /// The conference.
        conference: ConferenceId,
    },
    /// An INFO was forwarded.
    Info {
        /// The conference.
        conference: ConferenceId,
    },
    /// A participant was called.
    Call {
        /// The conference.
        conference: ConferenceId,
        /// Which of its calls.
        number: u32,
    },
    /// A session was refreshed.
    Refresh,
    /// A session was ended.
    Bye,
}

/// The timers of the MCU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The pool link's.
    Link,
    /// The history of a conference ends (IM-3-3-2-6-1-a).
    History(ConferenceId),
    /// A participant who was announced did not come.
    Announced(ConferenceId),
    /// A participant who has come was not announced.
    Waiting,
    /// A session has to be refreshed or given up.
    Session(DialogId),
    /// A user who is called does not answer: the conference, and which of its calls.
    Ringing(ConferenceId, u32),
}

impl TimerKey for Timer {
    fn name(self) -> &'static str {
        match self {
            Self::Link => "pool link",
            Self::History(_) => "message history",
            Self::Announced(_) => "announcement",
            Self::Waiting => "waiting INVITE",
            Self::Session(_) => "session",
            Self::Ringing(..) => "ringing",
        }
    }
}

impl ImMcu {
    /// An MCU without conferences.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            link: None,
            conferences: BTreeMap::new(),
            created: 0,
            ids: BTreeMap::new(),
            waiting: Waiting::default(),
            dialogs: BTreeMap::new(),
        }
    }

    fn conference_of(&mut self, dialog: DialogId) -> Option<&mut Conference> {
        self.conferences.get_mut(self.dialogs.get(&dialog)?)
    }

    /// The conference that `uri` leads to, if it is of this kind.
    fn at(&mut self, uri: &str, target: Target) -> Option<&mut Conference> {
        Target::of(uri).filter(|found| *found == target)?;
        self.conferences.get_mut(self.ids.get(&Addresses::of(uri)?.key)?)
    }

    /// Sends the focus a state document.
    fn tell_focus(&mut self, cx: &mut Cx<'_>, document: Option<Vec<u8>>) {
        if let (Some(link), Some(document)) = (&mut self.link, document) {
            link.send(cx, Kind::State, document);
        }
    }

    /// A request of the pool link, if it comes from where it must.
    fn service(&mut self, cx: &mut Cx<'_>, request: &Request) {
        match &mut self.link {
            Some(link) if link.owns(cx, request.conn) => {
                let news = link.request(cx, request);
                self.link_news(cx, news);
            }
            _ => refusal::NOT_FROM_THE_FOCUS.answer(cx, request.tx),
        }
    }

    /// A request within a session.
    fn in_session(&mut self, cx: &mut Cx<'_>, dialog: DialogId, request: &Request) {
        let limits = self.config.limits;
        match request.message.method() {
            Method::Invite | Method::Update => self.renew(cx, dialog, request),
            Method::Bye => self.hung_up(cx, dialog, request),
            Method::Message => {
                if let Some(conference) = self.conference_of(dialog) {
                    conference.message(cx, dialog, request, &limits);
                }
            }
            Method::Info => {
                if let Some(conference) = self.conference_of(dialog) {
                    conference.info(cx, dialog, request, &limits);
                }
            }
            _ => not_allowed(cx, request),
        }
    }
}

impl Machine for ImMcu {
    type Command = Infallible;
    type Event = Event;
    type Ask = Ask;
    type Timer = Timer;

    fn start(&mut self, cx: &mut Cx<'_>) {
        let epoch = cx.entropy().hex(8);
        let focus = self.config.focus.clone();
        self.link.insert(Link::new(focus, Side::Acceptor, &epoch, Ask::Link, Timer::Link)).start(cx);
    }

    fn command(&mut self, _cx: &mut Cx<'_>, command: Infallible) {
        match command {}
    }

    fn connected(&mut self, cx: &mut Cx<'_>, conn: ConnId) {
        if let Some(link) = self.link.as_mut().filter(|link| link.owns(cx, conn)) {
            link.connected(cx);
        }
    }

    fn disconnected(&mut self, cx: &mut Cx<'_>, conn: ConnId, peer: &Address) {
        if let Some(link) = self.link.as_mut().filter(|_| *peer == self.config.focus) {
            link.disconnected(cx);
        }
        // Nobody is there to be answered any more: this ends their transactions.
        let lost = self.waiting.lost(conn);
        self.turn_away(cx, lost);
    }

    fn request(&mut self, cx: &mut Cx<'_>, request: Request) {
        let message = &request.message;
        let within = message.to().is_ok_and(|to| to.tag().is_some());
        match request.dialog.filter(|dialog| self.dialogs.contains_key(dialog)) {
            Some(dialog) => self.in_session(cx, dialog, &request),
            None if within => {
                refusal::NO_DIALOG.answer(cx, request.tx);
                // Our own BYE may still be waiting for an ACK (D-6): there is nobody left to say it to.
                if let Some(dialog) = request.dialog.filter(|_| *message.method() == Method::Bye) {
                    cx.forget(dialog);
                }
            }
            None => match message.method() {
                Method::Service => self.service(cx, &request),
                Method::Invite => self.dial_in(cx, &request),
                _ => not_allowed(cx, &request),
            },
        }
    }

    fn cancelled(&mut self, cx: &mut Cx<'_>, tx: ServerTransaction) {
        if self.waiting.cancel(tx) {
            self.watch_waiting(cx);
            refusal::CANCELLED.answer(cx, tx);
        }
    }

    fn acknowledged(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        self.connect(cx, dialog);
    }

    fn unacknowledged(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        if let Some(id) = self.dialogs.get(&dialog).copied() {
            self.end(cx, id, vec![dialog], Farewell::Said);
        }
    }

    fn response(&mut self, cx: &mut Cx<'_>, response: Response<Ask>) {
        let Response { dialog, ask, outcome, .. } = response;
        if outcome.is_provisional() {
            return;
        }
        match (ask, dialog) {
            (Ask::Link, _) => {
                if let Some(link) = &mut self.link {
                    let news = link.response(cx, &outcome);
                    self.link_news(cx, news);
                }
            }
            (Ask::Forward { conference: id, message }, Some(dialog)) => {
                let Some(conference) = self.conferences.get_mut(&id) else { return };
                let unreachable = conference.forwarded(cx, dialog, message, &outcome);
                self.end(cx, id, unreachable, Farewell::Said);
            }
            (Ask::Replay { conference: id }, Some(dialog)) => {
                let Some(conference) = self.conferences.get_mut(&id) else { return };
                conference.finished();
                if outcome.ends_dialog() {
                    self.end(cx, id, vec![dialog], Farewell::Said);
                }
            }
            // What becomes of an INFO is of no concern (IM-3-4-2-5-2-a).
            (Ask::Info { conference }, _) => {
                if let Some(conference) = self.conferences.get_mut(&conference) {
                    conference.finished();
                }
            }
            (Ask::Call { conference, number }, dialog) => {
                self.called(cx, conference, number, dialog, &outcome);
            }
            (Ask::Refresh, Some(dialog)) => self.refreshed(cx, dialog, &outcome),
            (Ask::Bye, Some(dialog)) => cx.forget(dialog),
            (Ask::Forward { .. } | Ask::Replay { .. } | Ask::Refresh | Ask::Bye, None) => {}
        }
    }

    fn timer(&mut self, cx: &mut Cx<'_>, timer: Timer) {
        match timer {
            Timer::Link => {
                if let Some(link) = &mut self.link {
                    link.timer(cx);
                }
            }
            Timer::History(id) => {
                if let Some(conference) = self.conferences.get_mut(&id) {
                    conference.history.clear();
                }
            }
            Timer::Announced(id) => {
                if let Some(conference) = self.conferences.get_mut(&id) {
                    conference.announced.expire(cx.now());
                    conference.watch_announced(cx);
                }
            }
            Timer::Waiting => self.waited_long_enough(cx),
            Timer::Session(dialog) => self.session_due(cx, dialog),
            Timer::Ringing(id, number) => self.rang_long_enough(cx, id, number),
        }
    }

    fn dump(&self, dump: &mut Dump) {
        let sum =
            |count: fn(&Conference) -> usize| self.conferences.values().map(count).sum::<usize>() as u64;
        dump.insert("conferences", self.conferences.len() as u64);
        dump.insert("sessions", self.dialogs.len() as u64);
        dump.insert("legs", sum(|conference| conference.legs.len()));
        dump.insert("announced participants", sum(|conference| conference.announced.len()));
        dump.insert("waiting INVITEs", self.waiting.len() as u64);
        dump.insert("calls", sum(|conference| conference.calls.len()));
        dump.insert("recorded messages", sum(|conference| conference.history.len()));
        dump.insert("open reports", sum(|conference| conference.deliveries.len()));
        dump.insert("open forwards", sum(|conference| conference.outstanding));
        dump.insert("link documents", self.link.as_ref().map_or(0, Link::outstanding));
    }
}

/// Refuses a method (RFC 3261 8.2.1).
fn not_allowed(cx: &mut Cx<'_>, request: &Request) {
    refusal::METHOD_NOT_ALLOWED.answer_with(cx, request.tx, Draft::new().header("Allow", ALLOW));
}
