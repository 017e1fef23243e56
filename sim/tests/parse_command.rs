//! `confsim parse` over everything the documents print, and over input nobody should send.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Parser;
use confsim::cli::parse::{ParseArgs, run_with};
use confsim_snapshots::{bind, insta};
use serde_json::Value;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: ParseArgs,
}

/// Exit code, standard output and standard error.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    code: u8,
    out: String,
    errors: String,
}

fn parse_from(arguments: &[&str], input: &mut dyn Read) -> Outcome {
    let command = Command::parse_from([&["parse"], arguments].concat());
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let code = run_with(&command.args, input, &mut out, &mut errors);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code, out: text(out), errors: text(errors) }
}

fn parse(arguments: &[&str], mut input: &[u8]) -> Outcome {
    parse_from(arguments, &mut input)
}

/// The view of an input that can be read.
#[track_caller]
fn view(arguments: &[&str], input: &[u8]) -> String {
    let outcome = parse(arguments, input);
    assert_eq!((outcome.code, &*outcome.errors), (0, ""));
    serde_json::from_str::<Value>(&outcome.out).unwrap();
    outcome.out
}

/// The offset in the error of an input that cannot be read.
#[track_caller]
fn offset(arguments: &[&str], input: &[u8]) -> usize {
    let outcome = parse(arguments, input);
    assert_eq!((outcome.code, &*outcome.out), (2, ""));
    let (what, offset) = outcome.errors.rsplit_once(" at byte ").unwrap();
    assert!(what.starts_with("error: ") && !what.contains('\n'), "{what}");
    offset.strip_suffix('\n').unwrap().parse().unwrap()
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/messages")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(data().join(name)).unwrap()
}

/// The rows of the index: file, completeness, whether its XML is well-formed.
fn index() -> Vec<[String; 3]> {
    let index = fs::read_to_string(data().join("INDEX.tsv")).unwrap();
    let mut lines = index.lines().map(|line| line.split('\t').collect::<Vec<&str>>());
    let head = lines.next().unwrap();
    let column = |name: &str| head.iter().position(|found| *found == name).unwrap();
    let columns = ["file", "completeness", "xml_wellformed"].map(column);
    lines.map(|line| columns.map(|at| line[at].to_owned())).collect()
}

/// Complete messages that are no SIP as printed: their From lacks a closing quote.
const MISPRINTED: [&str; 2] = ["cwa-09-INVITE-user1-focus.sip", "cwa-10-INVITE-user1-user2.sip"];

/// Not well-formed for repeating a namespace declaration on its root, which servers do and we take.
const REPEATS_DECLARATION: &str = "bas-4.4.7-02-INFO-focus-bob";

#[test]
fn every_complete_message_is_shown() {
    let mut shown = 0;
    for [file, completeness, _] in index() {
        if completeness == "complete" && !MISPRINTED.contains(&&*file) {
            view(&["sip"], &read(&file));
            shown += 1;
        }
    }
    assert_eq!(shown, 92);
    assert_eq!(MISPRINTED.map(|file| offset(&["sip"], &read(file))), [110, 94]);
}

#[test]
fn incomplete_messages_are_refused_in_the_right_place() {
    for [file, completeness, _] in index() {
        if !file.ends_with(".sip") || completeness == "complete" {
            continue;
        }
        let message = read(&file);
        let head = message.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        let expected = if completeness.contains("headers") { head } else { message.len() };
        assert_eq!(offset(&["sip"], &message), expected, "{file}");
    }
}

#[test]
fn every_broken_document_is_placed() {
    let mut broken = 0;
    for entry in fs::read_dir(data().join("xml")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.contains(".wf-bad.") && !name.starts_with(REPEATS_DECLARATION) {
            let document = fs::read(&path).unwrap();
            assert!(offset(&["cccp"], &document) <= document.len(), "{name}");
            // Within a message the place is that in the message.
            let head = "INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n\
                        Call-ID: 1\r\nCSeq: 1 INFO\r\nContent-Type: application/cccp+xml\r\n\r\n";
            let message = [head.as_bytes(), &document].concat();
            assert_eq!(offset(&["sip"], &message), head.len() + offset(&["cccp"], &document), "{name}");
            broken += 1;
        }
    }
    assert_eq!(broken, 7);
}

#[test]
fn views_are_what_they_were() {
    let file = |name: &str| view(&["sip"], &read(name));
    bind("confsim", || {
        insta::assert_snapshot!("parse_message", file("im-4.2.1-01-MESSAGE-alice-immcu.sip"));
        insta::assert_snapshot!("parse_report", file("im-4.2.2-01-BENOTIFY-immcu-alice.sip"));
        insta::assert_snapshot!("parse_offer", file("im-4.1.1-10-INVITE-carol-immcu.sip"));
        insta::assert_snapshot!("parse_roster", file("im-4.3.1-16-BENOTIFY-focus-alice.sip"));
        insta::assert_snapshot!("parse_command", file("im-4.3.1-01-INFO-alice-focus.sip"));
        insta::assert_snapshot!("parse_result", file("im-4.3.1-14-INFO-focus-alice.sip"));
    });
}

