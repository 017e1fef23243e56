//! `conference-view`.

use super::{Extensions, content, push_sibling, state, text};
use crate::wire::conference_info::{
    ConferenceView, EntityState, EntityView, Extension, MediaEntry, MediaStatus,
};
use crate::wire::xml::lexical::boolean;
use crate::wire::xml::{Ns, Reader, XmlError};

pub(super) fn conference_view<'a>(reader: &mut Reader<'a>) -> Result<ConferenceView<'a>, XmlError> {
    let mut view = ConferenceView { state: state(reader, Ns::ConferenceInfo)?, ..ConferenceView::default() };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceExtensions, "entity-view") => {
                let entity = entity_view(reader)?;
                push_sibling(reader, &mut view.entity_views, entity)?;
            }
            _ => extensions.read(reader, child)?,
        }
    }
    view.extensions = extensions.list;
    Ok(view)
}

fn entity_view<'a>(reader: &mut Reader<'a>) -> Result<EntityView<'a>, XmlError> {
    let mut view = EntityView {
        entity: reader.required_attribute(Ns::None, "entity")?,
        state: state(reader, Ns::ConferenceInfo)?,
        ..EntityView::default()
    };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceExtensions, "entity-capabilities") => {
                view.capabilities = Some(capabilities(reader)?);
            }
            (Ns::ConferenceExtensions, "entity-state") => view.entity_state = Some(entity_state(reader)?),
            (Ns::ConferenceExtensions, "entity-settings") => view.settings = Some(content(reader)?),
            _ => extensions.read(reader, child)?,
        }
    }
    view.extensions = extensions.list;
    Ok(view)
}

fn capabilities<'a>(reader: &mut Reader<'a>) -> Result<Vec<Extension<'a>>, XmlError> {
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        extensions.read(reader, child)?;
    }
    Ok(extensions.list)
}

fn entity_state<'a>(reader: &mut Reader<'a>) -> Result<EntityState<'a>, XmlError> {
    let mut state = EntityState {
        application: reader.token_attribute(Ns::None, "application"),
        ..EntityState::default()
    };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceExtensions, "locked") => {
                state.locked = Some(reader.parse_text("locked", boolean)?);
            }
            (Ns::ConferenceExtensions, "media") => state.media = media(reader)?,
            _ => extensions.read(reader, child)?,
        }
    }
    state.extensions = extensions.list;
    Ok(state)
}

fn media<'a>(reader: &mut Reader<'a>) -> Result<Vec<MediaEntry<'a>>, XmlError> {
    let mut entries = Vec::new();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "entry") => entries.push(media_entry(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(entries)
}

fn media_entry<'a>(reader: &mut Reader<'a>) -> Result<MediaEntry<'a>, XmlError> {
    let mut entry =
        MediaEntry { label: reader.required_attribute(Ns::None, "label")?, ..MediaEntry::default() };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "display-text") => entry.display_text = text(reader)?,
            (Ns::ConferenceInfo, "type") => entry.kind = reader.token()?,
            (Ns::ConferenceInfo, "status") => {
                entry.status = Some(reader.parse_text("status", MediaStatus::parse)?);
            }
            _ => extensions.read(reader, child)?,
        }
    }
    entry.extensions = extensions.list;
    Ok(entry)
}
