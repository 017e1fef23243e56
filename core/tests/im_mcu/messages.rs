//! Messages, their reports, and INFO.

use crate::stage::{Client, LEGACY, MODERN, Sent, Stage, briefs, gruu};
use confsim_core::covers;
use confsim_core::wire::imdn::{Imdn, Recipient};
use confsim_core::wire::sip::Name;

const SECOND: u64 = 1_000_000;

fn three() -> (Stage, Client, Client, Client) {
    let mut stage = Stage::new();
    let alice = stage.join("Alice", MODERN);
    let bob = stage.join("Bob", MODERN);
    let carol = stage.join("Carol", MODERN);
    (stage, alice, bob, carol)
}

fn report(sent: &Sent) -> Imdn {
    assert_eq!(sent.header(Name::ContentType), "application/ms-imdn+xml");
    Imdn::parse(&sent.body).unwrap()
}

fn failed(name: &str, status: u16) -> Recipient {
    Recipient { uri: format!("<{}>", gruu(name)), status, entries: Vec::new() }
}

#[test]
fn who_is_alone_is_told_so() {
    covers!(
        "IM-3-3-2-1-b",
        "IM-3-3-2-1-c",
        "IM-3-3-2-5-1-a",
        "IM-3-3-2-5-1-b",
        "IM-3-3-2-5-1-e",
        "IM-3-3-2-5-1-f",
        "D-21",
        "D-22"
    );
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    // Bob's ACK is outstanding: he does not count (D-21).
    stage.ring("Bob", MODERN);
    stage.sends.clear();
    let sent = stage.say(&mut alice, "anybody?");
    assert_eq!(briefs(&sent), ["200"]);
    assert_eq!(sent[0].header(Name::MessageId), "1");
    let mut carol = stage.join("Carol", MODERN);
    let sent = stage.say(&mut carol, "me");
    assert_eq!(briefs(&sent), ["202", "MESSAGE alice"]);
    assert_eq!(sent[0].header(Name::MessageId), "2");
}

#[test]
fn a_message_reaches_everybody_else_and_is_reported_on_once() {
    covers!(
        "IM-3-3-2-5-1-c",
        "IM-3-3-2-5-1-d",
        "IM-3-3-2-5-1-g",
        "IM-3-3-2-5-1-h",
        "IM-3-3-2-5-1-l",
        "IM-3-3-2-5-2-a",
        "IM-3-3-2-5-2-b",
        "IM-3-3-2-5-2-d",
        "IM-3-3-2-5-2-j",
        "IM-3-3-2-5-2-k",
        "D-25",
        "IM-2-2-2-i",
        "IM-2-2-3-a",
        "IM-2-2-4-c",
    );
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "hello");
    assert_eq!(briefs(&sent), ["202", "MESSAGE bob", "MESSAGE carol"]);
    for forward in &sent[1..] {
        assert_eq!(forward.header(Name::MessageId), "1");
        assert_eq!(forward.header(Name::MsSender), format!("\"Alice\"<{}>", gruu("Alice")));
        assert_eq!(forward.header(Name::ContentType), "text/plain");
        assert_eq!(forward.text(), "hello");
    }
    assert_eq!(sent[1].body.as_ptr(), sent[2].body.as_ptr(), "one body for all");
    assert!(stage.answer(&sent[2], "200 OK").is_empty());
    let reports = stage.answer(&sent[1], "200 OK");
    assert_eq!(briefs(&reports), ["BENOTIFY alice"]);
    assert_eq!(reports[0].header(Name::CSeq), "1 BENOTIFY");
    assert_eq!(report(&reports[0]), Imdn { message_id: 1, recipients: Vec::new() });
    assert!(stage.answer(&sent[1], "200 OK").is_empty());
    assert_eq!((stage.dump("open reports"), stage.dump("open forwards")), (0, 0));
}

#[test]
fn a_failure_is_reported_with_its_diagnostics() {
    covers!(
        "IM-3-3-2-1-i",
        "IM-3-3-2-1-j",
        "IM-3-3-2-5-2-c",
        "IM-3-3-2-5-2-e",
        "IM-3-3-2-5-2-f",
        "IM-2-2-2-d",
    );
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "hello");
    let details = "ms-diagnostics: 1;reason=\"busy\"\r\n";
    stage.answer_with(&sent[1], "486 Busy Here", details);
    let reports = stage.answer(&sent[2], "415 Unsupported Media Type");
    let entries = vec![("ms-diagnostics".to_owned(), "1;reason=\"busy\"".to_owned())];
    let recipients = vec![Recipient { entries, ..failed("Bob", 486) }, failed("Carol", 415)];
    assert_eq!(report(&reports[0]), Imdn { message_id: 1, recipients });
}

