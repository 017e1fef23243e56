//! Commands to the focus: INFO, 202, and the result in a later INFO (MS-CONFBAS 3.5).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::Client;
use super::api::Event;
use super::ask::{Ask, Number, Timer};
use super::failure::{fail, reason_of};
use super::roster;
use crate::signal::{Context, Draft, Outcome, TRANSACTION_TIMEOUT};
use crate::time::Duration;
use crate::wire::cccp::{
    self, Access, AddUser, Code, Command, ConferenceKeys, DeleteUser, ModifyUserRoles, Response,
    SetLobbyAccess, UserKeys,
};
use crate::wire::conference_info::{ClientInfo, Endpoint, JoiningMethod, Media, MediaStatus, Role, User};
use crate::wire::sip::Method;

/// How long a command may go on after it is said to be pending (MS-CONFBAS facts 1.3): each such word
/// starts the time anew.
const PENDING_TIMEOUT: Duration = Duration::from_secs(180);

impl Client {
    /// deleteUser (EX-IM-4-3-1-b).
    pub(super) fn eject(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, user: &str) {
        let keys = UserKeys { conf_entity: (&**uri).into(), user_entity: user.into() };
        self.order(cx, uri, Command::DeleteUser(DeleteUser { mcu_uri: None, keys }));
    }

    /// setLobbyAccess (MS-CONFBAS facts 2.7).
    pub(super) fn set_lobby_access(
        &mut self,
        cx: &mut Context<'_, Self>,
        uri: &Arc<str>,
        user: &str,
        admit: bool,
    ) {
        let access = if admit { Access::Granted } else { Access::Denied };
        let keys = ConferenceKeys::entity(&**uri);
        let users = vec![user.into()];
        self.order(cx, uri, Command::SetLobbyAccess(SetLobbyAccess { keys, users, access }));
    }

    /// modifyConferenceLock (MS-CONFBAS facts 2.6).
    pub(super) fn lock(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, locked: bool) {
        let keys = ConferenceKeys::entity(&**uri);
        self.order(cx, uri, Command::ModifyConferenceLock { keys, locked, admission_policy: None });
    }

    /// modifyUserRoles (MS-CONFBAS facts 2.5).
    pub(super) fn set_role(
        &mut self,
        cx: &mut Context<'_, Self>,
        uri: &Arc<str>,
        user: &str,
        role: Role<'static>,
    ) {
        let keys = UserKeys { conf_entity: (&**uri).into(), user_entity: user.into() };
        self.order(cx, uri, Command::ModifyUserRoles(ModifyUserRoles { keys, roles: vec![role] }));
    }

    /// addUser for the MCU to call somebody (EX-IM-4-1-2-a, EX-IM-4-1-2-b).
    pub(super) fn invite_user(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, user: &str) {
        let chat = self.conference(uri).and_then(|(_, conference)| conference.chat_uri.clone());
        let Some(chat) = chat else { return fail(cx, "addUser", uri, 0, "no chat in the conference") };
        let guid = cx.entropy().guid();
        let mut conversation = [0; 22];
        cx.entropy().fill(&mut conversation);
        let conversation = STANDARD.encode(conversation);
        let refer_to = format!("{user}?ms-conversation-id={}", escaped(&conversation));
        let media = Media {
            id: "chat".into(),
            kind: Some("chat".into()),
            status: Some(MediaStatus::SendRecv),
            ..Media::default()
        };
        let endpoint = Endpoint {
            entity: guid.into(),
            refer_to_uri: Some(refer_to.into()),
            joining_method: Some(JoiningMethod::DialedOut),
            media: vec![media],
            client_info: Some(ClientInfo {
                conversation_id: Some(conversation.into()),
                ..ClientInfo::default()
            }),
            ..Endpoint::default()
        };
        let called = User {
            entity: user.into(),
            roles: vec![Role::Attendee],
            endpoints: vec![endpoint],
            ..User::default()
        };
        let keys = ConferenceKeys::entity(&**uri);
        let mcu_uri = Some((&*chat).into());
        self.order(cx, uri, Command::AddUser(AddUser { mcu_uri, keys, user: Box::new(called) }));
    }

