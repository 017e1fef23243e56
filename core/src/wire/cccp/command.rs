//! What a request asks for.

use std::borrow::Cow;

use super::keys::{ConferenceKeys, EndpointKeys, MediaKeys, UserKeys};
use super::kind::CommandKind;
use crate::wire::conference_info::{ConferenceInfo, Endpoint, Media, Role, User};
use crate::wire::xml::RawElement;
use crate::wire::xml::lexical::{enumerated, spelling};
use crate::wire::xml::owned::{Owned, borrowing, plain};

/// A command. `mcu_uri` names the MCU it is for; without it, the focus.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub enum Command<'a> {
    /// MS-CONFPRO 2.2.2.1.
    AddConference(Box<ConferenceInfo<'a>>),
    /// MS-CONFPRO 2.2.2.2, MS-CONFBAS 4.4.10.
    ModifyConference {
        /// The MCU it is for.
        mcu_uri: Option<Cow<'a, str>>,
        /// What to change.
        info: Box<ConferenceInfo<'a>>,
    },
    /// MS-CONFPRO 2.2.2.3, MS-CONFBAS 2.2.3.13.
    DeleteConference(ConferenceKeys<'a>),
    /// MS-CONFPRO 2.2.2.4, MS-CONFBAS 4.4.7.
    GetConference {
        /// Which conference.
        keys: ConferenceKeys<'a>,
        /// An X.509 certificate (base64) to encrypt keys and addresses for.
        certificate: Option<Cow<'a, str>>,
    },
    /// MS-CONFPRO 2.2.2.5.
    GetConferences {
        /// Whether static conferences are asked for.
        is_static: Option<bool>,
    },
    /// MS-CONFPRO 2.2.2.6.
    GetEncryptionKey,
    /// MS-CONFPRO 2.2.2.7.
    GetAvailableMcuTypes,
    /// MS-CONFPRO 2.2.2.8.
    GetConferencingCapabilities,
    /// MS-CONFBAS 2.2.3.3, 2.2.3.15: a user joins the focus, or is dialed in or out by an MCU.
    AddUser(AddUser<'a>),
    /// Eject a user.
    DeleteUser(DeleteUser<'a>),
    /// Promote or demote a user.
    ModifyUserRoles(ModifyUserRoles<'a>),
    /// Lock or unlock the conference.
    ModifyConferenceLock {
        /// Which conference.
        keys: ConferenceKeys<'a>,
        /// Whether it is to be locked.
        locked: bool,
        /// A new admission policy, as spelled.
        admission_policy: Option<Cow<'a, str>>,
    },
    /// MS-CONFBAS 4.4.8.
    SetLobbyAccess(SetLobbyAccess<'a>),
    /// MS-CONFBAS 2.2.3.5; only the keys are known.
    EndorseUser(ConferenceKeys<'a>),
    /// Change an endpoint; only its name is public, its form is that of `modifyEndpointMedia`.
    ModifyEndpoint(ModifyEndpoint<'a>),
    /// Change a medium of an endpoint.
    ModifyEndpointMedia(ModifyEndpointMedia<'a>),
    /// Turn announcements on or off.
    ModifyConferenceAnnouncements {
        /// Which conference.
        keys: ConferenceKeys<'a>,
        /// Whether they are to be on.
        enabled: Option<bool>,
    },
    /// D-11: the focus has an MCU serve a conference: its URI, whether it is locked, the settings of the MCU.
    CreateConference {
        /// The MCU's conference URI.
        mcu_uri: Option<Cow<'a, str>>,
        /// The conference.
        info: Box<ConferenceInfo<'a>>,
    },
    /// Some other command, as it came.
    Unknown(RawElement<'a>),
}

/// `addUser`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddUser<'a> {
    /// The MCU it is for; `None`: the user joins the focus.
    pub mcu_uri: Option<Cow<'a, str>>,
    /// Which conference.
    pub keys: ConferenceKeys<'a>,
    /// The user; the endpoint's joining method tells a join from a dial-out.
    pub user: Box<User<'a>>,
}

/// `deleteUser`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeleteUser<'a> {
    /// Eject from this MCU only.
    pub mcu_uri: Option<Cow<'a, str>>,
    /// Which user.
    pub keys: UserKeys<'a>,
}

/// `modifyUserRoles`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModifyUserRoles<'a> {
    /// Which user.
    pub keys: UserKeys<'a>,
    /// The new roles; the protocol uses one.
    pub roles: Vec<Role<'a>>,
}

/// `setLobbyAccess`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLobbyAccess<'a> {
    /// Which conference.
    pub keys: ConferenceKeys<'a>,
    /// SIP URIs of the users.
    pub users: Vec<Cow<'a, str>>,
    /// What becomes of them.
    pub access: Access,
}

/// `modifyEndpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModifyEndpoint<'a> {
    /// The MCU it is for.
    pub mcu_uri: Option<Cow<'a, str>>,
    /// Which endpoint.
    pub keys: Option<EndpointKeys<'a>>,
    /// Its new state.
    pub endpoint: Option<Box<Endpoint<'a>>>,
}

/// `modifyEndpointMedia`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModifyEndpointMedia<'a> {
    /// The MCU it is for.
    pub mcu_uri: Option<Cow<'a, str>>,
    /// Which medium.
    pub keys: MediaKeys<'a>,
    /// Its new state.
    pub media: Media<'a>,
}

/// What becomes of users in the lobby.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Access {
    /// They are admitted.
    Granted,
    /// They have to leave.
    Denied,
}

impl Access {
    const SPELLINGS: [(Self, &'static str); 2] = [(Self::Granted, "granted"), (Self::Denied, "denied")];

    /// The access spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        enumerated(&Self::SPELLINGS, text)
    }

    /// As it is spelled on the wire.
    pub fn as_str(self) -> &'static str {
        spelling(&Self::SPELLINGS, self)
    }
}

impl Command<'_> {
    /// Which command it is; `None` for one that is not known.
    pub const fn kind(&self) -> Option<CommandKind> {
        Some(match self {
            Self::AddConference(_) => CommandKind::AddConference,
            Self::ModifyConference { .. } => CommandKind::ModifyConference,
            Self::DeleteConference(_) => CommandKind::DeleteConference,
            Self::GetConference { .. } => CommandKind::GetConference,
            Self::GetConferences { .. } => CommandKind::GetConferences,
            Self::GetEncryptionKey => CommandKind::GetEncryptionKey,
            Self::GetAvailableMcuTypes => CommandKind::GetAvailableMcuTypes,
            Self::GetConferencingCapabilities => CommandKind::GetConferencingCapabilities,
            Self::AddUser(_) => CommandKind::AddUser,
            Self::DeleteUser(_) => CommandKind::DeleteUser,
            Self::ModifyUserRoles(_) => CommandKind::ModifyUserRoles,
            Self::ModifyConferenceLock { .. } => CommandKind::ModifyConferenceLock,
            Self::SetLobbyAccess(_) => CommandKind::SetLobbyAccess,
            Self::EndorseUser(_) => CommandKind::EndorseUser,
            Self::ModifyEndpoint(_) => CommandKind::ModifyEndpoint,
            Self::ModifyEndpointMedia(_) => CommandKind::ModifyEndpointMedia,
            Self::ModifyConferenceAnnouncements { .. } => CommandKind::ModifyConferenceAnnouncements,
            Self::CreateConference { .. } => CommandKind::CreateConference,
            Self::Unknown(_) => return None,
        })
    }

    /// The MCU the command is for.
    pub fn mcu_uri(&self) -> Option<&str> {
        match self {
            Self::ModifyConference { mcu_uri, .. } | Self::CreateConference { mcu_uri, .. } => {
                mcu_uri.as_deref()
            }
            Self::AddUser(command) => command.mcu_uri.as_deref(),
            Self::DeleteUser(command) => command.mcu_uri.as_deref(),
            Self::ModifyEndpoint(command) => command.mcu_uri.as_deref(),
            Self::ModifyEndpointMedia(command) => command.mcu_uri.as_deref(),
            _ => None,
        }
    }

    /// The same command, independent of the document it was read from.
    pub fn into_owned(self) -> Command<'static> {
        self.owned()
    }
}

