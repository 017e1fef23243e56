//! The MCUs of a conference.

use std::borrow::Cow;

use super::endpoint::MediaStatus;
use super::extension::Extension;
use super::state::State;
use crate::wire::xml::RawElement;
use crate::wire::xml::owned::borrowing;

/// `conference-view` of Microsoft's extensions (MS-CONFPRO 2.2.1.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferenceView<'a> {
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// One for the focus and one for each MCU, each `entity` once.
    pub entity_views: Vec<EntityView<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `entity-view`: one MCU, or the focus itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntityView<'a> {
    /// Its conference URI in notifications, its type in factory traffic.
    pub entity: Cow<'a, str>,
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// Content of `entity-capabilities`.
    pub capabilities: Option<Vec<Extension<'a>>>,
    /// Its state.
    pub entity_state: Option<EntityState<'a>>,
    /// Content of `entity-settings`: what the MCU is given when the conference starts.
    pub settings: Option<Vec<RawElement<'a>>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `entity-state`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntityState<'a> {
    /// A GUID that meeting MCUs give.
    pub application: Option<Cow<'a, str>>,
    /// Whether the conference is locked.
    pub locked: Option<bool>,
    /// The media it serves; empty: no `media` element.
    pub media: Vec<MediaEntry<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `entry` of the media of an MCU.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaEntry<'a> {
    /// Name of the medium within the conference.
    pub label: Cow<'a, str>,
    /// Name to show.
    pub display_text: Option<Cow<'a, str>>,
    /// `chat`, `audio`, `video`, …
    pub kind: Cow<'a, str>,
    /// Direction.
    pub status: Option<MediaStatus>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

borrowing!(ConferenceView { state, entity_views, extensions });
borrowing!(EntityView { entity, state, capabilities, entity_state, settings, extensions });
borrowing!(EntityState { application, locked, media, extensions });
borrowing!(MediaEntry { label, display_text, kind, status, extensions });
