//! Writing a document, laid out as MS-CONFIM prints notifications: the data model is the default namespace, extensions
//! have prefixes declared on the root.

mod description;
mod roster;
mod views;

use super::extension::NEWEST_GENERATION;
use super::{ConferenceInfo, ConferenceState, Extension, State};
use crate::wire::xml::{Ns, RawElement, Writer};

pub(crate) use roster::{endpoint, media, role_entries, user};

/// The prefixes that what is written here uses, and the further ones servers declare.
const PREFIXES: [(&str, Ns); 7] = [
    ("msacp", Ns::AcpExtensions),
    ("msav", Ns::AvExtensions),
    ("msci", Ns::ConferenceExtensions),
    ("msdata", Ns::DataExtensions),
    ("msim", Ns::ImExtensions),
    ("ci", Ns::ConferenceInfo),
    ("cis", Ns::Separator),
];

/// Bytes of a notification without users, of a user, of an MCU: saves the buffer from growing step by step.
const BASE_SIZE: usize = 1024;
const USER_SIZE: usize = 1024;
const VIEW_SIZE: usize = 512;

/// Writes a document without white space between elements.
pub fn write(info: &ConferenceInfo<'_>) -> Vec<u8> {
    let users = info.users.as_ref().map_or(0, |users| users.users.len());
    let views = info.conference_view.as_ref().map_or(0, |view| view.entity_views.len());
    let size = BASE_SIZE + users * USER_SIZE + views * VIEW_SIZE;
    let mut writer = Writer::with_buffer(Vec::with_capacity(size));
    writer.start("conference-info");
    writer.namespace("", Ns::ConferenceInfo);
    for (prefix, ns) in PREFIXES {
        writer.namespace(prefix, ns);
    }
    content(&mut writer, info);
    writer.end("conference-info");
    writer.finish()
}

/// Writes the element inside a document that declares `ci`, `cis`, `msci` and `msim`.
pub(crate) fn embedded(writer: &mut Writer, info: &ConferenceInfo<'_>) {
    writer.start("conference-info");
    writer.namespace("", Ns::ConferenceInfo);
    content(writer, info);
    writer.end("conference-info");
}

/// Attributes and children.
fn content(writer: &mut Writer, info: &ConferenceInfo<'_>) {
    writer.attribute("entity", &info.entity);
    writer.optional_attribute("state", info.state.map(State::as_str));
    writer.number_attribute("version", info.version.map(u64::from));
    writer.boolean_attribute("static", info.is_static);
    if let Some(description) = &info.description {
        description::description(writer, description);
    }
    if let Some(state) = &info.conference_state {
        conference_state(writer, state);
    }
    if let Some(users) = &info.users {
        roster::users(writer, users);
    }
    if let Some(view) = &info.conference_view {
        views::conference_view(writer, view);
    }
    extensions(writer, &info.extensions);
}

fn conference_state(writer: &mut Writer, state: &ConferenceState<'_>) {
    writer.start("conference-state");
    writer.optional_number("user-count", state.user_count);
    writer.optional_boolean("active", state.active);
    writer.optional_boolean("locked", state.locked);
    extensions(writer, &state.extensions);
    writer.end("conference-state");
}

/// An element whose content is kept as it came.
fn optional_content(writer: &mut Writer, name: &'static str, content: Option<&[RawElement<'_>]>) {
    if let Some(content) = content {
        writer.start(name);
        for element in content {
            writer.raw(element);
        }
        writer.end(name);
    }
}

fn extensions(writer: &mut Writer, extensions: &[Extension<'_>]) {
    if !extensions.is_empty() {
        generations(writer, extensions, 0, |_, _| {});
    }
}

/// Writes extensions by generation, a separator before each newer one (EX-PRO-4-1-d). `known` writes what has fields;
/// `newest` is the newest generation it has anything for. A generation without elements keeps its separator, so that
/// counting them tells the generation.
pub(crate) fn generations(
    writer: &mut Writer,
    extensions: &[Extension<'_>],
    newest: u8,
    mut known: impl FnMut(&mut Writer, u8),
) {
    let generation = |extension: &Extension<'_>| extension.generation.min(NEWEST_GENERATION);
    let newest = extensions.iter().map(generation).max().unwrap_or(0).max(newest);
    for current in 0..=newest {
        if current > 0 {
            writer.empty("cis:separator");
        }
        known(writer, current);
        for extension in extensions.iter().filter(|extension| generation(extension) == current) {
            writer.raw(&extension.element);
        }
    }
}
