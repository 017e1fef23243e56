//! Sessions of endpoints that are gone (D-4).

use crate::common::{Sent, only};
use crate::stage::{
    Ask, CHAT_URI, FACTORY_URI, FOCUS, FOCUS_URI, IM_MCU, Node, ask, config, contact, pool, register, started,
};
use confsim_core::covers;
use confsim_core::front_end::{Config, Event};
use confsim_core::node::Node as _;
use confsim_core::node::{ConnId, Input};
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

/// carol's endpoint 1 in sessions with focus and IM MCU.
fn in_sessions() -> (Node, ConnId) {
    let mut node = pool();
    let (carol, _) = node.sign_in("carol", "1");
    for (role, uri) in [(FOCUS, FOCUS_URI), (FOCUS, CHAT_URI)] {
        let invite = Ask { cseq: 7, ..ask("INVITE", uri) }
            .text()
            .replace("Call-ID: ", &format!("Call-ID: {}", uri.len()));
        let sent = node.hear(carol, &invite);
        let [_, invite] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(invite.conn, role);
        let contact = format!("Contact: <{uri}>;isfocus\n");
        let ok = only(node.hear(role, &invite.response("200 OK", "far", &contact)));
        assert_eq!((ok.conn, ok.code()), (carol, Some(200)));
    }
    (node, carol)
}

/// A request of carol's in her session with the role at `uri`.
fn within(method: &'static str, uri: &'static str, cseq: u32) -> String {
    let text = Ask { cseq, to_tag: "far", ..ask(method, uri) }.text();
    text.replace("Call-ID: ", &format!("Call-ID: {}", uri.len()))
}

/// Start line, connection, CSeq.
fn byes(sent: &[Sent]) -> Vec<(String, ConnId, String)> {
    sent.iter().map(|bye| (bye.start().to_owned(), bye.conn, bye.header(Name::CSeq).to_owned())).collect()
}

#[test]
fn an_endpoint_without_connection_for_two_minutes_leaves_its_sessions() {
    covers!("D-4");
    let (mut node, carol) = in_sessions();
    let info = only(node.hear(carol, &within("INFO", FOCUS_URI, 12)));
    node.hear(FOCUS, &info.response("202 Accepted", "", ""));
    node.give(Input::Closed { conn: carol });
    assert!(node.pass(Duration::from_micros(119_999_999)).is_empty());
    let sent = node.pass(Duration::from_micros(1));
    assert_eq!(
        byes(&sent),
        [
            (format!("BYE {FOCUS_URI} SIP/2.0"), FOCUS, "13 BYE".to_owned()),
            (format!("BYE {CHAT_URI} SIP/2.0"), IM_MCU, "8 BYE".to_owned()),
        ]
    );
    for bye in &sent {
        assert_eq!(bye.header(Name::From), "<sip:carol@contoso.com>;tag=a2d73820f1;epid=1");
        assert_eq!(bye.tag(), "far");
        assert!(bye.header(Name::CallId).ends_with("f799d40aef33402a8e4095aba7915692"));
        assert!(bye.header(Name::Route).is_empty() && bye.header(Name::Reason).contains("cause=480"));
        assert!(node.hear(bye.conn, &bye.response("200 OK", "", "")).is_empty());
    }
    let dump = node.node.dump();
    assert_eq!((dump["bindings"], dump["endpoint sessions"], dump["timers"]), (0, 0, 0), "{dump:?}");
    assert!(matches!(node.seen().last(), Some(Event::SignedOut { .. })));
}

#[test]
fn an_endpoint_that_is_back_in_time_keeps_its_sessions() {
    covers!("D-4");
    let (mut node, carol) = in_sessions();
    node.give(Input::Closed { conn: carol });
    assert!(node.pass(Duration::from_secs(119)).is_empty());
    let back = node.accept("carol again");
    node.hear(back, &register("carol", "1", 2, &contact("carol")));
    assert!(node.pass(Duration::from_secs(600)).is_empty());
    let info = only(node.hear(back, &within("INFO", FOCUS_URI, 8)));
    assert_eq!(info.conn, FOCUS);
}

/// Whoever ended it, a session is ended once.
#[test]
fn a_session_that_is_over_needs_no_end() {
    let (mut node, carol) = in_sessions();
    let bye = only(node.hear(carol, &within("BYE", FOCUS_URI, 8)));
    node.hear(FOCUS, &bye.response("200 OK", "", ""));
    let aor = "sip:carol@contoso.com";
    let text = format!(
        "BYE {aor} SIP/2.0\nVia: SIP/2.0/TCP mcu.pool.contoso.com:5061;branch=z9hG4bKb\n\
         From: <{CHAT_URI}>;tag=far\nTo: <{aor}>;tag=a2d73820f1;epid=1\n\
         Call-ID: {}f799d40aef33402a8e4095aba7915692\nCSeq: 1 BYE\n",
        CHAT_URI.len()
    );
    let bye = only(node.hear(IM_MCU, &text));
    assert_eq!(bye.conn, carol);
    node.hear(carol, &bye.response("200 OK", "", ""));
    assert_eq!(node.node.dump()["endpoint sessions"], 0);
    node.give(Input::Closed { conn: carol });
    assert!(node.pass(Duration::from_secs(121)).is_empty());
}

