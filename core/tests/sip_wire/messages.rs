//! The documents' own messages: read, taken apart, written again.

use bytes::Bytes;
use confsim_core::covers;
use confsim_core::wire::sip::{Limits, Message, Name, StartLine, Writer};

use crate::corpus;

/// Writes `message` field by field.
fn rewrite(message: &Message) -> Bytes {
    let mut writer = Writer::new();
    match message.start() {
        StartLine::Request { method, uri } => writer.start_request(method, uri),
        StartLine::Response { code, reason } => writer.start_response(code, reason),
    };
    for field in message.fields().filter(|field| field.name() != Name::ContentLength) {
        writer.text(field.spelling(), &field.unfolded());
    }
    writer.finish(message.body().len())
}

#[test]
fn complete_messages_keep_every_byte() {
    for (name, bytes) in corpus::complete() {
        let (message, surplus) = Message::parse_datagram(bytes.clone()).unwrap();
        assert_eq!(surplus, 0, "{name}");
        let whole: Vec<u8> = [message.head().as_ref(), message.body().as_ref()].concat();
        assert_eq!(whole, bytes, "{name}");
        let lines: String = message.fields().map(|field| field.line()).collect();
        assert!(
            message.head().ends_with(format!("\r\n{lines}\r\n").as_bytes()),
            "{name}: fields leave nothing out"
        );
    }
}

#[test]
fn written_messages_read_back_the_same() {
    let all = corpus::messages().into_iter();
    for (name, _, bytes) in all.filter(|(_, completeness, _)| !completeness.contains("body")) {
        let (message, _) = Message::parse_datagram(bytes).unwrap();
        let head = rewrite(&message);
        let again = Message::from_parts(head.clone(), message.body().clone(), Limits::DEFAULT).unwrap();
        assert_eq!(again.start(), message.start(), "{name}");
        let values = |message: &Message| -> Vec<(String, String)> {
            message
                .fields()
                .filter(|field| field.name() != Name::ContentLength)
                .map(|field| (field.spelling().to_owned(), field.unfolded().into_owned()))
                .collect()
        };
        assert_eq!(values(&again), values(&message), "{name}");
        assert_eq!(rewrite(&again), head, "{name}: the written form is a fixed point");
    }
}

/// The messages whose From lacks a closing quote: printed that way, kept that way.
const MISPRINTED: [&str; 2] = [
    "cwa-09-INVITE-user1-focus.sip: unterminated quoted string at byte 110",
    "cwa-10-INVITE-user1-user2.sip: unterminated quoted string at byte 94",
];

#[test]
fn complete_messages_have_readable_headers() {
    let mut misprinted = Vec::new();
    for (name, bytes) in corpus::complete() {
        let (message, _) = Message::parse_datagram(bytes).unwrap();
        if let Err(error) = message.check() {
            misprinted.push(format!("{name}: {error}"));
        }
        let typed: [(&str, Result<(), _>); 12] = [
            ("event", message.event().map(drop)),
            ("subscription_state", message.subscription_state().map(drop)),
            ("session_expires", message.session_expires().map(drop)),
            ("expires", message.expires().map(drop)),
            ("min_se", message.min_se().map(drop)),
            ("message_id", message.message_id().map(drop)),
            ("ms_sender", message.ms_sender().map(drop)),
            ("ms_focus_uri", message.ms_focus_uri().map(drop)),
            ("reason", message.reason().map(drop)),
            ("diagnostics", message.diagnostics().map(drop)),
            ("keep_alive", message.keep_alive().map(drop)),
            ("endpoints", message.endpoints().collect::<Result<Vec<_>, _>>().map(drop)),
        ];
        misprinted.extend(
            typed.iter().filter_map(|(what, result)| Some(format!("{name}: {what}: {}", result.err()?))),
        );
    }
    assert_eq!(misprinted, MISPRINTED);
}

/// A MESSAGE with these header lines.
fn message(lines: &str) -> Message {
    let text = format!("MESSAGE sip:bob@contoso.com SIP/2.0\r\n{lines}\r\nContent-Length: 0\r\n\r\n");
    Message::parse_datagram(Bytes::from(text)).unwrap().0
}

#[test]
fn the_headers_of_im_sessions() {
    covers!("IM-2-2-3-c", "IM-2-2-4-d", "IM-2-2-6-c");
    for (text, id) in
        [("7", Some(7)), ("007", Some(7)), ("4294967295", Some(4_294_967_295)), ("-1", None), ("", None)]
    {
        let read = message(&format!("message-ID : {text}")).message_id();
        assert_eq!(read.ok().flatten(), id, "{text}");
    }
    for (text, uri, param) in [
        ("<sip:a@b;gruu>;x=1", "sip:a@b;gruu", Some("1")),
        ("sip:a@b;x=1", "sip:a@b", Some("1")),
        ("\"A\" <sip:a@b>", "sip:a@b", None),
    ] {
        let message = message(&format!("ms-sender: {text}\r\nMS-FOCUS-URI: {text}"));
        for read in [message.ms_sender(), message.ms_focus_uri()] {
            let read = read.unwrap().unwrap();
            assert_eq!((read.uri.as_str(), read.param("x").flatten()), (uri, param), "{text}");
        }
    }
    assert!(message("Ms-Sender: nobody").ms_sender().is_err());
}
