//! From the roster document to what a user sees of it.

use super::api::{EndpointView, RosterView, UserView};
use crate::wire::conference_info::{ConferenceInfo, Endpoint, User};

/// Who is in the conference.
pub(super) fn view(document: &ConferenceInfo<'_>) -> RosterView {
    let users = document.users.iter().flat_map(|users| &users.users);
    users.map(|found| (found.entity.to_string(), user(found))).collect()
}

fn user(user: &User<'_>) -> UserView {
    UserView {
        display_name: user.display_text.as_deref().map(str::to_owned),
        role: user.roles.first().map(|role| role.as_str().to_owned()).unwrap_or_default(),
        endpoints: user.endpoints.iter().map(|found| (found.entity.to_string(), endpoint(found))).collect(),
    }
}

fn endpoint(endpoint: &Endpoint<'_>) -> EndpointView {
    let formats =
        endpoint.capabilities.as_ref().and_then(|found| found.im.as_ref()?.supported_im_formats.as_deref());
    EndpointView {
        session: endpoint.session_type.as_deref().unwrap_or_default().to_owned(),
        status: endpoint.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        formats: formats.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
    }
}

/// Whether a user has an IM session.
pub(super) fn has_chat(user: Option<&User<'_>>) -> bool {
    let endpoints = user.map_or(&[][..], |user| &user.endpoints);
    endpoints.iter().any(|endpoint| endpoint.session_type.as_deref() == Some("chat"))
}

/// The URI of the conference's IM MCU: the entry of conf-uris with purpose `chat`.
pub(super) fn chat_uri<'a>(document: &'a ConferenceInfo<'_>) -> Option<&'a str> {
    let uris = document.description.as_ref()?.conf_uris.as_ref()?;
    uris.entries.iter().find(|entry| entry.purpose.as_deref() == Some("chat")).map(|entry| &*entry.uri)
}
