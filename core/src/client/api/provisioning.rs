//! What a user asks of a focus factory, and what comes of it.

use std::sync::Arc;

use crate::wire::cccp::Capabilities;
use crate::wire::conference_info::ConferenceInfo;

/// A wish for a focus factory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Whose factory: an organizer's SIP URI. `None`: the user's own. At another's factory the user acts as his
    /// delegate (PRO-2-2-l).
    pub organizer: Option<Arc<str>>,
    /// What is wanted.
    pub action: Action,
}

/// What is wanted of a factory. Each ends in one [`Event`](crate::client::Event): `Created`, `Provisioned`, or `Failed`
/// with the command's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// addConference. MCU types are looked up before, and the factory's certificate if there is a passcode
    /// (PRO-3-1-4-7-a, PRO-3-1-7-2-a).
    Create(Plan),
    /// The organizer's static meeting: its details if there is one, else addConference with `static` (PRO-3-1-4-1-c).
    CreateStatic,
    /// modifyConference, if the conference still has the version that the user has seen (PRO-3-1-4-2-b).
    Modify {
        /// What the conference is to be; it names the conference id.
        plan: Plan,
        /// The version that the user has seen.
        version: u32,
    },
    /// deleteConference.
    Delete {
        /// The conference id.
        id: String,
        /// Whether it is the static meeting.
        is_static: bool,
    },
    /// getConference.
    Get {
        /// The conference id.
        id: String,
        /// Whether the passcode is wanted: a certificate goes along (PRO-3-1-4-5-a).
        with_passcode: bool,
    },
    /// getConferences.
    List {
        /// The `static` attribute.
        is_static: Option<bool>,
    },
    /// getEncryptionKey.
    GetEncryptionKey,
    /// getAvailableMcuTypes.
    GetAvailableMcuTypes,
    /// getConferencingCapabilities.
    GetCapabilities,
}

impl Action {
    /// The name of the command that it comes down to.
    pub(in crate::client) const fn name(&self) -> &'static str {
        match self {
            Self::Create(_) | Self::CreateStatic => "addConference",
            Self::Modify { .. } => "modifyConference",
            Self::Delete { .. } => "deleteConference",
            Self::Get { .. } => "getConference",
            Self::List { .. } => "getConferences",
            Self::GetEncryptionKey => "getEncryptionKey",
            Self::GetAvailableMcuTypes => "getAvailableMcuTypes",
            Self::GetCapabilities => "getConferencingCapabilities",
        }
    }
}

/// What a conference is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The conference id; `None`: the client draws one (PRO-3-1-4-1-a).
    pub id: Option<String>,
    /// Everything a user may set (MS-CONFPRO 2.2.1). The client sets entity, version, conference id and key.
    pub info: ConferenceInfo<'static>,
    /// The passcode of anonymous users.
    pub passcode: Option<String>,
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioned {
    /// The conference was modified.
    Modified {
        /// Its URI.
        conference: Arc<str>,
        /// Its version now.
        version: u32,
    },
    /// The conference has another version than the user has seen, or got it meanwhile; nothing was changed. The user looks at it and asks
    /// again (PRO-3-1-4-2-b).
    VersionConflict {
        /// The conference as it is.
        current: Box<ConferenceInfo<'static>>,
    },
    /// The conference was deleted.
    Deleted {
        /// Its id.
        id: String,
    },
    /// A conference.
    Details {
        /// The conference.
        info: Box<ConferenceInfo<'static>>,
        /// The passcode, if it was wanted and there is one (PRO-3-1-5-6-b).
        passcode: Option<String>,
    },
    /// The organizer's conferences.
    List {
        /// The `static` attribute.
        is_static: Option<bool>,
        /// The conferences, oldest first.
        conferences: Vec<ConferenceInfo<'static>>,
    },
    /// The factory's certificate.
    EncryptionKey {
        /// X.509, base64.
        certificate: String,
        /// Who issued it, to be given back with what is enveloped for it (PRO-2-2-3-6-i).
        issuing_server: Option<String>,
    },
    /// The types of MCU that conferences can have.
    McuTypes(Vec<String>),
    /// What conferences can have.
    Capabilities(Box<Capabilities<'static>>),
}
