//! Notification documents, read and applied as RFC 4575 says and no cleverer.
//!
//! A document is a tree of named elements; a replica is the tree that all documents so far have made. What is
//! nested in elements that are not [`CONTAINERS`] counts only by its text.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use confsim_core::wire::sip::{Message, Method, Name};
use confsim_core::wire::xml::{Ns, Reader, XmlError};

/// Elements that hold others, with the element they stand in where the name alone does not tell.
const CONTAINERS: [(&str, &str); 14] = [
    ("", "conference-info"),
    ("", "conference-description"),
    ("", "conf-uris"),
    ("conf-uris", "entry"),
    ("", "users"),
    ("", "user"),
    ("", "roles"),
    ("", "endpoint"),
    ("", "media"),
    ("media", "entry"),
    ("", "endpoint-capabilities"),
    ("", "conference-view"),
    ("", "entity-view"),
    ("", "entity-state"),
];

/// Attributes that count, besides `state`.
const ATTRIBUTES: [(Ns, &str); 6] = [
    (Ns::None, "entity"),
    (Ns::None, "id"),
    (Ns::None, "label"),
    (Ns::ConferenceExtensions, "session-type"),
    (Ns::ConferenceExtensions, "epid"),
    (Ns::ConferenceExtensions, "endpoint-uri"),
];

/// Attributes that tell siblings of one name apart (RFC 4575 section 4.5).
const KEYS: [&str; 3] = ["entity", "id", "label"];

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

/// Reads what the focus tells, each body once: one body goes to all subscribers.
#[derive(Default)]
pub(super) struct Press(Option<(Bytes, Arc<Document>)>);

impl Press {
    /// A notification, or the answer to a SUBSCRIBE with the first one in it.
    pub(super) fn read(&mut self, message: &Message) -> News {
        let fits = matches!(message.method(), Method::Benotify | Method::Notify | Method::Subscribe);
        let named = |text: &str| text.trim().eq_ignore_ascii_case("application/conference-info+xml");
        let body = message.body();
        if !fits || body.is_empty() || !message.header(Name::ContentType).is_some_and(named) {
            return News::Nothing;
        }
        match &self.0 {
            Some((last, document)) if last.as_ptr() == body.as_ptr() && last.len() == body.len() => {
                News::Roster(document.clone())
            }
            _ => match Document::read(body) {
                Ok(document) => {
                    let document = Arc::new(document);
                    self.0 = Some((body.clone(), document.clone()));
                    News::Roster(document)
                }
                Err(_) => News::Unreadable,
            },
        }
    }
}

/// How an element is to be applied (RFC 4575 section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It replaces the one there was.
    Full,
    /// Its children are applied one by one, the others stay.
    Partial,
    /// It goes.
    Deleted,
}

/// An element of a document or a replica.
#[derive(Clone, Debug)]
pub(super) struct Element {
    state: State,
    attributes: BTreeMap<&'static str, String>,
    text: String,
    children: BTreeMap<Key, Arc<Self>>,
}

/// The name of an element, and what tells it from siblings of that name. Versions of a roster share them.
type Key = (Arc<str>, Arc<str>);

