//! Ejecting a user (D-15, EX-IM-4-3-1): his subscription and dialogs end at once, his IM sessions when the
//! MCU says so, and the roster shows each of the two as one version.

use crate::conference_uri::user_key;
use crate::focus::asker::Asker;
use crate::focus::conference::ConferenceId;
use crate::focus::notify::{End, PARTICIPANT_REMOVED, publish};
use crate::focus::pool::{Member, Purpose};
use crate::focus::{Cx, Focus};
use crate::signal::{DialogId, Draft};
use crate::wire::cccp::{Command, ConferenceKeys, DeleteUser, Outcome, Reason};
use crate::wire::conference_info::{Endpoint, User};

/// The CSeq number of the BYE that ejects: above any other (EX-IM-4-3-1-d).
const LAST_CSEQ: u32 = 2_147_483_645;

impl Focus {
    /// `deleteUser`: from the conference, or from the MCU alone if the command names it.
    pub(super) fn delete_user(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: Asker,
        command: &DeleteUser<'static>,
    ) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let key = user_key(&command.keys.user_entity).unwrap_or_default();
        let member = conference.roster.member(&key);
        // One whom the MCU is calling can be given up on.
        let called = conference.invited.values().find(|invited| invited.user == key);
        let entity = member.map(|member| &*member.user.entity).or(called.map(|called| &*called.entity));
        let Some(entity) = entity else { return asker.fail(cx, Reason::UserDoesntExist) };
        let addresses = conference.addresses.clone();
        let mut forwarded = command.clone();
        forwarded.mcu_uri = Some(addresses.chat.to_string().into());
        forwarded.keys.user_entity = entity.to_owned().into();
        let sessions = member.into_iter().flat_map(|member| &member.user.endpoints);
        let sessions = sessions.filter(|endpoint| !is_focus(endpoint));
        let endpoints: Vec<Box<str>> = sessions.map(|endpoint| (*endpoint.entity).into()).collect();
        let purpose = if command.mcu_uri.is_some() {
            Purpose::Relay { asker }
        } else {
            self.dismiss(cx, id, &key);
            Purpose::Eject { conference: id, asker, endpoints }
        };
        let ejected = matches!(purpose, Purpose::Eject { .. });
        let parties = (&*addresses.focus, &*addresses.chat);
        self.ask(cx, Member::ImMcu, parties, Command::DeleteUser(forwarded), purpose);
        if ejected {
            self.strike_out(cx, id, &key);
        }
    }

    /// Ends the subscriptions and focus dialogs of a user, as his removal.
    pub(super) fn dismiss(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        conference.invited.retain(|_, invited| *invited.user != *user);
        let legs: Vec<DialogId> = conference.legs_of(user).map(|(dialog, _)| dialog).collect();
        let bye = Draft::new()
            .header("Reason", "SIP;cause=481;text=\"Participant Removed\"")
            .header("ms-diagnostics-public", PARTICIPANT_REMOVED)
            .numbered(LAST_CSEQ);
        for dialog in legs {
            self.drop_leg(cx, id, dialog, End::Removed, &bye);
        }
    }

    /// Takes the focus endpoints of a user off the roster.
    pub(super) fn strike_out(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let change = conference.roster.disconnect(user, is_focus);
        publish(cx, conference, change);
        self.watch_idle(cx, id);
    }

    /// The MCU has ended the sessions, or is too slow to say so: the asker learns it first, then everybody.
    pub(in crate::focus) fn ejected(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: &Asker,
        endpoints: &[Box<str>],
    ) {
        let Command::DeleteUser(command) = asker.command() else { return };
        let user = User { entity: command.keys.user_entity.clone(), ..User::default() };
        let key = user_key(&user.entity).unwrap_or_default();
        let keys = ConferenceKeys::entity(command.keys.conf_entity.clone());
        asker.succeed(cx, Outcome::DeleteUser { keys: Some(keys), user: Some(Box::new(user)) });
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let gone = |endpoint: &Endpoint<'_>| endpoints.iter().any(|known| **known == *endpoint.entity);
        let change = conference.roster.disconnect(&key, gone);
        publish(cx, conference, change);
        self.watch_idle(cx, id);
    }
}

/// A focus endpoint, as opposed to a session with an MCU.
fn is_focus(endpoint: &Endpoint<'_>) -> bool {
    endpoint.session_type.as_deref() == Some("focus")
}
