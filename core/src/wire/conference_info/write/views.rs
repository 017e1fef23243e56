//! `conference-view`.

use super::{extensions, optional_content};
use crate::wire::conference_info::{ConferenceView, EntityState, EntityView, MediaEntry, MediaStatus, State};
use crate::wire::xml::Writer;

pub(super) fn conference_view(writer: &mut Writer, view: &ConferenceView<'_>) {
    writer.start("msci:conference-view");
    writer.optional_attribute("ci:state", view.state.map(State::as_str));
    for one in &view.entity_views {
        entity_view(writer, one);
    }
    extensions(writer, &view.extensions);
    writer.end("msci:conference-view");
}

fn entity_view(writer: &mut Writer, view: &EntityView<'_>) {
    writer.start("msci:entity-view");
    writer.optional_attribute("ci:state", view.state.map(State::as_str));
    writer.attribute("entity", &view.entity);
    if let Some(capabilities) = &view.capabilities {
        writer.start("msci:entity-capabilities");
        extensions(writer, capabilities);
        writer.end("msci:entity-capabilities");
    }
    if let Some(state) = &view.entity_state {
        entity_state(writer, state);
    }
    optional_content(writer, "msci:entity-settings", view.settings.as_deref());
    extensions(writer, &view.extensions);
    writer.end("msci:entity-view");
}

fn entity_state(writer: &mut Writer, state: &EntityState<'_>) {
    writer.start("msci:entity-state");
    writer.optional_attribute("application", state.application.as_deref());
    writer.optional_boolean("msci:locked", state.locked);
    if !state.media.is_empty() {
        writer.start("msci:media");
        for entry in &state.media {
            media_entry(writer, entry);
        }
        writer.end("msci:media");
    }
    extensions(writer, &state.extensions);
    writer.end("msci:entity-state");
}

fn media_entry(writer: &mut Writer, entry: &MediaEntry<'_>) {
    writer.start("entry");
    writer.attribute("label", &entry.label);
    writer.optional_element("display-text", entry.display_text.as_deref());
    writer.element("type", &entry.kind);
    writer.optional_keyword("status", entry.status.map(MediaStatus::as_str));
    extensions(writer, &entry.extensions);
    writer.end("entry");
}
