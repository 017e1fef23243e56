//! Where requests go (D-9, D-10), and what a proxy adds or refuses.

use crate::common::{only, starts};
use crate::stage::{Ask, CHAT_URI, FACTORY, FACTORY_URI, FOCUS, FOCUS_URI, IM_MCU, ask, pool};
use confsim_core::covers;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

/// D-9, D-10.
#[test]
fn requests_go_where_the_opaque_parameter_says() {
    covers!("D-9", "D-10");
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let focus_contact = "sip:focus.pool.contoso.com:5061;transport=tls;ms-fe=m17";
    let in_dialog = |method, uri, to| Ask { to, to_tag: "x", ..ask(method, uri) };
    let cases = [
        (ask("SERVICE", FACTORY_URI), FACTORY),
        (ask("INVITE", FOCUS_URI), FOCUS),
        (ask("SUBSCRIBE", FOCUS_URI), FOCUS),
        // The focus sees who joins the chat; what follows in the dialog goes straight to the MCU.
        (ask("INVITE", CHAT_URI), FOCUS),
        (in_dialog("INVITE", CHAT_URI, CHAT_URI), IM_MCU),
        (in_dialog("MESSAGE", CHAT_URI, CHAT_URI), IM_MCU),
        (in_dialog("BYE", CHAT_URI, CHAT_URI), IM_MCU),
        // The Contact of the focus names its address.
        (in_dialog("BYE", focus_contact, FOCUS_URI), FOCUS),
        // One that says nothing: then To decides.
        (in_dialog("INFO", "sip:somewhere.else:5061", FOCUS_URI), FOCUS),
        (in_dialog("INFO", "sip:alice@contoso.com;gruu;opaque=app:conf:audio-video:id:1", FOCUS_URI), FOCUS),
    ];
    for (cseq, (ask, target)) in (1..).zip(cases) {
        let sent = node.hear(conn, &Ask { cseq, ..ask }.text());
        let forwarded: Vec<_> = sent.iter().filter(|sent| sent.message.is_request()).collect();
        assert_eq!(forwarded.len(), 1, "{sent:?}");
        assert_eq!(forwarded[0].conn, target, "{sent:?}");
        assert_eq!(forwarded[0].start(), format!("{} {} SIP/2.0", ask.method, ask.uri));
    }
}

#[test]
fn a_printed_to_header_without_angle_brackets_routes_too() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let text = ask("SERVICE", "sip:pool.contoso.com").text().replace(
        "To: <sip:pool.contoso.com>",
        "To: sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory;tag=ccb81c3509",
    );
    assert_eq!(only(node.hear(conn, &text)).conn, FACTORY);
}

#[test]
fn unknown_targets_are_404() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let cases = [
        "sip:nobody@contoso.com",
        "sip:nobody@contoso.com;gruu;opaque=app:conf:audio-video:id:1",
        "sip:contoso.com",
    ];
    for (cseq, uri) in (1..).zip(cases) {
        let sent = only(node.hear(conn, &Ask { cseq, ..ask("MESSAGE", uri) }.text()));
        assert_eq!(sent.code(), Some(404), "{uri}");
    }
}

#[test]
fn a_forwarded_request_carries_the_marks_of_a_proxy() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let more = "Record-Route: <sip:edge.contoso.com;lr>\nX-Unknown: kept\nContent-Type: text/plain\n\nbody";
    let sent = node.hear(conn, &Ask { more, ..ask("INVITE", FOCUS_URI) }.text());
    let [trying, invite] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(trying.start(), "SIP/2.0 100 Trying");
    assert_eq!(trying.conn, conn);
    assert_eq!(trying.tag(), "");

    let vias: Vec<_> = invite.message.headers(Name::Via).collect();
    assert!(vias[0].starts_with("SIP/2.0/TCP fe.contoso.com:5061;branch=z9hG4bK"));
    assert_eq!(vias[1], "SIP/2.0/TCP 192.0.2.1:2157");
    assert_eq!(
        invite.message.headers(Name::RecordRoute).collect::<Vec<_>>(),
        ["<sip:fe.contoso.com:5061;lr>", "<sip:edge.contoso.com;lr>"]
    );
    assert_eq!(invite.header(Name::MaxForwards), "69");
    assert_eq!(invite.message.other("X-Unknown"), Some("kept"));
    assert_eq!(invite.body(), "body");

    // Only what creates a dialog is Record-Routed.
    for (cseq, later) in [
        (2, Ask { to_tag: "x", ..ask("INVITE", FOCUS_URI) }),
        (3, ask("SERVICE", FACTORY_URI)),
        (4, Ask { to_tag: "x", ..ask("SUBSCRIBE", FOCUS_URI) }),
    ] {
        let sent = node.hear(conn, &Ask { cseq, ..later }.text());
        assert_eq!(sent.last().map(|sent| sent.header(Name::RecordRoute)), Some(""), "{sent:?}");
    }
}