#[test]
fn silence_is_a_408_and_the_end_of_that_session() {
    covers!("D-7", "D-25", "D-26");
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "hello");
    stage.answer(&sent[2], "200 OK");
    stage.sends.clear();
    let due = stage.now() + 32 * SECOND;
    stage.until(due - 1);
    assert!(stage.sends.is_empty());
    stage.until(due);
    assert_eq!(briefs(&stage.sends), ["BENOTIFY alice", "BYE bob"]);
    let recipients = vec![Recipient::timed_out(&gruu("Bob"), "mcu.pool.contoso.com")];
    assert_eq!(report(&stage.sends[0]), Imdn { message_id: 1, recipients });
    assert!(stage.to_focus.last().unwrap().contains(r#"state="deleted""#));
    assert_eq!(stage.dump("legs"), 2);
}

#[test]
fn an_unreachable_session_ends_when_the_report_is_out() {
    covers!("D-7");
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "hello");
    assert!(stage.answer(&sent[1], "481 Call/Transaction Does Not Exist").is_empty());
    // Until then it is a recipient like any other, and its end settles what is still open.
    let second = stage.say(&mut alice, "again");
    assert_eq!(briefs(&second), ["202", "MESSAGE bob", "MESSAGE carol"]);
    stage.answer(&second[2], "200 OK");
    let reports = stage.answer(&sent[2], "200 OK");
    assert_eq!(briefs(&reports), ["BENOTIFY alice", "BYE bob", "BENOTIFY alice"]);
    assert_eq!(report(&reports[0]).recipients, [failed("Bob", 481)]);
    assert_eq!(report(&reports[2]), Imdn { message_id: 2, recipients: vec![failed("Bob", 503)] });
}

#[test]
fn a_recipient_who_leaves_settles_his_forward_at_once() {
    covers!("D-25");
    let (mut stage, mut alice, mut bob, _) = three();
    let sent = stage.say(&mut alice, "hello");
    stage.answer(&sent[2], "200 OK");
    let left = stage.in_dialog(&mut bob, "BYE", "", "");
    assert_eq!(briefs(&left), ["200", "BENOTIFY alice"]);
    assert_eq!(report(&left[1]).recipients, [failed("Bob", 503)]);
    assert!(stage.answer(&sent[1], "200 OK").is_empty(), "too late");
    assert_eq!(stage.dump("open forwards"), 0);
}

#[test]
fn an_ejected_recipient_settles_his_forward_at_once() {
    covers!("D-25");
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "hello");
    stage.answer(&sent[2], "200 OK");
    stage.sends.clear();
    stage.delete_user("Bob");
    assert_eq!(briefs(&stage.sends), ["BYE bob", "BENOTIFY alice"]);
    assert_eq!(report(&stage.sends[1]).recipients, [failed("Bob", 503)]);
}

#[test]
fn an_answer_that_came_in_time_stands() {
    let (mut stage, mut alice, mut bob, _) = three();
    let sent = stage.say(&mut alice, "hello");
    stage.answer(&sent[1], "200 OK");
    stage.in_dialog(&mut bob, "BYE", "", "");
    let reports = stage.answer(&sent[2], "200 OK");
    assert!(report(&reports[0]).recipients.is_empty());
}

#[test]
fn an_author_who_left_gets_no_report() {
    covers!("D-25");
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "bye all");
    stage.in_dialog(&mut alice, "BYE", "", "");
    stage.answer(&sent[1], "200 OK");
    assert!(stage.answer(&sent[2], "200 OK").is_empty());
    assert_eq!(stage.dump("open reports"), 0);
}

#[test]
fn an_author_ejected_gets_no_report() {
    let (mut stage, mut alice, ..) = three();
    let sent = stage.say(&mut alice, "bye all");
    stage.delete_user("Alice");
    stage.answer(&sent[1], "200 OK");
    assert!(stage.answer(&sent[2], "200 OK").is_empty());
}

