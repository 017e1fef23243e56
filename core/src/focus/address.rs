//! The URIs of a conference, told from one another by their `opaque` parameter (D-9) and otherwise kept as
//! the client spelled them (D-19).

use crate::wire::sip::Uri;

/// What a conference URI leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The focus.
    Focus,
    /// The IM MCU.
    Chat,
}

impl Target {
    const ALL: [(Self, &'static str); 2] =
        [(Self::Focus, "app:conf:focus:id:"), (Self::Chat, "app:conf:chat:id:")];

    /// What `uri` leads to; `None` when it is no conference's.
    pub(super) fn of(uri: &str) -> Option<Self> {
        let uri = Uri::parse(uri).ok()?;
        let opaque = uri.opaque()?;
        let named = |mark: &str| opaque.strip_prefix(mark).is_some_and(|id| !id.is_empty());
        Self::ALL.into_iter().find(|(_, mark)| named(mark)).map(|(target, _)| target)
    }
}

/// The URIs of one conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    /// Of the conference itself, and of its focus.
    pub(super) focus: Box<str>,
    /// Of its IM MCU.
    pub(super) chat: Box<str>,
    /// Of the factory that made it.
    pub(super) factory: Box<str>,
    /// Of its organizer.
    pub(super) organizer: Box<str>,
}

impl Addresses {
    /// The URIs of the conference whose focus or chat URI this is.
    pub(super) fn of(uri: &str) -> Option<Self> {
        let (before, id) = Target::ALL.iter().find_map(|(_, mark)| uri.split_once(mark))?;
        let organizer = before.split(';').next().unwrap_or(before);
        Some(Self {
            focus: format!("{before}app:conf:focus:id:{id}").into(),
            chat: format!("{before}app:conf:chat:id:{id}").into(),
            factory: format!("{before}app:conf:focusfactory").into(),
            organizer: organizer.into(),
        })
    }

    /// The URI of the MCU of another type (EX-IM-4-1-1-w).
    pub(super) fn of_type(&self, kind: &str) -> String {
        self.focus.replacen("app:conf:focus:id:", &format!("app:conf:{kind}:id:"), 1)
    }
}

/// A user as a key: `None` when `uri` is none.
pub(super) fn user_key(uri: &str) -> Option<Box<str>> {
    Uri::parse(uri.trim()).ok().map(|uri| uri.address().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:FC275ECD";

    #[test]
    fn the_chat_uri_leads_to_the_conference_and_back() {
        let addresses = Addresses::of(FOCUS).unwrap();
        assert_eq!(&*addresses.chat, "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:FC275ECD");
        assert_eq!(Addresses::of(&addresses.chat), Some(addresses.clone()));
        assert_eq!(&*addresses.factory, "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory");
        assert_eq!(&*addresses.organizer, "sip:alice@contoso.com");
        assert_eq!(Target::of(&addresses.chat), Some(Target::Chat));
    }

    #[test]
    fn an_empty_or_foreign_opaque_is_no_conference() {
        for uri in [
            "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:",
            "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory",
            "sip:alice@contoso.com;opaque=user:epid:A;gruu",
            "sip:alice@contoso.com",
        ] {
            assert_eq!(Target::of(uri), None, "{uri}");
        }
    }
}
