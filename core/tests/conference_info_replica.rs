//! A subscriber's copy of the roster, driven by printed and invented notifications.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use confsim_core::wire::conference_info::{
    self, Applied, ConferenceInfo, ConferenceView, Endpoint, EndpointStatus, EntityState, EntityView, Media,
    MediaStatus, Replica, Resync, Role, State, User, Users,
};
use proptest::prelude::*;

fn printed(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages/xml").join(name)).unwrap()
}

fn apply(replica: &mut Replica, bytes: &[u8]) -> Result<Applied, Resync> {
    replica.apply(&conference_info::read(bytes).unwrap())
}

/// A notification that holds users.
fn roster(state: State, version: Option<u32>, users: Vec<User<'static>>) -> ConferenceInfo<'static> {
    let users = Users { state: Some(state), users, ..Users::default() };
    ConferenceInfo {
        entity: "sip:c".into(),
        state: Some(state),
        version,
        users: Some(users),
        ..ConferenceInfo::default()
    }
}

fn user(entity: &'static str, state: State) -> User<'static> {
    User { entity: entity.into(), state: Some(state), ..User::default() }
}

fn entities(replica: &Replica) -> Vec<&str> {
    replica.users().iter().map(|user| &*user.entity).collect()
}

/// A copy at version 7 that holds alice and bob.
fn replica() -> Replica {
    let mut replica = Replica::new();
    let full = roster(State::Full, Some(7), vec![user("bob", State::Full), user("alice", State::Full)]);
    assert_eq!(replica.apply(&full), Ok(Applied::Replaced));
    replica
}

/// Whoever is new is new, even if his document says that it changes him.
#[test]
fn a_change_of_somebody_unknown_adds_him() {
    let mut replica = replica();
    let change = roster(State::Partial, Some(8), vec![user("carol", State::Partial)]);
    assert_eq!(replica.apply(&change), Ok(Applied::Merged));
    assert_eq!(entities(&replica), ["alice", "bob", "carol"]);
}

/// MS-CONFIM 4.1.1: Carol subscribes and gets her own second endpoint with the next notification.
#[test]
fn the_printed_join_adds_an_endpoint() {
    let mut carol = Replica::new();
    assert_eq!(apply(&mut carol, &printed("im-4.1.1-15-BENOTIFY-focus-carol.xml")), Err(Resync::NoBase));
    assert_eq!(apply(&mut carol, &printed("im-4.1.1-09-200-focus-carol.xml")), Ok(Applied::Replaced));
    assert_eq!(entities(&carol), ["sip:alice@contoso.com", "sip:bob@contoso.com", "sip:carol@contoso.com"]);
    assert_eq!(carol.user("sip:carol@contoso.com").unwrap().endpoints.len(), 1);
    assert_eq!(apply(&mut carol, &printed("im-4.1.1-15-BENOTIFY-focus-carol.xml")), Ok(Applied::Merged));
    assert_eq!(carol.version(), Some(9));
    assert_eq!(carol.user("sip:carol@contoso.com").unwrap().endpoints.len(), 2);
    assert_eq!(carol.user("sip:bob@contoso.com").unwrap().endpoints.len(), 2);
    let view = carol.document().unwrap().conference_view.as_ref().unwrap();
    assert_eq!(view.entity_views.len(), 4);
}

/// MS-CONFIM 4.3.2: a user who leaves is first without focus endpoint, then gone.
#[test]
fn the_printed_leave_removes_the_user() {
    let first = printed("im-4.3.2-07-BENOTIFY-focus-alice.xml");
    let second = printed("im-4.3.2-09-BENOTIFY-focus-alice.xml");
    let info = conference_info::read(&first).unwrap();
    let mut alice = Replica::new();
    let mut full = roster(State::Full, Some(info.version.unwrap() - 1), vec![user("sip:x@y", State::Full)]);
    full.entity = info.entity.clone().into_owned().into();
    assert_eq!(alice.apply(&full), Ok(Applied::Replaced));
    assert_eq!(apply(&mut alice, &second), Err(Resync::Gap { known: 9, received: 11 }));
    assert_eq!(apply(&mut alice, &first), Ok(Applied::Merged));
    assert_eq!(alice.user("sip:carol@contoso.com").unwrap().endpoints.len(), 1);
    assert_eq!(apply(&mut alice, &first), Ok(Applied::Stale));
    assert_eq!(apply(&mut alice, &second), Ok(Applied::Merged));
    assert_eq!(entities(&alice), ["sip:x@y"]);
}

#[test]
fn versions_decide() {
    let mut copy = replica();
    let before = copy.document().cloned();
    let partial = |version| roster(State::Partial, version, vec![user("carol", State::Full)]);
    assert_eq!(copy.apply(&partial(Some(7))), Ok(Applied::Stale));
    assert_eq!(copy.apply(&partial(Some(9))), Err(Resync::Gap { known: 7, received: 9 }));
    assert_eq!(copy.apply(&partial(None)), Err(Resync::Unversioned));
    assert_eq!(copy.apply(&roster(State::Full, Some(6), vec![])), Ok(Applied::Stale));
    let other = ConferenceInfo { entity: "sip:d".into(), ..partial(Some(8)) };
    assert_eq!(copy.apply(&other), Err(Resync::OtherConference));
    assert_eq!(copy.document().cloned(), before);

    assert_eq!(copy.apply(&partial(Some(8))), Ok(Applied::Merged));
    assert_eq!((copy.version(), entities(&copy)), (Some(8), vec!["alice", "bob", "carol"]));
    assert_eq!(copy.apply(&roster(State::Full, Some(8), vec![])), Ok(Applied::Replaced));
    assert_eq!(copy.users(), []);
    assert_eq!(copy.apply(&roster(State::Full, Some(20), vec![])), Ok(Applied::Replaced));
    assert_eq!(copy.apply(&roster(State::Deleted, Some(19), vec![])), Ok(Applied::Stale));
    assert_eq!(copy.apply(&roster(State::Deleted, Some(21), vec![])), Ok(Applied::Deleted));
    assert!(copy.document().is_none());
    assert_eq!(copy.apply(&partial(Some(22))), Err(Resync::NoBase));
}

/// D-13: what a subscriber may not see arrives as an empty partial document.
#[test]
fn an_empty_partial_document_only_moves_the_version() {
    let mut copy = replica();
    let before = copy.document().cloned().unwrap();
    let empty = ConferenceInfo {
        entity: "sip:c".into(),
        state: Some(State::Partial),
        version: Some(8),
        ..ConferenceInfo::default()
    };
    assert_eq!(copy.apply(&empty), Ok(Applied::Merged));
    assert_eq!(copy.document(), Some(&ConferenceInfo { version: Some(8), ..before }));
}

#[test]
fn partial_elements_change_only_what_they_name() {
    let endpoint = |entity: &'static str, status| Endpoint {
        entity: entity.into(),
        status: Some(status),
        session_type: Some("chat".into()),
        ..Endpoint::default()
    };
    let mut copy = Replica::new();
    let mut alice = user("alice", State::Full);
    alice.roles = vec![Role::Presenter];
    alice.display_text = Some("Alice".into());
    alice.endpoints =
        vec![endpoint("1", EndpointStatus::Connected), endpoint("2", EndpointStatus::Connected)];
    copy.apply(&roster(State::Full, Some(1), vec![alice])).unwrap();

    let mut change = user("alice", State::Partial);
    change.roles = vec![Role::Attendee];
    change.endpoints = vec![
        Endpoint { state: Some(State::Deleted), entity: "2".into(), ..Endpoint::default() },
        Endpoint {
            state: Some(State::Partial),
            entity: "1".into(),
            media: vec![Media { id: "m".into(), status: Some(MediaStatus::Inactive), ..Media::default() }],
            ..Endpoint::default()
        },
        endpoint("3", EndpointStatus::OnHold),
    ];
    copy.apply(&roster(State::Partial, Some(2), vec![change])).unwrap();

    let alice = copy.user("alice").unwrap();
    assert_eq!(
        (alice.display_text.as_deref(), alice.roles.as_slice()),
        (Some("Alice"), &[Role::Attendee][..])
    );
    let kept: Vec<_> = alice.endpoints.iter().map(|it| (&*it.entity, it.status, it.media.len())).collect();
    let expected = [("1", Some(EndpointStatus::Connected), 1), ("3", Some(EndpointStatus::OnHold), 0)];
    assert_eq!(kept, expected);
    assert_eq!(alice.endpoints[0].session_type.as_deref(), Some("chat"));
}

#[test]
fn the_view_of_an_mcu_is_replaced_or_changed_by_its_uri() {
    let view = |entity: &'static str, state, locked| EntityView {
        entity: entity.into(),
        state: Some(state),
        entity_state: Some(EntityState { locked: Some(locked), ..EntityState::default() }),
        ..EntityView::default()
    };
    let document = |version, state, entity_views| ConferenceInfo {
        conference_view: Some(ConferenceView { state: Some(state), entity_views, extensions: Vec::new() }),
        users: None,
        ..roster(state, Some(version), vec![])
    };
    let mut copy = Replica::new();
    let views = vec![view("focus", State::Full, false), view("chat", State::Full, false)];
    copy.apply(&document(1, State::Full, views)).unwrap();
    let views = vec![view("chat", State::Full, true), view("meeting", State::Partial, false)];
    copy.apply(&document(2, State::Partial, views)).unwrap();
    copy.apply(&document(3, State::Partial, vec![view("focus", State::Deleted, false)])).unwrap();

    let views = &copy.document().unwrap().conference_view.as_ref().unwrap().entity_views;
    let locked: Vec<_> =
        views.iter().map(|view| (&*view.entity, view.entity_state.as_ref().unwrap().locked)).collect();
    assert_eq!(locked, [("chat", Some(true)), ("meeting", Some(false))]);
    assert!(views.iter().all(|view| view.state == Some(State::Full)), "a copy is whole: {views:?}");
}

