//! One active conference.

use std::collections::{BTreeMap, BTreeSet};

use super::admission::Admission;
use super::roster::{Roster, View};
use crate::conference_uri::Addresses;
use crate::signal::DialogId;
use crate::wire::conference_info::{ConferenceInfo, Description, Endpoint, JoiningMethod, User};

/// The number of a conference within this incarnation of the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ConferenceId(pub(super) u32);

/// One active conference.
#[derive(Clone, Debug)]
pub(super) struct Conference {
    pub(super) addresses: Addresses,
    pub(super) admission: Admission,
    /// What notifications and `getConference` tell of what was provisioned (MS-CONFBAS facts 2.8 and 3.2).
    pub(super) description: Box<Description<'static>>,
    /// Types of the MCUs it was provisioned with, `chat` always among them (D-19).
    pub(super) mcu_types: BTreeSet<Box<str>>,
    pub(super) roster: Roster,
    /// The focus dialogs, each with the focus endpoint it stands for.
    pub(super) legs: BTreeMap<DialogId, Leg>,
    pub(super) subscriptions: BTreeMap<DialogId, Subscription>,
    /// IM sessions announced to the MCU that it has not reported yet: endpoint GUID to user.
    pub(super) invited: BTreeMap<Box<str>, Invited>,
    /// Whether nobody authenticated is in it, and its end is due.
    pub(super) idle: bool,
}

/// A focus dialog.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    /// Whose it is, as a key.
    pub(super) user: Box<str>,
    /// The entity of its endpoint on the roster.
    pub(super) guid: Box<str>,
    /// The endpoint identifier of the client's From.
    pub(super) epid: Option<Box<str>>,
}

/// A subscription to the roster.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    /// Whose it is, as a key.
    pub(super) user: Box<str>,
    /// The endpoint identifier of the client's From.
    pub(super) epid: Option<Box<str>>,
    /// The focus dialog with which it ends (D-5).
    pub(super) leg: DialogId,
    /// Notifications go out as BENOTIFY instead of NOTIFY.
    pub(super) best_effort: bool,
    /// What the last version was shown as, if it could be sent: another view, or a version that could not, calls for
    /// a full document (D-13).
    pub(super) view: Option<View>,
    pub(super) term: Term,
}

/// How long a subscription lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// As long as its focus dialog: `com.microsoft.autoextend` (D-5).
    Dialog,
    /// Until then.
    Until(crate::time::Instant),
}

/// An IM session that is about to begin.
#[derive(Clone, Debug)]
pub(super) struct Invited {
    /// Whose it is, as a key.
    pub(super) user: Box<str>,
    /// The same as the MCU knows him.
    pub(super) entity: Box<str>,
    /// The client's Contact.
    pub(super) contact: Option<Box<str>>,
    /// For one whom the MCU calls: how the roster will show him if he is not on it.
    pub(super) called: Option<Box<User<'static>>>,
}

impl Conference {
    /// A conference as the factory provisioned it, with nobody in it yet.
    pub(super) fn provisioned(addresses: Addresses, info: &ConferenceInfo<'_>) -> Self {
        let views = info.conference_view.iter().flat_map(|view| &view.entity_views);
        let mut mcu_types: BTreeSet<Box<str>> = views.map(|view| view.entity.trim().into()).collect();
        mcu_types.retain(|kind| is_type(kind));
        mcu_types.insert("chat".into());
        let description = info.description.as_deref().map(|it| Description {
            subject: it.subject.clone(),
            join_url: it.join_url.clone(),
            pstn_access: it.pstn_access.clone(),
            notification_data: it.notification_data.clone(),
            ..Description::default()
        });
        Self {
            admission: Admission::provisioned(&addresses, info),
            description: Box::new(description.unwrap_or_default().into_owned()),
            mcu_types,
            addresses,
            roster: Roster::default(),
            legs: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            invited: BTreeMap::new(),
            idle: false,
        }
    }

    /// The focus dialogs of a user.
    pub(super) fn legs_of(&self, user: &str) -> impl Iterator<Item = (DialogId, &Leg)> {
        self.legs.iter().filter(move |(_, leg)| *leg.user == *user).map(|(dialog, leg)| (*dialog, leg))
    }

    /// Users whose IM sessions have outlived their focus dialogs; those whom the MCU called need none.
    pub(super) fn without_dialog(&self) -> Vec<Box<str>> {
        let alone = self.roster.members().filter(|(key, member)| {
            self.legs_of(key).next().is_none() && !member.user.endpoints.iter().any(was_called)
        });
        alone.map(|(key, _)| key.into()).collect()
    }

    /// Whether `user` has a session of this name, or is about to.
    pub(super) fn knows_session(&self, user: &str, guid: &str) -> bool {
        let shown = self.roster.member(user).map(|member| &member.user.endpoints);
        self.invited.contains_key(guid) || shown.into_iter().flatten().any(|known| known.entity == guid)
    }

    /// The focus dialog that a further request of the same client belongs to: that of the same `epid`, else
    /// the newest one.
    pub(super) fn leg_for(&self, user: &str, epid: Option<&str>) -> Option<DialogId> {
        let same = self.legs_of(user).filter(|(_, leg)| leg.epid.as_deref() == epid).last();
        same.or_else(|| self.legs_of(user).last()).map(|(dialog, _)| dialog)
    }
}

/// Whether a session came about by a call of the MCU: it needs no focus dialog (EX-IM-4-1-2-o).
pub(super) fn was_called(endpoint: &Endpoint<'_>) -> bool {
    endpoint.joining_method == Some(JoiningMethod::DialedOut)
}

/// Whether it is an MCU type rather than a URI or nothing.
fn is_type(kind: &str) -> bool {
    !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
