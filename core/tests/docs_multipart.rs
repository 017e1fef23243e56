//! Multipart bodies: the printed one, damaged ones, nested ones and hostile ones.

use confsim_core::covers;
use confsim_core::entropy::Entropy;
use confsim_core::wire::content_type::{ContentType, MediaType};
use confsim_core::wire::multipart::{
    MAX_DEPTH, MAX_FIELDS, MAX_HEADER_BYTES, MAX_PARTS, Multipart, MultipartError,
    MultipartErrorKind as Kind, Part,
};
use confsim_core::wire::sdp::AcceptTypes;

const BOUNDARY: &str = "----=_NextPart_036_0787_01246BBD.76AB26E4";
const PLAIN_TYPE: &str = "text/plain; charset=UTF-8;msgr=WAAtAE0ATQBTAC0ASQBNAC0ARgBvAHIAbQBhAHQAOgAgAEYATgA9AE0\
                          AUwAlADIAMABTAGgAZQBsAGwAJQAyADAARABsAGcAJQAyADAAMgA7ACAARQBGAD0AOwAgAEMATwA9ADAAOwA\
                          gAEMAUwA9ADAAOwAgAFAARgA9ADAACgANAAoADQA";
const PLAIN: &str = "This IM text will be broadcast to all other conference participants.";
const RTF: &str = "{\\rtf1\\ansi\\ansicpg1252\\deff0\\deflang1033{\\fonttbl{\\f0\\fnil\\fcharset0 MS Shell Dlg 2;}}\r\n\
                   {\\colortbl ;\\red0\\green0\\blue0;}\r\n{\\*\\generator Msftedit 5.41.15.1507;}\\viewkind4\\uc1\\pard\
                   \\tx720\\cf1\\f0\\fs20 This IM text will be broadcast to all other conference participants.\\par\r\n}\r\n";

/// The body of MS-CONFIM 4.2.1 step 1.
fn printed() -> String {
    format!(
        "This is a multi-part message in MIME format.\r\n\r\n--{BOUNDARY}\r\nContent-Type: {PLAIN_TYPE}\r\n\
         Content-Transfer-Encoding: binary\r\n\r\n{PLAIN}\r\n--{BOUNDARY}\r\nContent-Type: text/rtf\r\n\
         Content-Transfer-Encoding: binary\r\n\r\n{RTF}\r\n--{BOUNDARY}--\r\n"
    )
}

fn alternative(boundary: &str) -> ContentType<'static> {
    ContentType::new(MediaType::MULTIPART_ALTERNATIVE).with_param("boundary", boundary.to_owned()).unwrap()
}

fn parse<'a>(body: &'a str, boundary: &str) -> Result<Multipart<'a>, MultipartError> {
    Multipart::parse(&alternative(boundary), body.as_bytes())
}

/// The contents of the parts of `body`, which is delimited by `b`.
#[track_caller]
fn contents(body: &str) -> Vec<String> {
    let multipart = parse(body, "b").unwrap();
    multipart.parts.iter().map(|part| String::from_utf8(part.body().to_vec()).unwrap()).collect()
}

#[track_caller]
fn fails(body: &str, kind: Kind, offset: usize) {
    let error = parse(body, "b").unwrap_err();
    assert_eq!((error.kind, error.offset), (kind, offset), "{body:?}");
}

#[test]
fn the_printed_message_has_its_declared_length_and_both_parts() {
    covers!("EX-IM-4-2-1-a", "EX-IM-4-2-1-b");
    let body = printed();
    assert_eq!(body.len(), 856);
    let multipart = parse(&body, BOUNDARY).unwrap();
    let [plain, rtf] = &multipart.parts[..] else { panic!("{multipart:?}") };
    assert_eq!(plain.field("content-type"), Some(PLAIN_TYPE));
    assert_eq!(plain.body(), PLAIN.as_bytes());
    assert_eq!(*rtf.content_type().unwrap().media(), MediaType::TEXT_RTF);
    assert_eq!(rtf.body(), RTF.as_bytes());
    assert!(multipart.closed);
    assert_eq!(String::from_utf8(multipart.write(BOUNDARY).unwrap()).unwrap(), body);
}

#[test]
fn the_richest_part_that_fits_is_chosen() {
    let body = printed();
    let multipart = parse(&body, BOUNDARY).unwrap();
    let best =
        |list: &[MediaType]| multipart.best(&AcceptTypes::List(list.to_vec())).unwrap().body().to_vec();
    assert_eq!(best(&[MediaType::TEXT_RTF]), RTF.as_bytes());
    assert_eq!(best(&[MediaType::IMAGE_GIF]), PLAIN.as_bytes());
    assert_eq!(best(&[]), PLAIN.as_bytes());
    assert_eq!(multipart.best(&AcceptTypes::Any).unwrap().body(), RTF.as_bytes());
    assert_eq!(multipart.part(&MediaType::TEXT_PLAIN).unwrap().body(), PLAIN.as_bytes());
    assert_eq!(multipart.part(&MediaType::IMAGE_GIF), None);
    let only_gif = "--b\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--b--";
    assert_eq!(parse(only_gif, "b").unwrap().best(&AcceptTypes::PLAIN_ONLY), None);
}

