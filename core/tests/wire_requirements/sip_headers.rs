//! The header fields of MS-CONFIM 2.2.3, 2.2.4 and 2.2.6.

use bytes::Bytes;
use confsim_core::covers;
use confsim_core::wire::sip::{ErrorKind, Message, NameAddr, SipError};

/// A request with this header line.
fn with(line: &str) -> Message {
    let text = format!("MESSAGE sip:a@b SIP/2.0\r\n{line}\r\n\r\n");
    Message::parse_datagram(Bytes::from(text)).unwrap().0
}

type Read = for<'a> fn(&'a Message) -> Result<Option<NameAddr<'a>>, SipError>;

/// The two headers that hold one address, by any of the spellings of their names.
const ADDRESSES: [(&str, Read); 5] = [
    ("Ms-Sender", Message::ms_sender),
    ("MS-SENDER", Message::ms_sender),
    ("ms-sender", Message::ms_sender),
    ("Ms-Focus-Uri", Message::ms_focus_uri),
    ("MS-FOCUS-URI", Message::ms_focus_uri),
];

/// What may stand in them: the value, the URI it names, one parameter of the header.
const VALUES: [(&str, &str, Option<&str>); 5] = [
    ("sip:bob@contoso.com", "sip:bob@contoso.com", None),
    ("<sip:bob@contoso.com;gruu;opaque=user:epid:A>", "sip:bob@contoso.com;gruu;opaque=user:epid:A", None),
    ("\"Bob B.\" <sip:bob@contoso.com>;x=1", "sip:bob@contoso.com", Some("1")),
    // Without brackets what follows the semicolon belongs to the header, not to the URI.
    ("sip:bob@contoso.com;x=gruu", "sip:bob@contoso.com", Some("gruu")),
    ("  <sip:bob@contoso.com>  ;\r\n x = \"1\"", "sip:bob@contoso.com", Some("1")),
];

#[test]
fn senders_and_conferences_are_addresses_with_parameters() {
    covers!("IM-2-2-3-c", "IM-2-2-6-c");
    for (name, read) in ADDRESSES {
        for (value, uri, parameter) in VALUES {
            let message = with(&format!("{name}: {value}"));
            let address = read(&message).unwrap().unwrap_or_else(|| panic!("{name}"));
            assert_eq!(address.uri.as_str(), uri, "{name}: {value}");
            assert_eq!(address.param("x").flatten(), parameter, "{name}: {value}");
        }
        for value in
            ["", "bob", "<sip:bob@contoso.com", "<sip:a@b> <sip:c@d>", "<sip:a@b>;", "\"Bob <sip:a@b>"]
        {
            assert!(read(&with(&format!("{name}: {value}"))).is_err(), "{name}: {value}");
        }
        assert_eq!(read(&with("Subject: x")), Ok(None), "{name}");
    }
}

#[test]
fn message_ids_are_digits_that_an_imdn_can_name() {
    covers!("IM-2-2-4-d", "IM-6-2-c");
    let read = |value: &str| with(&format!("MESSAGE-ID: {value}")).message_id().map_err(|error| error.kind);
    for (value, number) in [("0", 0), ("2", 2), (" 0007 ", 7), ("4294967295", u32::MAX)] {
        assert_eq!(read(value), Ok(Some(number)), "{value}");
    }
    for value in ["", "-1", "+1", "x", "4294967296", "18446744073709551616"] {
        assert_eq!(read(value), Err(ErrorKind::Number), "{value}");
    }
    for value in ["1 2", "1.0", "1;x"] {
        assert_eq!(read(value), Err(ErrorKind::Trailing), "{value}");
    }
    assert_eq!(with("Subject: 1").message_id(), Ok(None));
    // The place of the number, not of the line.
    let late = with("Subject: x\r\nMessage-Id:  4294967296");
    assert_eq!(
        late.message_id().unwrap_err().offset,
        "MESSAGE sip:a@b SIP/2.0\r\nSubject: x\r\nMessage-Id:  ".len() as u64
    );
}
