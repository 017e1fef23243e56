//! Commands about roles, the lock, and the conference itself (MS-CONFBAS facts 2.5, 2.6, 2.9).

use crate::conference_uri::user_key;
use crate::focus::admission::Admission;
use crate::focus::asker::Asker;
use crate::focus::conference::ConferenceId;
use crate::focus::notify::publish;
use crate::focus::pool::{Member, Purpose, Requester};
use crate::focus::{Cx, Focus};
use crate::wire::cccp::{Command, CommandKind, ConferenceKeys, ModifyUserRoles, Outcome, Reason};
use crate::wire::conference_info::{ConferenceInfo, Role};

impl Focus {
    /// `modifyUserRoles`: one role, of a user who is there; the organizer keeps his (D-33).
    pub(super) fn modify_user_roles(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: &Asker,
        command: &ModifyUserRoles<'static>,
    ) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let key = user_key(&command.keys.user_entity).unwrap_or_default();
        if conference.roster.member(&key).is_none() {
            return asker.fail(cx, Reason::UserDoesntExist);
        }
        let role = match command.roles.as_slice() {
            [role @ (Role::Presenter | Role::Attendee)] => role.clone(),
            _ => return asker.fail(cx, Reason::InvalidRole),
        };
        if conference.admission.is_organizer(&key) && role != Role::Presenter {
            return asker.fail(cx, Reason::InvalidRole);
        }
        let (keys, roles) = (Some(command.keys.clone()), command.roles.clone());
        asker.succeed(cx, Outcome::ModifyUserRoles { keys, roles });
        let change = conference.roster.set_role(&key, role);
        publish(cx, conference, change);
    }

    /// `modifyConferenceLock`: the MCU hears it too, and the asker when it has.
    pub(super) fn modify_lock(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: Asker,
        locked: bool,
        policy: Option<&str>,
    ) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        if policy.is_some_and(|policy| !Admission::knows_policy(policy)) {
            return asker.fail(cx, Reason::InvalidAdmissionPolicy);
        }
        let addresses = conference.addresses.clone();
        let keys = ConferenceKeys::entity(&*addresses.focus);
        let command = Command::ModifyConferenceLock { keys, locked, admission_policy: None };
        let parties = (&*addresses.focus, &*addresses.chat);
        self.ask(cx, Member::ImMcu, parties, command, Purpose::Lock { conference: id, asker, locked });
    }

    /// The MCU knows of the lock, or is too slow to say so.
    pub(in crate::focus) fn lock_turned(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: &Asker,
        locked: bool,
    ) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let Command::ModifyConferenceLock { keys, admission_policy, .. } = asker.command() else { return };
        let outcome = Outcome::ModifyConferenceLock { keys: Some(keys.clone()), locked: Some(locked) };
        asker.succeed(cx, outcome);
        if let Some(policy) = admission_policy {
            conference.admission.set_policy(policy);
        }
        if conference.admission.is_locked() != locked {
            conference.admission.lock(locked);
            let change = conference.roster.lock_turned();
            publish(cx, conference, Some(change));
        }
    }

    /// `modifyConference`: about an MCU, which is asked; the focus has nothing of its own to change by it
    /// (MS-CONFBAS facts 2.11).
    pub(super) fn modify_conference(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: Asker,
        command: Command<'static>,
    ) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if command.mcu_uri().is_none() {
            return asker.fail(cx, Reason::NotSupported);
        }
        let addresses = conference.addresses.clone();
        let parties = (&*addresses.focus, &*addresses.chat);
        self.ask(cx, Member::ImMcu, parties, command, Purpose::Relay { asker });
    }

    /// `deleteConference`: ends the running conference, not the provisioned one.
    pub(in crate::focus) fn delete_conference(&mut self, cx: &mut Cx<'_>, id: ConferenceId, by: Requester) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let addresses = conference.addresses.clone();
        let command = Command::DeleteConference(ConferenceKeys::entity(&*addresses.focus));
        let parties = (&*addresses.focus, &*addresses.chat);
        self.ask(cx, Member::ImMcu, parties, command, Purpose::Delete { conference: id, by });
    }

    /// The MCU has ended its part, or is too slow to say so: who asked learns it, then everybody is sent home.
    pub(in crate::focus) fn deleted(&mut self, cx: &mut Cx<'_>, id: ConferenceId, by: &Requester) {
        match by {
            Requester::Participant(asker) => {
                let Command::DeleteConference(keys) = asker.command() else { return };
                let entity = keys.conf_entity.clone().unwrap_or_default();
                let info = ConferenceInfo { entity, ..ConferenceInfo::default() };
                asker.succeed(cx, Outcome::DeleteConference(Some(Box::new(info))));
            }
            Requester::Factory(request) => {
                self.answer_factory(cx, request, Ok(Outcome::nothing(CommandKind::DeleteConference)));
            }
        }
        self.send_home(cx, id);
    }
}
