//! The commands (MS-CONFPRO 3.2.5).

use super::envelope::{self, Organizer};
use super::table::Conference;
use super::{Event, Factory, date_time};
use crate::signal::{Context, ServerTransaction};
use crate::wire::cccp::{
    Capabilities, Code, Command, CommandKind, CommandResult, Conferences, Outcome, Reason, Request, Response,
};
use crate::wire::conference_info::{ConferenceInfo, Description, State};
use crate::wire::sip::Uri;

type Done<'a> = Result<Outcome<'a>, Reason<'static>>;

impl Factory {
    /// Does what an organizer asks for and answers.
    pub(super) fn client_command(
        &mut self,
        cx: &mut Context<'_, Self>,
        tx: ServerTransaction,
        organizer: &Organizer,
        request: &Request<'_>,
    ) {
        let Some(kind) = request.command.kind() else { return envelope::decline(cx, tx) };
        let done = match &request.command {
            Command::AddConference(info) => self.add_conference(cx, organizer, info),
            Command::GetConference { keys, .. } => {
                self.get_conference(organizer, keys.conference_id.as_deref().unwrap_or_default())
            }
            Command::GetConferences { is_static } => Ok(self.get_conferences(organizer, *is_static)),
            Command::GetAvailableMcuTypes => Ok(Outcome::GetAvailableMcuTypes(Some(
                self.config.mcu_types.iter().map(|kind| (&**kind).into()).collect(),
            ))),
            Command::GetConferencingCapabilities => {
                Ok(Outcome::GetConferencingCapabilities(Some(Box::new(self.capabilities()))))
            }
            _ => return envelope::decline(cx, tx),
        };
        envelope::answer(cx, tx, &response(request, kind, done));
    }

    /// Does what the focus asks for: it activates a conference that it knows by its URI.
    pub(super) fn focus_command(
        &mut self,
        cx: &mut Context<'_, Self>,
        request: &Request<'_>,
    ) -> Response<'static> {
        let request = request.clone().into_owned();
        let kind = request.command.kind().unwrap_or(CommandKind::GetConference);
        let done = match &request.command {
            Command::GetConference { keys, .. } => {
                self.activate(cx, keys.conf_entity.as_deref().unwrap_or_default())
            }
            _ => Err(Reason::OtherFailure),
        };
        response(&request, kind, done.map(Outcome::into_owned))
    }

    /// MS-CONFPRO 3.2.5.2.
    fn add_conference(
        &mut self,
        cx: &mut Context<'_, Self>,
        organizer: &Organizer,
        info: &ConferenceInfo<'_>,
    ) -> Done<'static> {
        let now = self.unix_time(cx);
        let id = self.validate(info, now)?;
        let mut info = info.clone().into_owned();
        info.entity = format!("{};gruu;opaque=app:conf:focus:id:{id}", organizer.spelling).into();
        info.state = Some(State::Full);
        if let Some(description) = &mut info.description {
            description.last_update = Some(date_time::format(now).into());
            description.autopromote.get_or_insert(self.config.autopromote_default);
        }
        let conference = self.table.add(&organizer.key, &id, info, self.config.conferences_max)?;
        cx.event(Event::Created { conference: (&*conference.info.entity).into() });
        Ok(Outcome::AddConference(Some(Box::new(changed(conference).into_owned()))))
    }

    /// MS-CONFPRO 3.2.5.5.
    fn get_conference(&self, organizer: &Organizer, id: &str) -> Done<'_> {
        let conference = self.table.get(&organizer.key, id).ok_or(Reason::ConferenceDoesNotExist)?;
        Ok(Outcome::GetConference(Some(Box::new(conference.info.clone()))))
    }

    /// MS-CONFPRO 3.2.5.6. There are no static conferences: none may be created (PRO-2-2-3-8-z).
    fn get_conferences(&self, organizer: &Organizer, is_static: Option<bool>) -> Outcome<'_> {
        let conferences = match is_static {
            Some(true) => Vec::new(),
            _ => self.table.of_organizer(&organizer.key).into_iter().map(changed).collect(),
        };
        Outcome::GetConferences(Conferences { is_static, conferences: Some(conferences) })
    }

    /// MS-CONFPRO 3.2.5.9.
    fn capabilities(&self) -> Capabilities<'_> {
        let config = &self.config;
        Capabilities {
            capability_version: Some(0),
            mcu_types: config.mcu_types.iter().map(|kind| (&**kind).into()).collect(),
            anonymous_scheduling: Some(config.anonymous),
            default_admission_policy: Some("openAuthenticated".into()),
            schedule_locked: Some(true),
            autopromote_allowed: Some(config.autopromote_allowed),
            default_autopromote: Some(config.autopromote_default),
            pstn_lobby_bypass_allowed: Some(config.telephone_lobby_bypass),
            static_meeting_limit: Some(0),
            ..Capabilities::default()
        }
    }

    /// Gives the focus a conference and takes note of the activation (PRO-2-2-3-4-m).
    fn activate(&mut self, cx: &mut Context<'_, Self>, entity: &str) -> Done<'_> {
        let now = date_time::format(self.unix_time(cx));
        let conference = key(entity)
            .and_then(|(organizer, id)| self.table.get_mut(&organizer, id))
            .ok_or(Reason::ConferenceDoesNotExist)?;
        if let Some(description) = &mut conference.info.description {
            description.last_activate = Some(now.into());
        }
        cx.event(Event::Activated { conference: entity.into() });
        // The focus knows the conference by the URI it was joined with (D-19).
        let info = ConferenceInfo { entity: entity.to_owned().into(), ..conference.info.clone() };
        Ok(Outcome::GetConference(Some(Box::new(info))))
    }

    fn unix_time(&self, cx: &Context<'_, Self>) -> i64 {
        let seconds = i64::try_from(cx.now().as_micros() / 1_000_000).unwrap_or(i64::MAX);
        self.config.epoch.saturating_add(seconds)
    }
}

/// The key of a conference URI: organizer and conference id.
fn key(entity: &str) -> Option<(String, &str)> {
    let uri = Uri::parse(entity).ok()?;
    Some((uri.address(), uri.opaque()?.strip_prefix("app:conf:focus:id:")?))
}

/// What the answer to a change tells of a conference (PRO-2-2-3-1-ah).
fn changed(conference: &Conference) -> ConferenceInfo<'_> {
    let info = &conference.info;
    let description = info.description.as_ref().map(|all| {
        Box::new(Description {
            conference_id: all.conference_id.clone(),
            last_update: all.last_update.clone(),
            expiry_time: all.expiry_time.clone(),
            admission_policy: all.admission_policy.clone(),
            pstn_access: all.pstn_access.clone(),
            ..Description::default()
        })
    });
    ConferenceInfo {
        entity: info.entity.clone(),
        state: Some(State::Partial),
        version: info.version,
        description,
        ..ConferenceInfo::default()
    }
}

fn response<'a>(request: &Request<'a>, kind: CommandKind, done: Done<'a>) -> Response<'a> {
    match done {
        Ok(outcome) => Response::to(request, Code::Success, CommandResult::success(outcome)),
        Err(reason) => Response::to(request, Code::Failure, CommandResult::failure(kind, reason)),
    }
}
