//! The 2xx to an INVITE, and the BYE that waits for its ACK.

use crate::common::only;
use crate::stage::{Heard, SECOND, accepted, request, times};
use confsim_core::covers;
use confsim_core::node::Input;
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Method, Name};

#[test]
fn a_2xx_is_repeated_until_its_ack() {
    covers!("D-1");
    let (mut node, conn, dialog, ok) = accepted(1);
    assert_eq!(ok.start(), "SIP/2.0 200 OK");
    assert!(!ok.tag().is_empty());

    // T1 doubling to T2: 0.5, 1.5, 3.5, 7.5, 11.5 s.
    let repeats = node.pass(Duration::from_secs(12));
    assert_eq!(times(&repeats), [500, 1500, 3500, 7500, 11_500]);
    assert!(repeats.iter().all(|repeat| repeat.text == ok.text && repeat.conn == conn));

    let ack = request("ACK", 1, ok.tag(), ";branch=z9hG4bK2", "");
    assert!(node.hear(conn, &ack).is_empty());
    assert!(matches!(&node.seen()[..], [Heard::Acknowledged(id)] if *id == dialog));
    // A second ACK is no news; nothing is repeated any more.
    assert!(node.hear(conn, &ack).is_empty());
    assert!(node.seen().is_empty());
    assert!(node.pass(Duration::from_secs(100)).is_empty());
    node.nothing_left(1);
}

#[test]
fn an_ack_with_another_number_settles_nothing() {
    let (mut node, conn, _, ok) = accepted(5);
    node.hear(conn, &request("ACK", 4, ok.tag(), ";branch=z9hG4bK2", ""));
    assert!(node.seen().is_empty());
    assert_eq!(node.pass(SECOND).len(), 1);
}

#[test]
fn a_2xx_without_ack_is_given_up_after_64_t1() {
    let (mut node, _, dialog, ..) = accepted(1);
    let repeats = node.pass(Duration::from_millis(31_999));
    assert_eq!(times(&repeats).last(), Some(&31_500));
    assert!(node.seen().is_empty());
    node.pass(Duration::from_millis(1));
    assert!(matches!(&node.seen()[..], [Heard::Unacknowledged(id)] if *id == dialog));
    assert!(node.pass(Duration::from_secs(100)).is_empty());
    node.nothing_left(1);
}

/// The host has stood still: repeat and time-out are overdue at once.
#[test]
fn a_2xx_is_not_repeated_after_64_t1() {
    covers!("D-1");
    let (mut node, _, dialog, ..) = accepted(1);
    node.now += Duration::from_secs(32);
    assert!(node.pass(Duration::ZERO).is_empty());
    assert!(matches!(&node.seen()[..], [Heard::Unacknowledged(id)] if *id == dialog));
    node.nothing_left(1);
}

#[test]
fn a_bye_waits_for_the_ack() {
    covers!("D-6");
    let (mut node, conn, dialog, ok) = accepted(1);
    let (bye, sent) = node.within(dialog, Method::Bye, 9);
    assert!(bye.is_some());
    assert!(sent.is_empty());
    // No other request follows a BYE, not even before it has left.
    assert!(node.within(dialog, Method::Info, 8).0.is_none());

    let sent = only(node.hear(conn, &request("ACK", 1, ok.tag(), ";branch=z9hG4bK2", "")));
    assert_eq!(sent.start(), "BYE sip:bob@192.0.2.1:2157 SIP/2.0");
    assert_eq!(sent.header(Name::To), "<sip:bob@contoso.com>;tag=b;epid=2");
    node.seen();
    node.hear(conn, &sent.response("200 OK", "", ""));
    assert_eq!(node.answers(), [(9, 200)]);
    assert!(node.pass(Duration::from_secs(100)).is_empty());
    node.nothing_left(1);
}

#[test]
fn a_bye_waits_for_the_ack_at_most_64_t1() {
    let (mut node, _, dialog, ..) = accepted(1);
    node.within(dialog, Method::Bye, 9);
    let sent = node.pass(Duration::from_secs(32));
    let byes: Vec<_> = sent.iter().filter(|sent| sent.is(&Method::Bye)).collect();
    assert_eq!(byes.len(), 1);
    assert_eq!(byes[0].at, Instant::from_micros(32_000_000));
    // Whoever has said BYE is not asked to give the dialog up.
    assert!(node.seen().is_empty());
}

#[test]
fn a_bye_that_waited_and_finds_no_connection_has_its_outcome() {
    let (mut node, conn, dialog, ..) = accepted(1);
    node.within(dialog, Method::Bye, 9);
    node.give(Input::Closed { conn });
    node.seen();
    assert!(node.pass(Duration::from_secs(32)).is_empty());
    assert_eq!(node.answers(), [(9, 2)]);
}
