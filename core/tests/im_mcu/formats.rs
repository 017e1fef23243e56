//! Who gets which form of a message.

use crate::stage::{Client, Kind, LEGACY, MODERN, Sent, Stage, briefs, gruu};
use confsim_core::covers;
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::sip::Name;

const RTF_ONLY: Kind = Kind { supported: "ms-sender", accept: Some("text/rtf") };
const GIF_ONLY: Kind = Kind { supported: "ms-sender", accept: Some("image/gif") };
const TWO: &str = "multipart/alternative; boundary=\"=_x\"";
const BODY: &str = "preamble\r\n--=_x\r\nContent-Type: text/plain; charset=UTF-8;msgr=WAAt\r\n\
     Content-Transfer-Encoding: binary\r\n\r\nplain\r\n--=_x\r\nContent-Type: text/rtf\r\n\
     Content-Transfer-Encoding: binary\r\n\r\n{\\rtf1 rich}\r\n--=_x--\r\n";

/// A message in text/plain and text/rtf.
pub(crate) fn say_in_two(stage: &mut Stage, author: &mut Client) -> Vec<Sent> {
    stage.in_dialog(author, "MESSAGE", &format!("Content-Type: {TWO}\r\n"), BODY)
}

fn form(sent: &Sent) -> (&str, &str) {
    (sent.header(Name::ContentType), sent.text())
}

#[test]
fn each_gets_the_richest_form_it_takes() {
    covers!(
        "IM-3-1-3-5-2-b",
        "IM-3-3-2-5-1-j",
        "IM-3-3-2-5-1-m",
        "IM-3-3-2-5-1-p",
        "D-27",
        "IM-2-2-3-a",
        "IM-2-2-5-i",
        "EX-IM-4-2-1-f",
        "EX-IM-4-2-1-g",
        "EX-IM-4-2-1-h",
    );
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    for (name, kind) in [
        ("Bob", MODERN),
        ("Carol", RTF_ONLY),
        ("Dave", RTF_ONLY),
        ("Erin", GIF_ONLY),
        ("Leslie", LEGACY),
        ("Mia", LEGACY),
    ] {
        stage.join(name, kind);
    }
    let sent = say_in_two(&mut stage, &mut alice);
    assert_eq!(sent.len(), 7);
    assert_eq!(form(&sent[1]), (TWO, BODY));
    assert_eq!(form(&sent[2]), ("text/rtf", "{\\rtf1 rich}"));
    assert_eq!(sent[2].body.as_ptr(), sent[3].body.as_ptr(), "written once");
    let plain = "text/plain; charset=UTF-8;msgr=WAAt";
    assert_eq!(form(&sent[4]), (plain, "plain"));
    assert_eq!(form(&sent[5]), (plain, "Alice: plain"));
    assert_eq!(sent[5].body.as_ptr(), sent[6].body.as_ptr(), "written once");
    assert!(sent[1..].iter().all(|sent| sent.header(Name::MsSender).contains(&gruu("Alice"))));
}

#[test]
fn what_nobody_takes_is_reported_right_after_the_202() {
    covers!("IM-3-3-2-5-1-k");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Leslie", LEGACY);
    let sent = stage.in_dialog(&mut alice, "MESSAGE", "Content-Type: text/rtf\r\n", "{\\rtf1}");
    assert_eq!(briefs(&sent), ["202", "BENOTIFY alice"]);
    let imdn = Imdn::parse(&sent[1].body).unwrap();
    assert_eq!((imdn.message_id, imdn.recipients[0].status), (1, 415));
    assert_eq!(imdn.recipients[0].uri, format!("<{}>", gruu("Leslie")));
}

#[test]
fn alternatives_without_one_that_fits_are_a_415() {
    covers!("IM-3-3-2-5-1-n");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Erin", GIF_ONLY);
    let body = BODY.replace("text/plain; charset=UTF-8;msgr=WAAt", "text/html");
    let sent = stage.in_dialog(&mut alice, "MESSAGE", &format!("Content-Type: {TWO}\r\n"), &body);
    assert_eq!(briefs(&sent), ["202", "BENOTIFY alice"]);
    assert_eq!(Imdn::parse(&sent[1].body).unwrap().recipients[0].status, 415);
}

#[test]
fn alternatives_that_cannot_be_read_go_to_those_who_take_them_whole() {
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Bob", MODERN);
    stage.join("Carol", RTF_ONLY);
    let sent = stage.in_dialog(&mut alice, "MESSAGE", &format!("Content-Type: {TWO}\r\n"), "no parts");
    assert_eq!(briefs(&sent), ["202", "MESSAGE bob"]);
    let reports = stage.answer(&sent[1], "200 OK");
    assert_eq!(Imdn::parse(&reports[0].body).unwrap().recipients[0].status, 415);
}

#[test]
fn a_single_body_is_passed_on_to_who_has_not_listed_it() {
    covers!("IM-3-3-2-5-1-o");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Carol", RTF_ONLY);
    let sent = stage.in_dialog(&mut alice, "MESSAGE", "Content-Type: image/gif\r\n", "GIF89a");
    assert_eq!(form(&sent[1]), ("image/gif", "GIF89a"));
}

#[test]
fn a_name_is_written_in_the_characters_of_the_text() {
    let mut stage = Stage::new();
    let mut zoe = stage.join("Zoë", MODERN);
    stage.join("Leslie", LEGACY);
    let mut say = |content_type: &str| {
        let sent = stage.in_dialog(&mut zoe, "MESSAGE", &format!("Content-Type: {content_type}\r\n"), "hi");
        sent[1].clone()
    };
    assert_eq!(say("text/plain; charset=utf-8").text(), "Zoë: hi");
    assert_eq!(say("text/plain; charset=iso-8859-1").text(), "sip:zoe@contoso.com: hi");
    let refused = say("text/plain; charset=utf-16le");
    assert_eq!(Imdn::parse(&refused.body).unwrap().recipients[0].status, 415);
}
