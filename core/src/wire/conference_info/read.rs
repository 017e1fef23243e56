//! Reading a document.

mod description;
mod roster;
mod views;

use std::borrow::Cow;

use super::extension::NEWEST_GENERATION;
use super::{ConferenceInfo, ConferenceState, Extension, State};
use crate::wire::xml::lexical::{boolean, unsigned_int};
use crate::wire::xml::limits::MAX_SIBLINGS;
use crate::wire::xml::{Element, Ns, RawElement, Reader, XmlError, XmlErrorKind};

pub(crate) use roster::{endpoint, media, roles, user};

/// Reads a `conference-info` document, borrowing from it.
pub fn read(document: &[u8]) -> Result<ConferenceInfo<'_>, XmlError> {
    let mut reader = Reader::new(document)?;
    reader.root(Ns::ConferenceInfo, "conference-info")?;
    let info = info(&mut reader)?;
    reader.finish()?;
    Ok(info)
}

/// Reads the `conference-info` element that has just started.
pub(crate) fn info<'a>(reader: &mut Reader<'a>) -> Result<ConferenceInfo<'a>, XmlError> {
    let mut info = ConferenceInfo {
        entity: reader.required_attribute(Ns::None, "entity")?,
        state: state(reader, Ns::None)?,
        version: reader.parse_attribute(Ns::None, "version", unsigned_int)?,
        is_static: reader.parse_attribute(Ns::None, "static", boolean)?,
        ..ConferenceInfo::default()
    };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "conference-description") => {
                reader.once(&mut info.description, "conference-description", |reader| {
                    description::description(reader).map(Box::new)
                })?;
            }
            (Ns::ConferenceInfo, "conference-state") => {
                reader.once(&mut info.conference_state, "conference-state", conference_state)?;
            }
            (Ns::ConferenceInfo, "users") => reader.once(&mut info.users, "users", roster::users)?,
            (Ns::ConferenceExtensions, "conference-view") => {
                reader.once(&mut info.conference_view, "conference-view", views::conference_view)?;
            }
            _ => extensions.read(reader, child)?,
        }
    }
    info.extensions = extensions.list;
    Ok(info)
}

fn conference_state<'a>(reader: &mut Reader<'a>) -> Result<ConferenceState<'a>, XmlError> {
    let mut state = ConferenceState::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "user-count") => {
                state.user_count = Some(reader.parse_text("user-count", unsigned_int)?);
            }
            (Ns::ConferenceInfo, "active") => state.active = Some(reader.parse_text("active", boolean)?),
            (Ns::ConferenceInfo, "locked") => state.locked = Some(reader.parse_text("locked", boolean)?),
            _ => extensions.read(reader, child)?,
        }
    }
    state.extensions = extensions.list;
    Ok(state)
}

/// The `state` attribute: unqualified on RFC 4575's elements, qualified on Microsoft's (MS-CONFBAS 6.3.1).
fn state(reader: &mut Reader<'_>, ns: Ns) -> Result<Option<State>, XmlError> {
    reader.parse_attribute(ns, "state", State::parse)
}

/// The children of an element that no field is for.
#[derive(Default)]
pub(crate) struct Extensions<'a> {
    generation: u8,
    pub(crate) list: Vec<Extension<'a>>,
}

impl<'a> Extensions<'a> {
    /// Reads the element that has just started: counts a separator, drops an unknown element of the schema's own
    /// namespaces (PRO-2-2-f), keeps a foreign one.
    pub(crate) fn read(&mut self, reader: &mut Reader<'a>, element: Element<'a>) -> Result<(), XmlError> {
        match element.ns {
            Ns::Separator => {
                self.generation = (self.generation + 1).min(NEWEST_GENERATION);
                reader.skip()
            }
            Ns::ConferenceInfo | Ns::Cccp => reader.skip(),
            _ => {
                self.list.push(Extension { generation: self.generation, element: reader.raw()? });
                Ok(())
            }
        }
    }
}

/// Adds to a list whose members are told apart by key.
fn push_sibling<T>(reader: &Reader<'_>, siblings: &mut Vec<T>, sibling: T) -> Result<(), XmlError> {
    if siblings.len() >= MAX_SIBLINGS {
        return Err(reader.error(XmlErrorKind::TooManyElements));
    }
    if siblings.len() == siblings.capacity() {
        // An endpoint takes half a kilobyte, and few users have more than two.
        siblings.reserve_exact(siblings.len().max(2));
    }
    siblings.push(sibling);
    Ok(())
}

/// The child elements of the element that has just started, as they came.
fn content<'a>(reader: &mut Reader<'a>) -> Result<Vec<RawElement<'a>>, XmlError> {
    let mut elements = Vec::new();
    while reader.child()?.is_some() {
        elements.push(reader.raw()?);
    }
    Ok(elements)
}

fn text<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, XmlError> {
    reader.text().map(Some)
}

fn token<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, XmlError> {
    reader.token().map(Some)
}
