//! Dial-out: the MCU calls a participant, because somebody in the conference asks for it (MS-CONFIM 3.1.3.4.1,
//! EX-IM-4-1-2).

use super::call::Call;
use super::conference::{Conference, ConferenceId};
use super::config::SESSION_EXPIRES;
use super::leg::{Abilities, Leg, Participant};
use super::parting::bye;
use super::{ALLOW, Ask, Cx, ImMcu, SDP_ADDRESS, Timer};
use crate::node::Address;
use crate::signal::{ClientTransaction, DialogId, Draft, Outcome, Outside, SessionTimer};
use crate::wire::cccp::{self, AddUser, Code, Command, CommandResult, Reason, Request};
use crate::wire::conference_info::JoiningMethod;
use crate::wire::content_type::MediaType;
use crate::wire::sdp::{AcceptTypes, ImSession};
use crate::wire::sip::{Message, Method, Uri};

/// How many times a command is answered `pending` before its INVITE leaves (EX-IM-4-1-2-d): it is accepted,
/// there is a place for the user, and he is about to be called.
const PENDING_RESPONSES: usize = 3;

/// Whom to call, and with which words.
struct Invitation {
    participant: Participant,
    target: Box<str>,
    from: String,
    contact: String,
    draft: Draft,
}

impl Invitation {
    fn of(
        conference: &Conference,
        request: &Request<'_>,
        command: &AddUser<'_>,
    ) -> Result<Self, Reason<'static>> {
        let user = &command.user;
        let endpoint = user.endpoints.first().ok_or(Reason::RequestMalformed)?;
        let target = endpoint.refer_to_uri.as_deref().unwrap_or(&user.entity);
        // What follows are headers for the INVITE; the one in use comes in an element of its own too.
        let target = target.split('?').next().unwrap_or_default();
        Uri::parse(target).map_err(|_| Reason::InvalidUserEntity)?;
        let inviter = endpoint.joining_info.as_ref().and_then(|info| info.by.as_deref());
        let inviter = inviter.unwrap_or(&request.from);
        let client_info = endpoint.client_info.as_ref().or(user.client_info.as_ref());
        let conversation = client_info.and_then(|info| info.conversation_id.as_deref());
        let draft = Draft::new()
            .header("Referred-By", format!("<{inviter}>"))
            .header("Ms-Focus-Uri", format!("<{}>", conference.focus_uri))
            .header("Supported", "ms-delayed-accept, timer")
            .header("Allow", ALLOW)
            .header("Session-Expires", format!("{SESSION_EXPIRES};refresher=uas"))
            .header_if("Ms-Conversation-ID", conversation)
            .content(MediaType::SDP.as_str(), ImSession::offer(SDP_ADDRESS, AcceptTypes::Any).write());
        let participant = Participant {
            user: (&*user.entity).into(),
            name: user.display_text.as_deref().map(Into::into),
            endpoint: (&*endpoint.entity).into(),
            gruu: None,
            epid: None,
            joining: JoiningMethod::DialedOut,
            inviter: Some(inviter.into()),
        };
        let (from, contact) =
            (format!("<{}>", conference.chat_uri), format!("<{}>;isfocus", conference.chat_uri));
        Ok(Self { participant, target: target.into(), from, contact, draft })
    }

    fn send(&self, cx: &mut Cx<'_>, front_end: &Address, ask: Ask) -> Option<ClientTransaction> {
        let outside = Outside {
            method: Method::Invite,
            target: &self.target,
            from: &self.from,
            to: &format!("<{}>", self.target),
            contact: Some(&self.contact),
            draft: &self.draft,
        };
        let conn = cx.connection_to(front_end)?;
        cx.send(conn, &outside, ask)
    }
}

