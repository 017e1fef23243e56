//! Conferences by name.

use confsim_core::wire::sip::Uri;

/// The conference that a focus or chat URI belongs to: organizer and conference id, the same for both.
pub(super) fn conference_of(uri: &Uri<'_>) -> Option<String> {
    let (_, place) = uri.opaque()?.strip_prefix("app:conf:")?.split_once(':')?;
    let id = place.strip_prefix("id:")?;
    let mut name = uri.address();
    name.push('#');
    name.push_str(id);
    Some(name)
}

/// [`conference_of`] for a URI as text.
pub(super) fn conference_named(uri: &str) -> Option<String> {
    conference_of(&Uri::parse(uri).ok()?)
}
