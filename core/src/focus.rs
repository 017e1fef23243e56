//! The focus (MS-CONFBAS): who is in a conference, and telling everybody so.
//!
//! A user joins by an INVITE that carries C3P `addUser` (`join`); the first joiner activates the conference,
//! which the factory provisioned (`activation`). His dialog carries commands (`commands`), his
//! subscription (`subscribe`) the roster (`roster`), of which every version goes to every subscriber
//! (`notify`). The IM MCU hears over the pool link whom to expect (`chat_join`) and reports the sessions
//! that then exist (`mcu`); only by its word do they appear on the roster.
//!
//! Requests count as a user's only when they come from the front end, which vouches for their From (D-8), and
//! pool documents only on the connections of the links (D-11).

mod activation;
mod admission;
mod asker;
mod chat_join;
mod commands;
mod conference;
mod config;
mod documents;
mod factory;
mod join;
mod leave;
mod mcu;
mod notify;
mod pool;
mod refusal;
mod roster;
mod session;
mod stopping;
mod subscribe;

use std::collections::{BTreeMap, BTreeSet};

use self::activation::Activation;
use self::conference::{Conference, ConferenceId};
pub use self::config::Config;
pub use self::pool::Member;
use self::pool::{Links, Pending};
use self::refusal::Refusal;
use self::stopping::Stage;
use crate::conference_uri::Addresses;
use crate::node::{Address, ConnId, Dump};
use crate::signal::{
    ClientTransaction, Context, DialogId, Draft, Machine, Request, Response, ServerTransaction, TimerKey,
};
use crate::wire::sip::Method;

/// The focus of a pool.
#[derive(Debug)]
pub struct Focus {
    config: Config,
    /// `None` before the node's life begins.
    links: Option<Links>,
    /// The conferences that are active or about to be, by [`Addresses::key`].
    ids: BTreeMap<Box<str>, ConferenceId>,
    next_id: u32,
    activating: BTreeMap<ConferenceId, Activation>,
    conferences: BTreeMap<ConferenceId, Conference>,
    /// The conference of every dialog: focus dialogs and subscriptions.
    dialogs: BTreeMap<DialogId, ConferenceId>,
    /// Focus dialogs that our BYE has ended and whose peer has not answered it.
    ending: BTreeSet<DialogId>,
    /// Users whose IM sessions outlive their focus dialog, named by that dialog.
    stragglers: BTreeMap<DialogId, (ConferenceId, Box<str>)>,
    /// Commands that pool members have not answered, by request id.
    pending: BTreeMap<u64, Pending>,
    next_request: u64,
    /// INVITEs passed on to the MCU that have no final answer.
    forwards: BTreeMap<ServerTransaction, ClientTransaction>,
    stage: Stage,
}

/// What an operator can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ends every conference, as if it had been idle for too long, and takes no more joins.
    Stop,
}

/// What an operator would log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A conference became active: its focus URI.
    Activated(Box<str>),
    /// A conference ended: its focus URI.
    Deactivated(Box<str>),
    /// After [`Command::Stop`]: every dialog has ended, and the IM MCU has ended its sessions.
    Stopped,
}

/// What a focus remembers of its requests.
#[derive(Clone, Debug)]
pub enum Ask {
    /// A document to a pool member.
    Link(Member),
    /// A C3P response to a participant (D-7: its fate changes nothing).
    Info,
    /// A roster notification that wants an answer.
    Notify,
    /// The end of a focus dialog.
    Bye,
    /// An INVITE passed on to the MCU.
    ChatInvite(chat_join::Passage),
}

/// The timers of a focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A pool link has something to repeat.
    Link(Member),
    /// A pool member was too slow over a command.
    Command(u64),
    /// A session was not refreshed (RFC 4028).
    Session(DialogId),
    /// A subscription was not refreshed.
    Subscription(DialogId),
    /// Nobody let the user in from the lobby.
    Lobby(DialogId),
    /// IM sessions outlived their focus dialog for too long.
    Straggler(DialogId),
    /// Nobody authenticated is in the conference any more.
    Idle(u32),
    /// Nobody new has come to the conference for long.
    Stale(u32),
}

impl TimerKey for Timer {
    fn name(self) -> &'static str {
        match self {
            Self::Link(_) => "pool link",
            Self::Command(_) => "pool command",
            Self::Session(_) => "session expiry",
            Self::Subscription(_) => "subscription expiry",
            Self::Lobby(_) => "lobby time-out",
            Self::Straggler(_) => "straggler",
            Self::Idle(_) => "idle conference",
            Self::Stale(_) => "stale conference",
        }
    }
}

/// A focus' hands.
type Cx<'a> = Context<'a, Focus>;

