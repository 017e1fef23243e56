//! The torture messages of RFC 4475 and RFC 5118 get the verdict the RFCs give them, except where
//! EXCEPTIONS.tsv says why not.

use std::collections::BTreeMap;
use std::fs;

use bytes::Bytes;
use confsim_core::wire::sip::{ErrorKind, Framer, Limits, Message, SipError};

use crate::corpus::{cell, data, table};

/// Reads `file` as a datagram and checks it.
fn verdict(file: &str, recompute: bool) -> Result<usize, SipError> {
    let bytes = Bytes::from(fs::read(data("torture").join(file)).unwrap());
    let (message, surplus) = if recompute {
        let at = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        (Message::from_parts(bytes.slice(..at), bytes.slice(at..), Limits::DEFAULT)?, 0)
    } else {
        Message::parse_datagram(bytes)?
    };
    message.check().map(|()| surplus)
}

/// True when the RFC calls the row's message invalid.
fn is_invalid(row: &[(String, String)]) -> bool {
    [cell(row, "wellformed"), cell(row, "expected")].iter().any(|text| text.starts_with("invalid"))
}

#[test]
fn every_row_gets_its_verdict() {
    let rows = table("torture/VERDICTS.tsv");
    assert_eq!(rows.len(), 61);
    let exceptions: BTreeMap<_, _> = table("torture/EXCEPTIONS.tsv")
        .into_iter()
        .map(|row| (cell(&row, "file").to_owned(), cell(&row, "verdict").to_owned()))
        .collect();
    let mut differing = BTreeMap::new();
    for row in &rows {
        let file = cell(row, "file");
        let found = verdict(file, cell(row, "note").contains("CL match=False"));
        if found.is_err() != is_invalid(row) {
            let verdict = if found.is_err() { "reject" } else { "accept" };
            differing.insert(file.to_owned(), verdict.to_owned());
        }
    }
    assert_eq!(differing, exceptions);
}

#[test]
fn rejections_name_their_reason() {
    let expected = [
        ("badinv01", ErrorKind::Parameter, 400),
        ("clerr", ErrorKind::BodyTooShort, 400),
        ("ncl", ErrorKind::ContentLengthInvalid, 400),
        ("scalar02", ErrorKind::Number, 400),
        ("scalarlg", ErrorKind::Number, 400),
        ("quotbal", ErrorKind::Quote, 400),
        ("ltgtruri", ErrorKind::Uri, 400),
        ("lwsruri", ErrorKind::StartLine, 400),
        ("lwsstart", ErrorKind::StartLine, 400),
        ("trws", ErrorKind::StartLine, 400),
        ("escruri", ErrorKind::UriHeaders, 400),
        ("regbadct", ErrorKind::UriHeaders, 400),
        ("badaspec", ErrorKind::Uri, 400),
        ("badvers", ErrorKind::Version, 505),
        ("mismatch01", ErrorKind::CSeqMismatch, 400),
        ("bigcode", ErrorKind::StatusCode, 400),
        ("mcl01", ErrorKind::ContentLengthRepeated, 400),
    ];
    for (name, kind, status) in expected {
        let error = verdict(&format!("rfc4475/{name}.dat"), false).unwrap_err();
        assert_eq!((error.kind, error.status()), (kind, status), "{name}");
    }
}

#[test]
fn surplus_is_reported_and_on_a_stream_it_is_the_next_message() {
    assert_eq!(verdict("rfc4475/dblreq.dat", false), Ok(450));
    let mut framer = Framer::new(Limits::DEFAULT);
    framer.push(Bytes::from(fs::read(data("torture/rfc4475/dblreq.dat")).unwrap()));
    let first = framer.next().unwrap().unwrap();
    let second = framer.next().unwrap().unwrap();
    assert_eq!(first.message.method().as_str(), "REGISTER");
    assert_eq!(second.message.method().as_str(), "INVITE");
    assert_eq!((first.end, second.end), (300, 745));
    // The INVITE declares five bytes less than it brings: they are no third message.
    assert_eq!(framer.next().unwrap_err(), SipError::new(ErrorKind::StartLine, 745));
}

#[test]
fn unusual_values_come_through() {
    let read = |name: &str| {
        let bytes = Bytes::from(fs::read(data(&format!("torture/rfc4475/{name}.dat"))).unwrap());
        Message::parse_datagram(bytes).unwrap().0
    };
    let folded = read("wsinv");
    assert_eq!(folded.vias().count(), 3);
    assert_eq!(folded.cseq().unwrap().seq, 9);
    assert_eq!(folded.max_forwards().unwrap(), Some(68));
    assert_eq!(folded.to().unwrap().tag(), Some("1918181833n"));
    assert_eq!(folded.from().unwrap().display_name().unwrap(), r#"J Rosenberg \""#);
    assert_eq!(folded.other("newfangledheader"), Some("newfangled value\r\n continued newfangled value"));
    let methods = read("intmeth");
    assert_eq!(methods.method().as_str(), "!interesting-Method0123456789_*+`.%indeed'~");
    assert_eq!(methods.to().unwrap().display_name().unwrap(), "BEL:\u{7} NUL:\0 DEL:\u{7f}");
    let users = read("semiuri");
    assert_eq!(users.request_uri().unwrap().user(), Some("user;par=u%40example.net"));
    assert_eq!(users.request_uri().unwrap().host(), "example.com");
    let header_param = read("cparam01").contact().unwrap().unwrap().to_string();
    assert_eq!(header_param, "<sip:+19725552222@gw1.example.net>;unknownparam");
    let uri_param = read("cparam02");
    assert_eq!(uri_param.contact().unwrap().unwrap().uri.param("unknownparam"), Some(None));
    assert_eq!(read("badbranch").top_via().unwrap().rfc3261_branch(), None);
}
