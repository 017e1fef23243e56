//! What clients of other make need of a front end, and what keeps them from harming each other.

use bytes::Bytes;

use crate::common::{Out, only, sip};
use crate::stage::{Ask, FOCUS, FOCUS_URI, ask, config, contact, pool, register, started};
use confsim_core::covers;
use confsim_core::front_end::Config;
use confsim_core::node::{Address, Input};
use confsim_core::time::Duration;
use confsim_core::wire::provisioning::Provisioning;
use confsim_core::wire::sip::Name;

#[test]
fn the_answer_to_register_says_what_there_is_to_ask_for() {
    let mut node = pool();
    let conn = node.accept("alice");
    let more = contact("alice") + "Expires: 900\n";
    let ok = only(node.hear(conn, &register("alice", "1", 1, &more)));
    for line in
        ["Expires: 900", "Supported: msrtc-event-categories", "Allow-Events: vnd-microsoft-provisioning-v2"]
    {
        assert!(ok.text.lines().any(|found| found == line), "{line}: {}", ok.text);
    }
}

#[test]
fn a_client_is_told_where_conferences_are_made() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let more = "Event: vnd-microsoft-provisioning-v2\nExpires: 0\nSupported: ms-piggyback-first-notify\n";
    let ok = only(node.hear(conn, &Ask { more, ..ask("SUBSCRIBE", "sip:carol@contoso.com") }.text()));
    assert_eq!(ok.code(), Some(200));
    for line in [
        "Event: vnd-microsoft-provisioning-v2",
        "Expires: 0",
        "subscription-state: terminated;expires=0",
        "ms-piggyback-cseq: 1",
    ] {
        assert!(ok.text.lines().any(|found| found == line), "{line}: {}", ok.text);
    }
    let document = Provisioning::parse(ok.body().as_bytes()).expect("a document");
    let factory = "sip:carol@contoso.com;gruu;opaque=app:conf:focusfactory";
    assert_eq!(document, Provisioning::focus_factory(factory));
}

#[test]
fn there_is_no_presence_here() {
    covers!("D-40");
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    node.sign_in("bob", "1");
    let more = "Event: presence\n";
    let answer = only(node.hear(conn, &Ask { more, ..ask("SUBSCRIBE", "sip:bob@contoso.com") }.text()));
    assert_eq!(answer.code(), Some(489));
    assert_eq!(answer.header(Name::AllowEvents), "vnd-microsoft-provisioning-v2");
    let answer = only(node.hear(conn, &Ask { cseq: 2, ..ask("SERVICE", "sip:carol@contoso.com") }.text()));
    assert_eq!(answer.code(), Some(405));
}

#[test]
fn a_request_with_a_wrong_uri_goes_by_its_to_header() {
    covers!("D-9");
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let wrong = Ask { to: FOCUS_URI, ..ask("INVITE", "sip:carol@contoso.com") };
    let sent = node.hear(conn, &wrong.text());
    let forwarded = sent.iter().find(|sent| sent.message.is_request()).expect("it is passed on");
    assert_eq!((forwarded.conn, forwarded.start()), (FOCUS, &*format!("INVITE {FOCUS_URI} SIP/2.0")));
    assert_eq!(forwarded.header(Name::Route), "");
}

#[test]
fn what_passes_has_long_names_and_a_reason() {
    let mut node = pool();
    let (carol, _) = node.sign_in("carol", "1");
    let (bob, _) = node.sign_in("bob", "1");
    let compact = "MESSAGE sip:bob@contoso.com SIP/2.0\n\
                   v: SIP/2.0/TCP 192.0.2.1:2157\n\
                   f: <sip:carol@contoso.com>;tag=1;epid=1\n\
                   t: <sip:bob@contoso.com>\n\
                   i: compact\n\
                   CSeq: 9 MESSAGE\n\
                   X-Own: kept\n\
                   c: text/plain\n\
                   s: folded\n over lines\n\n\
                   Hi";
    let passed = only(node.hear(carol, compact));
    assert_eq!(passed.conn, bob);
    for line in [
        "Via: SIP/2.0/TCP 192.0.2.1:2157",
        "From: <sip:carol@contoso.com>;tag=1;epid=1",
        "To: <sip:bob@contoso.com>",
        "Call-ID: compact",
        "X-Own: kept",
        "Content-Type: text/plain",
        "Subject: folded over lines",
        "Content-Length: 2",
    ] {
        assert!(passed.text.lines().any(|found| found == line), "{line}: {}", passed.text);
    }
    let answer = only(node.hear(bob, &passed.response("481 ", "b", "")));
    assert_eq!((answer.conn, answer.start()), (carol, "SIP/2.0 481 Unexplained"));
}

