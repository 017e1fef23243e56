//! Connections that are lost, not up yet, or carry what is no SIP; the order of requests.

use crate::common::{only, sip, starts};
use crate::stage::{BRANCH, Heard, Made, Node, accepted, node, request};
use bytes::Bytes;
use confsim_core::covers;
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::signal::{Draft, EARLY_MAX, Outside};
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

/// RFC 3261 12.2.2: within a dialog, a request with a lower number than the last is refused; a gap is none.
#[test]
fn requests_of_a_dialog_come_in_order() {
    covers!("EX-CWA-0-d");
    let (mut node, conn, _, ok) = accepted(10);
    node.hear(conn, &request("ACK", 10, ok.tag(), ";branch=z9hG4bK2", ""));
    node.seen();

    node.hear(conn, &request("INFO", 12, ok.tag(), ";branch=z9hG4bK3", ""));
    let info = node.request();
    node.respond(info.tx, 200, "OK");
    for (cseq, branch) in [(11, "4"), (12, "5")] {
        let late = request("INFO", cseq, ok.tag(), &format!(";branch=z9hG4bK{branch}"), "");
        let refused = only(node.hear(conn, &late));
        assert_eq!(refused.code(), Some(500));
        assert!(node.seen().is_empty());
    }
    // A late BENOTIFY is dropped: it has no answer.
    assert!(node.hear(conn, &request("BENOTIFY", 3, ok.tag(), ";branch=z9hG4bK6", "")).is_empty());
    assert!(node.seen().is_empty());
    node.hear(conn, &request("INFO", 13, ok.tag(), ";branch=z9hG4bK7", ""));
    node.request();
}

#[test]
fn a_lost_connection_answers_what_waited_on_it() {
    let mut node = node();
    let (lost, kept) = (node.accept("carol"), node.accept("dave"));
    node.send(lost, Method::Message, 1);
    node.send(lost, Method::Invite, 2);
    let (_, other) = node.send(kept, Method::Message, 3);
    node.give(Input::Closed { conn: lost });
    assert_eq!(node.answers(), [(1, 2), (2, 2)]);
    node.hear(kept, &other.response("200 OK", "d", ""));
    assert_eq!(node.answers(), [(3, 200)]);
    node.nothing_left(0);
}

/// Who answers late may find nobody there: that is the end of the request too.
#[test]
fn an_invite_that_is_accepted_too_late_leaves_nothing() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    node.give(Input::Closed { conn });
    let sent = node.act(move |cx| {
        let dialog = cx.accept(invite.tx, "OK", "<sip:node.contoso.com:5061>", &Draft::new());
        cx.event(Heard::Made(Made::Dialog(dialog)));
    });
    assert!(sent.is_empty());
    assert!(matches!(node.seen().pop(), Some(Heard::Made(Made::Dialog(None)))));
    node.nothing_left(0);
}

/// D-4: a dialog outlives its connection and goes on over the next one with the same peer.
#[test]
fn a_dialog_takes_the_newest_connection_with_its_peer() {
    let (mut node, conn, dialog, ok) = accepted(1);
    node.hear(conn, &request("ACK", 1, ok.tag(), ";branch=z9hG4bK2", ""));
    node.give(Input::Closed { conn });
    node.seen();
    assert!(node.within(dialog, Method::Info, 1).0.is_none());
    let stranger = node.accept("mallory");
    assert!(node.within(dialog, Method::Info, 1).0.is_none());
    let again = node.accept("bob");
    assert_ne!(again, stranger);
    let (_, sent) = node.within(dialog, Method::Info, 2);
    let info = only(sent);
    assert_eq!(info.conn, again);
    assert_eq!(info.header(Name::CSeq), "1 INFO");
}

#[test]
fn a_benotify_has_no_answer() {
    covers!("EX-IM-4-1-1-p");
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("BENOTIFY", 1, "x", BRANCH, ""));
    let benotify = node.request();
    assert!(benotify.dialog.is_none());
    assert!(node.respond(benotify.tx, 481, "Dialog does not exist").is_empty());
    // Not even one that lacks what every request must have.
    assert!(node.hear(conn, "BENOTIFY sip:a@contoso.com SIP/2.0\nCSeq: 1 BENOTIFY\n").is_empty());
    node.nothing_left(0);
}