#[test]
fn header_values_are_taken_apart() {
    let show = |name: &str, text: &str| {
        let value: Value = serde_json::from_str(&view(&["header", name], text.as_bytes())).unwrap();
        value.to_string()
    };
    assert_eq!(show("CSeq", "7 BENOTIFY\r\n"), r#"{"seq":7,"method":"BENOTIFY"}"#);
    assert_eq!(
        show("v", "SIP/2.0/TCP [::1]:5060;branch=z9hG4bK1;x, SIP/2.0/TLS h"),
        r#"[{"transport":"TCP","host":"[::1]","port":5060,"params":{"branch":"z9hG4bK1","x":true}},{"transport":"TLS","host":"h","params":{}}]"#
    );
    assert_eq!(
        show("Ms-Sender", "\"Alice\"<sip:alice@contoso.com;gruu>;epid=1"),
        r#"{"display":"Alice","uri":{"text":"sip:alice@contoso.com;gruu","scheme":"sip","user":"alice","host":"contoso.com","params":{"gruu":true}},"params":{"epid":"1"}}"#
    );
    assert_eq!(show("Supported", "timer, ms-sender,,"), r#"["timer","ms-sender"]"#);
    assert_eq!(
        show("content-type", "Text/Plain;charset=\"a b\""),
        r#"{"media":"text/plain","params":{"charset":"a b"}}"#
    );
    assert_eq!(show("X-Unknown", "a  b\n"), r#""a  b""#);
    assert_eq!(show("Pool-Link", "f-1;seq=1;ack=0"), r#"{"epoch":"f-1","seq":1,"ack":0}"#);
    assert_eq!(offset(&["header", "Via"], b"SIP/2.0/TCP a, SIP/3.0/TCP b"), 15);
    assert_eq!(offset(&["header", "Max-Forwards"], b"7x"), 1);
    assert_eq!(offset(&["header", "From"], b"a\xffb"), 1);
    assert_eq!(offset(&["uri"], b"sip:a@"), 6);
}

#[test]
fn documents_without_a_message_around_them_are_shown() {
    let fragment = |kind: &str, file: &str| view(&[kind], &read(file));
    assert!(fragment("imdn", "fragments/im-2.2.2-imdn-example.xml").contains(r#""status": 408"#));
    assert!(fragment("sdp", "fragments/im-2.2.5-example.sdp").contains(r#""application/ms-imdn+xml""#));
    assert!(fragment("conf-invite", "xml/cwa-10-INVITE-user1-user2.xml").contains(r#""first_im": """#));
    assert!(fragment("cccp", "xml/im-4.3.1-01-INFO-alice-focus.xml").contains(r#""deleteUser""#));
    assert!(fragment("conference-info", "xml/im-4.3.1-16-BENOTIFY-focus-alice.xml").contains(r#""deleted""#));
    let query = b"<provisioningGroupList><provisioningGroup name=\"a\"/></provisioningGroupList>";
    assert_eq!(
        view(&["provisioning"], query).split_whitespace().collect::<String>(),
        r#"{"query":{"groups":["a"]}}"#
    );
    let capabilities =
        b"<endpoint-capabilities xmlns=\"http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions\">\
                         <supported-im-formats>*</supported-im-formats></endpoint-capabilities>";
    let shown = view(&["capabilities"], capabilities);
    assert_eq!(shown.split_whitespace().collect::<String>(), r#"{"formats":"*"}"#);
}

#[test]
fn parts_within_parts_are_shown_and_their_faults_placed() {
    let outer = "pre\n--b\nContent-Type: multipart/mixed; boundary=c\n\n";
    let inner = "--c\nContent-Type: application/ms-imdn+xml\n\n<imdn";
    let body = format!("{outer}{inner}\n--c--\n--b--");
    assert_eq!(offset(&["multipart"], body.as_bytes()), outer.len() + inner.len() - "<imdn".len());
    let body = format!("{outer}--c\n\n\u{e9}\n--c--\n--b\n\n\n--b--");
    let shown: Value = serde_json::from_str(&view(&["multipart"], body.as_bytes())).unwrap();
    assert_eq!(shown["parts"][0]["body"]["parts"][0]["body"], "\u{e9}");
    assert_eq!(shown["preamble"], "pre");
    let binary = view(&["multipart", "--boundary", "--b"], b"--x\n----b\n\n\xff");
    let shown: Value = serde_json::from_str(&binary).unwrap();
    assert_eq!(shown["parts"][0]["body"]["base64"], "/w==");
    assert_eq!(shown["closed"], false);
}

#[test]
fn a_stream_is_shown_message_by_message_up_to_its_fault() {
    let one = read("im-4.1.1-02-100-focus-carol.sip");
    let stream = [b"\r\n\r\n", &*one, b"\r\n", &*one].concat();
    let outcome = parse(&["stream"], &stream);
    assert_eq!((outcome.code, &*outcome.errors), (0, ""));
    let lines: Vec<Value> = outcome.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], lines[1]);
    assert_eq!(lines[0]["response"]["code"], 100);
    let broken = parse(&["stream"], &[&*stream, b"X\r\n\r\n"].concat());
    assert_eq!((broken.code, broken.out), (2, outcome.out));
    assert_eq!(broken.errors, format!("error: malformed start line at byte {}\n", stream.len()));
    let cut = parse(&["stream"], &stream[..stream.len() - 1]);
    assert_eq!(cut.errors, format!("error: the stream ends inside a message at byte {}\n", stream.len() - 1));
}

#[test]
fn what_follows_a_datagram_is_counted() {
    let mut message = read("im-4.1.1-02-100-focus-carol.sip");
    message.extend(b"more");
    let shown: Value = serde_json::from_str(&view(&["sip"], &message)).unwrap();
    assert_eq!(shown["surplus"], 4);
}

#[test]
fn a_header_nobody_needs_may_be_broken() {
    let message = String::from_utf8(read("im-4.1.1-02-100-focus-carol.sip")).unwrap();
    let message = message.replacen("\r\n", "\r\nSession-Expires: soon\r\n", 1);
    let shown: Value = serde_json::from_str(&view(&["sip"], message.as_bytes())).unwrap();
    let place = message.find("soon").unwrap();
    assert_eq!(shown["fields"][0]["invalid"], format!("invalid number at byte {place}"));
}

const KINDS: [&[&str]; 12] = [
    &["sip"],
    &["stream"],
    &["header", "Via"],
    &["uri"],
    &["cccp"],
    &["conference-info"],
    &["imdn"],
    &["capabilities"],
    &["sdp"],
    &["multipart"],
    &["conf-invite"],
    &["provisioning"],
];

/// Gives the same bytes over and over and counts them.
struct Endless {
    block: Vec<u8>,
    left: usize,
    given: usize,
}

impl Endless {
    fn of(piece: &str, length: usize) -> Self {
        Self { block: piece.repeat(64 * 1024).into_bytes(), left: length, given: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.block[self.given % self.block.len()..];
        let length = buffer.len().min(self.left).min(rest.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        self.left -= length;
        Ok(length)
    }
}

#[test]
fn a_hundred_megabytes_are_answered_from_the_first_nine() {
    for kind in KINDS {
        for piece in ["a", "<a>", "\r\n", "--b\r\n\r\n", "v=0\r\n", ";", " "] {
            let mut input = Endless::of(piece, 100_000_000);
            let outcome = parse_from(kind, &mut input);
            // Line ends alone are a quiet stream, which may go on for ever.
            if (kind, piece) == (&["stream"], "\r\n") {
                assert_eq!((outcome.code, input.left), (0, 0));
                continue;
            }
            assert_eq!(outcome.code, 2, "{kind:?} {piece:?}");
            assert!(outcome.errors.len() < 200, "{}", outcome.errors);
            assert!(input.given < 9_000_000, "{kind:?} {piece:?}: read {}", input.given);
        }
    }
}

#[test]
fn whatever_is_cut_off_is_answered() {
    for file in ["im-4.2.1-05-200-bob-immcu.sip", "im-4.2.2-01-BENOTIFY-immcu-alice.sip"] {
        let message = read(file);
        for end in 0..message.len() {
            assert!(offset(&["sip"], &message[..end]) <= end);
            for kind in KINDS {
                let outcome = parse(kind, &message[..end]);
                assert!(matches!(outcome.code, 0 | 2));
            }
        }
    }
}

#[test]
fn a_dash_names_standard_input() {
    assert_eq!(parse(&["uri", "-"], b"sip:a@b"), parse(&["uri"], b"sip:a@b"));
    view(&["uri", "-"], b"sip:a@b");
}

#[test]
fn a_file_is_read_and_a_missing_one_named() {
    let path = data().join("fragments/im-2.2.5-example.sdp");
    assert_eq!(parse(&["sdp", path.to_str().unwrap()], b""), parse(&["sdp"], &fs::read(&path).unwrap()));
    let missing = parse(&["sdp", "no/such/file"], b"");
    assert_eq!(missing.code, 2);
    assert!(missing.errors.starts_with("error: no/such/file: "), "{}", missing.errors);
    let folder = parse(&["stream", data().to_str().unwrap()], b"");
    assert_eq!(folder.code, 2);
    assert!(folder.errors.contains("data/messages: "), "{}", folder.errors);
}
