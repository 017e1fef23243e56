//! What the focus has the MCU do: C3P over the pool link (D-11, IM-3-f).

use super::conference::{Conference, ConferenceId};
use super::dial_out::echo;
use super::leg::Participant;
use super::parting::Farewell;
use super::{Cx, Event, ImMcu, Timer};
use crate::conference_uri::{Addresses, Target};
use crate::link::{Kind, News};
use crate::wire::cccp::{
    AddUser, Code, Command, CommandKind, CommandResult, ConferenceKeys, DeleteUser, Outcome, Reason, Request,
    Response,
};
use crate::wire::conference_info::{ConferenceInfo, JoiningMethod, User};
use crate::wire::sip::Uri;

/// How a command went.
struct Done {
    result: Result<Outcome<'static>, Reason<'static>>,
    /// A document for the focus that follows the response.
    news: Option<Vec<u8>>,
}

impl From<Result<Outcome<'static>, Reason<'static>>> for Done {
    fn from(result: Result<Outcome<'static>, Reason<'static>>) -> Self {
        Self { result, news: None }
    }
}

impl ImMcu {
    /// Acts on what the link brought.
    pub(super) fn link_news(&mut self, cx: &mut Cx<'_>, news: Vec<News>) {
        for news in news {
            match news {
                News::Fresh => {
                    let documents: Vec<_> = self.conferences.values().map(Conference::full).collect();
                    for document in documents {
                        self.tell_focus(cx, Some(document));
                    }
                }
                News::Document(Kind::Command, document) => match Request::parse(&document) {
                    Ok(request) => self.command(cx, &request),
                    Err(error) => cx.event(Event::UnreadableCommand { offset: error.offset() }),
                },
                // State travels from the MCU to the focus only.
                News::Document(Kind::State, _) => {}
            }
        }
    }

    fn command(&mut self, cx: &mut Cx<'_>, request: &Request<'_>) {
        let done = match &request.command {
            Command::AddUser(command) if is_dial_out(command) => match self.dial_out(cx, request, command) {
                // The response follows when the call is over.
                Ok(()) => return,
                Err(reason) => Err(reason).into(),
            },
            Command::CreateConference { mcu_uri, info } => {
                self.create_conference(cx, mcu_uri.as_deref(), info).into()
            }
            Command::DeleteConference(keys) => self.delete_conference(cx, keys),
            Command::AddUser(command) => {
                let done = self.add_user(cx, command);
                if let Some(endpoint) = command.user.endpoints.first() {
                    self.admit_waiting(cx, &endpoint.entity);
                }
                done.into()
            }
            Command::DeleteUser(command) => self.delete_user(cx, command),
            Command::ModifyConferenceLock { keys, locked, .. } => self.modify_lock(keys, *locked).into(),
            _ => Err(Reason::NotSupported).into(),
        };
        match done.result {
            Ok(outcome) => self.reply(cx, request, Code::Success, CommandResult::success(outcome)),
            Err(reason) => self.refuse(cx, request, reason),
        }
        self.tell_focus(cx, done.news);
    }

    /// A command failed. One whose name we do not know has no response that could say so.
    pub(super) fn refuse(&mut self, cx: &mut Cx<'_>, request: &Request<'_>, reason: Reason<'static>) {
        if let Some(kind) = request.command.kind() {
            self.reply(cx, request, Code::Failure, CommandResult::failure(kind, reason));
        }
    }

    /// Sends a response; the responder is the MCU as the request names it (EX-IM-4-1-2-e).
    pub(super) fn reply(
        &mut self,
        cx: &mut Cx<'_>,
        request: &Request<'_>,
        code: Code,
        result: CommandResult<'static>,
    ) {
        let responder = request.command.mcu_uri().map(Into::into);
        let response = Response { responder, ..Response::to(request, code, result) };
        if let Some(link) = &mut self.link {
            link.send(cx, Kind::Command, response.write());
        }
    }

    /// Starts to serve a conference; its 40 seconds begin. One that is served already goes on as it is.
    fn create_conference(
        &mut self,
        cx: &mut Cx<'_>,
        mcu_uri: Option<&str>,
        info: &ConferenceInfo<'_>,
    ) -> Result<Outcome<'static>, Reason<'static>> {
        let addresses = Addresses::of(&info.entity).ok_or(Reason::RequestMalformed)?;
        let chat_uri = mcu_uri.unwrap_or(&addresses.chat);
        if !self.ids.contains_key(&addresses.key) {
            let id = ConferenceId(self.created);
            self.created += 1;
            let locked = info.conference_state.as_ref().and_then(|state| state.locked).unwrap_or(false);
            let conference = Conference::new(id, &addresses.focus, chat_uri, locked, cx.now());
            cx.set_timer(Timer::History(id), conference.history.until());
            self.conferences.insert(id, conference);
            self.ids.insert(addresses.key, id);
        }
        Ok(Outcome::nothing(CommandKind::CreateConference))
    }

