//! What a request for a conference may say (MS-CONFPRO 2.2.1, 2.2.2.1). The checks stand in document order
//! (PRO-3-2-5-2-j).

use std::collections::BTreeSet;

use super::config::Config;
use super::date_time;
use super::policy::Policy;
use super::settings::{self, Check};
use crate::wire::cccp::Reason;
use crate::wire::conference_info::{ConferenceInfo, ConferenceView, Description, Role, Users};
use crate::wire::sip::Uri;

/// How long a conference id is (PRO-2-2-1-2-e).
const ID_LENGTH: std::ops::RangeInclusive<usize> = 8..=32;

/// Who asks for a conference, and when.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) config: &'a Config,
    pub(super) policy: &'a Policy,
    /// The organizer's address.
    pub(super) organizer: &'a str,
    /// Unix time.
    pub(super) now: i64,
}

impl Asked<'_> {
    /// Step 1: whether the organizer may have this admission policy (PRO-3-2-5-2-a).
    pub(super) fn admission_policy(&self, info: &ConferenceInfo<'_>) -> Check {
        let description = info.description.as_deref();
        match description.and_then(|it| it.admission_policy.as_deref()) {
            Some("closedAuthenticated" | "openAuthenticated") => Ok(()),
            Some("anonymous") if self.policy.anonymous => Ok(()),
            Some("anonymous") => Err(Reason::AnonymousUsersNotAllowed),
            _ => Err(Reason::InvalidAdmissionPolicy),
        }
    }

    /// What has no step of its own: the syntax.
    pub(super) fn syntax(&self, info: &ConferenceInfo<'_>) -> Check {
        if let Some(description) = &info.description {
            conference_id(info)?;
            self.expiry(description)?;
            self.telephone(description)?;
            self.autopromote(description)?;
            self.lobby_bypass(description)?;
        }
        if info.conference_state.as_ref().is_some_and(|state| state.locked == Some(true))
            && !self.policy.locked
        {
            return Err(Reason::OtherFailure);
        }
        info.users.as_ref().map_or(Ok(()), users)?;
        info.conference_view.as_ref().map_or(Ok(()), settings::check)
    }

    /// Step 4: each type of MCU has to be there, and once (PRO-3-2-5-2-d, PRO-2-2-1-5-d).
    pub(super) fn mcu_types(&self, view: &ConferenceView<'_>) -> Check {
        let available: BTreeSet<&str> = self.config.available().collect();
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

    /// Step 5: users of other domains are federated ones (PRO-3-2-5-2-e).
    pub(super) fn invitations(&self, users: &Users<'_>) -> Check {
        let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
        let enterprise = domain(self.organizer);
        let is_federated =
            |entity: &str| Uri::parse(entity).is_ok_and(|uri| domain(&uri.address()) != enterprise);
        if !self.policy.federated && users.users.iter().any(|user| is_federated(&user.entity)) {
            return Err(Reason::FederatedUsersNotAllowed);
        }
        Ok(())
    }

    /// Step 6 (PRO-3-2-5-2-f).
    pub(super) fn sizes(&self, info: &ConferenceInfo<'_>) -> Check {
        let description = info.description.as_deref();
        if settings::size(description.and_then(|it| it.notification_data.as_ref())) > self.config.data_max {
            return Err(Reason::NotificationDataTooLarge);
        }
        if settings::size(description.and_then(|it| it.organizer_roaming_data.as_ref()))
            > self.config.data_max
        {
            return Err(Reason::OrganizerRoamingDataTooLarge);
        }
        let mut views = info.conference_view.iter().flat_map(|view| &view.entity_views);
        if views.any(|view| settings::size(view.settings.as_ref()) > self.config.settings_max) {
            return Err(Reason::EntitySettingsTooLarge);
        }
        Ok(())
    }

    /// A time that is past, or beyond the bound, is no time to expire at (PRO-2-2-1-2-l).
    fn expiry(&self, description: &Description<'_>) -> Check {
        let latest = self.now.saturating_add(seconds(self.config.lifetime_max.as_secs()));
        match description.expiry_time.as_deref().map(date_time::parse) {
            None => Ok(()),
            Some(Some(expiry)) if expiry > self.now && expiry <= latest => Ok(()),
            Some(_) => Err(Reason::InvalidExpiryTime),
        }
    }

    fn telephone(&self, description: &Description<'_>) -> Check {
        match &description.pstn_access {
            Some(_) if !self.policy.telephone => Err(Reason::PstnBridgeNotEnabled),
            Some(access) if access.id.is_some() => Err(Reason::PstnMeetingIdCannotBeSpecified),
            _ => Ok(()),
        }
    }

    /// Undefined bits are reserved (PRO-2-2-3-8-w).
    fn autopromote(&self, description: &Description<'_>) -> Check {
        match description.autopromote {
            Some(bits) if bits & !self.policy.autopromote_mask() != 0 => Err(Reason::InvalidAutopromoteValue),
            _ => Ok(()),
        }
    }

    fn lobby_bypass(&self, description: &Description<'_>) -> Check {
        if description.pstn_lobby_bypass == Some(true) && !self.policy.telephone_lobby_bypass {
            return Err(Reason::PstnLobbyBypassNotAllowed);
        }
        Ok(())
    }
}

/// The conference id of a request, as its organizer chose it.
pub(super) fn conference_id<'a>(info: &'a ConferenceInfo<'_>) -> Check<&'a str> {
    let id = info.description.as_deref().and_then(|it| it.conference_id.as_deref()).unwrap_or_default();
    let valid = ID_LENGTH.contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if valid { Ok(id) } else { Err(Reason::InvalidConferenceId) }
}

/// A static meeting is asked for by its id and nothing else (PRO-2-2-2-1-k); elements of others do not count
/// (PRO-2-2-f).
pub(super) fn static_meeting(info: &ConferenceInfo<'_>) -> Check {
    let description = info.description.as_deref();
    let bare = Description {
        conference_id: description.and_then(|it| it.conference_id.clone()),
        extensions: description.map(|it| it.extensions.clone()).unwrap_or_default(),
        ..Description::default()
    };
    // Its entity is the empty string, or the command was not complete (PRO-2-2-2-1-b).
    let bare = ConferenceInfo {
        state: info.state,
        version: info.version,
        is_static: info.is_static,
        description: description.map(|_| Box::new(bare)),
        extensions: info.extensions.clone(),
        ..ConferenceInfo::default()
    };
    if *info == bare { Ok(()) } else { Err(Reason::InvalidStaticMeetingRequest) }
}

/// PRO-2-2-1-4-e to -i.
fn users(users: &Users<'_>) -> Check {
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

/// Seconds as dates are reckoned in.
pub(super) fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
