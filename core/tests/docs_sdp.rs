//! Session descriptions: printed ones, those of other clients, and hostile ones.

use confsim_core::covers;
use confsim_core::wire::content_type::MediaType;
use confsim_core::wire::sdp::{
    AcceptTypes, ImSession, MAX_ACCEPT_TYPES, MAX_LINES, MAX_MEDIA, OtherMedia, SdpErrorKind as Kind,
};

/// As a client offers (MS-CONFIM 4.1.1).
const OFFER: &str = "v=0\r\no=- 0 0 IN IP4 10.56.64.122\r\ns=session\r\nc=IN IP4 10.56.64.122\r\nt=0 0\r\n\
                     m=message 5060 sip null\r\n\
                     a=accept-types:text/rtf application/x-ms-ink image/gif multipart/alternative \
                     application/ms-imdn+xml\r\n";
/// As the IM MCU answers.
const ANSWER: &str = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=session\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
                      m=message 5060 sip null\r\na=accept-types:*\r\n";
/// As a legacy client answers.
const LEGACY: &str = "v=0\r\no=- 0 0 IN IP4 10.24.33.4\r\ns=session\r\nc=IN IP4 10.24.33.4\r\nt=0 0\r\n\
                      m=message 5060 sip sip:leslie@fabrikam.com\r\n";
const HEAD: &str = "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n";

fn accept(body: &str) -> AcceptTypes {
    ImSession::parse(body.as_bytes()).unwrap().accept
}

#[track_caller]
fn fails(body: impl AsRef<[u8]>, kind: Kind, offset: usize) {
    let error = ImSession::parse(body.as_ref()).unwrap_err();
    assert_eq!((error.kind, error.offset), (kind, offset));
}

#[test]
fn printed_descriptions_are_rewritten_byte_for_byte() {
    covers!(
        "IM-2-2-5-a",
        "IM-2-2-5-c",
        "IM-2-2-5-d",
        "IM-2-2-5-e",
        "IM-2-2-5-m",
        "EX-IM-4-1-1-ab",
        "EX-IM-4-1-1-ac",
        "IM-2-2-5-i"
    );
    assert_eq!((OFFER.len(), ANSWER.len()), (202, 108));
    for body in [OFFER, ANSWER] {
        let session = ImSession::parse(body.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(session.write()).unwrap(), body);
    }
    let formats =
        ["text/rtf", "application/x-ms-ink", "image/gif", "multipart/alternative", "application/ms-imdn+xml"];
    let formats = formats.map(|format| MediaType::parse(format).unwrap());
    assert_eq!(accept(OFFER), AcceptTypes::List(formats.to_vec()));
    assert_eq!(accept(ANSWER), AcceptTypes::Any);
}

#[test]
fn without_accept_types_only_plain_text_is_taken() {
    covers!("IM-2-2-5-e", "IM-2-2-5-k");
    let session = ImSession::parse(LEGACY.as_bytes()).unwrap();
    assert_eq!(session.accept, AcceptTypes::PLAIN_ONLY);
    assert!(session.accept.accepts(&MediaType::TEXT_PLAIN));
    assert!(!session.accept.accepts(&MediaType::TEXT_RTF));
    let written = String::from_utf8(session.write()).unwrap();
    assert_eq!(written, LEGACY.replace("sip:leslie@fabrikam.com", "null"));
}

#[test]
fn plain_text_is_taken_whatever_is_listed() {
    covers!("IM-2-2-5-i", "IM-2-2-5-l", "IM-3-1-2-5-e");
    assert!(accept(OFFER).accepts(&MediaType::TEXT_PLAIN));
    assert!(accept(OFFER).accepts(&MediaType::TEXT_RTF));
    assert!(!accept(OFFER).accepts(&MediaType::TEXT_HTML));
    assert!(accept(ANSWER).accepts(&MediaType::TEXT_HTML));
}

#[test]
fn accept_types_are_read_generously() {
    covers!("IM-2-2-5-j");
    let rtf_and_gif = AcceptTypes::List(vec![MediaType::TEXT_RTF, MediaType::IMAGE_GIF]);
    for list in ["text/rtf image/gif", " \t TEXT/rtf  \timage/GIF\t", "text/rtf image/gif text/rtf"] {
        assert_eq!(
            accept(&format!("{HEAD}m=message 5060 sip null\r\na=accept-types:{list}\r\n")),
            rtf_and_gif
        );
    }
    let twice = "m=message 5060 sip null\r\na=accept-types:text/rtf\r\na=accept-types:image/gif\r\n";
    assert_eq!(accept(&format!("{HEAD}{twice}")), rtf_and_gif);
}

#[test]
fn accept_types_count_only_under_the_message_line() {
    covers!("IM-2-2-5-g", "IM-2-2-5-h");
    let elsewhere = format!(
        "{HEAD}a=accept-types:*\r\nm=audio 4000 RTP/AVP 0\r\na=accept-types:*\r\nm=message 5060 sip null\r\n\
         m=video 4002 RTP/AVP 34\r\na=accept-types:*\r\n"
    );
    assert_eq!(accept(&elsewhere), AcceptTypes::PLAIN_ONLY);
}

#[test]
fn the_port_matters_only_when_it_is_zero() {
    covers!("IM-2-2-5-c", "IM-2-2-5-f");
    for (port, rejected) in [("1", false), ("5060", false), ("9/2", false), ("0", true)] {
        let session = ImSession::parse(format!("{HEAD}m=message {port} sip null\r\n").as_bytes()).unwrap();
        assert_eq!(session.rejected, rejected, "{port}");
        let written = if rejected { "m=message 0 sip" } else { "m=message 5060 sip" };
        assert!(String::from_utf8(session.write()).unwrap().contains(written));
    }
}

