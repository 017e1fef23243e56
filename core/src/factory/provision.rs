//! Creating and modifying conferences (MS-CONFPRO 3.2.5.2, 3.2.5.3).

use super::commands::Done;
use super::conference::{Conference, Key};
use super::envelope::Organizer;
use super::record::Record;
use super::settings::Check;
use super::validation::{Asked, conference_id, seconds, static_meeting};
use super::{Event, Factory, date_time, told};
use crate::signal::Context;
use crate::wire::cccp::{Outcome, Reason};
use crate::wire::conference_info::{
    self, ConferenceInfo, ConferenceState, ConferenceView, Description, EntityView, State,
};
use crate::wire::sip::Uri;

impl Factory {
    /// MS-CONFPRO 3.2.5.2.
    pub(super) fn add_conference(
        &mut self,
        cx: &mut Context<'_, Self>,
        organizer: &Organizer,
        info: &ConferenceInfo<'_>,
    ) -> Done {
        let is_static = info.is_static == Some(true);
        let passcode = if is_static {
            first_version(info)?;
            conference_id(info)?;
            static_meeting(info)?;
            None
        } else {
            self.asked(cx, organizer).admission_policy(info)?;
            first_version(info)?;
            self.steps_to_six(cx, organizer, info)?
        };
        self.quota(organizer, is_static)?;
        let key = organizer.conference(conference_id(info)?);
        if self.table.get(&key).is_some() {
            return Err(Reason::ConferenceExistsAlready);
        }
        let mut info = self.provisioned(cx, organizer, info);
        info.entity = format!("{};gruu;opaque=app:conf:focus:id:{}", organizer.spelling, key.id).into();
        info.version = Some(1);
        let conference = Conference { info, passcode, created: self.table.next(), active: false };
        let told = self.put(cx, key, conference)?;
        cx.event(Event::Created { conference: (&*told.entity).into() });
        Ok(Outcome::AddConference(Some(Box::new(told))))
    }

    /// MS-CONFPRO 3.2.5.3. The quota is not touched; size and MCU errors come before a missing conference.
    pub(super) fn modify_conference(
        &mut self,
        cx: &mut Context<'_, Self>,
        organizer: &Organizer,
        info: &ConferenceInfo<'_>,
    ) -> Done {
        if info.is_static == Some(true) {
            return Err(Reason::InvalidStaticMeetingRequest);
        }
        self.asked(cx, organizer).admission_policy(info)?;
        let passcode = self.steps_to_six(cx, organizer, info)?;
        let key = organizer.conference(conference_id(info)?);
        let known = self.table.get(&key).ok_or(Reason::ConferenceDoesNotExist)?;
        if known.is_static() {
            return Err(Reason::InvalidStaticMeetingRequest);
        }
        if info.version.unwrap_or(1) != known.version() {
            return Err(Reason::InvalidVersion);
        }
        let mut info = self.provisioned(cx, organizer, info);
        info.entity = known.info.entity.clone();
        info.version = Some(known.version().checked_add(1).ok_or(Reason::OtherFailure)?);
        if let Some(description) = &mut info.description {
            let before = known.info.description.as_deref();
            description.last_activate = before.and_then(|it| it.last_activate.clone());
        }
        let conference = Conference { info, passcode, created: known.created, active: known.active };
        let told = self.put(cx, key, conference)?;
        Ok(Outcome::ModifyConference(Some(Box::new(told))))
    }

    /// Steps 2 to 6, and before step 4 what has no step (PRO-3-2-5-2-j). The passcode, if there is one.
    fn steps_to_six(
        &self,
        cx: &Context<'_, Self>,
        organizer: &Organizer,
        info: &ConferenceInfo<'_>,
    ) -> Check<Option<Box<str>>> {
        let asked = self.asked(cx, organizer);
        asked.syntax(info)?;
        let passcode = self.passcode(cx, info)?;
        info.conference_view.as_ref().map_or(Ok(()), |view| asked.mcu_types(view))?;
        info.users.as_ref().map_or(Ok(()), |users| asked.invitations(users))?;
        asked.sizes(info)?;
        Ok(passcode)
    }

