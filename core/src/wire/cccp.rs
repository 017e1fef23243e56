//! C3P, the protocol of conference commands: requests and responses (MS-CONFPRO 2.2.2, 2.2.3; MS-CONFBAS 2.2.3).

mod capabilities;
mod command;
mod error;
mod keys;
mod kind;
mod outcome;
mod read;
mod reason;
mod request;
mod response;
mod write;

pub use capabilities::{
    AccessNumber, AccessNumbers, Capabilities, CustomInvite, Language, PstnBridging, Region,
};
pub use command::{
    Access, AddUser, Command, DeleteUser, ModifyEndpoint, ModifyEndpointMedia, ModifyUserRoles,
    SetLobbyAccess,
};
pub use error::CccpError;
pub use keys::{ConferenceKeys, EndpointKeys, MediaKeys, UserKeys};
pub use kind::CommandKind;
pub use outcome::{CommandResult, Conferences, EncryptionKey, Outcome};
pub use reason::Reason;
pub use request::Request;
pub use response::{Code, Response};

/// MIME type of C3P (MS-CONFPRO 2.2).
pub const CONTENT_TYPE: &str = "application/cccp+xml";

/// The only version of the protocol (PRO-2-2-2-h).
pub const VERSION: u32 = 1;
