//! modifyConference: full replacement under optimistic versions.

use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::Reason;
use confsim_core::wire::conference_info::State;

use crate::stage::{ID, Stage, add, config, get, id_and_policy, modify, open, plain, uri};

#[test]
fn a_modification_replaces_everything_and_counts_up() {
    covers!(
        "PRO-2-2-1-1-h",
        "PRO-2-2-1-1-j",
        "PRO-2-2-2-2-b",
        "PRO-2-2-2-2-c",
        "PRO-2-2-3-2-a",
        "PRO-2-2-3-2-b",
        "PRO-2-2-3-2-c",
        "PRO-3-2-5-3-a",
        "PRO-3-2-5-3-b",
        "PRO-3-2-5-3-c",
        "EX-PRO-4-2-a",
        "PRO-2-2-3-4-q",
        "PRO-2-2-3-4-r",
        "PRO-2-2-1-2-x",
        "PRO-2-2-1-2-h",
    );
    let mut stage = Stage::new(config());
    let roaming = "<msci:organizer-roaming-data><x xmlns=\"urn:x\"/></msci:organizer-roaming-data>";
    let users = "<ci:users><ci:user entity=\"sip:bob@contoso.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles>\
                 </ci:user></ci:users>";
    stage.created(&add(&format!("<ci:subject>Lunch</ci:subject>{}{roaming}", open(ID)), users));
    stage.bench.pass(Duration::from_secs(60));
    let notes = "<msci:notification-data><y xmlns=\"urn:y\"/></msci:notification-data>";
    let description = format!("<ci:subject>Dinner</ci:subject>{}{notes}", id_and_policy(ID, "anonymous"));
    let told = stage.modified(&modify(1, &description, ""));
    assert_eq!((&*told.entity, told.state, told.version), (&*uri(ID), Some(State::Partial), Some(2)));

    let info = stage.found(ID);
    assert_eq!((&*info.entity, info.state, info.version), (&*uri(ID), Some(State::Full), Some(2)));
    assert_eq!(info.users, None);
    let description = info.description.expect("a description");
    assert_eq!(description.subject.as_deref(), Some("Dinner"));
    assert_eq!(description.admission_policy.as_deref(), Some("anonymous"));
    assert_eq!(description.last_update.as_deref(), Some("2007-01-01T00:01:00Z"));
    assert_eq!(description.organizer_roaming_data, None);
    assert!(description.notification_data.is_some());

    for version in 2..6 {
        assert_eq!(stage.modified(&modify(version, &open(ID), "")).version, Some(version + 1));
    }
    assert_eq!(stage.listed(false)[0].version, Some(6));
}

#[test]
fn of_two_who_saw_the_same_version_one_wins() {
    covers!("PRO-2-2-3-1-p", "PRO-2-2-1-1-k", "PRO-3-2-5-3-b", "PRO-2-2-2-2-c");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    // Without version it is 1.
    let first =
        modify(1, &format!("<ci:subject>first</ci:subject>{}", open(ID)), "").replace("version=\"1\"", "");
    stage.modified(&first);
    for version in [0, 1, 3] {
        let second = modify(version, &format!("<ci:subject>second</ci:subject>{}", open(ID)), "");
        assert_eq!(stage.refused(&second), (400, Reason::InvalidVersion));
    }
    assert_eq!(stage.refused(&first), (400, Reason::InvalidVersion));
    let info = stage.found(ID);
    assert_eq!(info.version, Some(2));
    assert_eq!(info.description.expect("one").subject.as_deref(), Some("first"));
}

#[test]
fn what_does_not_exist_is_not_modified() {
    covers!("PRO-2-2-3-2-d", "PRO-3-2-5-3-d");
    let mut stage = Stage::new(config());
    assert_eq!(stage.refused(&modify(1, &open(ID), "")), (404, Reason::ConferenceDoesNotExist));
    assert_eq!(stage.refused(&get(ID)), (404, Reason::ConferenceDoesNotExist));
    assert_eq!(stage.count(), 0);
}