    /// Ends every session of a conference and forgets it.
    fn delete_conference(&mut self, cx: &mut Cx<'_>, keys: &ConferenceKeys<'_>) -> Done {
        let Some(conference) = self.named(keys) else { return Err(Reason::ConferenceDoesntExist).into() };
        let id = conference.id;
        let dialogs = conference.legs.keys().copied().collect();
        self.give_up_calls(cx, id, |_| true);
        let news = self.hang_up(cx, id, dialogs, Farewell::Said);
        self.conferences.remove(&id);
        self.ids.retain(|_, known| *known != id);
        cx.clear_timer(Timer::History(id));
        cx.clear_timer(Timer::Announced(id));
        Done { result: Ok(Outcome::nothing(CommandKind::DeleteConference)), news }
    }

    /// Announces a participant whose INVITE is about to come.
    fn add_user(
        &mut self,
        cx: &mut Cx<'_>,
        command: &AddUser<'_>,
    ) -> Result<Outcome<'static>, Reason<'static>> {
        let limit = self.config.limits.legs;
        let conference = self.named(&command.keys).ok_or(Reason::ConferenceDoesntExist)?;
        let user = &command.user;
        let endpoint = user.endpoints.first().ok_or(Reason::RequestMalformed)?;
        // The focus says it again when it may have missed the answer.
        if conference.has_leg(&endpoint.entity) {
            return Ok(echo(command));
        }
        if !conference.has_room(limit) {
            return Err(Reason::MaxMeetingSizeExceeded);
        }
        // The Contact of a client that has no GRUU is an address of its host, which says nothing to others.
        let is_gruu = |uri: &&str| Uri::parse(uri).is_ok_and(|uri| uri.is_gruu());
        let participant = Participant {
            user: (&*user.entity).into(),
            name: user.display_text.as_deref().map(Into::into),
            endpoint: (&*endpoint.entity).into(),
            gruu: endpoint.endpoint_uri.as_deref().filter(is_gruu).map(Into::into),
            epid: None,
            joining: JoiningMethod::DialedIn,
            inviter: None,
        };
        conference.announced.expect(participant, cx.now());
        conference.watch_announced(cx);
        Ok(echo(command))
    }

    /// Ends every session of a user (IM-3-2-2-4-1-b). One who has none is as gone as he should be.
    fn delete_user(&mut self, cx: &mut Cx<'_>, command: &DeleteUser<'_>) -> Done {
        let keys = ConferenceKeys::entity(command.keys.conf_entity.clone());
        let Some(conference) = self.named(&keys) else { return Err(Reason::ConferenceDoesntExist).into() };
        let id = conference.id;
        let is_meant = |participant: &Participant| participant.is(&command.keys.user_entity);
        conference.announced.give_up(is_meant);
        conference.watch_announced(cx);
        let legs = conference.legs.iter().filter(|(_, leg)| is_meant(&leg.participant));
        let dialogs = legs.map(|(dialog, _)| *dialog).collect();
        self.give_up_calls(cx, id, is_meant);
        let news = self.hang_up(cx, id, dialogs, Farewell::Said);
        let entity = command.keys.user_entity.to_string().into();
        let user = Some(Box::new(User { entity, ..User::default() }));
        Done { result: Ok(Outcome::DeleteUser { keys: Some(keys.into_owned()), user }), news }
    }

    fn modify_lock(
        &mut self,
        keys: &ConferenceKeys<'_>,
        locked: bool,
    ) -> Result<Outcome<'static>, Reason<'static>> {
        let conference = self.named(keys).ok_or(Reason::ConferenceDoesntExist)?;
        conference.locked = locked;
        Ok(Outcome::ModifyConferenceLock { keys: Some(keys.clone().into_owned()), locked: Some(locked) })
    }

    pub(super) fn named(&mut self, keys: &ConferenceKeys<'_>) -> Option<&mut Conference> {
        self.at(keys.conf_entity.as_deref()?.trim(), Target::Focus)
    }
}

/// Whether the MCU is to call the user, rather than to await his call.
fn is_dial_out(command: &AddUser<'_>) -> bool {
    let endpoint = command.user.endpoints.first();
    endpoint.is_some_and(|endpoint| endpoint.joining_method == Some(JoiningMethod::DialedOut))
}
