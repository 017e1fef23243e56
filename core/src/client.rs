//! The protocol client: provisioning (MS-CONFPRO), the focus and its roster (MS-CONFBAS), the IM session
//! (MS-CONFIM).
//!
//! A client joins in the order of MS-CONFIM 4.1.1: INVITE to the focus with addUser, SUBSCRIBE to the
//! conference state, and, once the state names a chat URI, INVITE to the IM MCU. It leaves by ending the
//! three without waiting in between, and when the focus ends its subscription it does the same.
//!
//! * It refreshes its sessions, and gives up those that the peer should have refreshed (`session`).
//! * A peer that answers 481, or not at all, has lost the session: the client joins again (`rejoin`).
//! * It can be called, by the IM MCU or by another user (`calls`).

mod api;
mod ask;
mod calls;
mod chat;
mod commands;
mod conference;
mod config;
mod failure;
mod focus;
mod format;
mod leaving;
mod provisioning;
mod registration;
mod rejoin;
mod roster;
mod session;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use api::{
    Action, Command, EndpointView, Event, Failure, Plan, Provision, Provisioned, RosterView, UserView,
};
pub use ask::{Ask, Timer};
pub use config::{Answer, Config, Kind, REGISTRATION_EXPIRES, SEND_MESSAGE_TIMER};
pub use provisioning::REQUEST_TIMER;

use self::ask::Number;
use self::calls::{ALLOW, Call};
use self::conference::{Conference, Leg};
use self::provisioning::Procedure;
use self::registration::Registration;
use crate::node::{Address, ConnId, Dump};
use crate::signal::{Context, DialogId, Draft, Machine, Request, Response, ServerTransaction, SessionTimer};
use crate::wire::sip::Method;

/// The client machine. Its node is an [`Endpoint`](crate::signal::Endpoint) with [`Config::settings`].
#[derive(Debug)]
pub struct Client {
    config: Config,
    registration: Registration,
    conferences: BTreeMap<Number, Conference>,
    numbers: BTreeMap<Arc<str>, Number>,
    legs: BTreeMap<DialogId, (Number, Leg)>,
    /// The session timers of dialogs that have one.
    sessions: BTreeMap<DialogId, SessionTimer>,
    /// The calls that ring.
    calls: BTreeMap<ServerTransaction, Call>,
    /// Dialogs of accepted invitations, until their BYE.
    invitations: BTreeSet<DialogId>,
    /// The last C3P request id at a factory.
    request_id: u64,
    /// The Outstanding Request Queue (PRO-3-1-1-a).
    requests: BTreeMap<u64, Procedure>,
    /// The organizers whose factory has told its types of MCU.
    mcu_types_known: BTreeSet<Arc<str>>,
}

impl Client {
    /// A client that has not signed in.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            registration: Registration::default(),
            conferences: BTreeMap::new(),
            numbers: BTreeMap::new(),
            legs: BTreeMap::new(),
            sessions: BTreeMap::new(),
            calls: BTreeMap::new(),
            invitations: BTreeSet::new(),
            request_id: 0,
            requests: BTreeMap::new(),
            mcu_types_known: BTreeSet::new(),
        }
    }

    /// The conference with this focus URI, if the client ever was in it.
    fn conference(&self, uri: &str) -> Option<(Number, &Conference)> {
        let number = self.numbers.get(uri)?;
        self.conferences.get(number).map(|conference| (*number, conference))
    }

    /// Forgets a dialog on both levels.
    fn drop_leg(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        self.legs.remove(&dialog);
        self.invitations.remove(&dialog);
        self.sessions.remove(&dialog);
        cx.clear_timer(Timer::Session(dialog));
        cx.clear_timer(Timer::Reinvite(dialog));
        cx.clear_timer(Timer::Invitation(dialog));
        cx.forget(dialog);
    }
}

impl Machine for Client {
    type Command = Command;
    type Event = Event;
    type Ask = Ask;
    type Timer = Timer;

