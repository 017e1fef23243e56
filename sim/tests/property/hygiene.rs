//! The properties of signalling notice when the record of a good run is altered in one place.

use confsim::trace::{MsgId, NodeId, Record};
use confsim_core::covers;

use super::tamper::{Records, judged, last, noticed, rewrite, rewrite_head, said};

/// The value of a header of the message at `place`.
fn value(records: &Records, place: usize, name: &str) -> String {
    let Record::Emitted(emitted) = &records[place].1 else { panic!("no message at {place}") };
    let head = String::from_utf8_lossy(&emitted.head).into_owned();
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.expect("it is there").to_owned()
}

/// The message is written again right behind itself, under a number of its own.
fn repeat(records: &mut Records, place: usize) {
    let mut again = records[place].clone();
    let Record::Emitted(emitted) = &mut again.1 else { panic!("no message at {place}") };
    emitted.id = MsgId(1_000_000);
    records.insert(place + 1, again);
}

#[test]
fn a_request_that_nobody_answers() {
    covers!("D-1");
    let violations = judged("everybody-leaves", |records| {
        let place = last(&said(records, NodeId::MCU, "200 (BYE)", "alice"));
        records.remove(place);
    });
    noticed(&violations, "transaction.answered", &["never answered what it read at"]);
}

#[test]
fn an_answer_given_twice() {
    covers!("D-1");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "202 (MESSAGE)", ""));
        repeat(records, place);
    });
    noticed(&violations, "transaction.once", &["answers 202 after 202 to what it read 1 times"]);
}

#[test]
fn an_answer_to_nothing() {
    covers!("D-2");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "202 (MESSAGE)", ""));
        rewrite_head(records, place, "CSeq: ", "CSeq: 9");
    });
    noticed(&violations, "transaction.unasked", &["answers 202 to what it has not been asked"]);
}

#[test]
fn an_answer_to_somebody_else() {
    covers!("D-8");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "202 (MESSAGE)", ""));
        rewrite_head(records, place, "sip:alice@contoso.com", "sip:carol@contoso.com");
    });
    noticed(&violations, "transaction.echo", &["answers 202 with other Via, From, To, Call-ID or CSeq"]);
}

#[test]
fn a_number_used_twice_in_a_dialog() {
    covers!("EX-IM-4-1-2-g");
    let violations = judged("formats-changed", |records| {
        let places = said(records, NodeId::MCU, "MESSAGE", "Message-Id");
        let (first, second) = (value(records, places[0], "CSeq"), value(records, places[1], "CSeq"));
        rewrite_head(records, places[1], &second, &first);
    });
    noticed(&violations, "dialog.cseq", &["in the same dialog"]);
}

#[test]
fn a_request_under_another_call_id() {
    covers!("IM-3-3-1-4-1-a");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "MESSAGE", "Message-Id"));
        rewrite_head(records, place, "Call-ID: ", "Call-ID: x");
    });
    noticed(&violations, "dialog.names", &["under a Call-ID and tags that it has not seen together"]);
}

#[test]
fn a_request_by_another_way() {
    covers!("D-8");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "MESSAGE", "Message-Id"));
        rewrite_head(records, place, "Route: <sip:", "Route: <sip:x");
    });
    noticed(&violations, "dialog.route", &["recorded was ["]);
}

#[test]
fn an_ack_for_nothing() {
    covers!("D-1");
    let violations = judged("dial-out", |records| {
        let place = last(&said(records, NodeId::MCU, "ACK", ""));
        rewrite_head(records, place, "CSeq: ", "CSeq: 9");
    });
    noticed(&violations, "dialog.ack", &["sends an ACK for an INVITE that it never sent"]);
}

#[test]
fn a_document_left_out_on_the_link() {
    covers!("D-11");
    let violations = judged("eject", |records| {
        let place = said(records, NodeId::FOCUS, "SERVICE", "addUser")[0];
        records.remove(place);
    });
    noticed(&violations, "link.order", &["sends document"]);
}

