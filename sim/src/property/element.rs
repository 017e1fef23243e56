//! The elements of notification documents and of the replicas they make: what they hold, how one is applied to another.
//! What is nested in elements that hold no others counts only by its text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use confsim_core::wire::xml::Ns;

use super::markup::{Malformed, Markup};

/// Elements that are often met, by name; and whether they hold others: everywhere, or in these.
const ELEMENTS: [(&str, Holds); 25] = [
    ("conf-uris", Holds::Always),
    ("conference-description", Holds::Always),
    ("conference-info", Holds::Always),
    ("conference-state", Holds::Never),
    ("conference-view", Holds::Always),
    ("display-text", Holds::Never),
    ("endpoint", Holds::Always),
    ("endpoint-capabilities", Holds::Always),
    ("entity-state", Holds::Always),
    ("entity-view", Holds::Always),
    ("entry", Holds::In(&["conf-uris", "media"])),
    ("joining-method", Holds::Never),
    ("locked", Holds::Never),
    ("media", Holds::Always),
    ("purpose", Holds::Never),
    ("roles", Holds::Always),
    ("separator", Holds::Never),
    ("status", Holds::Never),
    ("subject", Holds::Never),
    ("supported-im-formats", Holds::Never),
    ("type", Holds::Never),
    ("uri", Holds::Never),
    ("user", Holds::Always),
    ("user-agent", Holds::Never),
    ("users", Holds::Always),
];

/// Whether an element holds others.
#[derive(Clone, Copy)]
enum Holds {
    Always,
    Never,
    In(&'static [&'static str]),
}

/// Attributes that count, besides `state`, by name.
const ATTRIBUTES: [(Ns, &str); 6] = [
    (Ns::ConferenceExtensions, "endpoint-uri"),
    (Ns::None, "entity"),
    (Ns::ConferenceExtensions, "epid"),
    (Ns::None, "id"),
    (Ns::None, "label"),
    (Ns::ConferenceExtensions, "session-type"),
];

/// Attributes that tell siblings of one name apart (RFC 4575 section 4.5).
const KEYS: [&str; 3] = ["entity", "id", "label"];

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
    pub(super) state: State,
    /// In the order of their names.
    attributes: Vec<(&'static str, Arc<str>)>,
    text: Box<str>,
    /// In the order of their keys.
    children: Vec<(Key, Arc<Self>)>,
}

/// The name of an element, and what tells it from siblings of that name, if there are any. Versions of a roster share
/// them.
type Key = (Cow<'static, str>, Option<Arc<str>>);
impl Element {
    /// Its child of this name; the first one when there are several.
    pub(super) fn child(&self, name: &str) -> Option<&Arc<Self>> {
        self.all(name).next()
    }

    /// Its children of this name.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Arc<Self>> + use<'a> {
        self.named(name).iter().map(|(_, child)| child)
    }

    /// Its children of this name, with their keys.
    fn named(&self, name: &str) -> &[(Key, Arc<Self>)] {
        // Only the list of users is long, and holds nothing else.
        let start = self.children.iter().position(|((found, _), _)| **found == *name);
        let rest = start.and_then(|start| self.children.get(start..)).unwrap_or_default();
        rest.get(..rest.partition_point(|((found, _), _)| **found == *name)).unwrap_or_default()
    }

    /// Where its child of this key is, or would be.
    fn place(&self, (name, key): (&str, Option<&str>)) -> Result<usize, usize> {
        self.children.binary_search_by(|((found, own), _)| (&**found, own.as_deref()).cmp(&(name, key)))
    }

    /// Its child of this key.
    fn get(&self, (name, key): &Key) -> Option<&Arc<Self>> {
        let place = self.place((name, key.as_deref())).ok()?;
        self.children.get(place).map(|(_, child)| child)
    }

    /// Takes a child in, for the one of this key that there may be.
    fn set(&mut self, key: Key, child: Arc<Self>) {
        match self.place((&key.0, key.1.as_deref())) {
            Ok(place) => self.children[place].1 = child,
            Err(place) => self.children.insert(place, (key, child)),
        }
    }

    /// An attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.value(name).map(|value| &**value)
    }

    fn value(&self, name: &str) -> Option<&Arc<str>> {
        self.attributes.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// Its children of this name that fit, and those of other names.
    fn only(&self, name: &str, fits: impl Fn(&Self) -> bool) -> Self {
        let mut element = self.clone();
        element.children.retain(|((found, _), child)| **found != *name || fits(child));
        element
    }

    /// The user of this name, in a roster.
    pub(super) fn user(&self, entity: &str) -> Option<&Arc<Self>> {
        let users = self.child("users")?;
        users.children.get(users.place(("user", Some(entity))).ok()?).map(|(_, user)| user)
    }

    /// The users who are not the same value in this roster as in `before`: who came, went, or was told of anew.
    pub(super) fn users_changed_since(&self, before: &Self) -> Vec<Arc<str>> {
        let mut ours = self.child("users").into_iter().flat_map(|users| users.named("user")).peekable();
        let mut theirs = before.child("users").into_iter().flat_map(|users| users.named("user")).peekable();
        let mut changed = Vec::new();
        loop {
            let order = match (ours.peek(), theirs.peek()) {
                (Some((own, _)), Some((old, _))) => own.cmp(old),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return changed,
            };
            let (own, old) = (ours.next_if(|_| order.is_le()), theirs.next_if(|_| order.is_ge()));
            let same = own.zip(old).is_some_and(|((_, own), (_, old))| Arc::ptr_eq(own, old));
            let user = own.or(old).and_then(|((_, user), _)| user.as_ref());
            changed.extend(user.filter(|_| !same).cloned());
        }
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
        let keys = self.children.iter().chain(&other.children).map(|(key, _)| key);
        let differs = |key: &&Key| self.get(key) != other.get(key);
        let name @ (local, key) = keys.into_iter().find(differs)?;
        let deeper = match (self.get(name), other.get(name)) {
            (Some(mine), Some(theirs)) => mine.difference(theirs).unwrap_or_default(),
            _ => String::new(),
        };
        let key = key.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
        let slash = if deeper.is_empty() { "" } else { "/" };
        Some(format!("{local}{key}{slash}{deeper}"))
    }
}

