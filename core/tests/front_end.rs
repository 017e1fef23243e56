//! The front end: registrar and stateful proxy (D-8 to D-10).

mod common;

use common::{Bench, Out, Sent, only, starts};
use confsim_core::covers;
use confsim_core::entropy::Entropy;
use confsim_core::front_end::{Config, Event, FrontEnd, REOPEN};
use confsim_core::node::{Address, ConnId, Input, Node as _};
use confsim_core::signal::{Endpoint, Settings};
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

const FACTORY: ConnId = ConnId::opened(0);
const FOCUS: ConnId = ConnId::opened(1);
const IM_MCU: ConnId = ConnId::opened(2);

const FOCUS_URI: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:FC275ECD12493E4E9C27C894FE91E104";
const CHAT_URI: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:FC275ECD12493E4E9C27C894FE91E104";
const FACTORY_URI: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory";

type Node = Bench<Endpoint<FrontEnd>>;

fn config() -> Config {
    let address = |role: &str| Address::new(&format!("{role}.pool.contoso.com:5061"));
    Config::new(address("factory"), address("focus"), address("mcu"))
}

fn started(config: Config) -> Node {
    let settings = Settings::new(Address::new("fe.contoso.com:5061"));
    let mut node = Bench::new(Endpoint::new(FrontEnd::new(config), settings, Entropy::named(3, "front_end")));
    let opened: Vec<_> = ["factory", "focus", "mcu"]
        .iter()
        .zip([FACTORY, FOCUS, IM_MCU])
        .map(|(role, conn)| Out::Open(conn, Address::new(&format!("{role}.pool.contoso.com:5061"))))
        .collect();
    assert_eq!(node.give(Input::Start), opened);
    for conn in [FACTORY, FOCUS, IM_MCU] {
        node.give(Input::Connected { conn });
    }
    node
}

fn pool() -> Node {
    started(config())
}

/// A request of `user`'s endpoint `epid`.
struct Ask<'a> {
    method: &'a str,
    uri: &'a str,
    user: &'a str,
    to: &'a str,
    to_tag: &'a str,
    cseq: u32,
    more: &'a str,
}

impl Ask<'_> {
    fn text(&self) -> String {
        let Self { method, uri, user, to, to_tag, cseq, more } = self;
        let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
        format!(
            "{method} {uri} SIP/2.0\n\
             Via: SIP/2.0/TCP 192.0.2.1:2157\n\
             Max-Forwards: 70\n\
             From: <sip:{user}@contoso.com>;tag=a2d73820f1;epid=1\n\
             To: <{to}>{to_tag}\n\
             Call-ID: f799d40aef33402a8e4095aba7915692\n\
             CSeq: {cseq} {method}\n\
             Contact: <sip:{user}@192.0.2.1:2157>\n{more}"
        )
    }
}

/// A request of carol's to `uri`, outside any dialog.
fn ask<'a>(method: &'a str, uri: &'a str) -> Ask<'a> {
    Ask { method, uri, user: "carol", to: uri, to_tag: "", cseq: 1, more: "" }
}

fn register(user: &str, epid: &str, cseq: u32, more: &str) -> String {
    format!(
        "REGISTER sip:contoso.com SIP/2.0\n\
         Via: SIP/2.0/TCP 192.0.2.1:2157\n\
         From: <sip:{user}@contoso.com>;tag=r;epid={epid}\n\
         To: <sip:{user}@contoso.com>\n\
         Call-ID: register {epid}\n\
         CSeq: {cseq} REGISTER\n{more}"
    )
}

fn contact(user: &str) -> String {
    format!("Contact: <sip:{user}@contoso.com>\n")
}

impl Node {
    /// Signs an endpoint in on a new connection, and gives its GRUU.
    fn sign_in(&mut self, user: &str, epid: &str) -> (ConnId, String) {
        let conn = self.accept(&format!("{user} {epid}"));
        let ok = only(self.hear(conn, &register(user, epid, 1, &contact(user))));
        assert_eq!(ok.start(), "SIP/2.0 200 OK");
        (conn, gruu(&ok))
    }