impl Focus {
    /// A focus without conferences.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            links: None,
            ids: BTreeMap::new(),
            next_id: 0,
            activating: BTreeMap::new(),
            conferences: BTreeMap::new(),
            dialogs: BTreeMap::new(),
            ending: BTreeSet::new(),
            stragglers: BTreeMap::new(),
            pending: BTreeMap::new(),
            next_request: 1,
            forwards: BTreeMap::new(),
            stage: Stage::Serving,
        }
    }

    /// The conference of a dialog, if it is active.
    fn conference_of(&mut self, dialog: DialogId) -> Option<&mut Conference> {
        self.conferences.get_mut(self.dialogs.get(&dialog)?)
    }

    /// The conference with this focus URI, if it is active.
    fn conference_at(&self, focus: &str) -> Option<(ConferenceId, &Conference)> {
        let id = *self.ids.get(&Addresses::of(focus)?.key)?;
        Some((id, self.conferences.get(&id)?))
    }
}

impl Machine for Focus {
    type Command = Command;
    type Event = Event;
    type Ask = Ask;
    type Timer = Timer;

    fn start(&mut self, cx: &mut Cx<'_>) {
        let mut links = Links::new(&self.config, &cx.entropy().hex(8));
        links.start(cx);
        self.links = Some(links);
    }

    fn command(&mut self, cx: &mut Cx<'_>, command: Command) {
        match command {
            Command::Stop => self.stop(cx),
        }
    }

    fn connected(&mut self, cx: &mut Cx<'_>, conn: ConnId) {
        if let Some(links) = &mut self.links {
            links.connected(cx, conn);
        }
    }

    fn disconnected(&mut self, cx: &mut Cx<'_>, _conn: ConnId, peer: &Address) {
        if let Some(links) = &mut self.links {
            links.disconnected(cx, peer);
        }
    }

    fn request(&mut self, cx: &mut Cx<'_>, request: Request) {
        if *request.message.method() == Method::Service {
            return self.pool_request(cx, &request);
        }
        if cx.peer(request.conn) != Some(&self.config.front_end) {
            return Refusal::UNAUTHORIZED.answer(cx, request.tx);
        }
        match request.message.method() {
            Method::Invite => self.invite(cx, &request),
            Method::Subscribe => self.subscribe(cx, &request),
            Method::Info => self.info(cx, &request),
            Method::Update => self.update(cx, &request),
            Method::Bye => self.bye(cx, &request),
            Method::Options => {
                cx.respond(request.tx, 200, "OK", &Draft::new().header("Allow", session::ALLOW));
            }
            _ => {
                let draft = Draft::new().header("Allow", session::ALLOW);
                cx.respond(request.tx, 405, "Method Not Allowed", &draft);
            }
        }
        self.tell_stopped(cx);
    }

    fn cancelled(&mut self, cx: &mut Cx<'_>, tx: ServerTransaction) {
        match self.forwards.get(&tx) {
            Some(forwarded) => cx.cancel(*forwarded),
            None => self.cancel_join(cx, tx),
        }
    }

    fn unacknowledged(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        self.lose_leg(cx, dialog);
    }

    fn response(&mut self, cx: &mut Cx<'_>, response: Response<Ask>) {
        match response.ask {
            Ask::Link(member) => self.pool_response(cx, member, &response.outcome),
            Ask::Info => {}
            Ask::Notify => self.notified(cx, response.dialog, &response.outcome),
            Ask::Bye => self.bye_answered(cx, response.dialog, &response.outcome),
            Ask::ChatInvite(passage) => self.chat_answered(cx, &passage, &response.outcome),
        }
        self.tell_stopped(cx);
    }

    fn timer(&mut self, cx: &mut Cx<'_>, timer: Timer) {
        match timer {
            Timer::Link(member) => {
                if let Some(links) = &mut self.links {
                    links.timer(cx, member);
                }
            }
            Timer::Command(id) => self.command_timed_out(cx, id),
            Timer::Session(dialog) => self.lose_leg(cx, dialog),
            Timer::Subscription(dialog) => self.subscription_expired(cx, dialog),
            Timer::Lobby(dialog) => self.lobby_expired(cx, dialog),
            Timer::Straggler(dialog) => self.end_straggler(cx, dialog),
            Timer::Idle(id) | Timer::Stale(id) => self.deactivate(cx, ConferenceId(id)),
        }
    }

    fn dump(&self, dump: &mut Dump) {
        let conferences = self.conferences.values();
        let users: usize = conferences.clone().map(|it| it.roster.len()).sum();
        let subscriptions: usize = conferences.clone().map(|it| it.subscriptions.len()).sum();
        let legs: usize = conferences.clone().map(|it| it.legs.len()).sum();
        let invited: usize = conferences.map(|it| it.invited.len()).sum();
        let waiting: usize = self.activating.values().map(Activation::waiting).sum();
        dump.insert("conferences", (self.conferences.len() + self.activating.len()) as u64);
        dump.insert("waiting joins", waiting as u64);
        dump.insert("participants", users as u64);
        dump.insert("focus sessions", legs as u64);
        dump.insert("sessions and subscriptions", self.dialogs.len() as u64);
        dump.insert("subscriptions", subscriptions as u64);
        dump.insert("invited sessions", invited as u64);
        dump.insert("commands", self.pending.len() as u64);
        dump.insert("ending dialogs", self.ending.len() as u64);
        dump.insert("stragglers", self.stragglers.len() as u64);
        dump.insert("forwarded invitations", self.forwards.len() as u64);
        dump.insert("link documents", self.links.as_ref().map_or(0, Links::outstanding));
    }
}
