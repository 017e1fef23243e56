//! What a conference has to be to be provisioned (MS-CONFPRO 3.2.5.2, steps 1 to 6).

use std::collections::BTreeSet;

use super::config::AUTOPROMOTE_DEFINED;
use super::{Factory, date_time};
use crate::wire::cccp::Reason;
use crate::wire::conference_info::{ConferenceInfo, ConferenceView, Description, Role, Users};
use crate::wire::sip::Uri;
use crate::wire::xml::RawElement;

/// How long a conference id is (PRO-2-2-1-2-e).
const ID_LENGTH: std::ops::RangeInclusive<usize> = 8..=32;

type Check = Result<(), Reason<'static>>;

impl Factory {
    /// Checks a new conference and gives its id. Syntax comes after the first step and before the fourth, in
    /// document order (PRO-3-2-5-2-j).
    pub(super) fn validate(&self, info: &ConferenceInfo<'_>, now: i64) -> Result<String, Reason<'static>> {
        if info.is_static == Some(true) {
            return Err(Reason::MaxStaticMeetingsExceeded);
        }
        if info.version.unwrap_or(1) != 1 {
            return Err(Reason::InvalidVersion);
        }
        let description = info.description.as_deref().ok_or(Reason::InvalidAdmissionPolicy)?;
        self.check_policy(description)?;
        let id = conference_id(description)?;
        check_expiry(description, now)?;
        self.check_telephone(description)?;
        self.check_autopromote(description)?;
        if let Some(users) = &info.users {
            check_users(users)?;
        }
        if description.conference_key.is_some() {
            // No certificate of ours has been given out, so the key was encrypted for somebody else.
            return Err(Reason::InvalidEncryptionKeyUsed);
        }
        if let Some(view) = &info.conference_view {
            self.check_mcus(view)?;
        }
        self.check_sizes(description, info.conference_view.as_ref())?;
        Ok(id.to_owned())
    }

    fn check_policy(&self, description: &Description<'_>) -> Check {
        match description.admission_policy.as_deref() {
            Some("closedAuthenticated" | "openAuthenticated") => Ok(()),
            Some("anonymous") if self.config.anonymous => Ok(()),
            Some("anonymous") => Err(Reason::AnonymousUsersNotAllowed),
            _ => Err(Reason::InvalidAdmissionPolicy),
        }
    }

    fn check_telephone(&self, description: &Description<'_>) -> Check {
        match &description.pstn_access {
            Some(_) if !self.config.telephone => return Err(Reason::PstnBridgeNotEnabled),
            Some(access) if access.id.is_some() => return Err(Reason::PstnMeetingIdCannotBeSpecified),
            _ => {}
        }
        let bypass = description.pstn_lobby_bypass == Some(true);
        if bypass && !self.config.telephone_lobby_bypass {
            return Err(Reason::PstnLobbyBypassNotAllowed);
        }
        Ok(())
    }

    /// Undefined bits are reserved (PRO-2-2-3-8-w).
    fn check_autopromote(&self, description: &Description<'_>) -> Check {
        let allowed = self.config.autopromote_allowed & AUTOPROMOTE_DEFINED;
        match description.autopromote {
            Some(bits) if bits & !allowed != 0 => Err(Reason::InvalidAutopromoteValue),
            _ => Ok(()),
        }
    }

    /// Each type of MCU has to be there, and once (PRO-3-2-5-2-d, PRO-2-2-1-5-d).
    fn check_mcus(&self, view: &ConferenceView<'_>) -> Check {
        let available = self.config.mcu_type_set();
        let mut seen = BTreeSet::new();
        for entity in view.entity_views.iter().map(|view| &*view.entity) {
            if !available.contains(entity) {
                return Err(Reason::McuTypeNotAvailable);
            }
            if !seen.insert(entity) {
                return Err(Reason::OtherFailure);
            }
        }
        Ok(())
    }

    /// PRO-3-2-5-2-f.
    fn check_sizes(&self, description: &Description<'_>, view: Option<&ConferenceView<'_>>) -> Check {
        if size(description.notification_data.as_ref()) > self.config.data_max {
            return Err(Reason::NotificationDataTooLarge);
        }
        if size(description.organizer_roaming_data.as_ref()) > self.config.data_max {
            return Err(Reason::OrganizerRoamingDataTooLarge);
        }
        let mut views = view.into_iter().flat_map(|view| &view.entity_views);
        if views.any(|view| size(view.settings.as_ref()) > self.config.settings_max) {
            return Err(Reason::EntitySettingsTooLarge);
        }
        Ok(())
    }
}

fn conference_id<'a>(description: &'a Description<'_>) -> Result<&'a str, Reason<'static>> {
    let id = description.conference_id.as_deref().unwrap_or_default();
    let valid = ID_LENGTH.contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if valid { Ok(id) } else { Err(Reason::InvalidConferenceId) }
}

/// A time that is past is no time to expire at (PRO-2-2-1-2-l).
fn check_expiry(description: &Description<'_>, now: i64) -> Check {
    match description.expiry_time.as_deref().map(date_time::parse) {
        None => Ok(()),
        Some(Some(expiry)) if expiry > now => Ok(()),
        Some(_) => Err(Reason::InvalidExpiryTime),
    }
}

/// PRO-2-2-1-4-e to -i.
fn check_users(users: &Users<'_>) -> Check {
    let mut seen = BTreeSet::new();
    for user in &users.users {
        let valid = Uri::parse(&user.entity).ok().filter(|uri| uri.is_sip() && uri.user().is_some());
        let address = valid.map(|uri| uri.address()).ok_or(Reason::InvalidUserEntity)?;
        if !seen.insert(address) {
            return Err(Reason::InvalidUserEntity);
        }
        if !matches!(&*user.roles, [Role::Presenter | Role::Attendee]) {
            return Err(Reason::InvalidRole);
        }
    }
    Ok(())
}

/// The bytes of the content of an element.
fn size(content: Option<&Vec<RawElement<'_>>>) -> usize {
    content.into_iter().flatten().map(|element| element.as_str().len()).sum()
}
