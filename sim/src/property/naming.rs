//! Conferences, users, calls and requests by name.

use confsim_core::wire::sip::{Message, Name, Uri};

use super::brief::digest;
use super::letter::cut;
use crate::trace::{Cast, NodeId};

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

/// A user's URI as servers compare it; `None` if it is none.
pub(super) fn address(uri: &str) -> Option<String> {
    Uri::parse(uri).ok().map(|uri| uri.address())
}

/// Whether a message names the user of this client in From.
pub(super) fn is_from(message: &Message, cast: &Cast, client: NodeId) -> bool {
    // Mostly in just these words, behind a name perhaps.
    let from = message.header(Name::From).unwrap_or_default();
    let behind =
        |quoted| cut(quoted, b'"').filter(|(name, _)| !name.contains('\\')).map(|(_, behind)| behind);
    let from = from.strip_prefix('"').map_or(Some(from), behind).unwrap_or_default();
    let plain = from.strip_prefix('<').and_then(|uri| uri.strip_prefix(cast.uri(client)));
    plain.is_some_and(|rest| rest.starts_with('>'))
        || message.from().is_ok_and(|from| from.uri.address() == cast.key(client))
}

/// What all messages of a call share, as its caller sees it: Call-ID and From tag.
pub(super) fn call_of(message: &Message) -> Option<u64> {
    Some(digest(&[message.call_id().ok()?, message.from_tag().unwrap_or_default()]))
}

/// What a request shares with its repeats and answers: the call, and the CSeq number.
pub(super) fn request_of(message: &Message) -> Option<(u64, u32)> {
    Some((call_of(message)?, message.cseq().ok()?.seq))
}
