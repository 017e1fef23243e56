//! Bytes nobody would send on purpose: no panic, no hang, an error with a place.

use bytes::Bytes;
use confsim_core::wire::sip::{ErrorKind, Framer, Limits, Message, Name, SipError};

use crate::corpus;

/// Reads everything there is to read in `message`; errors are fine, panics are not.
fn exercise(message: &Message) -> usize {
    let uris = [message.request_uri().ok(), message.from().ok().map(|from| from.uri)];
    let lists = message.vias().count()
        + message.contacts().count()
        + message.routes().chain(message.record_routes()).chain(message.endpoints()).count();
    let found = [
        message.check().is_ok(),
        message.cseq().is_ok(),
        message.to().is_ok_and(|to| to.display_name().is_some()),
        message.event().is_ok(),
        message.subscription_state().is_ok(),
        message.session_expires().is_ok(),
        message.reason().is_ok(),
        message.diagnostics().is_ok(),
        message.keep_alive().is_ok(),
        message.credentials(Name::ProxyAuthorization).is_ok(),
        message.supports("ms-sender"),
    ];
    let unfolded: usize = message.fields().map(|field| field.unfolded().len()).sum();
    let keys: usize = uris.iter().flatten().map(|uri| uri.address().len() + uri.params().count()).sum();
    lists + unfolded + keys + found.iter().filter(|found| **found).count()
}

#[test]
fn every_truncation_is_an_error_or_a_shorter_body() {
    for (name, bytes) in corpus::complete() {
        let head = Message::parse_datagram(bytes.clone()).unwrap().0.head().len();
        for end in 0..bytes.len() {
            let cut = bytes.slice(..end);
            let error = Message::parse_datagram(cut.clone()).unwrap_err();
            let kind = if end < head { ErrorKind::NoEndOfHead } else { ErrorKind::BodyTooShort };
            assert_eq!(error, SipError::new(kind, end as u64), "{name} cut at {end}");
        }
    }
}

#[test]
fn every_bit_flip_is_survived() {
    let mut read = 0;
    for (_, bytes) in corpus::complete().into_iter().step_by(8) {
        for position in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
            flipped[position / 8] ^= 1 << (position % 8);
            if let Ok((message, _)) = Message::parse_datagram(Bytes::from(flipped)) {
                read += exercise(&message);
            }
        }
    }
    assert!(read > 0);
}

/// The error of `text` as a datagram.
fn error(text: impl Into<Vec<u8>>) -> (ErrorKind, u64) {
    let error = Message::parse_datagram(Bytes::from(text.into())).unwrap_err();
    (error.kind, error.offset)
}

#[test]
fn start_lines() {
    let check = |line: &str| error(format!("{line}\r\n\r\n"));
    for line in ["BYE", "BYE sip:a", "BYE  sip:a SIP/2.0", "BYE sip:a  SIP/2.0", "BYE sip:a SIP/2.0 "] {
        assert_eq!(check(line).0, ErrorKind::StartLine, "{line}");
    }
    assert_eq!(check("BYE sip:a SIP/3.0"), (ErrorKind::Version, 10));
    assert_eq!(check("BYE sip:a HTTP/1.1"), (ErrorKind::StartLine, 10));
    assert_eq!(check("B@E sip:a SIP/2.0"), (ErrorKind::StartLine, 0));
    assert_eq!(check("SIP/1.0 200 OK"), (ErrorKind::Version, 0));
    for code in ["99", "099", "700", "1000", "2OO", "-20", ""] {
        assert_eq!(check(&format!("SIP/2.0 {code} OK")), (ErrorKind::StatusCode, 8), "{code}");
    }
}

#[test]
fn header_lines() {
    let check = |fields: &[u8]| error([b"BYE sip:a@b SIP/2.0\r\n", fields, b"\r\n\r\n"].concat());
    assert_eq!(check(b"no colon"), (ErrorKind::Field, 21));
    assert_eq!(check(b": no name"), (ErrorKind::Field, 21));
    assert_eq!(check(b"a b: c"), (ErrorKind::Field, 21));
    assert_eq!(check(b"a: b\r\nB\xc3\xa4r: c"), (ErrorKind::Field, 27));
    assert_eq!(check(b"a: b\nX: injected"), (ErrorKind::BareLineEnd, 25));
    assert_eq!(check(b"a: b\rX: injected"), (ErrorKind::BareLineEnd, 25));
    assert_eq!(check(b"a: b\n\nX: injected"), (ErrorKind::BareLineEnd, 25));
    assert_eq!(check(b"a: \xff"), (ErrorKind::NotUtf8, 24));
    assert_eq!(error("BYE sip:a@b SIP/2.0\r\n folded: start\r\n\r\n"), (ErrorKind::Field, 21));
}

#[test]
fn control_characters_pass_in_values_and_nowhere_else() {
    let text = "BYE sip:a@b SIP/2.0\r\nSubject: a\0b\r\nFrom: <sip:\0@b>\r\n\r\n";
    let (message, _) = Message::parse_datagram(Bytes::from_static(text.as_bytes())).unwrap();
    assert_eq!(message.header(Name::Subject), Some("a\0b"));
    assert_eq!(message.from().unwrap_err(), SipError::new(ErrorKind::Host, 46));
}

#[test]
fn floods_end_at_the_limits() {
    let start = "BYE sip:a@b SIP/2.0\r\n";
    let long = format!("{start}Subject: {}\r\n\r\n", "x".repeat(1 << 20));
    assert_eq!(error(long).0, ErrorKind::HeadTooLong);
    let many = format!("{start}{}\r\n", "a:b\r\n".repeat(100_000));
    assert_eq!(error(many).0, ErrorKind::HeadTooLong);
    let within = format!("{start}{}\r\n", "a:b\r\n".repeat(257));
    assert_eq!(error(within), (ErrorKind::TooManyFields, 21 + 256 * 5));
    let mut framer = Framer::new(Limits::DEFAULT);
    let garbage = Bytes::from(vec![b'x'; 1 << 16]);
    framer.push(garbage.clone());
    assert_eq!(framer.next().unwrap_err().kind, ErrorKind::HeadTooLong);
    for _ in 0..1600 {
        framer.push(garbage.clone());
    }
    assert_eq!(framer.next().unwrap_err().offset, 1 << 16);
}

#[test]
fn errors_never_carry_the_input() {
    let secret = "hunter2";
    let found = Message::parse_datagram(Bytes::from(format!("{secret} {secret}\r\n\r\n"))).unwrap_err();
    assert!(!format!("{found:?} {found}").contains(secret));
}
