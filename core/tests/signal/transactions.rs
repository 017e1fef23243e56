//! Client and server transactions: time-outs, failures and their ACKs, forks.

use crate::common::{only, starts};
use crate::stage::{BRANCH, Heard, SECOND, node, request};
use confsim_core::covers;
use confsim_core::signal::Response;
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

#[test]
fn a_request_without_answer_times_out() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, sent) = node.send(conn, Method::Message, 4);
    node.pass(Duration::from_millis(31_999));
    assert!(node.answers().is_empty());
    node.pass(Duration::from_millis(1));
    assert_eq!(node.answers(), [(4, 1)]);
    // What comes late comes to nobody.
    node.hear(conn, &sent.response("200 OK", "c", ""));
    assert!(node.seen().is_empty());
    node.nothing_left(0);
}

#[test]
fn a_provisional_answer_does_not_stop_timer_f() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, sent) = node.send(conn, Method::Message, 4);
    node.pass(SECOND);
    node.hear(conn, &sent.response("182 Queued", "c", ""));
    node.pass(Duration::from_secs(31));
    assert_eq!(node.answers(), [(4, 182), (4, 1)]);
}

#[test]
fn an_invite_times_out_only_while_nothing_is_heard() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, silent) = node.send(conn, Method::Invite, 1);
    let (_, ringing) = node.send(conn, Method::Invite, 2);
    assert_ne!(silent.header(Name::CallId), ringing.header(Name::CallId));
    node.hear(conn, &ringing.response("180 Ringing", "c", ""));
    node.pass(Duration::from_secs(200));
    assert_eq!(node.answers(), [(2, 180), (1, 1)]);
}

#[test]
fn a_failure_is_acknowledged_within_the_transaction() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let ack = only(node.hear(conn, &invite.response("486 Busy Here", "c", "")));
    assert_eq!(ack.start(), "ACK sip:carol@contoso.com SIP/2.0");
    assert_eq!(ack.header(Name::Via), invite.header(Name::Via));
    assert_eq!(ack.header(Name::From), invite.header(Name::From));
    assert_eq!(ack.tag(), "c");
    assert_eq!(ack.header(Name::CSeq), "1 ACK");
    assert_eq!(node.answers(), [(1, 486)]);
    node.nothing_left(0);
}

#[test]
fn a_failure_waits_for_its_ack_and_repeats_on_demand() {
    let mut node = node();
    let conn = node.accept("bob");
    let invite = request("INVITE", 1, "", BRANCH, "");
    node.hear(conn, &invite);
    let tx = node.request().tx;
    let busy = only(node.respond(tx, 486, "Busy Here"));
    // The machine has said its last word.
    assert!(node.respond(tx, 500, "Server Internal Error").is_empty());
    assert_eq!(only(node.hear(conn, &invite)).text, busy.text);
    assert!(node.seen().is_empty());
    // Its ACK has the branch of the INVITE.
    assert!(node.hear(conn, &request("ACK", 1, busy.tag(), BRANCH, "")).is_empty());
    assert!(node.seen().is_empty());
    node.nothing_left(0);
}

#[test]
fn a_failure_without_ack_is_forgotten() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    node.respond(tx, 486, "Busy Here");
    assert!(node.pass(Duration::from_secs(32)).is_empty());
    node.nothing_left(0);
}

#[test]
fn a_2xx_is_acknowledged_in_the_dialog_each_time() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let more = "Record-Route: <sip:p2.contoso.com;lr>\nRecord-Route: <sip:p1.contoso.com;lr>\n\
                Contact: <sip:carol@192.0.2.3>\n";
    let ok = invite.response("200 OK", "c", more);
    let first = only(node.hear(conn, &ok));
    let again = only(node.hear(conn, &ok));
    for ack in [&first, &again] {
        assert_eq!(ack.start(), "ACK sip:carol@192.0.2.3 SIP/2.0");
        assert_eq!(
            ack.message.headers(Name::Route).collect::<Vec<_>>(),
            ["<sip:p1.contoso.com;lr>", "<sip:p2.contoso.com;lr>"]
        );
        assert_ne!(ack.header(Name::Via), invite.header(Name::Via));
        assert_eq!(ack.header(Name::CSeq), "1 ACK");
    }
    // The machine hears of it once.
    assert_eq!(node.answers(), [(1, 200)]);
    node.pass(Duration::from_secs(32));
    node.nothing_left(1);
}

