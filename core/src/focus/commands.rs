//! Commands of participants: INFO in the focus dialog, 202, and the result in an INFO of ours
//! (EX-IM-4-1-2-c, MS-CONFBAS facts 1.5 and 2).
//!
//! What can be told at once (malformed, misaddressed, not allowed, not implemented) is told by the SIP answer
//! (D-20); everything after the 202 by a C3P response.

mod dial_out;
mod eject;
mod lobby;
mod settings;

use super::asker::Asker;
use super::conference::{Conference, ConferenceId, was_called};
use super::config::COMMANDS_MAX;
use super::documents;
use super::join::check_parties;
use super::pool::Requester;
use super::{Cx, Focus, Refusal};
use crate::conference_uri::user_key;
use crate::signal::{Draft, Request};
use crate::wire::cccp::{self, AddUser, Command, Outcome};
use crate::wire::conference_info::Role;

impl Focus {
    /// An INFO: a command, if it comes from a participant.
    pub(super) fn info(&mut self, cx: &mut Cx<'_>, request: &Request) {
        match self.read_command(request) {
            Ok((id, asker)) => {
                cx.respond(request.tx, 202, "Accepted", &Draft::new());
                self.execute(cx, id, asker);
            }
            Err(refusal) => refusal.answer(cx, request.tx),
        }
    }

    /// Reads and checks a command; `Err`: the answer to the INFO.
    fn read_command(&self, request: &Request) -> Result<(ConferenceId, Asker), Refusal> {
        let dialog = request.dialog.ok_or(Refusal::NO_DIALOG)?;
        let id = *self.dialogs.get(&dialog).ok_or(Refusal::NO_DIALOG)?;
        let conference = self.conferences.get(&id).ok_or(Refusal::NO_DIALOG)?;
        let leg = conference.legs.get(&dialog).ok_or(Refusal::NO_DIALOG)?;
        let document = request.message.body_of(cccp::CONTENT_TYPE).ok_or(Refusal::MALFORMED)?;
        let document = cccp::Request::parse(document).map_err(|_| Refusal::MALFORMED)?;
        check_parties(&document, &leg.user, &conference.addresses)?;
        check_command(&document.command, conference, &leg.user)?;
        if self.pending.values().filter(|pending| pending.waits_for(dialog)).count() >= COMMANDS_MAX {
            return Err(Refusal::UNAVAILABLE);
        }
        Ok((id, Asker::new(dialog, document.into_owned())))
    }

    fn execute(&mut self, cx: &mut Cx<'_>, id: ConferenceId, asker: Asker) {
        match asker.command().clone() {
            Command::AddUser(command) => self.dial_out(cx, id, &asker, &command),
            Command::DeleteUser(command) => self.delete_user(cx, id, asker, &command),
            Command::ModifyUserRoles(command) => self.modify_user_roles(cx, id, &asker, &command),
            Command::ModifyConferenceLock { locked, admission_policy, .. } => {
                self.modify_lock(cx, id, asker, locked, admission_policy.as_deref());
            }
            Command::SetLobbyAccess(command) => self.set_lobby_access(cx, id, &asker, &command),
            Command::DeleteConference(_) => {
                self.delete_conference(cx, id, Requester::Participant(asker));
            }
            Command::GetConference { .. } => self.get_conference(cx, id, &asker),
            command @ Command::ModifyConference { .. } => self.modify_conference(cx, id, asker, command),
            // `check_command` lets no other pass.
            _ => {}
        }
    }

    fn get_conference(&self, cx: &mut Cx<'_>, id: ConferenceId, asker: &Asker) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(leg) = conference.legs.get(&asker.dialog()) else { return };
        let view = conference.roster.view_of(&leg.user);
        let info = documents::on_request(conference, &leg.user, view).into_owned();
        asker.succeed(cx, Outcome::GetConference(Some(Box::new(info))));
    }
}

/// Whether a command is one of ours, about this conference, and its sender's to give.
fn check_command(command: &Command<'_>, conference: &Conference, user: &str) -> Result<(), Refusal> {
    let addresses = &conference.addresses;
    let about = match command {
        Command::AddUser(command) => command.keys.conf_entity.as_ref(),
        Command::DeleteUser(command) => Some(&command.keys.conf_entity),
        Command::ModifyUserRoles(command) => Some(&command.keys.conf_entity),
        Command::SetLobbyAccess(command) => command.keys.conf_entity.as_ref(),
        Command::ModifyConference { info, .. } => Some(&info.entity),
        Command::ModifyConferenceLock { keys, .. }
        | Command::DeleteConference(keys)
        | Command::GetConference { keys, .. } => keys.conf_entity.as_ref(),
        _ => return Err(Refusal::UNKNOWN_COMMAND),
    };
    if !about.is_some_and(|entity| addresses.is_focus(entity)) {
        return Err(Refusal::WRONG_CONFERENCE);
    }
    if command.mcu_uri().is_some_and(|uri| !addresses.is_chat(uri)) {
        return Err(Refusal::NO_SUCH_MCU);
    }
    if conference.roster.member(user).is_none_or(|member| member.held) {
        return Err(Refusal::UNAUTHORIZED);
    }
    let may_everything = conference.roster.is_presenter(user);
    match command {
        Command::AddUser(command) => check_dial_out(command, user, may_everything),
        Command::GetConference { .. } => Ok(()),
        _ if may_everything => Ok(()),
        _ => Err(Refusal::UNAUTHORIZED),
    }
}

/// Attendees have only themselves called (MS-CONFBAS facts 2.2).
fn check_dial_out(command: &AddUser<'_>, user: &str, may_everything: bool) -> Result<(), Refusal> {
    let [endpoint] = command.user.endpoints.as_slice() else { return Err(Refusal::WRONG_ENDPOINT) };
    if command.mcu_uri.is_none() || !was_called(endpoint) {
        return Err(Refusal::WRONG_JOINING_METHOD);
    }
    if command.user.roles.iter().any(|role| matches!(role, Role::Other(_))) {
        return Err(Refusal::WRONG_ROLE);
    }
    if may_everything || user_key(&command.user.entity).as_deref() == Some(user) {
        Ok(())
    } else {
        Err(Refusal::NOT_FOR_ATTENDEES)
    }
}
