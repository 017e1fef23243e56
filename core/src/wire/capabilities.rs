//! What a chat endpoint can render: `endpoint-capabilities` of MS-CONFIM 6.1 (IM-2-2-1-a…d).

use super::sdp::AcceptTypes;

/// Most characters of `supported-im-formats` (schema of MS-CONFIM 6.1).
pub const MAX_FORMATS: usize = 512;
/// Most characters of `user-agent` (schema of MS-CONFIM 6.1).
pub const MAX_USER_AGENT: usize = 128;

/// The capabilities of one chat endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImCapabilities {
    /// The IM formats it renders (IM-2-2-1-b).
    pub formats: Option<AcceptTypes>,
    /// Its User-Agent (IM-2-2-1-c).
    pub user_agent: Option<String>,
}
