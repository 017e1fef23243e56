//! CANCEL in both directions.

use crate::common::only;
use crate::stage::{BRANCH, Heard, node, request};
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

#[test]
fn the_peer_cancels() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    let ok = only(node.hear(conn, &request("CANCEL", 1, "", BRANCH, "")));
    assert_eq!((ok.start(), ok.header(Name::CSeq)), ("SIP/2.0 200 OK", "1 CANCEL"));
    assert!(matches!(&node.seen()[..], [Heard::Cancelled(it)] if *it == tx));
    let sent = only(node.respond(tx, 487, "Request Terminated"));
    assert_eq!(sent.header(Name::CSeq), "1 INVITE");
    // RFC 3261 9.2: both answers have one tag.
    assert_eq!(sent.tag(), ok.tag());
    node.hear(conn, &request("ACK", 1, sent.tag(), BRANCH, ""));
    node.nothing_left(0);
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    node.take(invite.tx);
    let ok = only(node.hear(conn, &request("CANCEL", 1, "", BRANCH, "")));
    assert_eq!(ok.start(), "SIP/2.0 200 OK");
    assert!(node.seen().is_empty());
}

#[test]
fn a_cancel_of_nothing_is_481() {
    let mut node = node();
    let conn = node.accept("bob");
    let sent = only(node.hear(conn, &request("CANCEL", 1, "", BRANCH, "")));
    assert_eq!(sent.code(), Some(481));
    assert!(!sent.tag().is_empty());
    assert!(node.seen().is_empty());
}

#[test]
fn a_cancel_of_ours_waits_for_a_provisional_answer() {
    let mut node = node();
    let conn = node.accept("carol");
    let (tx, invite) = node.send(conn, Method::Invite, 1);
    assert!(node.act(move |cx| cx.cancel(tx)).is_empty());
    let cancel = only(node.hear(conn, &invite.response("180 Ringing", "c", "")));
    assert_eq!(cancel.start(), "CANCEL sip:carol@contoso.com SIP/2.0");
    assert_eq!(cancel.header(Name::Via), invite.header(Name::Via));
    assert_eq!(cancel.header(Name::To), invite.header(Name::To));
    assert_eq!(cancel.header(Name::CSeq), "1 CANCEL");
    assert!(node.hear(conn, &cancel.response("200 OK", "c", "")).is_empty());
    let ack = only(node.hear(conn, &invite.response("487 Request Terminated", "c", "")));
    assert!(ack.is(&Method::Ack));
    assert_eq!(node.answers(), [(1, 180), (1, 487)]);
    node.nothing_left(0);
}

/// RFC 3261 9.1: only an INVITE is cancelled, whatever a peer says meanwhile.
#[test]
fn a_request_other_than_invite_is_not_cancelled() {
    let mut node = node();
    let conn = node.accept("carol");
    for early in [false, true] {
        let (tx, message) = node.send(conn, Method::Message, 1);
        let trying = message.response("100 Trying", "", "");
        if early {
            node.hear(conn, &trying);
        }
        assert!(node.act(move |cx| cx.cancel(tx)).is_empty());
        assert!(node.hear(conn, &trying).is_empty());
        node.hear(conn, &message.response("200 OK", "c", ""));
    }
    node.nothing_left(0);
}

#[test]
fn a_cancelled_invite_ends_even_if_the_peer_is_silent() {
    let mut node = node();
    let conn = node.accept("carol");
    let (tx, invite) = node.send(conn, Method::Invite, 1);
    node.hear(conn, &invite.response("180 Ringing", "c", ""));
    assert!(only(node.act(move |cx| cx.cancel(tx))).is(&Method::Cancel));
    // More ringing does not lengthen it.
    node.hear(conn, &invite.response("180 Ringing", "c", ""));
    node.pass(Duration::from_secs(32));
    assert_eq!(node.answers(), [(1, 180), (1, 180), (1, 1)]);
    node.nothing_left(0);
}

#[test]
fn a_cancel_that_crosses_the_2xx_leaves_a_dialog() {
    let mut node = node();
    let conn = node.accept("carol");
    let (tx, invite) = node.send(conn, Method::Invite, 1);
    node.hear(conn, &invite.response("180 Ringing", "c", ""));
    node.act(move |cx| cx.cancel(tx));
    let ack = only(node.hear(conn, &invite.response("200 OK", "c", "Contact: <sip:carol@192.0.2.3>\n")));
    assert!(ack.is(&Method::Ack));
    assert_eq!(node.answers(), [(1, 180), (1, 200)]);
}
