//! Conferences by name.

use confsim_core::wire::sip::Uri;

/// The conference that a focus or chat URI belongs to: organizer and conference id, the same for both.
pub(super) fn conference_of(uri: &Uri<'_>) -> Option<String> {
    let (_, id) = uri.opaque()?.strip_prefix("app:conf:")?.split_once(":id:")?;
    Some(format!("{}#{id}", uri.address()))
}

/// [`conference_of`] for a URI as text.
pub(super) fn conference_named(uri: &str) -> Option<String> {
    conference_of(&Uri::parse(uri).ok()?)
}
