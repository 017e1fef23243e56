//! Header values and URIs: what is read is written, read and written the same.

use confsim_core::wire::content_type::ContentType;
use confsim_core::wire::sip::headers::{Delta, Header, Number};
use confsim_core::wire::sip::{
    CSeq, Credentials, Diagnostics, Elements, Event, KeepAlive, NameAddr, Params, PoolLink, Reason,
    SessionExpires, SubscriptionState, Uri, Via, unquoted,
};

/// The input as a header value, such as a message can hold: every line end is that of a fold. A backslash
/// before one escapes nothing that RFC 3261 knows.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let folded = lines.clone().all(|line| line.starts_with([' ', '\t']));
    let whole = std::iter::once(first).chain(lines).all(|line| !line.contains(['\r', '\n']));
    (folded && whole && !text.contains("\\\r\n")).then_some(text)
}

macro_rules! canonical {
    ($($target:ident: $type:ident;)*) => {$(
        pub(super) fn $target(bytes: &[u8]) {
            let Some(text) = text(bytes) else { return };
            match $type::parse(text) {
                Err(error) => assert!(error.offset as usize <= text.len(), "{error} lies outside"),
                Ok(value) => {
                    let written = value.to_string();
                    match $type::parse(&written) {
                        Err(error) => panic!("{text:?} was written as {written:?}: {error}"),
                        Ok(again) => assert_eq!(again.to_string(), written, "from {text:?}"),
                    }
                }
            }
        }
    )*};
}

canonical! {
    uri: Uri;
    name_addr: NameAddr;
    via: Via;
    cseq: CSeq;
    event: Event;
    subscription_state: SubscriptionState;
    number: Number;
    delta: Delta;
    session_expires: SessionExpires;
    reason: Reason;
    diagnostics: Diagnostics;
    keep_alive: KeepAlive;
    credentials: Credentials;
    pool_link: PoolLink;
    content_type: ContentType;
}

/// Parameters mean the same after they were written, not only look the same.
pub(super) fn params(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let Ok(params) = Params::parse(text) else { return };
    let written = params.to_string();
    let again = Params::parse(&written).unwrap_or_else(|error| panic!("{text:?} as {written:?}: {error}"));
    let meaning = |params: &Params<'_>| -> Vec<(String, Option<String>)> {
        let owned = |(name, value): (&str, Option<&str>)| {
            (name.to_owned(), value.map(|value| unquoted(value).into_owned()))
        };
        params.iter().map(owned).collect()
    };
    assert_eq!(meaning(&again), meaning(&params), "{text:?} as {written:?}");
}

/// The elements of a list, joined again, are the same elements.
pub(super) fn list(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let elements: Vec<&str> = Elements::of(text).collect();
    let joined = elements.join(",");
    assert_eq!(Elements::of(&joined).collect::<Vec<_>>(), elements, "{text:?}");
}
