//! The focus and the factory: which conferences are active, and the end of those the factory has deleted
//! (MS-CONFPRO 2.2.3.4 `is-active`, D-11).
//!
//! The factory learns by a state document of each conference that becomes active or ends, and of all that are
//! active when it comes anew; it commands `deleteConference`, which ends a conference for everybody.

use super::pool::{Member, Requester};
use super::{Cx, Focus};
use crate::link::Kind;
use crate::wire::cccp::{self, Code, Command, CommandKind, CommandResult, Outcome, Reason, Response};
use crate::wire::conference_info::{self, ConferenceInfo, ConferenceState, State};

impl Focus {
    /// Tells the factory whether the conference with this URI is active.
    pub(super) fn tell_activity(&mut self, cx: &mut Cx<'_>, focus: &str, active: bool) {
        let document = conference_info::write(&ConferenceInfo {
            entity: focus.into(),
            state: Some(State::Partial),
            conference_state: Some(ConferenceState { active: Some(active), ..ConferenceState::default() }),
            ..ConferenceInfo::default()
        });
        if let Some(links) = &mut self.links {
            links.send(cx, Member::Factory, Kind::State, document.into());
        }
    }

    /// The factory is new, or we are new to it: it takes every conference for inactive.
    pub(super) fn tell_activities(&mut self, cx: &mut Cx<'_>) {
        let active: Vec<_> = self.conferences.values().map(|it| it.addresses.focus.clone()).collect();
        for focus in active {
            self.tell_activity(cx, &focus, true);
        }
    }

    /// The factory has deleted a conference. One that is not active has ended already; one that is about to be
    /// had been looked up before, and the factory commands again when it hears that it is active.
    pub(super) fn factory_command(&mut self, cx: &mut Cx<'_>, request: cccp::Request<'static>) {
        let Command::DeleteConference(keys) = &request.command else {
            return self.answer_factory(cx, &request, Err(Reason::NotSupported));
        };
        let focus = keys.conf_entity.as_deref().unwrap_or_default().trim();
        match self.conference_at(focus).map(|(id, _)| id) {
            Some(id) => self.delete_conference(cx, id, Requester::Factory(request)),
            None => {
                self.answer_factory(cx, &request, Ok(Outcome::nothing(CommandKind::DeleteConference)));
            }
        }
    }

    /// The result of a command of the factory.
    pub(super) fn answer_factory(
        &mut self,
        cx: &mut Cx<'_>,
        request: &cccp::Request<'_>,
        result: Result<Outcome<'static>, Reason<'static>>,
    ) {
        let (code, result) = match (result, request.command.kind()) {
            (Ok(outcome), _) => (Code::Success, CommandResult::success(outcome)),
            (Err(reason), Some(kind)) => (Code::Failure, CommandResult::failure(kind, reason)),
            // A command without name has no response.
            (Err(_), None) => return,
        };
        let document = Response::to(request, code, result).write().into();
        if let Some(links) = &mut self.links {
            links.send(cx, Member::Factory, Kind::Command, document);
        }
    }
}
