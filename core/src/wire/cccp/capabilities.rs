//! What conferences of a pool can have.

use std::borrow::Cow;

use crate::wire::conference_info::Extension;
use crate::wire::xml::owned::borrowing;

/// Content of a `getConferencingCapabilities` result (MS-CONFPRO 2.2.3.8), in the order of PRO-2-2-3-8-a.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities<'a> {
    /// Which set of capabilities is told: 0.
    pub capability_version: Option<u32>,
    /// The types of MCU there are.
    pub mcu_types: Vec<Cow<'a, str>>,
    /// Access by telephone.
    pub pstn_bridging: Option<PstnBridging<'a>>,
    /// Deprecated.
    pub conference_key_optional: Option<bool>,
    /// Whether the admission policy may be `anonymous`.
    pub anonymous_scheduling: Option<bool>,
    /// Suggested admission policy, as spelled.
    pub default_admission_policy: Option<Cow<'a, str>>,
    /// Whether conferences may be created locked.
    pub schedule_locked: Option<bool>,
    /// Bits of `autopromote` that may be set.
    pub autopromote_allowed: Option<u32>,
    /// Value of `autopromote` where none is given.
    pub default_autopromote: Option<u32>,
    /// Whether telephone users may pass the lobby by.
    pub pstn_lobby_bypass_allowed: Option<bool>,
    /// How many static meetings the organizer may have; at most 1.
    pub static_meeting_limit: Option<u32>,
    /// Whether clients should use the static meeting by default.
    pub default_meeting_static: Option<bool>,
    /// Whether recording is allowed.
    pub recording_allowed: Option<bool>,
    /// Whether users from outside may record.
    pub externaluser_recording_allowed: Option<bool>,
    /// Deprecated.
    pub schedule_key_optional: Option<bool>,
    /// Whether clients should turn on entry and exit announcements by default.
    pub default_entry_exit_announcements: Option<bool>,
    /// Contents of customized invitations.
    pub custom_invite: Option<CustomInvite<'a>>,
    /// Whether users may be endorsed.
    pub endorse_allowed: Option<bool>,
    /// Whether the main video may be muted for all.
    pub main_video_mute_allowed: Option<bool>,
    /// Whether the panoramic video may be muted for all.
    pub pano_video_mute_allowed: Option<bool>,
    /// Whether presenters may mute instant messaging.
    pub im_mute_allowed: Option<bool>,
    /// Whether there are questions and answers.
    pub questions_and_answers_allowed: Option<bool>,
    /// Whether there are in-room user notifications.
    pub in_room_user_notification_supported: Option<bool>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `pstn-bridging`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PstnBridging<'a> {
    /// Whether the pool can be reached by telephone.
    pub enabled: bool,
    /// At which numbers.
    pub access_numbers: Option<AccessNumbers<'a>>,
}

/// `access-numbers`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessNumbers<'a> {
    /// A page about the numbers, for users inside the corporate network.
    pub internal_url: Option<Cow<'a, str>>,
    /// The same for users outside.
    pub external_url: Option<Cow<'a, str>>,
    /// The numbers by region.
    pub regions: Vec<Region<'a>>,
    /// Name of the region to show first.
    pub default_region: Option<Cow<'a, str>>,
}

/// `region`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its numbers.
    pub access_numbers: Vec<AccessNumber<'a>>,
}

/// `access-number`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessNumber<'a> {
    /// The languages spoken there, the default one first.
    pub languages: Vec<Language<'a>>,
    /// The number, for people to read.
    pub number: Cow<'a, str>,
    /// Whether the call is free.
    pub toll_free: Option<bool>,
}

/// `language`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Language<'a> {
    /// `xs:language`.
    pub tag: Cow<'a, str>,
    /// Windows language code (MS-LCID).
    pub lcid: u32,
}

/// `custom-invite`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomInvite<'a> {
    /// A logo.
    pub logo_url: Option<Cow<'a, str>>,
    /// Legal information.
    pub legal_url: Option<Cow<'a, str>>,
    /// Help.
    pub help_url: Option<Cow<'a, str>>,
    /// The user's settings.
    pub settings_url: Option<Cow<'a, str>>,
    /// Text at the end.
    pub custom_footer_text: Option<Cow<'a, str>>,
}

borrowing!(Capabilities {
    capability_version,
    mcu_types,
    pstn_bridging,
    conference_key_optional,
    anonymous_scheduling,
    default_admission_policy,
    schedule_locked,
    autopromote_allowed,
    default_autopromote,
    pstn_lobby_bypass_allowed,
    static_meeting_limit,
    default_meeting_static,
    recording_allowed,
    externaluser_recording_allowed,
    schedule_key_optional,
    default_entry_exit_announcements,
    custom_invite,
    endorse_allowed,
    main_video_mute_allowed,
    pano_video_mute_allowed,
    im_mute_allowed,
    questions_and_answers_allowed,
    in_room_user_notification_supported,
    extensions,
});
borrowing!(PstnBridging { enabled, access_numbers });
borrowing!(AccessNumbers { internal_url, external_url, regions, default_region });
borrowing!(Region { name, access_numbers });
borrowing!(AccessNumber { languages, number, toll_free });
borrowing!(Language { tag, lcid });
borrowing!(CustomInvite { logo_url, legal_url, help_url, settings_url, custom_footer_text });
