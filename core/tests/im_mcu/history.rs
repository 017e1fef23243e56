//! The first 40 seconds. The conference is created at second 1, so that they end at second 41.

use crate::stage::{LEGACY, MODERN, Stage, briefs, gruu};
use confsim_core::covers;
use confsim_core::wire::sip::Name;

const END: u64 = 41_000_000;

#[test]
fn who_is_connected_a_microsecond_before_the_end_hears_everything() {
    covers!(
        "IM-3-1-3-5-2-d",
        "IM-3-1-3-5-2-e",
        "IM-3-3-2-1-f",
        "IM-3-3-2-1-g",
        "IM-3-3-2-2-a",
        "IM-3-3-2-2-b",
        "IM-3-3-2-5-1-i",
        "D-23"
    );
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.say(&mut alice, "one");
    let mut bob = stage.join("Bob", MODERN);
    assert_eq!(stage.dump("recorded messages"), 1);
    let two = stage.say(&mut bob, "two");
    stage.answer(&two[1], "200 OK");
    stage.until(END / 2);
    let mut carol = stage.ring("Carol", LEGACY);
    stage.until(END - 1);
    stage.sends.clear();
    stage.ack(&mut carol);
    let replayed = stage.sends.clone();
    assert_eq!(briefs(&replayed), ["MESSAGE carol", "MESSAGE carol"]);
    let ids: Vec<_> = replayed.iter().map(|sent| sent.header(Name::MessageId)).collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!((replayed[0].text(), replayed[1].text()), ("Alice: one", "Bob: two"));
    assert!(replayed[0].header(Name::MsSender).contains(&gruu("Alice")));
    // They belong to no report.
    stage.answer(&replayed[0], "500 Server Internal Error");
    assert!(stage.answer(&replayed[1], "200 OK").is_empty());
}

#[test]
fn at_the_very_end_it_is_gone() {
    covers!("IM-3-3-2-1-h", "IM-3-3-2-2-c", "IM-3-3-2-6-1-a", "IM-3-3-2-6-1-b", "D-6", "D-23");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.say(&mut alice, "one");
    stage.until(END / 2);
    let mut carol = stage.ring("Carol", MODERN);
    stage.until(END);
    stage.sends.clear();
    stage.ack(&mut carol);
    assert!(stage.sends.is_empty());
    assert_eq!(stage.dump("recorded messages"), 0);
    stage.say(&mut alice, "two");
    assert_eq!(stage.dump("recorded messages"), 0);
}

#[test]
fn nobody_hears_himself_unless_he_comes_again() {
    covers!("D-23");
    let mut stage = Stage::new();
    let mut alice = stage.ring("Alice", MODERN);
    stage.say(&mut alice, "early");
    stage.sends.clear();
    stage.ack(&mut alice);
    assert!(stage.sends.is_empty());
    stage.in_dialog(&mut alice, "BYE", "", "");
    stage.sends.clear();
    let mut alice = stage.ring("Alice", MODERN);
    stage.sends.clear();
    stage.ack(&mut alice);
    assert_eq!(briefs(&stage.sends), ["MESSAGE alice"]);
    assert_eq!(stage.sends[0].text(), "early");
}

#[test]
fn what_is_missed_comes_before_what_is_new() {
    covers!("D-23", "D-24");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.say(&mut alice, "one");
    let mut bob = stage.ring("Bob", MODERN);
    // Recorded, since he is not connected yet.
    stage.say(&mut alice, "two");
    stage.sends.clear();
    stage.ack(&mut bob);
    stage.say(&mut alice, "three");
    let forwards = stage.sends.iter().filter(|sent| sent.brief() == "MESSAGE bob");
    let ids: Vec<_> = forwards.map(|sent| sent.header(Name::MessageId)).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    // A repeated ACK repeats nothing.
    let before = stage.sends.len();
    stage.ack(&mut bob);
    assert_eq!(stage.sends.len(), before);
}

#[test]
fn a_full_history_refuses_the_author_until_it_is_over() {
    covers!("D-28");
    let mut stage = Stage::with(|config| {
        config.limits.history_messages = 1;
        config.limits.history_bytes = 4;
    });
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Bob", MODERN);
    assert_eq!(briefs(&stage.say(&mut alice, "fives")), ["503"]);
    let four = stage.say(&mut alice, "four");
    assert_eq!(briefs(&four), ["202", "MESSAGE bob"]);
    stage.answer(&four[1], "200 OK");
    assert_eq!(briefs(&stage.say(&mut alice, "")), ["503"]);
    stage.until(END);
    let sent = stage.say(&mut alice, "fives");
    assert_eq!(briefs(&sent), ["202", "MESSAGE bob"]);
    assert_eq!(sent[0].header(Name::MessageId), "2");
}

/// Usually 256 messages and 4 MB fit into the history, and 65,536 messages may be under way to their recipients.
#[test]
fn the_usual_bounds() {
    covers!("D-28");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    let long = "x".repeat(4 * 1024 * 1024 / 256);
    for _ in 0..256 {
        assert_eq!(briefs(&stage.say(&mut alice, &long)), ["200"]);
    }
    assert_eq!(briefs(&stage.say(&mut alice, "")), ["503"]);
    stage.until(END);
    for _ in 0..256 {
        stage.join("Bob", MODERN);
    }
    for _ in 0..256 {
        assert_eq!(stage.say(&mut alice, "late").len(), 1 + 256);
    }
    assert_eq!(briefs(&stage.say(&mut alice, "later")), ["503"]);
}
