//! A subscriber's copy of the conference, kept up to date from notifications.

use super::{ConferenceInfo, ConferenceView, Endpoint, EntityView, State, User, Users};

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was full, and is now the copy.
    Replaced,
    /// It was the next partial one, and is merged in.
    Merged,
    /// It was not newer than the copy, and changed nothing.
    Stale,
    /// The conference is gone, and the copy with it.
    Deleted,
}

/// Why a notification cannot be applied; the copy stays as it is. Only a full document helps: refresh the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Resync {
    /// A partial document before any full one.
    #[error("partial document without a full one before it")]
    NoBase,
    /// One or more versions were missed.
    #[error("version {received} follows version {known}")]
    Gap {
        /// The version of the copy.
        known: u32,
        /// The version of the notification.
        received: u32,
    },
    /// A partial document without version.
    #[error("partial document without version")]
    Unversioned,
    /// A document about some other conference.
    #[error("document of another conference")]
    OtherConference,
}

/// A subscriber's copy of the conference (RFC 4575 section 4.6).
///
/// `full` replaces an element, `deleted` removes it, `partial` changes only the children it names: users, endpoints and
/// MCUs one by one, everything else as a whole. The copy holds users in the order of their URIs, and is full throughout.
#[derive(Debug, Clone, Default)]
pub struct Replica {
    document: Option<ConferenceInfo<'static>>,
}

impl Replica {
    /// A copy that knows nothing yet. Every subscription dialog starts a new one (D-12).
    pub fn new() -> Self {
        Self::default()
    }

    /// The conference as it is known, in full state.
    pub const fn document(&self) -> Option<&ConferenceInfo<'static>> {
        self.document.as_ref()
    }

    /// The version of the copy.
    pub fn version(&self) -> Option<u32> {
        self.document.as_ref().and_then(|document| document.version)
    }

    /// The users as they are known, in the order of their URIs.
    pub fn users(&self) -> &[User<'static>] {
        let users = self.document.as_ref().and_then(|document| document.users.as_ref());
        users.map_or(&[], |users| users.users.as_slice())
    }

    /// A user as he is known.
    pub fn user(&self, entity: &str) -> Option<&User<'static>> {
        let users = self.users();
        find_user(users, entity).ok().and_then(|index| users.get(index))
    }

    /// Applies a notification.
    pub fn apply(&mut self, notification: &ConferenceInfo<'_>) -> Result<Applied, Resync> {
        if self.document.as_ref().is_some_and(|known| known.entity != notification.entity) {
            return Err(Resync::OtherConference);
        }
        match notification.state.unwrap_or_default() {
            State::Full if older(notification.version, self.version()) => Ok(Applied::Stale),
            State::Full => {
                self.document = Some(settled(notification));
                Ok(Applied::Replaced)
            }
            State::Partial => self.merge(notification),
            State::Deleted if older(notification.version, self.version()) => Ok(Applied::Stale),
            State::Deleted => {
                self.document = None;
                Ok(Applied::Deleted)
            }
        }
    }

    fn merge(&mut self, notification: &ConferenceInfo<'_>) -> Result<Applied, Resync> {
        let Some(document) = &mut self.document else { return Err(Resync::NoBase) };
        let Some(received) = notification.version else { return Err(Resync::Unversioned) };
        if let Some(known) = document.version {
            if received <= known {
                return Ok(Applied::Stale);
            }
            if received - known > 1 {
                return Err(Resync::Gap { known, received });
            }
        }
        document.version = Some(received);
        merge_document(document, notification.clone().into_owned());
        Ok(Applied::Merged)
    }
}

/// Whether a document with the version `received` is older than the copy.
fn older(received: Option<u32>, known: Option<u32>) -> bool {
    matches!((received, known), (Some(received), Some(known)) if received < known)
}

