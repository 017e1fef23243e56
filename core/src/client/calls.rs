//! Being called: by the IM MCU (dial-out, MS-CONFIM 3.1, EX-IM-4-1-2), or by a user who invites to a
//! conference (ms-conf-invite, EX-CWA-0-i); and inviting others so.
//!
//! An invitation is over with its acceptance: who sent it says BYE as soon as it is accepted, and who
//! accepted it joins the conference.

use std::sync::Arc;

use super::Client;
use super::Kind;
use super::api::Event;
use super::ask::{Ask, Timer};
use super::conference::{Leg, Session};
use super::config::Answer;
use super::failure::{fail, reason_of};
use crate::node::ConnId;
use crate::signal::{
    Context, DialogId, Draft, MIN_SE, Outcome, Outside, Request, ServerTransaction, SessionTimer,
    TRANSACTION_TIMEOUT, TooSmall,
};
use crate::time::Duration;
use crate::wire::conf_invite::ConfInvite;
use crate::wire::content_type::{ContentType, MediaType};
use crate::wire::sdp::ImSession;
use crate::wire::sip::{Message, Method, Name};

/// How many calls may ring at a time; any more find the user busy. Ours.
const CALLS_MAX: usize = 16;
/// How many conferences a client knows before it takes no calls about others. Ours.
const CONFERENCES_MAX: usize = 4096;
/// How long the dialog of an accepted invitation may stand: the inviter's BYE waits for the ACK (D-6), and is tried, for
/// a transaction's time each (D-1). It may be lost with his connection. Ours.
const INVITATION: Duration = TRANSACTION_TIMEOUT.times(2);
/// The session interval that clients want, in seconds (EX-CWA-0-l).
pub(super) const SESSION_EXPIRES: u32 = 1800;
/// What the client understands (EX-CWA-0-k).
pub(super) const ALLOW: &str = "INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE, NOTIFY, BENOTIFY, OPTIONS";

/// A call that rings.
#[derive(Clone, Debug)]
pub(super) struct Call {
    conference: Arc<str>,
    kind: CallKind,
    conn: ConnId,
    request: Arc<Message>,
}

/// What a call is about.
#[derive(Clone, Debug)]
enum CallKind {
    /// The MCU offers an IM session.
    Chat(ImSession),
    /// A user invites to a conference.
    Invitation,
}