#[test]
fn an_info_is_accepted_and_passed_on_to_those_who_know_ms_sender() {
    covers!(
        "IM-3-4-c",
        "IM-3-4-2-5-1-a",
        "IM-3-4-2-5-1-b",
        "IM-3-4-2-5-1-c",
        "IM-3-4-2-5-1-d",
        "IM-3-4-2-5-2-a",
        "IM-3-4-2-5-2-b"
    );
    let (mut stage, mut alice, mut bob, _) = three();
    stage.join("Leslie", LEGACY);
    let body = "<KeyboardActivity><status status=\"type\"/></KeyboardActivity>";
    let sent = stage.in_dialog(&mut alice, "INFO", "Content-Type: application/xml\r\n", body);
    assert_eq!(briefs(&sent), ["202", "INFO bob", "INFO carol"]);
    assert_eq!(sent[1].header(Name::MsSender), format!("\"Alice\"<{}>", gruu("Alice")));
    assert_eq!(sent[1].header(Name::MessageId), "");
    assert_eq!((sent[1].header(Name::ContentType), sent[1].text()), ("application/xml", body));
    assert_eq!(sent[1].body.as_ptr(), sent[2].body.as_ptr());
    // What becomes of it is nobody's business.
    assert!(stage.answer(&sent[1], "481 Call/Transaction Does Not Exist").is_empty());
    stage.until(stage.now() + 40 * SECOND);
    assert_eq!(stage.dump("legs"), 4);
    assert_eq!(stage.dump("open forwards"), 0);
    assert_eq!(briefs(&stage.in_dialog(&mut bob, "INFO", "", ""))[0], "202");
}

#[test]
fn what_does_not_fit_is_refused_whole() {
    covers!("D-28");
    let mut stage = Stage::with(|config| config.limits.forwards = 3);
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Bob", MODERN);
    stage.join("Carol", MODERN);
    let sent = stage.say(&mut alice, "one");
    assert_eq!(sent[0].message.code(), Some(202));
    assert_eq!(briefs(&stage.say(&mut alice, "two")), ["503"]);
    assert_eq!(briefs(&stage.in_dialog(&mut alice, "INFO", "", "")), ["503"]);
    stage.answer(&sent[1], "200 OK");
    let next = stage.say(&mut alice, "three");
    assert_eq!(briefs(&next), ["202", "MESSAGE bob", "MESSAGE carol"]);
    assert_eq!(next[0].header(Name::MessageId), "2", "the refused one got none");
}

/// A recorded message and an INFO take room like any other until they are answered.
#[test]
fn whatever_is_under_way_takes_room() {
    covers!("D-28");
    let mut stage = Stage::with(|config| config.limits.forwards = 1);
    let mut alice = stage.join("Alice", MODERN);
    stage.say(&mut alice, "early");
    let mut bob = stage.ring("Bob", MODERN);
    stage.ack(&mut bob);
    let replayed = stage.sends.last().unwrap().clone();
    assert_eq!((replayed.brief(), replayed.text()), ("MESSAGE bob".to_owned(), "early"));
    assert_eq!(briefs(&stage.in_dialog(&mut alice, "INFO", "", "")), ["503"]);
    stage.answer(&replayed, "200 OK");
    let passed = stage.in_dialog(&mut alice, "INFO", "", "");
    assert_eq!(briefs(&passed), ["202", "INFO bob"]);
    assert_eq!(briefs(&stage.say(&mut alice, "late")), ["503"]);
    stage.answer(&passed[1], "200 OK");
    assert_eq!(briefs(&stage.say(&mut alice, "late")), ["202", "MESSAGE bob"]);
}

#[test]
fn a_content_type_that_is_none_is_refused() {
    let (mut stage, mut alice, ..) = three();
    assert_eq!(briefs(&stage.in_dialog(&mut alice, "MESSAGE", "Content-Type: ???\r\n", "x")), ["400"]);
    assert_eq!(stage.say(&mut alice, "one")[0].header(Name::MessageId), "1");
}

#[test]
fn losing_the_way_to_the_clients_settles_everything() {
    covers!("D-4", "D-25");
    let (mut stage, mut alice, ..) = three();
    stage.say(&mut alice, "hello");
    stage.give(confsim_core::node::Input::Closed { conn: confsim_core::node::ConnId::accepted(1) });
    assert_eq!((stage.dump("open reports"), stage.dump("open forwards")), (0, 0));
    assert_eq!(stage.dump("legs"), 3, "a connection's loss ends nothing (D-4)");
}
