//! One request for several endpoints.

use crate::common::{Out, Sent, only, starts};
use crate::stage::{Ask, FOCUS, FOCUS_URI, Node, ask, pool};
use confsim_core::covers;
use confsim_core::front_end::REOPEN;
use confsim_core::node::Node as _;
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::time::Duration;
use confsim_core::wire::sip::Method;

const ALICE: &str = "sip:alice@contoso.com";

/// A call to all three endpoints of alice.
fn fork(node: &mut Node) -> Vec<Sent> {
    for epid in ["1", "2", "3"] {
        node.sign_in("alice", epid);
    }
    let mut sent = node.focus_asks("INVITE", ALICE, ALICE, "");
    let trying = sent.remove(0);
    assert_eq!((trying.conn, trying.code()), (FOCUS, Some(100)));
    let mut conns: Vec<_> = sent.iter().map(|sent| sent.conn).collect();
    conns.dedup();
    assert_eq!(conns.len(), 3);
    sent
}

#[test]
fn the_first_endpoint_to_answer_wins() {
    covers!("D-8");
    let mut node = pool();
    let legs = fork(&mut node);
    for (leg, tag) in legs.iter().zip(["a1", "a2", "a3"]) {
        assert_eq!(only(node.hear(leg.conn, &leg.response("180 Ringing", tag, ""))).tag(), tag);
    }
    let sent = node.hear(legs[1].conn, &legs[1].response("200 OK", "a2", ""));
    let [ok, rest @ ..] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((ok.conn, ok.tag()), (FOCUS, "a2"));
    assert!(rest.iter().all(|cancel| cancel.is(&Method::Cancel)));
    assert_eq!(rest.iter().map(|cancel| cancel.conn).collect::<Vec<_>>(), [legs[0].conn, legs[2].conn]);
    // One gives in and gets its ACK; the other had picked up already, which the caller has to hear.
    let ack = only(node.hear(legs[0].conn, &legs[0].response("487 Request Terminated", "a1", "")));
    assert!(ack.is(&Method::Ack));
    assert_eq!(only(node.hear(legs[2].conn, &legs[2].response("200 OK", "a3", ""))).tag(), "a3");
    node.pass(Duration::from_secs(64));
    let dump = node.node.dump();
    assert_eq!((dump["server transactions"], dump["client transactions"]), (0, 0), "{dump:?}");
}

/// RFC 6026 7.1: timer L runs from the first 2xx on, however many follow.
#[test]
fn a_late_2xx_does_not_prolong_the_transaction() {
    let mut node = pool();
    let legs = fork(&mut node);
    node.hear(legs[0].conn, &legs[0].response("200 OK", "a1", ""));
    node.pass(Duration::from_secs(20));
    assert_eq!(only(node.hear(legs[1].conn, &legs[1].response("200 OK", "a2", ""))).tag(), "a2");
    let repeat = |node: &mut Node| node.focus_asks("INVITE", ALICE, ALICE, "");
    assert_eq!(only(repeat(&mut node)).tag(), "a2");
    node.pass(Duration::from_secs(12));
    // What was a repeat a moment ago is a call of its own.
    let sent = repeat(&mut node);
    assert_eq!(sent[0].code(), Some(100));
    assert_eq!(sent.iter().filter(|sent| sent.is(&Method::Invite)).count(), 3);
}

#[test]
fn when_all_endpoints_fail_the_best_failure_counts() {
    let mut node = pool();
    let legs = fork(&mut node);
    for (leg, status) in legs.iter().zip(["503 Busy", "486 Busy Here", "500 Oops"]) {
        let sent = node.hear(leg.conn, &leg.response(status, "a", ""));
        assert!(sent[0].is(&Method::Ack));
        if status != "500 Oops" {
            assert_eq!(sent.len(), 1);
        } else {
            assert_eq!((sent[1].conn, sent[1].code()), (FOCUS, Some(486)));
        }
    }
}

#[test]
fn a_6xx_speaks_for_all_endpoints() {
    let mut node = pool();
    let legs = fork(&mut node);
    node.hear(legs[0].conn, &legs[0].response("180 Ringing", "a1", ""));
    node.hear(legs[1].conn, &legs[1].response("404 Not Found", "a2", ""));
    let sent = node.hear(legs[2].conn, &legs[2].response("603 Decline", "a3", ""));
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[0].is(&Method::Ack));
    assert!(sent[1].is(&Method::Cancel) && sent[1].conn == legs[0].conn);
    let sent = node.hear(legs[0].conn, &legs[0].response("487 Request Terminated", "a1", ""));
    assert_eq!(sent.last().map(|sent| (sent.conn, sent.code())), Some((FOCUS, Some(603))));
}

#[test]
fn a_lost_role_is_opened_again() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    node.give(Input::Closed { conn: FOCUS });
    assert_eq!(only(node.hear(conn, &ask("INVITE", FOCUS_URI).text())).code(), Some(503));
    node.now += REOPEN;
    let out = node.give(Input::Timeout);
    let again = ConnId::opened(3);
    assert_eq!(out, [Out::Open(again, Address::new("focus.pool.contoso.com:5061"))]);
    // Requests wait for the connection to come up.
    assert_eq!(node.hear(conn, &Ask { cseq: 2, ..ask("SUBSCRIBE", FOCUS_URI) }.text()), []);
    let sent = crate::common::messages(node.give(Input::Connected { conn: again }));
    assert_eq!(starts(&sent), [format!("SUBSCRIBE {FOCUS_URI} SIP/2.0")]);
}
