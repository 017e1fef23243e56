//! A conference of the table, and what it is found by.

use crate::conference_uri::{self, Target};
use crate::wire::conference_info::ConferenceInfo;

/// What a conference is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The organizer's address in lower case.
    pub(super) organizer: Box<str>,
    /// The conference id.
    pub(super) id: Box<str>,
}

/// A provisioned conference.
#[derive(Clone, Debug)]
pub(super) struct Conference {
    /// What was provisioned, with its URI, version, last-update and last-activate, and without the key.
    pub(super) info: ConferenceInfo<'static>,
    /// The conference key in the clear: the passcode of anonymous users.
    pub(super) passcode: Option<Box<str>>,
    /// The how manyth conference it is: the order in which an organizer's conferences are told
    /// (PRO-3-2-5-6-a).
    pub(super) created: u64,
    /// Whether the focus has it running. Not stored: the focus knows.
    pub(super) active: bool,
}

impl Key {
    /// The key that a conference URI holds (EX-PRO-4-1-i).
    pub(super) fn of(entity: &str) -> Option<Self> {
        let (target, organizer, id) = conference_uri::parts(entity)?;
        (target == Target::Focus).then(|| Self { organizer: organizer.into(), id: id.into() })
    }
}

impl Conference {
    /// Whether it is the organizer's static meeting.
    pub(super) fn is_static(&self) -> bool {
        self.info.is_static == Some(true)
    }

    /// Whether the focus has it running, or was given it at some time to activate.
    pub(super) fn was_activated(&self) -> bool {
        let description = self.info.description.as_deref();
        self.active || description.is_some_and(|description| description.last_activate.is_some())
    }

    /// The current version.
    pub(super) fn version(&self) -> u32 {
        self.info.version.unwrap_or(1)
    }

    /// When it expires, as it is written.
    pub(super) fn expiry(&self) -> Option<&str> {
        self.info.description.as_deref()?.expiry_time.as_deref()
    }
}
