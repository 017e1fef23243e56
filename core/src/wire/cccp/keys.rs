//! What a command is about.

use std::borrow::Cow;

use crate::wire::xml::owned::borrowing;

/// `conferenceKeys`: the focus is told the conference URI, the factory the conference id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferenceKeys<'a> {
    /// The conference URI.
    pub conf_entity: Option<Cow<'a, str>>,
    /// The conference id, for the factory.
    pub conference_id: Option<Cow<'a, str>>,
    /// Whether a static conference is meant, for the factory.
    pub is_static: Option<bool>,
}

impl<'a> ConferenceKeys<'a> {
    /// The keys of a conference by its URI.
    pub fn entity(uri: impl Into<Cow<'a, str>>) -> Self {
        Self { conf_entity: Some(uri.into()), ..Self::default() }
    }

    /// The keys of a conference by its id.
    pub fn id(id: impl Into<Cow<'a, str>>) -> Self {
        Self { conference_id: Some(id.into()), ..Self::default() }
    }
}

/// `userKeys`: a user of a conference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserKeys<'a> {
    /// The conference URI.
    pub conf_entity: Cow<'a, str>,
    /// The user's SIP URI.
    pub user_entity: Cow<'a, str>,
}

/// `endpointKeys`: an endpoint of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointKeys<'a> {
    /// The conference URI.
    pub conf_entity: Cow<'a, str>,
    /// The user's SIP URI.
    pub user_entity: Cow<'a, str>,
    /// The endpoint's GUID.
    pub endpoint_entity: Cow<'a, str>,
}

/// `mediaKeys`: a medium of an endpoint of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaKeys<'a> {
    /// The conference URI.
    pub conf_entity: Cow<'a, str>,
    /// The user's SIP URI.
    pub user_entity: Cow<'a, str>,
    /// The endpoint's GUID.
    pub endpoint_entity: Cow<'a, str>,
    /// The medium's id.
    pub media_id: Cow<'a, str>,
}

borrowing!(ConferenceKeys { conf_entity, conference_id, is_static });
borrowing!(UserKeys { conf_entity, user_entity });
borrowing!(EndpointKeys { conf_entity, user_entity, endpoint_entity });
borrowing!(MediaKeys { conf_entity, user_entity, endpoint_entity, media_id });
