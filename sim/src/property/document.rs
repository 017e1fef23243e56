//! Notification documents, read and applied as RFC 4575 says and no cleverer.
//!
//! A document is a tree of named elements; a replica is the tree that all documents so far have made.

use std::sync::Arc;

use confsim_core::wire::sip::{Message, Method, Name};
use confsim_core::wire::xml::Ns;

use super::element::{Element, State, apply, read};
use super::markup::{Malformed, Markup};
use super::recent::Recent;

/// A conference-info document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// The roster version, zero when it has none.
    pub(super) version: u32,
    /// How it is to be applied.
    pub(super) state: State,
    /// The root element.
    pub(super) root: Arc<Element>,
}

/// What a message of the focus tells of the roster.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// Nothing.
    Nothing,
    /// Something that cannot be read.
    Unreadable,
    /// This.
    Roster(Arc<Document>),
}

/// Reads what the focus tells, each body once: one body goes to all subscribers, and to who asks again soon.
#[derive(Default)]
pub(super) struct Press(Recent<Document, 2>);

impl Press {
    /// A notification, or the answer to a SUBSCRIBE with the first one in it.
    pub(super) fn read(&mut self, message: &Message) -> News {
        let fits = matches!(message.method(), Method::Benotify | Method::Notify | Method::Subscribe);
        let named = |text: &str| text.trim().eq_ignore_ascii_case("application/conference-info+xml");
        let body = message.body();
        if !fits || body.is_empty() || !message.header(Name::ContentType).is_some_and(named) {
            return News::Nothing;
        }
        self.0.read(body, |body| Document::read(body).ok()).map_or(News::Unreadable, News::Roster)
    }
}

impl Document {
    /// Reads a document.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut markup = Markup::root(body, &[Ns::ConferenceInfo], &["conference-info"])?;
        let version = markup.attribute(Ns::None, "version").and_then(|version| version.trim().parse().ok());
        let root = read(&mut markup, "conference-info", true)?;
        markup.finish()?;
        Ok(Self { version: version.unwrap_or(0), state: root.state, root: Arc::new(root) })
    }

    /// The replica after this document, `before` having been the one before.
    pub(super) fn apply(&self, before: Option<&Arc<Element>>) -> Arc<Element> {
        apply(before, &self.root).unwrap_or_else(|| self.root.clone())
    }
}

impl Document {
    /// What it says of the lock, if anything: in the view of the focus (EX-IM-4-1-1-x).
    pub(super) fn locked(&self) -> Option<bool> {
        let views = self.root.child("conference-view")?;
        let focus = |view: &&Arc<Element>| {
            view.attribute("entity").is_some_and(|entity| entity.contains(":conf:focus:"))
        };
        let state = views.all("entity-view").find(focus)?.child("entity-state")?;
        state.child("locked").map(|locked| matches!(locked.text(), "true" | "1"))
    }

    /// Whether it tells what the conference is made of, or where to call.
    pub(super) fn tells_of_the_inside(&self) -> bool {
        let description = self.root.child("conference-description");
        self.root.child("conference-view").is_some()
            || description.is_some_and(|description| description.child("conf-uris").is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:c@d""#;

    fn document(state: &str, version: u32, users: &str) -> Document {
        let text = format!(r#"{HEAD} state="{state}" version="{version}">{users}</conference-info>"#);
        Document::read(text.as_bytes()).expect("well-formed")
    }

    fn user(name: &str, state: &str, inside: &str) -> String {
        format!(r#"<users state="{state}"><user entity="{name}" state="full">{inside}</user></users>"#)
    }

    #[test]
    fn a_partial_document_changes_only_what_it_names() {
        let full = document("full", 4, &user("a", "full", "<roles><entry>presenter</entry></roles>"));
        let before = full.apply(None);
        let joined = document("partial", 5, &user("b", "partial", "")).apply(Some(&before));
        let users = joined.child("users").expect("kept");
        assert_eq!(users.all("user").count(), 2);
        assert_eq!(before.difference(&joined).as_deref(), Some("users/user b"));

        let gone = r#"<users state="partial"><user entity="b" state="deleted"/></users>"#;
        assert_eq!(document("partial", 6, gone).apply(Some(&joined)), before);
        assert_eq!(full.version, 4);
    }

    #[test]
    fn a_full_element_replaces_all_of_the_old_one() {
        let endpoints = r#"<endpoint entity="1"><status>connected</status></endpoint><endpoint entity="2"/>"#;
        let before = document("full", 1, &user("a", "full", endpoints)).apply(None);
        let one = r#"<endpoint entity="2"/>"#;
        let after = document("partial", 2, &user("a", "partial", one)).apply(Some(&before));
        assert_eq!(after, document("full", 2, &user("a", "full", one)).apply(None));
        assert_eq!(before.difference(&after).as_deref(), Some("users/user a/endpoint 1"));
    }
}
