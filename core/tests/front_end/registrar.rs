//! REGISTER, and who may use which address (D-8).

use crate::common::only;
use crate::stage::{
    Ask, FACTORY, FACTORY_URI, FOCUS_URI, ask, config, contact, gruu, pool, register, started,
};
use confsim_core::covers;
use confsim_core::front_end::{Config, Event};
use confsim_core::node::Address;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::sip::Name;

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
