//! The commands by name.

use crate::wire::xml::lexical::{enumerated, spelling};

/// A command, known by the name of its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum CommandKind {
    /// Factory: create a conference.
    AddConference,
    /// Factory: change a conference. Focus: change the state of an MCU.
    ModifyConference,
    /// Factory: delete a conference. Focus: end the running instance.
    DeleteConference,
    /// Factory, focus: everything about one conference.
    GetConference,
    /// Factory: the organizer's conferences.
    GetConferences,
    /// Factory: the certificate to encrypt conference keys for.
    GetEncryptionKey,
    /// Factory: the types of MCU there are.
    GetAvailableMcuTypes,
    /// Factory: what conferences can have.
    GetConferencingCapabilities,
    /// Focus, MCU: a user joins, or is to be called.
    AddUser,
    /// Focus, MCU: eject a user.
    DeleteUser,
    /// Focus: promote or demote a user.
    ModifyUserRoles,
    /// Focus, MCU: lock or unlock the conference.
    ModifyConferenceLock,
    /// Focus: admit or reject users who wait in the lobby.
    SetLobbyAccess,
    /// Focus: vouch for a user.
    EndorseUser,
    /// MCU: change an endpoint.
    ModifyEndpoint,
    /// MCU: change a medium of an endpoint.
    ModifyEndpointMedia,
    /// MCU: turn announcements on or off.
    ModifyConferenceAnnouncements,
    /// Focus to MCU: start serving a conference (IM-3-b).
    CreateConference,
}

impl CommandKind {
    /// Every command with its element name.
    const SPELLINGS: [(Self, &'static str); 18] = [
        (Self::AddConference, "addConference"),
        (Self::ModifyConference, "modifyConference"),
        (Self::DeleteConference, "deleteConference"),
        (Self::GetConference, "getConference"),
        (Self::GetConferences, "getConferences"),
        (Self::GetEncryptionKey, "getEncryptionKey"),
        (Self::GetAvailableMcuTypes, "getAvailableMcuTypes"),
        (Self::GetConferencingCapabilities, "getConferencingCapabilities"),
        (Self::AddUser, "addUser"),
        (Self::DeleteUser, "deleteUser"),
        (Self::ModifyUserRoles, "modifyUserRoles"),
        (Self::ModifyConferenceLock, "modifyConferenceLock"),
        (Self::SetLobbyAccess, "setLobbyAccess"),
        (Self::EndorseUser, "endorseUser"),
        (Self::ModifyEndpoint, "modifyEndpoint"),
        (Self::ModifyEndpointMedia, "modifyEndpointMedia"),
        (Self::ModifyConferenceAnnouncements, "modifyConferenceAnnouncements"),
        (Self::CreateConference, "createConference"),
    ];

    /// The command whose element has this name.
    pub fn parse(name: &str) -> Option<Self> {
        enumerated(&Self::SPELLINGS, name)
    }

    /// The name of its element.
    pub fn as_str(self) -> &'static str {
        spelling(&Self::SPELLINGS, self)
    }
}