/// A full document as the copy holds it.
fn settled(document: &ConferenceInfo<'_>) -> ConferenceInfo<'static> {
    let mut document = document.clone().into_owned();
    document.state = Some(State::Full);
    if let Some(users) = document.users.take() {
        let mut copy = Users::default();
        merge_users(&mut copy, users);
        document.users = Some(copy);
    }
    if let Some(view) = document.conference_view.take() {
        let mut copy = ConferenceView::default();
        merge_view(&mut copy, view);
        document.conference_view = Some(copy);
    }
    document
}

fn merge_document(copy: &mut ConferenceInfo<'static>, change: ConferenceInfo<'static>) {
    replace(&mut copy.is_static, change.is_static);
    replace(&mut copy.description, change.description);
    replace(&mut copy.conference_state, change.conference_state);
    replace_list(&mut copy.extensions, change.extensions);
    if let Some(users) = change.users {
        merge_users(copy.users.get_or_insert_default(), users);
    }
    match change.conference_view {
        Some(view) if view.state == Some(State::Deleted) => copy.conference_view = None,
        Some(view) => merge_view(copy.conference_view.get_or_insert_default(), view),
        None => {}
    }
}

fn merge_users(copy: &mut Users<'static>, change: Users<'static>) {
    let state = change.state.unwrap_or_default();
    if state != State::Partial {
        *copy = Users::default();
    }
    copy.state = Some(State::Full);
    if state == State::Deleted {
        return;
    }
    replace_list(&mut copy.extensions, change.extensions);
    let leave = change.users.iter().any(|user| user.state == Some(State::Deleted));
    let mut added = Vec::new();
    for user in change.users {
        let known = find_user(&copy.users, &user.entity);
        match (known.ok().and_then(|index| copy.users.get_mut(index)), user.state) {
            (Some(known), Some(State::Deleted)) => known.state = user.state,
            (None, Some(State::Deleted)) if added.is_empty() => {}
            (None, Some(State::Deleted)) => added.push(user),
            (Some(known), _) => merge_user(known, user),
            (None, _) => {
                let mut known = User { entity: user.entity.clone(), ..User::default() };
                merge_user(&mut known, user);
                added.push(known);
            }
        }
    }
    add_users(&mut copy.users, added);
    if leave {
        copy.users.retain(|user| user.state != Some(State::Deleted));
    }
}

/// Adds users that are not in the list, and keeps its order. Of two with one URI the later counts.
fn add_users(users: &mut Vec<User<'static>>, mut added: Vec<User<'static>>) {
    if added.len() <= 1 {
        let Some(user) = added.pop() else { return };
        let index = find_user(users, &user.entity).unwrap_or_else(|index| index);
        users.insert(index, user);
        return;
    }
    users.append(&mut added);
    users.sort_by(|one, other| one.entity.cmp(&other.entity));
    users.dedup_by(|later, earlier| {
        let same = later.entity == earlier.entity;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
}

fn find_user(users: &[User<'_>], entity: &str) -> Result<usize, usize> {
    users.binary_search_by(|user| (*user.entity).cmp(entity))
}

fn merge_user(copy: &mut User<'static>, change: User<'static>) {
    if change.state != Some(State::Partial) {
        *copy = User { entity: change.entity, ..User::default() };
    }
    copy.state = Some(State::Full);
    replace(&mut copy.display_text, change.display_text);
    replace_list(&mut copy.roles, change.roles);
    replace(&mut copy.languages, change.languages);
    replace(&mut copy.cascaded_focus, change.cascaded_focus);
    replace(&mut copy.client_info, change.client_info);
    replace_list(&mut copy.extensions, change.extensions);
    for endpoint in change.endpoints {
        let known = copy.endpoints.iter().position(|known| known.entity == endpoint.entity);
        match (known.and_then(|index| copy.endpoints.get_mut(index)), endpoint.state) {
            (_, Some(State::Deleted)) => copy.endpoints.retain(|known| known.entity != endpoint.entity),
            (Some(known), Some(State::Partial)) => merge_endpoint(known, endpoint),
            (Some(known), _) => *known = Endpoint { state: None, ..endpoint },
            (None, _) => copy.endpoints.push(Endpoint { state: None, ..endpoint }),
        }
    }
}

fn merge_endpoint(copy: &mut Endpoint<'static>, change: Endpoint<'static>) {
    replace(&mut copy.session_type, change.session_type);
    replace(&mut copy.epid, change.epid);
    replace(&mut copy.endpoint_uri, change.endpoint_uri);
    replace(&mut copy.refer_to_uri, change.refer_to_uri);
    replace(&mut copy.display_text, change.display_text);
    replace(&mut copy.referred, change.referred);
    replace(&mut copy.status, change.status);
    replace(&mut copy.joining_method, change.joining_method);
    replace(&mut copy.joining_info, change.joining_info);
    replace(&mut copy.disconnection_method, change.disconnection_method);
    replace(&mut copy.disconnection_info, change.disconnection_info);
    replace(&mut copy.capabilities, change.capabilities);
    replace(&mut copy.client_info, change.client_info);
    replace_list(&mut copy.extensions, change.extensions);
    for media in change.media {
        match copy.media.iter_mut().find(|known| known.id == media.id) {
            Some(known) => *known = media,
            None => copy.media.push(media),
        }
    }
}

fn merge_view(copy: &mut ConferenceView<'static>, change: ConferenceView<'static>) {
    if change.state != Some(State::Partial) {
        *copy = ConferenceView::default();
    }
    copy.state = Some(State::Full);
    replace_list(&mut copy.extensions, change.extensions);
    for view in change.entity_views {
        let known = copy.entity_views.iter().position(|known| known.entity == view.entity);
        match (known.and_then(|index| copy.entity_views.get_mut(index)), view.state) {
            (_, Some(State::Deleted)) => copy.entity_views.retain(|known| known.entity != view.entity),
            (Some(known), Some(State::Partial)) => merge_entity_view(known, view),
            (Some(known), _) => *known = EntityView { state: Some(State::Full), ..view },
            (None, _) => copy.entity_views.push(EntityView { state: Some(State::Full), ..view }),
        }
    }
}

fn merge_entity_view(copy: &mut EntityView<'static>, change: EntityView<'static>) {
    replace(&mut copy.capabilities, change.capabilities);
    replace(&mut copy.entity_state, change.entity_state);
    replace(&mut copy.settings, change.settings);
    replace_list(&mut copy.extensions, change.extensions);
}

fn replace<T>(copy: &mut Option<T>, change: Option<T>) {
    if change.is_some() {
        *copy = change;
    }
}

fn replace_list<T>(copy: &mut Vec<T>, change: Vec<T>) {
    if !change.is_empty() {
        *copy = change;
    }
}
