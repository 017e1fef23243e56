//! Content-Type values as clients and servers write them, and as nobody should.

use confsim_core::wire::content_type::{ContentType, ContentTypeErrorKind as Kind, MAX_PARAMS, MediaType};

const MSGR: &str = "WAAtAE0ATQBTAC0ASQBNAC0ARgBvAHIAbQBhAHQAOgAgAEYATgA9AE0AUwA";

#[track_caller]
fn reads(text: &str, media: &str, params: &[(&str, Option<&str>)]) {
    let value = ContentType::parse(text).unwrap();
    assert_eq!(value.media().as_str(), media);
    assert_eq!(value.params().collect::<Vec<_>>(), params);
}

#[track_caller]
fn fails(text: &str, kind: Kind, offset: usize) {
    let error = ContentType::parse(text).unwrap_err();
    assert_eq!((error.kind, error.offset), (kind, offset), "{text:?}");
}

#[test]
fn reads_what_is_written_in_the_field() {
    reads("application/sdp", "application/sdp", &[]);
    reads("Text/PLAIN ; charset=UTF-8", "text/plain", &[("charset", Some("UTF-8"))]);
    reads("text / plain;charset = us-ascii;", "text/plain", &[("charset", Some("us-ascii"))]);
    reads("text/plain;;x", "text/plain", &[("x", None)]);
    reads("text/plain;\r\n charset=UTF-8", "text/plain", &[("charset", Some("UTF-8"))]);
    reads(r#"a/b; c="d\"\\;e""#, "a/b", &[("c", Some(r#"d"\;e"#))]);
    reads("multipart/mixed;boundary=----=_x:1", "multipart/mixed", &[("boundary", Some("----=_x:1"))]);
    reads(r#"a/b; c="""#, "a/b", &[("c", Some(""))]);
    reads("a/b; c=\"d\\\u{e9}\u{e9}\"", "a/b", &[("c", Some("d\u{e9}\u{e9}"))]);
}

#[test]
fn named_parameters_are_found_in_any_case() {
    let text = format!("text/plain; CHARSET=UTF-8;Msgr={MSGR}/+=");
    let value = ContentType::parse(&text).unwrap();
    assert_eq!(value.charset(), Some("UTF-8"));
    assert_eq!(value.msgr(), Some(&*format!("{MSGR}/+=")));
    assert_eq!(value.boundary(), None);
    assert_eq!(value.to_string(), format!("text/plain; CHARSET=UTF-8; Msgr={MSGR}/+="));
}

#[test]
fn quotes_what_is_no_token() {
    let boundary = "----=_NextPart_036_0787_01246BBD.76AB26E4";
    let value = ContentType::new(MediaType::MULTIPART_ALTERNATIVE).with_param("boundary", boundary).unwrap();
    assert_eq!(value.to_string(), format!("multipart/alternative; boundary=\"{boundary}\""));
}

#[test]
fn no_parameter_smuggles_a_line() {
    let kind = |name: &'static str, value: &'static str| {
        ContentType::new(MediaType::SDP).with_param(name, value).unwrap_err().kind
    };
    assert_eq!(kind("a", "b\r\nVia: x"), Kind::Param);
    assert_eq!(kind("a\r\nVia", "b"), Kind::Param);
    assert_eq!(kind("", "b"), Kind::Param);
}

#[test]
fn says_where_it_goes_wrong() {
    fails("", Kind::MediaType, 0);
    fails("text", Kind::MediaType, 4);
    fails("text/", Kind::MediaType, 5);
    fails("/plain", Kind::MediaType, 0);
    fails("text/(plain)", Kind::MediaType, 5);
    fails("text/plain charset", Kind::Param, 11);
    fails("text/plain; =x", Kind::Param, 12);
    fails("text/plain; a=", Kind::Param, 14);
    fails("text/plain; a=b c", Kind::Param, 16);
    fails("text/plain; a=\"b", Kind::OpenQuote, 14);
    fails("text/plain; a=\"b\\", Kind::OpenQuote, 14);
    fails("text/plain; a=\"b\r\n c\"", Kind::Param, 16);
    fails("text/plain; a=b\0", Kind::Param, 15);
    fails(&format!("a/b{}", ";c=d".repeat(MAX_PARAMS + 1)), Kind::TooManyParams, 4 + 4 * MAX_PARAMS);
}

#[test]
fn a_megabyte_of_anything_is_answered() {
    for piece in [";", " ", "\"", "\\\"", "=", "a", "\u{e9}", ";a=\"\\"] {
        let text = format!("a/b;c=\"{}", piece.repeat(1_000_000 / piece.len()));
        assert!(ContentType::parse(&text).is_err() || piece == "\"", "{piece:?}");
    }
}

#[test]
fn media_types_compare_without_case() {
    assert_eq!(MediaType::parse("TEXT/Plain").unwrap(), MediaType::TEXT_PLAIN);
    assert_eq!(MediaType::parse("Image/X-New").unwrap().as_str(), "image/x-new");
    assert!(MediaType::parse("text/plain;x").is_err());
}