#[test]
fn the_root_of_related_parts_is_the_first_or_the_one_named() {
    let body = "--b\r\nContent-ID: <1>\r\n\r\none\r\n--b\r\nContent-ID: <2>\r\n\r\ntwo\r\n--b--";
    let related = ContentType::new(MediaType::MULTIPART_RELATED).with_param("boundary", "b").unwrap();
    let root = |content_type: &ContentType<'_>| {
        Multipart::parse(content_type, body.as_bytes()).unwrap().root(content_type).unwrap().body().to_vec()
    };
    assert_eq!(root(&related), b"one");
    assert_eq!(root(&related.with_param("start", "<2>").unwrap()), b"two");
}

#[test]
fn parts_are_cut_at_delimiter_lines_only() {
    assert_eq!(contents("--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n"), ["one", "two"]);
    assert_eq!(contents("--b\n\none\n--b\n\ntwo\n--b--\n"), ["one", "two"]);
    assert_eq!(contents("pre\r\n--b \t\r\n\r\none\r\n--b-- \t\r\nepilogue\r\n--b\r\n"), ["one"]);
    assert_eq!(
        contents("--b\r\n\r\n--bb\r\n --b\r\nx--b\r\n--b-\r\n--b--x\r\n--b--"),
        ["--bb\r\n --b\r\nx--b\r\n--b-\r\n--b--x"]
    );
    assert_eq!(contents("--b\r\n\r\n\r\n\r\n--b--"), ["\r\n"]);
    assert_eq!(contents("--b\r\n\r\n\r\r\n--b--"), ["\r"]);
}

#[test]
fn parts_may_lack_header_content_or_both() {
    assert_eq!(contents("--b\r\n\r\n--b\r\nA: b\r\n--b\r\nA: b\r\n\r\n--b\r\n--b--"), ["", "", "", ""]);
    let body = "--b\r\n\r\ntext\r\n--b--";
    assert_eq!(*parse(body, "b").unwrap().parts[0].content_type().unwrap().media(), MediaType::TEXT_PLAIN);
}

#[test]
fn without_the_closing_delimiter_the_last_part_runs_to_the_end() {
    for (body, last) in
        [("--b\r\n\r\none\r\n", "one\r\n"), ("--b\r\n\r\none", "one"), ("--b\r\nA: b", ""), ("--b", "")]
    {
        let multipart = parse(body, "b").unwrap();
        assert!(!multipart.closed);
        assert_eq!(multipart.parts[0].body(), last.as_bytes());
    }
}

#[test]
fn any_octet_may_be_content() {
    let content: Vec<u8> = (0..=255).chain(*b"\r\n-\r\n--\r\n").collect();
    let written = Multipart::new(vec![Part::new(&ContentType::new(MediaType::IMAGE_GIF), &content[..])])
        .write("b")
        .unwrap();
    assert_eq!(Multipart::parse(&alternative("b"), &written).unwrap().parts[0].body(), content);
}

#[test]
fn a_folded_field_is_one_line_to_its_reader() {
    let body = "--b\r\nContent-Type: text/rtf;\r\n\t charset=x \r\n\r\nx\r\n--b--";
    let multipart = parse(body, "b").unwrap();
    assert_eq!(multipart.parts[0].field("Content-Type"), Some("text/rtf; charset=x"));
    let body = "--b\r\nA: b\r\n \t\r\nC:\r\n d\r\n \r\n\r\nx\r\n--b--";
    let multipart = parse(body, "b").unwrap();
    assert_eq!(multipart.parts[0].fields().collect::<Vec<_>>(), [("A", "b"), ("C", "d")]);
}

#[test]
fn only_binary_parts_are_taken() {
    for (encoding, taken) in
        [("binary", true), ("BINARY", true), ("base64", false), ("7bit", false), ("", false)]
    {
        let body = format!("--b\r\nX: y\r\ncontent-transfer-encoding: {encoding}\r\n\r\nx\r\n--b--");
        assert_eq!(parse(&body, "b").is_ok(), taken, "{encoding}");
    }
    fails("--b\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--", Kind::TransferEncoding, 32);
}

#[test]
fn says_where_it_goes_wrong() {
    fails("", Kind::NoPart, 0);
    fails("no delimiter", Kind::NoPart, 12);
    fails("--b--\r\n", Kind::NoPart, 7);
    fails("--b\r\nno colon\r\n\r\n--b--", Kind::Field, 5);
    fails("--b\r\n folded\r\n\r\n--b--", Kind::Field, 5);
    fails("--b\r\n: x\r\n\r\n--b--", Kind::Field, 5);
    fails("--b\r\nA B: x\r\n\r\n--b--", Kind::Field, 6);
    fails("--b\r\nA: x\0\r\n\r\n--b--", Kind::Field, 9);
    fails("--b\r\nA: x\ry\r\n\r\n--b--", Kind::Field, 9);
    fails("--b\r\nContent-Type: text\r\n\r\n--b--", Kind::ContentType, 23);
    let not_text = Multipart::parse(&alternative("b"), b"--b\r\nA: \xff\r\n\r\n--b--").unwrap_err();
    assert_eq!((not_text.kind, not_text.offset), (Kind::Field, 8));
}

