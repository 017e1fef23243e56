//! Messages as a whole: repeated and listed headers, names, methods, what every element checks.

use bytes::Bytes;
use confsim_core::covers;
use confsim_core::wire::sip::{ErrorKind, Limits, Message, Method, Name, SipError};

/// A request with `fields` after its request line.
fn message(fields: &str) -> Message {
    let head = Bytes::from(format!("INVITE sip:a@b SIP/2.0\r\n{fields}\r\n"));
    Message::from_parts(head, Bytes::new(), Limits::DEFAULT).unwrap()
}

#[test]
fn repeats_and_comma_lists_are_one_list() {
    covers!("EX-CWA-0-k", "IM-1-7-b");
    let message = message(
        "Via: SIP/2.0/TCP one;x=\"a,b\" , SIP/2.0/TCP two\r\nk: timer\r\nRoute: <sip:a;lr>,\r\n <sip:b,c@d>\r\n\
         v: SIP/2.0/TCP three\r\nSupported:\r\nSUPPORTED: , ms-sender,100rel\r\nallow: Ack,BeNotify\r\nx: 1, 2\r\n",
    );
    let hosts: Vec<_> = message.vias().map(|via| via.unwrap().host).collect();
    assert_eq!(hosts, ["one", "two", "three"]);
    let routes: Vec<_> = message.routes().map(|route| route.unwrap().uri.as_str()).collect();
    assert_eq!(routes, ["sip:a;lr", "sip:b,c@d"]);
    assert_eq!(message.supported().collect::<Vec<_>>(), ["timer", "ms-sender", "100rel"]);
    assert!(message.supports("MS-Sender") && !message.supports("sender"));
    assert!(
        message.allows(&Method::Ack) && message.allows(&Method::Benotify) && !message.allows(&Method::Bye)
    );
    assert_eq!(message.other("X"), Some("1, 2"));
    let spellings: Vec<_> = message.fields().map(|field| field.spelling()).collect();
    assert_eq!(spellings, ["Via", "k", "Route", "v", "Supported", "SUPPORTED", "allow", "x"]);
}

#[test]
fn errors_in_messages_say_where_in_the_message() {
    let message = message("Via: SIP/2.0/TCP a,SIP/2.0/TCP b;=1\r\nCSeq: 1 BYE\r\nTo:  <sip:a@b\r\n");
    let text = std::str::from_utf8(message.head()).unwrap();
    let at = |what: &str| text.find(what).unwrap() as u64;
    assert_eq!(message.vias().last().unwrap().unwrap_err(), SipError::new(ErrorKind::Parameter, at("=1")));
    assert_eq!(message.to().unwrap_err(), SipError::new(ErrorKind::Uri, at("sip:a@b\r")));
    assert_eq!(message.from().unwrap_err().kind, ErrorKind::Missing(Name::From));
    assert_eq!(message.check().unwrap_err(), SipError::new(ErrorKind::Parameter, at("=1")));
}

#[test]
fn checks_ask_for_what_every_element_needs() {
    let good =
        "Via: SIP/2.0/TCP a\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n";
    message(good).check().unwrap();
    for (name, line) in
        [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq].into_iter().zip(good.lines())
    {
        let found = message(&good.replace(&format!("{line}\r\n"), "")).check().unwrap_err();
        assert_eq!(found.kind, ErrorKind::Missing(name));
    }
    let with = |more: &str| message(&format!("{good}{more}\r\n")).check().map_err(|error| error.kind);
    assert_eq!(with("f: <sip:x@y>"), Err(ErrorKind::Repeated(Name::From)));
    assert_eq!(with("Max-Forwards: many"), Err(ErrorKind::Number));
    assert_eq!(with("Contact: *"), Ok(()));
    assert_eq!(with("Contact: <sip:a@b>;;"), Err(ErrorKind::Parameter));
    assert_eq!(with("Date: someday\r\nEvent: ;;;\r\nx:"), Ok(()));
    assert_eq!(
        message(&good.replace("1 INVITE", "1 BYE")).check().unwrap_err().kind,
        ErrorKind::CSeqMismatch
    );
    let response = good.replace("1 INVITE", "1 BYE");
    let head = Bytes::from(format!("SIP/2.0 200 Invite dialog created\r\n{response}\r\n"));
    let response = Message::from_parts(head, Bytes::new(), Limits::DEFAULT).unwrap();
    response.check().unwrap();
    assert_eq!((response.method(), response.code()), (&Method::Bye, Some(200)));
    assert_eq!(response.summary().to_string(), "200 (BYE)");
}

#[test]
fn names_are_found_in_any_spelling() {
    covers!("EX-IM-4-1-1-ag");
    for name in Name::KNOWN {
        assert_eq!(Name::parse(name.as_str()), *name);
        assert_eq!(Name::parse(&name.as_str().to_ascii_uppercase()), *name);
        if let Some(letter) = name.compact() {
            assert_eq!(Name::parse(&char::from(letter).to_string()), *name);
        }
    }
    for unknown in ["", "z", "Vi", "Viaa", "X-Anything", &"x".repeat(300)] {
        assert_eq!(Name::parse(unknown), Name::Other, "{unknown}");
    }
}

#[test]
fn methods_are_an_open_set() {
    for method in Method::KNOWN {
        assert_eq!(Method::parse(method.as_str()).as_ref(), Some(method));
    }
    assert_eq!(Method::parse("Invite"), Some(Method::Other("Invite".into())));
    assert_eq!((Method::parse(""), Method::parse("A B")), (None, None));
}
