//! The URIs of a conference, told from one another by their `opaque` parameter (D-9), compared as URIs and
//! otherwise kept as the client spelled them (D-19).

use crate::wire::sip::Uri;

/// What a conference URI leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The focus.
    Focus,
    /// The IM MCU.
    Chat,
}

impl Target {
    const ALL: [(Self, &'static str); 2] =
        [(Self::Focus, "app:conf:focus:id:"), (Self::Chat, "app:conf:chat:id:")];

    /// What `uri` leads to; `None` when it is no conference's.
    pub(crate) fn of(uri: &str) -> Option<Self> {
        read(uri).map(|(target, _)| target)
    }
}

/// The URIs of one conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// What is the same in all spellings of them.
    pub(crate) key: Box<str>,
    /// Of the conference itself, and of its focus.
    pub(crate) focus: Box<str>,
    /// Of its IM MCU.
    pub(crate) chat: Box<str>,
    /// Of the factory that made it.
    pub(crate) factory: Box<str>,
    /// Of its organizer.
    pub(crate) organizer: Box<str>,
}

impl Addresses {
    /// The URIs of the conference whose focus or chat URI this is.
    pub(crate) fn of(uri: &str) -> Option<Self> {
        let (_, key) = read(uri)?;
        let (before, id) = Target::ALL.iter().find_map(|(_, mark)| uri.split_once(mark))?;
        let organizer = before.split(';').next().unwrap_or(before);
        Some(Self {
            key,
            focus: format!("{before}app:conf:focus:id:{id}").into(),
            chat: format!("{before}app:conf:chat:id:{id}").into(),
            factory: format!("{before}app:conf:focusfactory").into(),
            organizer: organizer.into(),
        })
    }

    /// The URI of the MCU of another type (EX-IM-4-1-1-w).
    pub(crate) fn of_type(&self, kind: &str) -> String {
        self.focus.replacen("app:conf:focus:id:", &format!("app:conf:{kind}:id:"), 1)
    }
}

impl Addresses {
    /// Whether `uri` is the conference's own, however it is spelled.
    pub(crate) fn is_focus(&self, uri: &str) -> bool {
        self.leads(uri.trim(), Target::Focus)
    }

    /// Whether `uri` is that of the conference's IM MCU, however it is spelled.
    pub(crate) fn is_chat(&self, uri: &str) -> bool {
        self.leads(uri.trim(), Target::Chat)
    }

    fn leads(&self, uri: &str, to: Target) -> bool {
        read(uri).is_some_and(|(target, key)| target == to && key == self.key)
    }
}

/// What a conference URI leads to, the organizer's address in lower case, and the conference id as it is
/// (PRO-2-2-1-2-c).
pub(crate) fn parts(uri: &str) -> Option<(Target, String, &str)> {
    let uri = Uri::parse(uri).ok()?;
    let opaque = uri.opaque()?;
    let (target, id) =
        Target::ALL.into_iter().find_map(|(target, mark)| Some((target, opaque.strip_prefix(mark)?)))?;
    (!id.is_empty()).then(|| (target, uri.address(), id))
}

/// What a conference URI leads to, and its conference.
fn read(uri: &str) -> Option<(Target, Box<str>)> {
    parts(uri).map(|(target, organizer, id)| (target, format!("{organizer};{id}").into()))
}

/// A user as a key: `None` when `uri` is none.
pub(crate) fn user_key(uri: &str) -> Option<Box<str>> {
    Uri::parse(uri.trim()).ok().map(|uri| uri.address().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covers;

    const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:FC275ECD";

    #[test]
    fn the_chat_uri_leads_to_the_conference_and_back() {
        covers!("EX-IM-4-1-1-ah", "EX-PRO-4-1-i");
        let addresses = Addresses::of(FOCUS).unwrap();
        assert_eq!(&*addresses.chat, "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:FC275ECD");
        assert_eq!(Addresses::of(&addresses.chat), Some(addresses.clone()));
        assert_eq!(&*addresses.factory, "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory");
        assert_eq!(&*addresses.organizer, "sip:alice@contoso.com");
        assert_eq!(Target::of(&addresses.chat), Some(Target::Chat));
    }

    #[test]
    fn spellings_of_one_conference_are_told_from_other_conferences() {
        let addresses = Addresses::of(FOCUS).unwrap();
        assert!(addresses.is_focus(" sip:Alice@CONTOSO.com;gruu;opaque=app:conf:focus:id:FC275ECD "));
        assert!(addresses.is_chat("sip:Alice@contoso.com;opaque=app:conf:chat:id:FC275ECD;gruu"));
        assert!(!addresses.is_chat(FOCUS) && !addresses.is_focus(&FOCUS.to_lowercase()));
        assert!(!addresses.is_focus(&FOCUS.replace("alice", "bob")));
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