/// How an element was written does not count, only what it says.
impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes && self.text == other.text && self.children == other.children
    }
}

impl Eq for Element {}

/// Reads the element that has just started, with others in it if it holds any.
pub(super) fn read(markup: &mut Markup<'_>, local: &str, holds: bool) -> Result<Element, Malformed> {
    let state = markup.attribute(Ns::None, "state").or_else(|| markup.attribute(Ns::ConferenceInfo, "state"));
    let state = match state.as_deref() {
        Some("partial") => State::Partial,
        Some("deleted") => State::Deleted,
        _ => State::Full,
    };
    let mut element = Element { state, attributes: Vec::new(), text: Box::default(), children: Vec::new() };
    for (ns, name) in ATTRIBUTES {
        if !markup.has_attributes() {
            break;
        }
        element.attributes.extend(markup.attribute(ns, name).map(|value| (name, Arc::from(&*value))));
    }
    if holds {
        while let Some(child) = markup.child()? {
            let known = known(child);
            let holds = match known.map(|(_, holds)| holds) {
                Some(Holds::Always) => true,
                Some(Holds::In(parents)) => parents.contains(&local),
                Some(Holds::Never) | None => false,
            };
            let read = read(markup, child, holds)?;
            let name = known.map_or_else(|| Cow::Owned(child.to_owned()), |(name, _)| Cow::Borrowed(name));
            let key = KEYS.iter().find_map(|key| read.value(key)).cloned();
            let key = key.or_else(|| ordinal(&element, child));
            element.set((name, key), Arc::new(read));
        }
    } else {
        element.text = markup.text()?.trim().into();
    }
    Ok(element)
}

fn known(local: &str) -> Option<(&'static str, Holds)> {
    let place = ELEMENTS.binary_search_by_key(&local, |(name, _)| name).ok()?;
    ELEMENTS.get(place).copied()
}

/// Tells apart siblings that have no key; the first one needs nothing.
fn ordinal(parent: &Element, name: &str) -> Option<Arc<str>> {
    // Most elements without a key have no sibling of any name.
    let before = if parent.children.is_empty() { 0 } else { parent.named(name).len() };
    (before > 0).then(|| (before + 1).to_string().into())
}

/// RFC 4575 section 4.6, from the root downwards.
pub(super) fn apply(before: Option<&Arc<Element>>, news: &Arc<Element>) -> Option<Arc<Element>> {
    let before = match (news.state, before) {
        (State::Deleted, _) => return None,
        (State::Partial, Some(before)) => before,
        (State::Full | State::Partial, _) => return Some(news.clone()),
    };
    let mut after = Element::clone(before);
    for (name, value) in &news.attributes {
        match after.attributes.binary_search_by_key(name, |(found, _)| found) {
            Ok(place) => after.attributes[place].1.clone_from(value),
            Err(place) => after.attributes.insert(place, (name, value.clone())),
        }
    }
    if !news.text.is_empty() {
        after.text.clone_from(&news.text);
    }
    for (key, child) in &news.children {
        match apply(after.get(key), child) {
            Some(child) => after.set(key.clone(), child),
            None => after.children.retain(|(found, _)| found != key),
        }
    }
    Some(Arc::new(after))
}
