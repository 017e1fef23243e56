//! Requests towards endpoints: connections, time-outs, CANCEL.

use crate::common::{Out, only};
use crate::stage::{Ask, FACTORY_URI, FOCUS, FOCUS_URI, ask, contact, pool, register};
use confsim_core::node::Input;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

#[test]
fn a_client_is_reached_over_its_own_connection_only() {
    let mut node = pool();
    let (one, gruu_one) = node.sign_in("alice", "1");
    let (two, gruu_two) = node.sign_in("alice", "2");
    let aor = "sip:alice@contoso.com";
    for (gruu, conn) in [(&gruu_one, one), (&gruu_two, two)] {
        let sent = only(node.focus_asks("BENOTIFY", gruu, aor, "c"));
        assert_eq!(sent.conn, conn);
        assert_eq!(sent.start(), format!("BENOTIFY {gruu} SIP/2.0"));
    }
    // Within a dialog, the To header's epid stands in for a Contact that says too little.
    for contact in [aor, "sip:10.56.64.122:2157"] {
        assert_eq!(only(node.focus_asks("BENOTIFY", contact, aor, "c")).conn, one);
    }
    assert_eq!(node.node.dump()["forwarded requests"], 0);

    // D-4: an endpoint that comes back on another connection takes its sessions with it.
    let (moved, again) = node.sign_in("alice", "3");
    assert_ne!(again, gruu_one);
    node.hear(moved, &register("alice", "1", 2, &contact("alice")));
    assert_eq!(only(node.focus_asks("BENOTIFY", &gruu_one, aor, "c")).conn, moved);
    // The old connection is no longer his.
    let old = Ask { user: "alice", ..ask("SERVICE", FACTORY_URI) }.text();
    assert_eq!(only(node.hear(one, &old)).code(), Some(403));
}

#[test]
fn a_user_without_connection_is_unavailable() {
    let mut node = pool();
    let (conn, gruu) = node.sign_in("alice", "1");
    node.give(Input::Closed { conn });
    let aor = "sip:alice@contoso.com";
    assert_eq!(only(node.focus_asks("INVITE", &gruu, aor, "")).code(), Some(480));
    assert_eq!(only(node.focus_asks("MESSAGE", aor, aor, "")).code(), Some(480));
    assert_eq!(only(node.focus_asks("INFO", &gruu, aor, "c")).code(), Some(503));
    assert!(node.focus_asks("BENOTIFY", &gruu, aor, "c").is_empty());
    // The registration stands: a new connection finds it, and needs its own REGISTER.
    assert_eq!(node.node.dump()["bindings"], 1);
}

#[test]
fn a_connection_lost_on_the_way_is_answered() {
    let aor = "sip:alice@contoso.com";
    for (to_tag, code) in [("", 480), ("c", 503)] {
        let mut node = pool();
        let (conn, gruu) = node.sign_in("alice", "1");
        node.focus_asks("MESSAGE", &gruu, aor, to_tag);
        let sent = node.give(Input::Closed { conn });
        let [Out::Sent(sent)] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!((sent.conn, sent.code()), (FOCUS, Some(code)));
        assert_eq!(node.node.dump()["forwarded requests"], 0);
    }
}

/// RFC 4320 section 4.2.
#[test]
fn a_request_without_answer_gets_none() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    node.hear(conn, &ask("SERVICE", FACTORY_URI).text());
    assert!(node.pass(Duration::from_secs(40)).is_empty());
    let dump = node.node.dump();
    assert_eq!((dump["server transactions"], dump["forwarded requests"]), (0, 0));
}

#[test]
fn an_invite_without_answer_gets_408() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    node.hear(conn, &ask("INVITE", FOCUS_URI).text());
    let sent = only(node.pass(Duration::from_secs(32)));
    assert_eq!((sent.conn, sent.start()), (conn, "SIP/2.0 408 Request Timeout"));
}

#[test]
fn an_invite_that_rings_for_ever_is_cancelled() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let sent = node.hear(conn, &ask("INVITE", FOCUS_URI).text());
    let invite = &sent[1];
    let ringing = invite.response("180 Ringing", "f", "");
    node.hear(FOCUS, &ringing);
    node.pass(Duration::from_secs(100));
    node.hear(FOCUS, &ringing);
    assert!(node.pass(Duration::from_secs(180)).is_empty());
    let cancel = only(node.pass(Duration::from_secs(1)));
    assert!(cancel.is(&Method::Cancel) && cancel.conn == FOCUS);
    let sent = node.hear(FOCUS, &invite.response("487 Request Terminated", "f", ""));
    assert_eq!(sent.last().map(|sent| (sent.conn, sent.code())), Some((conn, Some(487))));
}

#[test]
fn a_cancel_is_passed_on() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let sent = node.hear(conn, &ask("INVITE", FOCUS_URI).text());
    let invite = &sent[1];
    node.hear(FOCUS, &invite.response("183 Session Progress", "f", ""));
    let sent = node.hear(conn, &ask("CANCEL", FOCUS_URI).text());
    let [ok, cancel] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((ok.conn, ok.start()), (conn, "SIP/2.0 200 OK"));
    assert_eq!((cancel.conn, cancel.is(&Method::Cancel)), (FOCUS, true));
    assert_eq!(cancel.message.headers(Name::Via).next(), invite.message.headers(Name::Via).next());
    assert!(node.hear(FOCUS, &cancel.response("200 OK", "f", "")).is_empty());
    let sent = node.hear(FOCUS, &invite.response("487 Request Terminated", "f", ""));
    assert_eq!(sent.last().map(|sent| (sent.conn, sent.code())), Some((conn, Some(487))));
}