#[test]
fn loose_and_strict_routes_lead_to_the_same_place() {
    covers!("EX-IM-4-1-1-ad", "D-8");
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let more = "Route: <sip:fe.contoso.com:5061;lr>\n";
    let loose = only(node.hear(conn, &Ask { to_tag: "x", more, ..ask("INFO", FOCUS_URI) }.text()));
    let more = format!("Route: <{FOCUS_URI}>\n");
    let strict =
        Ask { to: FOCUS_URI, to_tag: "x", cseq: 2, more: &more, ..ask("INFO", "sip:fe.contoso.com:5061;lr") };
    let strict = only(node.hear(conn, &strict.text()));
    for sent in [loose, strict] {
        assert_eq!(sent.start(), format!("INFO {FOCUS_URI} SIP/2.0"));
        assert_eq!(sent.conn, FOCUS);
        assert_eq!(sent.header(Name::Route), "");
    }
    // A further Route is kept, and obeyed as far as it names a role.
    let more = "Route: <sip:fe.contoso.com:5061;lr>, <sip:mcu.pool.contoso.com:5061;lr>\n";
    let next = only(node.hear(conn, &Ask { cseq: 3, to_tag: "x", more, ..ask("INFO", FOCUS_URI) }.text()));
    assert_eq!(next.conn, IM_MCU);
    assert_eq!(next.header(Name::Route), "<sip:mcu.pool.contoso.com:5061;lr>");
    let more = "Route: <sip:elsewhere.contoso.com;lr>\n";
    let lost = only(node.hear(conn, &Ask { cseq: 4, to_tag: "x", more, ..ask("INFO", FOCUS_URI) }.text()));
    assert_eq!(lost.code(), Some(404));
}

#[test]
fn a_proxy_refuses_what_it_must() {
    covers!("D-8");
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let hops = ask("INVITE", FOCUS_URI).text().replace("Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(starts(&node.hear(conn, &hops)), ["SIP/2.0 483 Too Many Hops"]);
    let require = "Proxy-Require: ms-benotify, x-other\n";
    let sent = only(node.hear(conn, &Ask { cseq: 2, more: require, ..ask("SUBSCRIBE", FOCUS_URI) }.text()));
    assert_eq!((sent.code(), sent.header(Name::Unsupported)), (Some(420), "x-other"));
    // What it understands passes, and so does what the roles understand.
    let fine = "Proxy-Require: ms-benotify\nRequire: timer\n";
    let sent = only(node.hear(conn, &Ask { cseq: 3, more: fine, ..ask("SUBSCRIBE", FOCUS_URI) }.text()));
    assert_eq!(sent.conn, FOCUS);
}

#[test]
fn answers_go_back_the_way_the_request_came() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let sent = node.hear(conn, &ask("INVITE", FOCUS_URI).text());
    let invite = &sent[1];
    assert!(node.hear(FOCUS, &invite.response("100 Trying", "", "")).is_empty());
    let progress = only(node.hear(FOCUS, &invite.response("183 Session Progress", "f", "")));
    assert_eq!((progress.conn, progress.code()), (conn, Some(183)));
    let ok = invite.response(
        "200 Invite dialog created",
        "f",
        "Contact: <sip:focus.pool.contoso.com:5061>\n\nC3P",
    );
    // Every copy of a 2xx passes (RFC 6026).
    for _ in 0..2 {
        let ok = only(node.hear(FOCUS, &ok));
        assert_eq!(ok.conn, conn);
        assert_eq!(ok.start(), "SIP/2.0 200 Invite dialog created");
        assert_eq!(ok.message.headers(Name::Via).collect::<Vec<_>>(), ["SIP/2.0/TCP 192.0.2.1:2157"]);
        assert_eq!(ok.header(Name::RecordRoute), "<sip:fe.contoso.com:5061;lr>");
        assert_eq!(ok.body(), "C3P");
    }
    // So does its ACK, to where the dialog is.
    let more = "Route: <sip:fe.contoso.com:5061;lr>\n";
    let ack = Ask { to: FOCUS_URI, to_tag: "f", more, ..ask("ACK", "sip:focus.pool.contoso.com:5061") };
    let ack = only(node.hear(conn, &ack.text()));
    assert_eq!((ack.conn, ack.header(Name::Route)), (FOCUS, ""));
    assert_eq!(ack.message.headers(Name::Via).count(), 2);

    node.pass(Duration::from_secs(32));
    let dump = node.node.dump();
    assert_eq!((dump["server transactions"], dump["client transactions"]), (0, 0), "{dump:?}");
    assert_eq!((dump["forwarded requests"], dump["timers"]), (0, 1), "{dump:?}");
}

#[test]
fn failures_are_acknowledged_hop_by_hop() {
    let mut node = pool();
    let (conn, _) = node.sign_in("carol", "1");
    let sent = node.hear(conn, &ask("INVITE", FOCUS_URI).text());
    let more = "ms-diagnostics: 3014;reason=\"x\"\n";
    let sent = node.hear(FOCUS, &sent[1].response("403 Forbidden", "f", more));
    let [ack, forbidden] = &sent[..] else { panic!("{sent:?}") };
    assert!(ack.is(&Method::Ack) && ack.conn == FOCUS);
    assert_eq!((forbidden.conn, forbidden.code(), forbidden.tag()), (conn, Some(403), "f"));
    assert_eq!(forbidden.header(Name::MsDiagnostics), "3014;reason=\"x\"");
    // The client's own ACK ends here.
    assert!(node.hear(conn, &Ask { to_tag: "f", ..ask("ACK", FOCUS_URI) }.text()).is_empty());
    assert_eq!(node.node.dump()["server transactions"], 0);
}
