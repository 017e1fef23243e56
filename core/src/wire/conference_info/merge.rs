//! A subscriber's copy of the conference, kept up to date from notifications.

use super::ConferenceInfo;

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was full, and is now the copy.
    Replaced,
    /// It was the next partial one, and is merged in.
    Merged,
    /// It was not newer than the copy, and changed nothing.
    Stale,
    /// The conference is gone, and the copy with it.
    Deleted,
}

/// Why a notification cannot be applied. Only a full document helps: refresh the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Resync {
    /// A partial document before any full one.
    #[error("partial document without a full one before it")]
    NoBase,
    /// One or more versions were missed.
    #[error("version {received} follows version {known}")]
    Gap {
        /// The version of the copy.
        known: u32,
        /// The version of the notification.
        received: u32,
    },
    /// A partial document without version.
    #[error("partial document without version")]
    Unversioned,
    /// A document about some other conference.
    #[error("document of another conference")]
    OtherConference,
}

/// A subscriber's copy of the conference (RFC 4575 section 4.6).
#[derive(Debug, Clone, Default)]
pub struct Replica {
    document: Option<ConferenceInfo<'static>>,
}

impl Replica {
    /// A copy that knows nothing yet. Every subscription dialog starts a new one (D-12).
    pub fn new() -> Self {
        Self::default()
    }

    /// The conference as it is known, in full state.
    pub const fn document(&self) -> Option<&ConferenceInfo<'static>> {
        self.document.as_ref()
    }

    /// The version of the copy.
    pub fn version(&self) -> Option<u32> {
        self.document.as_ref().and_then(|document| document.version)
    }

    /// Applies a notification.
    pub fn apply(&mut self, notification: &ConferenceInfo<'_>) -> Result<Applied, Resync> {
        self.document = Some(notification.clone().into_owned());
        Ok(Applied::Replaced)
    }
}
