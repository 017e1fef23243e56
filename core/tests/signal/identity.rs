//! Who is meant by identifiers that collide (D-2).

use crate::common::only;
use crate::stage::{BRANCH, Heard, node, request};
use confsim_core::covers;
use confsim_core::time::Duration;

/// D-2: two clients may use the same identifiers, and none of them puts a branch into its Via.
#[test]
fn identifiers_of_two_connections_never_meet() {
    covers!("EX-IM-4-1-1-ae", "D-2");
    let mut node = node();
    let (one, two) = (node.accept("bob"), node.accept("bob's double"));
    let invite = request("INVITE", 1, "", "", "");
    node.hear(one, &invite);
    let first = node.request();
    node.hear(two, &invite);
    let second = node.request();
    assert_ne!(first.tx, second.tx);

    // CANCEL reaches the INVITE of its own connection.
    node.hear(two, &request("CANCEL", 1, "", "", ""));
    assert!(matches!(&node.seen()[..], [Heard::Cancelled(tx)] if *tx == second.tx));
    let gone = only(node.respond(second.tx, 487, "Request Terminated"));
    assert_eq!(gone.conn, two);

    let (dialog, ok) = node.take(first.tx);
    assert_eq!(ok.conn, one);
    // The ACK of the 487 settles nothing on the other connection, and the one of the 200 settles the 200.
    node.hear(two, &request("ACK", 1, gone.tag(), "", ""));
    assert!(node.seen().is_empty());
    node.hear(one, &request("ACK", 1, ok.tag(), "", ""));
    assert!(matches!(&node.seen()[..], [Heard::Acknowledged(id)] if *id == dialog));
    node.pass(Duration::from_secs(32));
    node.nothing_left(1);
}

#[test]
fn dialogs_with_colliding_identifiers_are_told_apart_by_our_tag() {
    covers!("D-2");
    let mut node = node();
    let (one, two) = (node.accept("bob"), node.accept("bob's double"));
    let mut dialogs = Vec::new();
    for conn in [one, two] {
        node.hear(conn, &request("INVITE", 1, "", "", ""));
        let invite = node.request();
        let (dialog, ok) = node.take(invite.tx);
        node.hear(conn, &request("ACK", 1, ok.tag(), "", ""));
        node.seen();
        dialogs.push((conn, dialog, ok.tag().to_owned()));
    }
    assert_ne!(dialogs[0].1, dialogs[1].1);
    for (conn, dialog, tag) in dialogs.into_iter().rev() {
        node.hear(conn, &request("BYE", 2, &tag, "", ""));
        let bye = node.request();
        assert_eq!(bye.dialog, Some(dialog));
        assert_eq!(only(node.respond(bye.tx, 200, "OK")).conn, conn);
    }
}

/// The dialogs of a forked INVITE share all that their caller chose. Without a branch, only the To tag tells
/// a BYE in one from a BYE in the other.
#[test]
fn byes_of_forked_dialogs_are_told_apart_by_the_to_tag() {
    covers!("D-2");
    let mut node = node();
    let conn = node.accept("front-end");
    let heard = ["c1", "c2"].map(|callee| {
        node.hear(conn, &request("BYE", 2, callee, "", ""));
        (node.request(), callee)
    });
    for (bye, callee) in heard {
        assert_eq!(only(node.respond(bye.tx, 200, "OK")).tag(), callee);
    }
}

/// Who knows what names a dialog, and is not its peer, finds none.
#[test]
fn a_dialog_is_closed_to_others() {
    covers!("D-8");
    let mut node = node();
    let conn = node.accept("front-end");
    node.hear(conn, &request("INVITE", 1, "", "", ""));
    let invite = node.request();
    let (dialog, ok) = node.take(invite.tx);
    node.hear(conn, &request("ACK", 1, ok.tag(), "", ""));
    node.seen();
    let forged = request("BYE", 7, ok.tag(), "", "").replace("sip:bob@contoso.com", "sip:eve@contoso.com");
    node.hear(conn, &forged);
    assert_eq!(node.request().dialog, None);
    // Nor has he used up a number.
    node.hear(conn, &request("INFO", 2, ok.tag(), BRANCH, ""));
    assert_eq!(node.request().dialog, Some(dialog));
}

#[test]
fn one_branch_on_two_connections_is_two_transactions() {
    covers!("D-2");
    let mut node = node();
    let (one, two) = (node.accept("bob"), node.accept("bob's double"));
    for conn in [one, two] {
        node.hear(conn, &request("OPTIONS", 1, "", BRANCH, ""));
        let options = node.request();
        assert_eq!(only(node.respond(options.tx, 200, "OK")).conn, conn);
    }
}
