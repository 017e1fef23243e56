//! The properties of forwarding notice when the record of a good run is altered in one place.

use confsim::trace::{NodeId, Record};
use confsim_core::client::Event;
use confsim_core::covers;

use super::tamper::{Records, judged, last, noticed, rewrite, rewrite_head, said};

/// The forwards of the first message that goes to this user, by the scenario's name.
fn forwarded(records: &Records, to: &str) -> usize {
    let to = format!("To: <sip:{to}@");
    let named = format!("To: \"{}", to.trim_start_matches("To: <sip:").trim_end_matches('@'));
    let all = said(records, NodeId::MCU, "MESSAGE", "Message-Id");
    let fits = |place: &usize| match &records[*place].1 {
        Record::Emitted(emitted) => {
            let head = String::from_utf8_lossy(&emitted.head).to_ascii_lowercase();
            head.contains(&to.to_ascii_lowercase()) || head.contains(&named.to_ascii_lowercase())
        }
        _ => false,
    };
    all.into_iter().find(fits).expect("it is forwarded")
}

#[test]
fn nothing_altered_nothing_noticed() {
    for name in ["forwarding", "typing", "formats-changed", "history-legacy", "everybody-leaves"] {
        assert_eq!(judged(name, |_| {}), []);
    }
}

#[test]
fn a_number_left_out() {
    covers!("IM-3-3-2-5-1-f", "IM-3-3-2-1-b");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "202 (MESSAGE)", "Message-Id: 1"));
        rewrite_head(records, place, "Message-Id: 1", "Message-Id: 2");
    });
    noticed(&violations, "delivery.serial", &["Message-Id 2; expected 1"]);
}

#[test]
fn a_200_although_others_are_there() {
    covers!("D-22", "IM-3-3-2-5-1-a");
    let violations = judged("forwarding", |records| {
        let place = last(&said(records, NodeId::MCU, "202 (MESSAGE)", "Message-Id: 1"));
        rewrite_head(records, place, "202 Accepted", "200 OK");
    });
    noticed(&violations, "delivery.status", &["answers 200 to alice, with 2 other sessions connected"]);
}

#[test]
fn a_recipient_who_is_left_out() {
    covers!("IM-3-3-2-5-1-g");
    let violations = judged("forwarding", |records| {
        let place = forwarded(records, "bob");
        records.remove(place);
    });
    noticed(&violations, "delivery.once", &["never forwarded message 1 to bob"]);
}

#[test]
fn a_message_forwarded_twice() {
    covers!("D-24");
    let violations = judged("forwarding", |records| {
        let place = forwarded(records, "bob");
        records.insert(place + 1, records[place].clone());
    });
    noticed(&violations, "delivery.order", &["forwards message 1 to bob after message 1"]);
}

#[test]
fn a_message_under_another_number() {
    covers!("IM-3-3-2-5-1-h");
    let violations = judged("forwarding", |records| {
        let place = forwarded(records, "bob");
        rewrite_head(records, place, "Message-Id: 1", "Message-Id: 7");
    });
    noticed(&violations, "delivery.order", &["forwards message 7 to bob, which it has not accepted"]);
}

#[test]
fn a_message_under_another_name() {
    covers!("IM-3-3-2-5-1-l", "IM-2-2-3-a");
    let violations = judged("forwarding", |records| {
        let place = forwarded(records, "bob");
        rewrite_head(records, place, "Ms-Sender: \"Alice\"<sip:alice@", "Ms-Sender: \"Carol\"<sip:carol@");
    });
    noticed(&violations, "delivery.sender", &["as one of sip:carol@contoso.com"]);
}

#[test]
fn an_old_client_that_is_sent_text_without_a_name() {
    covers!("D-27", "IM-3-3-2-5-1-j", "EX-IM-4-2-1-g");
    let violations = judged("forwarding", |records| {
        let place = forwarded(records, "leslie");
        rewrite(records, place, "Alice: ", "");
    });
    noticed(&violations, "delivery.form", &["with another text than was written"]);
}

