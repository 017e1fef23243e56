//! Subscriptions of every kind (D-5, D-12, D-13).

use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::conference_info::State;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{only, starts};
use crate::pool::{FOCUS, Pool, SUBSCRIBE, add_user, document, guid, in_short, tag_of, told};

#[test]
fn a_subscriber_without_extensions_gets_notifies() {
    let mut pool = Pool::new();
    pool.join("alice");
    let (_, sent) = pool.subscribe_with("alice", "Event: conference\nExpires: 600\n");
    assert_eq!(told(&sent), ["alice: 200 (SUBSCRIBE)", "alice: NOTIFY v1 full alice[focus] view"]);
    assert_eq!((sent[0].header(Name::Expires), sent[0].body()), ("600", ""));
    assert_eq!(sent[1].header(Name::CSeq), "1 NOTIFY");
    assert_eq!(sent[1].header(Name::SubscriptionState), "active;expires=600");
    pool.hear(&sent[1].response("200 OK", "", ""));
    pool.pass(Duration::from_secs(100));
    let (_, sent) = pool.invite("bob");
    assert_eq!(told(&sent)[2], "alice: NOTIFY v2 partial bob[focus]");
    assert_eq!(sent[2].header(Name::SubscriptionState), "active;expires=500");
    // Who answers that he knows nothing of it hears no more.
    pool.hear(&sent[2].response("481 Subscription does not exist", "", ""));
    assert_eq!(told(&pool.invite("carol").1), ["carol: 183 (INVITE)", "carol: 200 (INVITE)"]);
}

#[test]
fn a_subscription_without_autoextend_expires_unless_renewed() {
    covers!("D-5");
    let mut pool = Pool::new();
    pool.join("alice");
    let more = "Event: conference\nExpires: 600\nSupported: ms-benotify, ms-piggyback-first-notify\n";
    let (mut call, _) = pool.subscribe_with("alice", more);
    pool.pass(Duration::from_secs(599));
    let ok = only(pool.hear(&call.request("SUBSCRIBE", more, "")));
    assert_eq!(in_short(&document(&ok)), "v1 full alice[focus] view");
    assert_eq!(ok.message.other("ms-piggyback-cseq"), Some("2"));
    assert!(pool.pass(Duration::from_secs(599)).is_empty());
    let end = only(pool.pass(Duration::from_secs(1)));
    assert!(end.is(&Method::Benotify));
    assert_eq!(end.header(Name::SubscriptionState), "terminated;expires=0;reason=timeout");
    assert_eq!(end.header(Name::CSeq), "3 BENOTIFY");
    let late = pool.hear(&call.request("SUBSCRIBE", more, ""));
    assert_eq!(starts(&late), ["SIP/2.0 481 Dialog does not exist"]);
}

#[test]
fn a_subscription_with_autoextend_lives_as_long_as_the_focus_dialog() {
    covers!("D-5");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.subscribe("alice");
    pool.pass(Duration::from_secs(7000));
    pool.hear(&alice.request("UPDATE", "Supported: timer\n", ""));
    assert!(pool.pass(Duration::from_secs(7000)).is_empty());
    assert_eq!(told(&pool.invite("bob").1)[2], "alice: BENOTIFY v2 partial bob[focus]");
}

#[test]
fn a_fresh_subscribe_with_expires_0_ends_what_that_client_has() {
    covers!("D-5");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let (_, sent) = pool.subscribe_with("alice", "Event: conference\nExpires: 0\n");
    assert_eq!(starts(&sent), ["SIP/2.0 200 Sub dialog terminated"]);
    assert_eq!(told(&pool.invite("bob").1), ["bob: 183 (INVITE)", "bob: 200 (INVITE)"]);
}

#[test]
fn every_subscriber_gets_every_version_without_gap() {
    covers!("D-13", "EX-IM-4-1-1-s");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let mut versions = vec![1];
    let mut note = |sent: &[crate::common::Sent]| {
        for sent in sent.iter().filter(|it| it.is(&Method::Benotify) && it.text.contains("<sip:alice")) {
            versions.extend(document(sent).version);
        }
    };
    for user in ["bob", "carol", "dave"] {
        note(&pool.invite(user).1);
        note(&pool.join_chat(user).1);
    }
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn bodies_are_the_same_for_all() {
    let mut pool = Pool::new();
    for user in ["alice", "bob", "carol"] {
        pool.join(user);
        pool.subscribe(user);
    }
    let sent = pool.invite("dave").1;
    let bodies: Vec<&str> = sent.iter().filter(|it| it.is(&Method::Benotify)).map(|it| it.body()).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[test]
fn only_participants_subscribe_and_only_to_the_conference() {
    let mut pool = Pool::new();
    assert_eq!(starts(&pool.subscribe_with("alice", SUBSCRIBE).1), ["SIP/2.0 404 conferenceDoesntExist"]);
    pool.join("alice");
    assert_eq!(starts(&pool.subscribe_with("eve", SUBSCRIBE).1), ["SIP/2.0 403 Forbidden"]);
    assert_eq!(starts(&pool.subscribe_with("alice", "Event: presence\n").1), ["SIP/2.0 489 Bad Event"]);
    let odd = "Event: conference\nAccept: text/plain\n";
    assert_eq!(starts(&pool.subscribe_with("alice", odd).1), ["SIP/2.0 406 Not Acceptable"]);
    for any in ["*/*", "application/*"] {
        let (_, sent) = pool.subscribe_with("alice", &format!("Event: conference\nAccept: {any}\n"));
        assert_eq!(sent[0].code(), Some(200), "{any}: {sent:?}");
    }
}

#[test]
fn a_subscription_hangs_on_the_dialog_of_its_own_endpoint() {
    covers!("D-5", "D-17");
    let mut pool = Pool::new();
    pool.join("alice");
    let mut other = pool.call("alice", FOCUS);
    let elsewhere = |text: &str| text.replace("epid-alice", "epid-2").replace(&guid("alice"), &guid("other"));
    let more = "Supported: timer\nContent-Type: application/cccp+xml\n";
    let invite = other.request("INVITE", more, &add_user("alice", ""));
    let sent = pool.hear(&elsewhere(&invite));
    other.tag = tag_of(&sent, &other);
    pool.hear(&elsewhere(&other.ack()));
    pool.subscribe("alice");
    let left = told(&pool.hear(&elsewhere(&other.request("BYE", "", ""))));
    assert_eq!(left, ["alice: 200 (BYE)", "alice: BENOTIFY v3 partial alice[focus]"]);
    assert_eq!(told(&pool.invite("bob").1)[2], "alice: BENOTIFY v4 partial bob[focus]");
}

#[test]
fn every_document_shows_its_users_in_full() {
    covers!("EX-IM-4-1-1-r");
    let mut pool = Pool::new();
    pool.join("alice");
    let (_, first) = pool.subscribe("alice");
    let (_, sent) = pool.invite("bob");
    for info in [first, document(sent.last().unwrap())] {
        let users = info.users.unwrap().users;
        assert_eq!(users.iter().map(|user| user.state).collect::<Vec<_>>(), [Some(State::Full)]);
    }
}
