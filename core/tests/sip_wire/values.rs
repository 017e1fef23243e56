//! Typed header values: what is accepted, what it means, what is rejected and where.

use std::fmt::{Debug, Display};

use confsim_core::covers;
use confsim_core::wire::sip::headers::{Delta, Header, Number};
use confsim_core::wire::sip::{
    CSeq, Credentials, Diagnostics, ErrorKind, Event, KeepAlive, Method, PoolLink, Reason, Refresher,
    SessionExpires, SubscriptionState, Substate, Via, unquoted,
};

/// Reads `text` and checks that its canonical form is `canonical` and reads back the same.
pub(crate) fn read<'a, T: Header<'a> + Display + Debug + PartialEq>(text: &'a str, canonical: &'a str) -> T {
    let value = T::parse(text).unwrap();
    assert_eq!(value.to_string(), canonical);
    assert_eq!(T::parse(canonical).unwrap().to_string(), canonical);
    value
}

/// The error of `text` as a `T`.
pub(crate) fn error<'a, T: Header<'a> + Debug>(text: &'a str) -> (ErrorKind, u64) {
    let error = T::parse(text).unwrap_err();
    (error.kind, error.offset)
}

#[test]
fn vias() {
    covers!("EX-IM-4-1-1-ae");
    let uccp: Via<'_> = read(
        "SIP/2.0/TLS 10.56.64.122:2157;received=10.29.107.208;ms-received-port=2157;ms-received-cid=29500",
        "SIP/2.0/TLS 10.56.64.122:2157;received=10.29.107.208;ms-received-port=2157;ms-received-cid=29500",
    );
    assert_eq!((uccp.branch(), uccp.received()), (None, Some("10.29.107.208")));
    assert_eq!(uccp.param("ms-received-cid"), Some(Some("29500")));
    assert_eq!(uccp.sent_by().to_string(), "10.56.64.122:2157");
    let spaced: Via<'_> = read(
        "sip / 2.0 / UDP\r\n [2001:db8::9] : 5060 ; branch = z9hG4bKx",
        "SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bKx",
    );
    assert_eq!((spaced.transport, spaced.host, spaced.port), ("UDP", "[2001:db8::9]", Some(5060)));
    assert_eq!(spaced.rfc3261_branch(), Some("z9hG4bKx"));
    let strange: Via<'_> = read(
        "SIP/2.0/UNKNOWN h;received=2001:db8::1;x=\"a b\"",
        "SIP/2.0/UNKNOWN h;received=2001:db8::1;x=\"a b\"",
    );
    assert_eq!(strange.param("x"), Some(Some("a b")));
    assert_eq!(error::<Via<'_>>("SIP/1.0/TCP h"), (ErrorKind::Version, 0));
    assert_eq!(error::<Via<'_>>("HTTP/2.0/TCP h"), (ErrorKind::Version, 0));
    assert_eq!(error::<Via<'_>>("SIP/2.0/TCP"), (ErrorKind::Host, 11));
    assert_eq!(error::<Via<'_>>("SIP/2.0/TCP h:x"), (ErrorKind::Host, 14));
    assert_eq!(error::<Via<'_>>("SIP/2.0/TCP h;;branch=1"), (ErrorKind::Parameter, 14));
}

#[test]
fn cseqs() {
    let cseq: CSeq = read(" 0009\r\n  INVITE ", "9 INVITE");
    assert_eq!(cseq, CSeq { seq: 9, method: Method::Invite });
    assert_eq!(read::<CSeq>("4294967295 FOO", "4294967295 FOO").method, Method::Other("FOO".into()));
    assert_eq!(error::<CSeq>("4294967296 INVITE"), (ErrorKind::Number, 0));
    assert_eq!(error::<CSeq>("1INVITE"), (ErrorKind::Token, 1));
    assert_eq!(error::<CSeq>("1"), (ErrorKind::Token, 1));
    assert_eq!(error::<CSeq>("-1 INVITE"), (ErrorKind::Number, 0));
    assert_eq!(error::<CSeq>("1 INVITE x"), (ErrorKind::Trailing, 9));
}

#[test]
fn numbers_and_times() {
    assert_eq!(read::<Number>(" 007 ", "7"), Number(7));
    assert_eq!(error::<Number>("18446744073709551616"), (ErrorKind::Number, 0));
    assert_eq!(error::<Number>("+1"), (ErrorKind::Number, 0));
    assert_eq!(error::<Number>("1 2"), (ErrorKind::Trailing, 2));
    assert_eq!(read::<Delta<'_>>("3600 ;a=b", "3600;a=b").seconds, 3600);
    assert_eq!(read::<Delta<'_>>("99999999999999999999999999", "4294967295").seconds, u32::MAX);
    assert_eq!(error::<Delta<'_>>("soon"), (ErrorKind::Number, 0));
    let timer: SessionExpires<'_> = read("7200;refresher=UAC", "7200;refresher=UAC");
    assert_eq!((timer.seconds, timer.refresher()), (7200, Some(Refresher::Uac)));
    assert_eq!(read::<SessionExpires<'_>>("90;refresher=me", "90;refresher=me").refresher(), None);
}

#[test]
fn subscriptions() {
    let state: SubscriptionState<'_> = read(
        "terminated; expires=0 ;reason=ParticipantRemoved",
        "terminated;expires=0;reason=ParticipantRemoved",
    );
    assert_eq!(
        (state.state, state.expires(), state.reason()),
        (Substate::Terminated, Some(0), Some("ParticipantRemoved"))
    );
    let state: SubscriptionState<'_> =
        read("ACTIVE;retry-after=9;expires=x", "active;retry-after=9;expires=x");
    assert_eq!((state.state, state.expires(), state.retry_after()), (Substate::Active, None, Some(9)));
    assert_eq!(read::<SubscriptionState<'_>>("odd", "odd").state, Substate::Other("odd"));
    let event: Event<'_> = read("conference;id=7", "conference;id=7");
    assert_eq!((event.package, event.id()), ("conference", Some("7")));
    assert_eq!(error::<Event<'_>>(";id=7"), (ErrorKind::Token, 0));
}

#[test]
fn reasons_and_diagnostics() {
    let reason: Reason<'_> = read(
        "SIP;cause=481;text=\"Participant \\\"Removed\\\"\"",
        "SIP;cause=481;text=\"Participant \\\"Removed\\\"\"",
    );
    assert_eq!((reason.protocol, reason.cause()), ("SIP", Some(481)));
    assert_eq!(reason.text().unwrap(), "Participant \"Removed\"");
    assert_eq!(read::<Reason<'_>>("Q.850;cause=70000", "Q.850;cause=70000").cause(), None);
    let text = r#"6019;source="M18-OCG.topa.contoso.com";reason="Dialog does not exist";component="ImMcu""#;
    let found: Diagnostics<'_> = read(text, text);
    assert_eq!(found.code, 6019);
    assert_eq!(found.reason().unwrap(), "Dialog does not exist");
    assert_eq!(found.source().unwrap(), "M18-OCG.topa.contoso.com");
    assert_eq!(found.component().unwrap(), "ImMcu");
    assert_eq!(error::<Diagnostics<'_>>("reason=x"), (ErrorKind::Number, 0));
    assert_eq!(unquoted("a\\\"b\\\\c\r\n  d"), "a\"b\\c d");
}

#[test]
fn connections_and_links() {
    let answer: KeepAlive<'_> = read(
        "UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300",
        "UAS;tcp=no;hop-hop=yes;end-end=no;timeout=300",
    );
    assert_eq!((answer.role, answer.timeout()), ("UAS", Some(300)));
    assert!(answer.says_yes("hop-hop") && !answer.says_yes("tcp") && !answer.says_yes("udp"));
    let link: PoolLink<'_> = read("9f3;seq=12;ack=7;peer=a1", "9f3;seq=12;ack=7;peer=a1");
    assert_eq!((link.epoch, link.seq, link.ack, link.peer), ("9f3", 12, 7, Some("a1")));
    assert_eq!(read::<PoolLink<'_>>("e;ack=0;seq=1", "e;seq=1;ack=0").peer, None);
    assert_eq!(error::<PoolLink<'_>>("e;seq=1"), (ErrorKind::Parameter, 1));
    assert_eq!(error::<PoolLink<'_>>("e;seq=+1;ack=0"), (ErrorKind::Parameter, 1));
    assert_eq!(error::<PoolLink<'_>>("e;seq=1;ack=0;peer=\"a b\""), (ErrorKind::Parameter, 1));
}

#[test]
fn authentication_stays_opaque() {
    covers!("EX-CWA-0-n");
    let text = r#"NTLM qop="auth", realm="SIP Communications, Service" ,opaque="99",response="""#;
    let found: Credentials<'_> =
        read(text, r#"NTLM qop="auth", realm="SIP Communications, Service", opaque="99", response="""#);
    assert_eq!((found.scheme, found.param("REALM")), ("NTLM", Some("SIP Communications, Service")));
    assert_eq!((found.param("response"), found.param("nonce")), (Some(""), None));
    let bare: Credentials<'_> = read("qop=auth, nc=1", "qop=auth, nc=1");
    assert_eq!((bare.scheme, bare.param("nc")), ("", Some("1")));
    assert_eq!(read::<Credentials<'_>>("Negotiate", "Negotiate").params().count(), 0);
    assert_eq!(error::<Credentials<'_>>(",x"), (ErrorKind::Token, 0));
}
