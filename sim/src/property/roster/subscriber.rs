//! What one subscription has been told, and which version may be told it next.

use std::sync::Arc;

use super::super::document::Document;
use super::super::element::{Element, State};
use crate::trace::MsgId;

/// What one subscription has been told.
pub(super) struct Subscriber {
    /// The version that it has got to.
    pub(super) version: u32,
    /// What all documents together make.
    pub(super) roster: Arc<Element>,
    /// The last message that told it something.
    pub(super) said: MsgId,
    /// CSeq of that message, and whether its user has heard it.
    pub(super) cseq: u32,
    pub(super) heard: bool,
    /// A violation was found: its roster is not to be relied upon until the next full document.
    pub(super) unsure: bool,
}

/// What is wrong with the version of `document` for a subscriber called `name` who has got `before`, when `newest` is
/// the current version.
pub(super) fn version_fault(
    newest: u32,
    before: Option<&Subscriber>,
    document: &Document,
    name: &str,
) -> Option<String> {
    let version = document.version;
    match (document.state, before) {
        (State::Deleted, _) => Some(format!("sent {name} a deleted roster")),
        (_, _) if version == 0 => Some(format!("sent {name} a roster without version; they start at 1")),
        (State::Partial, None) => Some(format!("sent {name} a partial roster first; expected a full one")),
        (State::Partial, Some(before)) if version != before.version + 1 => Some(format!(
            "sent {name} version {version} after version {}; expected version {}",
            before.version,
            before.version + 1
        )),
        (State::Full, _) if version < newest => Some(format!(
            "sent {name} the full roster of version {version}; expected the current one, {newest}"
        )),
        _ => None,
    }
}