/// The end of the registration is the end of the sessions, whether it comes by itself or by a REGISTER.
#[test]
fn an_endpoint_that_signs_out_leaves_its_sessions() {
    covers!("D-4");
    for expires in [true, false] {
        let (mut node, carol) = in_sessions();
        let sent = if expires {
            node.pass(Duration::from_secs(7200))
        } else {
            let out = format!("{}Expires: 0\n", contact("carol"));
            let mut sent = node.hear(carol, &register("carol", "1", 2, &out));
            assert_eq!(sent.pop().and_then(|ok| ok.code()), Some(200));
            sent
        };
        let to: Vec<_> = sent.iter().filter(|sent| sent.is(&Method::Bye)).map(|bye| bye.conn).collect();
        assert_eq!(to, [FOCUS, IM_MCU]);
    }
}

#[test]
fn a_called_endpoint_that_is_gone_leaves_too() {
    covers!("D-4");
    let mut node = pool();
    let (leslie, _) = node.sign_in("leslie", "1");
    let aor = "sip:leslie@contoso.com";
    let text = format!(
        "INVITE {aor} SIP/2.0\nVia: SIP/2.0/TCP mcu.pool.contoso.com:5061;branch=z9hG4bKi\n\
         From: <{CHAT_URI}>;tag=m\nTo: <{aor}>\nCall-ID: call\nCSeq: 5 INVITE\n\
         Contact: <{CHAT_URI}>;isfocus\n"
    );
    let sent = node.hear(IM_MCU, &text);
    let [_, invite] = &sent[..] else { panic!("{sent:?}") };
    node.hear(leslie, &invite.response("200 OK", "l", "Contact: <sip:leslie@192.0.2.7>\n"));
    node.give(Input::Closed { conn: leslie });
    let bye = only(node.pass(Duration::from_secs(120)));
    assert_eq!((bye.conn, bye.start()), (IM_MCU, &*format!("BYE {CHAT_URI} SIP/2.0")));
    assert_eq!(bye.header(Name::From), format!("<{aor}>;tag=l"));
    assert_eq!(bye.header(Name::To), format!("<{CHAT_URI}>;tag=m"));
    assert_eq!(bye.header(Name::CSeq), "1 BYE");
}

#[test]
fn only_so_many_requests_are_under_way() {
    let mut node = started(Config { pending_max: 2, ..config() });
    let (carol, _) = node.sign_in("carol", "1");
    for cseq in 1..=3 {
        let sent = node.hear(carol, &Ask { cseq, ..ask("SERVICE", FACTORY_URI) }.text());
        let sent = only(sent);
        assert_eq!(sent.code(), (cseq == 3).then_some(503));
    }
}

#[test]
fn what_the_roles_do_not_understand_is_420() {
    covers!("D-8");
    let mut node = pool();
    let (carol, _) = node.sign_in("carol", "1");
    let (bob, _) = node.sign_in("bob", "2");
    let require = "Require: timer, 100rel\n";
    let refused = only(node.hear(carol, &Ask { more: require, ..ask("SERVICE", FACTORY_URI) }.text()));
    assert_eq!((refused.code(), refused.header(Name::Unsupported)), (Some(420), "100rel"));
    // What users ask of each other is no affair of the pool's.
    let passed = Ask { more: require, cseq: 2, ..ask("MESSAGE", "sip:bob@contoso.com") }.text();
    assert_eq!(only(node.hear(carol, &passed)).conn, bob);
}

/// EX-CWA-0-i: an invitation between users, forked; the endpoint that is too late is cancelled, and should it
/// have accepted all the same, the caller hears of that too.
#[test]
fn an_invitation_goes_from_user_to_user() {
    covers!("D-8");
    let mut node = pool();
    let (carol, _) = node.sign_in("carol", "1");
    let (one, gruu) = node.sign_in("alice", "1");
    let (two, _) = node.sign_in("alice", "2");
    let aor = "sip:alice@contoso.com";
    let more = "Content-Type: application/ms-conf-invite+xml\n\n<Conferencing version=\"2.0\"/>";
    let sent = node.hear(carol, &Ask { more, ..ask("INVITE", aor) }.text());
    let [trying, first, second] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((trying.code(), first.conn, second.conn), (Some(100), one, two));
    node.hear(two, &second.response("180 Ringing", "a2", ""));
    let sent = node.hear(one, &first.response("200 OK", "a1", &format!("Contact: <{gruu}>\n")));
    let [ok, cancel] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((ok.conn, ok.tag()), (carol, "a1"));
    assert!(cancel.conn == two && cancel.is(&Method::Cancel));
    let late = only(node.hear(two, &second.response("200 OK", "a2", &format!("Contact: <{gruu}>\n"))));
    assert_eq!((late.conn, late.tag()), (carol, "a2"));
    for (method, cseq) in [("ACK", 1), ("BYE", 2)] {
        let route = "Route: <sip:fe.contoso.com:5061;lr>\n";
        let text = Ask { to: aor, to_tag: "a1", cseq, more: route, ..ask(method, &gruu) }.text();
        let sent = only(node.hear(carol, &text));
        assert_eq!((sent.conn, sent.start()), (one, &*format!("{method} {gruu} SIP/2.0")));
        assert!(sent.header(Name::Route).is_empty());
    }
    assert_eq!(node.node.dump()["endpoint sessions"], 0);
}