#[test]
fn an_answer_refuses_everything_but_the_session() {
    covers!("IM-2-2-5-m");
    let offer = format!(
        "{HEAD}m=audio 4000 RTP/AVP 0  8 101\r\na=rtpmap:0 PCMU/8000\r\nc=IN IP4 10.0.0.9\r\n\
         m=message 5060 sip null\r\nc=IN IP4 10.0.0.7\r\nm=message 5061 msrp x\r\n"
    );
    let offer = ImSession::parse(offer.as_bytes()).unwrap();
    assert_eq!(offer.address, "10.0.0.7");
    let audio = OtherMedia { kind: "audio".into(), protocol: "RTP/AVP".into(), formats: "0 8 101".into() };
    assert_eq!(offer.before, [audio]);
    let answer = String::from_utf8(offer.answer("::1", AcceptTypes::Any).write()).unwrap();
    let media =
        "m=audio 0 RTP/AVP 0 8 101\r\nm=message 5060 sip null\r\na=accept-types:*\r\nm=message 0 msrp x\r\n";
    assert_eq!(answer, format!("v=0\r\no=- 0 0 IN IP6 ::1\r\ns=session\r\nc=IN IP6 ::1\r\nt=0 0\r\n{media}"));
}

#[test]
fn bare_line_feeds_and_a_missing_last_line_end_are_taken() {
    for body in [OFFER.replace("\r\n", "\n"), OFFER.trim_end().to_owned(), format!("{OFFER}\r\n\r\n")] {
        assert_eq!(ImSession::parse(body.as_bytes()), ImSession::parse(OFFER.as_bytes()));
    }
}

#[test]
fn says_where_it_goes_wrong() {
    fails("", Kind::Version, 0);
    fails("v=1\r\n", Kind::Version, 0);
    fails("s=x\r\n", Kind::Version, 0);
    fails("v=0\r\ns=x\r\n", Kind::Origin, 5);
    fails("v=0\r\no=- 0 x IN IP4 a\r\n", Kind::Origin, 7);
    fails("v=0\r\no=- 0 0 IN IP4\r\n", Kind::Origin, 7);
    fails("v=0\r\no=- 0 0 IN IP4 a b\r\n", Kind::Origin, 7);
    fails("v=0\r\nx\r\n", Kind::Line, 5);
    fails("v=0\r\n\r\ns=x\r\n", Kind::Line, 5);
    fails("v=0\r\n=x\r\n", Kind::Line, 5);
    fails(b"v=0\r\ns=\xff\r\n", Kind::Octet, 7);
    fails("v=0\r\ns=a\0b\r\n", Kind::Octet, 8);
    fails("v=0\r\ns=a\rb\r\n", Kind::Octet, 8);
    fails(HEAD, Kind::NoMessageMedia, HEAD.len());
    fails(format!("{HEAD}c=IN IP5 x\r\n"), Kind::Connection, HEAD.len() + 2);
    for line in ["m=message", "m=message 5060 sip", "m=message x sip null", "m=message 65536 sip null"] {
        fails(format!("{HEAD}{line}\r\n"), Kind::Media, HEAD.len() + 2);
    }
    let im = format!("{HEAD}m=message 5060 sip null\r\na=accept-types:");
    fails(format!("{im}\r\n"), Kind::AcceptTypes, im.len());
    fails(format!("{im}text/rtf text\r\n"), Kind::AcceptTypes, im.len() + 13);
}

#[test]
fn every_bound_holds() {
    let im = "m=message 5060 sip null\r\n";
    fails(
        format!("{HEAD}{im}{}", "a=x\r\n".repeat(MAX_LINES)),
        Kind::TooLong,
        HEAD.len() + im.len() + 5 * (MAX_LINES - 6),
    );
    let audio = "m=audio 1 x 0\r\n";
    fails(
        format!("{HEAD}{}", audio.repeat(MAX_MEDIA)),
        Kind::TooLong,
        HEAD.len() + audio.len() * (MAX_MEDIA - 1) + 2,
    );
    let types: String = (0..=MAX_ACCEPT_TYPES).map(|n| format!("a/{n} ")).collect();
    let error = ImSession::parse(format!("{HEAD}{im}a=accept-types:{types}\r\n").as_bytes()).unwrap_err();
    assert_eq!(error.kind, Kind::AcceptTypes);
}

#[test]
fn a_megabyte_of_anything_is_answered() {
    for piece in ["\n", "\r\n", " ", "a=\r", "m=message 5060 sip null\r\n", "a=accept-types:*\r\n", "\u{e9}"]
    {
        assert!(ImSession::parse(piece.repeat(1_000_000 / piece.len()).as_bytes()).is_err(), "{piece:?}");
        let body = format!("{OFFER}{}", piece.repeat(1_000_000 / piece.len()));
        let blank = piece.trim().is_empty() && piece != " ";
        assert_eq!(ImSession::parse(body.as_bytes()).is_ok(), blank, "{piece:?}");
    }
}

#[test]
fn whatever_is_cut_off_is_answered() {
    for end in 0..OFFER.len() {
        let result = ImSession::parse(&OFFER.as_bytes()[..end]);
        let complete = OFFER.find("m=message 5060 sip null").unwrap() + "m=message 5060 sip n".len();
        assert!(result.is_err() || end >= complete, "{end}");
    }
}