impl Document {
    /// Reads a document.
    pub(super) fn read(body: &[u8]) -> Result<Self, XmlError> {
        let mut reader = Reader::new(body)?;
        reader.root(Ns::ConferenceInfo, "conference-info")?;
        let version = reader.attribute(Ns::None, "version").and_then(|version| version.trim().parse().ok());
        let root = read(&mut reader, "conference-info", "")?;
        reader.finish()?;
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

impl Element {
    /// Its child of this name; the first one when there are several.
    pub(super) fn child(&self, name: &str) -> Option<&Arc<Self>> {
        self.children.iter().find(|((found, _), _)| **found == *name).map(|(_, child)| child)
    }

    /// Its children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Arc<Self>> {
        self.children.iter().filter(move |((found, _), _)| **found == *name).map(|(_, child)| child)
    }

    /// An attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Its children of this name that fit, and those of other names.
    fn only(&self, name: &str, fits: impl Fn(&Self) -> bool) -> Self {
        let mut element = self.clone();
        element.children.retain(|(found, _), child| **found != *name || fits(child));
        element
    }

    /// The user of this name, in a roster.
    pub(super) fn user(&self, entity: &str) -> Option<&Arc<Self>> {
        self.child("users")?.children.get(&("user".into(), entity.into()))
    }

    /// The users who are not the same value in this roster as in `before`: who came, went, or was told of anew.
    pub(super) fn users_changed_since(&self, before: &Self) -> Vec<Arc<str>> {
        let (ours, theirs) = (self.keyed_users(), before.keyed_users());
        let same = |user: &Arc<str>, own| theirs.get(user).is_some_and(|old| Arc::ptr_eq(old, own));
        let told = ours.iter().filter(|(user, own)| !same(user, own)).map(|(user, _)| *user);
        told.chain(theirs.keys().copied().filter(|user| !ours.contains_key(user))).cloned().collect()
    }

    fn keyed_users(&self) -> BTreeMap<&Arc<str>, &Arc<Self>> {
        let children = self.child("users").into_iter().flat_map(|users| &users.children);
        children.filter(|((name, _), _)| **name == *"user").map(|((_, user), own)| (user, own)).collect()
    }

    /// The users, in a roster.
    pub(super) fn users(&self) -> impl Iterator<Item = &Arc<Self>> {
        self.child("users").into_iter().flat_map(|users| users.all("user"))
    }

    /// A user's role; empty when he has none.
    pub(super) fn role(&self) -> &str {
        self.child("roles").and_then(|roles| roles.child("entry")).map_or("", |role| role.text())
    }

    /// Whether the element is told to be gone.
    pub(super) fn is_deleted(&self) -> bool {
        self.state == State::Deleted
    }

    /// Whether a user waits in the lobby: his focus endpoint is on hold (MS-CONFBAS facts 5.5).
    pub(super) fn waits(&self) -> bool {
        let on_hold =
            |endpoint: &Arc<Self>| endpoint.child("status").is_some_and(|status| status.text() == "on-hold");
        self.all("endpoint").any(on_hold)
    }

    /// A roster as those see it who do not see the lobby (D-13).
    pub(super) fn without_lobby(self: &Arc<Self>) -> Arc<Self> {
        if !self.users().any(|user| user.waits()) {
            return self.clone();
        }
        let mut roster = Self::clone(self);
        for ((name, _), child) in &mut roster.children {
            if **name == *"users" {
                *child = Arc::new(child.only("user", |user| !user.waits()));
            }
        }
        Arc::new(roster)
    }

    /// Its text, without the white space around it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where the first difference from `other` is, as a path: `users/user sip:bob@contoso.com/endpoint …`.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.text != other.text || self.attributes != other.attributes {
            return Some(String::new());
        }
        let differs = |name: &&Key| self.children.get(*name) != other.children.get(*name);
        let (local, key) = self.children.keys().chain(other.children.keys()).find(differs)?;
        let name = (local.clone(), key.clone());
        let deeper = match (self.children.get(&name), other.children.get(&name)) {
            (Some(mine), Some(theirs)) => mine.difference(theirs).unwrap_or_default(),
            _ => String::new(),
        };
        let space = if key.is_empty() { "" } else { " " };
        let slash = if deeper.is_empty() { "" } else { "/" };
        Some(format!("{local}{space}{key}{slash}{deeper}"))
    }
}

/// How an element was written does not count, only what it says.
impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes && self.text == other.text && self.children == other.children
    }
}

impl Eq for Element {}

/// Reads the element that has just started.
fn read(reader: &mut Reader<'_>, local: &str, parent: &str) -> Result<Element, XmlError> {
    let state = reader.attribute(Ns::None, "state").or_else(|| reader.attribute(Ns::ConferenceInfo, "state"));
    let state = match state.as_deref() {
        Some("partial") => State::Partial,
        Some("deleted") => State::Deleted,
        _ => State::Full,
    };
    let attributes = ATTRIBUTES
        .into_iter()
        .filter_map(|(ns, name)| Some((name, reader.attribute(ns, name)?.into_owned())))
        .collect();
    let mut element = Element { state, attributes, text: String::new(), children: BTreeMap::new() };
    if CONTAINERS.iter().any(|(inside, name)| *name == local && (inside.is_empty() || *inside == parent)) {
        while let Some(child) = reader.child()? {
            let read = read(reader, child.local, local)?;
            let key = KEYS.iter().find_map(|key| read.attribute(key)).map(Arc::from);
            let key = key.unwrap_or_else(|| ordinal(&element, child.local).into());
            element.children.insert((child.local.into(), key), Arc::new(read));
        }
    } else {
        element.text = reader.text()?.trim().to_owned();
    }
    Ok(element)
}

/// Tells apart siblings that have no key: empty for the first one.
fn ordinal(parent: &Element, name: &str) -> String {
    match parent.all(name).count() {
        0 => String::new(),
        before => (before + 1).to_string(),
    }
}

/// RFC 4575 section 4.6, from the root downwards.
fn apply(before: Option<&Arc<Element>>, news: &Arc<Element>) -> Option<Arc<Element>> {
    let before = match (news.state, before) {
        (State::Deleted, _) => return None,
        (State::Partial, Some(before)) => before,
        (State::Full | State::Partial, _) => return Some(news.clone()),
    };
    let mut after = Element::clone(before);
    after.attributes.extend(news.attributes.iter().map(|(name, value)| (*name, value.clone())));
    if !news.text.is_empty() {
        after.text.clone_from(&news.text);
    }
    for (name, child) in &news.children {
        match apply(after.children.get(name), child) {
            Some(child) => after.children.insert(name.clone(), child),
            None => after.children.remove(name),
        };
    }
    Some(Arc::new(after))
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
