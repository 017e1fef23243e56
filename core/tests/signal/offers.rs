//! Offers within a dialog: glare, order, a newer connection.

use crate::common::only;
use crate::stage::{BRANCH, Node, node, request};
use confsim_core::covers;
use confsim_core::node::{ConnId, Input};
use confsim_core::signal::DialogId;
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

/// A dialog that the peer created, its ACK heard.
fn established(node: &mut Node, conn: ConnId) -> (DialogId, String) {
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    let (dialog, ok) = node.take(tx);
    node.hear(conn, &request("ACK", 1, ok.tag(), ";branch=z9hG4bKack", ""));
    node.seen();
    (dialog, ok.tag().to_owned())
}

/// RFC 3261 14.2, RFC 3311 5.2: an offer that crosses one of ours.
#[test]
fn an_offer_that_crosses_ours_is_491() {
    let mut node = node();
    let conn = node.accept("bob");
    let (dialog, tag) = established(&mut node, conn);
    let ours = only(node.within(dialog, Method::Invite, 1).1);
    for (method, cseq) in [("INVITE", 2), ("UPDATE", 3)] {
        let body = "Content-Type: application/sdp\n\nv=0\n";
        let answer = only(node.hear(conn, &request(method, cseq, &tag, &format!("{BRANCH}x{cseq}"), body)));
        assert_eq!(answer.code(), Some(491), "{answer:?}");
        assert!(node.seen().is_empty());
    }
    // A refresh without offer is in nobody's way.
    node.hear(conn, &request("UPDATE", 4, &tag, ";branch=z9hG4bKx4", ""));
    let update = node.request().tx;
    node.respond(update, 200, "OK");
    // Nor is an offer once ours has its answer.
    let trying = ours.response("180 Ringing", "", "");
    assert!(node.hear(conn, &trying).is_empty());
    assert!(only(node.hear(conn, &ours.response("491 Request Pending", "", ""))).is(&Method::Ack));
    node.seen();
    node.hear(conn, &request("INVITE", 5, &tag, ";branch=z9hG4bKx5", ""));
    assert_eq!(node.request().dialog, Some(dialog));
}

/// RFC 3261 14.2: the one before is not answered yet.
#[test]
fn an_offer_before_the_last_one_is_answered_waits() {
    let mut node = node();
    let conn = node.accept("bob");
    let (dialog, tag) = established(&mut node, conn);
    node.hear(conn, &request("INVITE", 2, &tag, ";branch=z9hG4bKx2", ""));
    let first = node.request().tx;
    let answer = only(node.hear(conn, &request("INVITE", 3, &tag, ";branch=z9hG4bKx3", "")));
    assert_eq!(answer.code(), Some(500));
    let pause = answer.message.retry_after().unwrap();
    assert!(pause.is_some_and(|seconds| seconds <= 10), "{pause:?}");
    assert!(node.seen().is_empty());
    let (same, ok) = node.take(first);
    assert_eq!((same, ok.header(Name::CSeq)), (dialog, "2 INVITE"));
}

/// D-1, D-4: the peer that has not got the 2xx is back on another connection.
#[test]
fn a_2xx_is_repeated_on_the_newest_connection() {
    covers!("D-1", "D-4");
    let mut node = node();
    let first = node.accept("bob");
    node.hear(first, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    node.take(tx);
    node.give(Input::Closed { conn: first });
    let second = node.accept("bob");
    let again = only(node.pass(Duration::from_millis(500)));
    assert_eq!((again.conn, again.code()), (second, Some(200)));
    node.hear(second, &request("ACK", 1, again.tag(), ";branch=z9hG4bKack", ""));
    assert!(node.pass(Duration::from_secs(60)).is_empty());
}

/// The end of a dialog ends an INVITE in it that rings, though its answer is lost: nobody repeats that any more.
#[test]
fn an_offer_does_not_outlive_its_dialog() {
    for rings_before in [true, false] {
        let mut node = node();
        let conn = node.accept("bob");
        let (dialog, _) = established(&mut node, conn);
        let ours = only(node.within(dialog, Method::Invite, 1).1);
        let ringing = ours.response("180 Ringing", "", "");
        if rings_before {
            node.hear(conn, &ringing);
        }
        assert!(node.act(move |cx| cx.forget(dialog)).is_empty());
        node.hear(conn, &ringing);
        assert!(node.pass(Duration::from_millis(31_999)).is_empty());
        assert!(!node.answers().contains(&(1, 1)));
        assert!(node.pass(Duration::from_millis(1)).is_empty());
        assert_eq!(node.answers(), [(1, 1)]);
        node.nothing_left(0);
    }
}