/// RFC 3261 13.2.2.4: an ACK has the number of the INVITE whose 2xx it is for, whatever was asked since.
#[test]
fn a_late_copy_of_a_2xx_is_acknowledged_as_such() {
    covers!("D-1");
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let ok = invite.response("200 OK", "c", "Contact: <sip:carol@192.0.2.3>\n");
    node.hear(conn, &ok);
    let dialog = node.seen().into_iter().find_map(|heard| match heard {
        Heard::Response(response) => response.dialog,
        _ => None,
    });
    let (_, again) = node.within(dialog.expect("a dialog"), Method::Invite, 2);
    assert_eq!(only(again).header(Name::CSeq), "2 INVITE");
    assert_eq!(only(node.hear(conn, &ok)).header(Name::CSeq), "1 ACK");
}

/// RFC 6026 7.2: whoever goes on repeating his 2xx does not keep the transaction for ever.
#[test]
fn repeated_2xx_do_not_prolong_the_transaction() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let ok = invite.response("200 OK", "c", "");
    node.hear(conn, &ok);
    node.pass(Duration::from_secs(31));
    assert_eq!(starts(&node.hear(conn, &ok)).len(), 1);
    node.pass(Duration::from_secs(1));
    assert!(node.hear(conn, &ok).is_empty());
    node.nothing_left(1);
}

#[test]
fn a_forked_invite_makes_a_dialog_for_each_2xx() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let mut dialogs = Vec::new();
    for (tag, contact) in [("c1", "sip:carol@192.0.2.3"), ("c2", "sip:carol@192.0.2.4")] {
        let ok = invite.response("200 OK", tag, &format!("Contact: <{contact}>\n"));
        let ack = only(node.hear(conn, &ok));
        assert_eq!(ack.start(), format!("ACK {contact} SIP/2.0"));
        assert_eq!(ack.tag(), tag);
        match &node.seen()[..] {
            [Heard::Response(Response { dialog: Some(dialog), .. })] => dialogs.push(*dialog),
            other => panic!("{other:?}"),
        }
    }
    assert_ne!(dialogs[0], dialogs[1]);
    // The peers speak in their own dialogs.
    for (tag, dialog) in [("c2", dialogs[1]), ("c1", dialogs[0])] {
        let from = invite.message.from().expect("From");
        let bye = format!(
            "BYE sip:node.contoso.com:5061 SIP/2.0\nVia: SIP/2.0/TCP carol;branch=z9hG4bK{tag}\n\
             From: <sip:carol@contoso.com>;tag={tag}\nTo: <sip:alice@contoso.com>;tag={}\n\
             Call-ID: {}\nCSeq: 1 BYE\n",
            from.tag().expect("a tag"),
            invite.header(Name::CallId),
        );
        node.hear(conn, &bye);
        assert_eq!(node.request().dialog, Some(dialog));
    }
}

#[test]
fn a_2xx_to_a_later_invite_moves_the_target() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    node.hear(conn, &invite.response("200 OK", "c", "Contact: <sip:carol@192.0.2.3>\n"));
    let Some(Heard::Response(Response { dialog: Some(dialog), .. })) = node.seen().pop() else { panic!() };
    let (_, sent) = node.within(dialog, Method::Invite, 2);
    let again = only(sent);
    assert_eq!(again.header(Name::CSeq), "2 INVITE");
    let ack = only(node.hear(conn, &again.response("200 OK", "", "Contact: <sip:carol@192.0.2.9>\n")));
    assert_eq!(ack.start(), "ACK sip:carol@192.0.2.9 SIP/2.0");
    assert_eq!(ack.header(Name::CSeq), "2 ACK");
}
