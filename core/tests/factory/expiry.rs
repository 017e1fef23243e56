//! The Conference Expiration Timer.

use confsim_core::covers;
use confsim_core::factory::{Config, Event, StoreError};
use confsim_core::node::{Deadline, Node as _, Output};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::Reason;

use crate::stage::{ID, Stage, add, config, modify, open, plain, uri};

const HOUR: u64 = 3600;

/// A conference that expires so many hours after the start.
fn lasting(id: &str, hours: u64) -> String {
    add(&description(id, hours), "")
}

fn description(id: &str, hours: u64) -> String {
    let (day, hour) = (1 + hours / 24, hours % 24);
    format!("{}<msci:expiry-time>2007-01-{day:02}T{hour:02}:00:00Z</msci:expiry-time>", open(id))
}

fn stage() -> Stage {
    Stage::new(Config { expiry_buffer: Duration::from_secs(6 * HOUR), ..config() })
}

#[test]
fn expired_conferences_go_after_a_while() {
    covers!("PRO-2-2-1-2-k", "PRO-3-2-2-a", "PRO-3-2-6-1-a", "PRO-2-2-3-5-e", "D-36");
    let mut stage = stage();
    stage.created(&lasting(ID, 10));
    stage.created(&lasting("AAAAAAAA", 40));
    stage.bench.seen();
    // At the very instant it has not expired; an hour later it is not told any more, but still there.
    stage.bench.pass(Duration::from_secs(10 * HOUR));
    assert_eq!(stage.listed(false).len(), 2);
    stage.bench.pass(Duration::from_secs(HOUR));
    assert_eq!(stage.listed(false).len(), 1);
    assert_eq!(stage.found(ID).version, Some(1));
    // When the buffer is over it goes, and the next look of the timer is an hour later.
    stage.bench.pass(Duration::from_secs(5 * HOUR));
    assert_eq!(stage.count(), 2);
    stage.bench.pass(Duration::from_secs(HOUR));
    assert_eq!(stage.count(), 1);
    assert_eq!(stage.bench.seen(), [Event::Expired { conference: uri(ID).into() }]);
    assert!(matches!(
        stage.bench.node.poll(),
        Output::Wait(Some(Deadline { timer: "conference expiration", .. }))
    ));
    // It is gone for good, and its id is free.
    stage.restart();
    assert_eq!(stage.count(), 1);
    stage.created(&lasting(ID, 30));
}

/// It has to last beyond the present second.
#[test]
fn the_present_is_no_time_to_expire_at() {
    covers!("PRO-2-2-1-2-l");
    let mut stage = stage();
    stage.bench.pass(Duration::from_secs(10 * HOUR));
    assert_eq!(stage.refused(&lasting(ID, 10)), (400, Reason::InvalidExpiryTime));
    stage.created(&lasting(ID, 11));
}

#[test]
fn an_expired_conference_can_be_prolonged_until_then() {
    covers!("PRO-2-2-1-2-k", "PRO-3-2-6-1-a");
    let mut stage = stage();
    stage.created(&lasting(ID, 10));
    stage.bench.pass(Duration::from_secs(15 * HOUR));
    stage.modified(&modify(1, &description(ID, 100), ""));
    stage.bench.pass(Duration::from_secs(50 * HOUR));
    assert_eq!(stage.listed(false).len(), 1);
}

#[test]
fn without_expiry_time_there_is_a_default() {
    covers!("PRO-2-2-1-2-k", "PRO-2-2-1-2-l", "D-36");
    let mut stage = Stage::new(Config { lifetime: Duration::from_secs(48 * HOUR), ..config() });
    let created = stage.created(&plain(ID)).description.expect("a description");
    assert_eq!(created.expiry_time.as_deref(), Some("2007-01-03T00:00:00Z"));
    stage.bench.pass(Duration::from_secs((48 + 24 + 2) * HOUR));
    assert_eq!(stage.count(), 0);
}

#[test]
fn what_the_store_keeps_is_tried_again() {
    covers!("PRO-3-2-6-1-a");
    let mut stage = stage();
    stage.created(&lasting(ID, 1));
    stage.disk.lock().commit = Some(StoreError::Failed("worn out"));
    stage.bench.pass(Duration::from_secs(9 * HOUR));
    assert_eq!(stage.count(), 1);
    stage.disk.lock().commit = None;
    stage.bench.pass(Duration::from_secs(HOUR));
    assert_eq!(stage.count(), 0);
}