impl ImMcu {
    /// Calls a user: the command is pending until he answers.
    pub(super) fn dial_out(
        &mut self,
        cx: &mut Cx<'_>,
        request: &Request<'_>,
        command: &AddUser<'_>,
    ) -> Result<(), Reason<'static>> {
        let limit = self.config.limits.legs;
        let conference = self.named(&command.keys).ok_or(Reason::ConferenceDoesntExist)?;
        let invitation = Invitation::of(conference, request, command)?;
        if let Some(code) = conference.progress(&invitation.participant.endpoint) {
            self.reply(cx, request, code, CommandResult::success(echo(command)));
            return Ok(());
        }
        if !conference.has_room(limit) {
            return Err(Reason::MaxMeetingSizeExceeded);
        }
        let (id, number) = (conference.id, conference.called);
        for _ in 0..PENDING_RESPONSES {
            self.reply(cx, request, Code::Pending, CommandResult::success(echo(command)));
        }
        let ask = Ask::Call { conference: id, number };
        let tx = invitation.send(cx, &self.config.front_end, ask).ok_or(Reason::UserNotAnswered)?;
        cx.set_timer(Timer::Ringing(id, number), cx.now() + self.config.ringing_timeout);
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.called += 1;
            let request = request.clone().into_owned();
            conference.calls.insert(number, Call { participant: invitation.participant, tx, request });
        }
        Ok(())
    }

    /// What became of a call. A 2xx to a call that is over already, or a second one, is hung up on.
    pub(super) fn called(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        number: u32,
        dialog: Option<DialogId>,
        outcome: &Outcome,
    ) {
        let call = self.conferences.get_mut(&id).and_then(|conference| conference.calls.remove(&number));
        cx.clear_timer(Timer::Ringing(id, number));
        let answer = match outcome {
            Outcome::Final(message) if outcome.is_success() => ImSession::parse(message.body())
                .ok()
                .filter(|media| !media.rejected)
                .map(|media| (message, media))
                .ok_or(Reason::MediaNotSupported),
            _ => Err(reason(outcome.status())),
        };
        match (call, answer, dialog) {
            (Some(call), Ok((message, media)), Some(dialog)) => {
                self.answered(cx, id, dialog, call, message, media.accept);
            }
            (call, answer, dialog) => {
                if let Some(dialog) = dialog {
                    bye(cx, dialog);
                }
                if let Some(call) = call {
                    self.refuse(cx, &call.request, answer.err().unwrap_or(Reason::OtherFailure));
                }
            }
        }
    }

    /// The user answered, and takes part at once (D-21). The inviter hears of it before the others do.
    fn answered(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        dialog: DialogId,
        call: Call,
        message: &Message,
        formats: AcceptTypes,
    ) {
        let Call { mut participant, request, .. } = call;
        let contact = message.contact().ok().flatten().filter(|contact| contact.uri.is_gruu());
        participant.gruu = contact.map(|contact| contact.uri.as_str().into());
        participant.epid = message.to().ok().and_then(|to| to.epid().map(Into::into));
        let leg = Leg::new(participant, Abilities::of(message, formats), SessionTimer::agreed(message));
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.legs.insert(dialog, leg);
            self.dialogs.insert(dialog, id);
        }
        if let Command::AddUser(command) = &request.command {
            self.reply(cx, &request, Code::Success, CommandResult::success(echo(command)));
        }
        self.connect(cx, dialog);
    }

    /// Calls that are no longer wanted.
    pub(super) fn give_up_calls(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        is_meant: impl Fn(&Participant) -> bool,
    ) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let calls = conference.calls.iter().filter(|(_, call)| is_meant(&call.participant));
        let numbers: Vec<u32> = calls.map(|(number, _)| *number).collect();
        for number in numbers {
            self.give_up(cx, id, number, Reason::RequestCancelled);
        }
    }

    /// The user does not answer.
    pub(super) fn rang_long_enough(&mut self, cx: &mut Cx<'_>, id: ConferenceId, number: u32) {
        self.give_up(cx, id, number, Reason::UserNotAnswered);
    }

    /// Cancels a call. What is answered to it from now on is hung up on.
    fn give_up(&mut self, cx: &mut Cx<'_>, id: ConferenceId, number: u32, reason: Reason<'static>) {
        let call = self.conferences.get_mut(&id).and_then(|conference| conference.calls.remove(&number));
        let Some(call) = call else { return };
        cx.clear_timer(Timer::Ringing(id, number));
        cx.cancel(call.tx);
        self.refuse(cx, &call.request, reason);
    }
}

/// The result of an `addUser`: what it asked for (EX-IM-4-1-2-f).
pub(super) fn echo(command: &AddUser<'_>) -> cccp::Outcome<'static> {
    let user = command.user.clone().into_owned();
    cccp::Outcome::AddUser { keys: Some(command.keys.clone().into_owned()), user: Some(Box::new(user)) }
}

/// Why a call failed, in the words of C3P.
fn reason(status: u16) -> Reason<'static> {
    match status {
        486 | 600 => Reason::UserBusy,
        603 => Reason::UserDeclined,
        408 | 480 | 487 => Reason::UserNotAnswered,
        404 | 604 => Reason::UserDoesntExist,
        415 | 488 | 606 => Reason::MediaNotSupported,
        403 => Reason::Forbidden,
        _ => Reason::OtherFailure,
    }
}
