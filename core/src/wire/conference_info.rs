//! Conference information (RFC 4575) with Microsoft's extensions: the roster a focus publishes, and the data model that
//! C3P commands carry (MS-CONFPRO 2.2.1).

mod endpoint;
mod extension;
mod info;
mod merge;
pub(crate) mod read;
mod state;
mod user;
mod view;
pub(crate) mod write;

pub use endpoint::{
    ClientInfo, DisconnectionMethod, Endpoint, EndpointCapabilities, EndpointStatus, Execution,
    ImCapabilities, JoiningMethod, Media, MediaStatus,
};
pub use extension::Extension;
pub use info::{ConferenceInfo, ConferenceState, ConferenceUri, ConferenceUris, Description, PstnAccess};
pub use merge::{Applied, Replica, Resync};
pub(crate) use read::Extensions;
pub use read::read;
pub use state::State;
pub use user::{Role, User, Users};
pub use view::{ConferenceView, EntityState, EntityView, MediaEntry};
pub use write::write;

/// MIME type of a notification (RFC 4575 section 3.3).
pub const CONTENT_TYPE: &str = "application/conference-info+xml";