#[test]
fn what_lacks_the_necessary_is_400() {
    let mut node = node();
    let conn = node.accept("bob");
    let complete = request("INFO", 1, "", BRANCH, "");
    for missing in ["From", "To", "Call-ID", "CSeq"] {
        let text: Vec<&str> = complete.lines().filter(|line| !line.starts_with(missing)).collect();
        let sent = only(node.hear(conn, &text.join("\n")));
        assert_eq!(sent.code(), Some(400), "without {missing}");
        assert!(!sent.text.contains(&format!("\n{missing}:")), "{sent:?}");
        assert!(node.seen().is_empty());
    }
    let sent = only(node.hear(conn, &complete.replace("1 INFO", "1 BYE")));
    assert_eq!(sent.code(), Some(400));
}

#[test]
fn a_stray_ack_is_the_machines_affair() {
    let mut node = node();
    let conn = node.accept("bob");
    assert!(node.hear(conn, &request("ACK", 1, "nobody", BRANCH, "")).is_empty());
    assert!(matches!(&node.seen()[..], [Heard::StrayAck]));
}

/// The order of events does not depend on how a stream is cut.
#[test]
fn bytes_may_come_one_at_a_time() {
    let mut node = node();
    let conn = node.accept("bob");
    let both = [
        sip(&request("MESSAGE", 1, "", BRANCH, "Content-Type: text/plain\n\nSIP/2.0")),
        sip(&request("MESSAGE", 2, "", ";branch=z9hG4bK2", "Content-Type: text/plain\n\nhello")),
    ]
    .concat();
    for byte in both.bytes() {
        node.give(Input::Received { conn, bytes: Bytes::copy_from_slice(&[byte]) });
    }
    let bodies: Vec<_> = node
        .seen()
        .into_iter()
        .map(|heard| match heard {
            Heard::Request(request) => request.message.body().clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(bodies, ["SIP/2.0", "hello"]);
}

#[test]
fn what_is_no_sip_closes_the_connection() {
    let mut node = node();
    let conn = node.accept("bob");
    let (_, invite) = {
        let carol = node.accept("carol");
        node.send(carol, Method::Invite, 1)
    };
    let bytes = Bytes::from_static(b"GET / HTTP/1.1\r\n\r\n");
    let out = node.give(Input::Received { conn, bytes });
    assert_eq!(out, [crate::common::Out::Garbage(conn), crate::common::Out::Close(conn)]);
    assert!(matches!(&node.seen()[..], [Heard::Disconnected(it)] if *it == conn));
    // Others do not suffer.
    let ringing = invite.response("180 Ringing", "c", "");
    node.hear(invite.conn, &ringing);
    assert_eq!(node.answers(), [(1, 180)]);
}

/// RFC 3261 17.2.2: while a request has no final answer, its repeat is not handed on.
#[test]
fn a_repeated_request_is_heard_once() {
    let mut node = node();
    let conn = node.accept("bob");
    let message = request("MESSAGE", 1, "", BRANCH, "");
    node.hear(conn, &message);
    let tx = node.request().tx;
    assert!(node.hear(conn, &message).is_empty());
    assert!(node.seen().is_empty());
    assert_eq!(starts(&node.respond(tx, 200, "OK")), ["SIP/2.0 200 OK"]);
}

/// Opens a connection and sends requests on it at once, numbered from 1.
fn send_early(node: &mut Node, count: usize) -> ConnId {
    let sent = node.act(move |cx| {
        let conn = cx.open(&Address::new("focus.contoso.com:5061"));
        for number in 1..=count {
            let draft = Draft::new().header("Subject", number);
            let outside = Outside {
                method: Method::Options,
                target: "sip:focus.contoso.com:5061",
                from: "<sip:node.contoso.com>",
                to: "<sip:focus.contoso.com>",
                contact: None,
                draft: &draft,
            };
            cx.send(conn, &outside, 1);
        }
    });
    assert!(sent.is_empty());
    ConnId::opened(0)
}

/// What was sent on a connection before it came up leaves when it does, in order.
#[test]
fn early_messages_wait_for_the_connection() {
    let mut node = node();
    let conn = send_early(&mut node, 2);
    let sent = crate::common::messages(node.give(Input::Connected { conn }));
    let subjects: Vec<_> = sent.iter().map(|sent| sent.header(Name::Subject)).collect();
    assert_eq!(subjects, ["1", "2"]);
}

#[test]
fn only_so_many_messages_wait_for_a_connection() {
    let mut node = node();
    let conn = send_early(&mut node, EARLY_MAX + 1);
    assert_eq!(node.give(Input::Connected { conn }).len(), EARLY_MAX);
    node.pass(Duration::from_secs(32));
    node.nothing_left(0);
}