    /// A request of the focus to `uri`, outside any dialog.
    fn focus_asks(&mut self, method: &str, uri: &str, to: &str, to_tag: &str) -> Vec<Sent> {
        let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
        let text = format!(
            "{method} {uri} SIP/2.0\n\
             Via: SIP/2.0/TCP focus.pool.contoso.com:5061;branch=z9hG4bKf{method}\n\
             From: <{FOCUS_URI}>;tag=f\n\
             To: <{to}>{to_tag};epid=1\n\
             Call-ID: 0d47a20d5eaa49b399f1ca52ff210115\n\
             CSeq: 2 {method}\n"
        );
        self.hear(FOCUS, &text)
    }
}

fn gruu(ok: &Sent) -> String {
    let contact = ok.message.contact().expect("a Contact").expect("a Contact");
    contact.params.value("gruu").expect("a GRUU").to_owned()
}

#[test]
fn a_client_signs_in_and_gets_its_gruu() {
    let mut node = pool();
    let conn = node.accept("alice");
    let ok = only(node.hear(conn, &register("Alice", "bd4bd366c2", 1, &contact("Alice"))));
    assert_eq!(ok.conn, conn);
    assert_eq!(ok.header(Name::Expires), "7200");
    assert!(ok.header(Name::Contact).starts_with("<sip:Alice@contoso.com>;gruu=\"sip:Alice@contoso.com;"));
    let token = gruu(&ok);
    let token = token.strip_prefix("sip:Alice@contoso.com;opaque=user:epid:").expect("the form of a GRUU");
    let token = token.strip_suffix("AA;gruu").expect("the form of a GRUU");
    assert_eq!(token.len(), 22);
    assert_eq!(node.seen(), [Event::SignedIn { user: "sip:alice@contoso.com".into() }]);

    // The same endpoint gets the same GRUU, another one another.
    let again = only(node.hear(conn, &register("Alice", "bd4bd366c2", 2, &contact("Alice"))));
    assert_eq!(gruu(&again), gruu(&ok));
    let (_, other) = node.sign_in("Alice", "dceed2edfb");
    assert_ne!(other, gruu(&ok));
    assert_eq!(node.node.dump()["bindings"], 2);
}

#[test]
fn a_registration_lists_all_endpoints_its_own_first() {
    let mut node = pool();
    let (_, first) = node.sign_in("alice", "1");
    let conn = node.accept("alice 2");
    let ok = only(node.hear(conn, &register("alice", "2", 1, &contact("alice"))));
    let gruus: Vec<_> = ok
        .message
        .contacts()
        .map(|contact| contact.expect("a Contact").params.value("gruu").expect("a GRUU").to_owned())
        .collect();
    assert_eq!(gruus.len(), 2);
    assert_eq!(gruus[1], first);
}

#[test]
fn a_registration_expires_unless_renewed() {
    let mut node = pool();
    let conn = node.accept("alice");
    let short = format!("{}Expires: 600\n", contact("alice"));
    let ok = only(node.hear(conn, &register("alice", "1", 1, &short)));
    assert_eq!(ok.header(Name::Expires), "600");
    node.pass(Duration::from_secs(599));
    node.hear(conn, &register("alice", "1", 2, &short));
    node.pass(Duration::from_secs(599));
    node.seen();
    assert_eq!(node.node.dump()["bindings"], 1);
    node.pass(Duration::from_secs(1));
    assert_eq!(node.seen(), [Event::SignedOut { user: "sip:alice@contoso.com".into() }]);
    assert_eq!(node.node.dump()["bindings"], 0);
    // He is known, and unavailable; his requests are no longer taken.
    let sent = only(node.focus_asks("MESSAGE", "sip:alice@contoso.com", "sip:alice@contoso.com", ""));
    assert_eq!(sent.code(), Some(480));
    let refused = only(node.hear(conn, &Ask { user: "alice", ..ask("SERVICE", FACTORY_URI) }.text()));
    assert_eq!(refused.code(), Some(403));
}