    /// deleteConference: ends the running conference, not the provisioned one (MS-CONFBAS facts 2.9).
    pub(super) fn end(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        self.order(cx, uri, Command::DeleteConference(ConferenceKeys::entity(&**uri)));
    }

    /// getConference (EX-BAS-4-4-7-a), without certificate.
    pub(super) fn get_state(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        let keys = ConferenceKeys::entity(&**uri);
        self.order(cx, uri, Command::GetConference { keys, certificate: None });
    }

    /// Sends a command to the focus of a conference that this client is in.
    fn order(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, command: Command<'_>) {
        let what = command.kind().map_or("command", cccp::CommandKind::as_str);
        let found = self.conference(uri);
        let Some((number, dialog, id)) = found.and_then(|(number, conference)| {
            Some((number, conference.focus.dialog()?, conference.request_id))
        }) else {
            return fail(cx, what, uri, 0, "not in the conference");
        };
        let body = self.request_to(uri, id, command).write();
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .header("Supported", "timer")
            .content(cccp::CONTENT_TYPE, body);
        if cx.request(dialog, Method::Info, &draft, Ask::Command(number, id)).is_none() {
            return fail(cx, what, uri, 503, "not connected");
        }
        if let Some(conference) = self.conferences.get_mut(&number) {
            conference.request_id += 1;
            conference.commands.insert(id, what);
        }
        cx.set_timer(Timer::Command(number, id), cx.now() + TRANSACTION_TIMEOUT);
    }

    /// The SIP answer to a command: 202, with the result to come; anything else is the end of it.
    pub(super) fn command_accepted(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        id: u64,
        outcome: &Outcome,
    ) {
        if !outcome.is_success() {
            self.command_failed(cx, number, id, outcome.status(), reason_of(outcome));
        }
    }

    pub(super) fn command_timed_out(&mut self, cx: &mut Context<'_, Self>, number: Number, id: u64) {
        self.command_failed(cx, number, id, 408, "no final answer");
    }

    pub(super) fn command_failed(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        id: u64,
        status: u16,
        reason: &str,
    ) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if let Some(command) = conference.commands.remove(&id) {
            cx.clear_timer(Timer::Command(number, id));
            fail(cx, command, &Arc::clone(&conference.uri), status, reason);
        }
    }

    /// The result of a command, in an INFO of the focus. Pending ones only say that it goes on
    /// (EX-IM-4-1-2-d).
    pub(super) fn command_answered(&mut self, cx: &mut Context<'_, Self>, number: Number, body: &Bytes) {
        let Ok(response) = Response::parse(body) else { return };
        let id = response.request_id;
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if !conference.commands.contains_key(&id) {
            return;
        }
        match response.code {
            Code::Pending => cx.set_timer(Timer::Command(number, id), cx.now() + PENDING_TIMEOUT),
            Code::Failure => {
                let reason = response.result.reason.as_ref().map(|reason| reason.as_str().to_owned());
                self.command_failed(cx, number, id, 0, &reason.unwrap_or_default());
            }
            Code::Success => {
                let Some(command) = conference.commands.remove(&id) else { return };
                cx.clear_timer(Timer::Command(number, id));
                let uri = Arc::clone(&conference.uri);
                cx.event(Event::CommandDone { conference: Arc::clone(&uri), command });
                if let cccp::Outcome::GetConference(Some(info)) = &response.result.outcome {
                    let roster = Arc::new(roster::view(info));
                    let version = info.version.unwrap_or_default();
                    cx.event(Event::State { conference: uri, version, roster });
                }
            }
        }
    }
}

/// A value for the header part of a URI: everything but letters and digits is escaped (RFC 3261 25.1).
fn escaped(value: &str) -> String {
    value.bytes().fold(String::new(), |text, byte| match byte {
        byte if byte.is_ascii_alphanumeric() => text + char::from(byte).encode_utf8(&mut [0; 4]),
        byte => text + &format!("%{byte:02X}"),
    })
}
