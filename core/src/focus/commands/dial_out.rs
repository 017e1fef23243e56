//! Having the MCU call somebody (EX-IM-4-1-2, MS-CONFBAS facts 2.2). The one who asked hears from the MCU,
//! through the focus, that it is under way and how it went; only then is the user on the roster, by the MCU's
//! report.

use crate::conference_uri::user_key;
use crate::focus::asker::Asker;
use crate::focus::conference::{ConferenceId, Invited};
use crate::focus::config::INVITED_MAX;
use crate::focus::pool::{Member, Purpose};
use crate::focus::{Cx, Focus};
use crate::wire::cccp::{AddUser, Code, Command, Reason, Response};
use crate::wire::conference_info::{Execution, Role};

impl Focus {
    /// `addUser` that names the MCU: forwarded, with the name of who asks.
    pub(super) fn dial_out(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: &Asker,
        command: &AddUser<'static>,
    ) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let Some(user) = user_key(&command.user.entity) else {
            return asker.fail(cx, Reason::InvalidUserEntity);
        };
        let mut forwarded = command.clone();
        let endpoint = forwarded.user.endpoints.first_mut();
        let Some(endpoint) = endpoint else { return asker.fail(cx, Reason::RequestMalformed) };
        if endpoint.entity.trim().is_empty() {
            endpoint.entity = cx.entropy().guid().into();
        }
        let by = asker.sender().to_owned();
        endpoint.joining_info = Some(Execution { by: Some(by.into()), ..Execution::default() });
        let guid: Box<str> = (*endpoint.entity).into();
        if conference.knows_session(&user, &guid) {
            return asker.fail(cx, Reason::UserExists);
        }
        let called = conference.invited.values().filter(|invited| invited.called.is_some()).count();
        if conference.roster.len() + called >= self.config.users_max {
            return asker.fail(cx, Reason::MaxMeetingSizeExceeded);
        }
        if conference.invited.values().filter(|invited| invited.user == user).count() >= INVITED_MAX {
            return asker.fail(cx, Reason::ServerBusy);
        }
        let mut called = (*forwarded.user).clone();
        called.endpoints.clear();
        called.client_info = None;
        // Only a presenter makes presenters.
        let presenter = user_key(asker.sender()).is_some_and(|asker| conference.roster.is_presenter(&asker));
        called.roles.truncate(usize::from(presenter));
        if conference.admission.is_organizer(&user) {
            // Whoever calls him and as what, he is presenter (D-33).
            called.roles = vec![Role::Presenter];
        } else if called.roles.is_empty() {
            called.roles.push(Role::Attendee);
        }
        let entity = (*called.entity).into();
        let invited = Invited { user, entity, contact: None, called: Some(Box::new(called)) };
        conference.invited.insert(guid.clone(), invited);
        let addresses = conference.addresses.clone();
        let purpose = Purpose::DialOut { conference: id, asker: asker.clone(), guid };
        let parties = (&*addresses.focus, &*addresses.chat);
        self.ask(cx, Member::ImMcu, parties, Command::AddUser(forwarded), purpose);
    }

    /// The call is over, or the MCU does not tell, although it lets nobody ring for so long.
    pub(in crate::focus) fn dialed_out(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: &Asker,
        guid: &str,
        answer: Option<&Response<'_>>,
    ) {
        match answer {
            Some(answer) if answer.code == Code::Success => return asker.progress(cx, Code::Success),
            Some(answer) => {
                let reason = answer.result.reason.clone().map(Reason::into_owned);
                asker.fail(cx, reason.unwrap_or(Reason::OtherFailure));
            }
            None => asker.fail(cx, Reason::UserNotAnswered),
        }
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let Some(invited) = conference.invited.get(guid) else { return };
        let (entity, others) = (invited.entity.clone(), conference.roster.member(&invited.user).is_some());
        // `deleteUser` ends every session of a user: not for one who has others. The late answer of such a one
        // still counts.
        if answer.is_some() || !others {
            conference.invited.remove(guid);
        }
        if answer.is_none() && !others {
            self.end_sessions(cx, id, &entity);
        }
    }
}
