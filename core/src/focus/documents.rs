//! What notifications and answers show of a conference (EX-IM-4-1-1-r to -x, EX-IM-4-3-1-j).

use std::borrow::Cow;

use super::conference::Conference;
use super::roster::{Change, Subject, View};
use crate::wire::conference_info::{
    ConferenceInfo, ConferenceUri, ConferenceUris, ConferenceView, Description, EntityState, EntityView,
    MediaEntry, MediaStatus, State, User, Users,
};

/// Everything that `viewer` may see, at the current version.
pub(super) fn full<'a>(conference: &'a Conference, viewer: &str, view: View) -> ConferenceInfo<'a> {
    let shown = conference.roster.members().filter(|(key, member)| match view {
        View::Everyone => true,
        View::Admitted => !member.held,
        View::Oneself => *key == viewer,
    });
    let inside = view != View::Oneself;
    ConferenceInfo {
        entity: Cow::Borrowed(&conference.addresses.focus),
        state: Some(State::Full),
        version: Some(conference.roster.version()),
        description: Some(Box::new(description(conference, inside))),
        users: Some(Users {
            state: Some(State::Full),
            users: shown.map(|(_, member)| published(&member.user)).collect(),
            ..Users::default()
        }),
        conference_view: inside.then(|| conference_view(conference)),
        ..ConferenceInfo::default()
    }
}

/// One change, for somebody who may see it.
pub(super) fn delta<'a>(conference: &'a Conference, change: &'a Change) -> ConferenceInfo<'a> {
    let mut info = blank(conference);
    match &change.subject {
        Subject::User(key) => {
            let user = match conference.roster.member(key) {
                Some(member) => published(&member.user),
                None => User {
                    entity: Cow::Borrowed(change.gone.as_deref().unwrap_or(key)),
                    state: Some(State::Deleted),
                    ..User::default()
                },
            };
            info.users = Some(Users { state: Some(State::Partial), users: vec![user], ..Users::default() });
        }
        Subject::Lock => {
            let lockable = conference.mcu_types.iter().filter(|kind| has_lock(kind));
            let views = lockable.map(|kind| entity_view(conference, kind));
            info.conference_view = Some(ConferenceView {
                state: Some(State::Partial),
                entity_views: std::iter::once(focus_view(conference)).chain(views).collect(),
                ..ConferenceView::default()
            });
        }
    }
    info
}

/// One change, for somebody who may not see it: the version alone (D-13).
pub(super) fn blank(conference: &Conference) -> ConferenceInfo<'_> {
    ConferenceInfo {
        entity: Cow::Borrowed(&conference.addresses.focus),
        state: Some(State::Partial),
        version: Some(conference.roster.version()),
        ..ConferenceInfo::default()
    }
}

/// Everything that `viewer` may see, with what only those get who ask for it (EX-BAS-4-4-7-b, facts 2.8).
pub(super) fn on_request<'a>(conference: &'a Conference, viewer: &str, view: View) -> ConferenceInfo<'a> {
    let mut info = full(conference, viewer, view);
    if let Some(description) = info.description.as_deref_mut() {
        description.admission_policy = Some(Cow::Borrowed(conference.admission.policy()));
        description.notification_data.clone_from(&conference.description.notification_data);
    }
    info
}

/// A user with all his endpoints: deltas and full documents show him alike (EX-IM-4-1-1-r).
fn published<'a>(user: &User<'a>) -> User<'a> {
    User { state: Some(State::Full), ..user.clone() }
}

/// Those in the lobby get no URIs and no numbers to call (D-14).
fn description(conference: &Conference, inside: bool) -> Description<'_> {
    let chat = ConferenceUri {
        uri: Cow::Borrowed(&conference.addresses.chat),
        display_text: Some(Cow::Borrowed("chat")),
        purpose: Some(Cow::Borrowed("chat")),
        ..ConferenceUri::default()
    };
    let provisioned = &conference.description;
    Description {
        subject: provisioned.subject.clone(),
        conf_uris: inside.then(|| ConferenceUris { state: None, entries: vec![chat] }),
        join_url: provisioned.join_url.clone().filter(|_| inside),
        pstn_access: provisioned.pstn_access.clone().filter(|_| inside),
        ..Description::default()
    }
}

/// The focus and the MCUs: focus first, then by type, as printed (EX-IM-4-1-1-v).
fn conference_view(conference: &Conference) -> ConferenceView<'_> {
    let views = conference.mcu_types.iter().map(|kind| entity_view(conference, kind));
    ConferenceView {
        state: Some(State::Full),
        entity_views: std::iter::once(focus_view(conference)).chain(views).collect(),
        ..ConferenceView::default()
    }
}

fn focus_view(conference: &Conference) -> EntityView<'_> {
    let locked = Some(conference.admission.is_locked());
    view(Cow::Borrowed(&conference.addresses.focus), EntityState { locked, ..EntityState::default() })
}

fn entity_view<'a>(conference: &'a Conference, kind: &'a str) -> EntityView<'a> {
    let locked = has_lock(kind).then(|| conference.admission.is_locked());
    view(
        Cow::Owned(conference.addresses.of_type(kind)),
        EntityState { locked, media: media(kind), ..EntityState::default() },
    )
}

fn view<'a>(entity: Cow<'a, str>, state: EntityState<'a>) -> EntityView<'a> {
    EntityView { entity, state: Some(State::Full), entity_state: Some(state), ..EntityView::default() }
}

/// Audio and video have no lock in the documents (MS-CONFBAS facts 2.6).
fn has_lock(kind: &str) -> bool {
    kind != AUDIO_VIDEO
}

const AUDIO_VIDEO: &str = "audio-video";

/// The media of an MCU by its type (EX-IM-4-1-1-x).
fn media(kind: &str) -> Vec<MediaEntry<'_>> {
    let entry = |label, kind, status| MediaEntry {
        label: Cow::Borrowed(label),
        kind: Cow::Borrowed(kind),
        status,
        ..MediaEntry::default()
    };
    let both = Some(MediaStatus::SendRecv);
    if kind != AUDIO_VIDEO {
        return vec![entry(kind, kind, None)];
    }
    vec![
        entry("main-audio", "audio", both),
        entry("main-video", "video", both),
        entry("panoramic-video", "panoramic-video", both),
    ]
}