#[test]
fn a_client_that_is_sent_what_it_does_not_take() {
    covers!("IM-3-3-2-5-1-m", "IM-3-3-2-5-1-p");
    let violations = judged("formats-changed", |records| {
        let place = last(&said(records, NodeId::MCU, "MESSAGE", "Message-Id: 2"));
        rewrite_head(records, place, "text/plain", "text/html");
    });
    noticed(&violations, "delivery.form", &["as text/html; expected text/plain"]);
}

#[test]
fn typing_that_is_not_told() {
    covers!("IM-3-4-2-5-1-c");
    let violations = judged("typing", |records| {
        let place = last(&said(records, NodeId::MCU, "INFO", "Ms-Sender"));
        records.remove(place);
    });
    noticed(&violations, "info.forwarded", &["never forwarded an INFO of sip:alice@contoso.com to bob"]);
}

#[test]
fn typing_that_is_told_twice() {
    covers!("IM-3-4-2-5-1-d");
    let violations = judged("typing", |records| {
        let place = last(&said(records, NodeId::MCU, "INFO", "Ms-Sender"));
        records.insert(place + 1, records[place].clone());
    });
    noticed(&violations, "info.others", &["sends an INFO to bob, who is owed none"]);
}

#[test]
fn a_message_that_nobody_is_shown() {
    covers!("IM-3-3-1-5-2-a");
    let violations = judged("forwarding", |records| {
        let shown =
            |(_, record): &(_, Record)| matches!(record, Record::Event { event: Event::Received { .. }, .. });
        let place = records.iter().position(shown).expect("somebody reads it");
        records.remove(place);
    });
    noticed(&violations, "user.reads", &["answered 1 messages with 200; the user was shown 0"]);
}

#[test]
fn a_message_that_is_shown_under_another_name() {
    covers!("IM-3-3-1-5-2-b");
    let violations = judged("forwarding", |records| {
        let sender = records.iter_mut().find_map(|(_, record)| match record {
            Record::Event { event: Event::Received { sender, .. }, .. } => Some(sender),
            _ => None,
        });
        *sender.expect("somebody reads it") = Some("<sip:carol@contoso.com>".to_owned());
    });
    noticed(&violations, "user.reads", &["shows message 1, which its client has not just read so"]);
}

#[test]
fn an_author_who_never_learns_what_became_of_it() {
    covers!("IM-3-3-1-5-1-e", "IM-3-3-1-6-a");
    let violations = judged("everybody-leaves", |records| {
        let told = |(_, record): &(_, Record)| {
            matches!(record, Record::Event { event: Event::Delivered { .. }, .. })
        };
        let ended = |(_, record): &(_, Record)| {
            matches!(record, Record::Event { event: Event::ChatEnded { .. } | Event::Ended { .. }, .. })
        };
        records.retain(|record| !told(record) && !ended(record));
    });
    noticed(&violations, "user.told", &["never told the user what became of message 1"]);
}

#[test]
fn a_roster_with_other_formats() {
    covers!("D-29", "IM-3-1-3-5-2-i");
    let violations = judged("formats-changed", |records| {
        let news = said(records, NodeId::FOCUS, "BENOTIFY", "supported-im-formats>text/plain<");
        let places: Vec<usize> =
            news.into_iter().filter(|place| records[*place].0.as_micros() > 8_000_000).collect();
        assert_eq!(places.len(), 2);
        for place in places {
            rewrite(records, place, "supported-im-formats>text/plain<", "supported-im-formats>image/gif<");
        }
    });
    noticed(&violations, "roster.formats", &["takes [image/gif] in the end; named was [text/plain]"]);
}

#[test]
fn a_roster_with_somebody_who_is_gone() {
    covers!("IM-3-2-2-5-1-a");
    let violations = judged("eject", |records| {
        for place in
            said(records, NodeId::FOCUS, "BENOTIFY", "entity=\"sip:carol@contoso.com\" state=\"deleted\"")
        {
            rewrite(
                records,
                place,
                "entity=\"sip:carol@contoso.com\" state=\"deleted\"",
                "entity=\"sip:carol@contoso.com\" state=\"partial\"",
            );
        }
    });
    noticed(&violations, "roster.members", &["shows sip:carol@contoso.com with 0 focus and"]);
}
