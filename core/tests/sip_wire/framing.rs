//! A stream gives the same messages however it is split.

use bytes::Bytes;
use confsim_core::covers;
use confsim_core::entropy::Entropy;
use confsim_core::wire::sip::{ErrorKind, Framed, Framer, Limits, Message, SipError};

use crate::corpus;

/// What a framer makes of `stream`, fed in pieces that end at `cuts`.
fn frame(stream: &Bytes, cuts: &[usize], limits: Limits) -> (Vec<(Message, u64)>, Option<SipError>) {
    let mut framer = Framer::new(limits);
    let mut messages = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([stream.len()]) {
        framer.push(stream.slice(start..end));
        start = end;
        loop {
            match framer.next() {
                Ok(Some(Framed { message, end })) => messages.push((message, end)),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
    }
    (messages, None)
}

/// All complete messages of the documents in one stream, keep-alives in between.
fn corpus_stream() -> (Bytes, usize) {
    let messages = corpus::complete();
    let mut stream = Vec::new();
    for (index, (_, bytes)) in messages.iter().enumerate() {
        stream.extend_from_slice(bytes);
        stream.extend_from_slice(&b"\r\n\r\n"[..index % 3 * 2]);
    }
    (Bytes::from(stream), messages.len())
}

#[test]
fn splits_change_nothing() {
    let (stream, count) = corpus_stream();
    let (whole, error) = frame(&stream, &[], Limits::DEFAULT);
    assert_eq!((whole.len(), error), (count, None));
    let bytewise: Vec<_> = (1..stream.len()).collect();
    assert_eq!(frame(&stream, &bytewise, Limits::DEFAULT), (whole.clone(), None));
    let mut entropy = Entropy::named(1, "splits");
    for _ in 0..50 {
        let mut cuts: Vec<_> = (0..60).map(|_| entropy.below(stream.len() as u64) as usize).collect();
        cuts.sort_unstable();
        assert_eq!(frame(&stream, &cuts, Limits::DEFAULT), (whole.clone(), None));
    }
}

#[test]
fn ends_count_every_byte_of_the_stream() {
    let message = "BYE sip:a@b SIP/2.0\r\nContent-Length: 2\r\n\r\nhi";
    let stream = Bytes::from(format!("\r\n\r\n{message}\r\n{message}{message}"));
    let length = message.len() as u64;
    for cuts in [vec![], vec![1], vec![3, 4, 5], vec![30, 50, 52]] {
        let ends: Vec<_> = frame(&stream, &cuts, Limits::DEFAULT).0.into_iter().map(|(_, end)| end).collect();
        assert_eq!(ends, [4 + length, 6 + 2 * length, 6 + 3 * length]);
    }
}

/// The error that ends `text` as a stream, the same for one piece and for single bytes.
fn error(text: &str, limits: Limits) -> (ErrorKind, u64) {
    let stream = Bytes::from(text.to_owned());
    let (messages, found) = frame(&stream, &[], limits);
    let cuts: Vec<_> = (1..stream.len()).collect();
    assert_eq!(frame(&stream, &cuts, limits), (messages, found), "splits change the error of {text:?}");
    let found = found.unwrap();
    (found.kind, found.offset)
}

#[test]
fn content_length_must_be_there_once_and_a_number() {
    let check = |fields: &str| error(&format!("BYE sip:a@b SIP/2.0\r\n{fields}\r\n"), Limits::DEFAULT);
    assert_eq!(check(""), (ErrorKind::ContentLengthMissing, 23));
    assert_eq!(check("l: 0\r\nContent-Length: 0\r\n"), (ErrorKind::ContentLengthRepeated, 43));
    assert_eq!(check("Content-Length: -999\r\n"), (ErrorKind::ContentLengthInvalid, 37));
    assert_eq!(check("Content-Length: 0, 0\r\n"), (ErrorKind::ContentLengthInvalid, 37));
    assert_eq!(check("Content-Length: +1\r\n"), (ErrorKind::ContentLengthInvalid, 37));
    assert_eq!(check("Content-Length:\r\n"), (ErrorKind::ContentLengthInvalid, 36));
    assert_eq!(check("l: 99999999999999999999999\r\n"), (ErrorKind::ContentLengthInvalid, 24));
}

/// The end of a datagram is the end of its body when nobody says so; a stream has to say it.
#[test]
fn a_datagram_ends_its_body_and_a_stream_does_not() {
    covers!("D-32");
    let datagram = |text: &str| {
        let read = Message::parse_datagram(Bytes::from(text.to_owned()));
        read.map(|(message, surplus)| (message.body().to_vec(), surplus)).map_err(|error| error.kind)
    };
    let with = |length: &str| format!("BYE sip:a@b SIP/2.0\r\n{length}\r\nbody");
    let body = |text: &str| text.as_bytes().to_vec();
    assert_eq!(datagram(&with("")), Ok((body("body"), 0)));
    assert_eq!(datagram(&with("Content-Length: 4\r\n")), Ok((body("body"), 0)));
    assert_eq!(datagram(&with("Content-Length: 1\r\n")), Ok((body("b"), 3)));
    assert_eq!(datagram(&with("l: 0\r\n")), Ok((body(""), 4)));
    assert_eq!(datagram(&with("Content-Length: 5\r\n")), Err(ErrorKind::BodyTooShort));
    assert_eq!(error(&with(""), Limits::DEFAULT).0, ErrorKind::ContentLengthMissing);
    let (messages, fault) = frame(&Bytes::from(with("Content-Length: 5\r\n")), &[], Limits::DEFAULT);
    assert_eq!((messages.len(), fault), (0, None));
}

#[test]
fn bounds_hold_before_anything_is_kept() {
    let limits = Limits { head: 100, fields: 3, body: 10 };
    assert_eq!(error(&"x".repeat(101), limits), (ErrorKind::HeadTooLong, 100));
    let head = "BYE sip:a@b SIP/2.0\r\n";
    assert_eq!(error(&format!("{head}l: 11\r\n\r\n"), limits), (ErrorKind::BodyTooLong, 30));
    let fields = "a: b\r\n".repeat(4);
    assert_eq!(error(&format!("{head}{fields}\r\n"), limits), (ErrorKind::TooManyFields, 39));
    let fitting = format!("{head}l: 10\r\na: b\r\na: b\r\n\r\n0123456789");
    assert_eq!(frame(&Bytes::from(fitting), &[], limits).0.len(), 1);
    let exact = format!("{head}l: 0\r\na: {}\r\n\r\n", "b".repeat(66));
    assert_eq!(exact.len(), 100);
    assert_eq!(frame(&Bytes::from(exact.clone()), &[], limits).0.len(), 1);
    assert_eq!(error(&exact.replace("a: ", "a:  "), limits), (ErrorKind::HeadTooLong, 100));
}

#[test]
fn errors_stay() {
    let mut framer = Framer::new(Limits::DEFAULT);
    framer.push(Bytes::from_static(b"\r\nnonsense\r\n\r\n"));
    let error = framer.next().unwrap_err();
    assert_eq!(error, SipError::new(ErrorKind::StartLine, 2));
    framer.push(Bytes::from_static(b"BYE sip:a@b SIP/2.0\r\nl: 0\r\n\r\n"));
    assert_eq!(framer.next().unwrap_err(), error);
    assert!(!framer.is_idle());
}

#[test]
fn a_stream_may_end_between_messages_only() {
    let mut framer = Framer::new(Limits::DEFAULT);
    assert!(framer.is_idle());
    framer.push(Bytes::from_static(b"BYE sip:a@b SIP/2.0\r\nl: 2\r\n\r\nh"));
    assert!(framer.next().unwrap().is_none());
    assert!(!framer.is_idle());
    framer.push(Bytes::from_static(b"i\r\n"));
    assert_eq!(framer.next().unwrap().unwrap().message.body(), "hi");
    assert!(framer.next().unwrap().is_none());
    assert!(framer.is_idle());
}