#[test]
fn who_finds_no_room_is_told_when_to_come_again() {
    covers!("D-40");
    let mut node = started(Config { users_max: 1, ..config() });
    node.sign_in("alice", "1");
    let conn = node.accept("bob");
    let refused = only(node.hear(conn, &register("bob", "1", 1, &contact("bob"))));
    assert_eq!((refused.code(), refused.header(Name::RetryAfter)), (Some(503), "30"));
}

const PATIENCE: Duration = Duration::from_secs(60);

/// What happens on the connections when they have been there for so long.
fn after_patience(node: &mut crate::stage::Node) -> Vec<Out> {
    node.now += PATIENCE;
    node.give(Input::Timeout)
}

#[test]
fn connections_that_nobody_uses_are_closed() {
    let mut node = started(Config { patience: Some(PATIENCE), ..config() });
    let idle = node.accept("somebody");
    let (used, _) = node.sign_in("alice", "1");
    assert_eq!(after_patience(&mut node), [Out::Close(idle)]);
    assert_eq!(after_patience(&mut node), []);
    assert_eq!(node.hear(used, &register("alice", "1", 2, &contact("alice"))).len(), 1);
}

#[test]
fn a_message_that_does_not_end_ends_the_connection() {
    let mut node = started(Config { patience: Some(PATIENCE), ..config() });
    let (conn, _) = node.sign_in("alice", "1");
    let message = Bytes::from(sip(&register("alice", "1", 2, &contact("alice"))));
    let (first, second) = (message.slice(..40), message.slice(40..80));
    let line_ends = Bytes::from_static(b"\r\n\r\n");
    assert_eq!(node.give(Input::Received { conn, bytes: line_ends }), []);
    assert_eq!(after_patience(&mut node), [], "keep-alives are no message");
    node.give(Input::Received { conn, bytes: first });
    node.now += Duration::from_secs(30);
    node.give(Input::Received { conn, bytes: second });
    node.now += Duration::from_secs(30);
    assert_eq!(node.give(Input::Timeout), [Out::Close(conn)], "however it trickles");
}

#[test]
fn a_proxy_is_trusted_by_its_host_and_reached_by_its_route() {
    covers!("D-8");
    let mut node = started(Config { trusted: [Address::new("192.0.2.7")].into(), ..config() });
    let proxy = node.accept("192.0.2.7:40112");
    let stranger = node.accept("192.0.2.70:40112");
    let invite = ask("INVITE", FOCUS_URI).text();
    assert_eq!(only(node.hear(stranger, &invite)).code(), Some(403));
    assert_eq!(node.hear(proxy, &invite)[1].conn, FOCUS);

    let bye = |route: &str| {
        format!(
            "BYE sip:carol@192.0.2.1 SIP/2.0\n\
             Via: SIP/2.0/TCP focus.pool.contoso.com:5061;branch=z9hG4bK{}\n\
             Route: <sip:fe.contoso.com:5061;lr>, <{route};lr>\n\
             From: <{FOCUS_URI}>;tag=f\n\
             To: <sip:carol@contoso.com>;tag=c\n\
             Call-ID: c\n\
             CSeq: 2 BYE\n",
            route.len()
        )
    };
    let passed = only(node.hear(FOCUS, &bye("sip:192.0.2.7:5070;transport=tcp")));
    assert_eq!((passed.conn, passed.header(Name::Route)), (proxy, "<sip:192.0.2.7:5070;transport=tcp;lr>"));
    assert_eq!(only(node.hear(FOCUS, &bye("sip:192.0.2.70:5070"))).code(), Some(404));
    node.give(Input::Closed { conn: proxy });
    assert_eq!(only(node.hear(FOCUS, &bye("sip:192.0.2.7:5070;transport=tls"))).code(), Some(404));
}

#[test]
fn the_route_names_a_transport_if_there_is_a_choice() {
    let mut node = started(Config { transport: Some("tcp"), ..config() });
    let (conn, _) = node.sign_in("carol", "1");
    let sent = node.hear(conn, &ask("INVITE", FOCUS_URI).text());
    assert_eq!(sent[1].header(Name::RecordRoute), "<sip:fe.contoso.com:5061;transport=tcp;lr>");
}