#[test]
fn nobody_registers_for_longer_than_allowed() {
    let mut node = pool();
    let conn = node.accept("alice");
    let long = "Contact: <sip:alice@contoso.com>;expires=99999\n";
    assert_eq!(only(node.hear(conn, &register("alice", "1", 1, long))).header(Name::Expires), "7200");
}

#[test]
fn a_client_signs_out() {
    let mut node = pool();
    for (epid, way) in
        [("1", "Contact: <sip:alice@contoso.com>;expires=0\n"), ("2", "Contact: *\nExpires: 0\n")]
    {
        let (conn, _) = node.sign_in("alice", epid);
        let ok = only(node.hear(conn, &register("alice", epid, 2, way)));
        assert_eq!(ok.start(), "SIP/2.0 200 OK");
        assert_eq!(ok.header(Name::Contact), "");
        assert_eq!(node.node.dump()["bindings"], 0);
    }
    assert_eq!(node.node.dump()["timers"], 0);
}

#[test]
fn registrations_are_refused() {
    let mut node = pool();
    let conn = node.accept("alice");
    let good = register("alice", "1", 5, &contact("alice"));
    for (text, code) in [
        (good.replace("From: <sip:alice@", "From: <sip:mallory@"), 403),
        (good.clone() + "Require: outbound\n", 420),
        (good.replace("<sip:alice@contoso.com>\n", "<sip:alice\n"), 400),
        (register("alice", "1", 1, "Contact: *\nExpires: 60\n"), 400),
    ] {
        assert_eq!(only(node.hear(conn, &text)).code(), Some(code), "{text}");
        assert_eq!(node.node.dump()["bindings"], 0);
    }
    node.hear(conn, &good);
    let late = register("alice", "1", 4, "Contact: <sip:alice@contoso.com>;expires=0\n");
    assert_eq!(only(node.hear(conn, &late)).code(), Some(500));
    assert_eq!(node.node.dump()["bindings"], 1);
}

#[test]
fn the_table_of_the_registrar_is_bounded() {
    let mut node = started(Config { users_max: 2, endpoints_max: 2, ..config() });
    node.sign_in("alice", "1");
    node.sign_in("alice", "2");
    node.sign_in("bob", "1");
    let conn = node.accept("too many");
    for user in ["alice", "carol"] {
        let sent = only(node.hear(conn, &register(user, "3", 1, &contact(user))));
        assert_eq!(sent.code(), Some(503));
    }
    // Who is registered may renew.
    let again = register("alice", "2", 9, &contact("alice"));
    assert_eq!(only(node.hear(conn, &again)).code(), Some(200));
}

/// D-8: the From of a request is a user registered on that connection.
#[test]
fn identity_is_checked() {
    covers!("D-8");
    let mut node = started(Config { trusted: [Address::new("gateway")].into(), ..config() });
    let (conn, _) = node.sign_in("carol", "1");
    let stranger = node.accept("mallory");
    let spoofed = ask("SERVICE", FACTORY_URI).text();
    assert_eq!(only(node.hear(stranger, &spoofed)).code(), Some(403));
    let other = Ask { user: "bob", ..ask("SERVICE", FACTORY_URI) }.text();
    assert_eq!(only(node.hear(conn, &other)).code(), Some(403));
    assert!(node.hear(stranger, &Ask { to_tag: "f", ..ask("ACK", FOCUS_URI) }.text()).is_empty());
    assert!(node.hear(stranger, &ask("BENOTIFY", FOCUS_URI).text()).is_empty());

    assert_eq!(only(node.hear(conn, &spoofed)).conn, FACTORY);
    let gateway = node.accept("gateway");
    assert_eq!(only(node.hear(gateway, &other)).conn, FACTORY);
}

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

/// A call to all three endpoints of alice.
fn fork(node: &mut Node) -> Vec<Sent> {
    for epid in ["1", "2", "3"] {
        node.sign_in("alice", epid);
    }
    let aor = "sip:alice@contoso.com";
    let mut sent = node.focus_asks("INVITE", aor, aor, "");
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
    let sent = common::messages(node.give(Input::Connected { conn: again }));
    assert_eq!(starts(&sent), [format!("SUBSCRIBE {FOCUS_URI} SIP/2.0")]);
}

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
