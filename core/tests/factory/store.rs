//! A change is answered when it is committed, and what was answered survives.

use confsim_core::covers;
use confsim_core::factory::{Event, StoreError};
use confsim_core::wire::cccp::Reason;

use crate::stage::{ID, Stage, add, config, delete, envelope, fixed, get, modify, open, plain};

#[test]
fn what_was_answered_survives_a_restart() {
    covers!("PRO-3-2-1-a");
    let mut stage = Stage::new(config());
    let users = "<ci:users><ci:user entity=\"sip:bob@contoso.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles>\
                 </ci:user></ci:users>";
    let data = "<msci:notification-data><n xmlns=\"urn:n\" a=\"&lt;\">\u{1F37D}</n></msci:notification-data>";
    stage.created(&add(&format!("<ci:subject>&amp;</ci:subject>{}{data}", open("ZZZZZZZZ")), users));
    stage.created(&plain(ID));
    stage.created(&fixed("BBBBBBBB"));
    stage.created(&plain("CCCCCCCC"));
    stage.modified(&modify(1, &open(ID), ""));
    stage.done(&delete("CCCCCCCC", ""));
    let look = |stage: &mut Stage| {
        let asked =
            [get("ZZZZZZZZ"), get(ID), get("BBBBBBBB"), get("CCCCCCCC"), envelope("<getConferences/>")];
        asked.map(|body| stage.ask(&body).body().to_owned())
    };
    let before = look(&mut stage);
    stage.restart();
    assert_eq!(look(&mut stage), before);
    // Versions go on, and so does the order of creation.
    assert_eq!(stage.refused(&modify(1, &open(ID), "")), (400, Reason::InvalidVersion));
    assert_eq!(stage.modified(&modify(2, &open(ID), "")).version, Some(3));
    stage.created(&plain("AAAAAAAA"));
    let ids: Vec<_> =
        stage.listed(false).into_iter().filter_map(|info| info.description?.conference_id).collect();
    assert_eq!(ids, ["ZZZZZZZZ", ID, "AAAAAAAA"]);
}

#[test]
fn a_change_that_is_not_committed_is_not_made() {
    covers!("PRO-2-2-3-1-aa", "PRO-2-2-3-3-f", "PRO-3-2-5-2-j", "PRO-3-2-5-4-e", "D-35");
    for error in [StoreError::Full, StoreError::Failed("a bad sector")] {
        for at_append in [true, false] {
            let mut stage = Stage::new(config());
            stage.created(&plain(ID));
            stage.bench.seen();
            let before = stage.ask(&get(ID)).body().to_owned();
            let records = stage.disk.lock().records.clone();
            if at_append {
                stage.disk.lock().append = Some(error.clone());
            } else {
                stage.disk.lock().commit = Some(error.clone());
            }
            for body in [plain("AAAAAAAA"), fixed("BBBBBBBB"), modify(1, &open(ID), ""), delete(ID, "")] {
                assert_eq!(stage.refused(&body), (500, Reason::OtherFailure));
                assert_eq!(stage.bench.seen(), [Event::StoreFailed { error: error.clone() }]);
                assert_eq!((stage.count(), stage.ask(&get(ID)).body()), (1, &*before));
            }
            assert_eq!(stage.disk.lock().records, records);
            // When the store is well again, the same request is done, once.
            stage.disk.lock().append = None;
            stage.disk.lock().commit = None;
            assert_eq!(stage.modified(&modify(1, &open(ID), "")).version, Some(2));
            stage.restart();
            assert_eq!((stage.count(), stage.found(ID).version), (1, Some(2)));
        }
    }
}

