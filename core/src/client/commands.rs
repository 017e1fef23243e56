//! Commands to the focus: INFO, 202, and the result in a later INFO (MS-CONFBAS 3.5).

use std::sync::Arc;

use bytes::Bytes;

use super::api::Event;
use super::failure::{fail, reason_of};
use super::machine::{Ask, Client, Number, Timer};
use crate::signal::{Context, Draft, Outcome, TRANSACTION_TIMEOUT};
use crate::wire::cccp::{self, Code, Command, DeleteUser, Response, UserKeys};
use crate::wire::sip::Method;

impl Client {
    /// deleteUser in an INFO (EX-IM-4-3-1-b).
    pub(super) fn eject(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, user: &str) {
        let found = self.conference(uri);
        let Some((number, dialog, id)) = found.and_then(|(number, conference)| {
            Some((number, conference.focus.dialog()?, conference.request_id))
        }) else {
            return fail(cx, "deleteUser", uri, 0, "not in the conference");
        };
        let keys = UserKeys { conf_entity: (&**uri).into(), user_entity: user.into() };
        let command = Command::DeleteUser(DeleteUser { mcu_uri: None, keys });
        let body = self.request_to(uri, id, command).write();
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .header("Supported", "timer")
            .content(cccp::CONTENT_TYPE, body);
        if cx.request(dialog, Method::Info, &draft, Ask::Command(number, id)).is_none() {
            return fail(cx, "deleteUser", uri, 503, "not connected");
        }
        if let Some(conference) = self.conferences.get_mut(&number) {
            conference.request_id += 1;
            conference.commands.insert(id, "deleteUser");
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

    /// The result of a command, in an INFO of the focus. Pending ones change nothing (EX-IM-4-1-2-d).
    pub(super) fn command_answered(&mut self, cx: &mut Context<'_, Self>, number: Number, body: &Bytes) {
        let Ok(response) = Response::parse(body) else { return };
        let id = response.request_id;
        match response.code {
            Code::Pending => {}
            Code::Failure => {
                let reason = response
                    .result
                    .reason
                    .as_ref()
                    .map(|reason| reason.as_str().to_owned())
                    .unwrap_or_default();
                self.command_failed(cx, number, id, 0, &reason);
            }
            Code::Success => {
                let Some(conference) = self.conferences.get_mut(&number) else { return };
                if let Some(command) = conference.commands.remove(&id) {
                    cx.clear_timer(Timer::Command(number, id));
                    let uri = Arc::clone(&conference.uri);
                    cx.event(Event::CommandDone { conference: uri, command });
                }
            }
        }
    }
}