impl Owned for Command<'_> {
    type Owned = Command<'static>;
    fn owned(self) -> Self::Owned {
        match self {
            Self::AddConference(info) => Command::AddConference(info.owned()),
            Self::ModifyConference { mcu_uri, info } => {
                Command::ModifyConference { mcu_uri: mcu_uri.owned(), info: info.owned() }
            }
            Self::DeleteConference(keys) => Command::DeleteConference(keys.owned()),
            Self::GetConference { keys, certificate } => {
                Command::GetConference { keys: keys.owned(), certificate: certificate.owned() }
            }
            Self::GetConferences { is_static } => Command::GetConferences { is_static },
            Self::GetEncryptionKey => Command::GetEncryptionKey,
            Self::GetAvailableMcuTypes => Command::GetAvailableMcuTypes,
            Self::GetConferencingCapabilities => Command::GetConferencingCapabilities,
            Self::AddUser(command) => Command::AddUser(command.owned()),
            Self::DeleteUser(command) => Command::DeleteUser(command.owned()),
            Self::ModifyUserRoles(command) => Command::ModifyUserRoles(command.owned()),
            Self::ModifyConferenceLock { keys, locked, admission_policy } => {
                let (keys, admission_policy) = (keys.owned(), admission_policy.owned());
                Command::ModifyConferenceLock { keys, locked, admission_policy }
            }
            Self::SetLobbyAccess(command) => Command::SetLobbyAccess(command.owned()),
            Self::EndorseUser(keys) => Command::EndorseUser(keys.owned()),
            Self::ModifyEndpoint(command) => Command::ModifyEndpoint(command.owned()),
            Self::ModifyEndpointMedia(command) => Command::ModifyEndpointMedia(command.owned()),
            Self::ModifyConferenceAnnouncements { keys, enabled } => {
                Command::ModifyConferenceAnnouncements { keys: keys.owned(), enabled }
            }
            Self::CreateConference { mcu_uri, info } => {
                Command::CreateConference { mcu_uri: mcu_uri.owned(), info: info.owned() }
            }
            Self::Unknown(element) => Command::Unknown(element.owned()),
        }
    }
}

plain!(Access);
borrowing!(AddUser { mcu_uri, keys, user });
borrowing!(DeleteUser { mcu_uri, keys });
borrowing!(ModifyUserRoles { keys, roles });
borrowing!(SetLobbyAccess { keys, users, access });
borrowing!(ModifyEndpoint { mcu_uri, keys, endpoint });
borrowing!(ModifyEndpointMedia { mcu_uri, keys, media });