/// A refusal: status and reason phrase.
type Refusal = (u16, &'static str);

impl Client {
    /// An INVITE outside any dialog.
    pub(super) fn called(&mut self, cx: &mut Context<'_, Self>, request: &Request) {
        if let Err((code, reason)) = self.ring(cx, request) {
            cx.respond(request.tx, code, reason, &self.answer());
        }
    }

    fn ring(&mut self, cx: &mut Context<'_, Self>, request: &Request) -> Result<(), Refusal> {
        let message = &request.message;
        let from = message.from().map_err(|_| (400, "Bad Request"))?;
        let (conference, kind, event) = match self.read_call(message)? {
            CallKind::Invitation => {
                let invite = ConfInvite::parse(message.body()).map_err(|_| (400, "Bad Request"))?;
                let conference: Arc<str> = invite.focus_uri.into();
                let from = from.uri.as_str().to_owned();
                let event = Event::ConfInvite { conference: Arc::clone(&conference), from };
                (conference, CallKind::Invitation, event)
            }
            chat => {
                // Ms-Focus-Uri is none of the client's business (IM-3-1-2-4-b).
                let conference = focus_of(from.uri.as_str()).ok_or((480, "Temporarily Unavailable"))?;
                let known = self.conference(&conference);
                if known.is_some_and(|(_, conference)| conference.chat != Session::Idle) {
                    return Err((486, "Busy Here"));
                }
                let by = message.header(Name::ReferredBy).map(str::to_owned);
                let event = Event::Called { conference: Arc::clone(&conference), by };
                (conference, chat, event)
            }
        };
        let known = self.numbers.contains_key(&conference);
        if self.calls.len() >= CALLS_MAX || !known && self.numbers.len() >= CONFERENCES_MAX {
            return Err((486, "Busy Here"));
        }
        cx.event(event);
        let call = Call { conference, kind, conn: request.conn, request: Arc::clone(message) };
        match self.config.answer {
            Answer::Decline => return Err((603, "Decline")),
            Answer::Ignore => {}
            Answer::Accept { after } => cx.set_timer(Timer::Answer(request.tx), cx.now() + after),
        }
        self.calls.insert(request.tx, call);
        cx.respond(request.tx, 180, "Ringing", &self.answer());
        Ok(())
    }

    /// What a call offers, if that is anything the client can do.
    fn read_call(&self, message: &Message) -> Result<CallKind, Refusal> {
        const UNSUPPORTED: Refusal = (415, "Unsupported Media Type");
        let content_type = message.content_type().ok_or(UNSUPPORTED)?;
        let content_type = ContentType::parse(content_type).map_err(|_| UNSUPPORTED)?;
        let media = content_type.media();
        if *media == MediaType::CONF_INVITE && self.config.kind != Kind::Legacy {
            return Ok(CallKind::Invitation);
        }
        if *media != MediaType::SDP {
            return Err(UNSUPPORTED);
        }
        match ImSession::parse(message.body()) {
            Ok(offer) if !offer.rejected => Ok(CallKind::Chat(offer)),
            Ok(_) => Err((488, "Not Acceptable Here")),
            Err(error) if error.status() == 488 => Err((488, "Not Acceptable Here")),
            Err(_) => Err((400, "Bad Session Description")),
        }
    }

    /// It has rung for long enough.
    pub(super) fn pick_up(&mut self, cx: &mut Context<'_, Self>, tx: ServerTransaction) {
        let Some(call) = self.calls.remove(&tx) else { return };
        let contact =
            self.registration.contact().map_or_else(|| format!("<{}>", self.config.user), Into::into);
        match &call.kind {
            CallKind::Chat(offer) => self.accept_chat(cx, tx, &call, offer, &contact),
            CallKind::Invitation => {
                let answer =
                    Draft::new().header("User-Agent", self.config.kind.user_agent()).header("Allow", ALLOW);
                if let Some(dialog) = cx.accept(tx, "OK", &contact, &answer) {
                    self.invitations.insert(dialog);
                    cx.set_timer(Timer::Invitation(dialog), cx.now() + INVITATION);
                    if self.conference(&call.conference).is_none_or(|(_, known)| !known.is_live()) {
                        self.join(cx, &call.conference);
                    }
                }
            }
        }
    }

    fn accept_chat(
        &mut self,
        cx: &mut Context<'_, Self>,
        tx: ServerTransaction,
        call: &Call,
        offer: &ImSession,
        contact: &str,
    ) {
        let number = self.enter(&call.conference);
        let Some(conference) = self.conferences.get(&number) else { return };
        if conference.chat != Session::Idle {
            return cx.respond(tx, 486, "Busy Here", &self.answer());
        }
        let timer = match self.agree(&call.request) {
            Ok(timer) => timer,
            Err(TooSmall) => {
                let draft = Draft::new().header("Min-SE", MIN_SE);
                return cx.respond(tx, 422, "Session Interval Too Small", &draft);
            }
        };
        let answer = offer.answer("0.0.0.0", self.accept_types(number));
        let draft = SessionTimer::announce(timer, self.invite())
            .header("Allow", ALLOW)
            .content(MediaType::SDP.as_str(), answer.write());
        let Some(dialog) = cx.accept(tx, "OK", contact, &draft) else { return };
        self.legs.insert(dialog, (number, Leg::Chat));
        self.keep(cx, dialog, timer);
        if let Some(conference) = self.conferences.get_mut(&number) {
            conference.chat = Session::Up(dialog);
            conference.called = Some(dialog);
            conference.by_call = conference.focus == Session::Idle;
        }
    }

    /// The session timer to agree to.
    pub(super) fn agree(&self, request: &Message) -> Result<Option<SessionTimer>, TooSmall> {
        if !self.config.session_timer {
            return Ok(None);
        }
        SessionTimer::agree(request, SESSION_EXPIRES)
    }

    /// The ACK of a call: the IM session stands (IM-3-1-2-5-1-a).
    pub(super) fn call_connected(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        let Some((number, Leg::Chat)) = self.legs.get(&dialog).copied() else { return };
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if conference.called == Some(dialog) {
            conference.called = None;
            cx.event(Event::ChatJoined { conference: Arc::clone(&conference.uri) });
        }
    }

    /// The caller never said that he heard our 200 (D-1).
    pub(super) fn call_unacknowledged(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        if self.invitations.contains(&dialog) {
            return self.say_bye(cx, dialog);
        }
        self.hang_up(cx, dialog);
    }

    /// The caller gives up.
    pub(super) fn call_cancelled(&mut self, cx: &mut Context<'_, Self>, tx: ServerTransaction) {
        cx.clear_timer(Timer::Answer(tx));
        self.calls.remove(&tx);
        cx.respond(tx, 487, "Request Terminated", &Draft::new());
    }

    /// Calls end with the connection they came by: nobody is there to be answered.
    pub(super) fn calls_lost(&mut self, cx: &mut Context<'_, Self>, conn: ConnId) {
        let lost: Vec<_> =
            self.calls.iter().filter(|(_, call)| call.conn == conn).map(|(tx, _)| *tx).collect();
        for tx in lost {
            self.call_cancelled(cx, tx);
        }
    }

    /// INVITE to another user with an invitation to a conference.
    pub(super) fn send_conf_invite(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, user: &str) {
        let mut conversation = [0; 16];
        cx.entropy().fill(&mut conversation);
        let conversation: String = conversation.iter().map(|byte| format!("{byte:02x}")).collect();
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .header("Ms-Conversation-ID", conversation)
            .header("Allow", ALLOW)
            .content(MediaType::CONF_INVITE.as_str(), ConfInvite::new(&**uri, "").write());
        let ask = Ask::ConfInvite(self.enter(uri));
        let outside = Outside {
            method: Method::Invite,
            target: user,
            from: &self.config.from(),
            to: &format!("<{user}>"),
            contact: self.registration.contact(),
            draft: &draft,
        };
        if self.registration.conn().and_then(|conn| cx.send(conn, &outside, ask)).is_none() {
            fail(cx, "ms-conf-invite", uri, 503, "not connected");
        }
    }

    /// An invitation is accepted or not. Every acceptance, of which a forked INVITE may bring several (D-8),
    /// ends its dialog.
    pub(super) fn conf_invite_answered(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: u32,
        dialog: Option<DialogId>,
        outcome: &Outcome,
    ) {
        let Some(uri) = self.conferences.get(&number).map(|conference| Arc::clone(&conference.uri)) else {
            return;
        };
        if let Some(dialog) = dialog {
            self.say_bye(cx, dialog);
        }
        if outcome.is_success() {
            cx.event(Event::CommandDone { conference: uri, command: "ms-conf-invite" });
        } else {
            fail(cx, "ms-conf-invite", &uri, outcome.status(), reason_of(outcome));
        }
    }
}

/// The focus URI that belongs to a chat URI: the MCU's type takes the place of `focus` (MS-CONFBAS facts 3.2).
fn focus_of(chat: &str) -> Option<Arc<str>> {
    let (before, id) = chat.split_once("opaque=app:conf:chat:")?;
    Some(format!("{before}opaque=app:conf:focus:{id}").into())
}