    fn command(&mut self, cx: &mut Context<'_, Self>, command: Command) {
        match command {
            Command::SignIn => self.sign_in(cx),
            Command::Create { subject } => self.create(cx, &subject),
            Command::Join { conference } => self.join_anew(cx, &conference),
            Command::Provision(wish) => self.provision(cx, *wish),
            Command::Send { conference, content_type, body } => {
                self.send_message(cx, &conference, &content_type, body);
            }
            Command::Say { conference, text } => self.say(cx, &conference, &text),
            Command::Typing { conference } => self.send_typing(cx, &conference),
            Command::Eject { conference, user } => self.eject(cx, &conference, &user),
            Command::SetLobbyAccess { conference, user, admit } => {
                self.set_lobby_access(cx, &conference, &user, admit);
            }
            Command::Lock { conference, locked } => self.lock(cx, &conference, locked),
            Command::SetRole { conference, user, role } => self.set_role(cx, &conference, &user, role),
            Command::Invite { conference, user } => self.invite_user(cx, &conference, &user),
            Command::End { conference } => self.end(cx, &conference),
            Command::GetState { conference } => self.get_state(cx, &conference),
            Command::Refresh { conference } => self.refresh_roster(cx, &conference),
            Command::SetFormats { conference, formats } => self.set_formats(cx, &conference, &formats),
            Command::SendConfInvite { conference, user } => self.send_conf_invite(cx, &conference, &user),
            Command::Leave { conference } => self.leave(cx, &conference),
        }
    }

    fn connected(&mut self, _cx: &mut Context<'_, Self>, conn: ConnId) {
        self.registration.up = Some(conn);
    }

    fn disconnected(&mut self, cx: &mut Context<'_, Self>, conn: ConnId, _peer: &Address) {
        self.calls_lost(cx, conn);
        self.lost_connection(cx, conn);
    }

    fn request(&mut self, cx: &mut Context<'_, Self>, request: Request) {
        let leg = request.dialog.and_then(|dialog| self.legs.get(&dialog).copied().map(|leg| (dialog, leg)));
        if let Some(dialog) = request.dialog.filter(|dialog| self.invitations.contains(dialog))
            && *request.message.method() == Method::Bye
        {
            cx.respond(request.tx, 200, "OK", &Draft::new());
            return self.drop_leg(cx, dialog);
        }
        match (leg, request.message.method()) {
            (Some((dialog, (number, leg))), Method::Bye) => {
                cx.respond(request.tx, 200, "OK", &Draft::new());
                self.ended_by_peer(cx, dialog, number, leg);
            }
            (Some((dialog, (number, Leg::Subscription))), Method::Benotify | Method::Notify) => {
                cx.respond(request.tx, 200, "OK", &Draft::new());
                self.notified(cx, number, dialog, &request.message);
            }
            (Some((_, (number, Leg::Focus))), Method::Info) => {
                cx.respond(request.tx, 200, "OK", &self.answer());
                self.command_answered(cx, number, request.message.body());
            }
            (Some((_, (number, Leg::Chat))), Method::Message) => {
                cx.respond(request.tx, 200, "OK", &self.answer());
                self.received(cx, number, &request.message);
            }
            (Some((_, (number, Leg::Chat))), Method::Info) => {
                cx.respond(request.tx, 200, "OK", &self.answer());
                self.typed(cx, number, &request.message);
            }
            (Some((_, (number, Leg::Chat))), Method::Benotify) => {
                self.delivery(cx, number, &request.message);
            }
            (Some((dialog, (_, Leg::Focus | Leg::Chat))), Method::Update | Method::Invite) => {
                self.renewed(cx, dialog, &request);
            }
            (_, Method::Options) => cx.respond(request.tx, 200, "OK", &self.answer().header("Allow", ALLOW)),
            (Some(_), _) => {
                cx.respond(request.tx, 405, "Method Not Allowed", &Draft::new().header("Allow", ALLOW));
            }
            (None, Method::Invite) if request.dialog.is_none() && opens_dialog(&request) => {
                self.called(cx, &request);
            }
            (None, _) => cx.respond(request.tx, 481, "Call leg/Transaction does not exist", &Draft::new()),
        }
    }