/// A roster as a test knows it: entity to display name.
type Roster = BTreeMap<String, u8>;

fn full_user((entity, name): (&String, &u8)) -> User<'static> {
    User {
        entity: entity.clone().into(),
        state: Some(State::Full),
        display_text: Some(name.to_string().into()),
        ..User::default()
    }
}

proptest! {
    /// Deltas between rosters lead to what a full document says, bytes in between.
    #[test]
    fn deltas_lead_where_full_documents_do(rosters in proptest::collection::vec(
        proptest::collection::btree_map("[a-f]", any::<u8>(), 0..6), 1..8,
    )) {
        let mut rosters = rosters.into_iter().zip(1..);
        let (mut known, version): (Roster, u32) = rosters.next().unwrap();
        let first = roster(State::Full, Some(version), known.iter().rev().map(full_user).collect());
        let mut copy = Replica::new();
        prop_assert_eq!(apply(&mut copy, &conference_info::write(&first)), Ok(Applied::Replaced));
        for (next, version) in rosters {
            let gone = known.keys().filter(|entity| !next.contains_key(*entity));
            let gone = gone.map(|entity| User {
                entity: entity.clone().into(),
                state: Some(State::Deleted),
                ..User::default()
            });
            let changed = next.iter().filter(|(entity, name)| known.get(*entity) != Some(*name));
            let users = changed.rev().map(full_user).chain(gone).collect();
            let delta = roster(State::Partial, Some(version), users);
            prop_assert_eq!(apply(&mut copy, &conference_info::write(&delta)), Ok(Applied::Merged));
            let full = roster(State::Full, Some(version), next.iter().map(full_user).collect());
            prop_assert_eq!(copy.document(), Some(&full));
            known = next;
        }
    }
}
