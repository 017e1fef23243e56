//! The writer: canonical heads that nobody can break out of.

use bytes::Bytes;
use confsim_core::wire::sip::{Limits, Message, Method, Name, Writer};

#[test]
fn heads_are_written_line_by_line() {
    let mut writer = Writer::new();
    writer.start_request(&Method::Service, "sip:a@b").header(Name::CSeq, "1 SERVICE").text("X-Own", "ä");
    let request = writer.finish(3);
    assert_eq!(
        request,
        "SERVICE sip:a@b SIP/2.0\r\nCSeq: 1 SERVICE\r\nX-Own: ä\r\nContent-Length: 3\r\n\r\n"
    );
    writer.start_response(200, "Invite dialog created");
    assert_eq!(writer.finish(0), "SIP/2.0 200 Invite dialog created\r\nContent-Length: 0\r\n\r\n");
    assert!(request.starts_with(b"SERVICE"), "what was given away stays");
}

#[test]
fn an_unfinished_head_is_dropped() {
    let mut writer = Writer::new();
    writer.start_request(&Method::Bye, "sip:a@b").header(Name::To, "<sip:c@d>");
    writer.start_response(481, "");
    assert_eq!(writer.finish(0), "SIP/2.0 481 \r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn no_value_breaks_out_of_its_line() {
    let evil = "x\r\nInjected: 1\n\r\n\tBody\r";
    let mut writer = Writer::new();
    writer.start_request(&Method::Other(evil.into()), evil);
    writer
        .header(evil, evil)
        .header(Name::Other, evil)
        .text("a\r\n:b", evil)
        .header(Name::Subject, format_args!("{evil}{evil}"));
    let head = writer.finish(0);
    let text = std::str::from_utf8(&head).unwrap();
    assert_eq!(text.matches("\r\n").count(), 6, "{text:?}");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text:?}");
    assert!(text.contains("\r\nxInjected1Body: x Injected: 1 Body \r\nab: x Injected"), "{text:?}");
    writer.start_response(400, evil);
    assert_eq!(writer.finish(0), "SIP/2.0 400 x Injected: 1 Body \r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn copied_fields_keep_their_form() {
    let head = "BYE sip:a@b SIP/2.0\r\nSUBJECT :  a\r\n\tb\r\nv:c\r\n\r\n";
    let message =
        Message::from_parts(Bytes::from_static(head.as_bytes()), Bytes::new(), Limits::DEFAULT).unwrap();
    let mut writer = Writer::new();
    writer.start_request(message.method(), message.request_uri().unwrap());
    for field in message.fields() {
        writer.copy(&field);
    }
    assert_eq!(writer.finish(0), head.replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n"));
}

/// With long names, which every peer knows.
#[test]
fn fields_are_copied_but_for_some() {
    let head = "BYE sip:a@b SIP/2.0\r\nv: 1\r\nl: 9\r\nTo: x\r\n y\r\nRoute: z\r\nroute: z\r\nX: 2\r\nVia: 3\r\n\r\n";
    let message =
        Message::from_parts(Bytes::from_static(head.as_bytes()), Bytes::new(), Limits::DEFAULT).unwrap();
    let copied = |keep: fn(Name) -> bool| {
        let mut writer = Writer::new();
        writer.start_response(200, "OK").copy_fields(&message, keep);
        let head = String::from_utf8(writer.finish(0).to_vec()).unwrap();
        let lines = head.strip_prefix("SIP/2.0 200 OK\r\n").unwrap();
        lines.strip_suffix("Content-Length: 0\r\n\r\n").unwrap().to_owned()
    };
    let all = "Via: 1\r\nTo: x\r\n y\r\nRoute: z\r\nroute: z\r\nSession-Expires: 2\r\nVia: 3\r\n";
    assert_eq!(copied(|_| true), all);
    let others = "Via: 1\r\nTo: x\r\n y\r\nSession-Expires: 2\r\nVia: 3\r\n";
    assert_eq!(copied(|name| name != Name::Route), others);
    assert_eq!(
        copied(|name| matches!(name, Name::Via | Name::Route)),
        "Via: 1\r\nRoute: z\r\nroute: z\r\nVia: 3\r\n"
    );
    assert_eq!(copied(|_| false), "");
}

#[test]
fn numbers_are_written_whole() {
    let mut writer = Writer::new();
    for number in [0, 7, 10, 4_294_967_296, u64::MAX] {
        writer.start_response(100, "Trying").number(Name::MessageId, number);
        let head = writer.finish(number as usize % 1_000);
        let expected = format!("Message-Id: {number}\r\nContent-Length: {}\r\n\r\n", number % 1_000);
        assert_eq!(head, format!("SIP/2.0 100 Trying\r\n{expected}"));
    }
}