#[test]
fn a_torn_last_record_was_never_answered_for() {
    covers!("PRO-3-2-1-a");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    stage.modified(&modify(1, &open(ID), ""));
    let whole = stage.disk.lock().records.clone();
    let last = whole.last().expect("a record");
    for length in 0..last.len() {
        let mut records = whole.clone();
        records[1].truncate(length);
        stage.disk.lock().records = records;
        stage.restart();
        assert_eq!(stage.found(ID).version, Some(1), "{length} bytes");
    }
    // So is one with a byte that is not as it was.
    for place in 0..last.len() {
        let mut records = whole.clone();
        records[1][place] ^= 0x10;
        stage.disk.lock().records = records;
        stage.restart();
        assert_eq!(stage.found(ID).version, Some(1), "byte {place}");
    }
    // It does not stand in the way of what comes after it.
    stage.modified(&modify(1, &open(ID), "")).version.expect("a version");
    stage.created(&plain("AAAAAAAA"));
    stage.restart();
    assert_eq!((stage.count(), stage.found(ID).version), (2, Some(2)));
}

#[test]
fn a_torn_record_that_cannot_be_removed_stops_changes_and_nothing_else() {
    covers!("PRO-2-2-3-1-aa");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    stage.disk.lock().records.push(vec![1]);
    stage.disk.lock().append = Some(StoreError::Full);
    stage.restart();
    assert_eq!(stage.refused(&modify(1, &open(ID), "")), (500, Reason::OtherFailure));
    assert_eq!(stage.found(ID).version, Some(1));
}

/// Without its table a factory does not guess.
#[test]
fn a_factory_without_its_table_says_so() {
    covers!(
        "PRO-2-2-3-6-c",
        "PRO-2-2-3-7-c",
        "PRO-2-2-3-7-d",
        "PRO-2-2-3-8-e",
        "PRO-2-2-3-8-f",
        "PRO-2-2-3-8-i",
        "PRO-3-2-5-8-b",
        "PRO-3-2-5-9-b",
        "PRO-2-2-3-4-f",
        "PRO-2-2-3-4-g",
        "PRO-2-2-3-5-c",
        "PRO-2-2-3-5-d",
        "PRO-3-2-5-6-b",
        "PRO-3-2-5-5-e",
        "D-35"
    );
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    stage.created(&plain("AAAAAAAA"));
    stage.disk.lock().records[0][9] ^= 1;
    stage.restart();
    assert_eq!(stage.bench.seen(), [Event::StoreFailed { error: StoreError::Corrupt(0) }]);
    let queries =
        ["getConferences", "getEncryptionKey", "getAvailableMcuTypes", "getConferencingCapabilities"];
    let queries = queries.map(|command| envelope(&format!("<{command}/>")));
    for body in [plain("BBBBBBBB"), modify(1, &open(ID), ""), delete(ID, ""), get(ID)].iter().chain(&queries)
    {
        assert_eq!(stage.refused(body), (500, Reason::OtherFailure));
        assert!(!stage.ask(body).body().contains("capability-version"));
    }
    stage.disk.lock().records[0][9] ^= 1;
    stage.disk.lock().load = Some(StoreError::Failed("no medium"));
    stage.restart();
    assert_eq!(stage.refused(&queries[0]), (500, Reason::OtherFailure));
    stage.disk.lock().load = None;
    stage.restart();
    assert_eq!(stage.count(), 2);
}

#[test]
fn what_was_overtaken_is_dropped_some_time() {
    covers!("PRO-3-2-1-a");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    stage.created(&plain("AAAAAAAA"));
    for version in 1..1000 {
        stage.modified(&modify(version, &open(ID), ""));
    }
    let records = stage.disk.lock().records.len();
    let replaced = stage.disk.lock().replaced;
    assert!(records < 300 && (3..10).contains(&replaced), "{records} records, {replaced} times");
    stage.restart();
    assert_eq!((stage.count(), stage.found(ID).version), (2, Some(1000)));
    // A store that has no room for that goes on as it is.
    for version in 1000..1300 {
        stage.modified(&modify(version, &open(ID), ""));
    }
    assert_eq!(stage.found(ID).version, Some(1300));
}
