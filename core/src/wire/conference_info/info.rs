//! The document and what it says about the conference as a whole.

use std::borrow::Cow;

use super::extension::Extension;
use super::state::State;
use super::user::Users;
use super::view::ConferenceView;
use crate::wire::xml::RawElement;
use crate::wire::xml::owned::borrowing;

/// A `conference-info` element (RFC 4575 section 5.2, MS-CONFPRO 2.2.1.1). Elements of RFC 4575 that these protocols do
/// not use (PRO-2-2-g) are ignored: host information, sidebars, associated AORs, available media, call information.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferenceInfo<'a> {
    /// The conference URI; empty in requests that create or modify a conference.
    pub entity: Cow<'a, str>,
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// Of the roster in notifications, of the provisioned conference in factory traffic.
    pub version: Option<u32>,
    /// Whether a static conference is meant (MS-CONFPRO 2.2.2.1).
    pub is_static: Option<bool>,
    /// Basic properties.
    pub description: Option<Box<Description<'a>>>,
    /// Overall state.
    pub conference_state: Option<ConferenceState<'a>>,
    /// The roster.
    pub users: Option<Users<'a>>,
    /// The MCUs of the conference and their state.
    pub conference_view: Option<ConferenceView<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `conference-description` (RFC 4575 section 5.3, MS-CONFPRO 2.2.1.2). Times are `xs:dateTime`, kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description<'a> {
    /// A description to show.
    pub display_text: Option<Cow<'a, str>>,
    /// The subject.
    pub subject: Option<Cow<'a, str>>,
    /// Further text to show.
    pub free_text: Option<Cow<'a, str>>,
    /// Keywords, separated by spaces.
    pub keywords: Option<Cow<'a, str>>,
    /// URIs of the MCUs and the web pages for joining.
    pub conf_uris: Option<ConferenceUris<'a>>,
    /// URIs of additional services.
    pub service_uris: Option<ConferenceUris<'a>>,
    /// How many users may be in the conference.
    pub maximum_user_count: Option<u32>,
    /// Unique among the organizer's conferences.
    pub conference_id: Option<Cow<'a, str>>,
    /// The conference key: content of the `conference-key` element (deprecated).
    pub conference_key: Option<Vec<RawElement<'a>>>,
    /// When the conference was created or last modified.
    pub last_update: Option<Cow<'a, str>>,
    /// When the conference was last activated.
    pub last_activate: Option<Cow<'a, str>>,
    /// Whether the conference is active.
    pub is_active: Option<bool>,
    /// After this time the conference may be deleted.
    pub expiry_time: Option<Cow<'a, str>>,
    /// `closedAuthenticated`, `openAuthenticated` or `anonymous`, as spelled.
    pub admission_policy: Option<Cow<'a, str>>,
    /// The organizer's own data: content of the element.
    pub organizer_roaming_data: Option<Vec<RawElement<'a>>>,
    /// Data for every participant: content of the element.
    pub notification_data: Option<Vec<RawElement<'a>>>,
    /// Whether the conference has a lobby.
    pub lobby_capable: Option<bool>,
    /// Whether anonymous users may be invited.
    pub anonymous_type_allowed: Option<bool>,
    /// Web page for joining.
    pub join_url: Option<Cow<'a, str>>,
    /// Access by telephone.
    pub pstn_access: Option<PstnAccess<'a>>,
    /// Who becomes presenter on admission, a bit mask: 0x8000_0000 everyone, 0x8000 authenticated users.
    pub autopromote: Option<u32>,
    /// Bits of `autopromote` that may be set.
    pub autopromote_allowed: Option<u32>,
    /// Whether users who join by telephone pass the lobby by.
    pub pstn_lobby_bypass: Option<bool>,
    /// Whether `pstn_lobby_bypass` may be set.
    pub pstn_lobby_bypass_allowed: Option<bool>,
    /// Whether recording is allowed.
    pub recording_allowed: Option<bool>,
    /// Whether users from outside may record.
    pub externaluser_recording_allowed: Option<bool>,
    /// Deprecated, without effect.
    pub server_mode: Option<u32>,
    /// Whether anonymous users may have users called.
    pub anonymous_dialout_allowed: Option<bool>,
    /// Whether users may be endorsed.
    pub endorse_allowed: Option<bool>,
    /// Whether the main video may be muted for all.
    pub main_video_mute_allowed: Option<bool>,
    /// Whether the panoramic video may be muted for all.
    pub pano_video_mute_allowed: Option<bool>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// A list of URIs: `conf-uris`, `service-uris`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferenceUris<'a> {
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// The URIs.
    pub entries: Vec<ConferenceUri<'a>>,
}

/// One URI of a conference. Its MCU type is its purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferenceUri<'a> {
    /// The URI.
    pub uri: Cow<'a, str>,
    /// A name to show; servers repeat the purpose.
    pub display_text: Option<Cow<'a, str>>,
    /// What it is for: `chat`, `audio-video`, `web-internal`, …
    pub purpose: Option<Cow<'a, str>>,
    /// Further elements, such as an encrypted URI.
    pub extensions: Vec<Extension<'a>>,
}

/// `pstn-access`; its presence asks for or tells of access by telephone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PstnAccess<'a> {
    /// The number a caller has to enter.
    pub id: Option<Cow<'a, str>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `conference-state` (RFC 4575 section 5.5, MS-CONFPRO 2.2.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferenceState<'a> {
    /// How many users there are.
    pub user_count: Option<u32>,
    /// Whether the conference is running.
    pub active: Option<bool>,
    /// Whether everybody but the organizer goes to the lobby.
    pub locked: Option<bool>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

borrowing!(ConferenceInfo {
    entity,
    state,
    version,
    is_static,
    description,
    conference_state,
    users,
    conference_view,
    extensions,
});

borrowing!(Description {
    display_text,
    subject,
    free_text,
    keywords,
    conf_uris,
    service_uris,
    maximum_user_count,
    conference_id,
    conference_key,
    last_update,
    last_activate,
    is_active,
    expiry_time,
    admission_policy,
    organizer_roaming_data,
    notification_data,
    lobby_capable,
    anonymous_type_allowed,
    join_url,
    pstn_access,
    autopromote,
    autopromote_allowed,
    pstn_lobby_bypass,
    pstn_lobby_bypass_allowed,
    recording_allowed,
    externaluser_recording_allowed,
    server_mode,
    anonymous_dialout_allowed,
    endorse_allowed,
    main_video_mute_allowed,
    pano_video_mute_allowed,
    extensions,
});

borrowing!(ConferenceUris { state, entries });
borrowing!(ConferenceUri { uri, display_text, purpose, extensions });
borrowing!(PstnAccess { id, extensions });
borrowing!(ConferenceState { user_count, active, locked, extensions });