#[test]
fn the_type_must_be_multipart_with_a_boundary() {
    let kind = |text: &str| Multipart::parse(&ContentType::parse(text).unwrap(), b"--b--").unwrap_err().kind;
    assert_eq!(kind("text/plain; boundary=b"), Kind::NotMultipart);
    assert_eq!(kind("multipart/mixed"), Kind::Boundary);
    assert_eq!(kind("multipart/mixed; boundary"), Kind::Boundary);
    assert_eq!(kind("multipart/mixed; boundary=\"b \""), Kind::Boundary);
    assert_eq!(kind(&format!("multipart/mixed; boundary={}", "b".repeat(71))), Kind::Boundary);
    assert_eq!(kind("multipart/mixed; boundary=b"), Kind::NoPart);
}

#[test]
fn every_bound_holds() {
    let kind = |body: &str| parse(body, "b").unwrap_err().kind;
    assert!(parse(&"--b\r\n\r\n".repeat(MAX_PARTS), "b").is_ok());
    assert_eq!(kind(&"--b\r\n\r\n".repeat(MAX_PARTS + 1)), Kind::TooMany);
    assert!(parse(&format!("--b\r\n{}\r\n", "A: b\r\n".repeat(MAX_FIELDS)), "b").is_ok());
    assert_eq!(kind(&format!("--b\r\n{}\r\n", "A: b\r\n".repeat(MAX_FIELDS + 1))), Kind::TooMany);
    assert_eq!(kind(&format!("--b\r\nA: {}\r\n", "b".repeat(MAX_HEADER_BYTES))), Kind::TooMany);
    assert_eq!(kind(&format!("--b\r\nA: b\r\n{}", " b\r\n".repeat(MAX_HEADER_BYTES))), Kind::TooMany);
}

#[test]
fn nesting_is_followed_so_far_and_no_further() {
    let mut body = "--b0\r\n\r\ncore\r\n--b0--".to_owned();
    for depth in 1..=MAX_DEPTH {
        let outer = format!("b{depth}");
        let inner = format!("b{}", depth - 1);
        body = format!(
            "--{outer}\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n{body}\r\n--{outer}\r\n\r\nafter\r\n--{outer}--"
        );
    }
    let mut bytes = body.into_bytes();
    let mut boundary = format!("b{MAX_DEPTH}");
    let outermost = Multipart::parse(&alternative(&boundary), &bytes).unwrap();
    assert_eq!(descend(&outermost), Kind::TooDeep);
    // One level less is read to its core.
    bytes = outermost.parts[0].body().to_vec();
    boundary = format!("b{}", MAX_DEPTH - 1);
    let multipart = Multipart::parse(&alternative(&boundary), &bytes).unwrap();
    assert_eq!(descend(&multipart), Kind::NotMultipart);
}

/// Why the first parts' first parts come to an end.
fn descend(multipart: &Multipart<'_>) -> Kind {
    match multipart.parts[0].nested() {
        None => Kind::NotMultipart,
        Some(Err(error)) => error.kind,
        Some(Ok(inner)) => descend(&inner),
    }
}

#[test]
fn a_boundary_that_content_holds_is_refused_and_a_fresh_one_is_found() {
    let mut entropy = Entropy::named(1, "boundary");
    let taken = Multipart::new(Vec::new()).boundary(&mut entropy);
    let plain = ContentType::new(MediaType::TEXT_PLAIN);
    let multipart = Multipart::new(vec![Part::new(&plain, format!("x\r\n--{taken}").into_bytes())]);
    assert_eq!(multipart.write(&taken).unwrap_err().kind, Kind::Boundary);
    let mut preamble = Multipart::new(vec![Part::new(&plain, &b"x"[..])]);
    preamble.preamble = format!("--{taken}").into_bytes().into();
    assert_eq!(preamble.write(&taken).unwrap_err().kind, Kind::Boundary);
    // The same stream again offers the boundary that is taken first.
    let fresh = multipart.boundary(&mut Entropy::named(1, "boundary"));
    assert_ne!(fresh, taken);
    let written = multipart.write(&fresh).unwrap();
    assert_eq!(Multipart::parse(&alternative(&fresh), &written), Ok(multipart));
}

#[test]
fn a_megabyte_of_anything_is_answered() {
    for piece in ["-", "--b", "--b\r\n", "--b--", "\r\n--b\r", "\n", "\r\n", "--b\r\nA: b\r\n b\r\n", "a"] {
        let _ = parse(&piece.repeat(1_000_000 / piece.len()), "b");
        let dashes = "-".repeat(70);
        let _ = parse(&piece.repeat(1_000_000 / piece.len()), &dashes);
    }
}

#[test]
fn whatever_is_cut_off_is_answered() {
    let body = printed();
    for end in 0..body.len() {
        let read = parse(&body[..end], BOUNDARY);
        let closed = end >= body.len() - 2;
        assert!(read.is_err() || read.is_ok_and(|multipart| multipart.closed == closed), "{end}");
    }
}
