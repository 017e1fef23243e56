//! What a response says of the command.

use std::borrow::Cow;

use super::capabilities::Capabilities;
use super::command::Access;
use super::keys::{ConferenceKeys, EndpointKeys, MediaKeys, UserKeys};
use super::kind::CommandKind;
use super::reason::Reason;
use crate::wire::conference_info::{ConferenceInfo, Role, User};
use crate::wire::xml::RawElement;
use crate::wire::xml::owned::{Owned, borrowing};

/// The command element of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandResult<'a> {
    /// Why it failed.
    pub reason: Option<Reason<'a>>,
    /// What was found or done.
    pub outcome: Outcome<'a>,
}

/// Content of the command element of a response. Failures may leave all of it out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub enum Outcome<'a> {
    /// The conference, as far as it is new (MS-CONFPRO 2.2.3.1).
    AddConference(Option<Box<ConferenceInfo<'a>>>),
    /// The conference, as far as it is new (MS-CONFPRO 2.2.3.2).
    ModifyConference(Option<Box<ConferenceInfo<'a>>>),
    /// From the factory nothing (MS-CONFPRO 2.2.3.3), from the focus the conference URI (MS-CONFBAS 2.2.3.14).
    DeleteConference(Option<Box<ConferenceInfo<'a>>>),
    /// The conference (MS-CONFPRO 2.2.3.4).
    GetConference(Option<Box<ConferenceInfo<'a>>>),
    /// The conferences (MS-CONFPRO 2.2.3.5).
    GetConferences(Conferences<'a>),
    /// The certificate (MS-CONFPRO 2.2.3.6).
    GetEncryptionKey(Option<EncryptionKey<'a>>),
    /// The types (MS-CONFPRO 2.2.3.7).
    GetAvailableMcuTypes(Option<Vec<Cow<'a, str>>>),
    /// The capabilities (MS-CONFPRO 2.2.3.8).
    GetConferencingCapabilities(Option<Box<Capabilities<'a>>>),
    /// The user with the granted role (MS-CONFBAS 2.2.3.4).
    AddUser {
        /// Those of the request.
        keys: Option<ConferenceKeys<'a>>,
        /// The user.
        user: Option<Box<User<'a>>>,
    },
    /// The user who was ejected (D-16).
    DeleteUser {
        /// Which conference.
        keys: Option<ConferenceKeys<'a>>,
        /// The user; only `entity` is used.
        user: Option<Box<User<'a>>>,
    },
    /// An echo of the request.
    ModifyUserRoles {
        /// Those of the request.
        keys: Option<UserKeys<'a>>,
        /// The roles now.
        roles: Vec<Role<'a>>,
    },
    /// An echo of the request.
    ModifyConferenceLock {
        /// Those of the request.
        keys: Option<ConferenceKeys<'a>>,
        /// Whether it is locked now.
        locked: Option<bool>,
    },
    /// An echo of the request.
    SetLobbyAccess {
        /// Those of the request.
        keys: Option<ConferenceKeys<'a>>,
        /// SIP URIs of the users it was done to.
        users: Vec<Cow<'a, str>>,
        /// What became of them.
        access: Option<Access>,
    },
    /// MS-CONFBAS 2.2.3.6: has no reason but a result.
    EndorseUser {
        /// Those of the request.
        keys: Option<ConferenceKeys<'a>>,
        /// `success` or `otherFailure`.
        result: Option<Cow<'a, str>>,
    },
    /// An echo of the keys.
    ModifyEndpoint(Option<EndpointKeys<'a>>),
    /// An echo of the keys.
    ModifyEndpointMedia(Option<MediaKeys<'a>>),
    /// An echo of the keys.
    ModifyConferenceAnnouncements(Option<ConferenceKeys<'a>>),
    /// D-11: the conference the MCU now serves.
    CreateConference(Option<Box<ConferenceInfo<'a>>>),
    /// The result of some other command, as it came.
    Unknown(RawElement<'a>),
}

/// The organizer's conferences.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conferences<'a> {
    /// That of the request.
    pub is_static: Option<bool>,
    /// The conferences; `None`: no `conferences` element.
    pub conferences: Option<Vec<ConferenceInfo<'a>>>,
}

/// The factory's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncryptionKey<'a> {
    /// X.509, base64.
    pub certificate: Cow<'a, str>,
    /// Name of the server that holds the private key.
    pub issuing_server: Option<Cow<'a, str>>,
}

impl<'a> CommandResult<'a> {
    /// A result without reason.
    pub const fn success(outcome: Outcome<'a>) -> Self {
        Self { reason: None, outcome }
    }

    /// A failure that says no more than why.
    pub const fn failure(kind: CommandKind, reason: Reason<'a>) -> Self {
        Self { reason: Some(reason), outcome: Outcome::nothing(kind) }
    }
}

impl Outcome<'_> {
    /// A result without content.
    pub const fn nothing(kind: CommandKind) -> Self {
        match kind {
            CommandKind::AddConference => Self::AddConference(None),
            CommandKind::ModifyConference => Self::ModifyConference(None),
            CommandKind::DeleteConference => Self::DeleteConference(None),
            CommandKind::GetConference => Self::GetConference(None),
            CommandKind::GetConferences => {
                Self::GetConferences(Conferences { is_static: None, conferences: None })
            }
            CommandKind::GetEncryptionKey => Self::GetEncryptionKey(None),
            CommandKind::GetAvailableMcuTypes => Self::GetAvailableMcuTypes(None),
            CommandKind::GetConferencingCapabilities => Self::GetConferencingCapabilities(None),
            CommandKind::AddUser => Self::AddUser { keys: None, user: None },
            CommandKind::DeleteUser => Self::DeleteUser { keys: None, user: None },
            CommandKind::ModifyUserRoles => Self::ModifyUserRoles { keys: None, roles: Vec::new() },
            CommandKind::ModifyConferenceLock => Self::ModifyConferenceLock { keys: None, locked: None },
            CommandKind::SetLobbyAccess => {
                Self::SetLobbyAccess { keys: None, users: Vec::new(), access: None }
            }
            CommandKind::EndorseUser => Self::EndorseUser { keys: None, result: None },
            CommandKind::ModifyEndpoint => Self::ModifyEndpoint(None),
            CommandKind::ModifyEndpointMedia => Self::ModifyEndpointMedia(None),
            CommandKind::ModifyConferenceAnnouncements => Self::ModifyConferenceAnnouncements(None),
            CommandKind::CreateConference => Self::CreateConference(None),
        }
    }

    /// Whose result it is; `None` for a command that is not known.
    pub const fn kind(&self) -> Option<CommandKind> {
        Some(match self {
            Self::AddConference(_) => CommandKind::AddConference,
            Self::ModifyConference(_) => CommandKind::ModifyConference,
            Self::DeleteConference(_) => CommandKind::DeleteConference,
            Self::GetConference(_) => CommandKind::GetConference,
            Self::GetConferences(_) => CommandKind::GetConferences,
            Self::GetEncryptionKey(_) => CommandKind::GetEncryptionKey,
            Self::GetAvailableMcuTypes(_) => CommandKind::GetAvailableMcuTypes,
            Self::GetConferencingCapabilities(_) => CommandKind::GetConferencingCapabilities,
            Self::AddUser { .. } => CommandKind::AddUser,
            Self::DeleteUser { .. } => CommandKind::DeleteUser,
            Self::ModifyUserRoles { .. } => CommandKind::ModifyUserRoles,
            Self::ModifyConferenceLock { .. } => CommandKind::ModifyConferenceLock,
            Self::SetLobbyAccess { .. } => CommandKind::SetLobbyAccess,
            Self::EndorseUser { .. } => CommandKind::EndorseUser,
            Self::ModifyEndpoint(_) => CommandKind::ModifyEndpoint,
            Self::ModifyEndpointMedia(_) => CommandKind::ModifyEndpointMedia,
            Self::ModifyConferenceAnnouncements(_) => CommandKind::ModifyConferenceAnnouncements,
            Self::CreateConference(_) => CommandKind::CreateConference,
            Self::Unknown(_) => return None,
        })
    }

    /// The same result, independent of the document it was read from.
    pub fn into_owned(self) -> Outcome<'static> {
        self.owned()
    }
}

impl Owned for Outcome<'_> {
    type Owned = Outcome<'static>;
    fn owned(self) -> Self::Owned {
        match self {
            Self::AddConference(info) => Outcome::AddConference(info.owned()),
            Self::ModifyConference(info) => Outcome::ModifyConference(info.owned()),
            Self::DeleteConference(info) => Outcome::DeleteConference(info.owned()),
            Self::GetConference(info) => Outcome::GetConference(info.owned()),
            Self::GetConferences(conferences) => Outcome::GetConferences(conferences.owned()),
            Self::GetEncryptionKey(key) => Outcome::GetEncryptionKey(key.owned()),
            Self::GetAvailableMcuTypes(types) => Outcome::GetAvailableMcuTypes(types.owned()),
            Self::GetConferencingCapabilities(it) => Outcome::GetConferencingCapabilities(it.owned()),
            Self::AddUser { keys, user } => Outcome::AddUser { keys: keys.owned(), user: user.owned() },
            Self::DeleteUser { keys, user } => Outcome::DeleteUser { keys: keys.owned(), user: user.owned() },
            Self::ModifyUserRoles { keys, roles } => {
                Outcome::ModifyUserRoles { keys: keys.owned(), roles: roles.owned() }
            }
            Self::ModifyConferenceLock { keys, locked } => {
                Outcome::ModifyConferenceLock { keys: keys.owned(), locked }
            }
            Self::SetLobbyAccess { keys, users, access } => {
                Outcome::SetLobbyAccess { keys: keys.owned(), users: users.owned(), access }
            }
            Self::EndorseUser { keys, result } => {
                Outcome::EndorseUser { keys: keys.owned(), result: result.owned() }
            }
            Self::ModifyEndpoint(keys) => Outcome::ModifyEndpoint(keys.owned()),
            Self::ModifyEndpointMedia(keys) => Outcome::ModifyEndpointMedia(keys.owned()),
            Self::ModifyConferenceAnnouncements(keys) => Outcome::ModifyConferenceAnnouncements(keys.owned()),
            Self::CreateConference(info) => Outcome::CreateConference(info.owned()),
            Self::Unknown(element) => Outcome::Unknown(element.owned()),
        }
    }
}

borrowing!(CommandResult { reason, outcome });
borrowing!(Conferences { is_static, conferences });
borrowing!(EncryptionKey { certificate, issuing_server });