    fn asked<'a>(&'a self, cx: &Context<'_, Self>, organizer: &'a Organizer) -> Asked<'a> {
        Asked {
            config: &self.config,
            policy: self.config.policy_of(&organizer.key),
            organizer: &organizer.key,
            now: self.unix_time(cx),
        }
    }

    /// Step 7: regular conferences and the static one have quotas of their own.
    fn quota(&self, organizer: &Organizer, is_static: bool) -> Check {
        let policy = self.config.policy_of(&organizer.key);
        let held = self.table.of_organizer(&organizer.key, is_static).len();
        if is_static && held >= usize::from(policy.static_meeting) {
            return Err(Reason::MaxStaticMeetingsExceeded);
        }
        if !is_static && held >= policy.conferences_max {
            return Err(Reason::MaxConferencesExceeded);
        }
        if self.table.len() >= self.config.table_max {
            return Err(Reason::OtherFailure);
        }
        Ok(())
    }

    /// What the table gets: the request, with what the factory decides. Entity and version are still to come.
    fn provisioned(
        &self,
        cx: &Context<'_, Self>,
        organizer: &Organizer,
        info: &ConferenceInfo<'_>,
    ) -> ConferenceInfo<'static> {
        let now = self.unix_time(cx);
        let mut info = info.clone().into_owned();
        info.state = Some(State::Full);
        if info.is_static == Some(true) {
            self.preset(organizer, &mut info);
        } else {
            info.is_static = None;
        }
        if let Some(users) = &mut info.users {
            // The organizer is on the roster anyway (PRO-2-2-1-4-c, -d).
            users
                .users
                .retain(|user| !Uri::parse(&user.entity).is_ok_and(|uri| uri.address() == organizer.key));
        }
        let is_static = info.is_static.is_some();
        let Some(description) = &mut info.description else { return info };
        let id = description.conference_id.as_deref().unwrap_or_default();
        description.join_url = self.config.join_url.as_ref().map(|start| {
            let user = organizer.spelling.split([':', '@']).nth(1).unwrap_or_default();
            format!("{start}{user}/{id}").into()
        });
        description.last_update = Some(date_time::format(now).into());
        if !is_static && description.expiry_time.is_none() {
            let expiry = now.saturating_add(seconds(self.config.lifetime.as_secs()));
            description.expiry_time = Some(date_time::format(expiry).into());
        }
        description.autopromote.get_or_insert(self.config.policy_of(&organizer.key).autopromote());
        **description = Description {
            conference_key: None,
            last_activate: None,
            is_active: None,
            server_mode: None,
            conf_uris: None,
            ..std::mem::take(&mut **description)
        };
        info
    }

    /// What the administrator decided about static meetings (PRO-2-2-2-1-j).
    fn preset(&self, organizer: &Organizer, info: &mut ConferenceInfo<'static>) {
        if let Some(description) = &mut info.description {
            let policy = self.config.admission_policy_of(&organizer.key);
            description.admission_policy = Some(policy.to_owned().into());
        }
        info.conference_state = Some(ConferenceState { locked: Some(false), ..ConferenceState::default() });
        let views = self.config.available();
        let views = views.map(|kind| EntityView { entity: kind.to_owned().into(), ..EntityView::default() });
        info.conference_view =
            Some(ConferenceView { entity_views: views.collect(), ..ConferenceView::default() });
    }

    /// Commits a conference, unless it is too large; what the answer tells of it. No reason is named after a
    /// conference that is too large as a whole (PRO-2-2-3-1-aa).
    fn put(
        &mut self,
        cx: &mut Context<'_, Self>,
        key: Key,
        conference: Conference,
    ) -> Check<ConferenceInfo<'static>> {
        if conference_info::write(&conference.info).len() > self.config.conference_max {
            return Err(Reason::OtherFailure);
        }
        let told = told::changed(&conference);
        self.commit(cx, Record::Put(key, Box::new(conference)))?;
        Ok(told)
    }
}

/// A new conference has version 1 (PRO-2-2-2-1-d, PRO-2-2-3-1-p).
fn first_version(info: &ConferenceInfo<'_>) -> Check {
    if info.version.unwrap_or(1) == 1 { Ok(()) } else { Err(Reason::InvalidVersion) }
}