    fn cancelled(&mut self, cx: &mut Context<'_, Self>, tx: ServerTransaction) {
        self.call_cancelled(cx, tx);
    }

    fn acknowledged(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        self.call_connected(cx, dialog);
    }

    fn unacknowledged(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        self.call_unacknowledged(cx, dialog);
    }

    fn response(&mut self, cx: &mut Context<'_, Self>, response: Response<Ask>) {
        if response.outcome.is_provisional() {
            return;
        }
        match response.ask {
            Ask::Register => self.registered(cx, &response.outcome),
            Ask::Provisioning(id) => self.factory_answered(cx, id, &response.outcome),
            Ask::Focus(number) => self.focus_answered(cx, number, response.dialog, &response.outcome),
            Ask::Subscribe(number) => self.subscribed(cx, number, &response),
            Ask::Unsubscribe(dialog) | Ask::ByeChat(dialog) => self.drop_leg(cx, dialog),
            Ask::Chat(number) => self.chat_answered(cx, number, response.dialog, &response.outcome),
            Ask::Message(number) => self.message_answered(cx, number, response.dialog, &response.outcome),
            Ask::Typing => {
                if let Some(dialog) = response.dialog.filter(|_| response.outcome.ends_dialog()) {
                    self.lost(cx, dialog, &response.outcome);
                }
            }
            Ask::Session(dialog) => self.session_refreshed(cx, dialog, &response.outcome),
            Ask::Reinvite { conference, dialog, version } => {
                self.reinvited(cx, conference, dialog, version, &response.outcome);
            }
            Ask::ConfInvite(number) => {
                self.conf_invite_answered(cx, number, response.dialog, &response.outcome);
            }
            Ask::Command(number, id) => {
                self.command_accepted(cx, number, id, &response.outcome);
                if let Some(dialog) = response.dialog.filter(|_| response.outcome.ends_dialog()) {
                    self.lost(cx, dialog, &response.outcome);
                }
            }
            Ask::ByeFocus(number, dialog) => {
                self.drop_leg(cx, dialog);
                self.focus_left(cx, number, dialog);
            }
        }
    }

    fn timer(&mut self, cx: &mut Context<'_, Self>, timer: Timer) {
        match timer {
            Timer::Register | Timer::Reconnect => self.sign_in(cx),
            Timer::SendMessage(number, message_id) => self.delivery_timed_out(cx, number, message_id),
            Timer::Command(number, id) => self.command_timed_out(cx, number, id),
            Timer::Session(dialog) => self.session_due(cx, dialog),
            Timer::Reinvite(dialog) => self.reinvite_due(cx, dialog),
            Timer::Answer(tx) => self.pick_up(cx, tx),
            Timer::Invitation(dialog) => self.say_bye(cx, dialog),
            Timer::Subscription(number) => self.resync(cx, number),
            Timer::Chat(number) => self.chat_due(cx, number),
            Timer::Focus(number) => self.focus_due(cx, number),
            Timer::Rejoin(number) => self.rejoin_due(cx, number),
            Timer::Provisioning(id) => self.factory_timed_out(cx, id),
        }
    }

    fn dump(&self, dump: &mut Dump) {
        let live = self.conferences.values().filter(|conference| conference.is_live()).count();
        dump.insert("conferences joined", live as u64);
        dump.insert("sessions", self.legs.len() as u64);
        dump.insert("ringing calls", self.calls.len() as u64);
        dump.insert("accepted invitations", self.invitations.len() as u64);
        dump.insert("requests outstanding", self.requests.len() as u64);
    }
}

impl Client {
    /// What a UCCP-like client adds to a 200.
    fn answer(&self) -> Draft {
        Draft::new()
            .header_if("Contact", self.registration.contact())
            .header("User-Agent", self.config.kind.user_agent())
    }
}

/// Whether an INVITE stands outside of any dialog.
fn opens_dialog(request: &Request) -> bool {
    request.message.to().is_ok_and(|to| to.tag().is_none())
}
