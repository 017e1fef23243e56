//! From the roster document to what a user sees of it.

use std::sync::Arc;

use super::api::{EndpointView, RosterView, UserView};
use crate::wire::conference_info::{ConferenceInfo, Endpoint, Replica, State, User};

/// Who is in the conference.
pub(super) fn view(document: &ConferenceInfo<'_>) -> RosterView {
    let users = document.users.iter().flat_map(|users| &users.users);
    users.map(|found| (Arc::from(&*found.entity), Arc::new(user(found)))).collect()
}

/// Who is in the conference after `news` has been applied to `replica`; `before` is who was before. What the news
/// does not tell of is taken over: in a large conference each version changes one user of many.
pub(super) fn next_view(before: &RosterView, news: &ConferenceInfo<'_>, replica: &Replica) -> RosterView {
    if !piecemeal(news) {
        return replica.document().map(view).unwrap_or_default();
    }
    let mut next = before.clone();
    for told in news.users.iter().flat_map(|users| &users.users) {
        match replica.user(&told.entity) {
            Some(found) => next.insert(Arc::from(&*found.entity), Arc::new(user(found))),
            None => next.remove(&told.entity),
        }
    }
    next
}

/// Whether `news` may change what is known of `user`.
pub(super) fn tells_of(news: &ConferenceInfo<'_>, user: &str) -> bool {
    !piecemeal(news) || news.users.iter().flat_map(|users| &users.users).any(|told| told.entity == user)
}

/// Whether `news` leaves all users as they are but for those it names.
fn piecemeal(news: &ConferenceInfo<'_>) -> bool {
    let partial = |state: Option<State>| state.unwrap_or_default() == State::Partial;
    partial(news.state) && news.users.as_ref().is_none_or(|users| partial(users.state))
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