#[test]
fn another_document_under_the_same_number() {
    covers!("D-11");
    let violations = judged("eject", |records| {
        let place = said(records, NodeId::FOCUS, "SERVICE", "<addUser")[0];
        repeat(records, place);
        rewrite(records, place + 1, "addUser", "addUzer");
    });
    noticed(&violations, "link.repeats", &["sends something else under number"]);
}

#[test]
fn a_session_for_longer_than_the_limit() {
    covers!("D-3", "IM-3-1-f");
    let violations = judged("eject", |records| {
        let place = said(records, NodeId::MCU, "200 (INVITE)", "Session-Expires: 600")[0];
        rewrite_head(records, place, "Session-Expires: 600", "Session-Expires: 6000");
    });
    noticed(&violations, "session.granted", &["grants 6000 s; expected at most 600 s"]);
}

#[test]
fn a_keep_alive_that_nobody_answers() {
    covers!("EX-IM-4-1-1-f");
    let violations = judged("eject", |records| {
        let place = said(records, NodeId::FOCUS, "200 (INVITE)", "ms-keep-alive")[0];
        rewrite_head(records, place, "ms-keep-alive: ", "x-keep-alive: ");
    });
    noticed(&violations, "session.keep-alive", &["answers ms-keep-alive of alice with ``"]);
}

#[test]
fn a_result_that_nobody_asked_for() {
    covers!("EX-IM-4-3-1-l");
    let violations = judged("eject", |records| {
        let place = last(&said(records, NodeId::FOCUS, "INFO", "<deleteUser"));
        repeat(records, place);
    });
    noticed(&violations, "command.unasked", &["tells the result of deleteUser number"]);
}

#[test]
fn a_result_before_the_deed() {
    covers!("D-15", "EX-IM-4-3-1-k");
    let violations = judged("eject", |records| {
        let result = last(&said(records, NodeId::FOCUS, "INFO", "<deleteUser"));
        let record = records.remove(result);
        let accepted = last(&said(records, NodeId::FOCUS, "202 (INFO)", ""));
        let at = records[accepted].0;
        records.insert(accepted + 1, (at, record.1));
    });
    noticed(&violations, "eviction.order", &["tells that carol is ejected before his session"]);
}

#[test]
fn a_conference_that_goes_on_without_anybody() {
    covers!("D-12");
    let violations = judged("everybody-leaves", |records| {
        let place = last(&said(records, NodeId::FOCUS, "SERVICE", "<deleteConference"));
        let Record::Emitted(emitted) = &records[place].1 else { panic!("no message") };
        let id = emitted.id;
        records.retain(|(_, record)| !matches!(record, Record::Heard(heard) if heard.id == id));
    });
    noticed(&violations, "conference.idle", &["the IM MCU still serves it"]);
}

#[test]
fn a_message_shorter_than_it_says() {
    covers!("IM-2-1-b");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", "ms-imdn"));
        rewrite_head(records, place, "Content-Length: ", "Content-Length: 9");
    });
    noticed(&violations, "wire.framed", &["with the Content-Length"]);
}

#[test]
fn a_document_against_its_schema() {
    covers!("IM-2-2-c", "IM-6-2-c");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", "ms-imdn"));
        rewrite(records, place, "<message-id>1<", "<message-id>a<");
    });
    noticed(&violations, "wire.documents", &["with a message-id or status that is no number"]);
    let violations = judged("eject", |records| {
        let place = last(&said(records, NodeId::FOCUS, "BENOTIFY", "state=\"partial\""));
        rewrite(records, place, "state=\"partial\"", "state=\"partly\"");
    });
    noticed(&violations, "wire.documents", &["with the state partly"]);
}

#[test]
fn a_session_that_nobody_refreshes_and_nobody_ends() {
    covers!("D-3", "IM-3-2-d");
    let violations = judged("client-vanishes", |records| {
        let place = last(&said(records, NodeId::FOCUS, "BYE", "bob"));
        records.remove(place);
    });
    noticed(&violations, "session.expired", &["nobody has refreshed the session or ended it"]);
}
