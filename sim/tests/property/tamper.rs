//! The record of a good run is altered in one place: the property that should notice, notices.

use confsim::property::{Judge, Violation};
use confsim::scenario::named;
use confsim::trace::{Cause, Emitted, Keep, MsgId, NodeId, Observer, Record};
use confsim::world::event;
use confsim_core::client::Event;
use confsim_core::covers;
use confsim_core::node::Summary;
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::Method;

pub(super) type Records = Vec<(Instant, Record)>;

/// What the judge says of a run of the scenario `name` after `alter`.
pub(super) fn judged(name: &str, alter: impl FnOnce(&mut Records)) -> Vec<Violation> {
    let scenario = named(name).expect("it is there").scenario().expect("it reads");
    let outcome = event::run(&scenario, 1, Keep::All, &mut []);
    let mut records: Records = outcome.trace.records().map(|(at, record)| (at, record.clone())).collect();
    alter(&mut records);
    let mut judge = Judge::new(&scenario);
    for (at, record) in &records {
        judge.observe(*at, record);
    }
    judge.finish(outcome.end).violations().to_vec()
}

/// What `node` says of its own: the places of those messages that are `what` and contain `part`.
pub(super) fn said(records: &Records, node: NodeId, what: &str, part: &str) -> Vec<usize> {
    let fits = |emitted: &Emitted| {
        let text =
            format!("{}{}", String::from_utf8_lossy(&emitted.head), String::from_utf8_lossy(&emitted.body));
        emitted.from == node
            && emitted.origin == node
            && emitted.summary.to_string() == what
            && text.contains(part)
    };
    let found = records.iter().enumerate().filter(|(_, (_, record))| match record {
        Record::Emitted(emitted) => fits(emitted),
        _ => false,
    });
    let found: Vec<usize> = found.map(|(place, _)| place).collect();
    assert!(!found.is_empty(), "{} never says {what} with {part}", node.index());
    found
}

pub(super) fn last(places: &[usize]) -> usize {
    *places.last().expect("found")
}

/// Changes the body of the message at `place`.
pub(super) fn rewrite(records: &mut Records, place: usize, from: &str, to: &str) {
    let Record::Emitted(emitted) = &mut records[place].1 else { panic!("no message at {place}") };
    let body = String::from_utf8_lossy(&emitted.body).into_owned();
    assert!(body.contains(from), "{body}");
    emitted.body = body.replacen(from, to, 1).into();
}

/// Changes the head of the message at `place`.
pub(super) fn rewrite_head(records: &mut Records, place: usize, from: &str, to: &str) {
    let Record::Emitted(emitted) = &mut records[place].1 else { panic!("no message at {place}") };
    let head = String::from_utf8_lossy(&emitted.head).into_owned();
    assert!(head.contains(from), "{head}");
    emitted.head = head.replacen(from, to, 1).into();
}

/// This property is violated, and says so with these words; others may have noticed too.
pub(super) fn noticed(violations: &[Violation], id: &str, words: &[&str]) {
    let told: Vec<String> = violations.iter().map(ToString::to_string).collect();
    let own: Vec<&String> = told.iter().filter(|told| told.starts_with(&format!("{id},"))).collect();
    assert!(words.iter().all(|words| own.iter().any(|told| told.contains(words))), "{id}: {told:#?}");
}

const NEWS: &str = "application/conference-info+xml";
const REPORT: &str = "application/ms-imdn+xml";

#[test]
fn nothing_altered_nothing_noticed() {
    for name in ["eject", "imdn-failure", "late-joiner"] {
        assert_eq!(judged(name, |_| {}), []);
    }
}

#[test]
fn a_skipped_version() {
    covers!("D-13", "EX-IM-4-1-1-q");
    let violations = judged("eject", |records| {
        let place = said(records, NodeId::FOCUS, "BENOTIFY", NEWS)[2];
        records.remove(place);
    });
    noticed(&violations, "roster.versions", &["expected version"]);
}

#[test]
fn a_subscriber_who_is_forgotten_in_the_end() {
    covers!("D-13");
    let violations = judged("eject", |records| {
        let place = last(&said(records, NodeId::FOCUS, "BENOTIFY", NEWS));
        records.remove(place);
    });
    noticed(&violations, "roster.versions", &["was left at version"]);
}

#[test]
fn two_subscribers_are_told_different_things() {
    covers!("EX-IM-4-1-1-s");
    let violations = judged("eject", |records| {
        let place = last(&said(records, NodeId::FOCUS, "BENOTIFY", "attendee"));
        rewrite(records, place, "attendee", "presenter");
    });
    noticed(&violations, "roster.replicas", &["differs between two subscribers at users/user sip:"]);
}

#[test]
fn a_client_that_shows_an_old_roster() {
    let violations = judged("eject", |records| {
        let shown = |(_, record): &(Instant, Record)| {
            matches!(record, Record::Event { event: Event::Roster { .. }, .. })
        };
        let place = records.iter().rposition(shown).expect("somebody is shown a roster");
        records.remove(place);
    });
    noticed(&violations, "roster.convergence", &["in the end"]);
}

/// Moves everything after createConference, as the IM MCU heard it, against that.
fn since_creation(records: &mut Records, shift: impl Fn(Instant) -> Instant) {
    let created = |(_, record): &(Instant, Record)| match record {
        Record::Heard(heard) => {
            heard.to == NodeId::MCU
                && heard.message.body().windows(17).any(|text| text == b"<createConference")
        }
        _ => false,
    };
    let place = records.iter().position(created).expect("the conference is created");
    for (at, _) in records.iter_mut().skip(place + 1) {
        *at = shift(*at);
    }
}

#[test]
fn history_after_forty_seconds() {
    covers!("D-23", "IM-3-3-2-2-c", "IM-3-3-2-6-1-a");
    let violations =
        judged("late-joiner", |records| since_creation(records, |at| at + Duration::from_millis(300)));
    noticed(&violations, "history.replay", &["of the history; expected none from 40 s on"]);
}

#[test]
fn history_that_is_not_sent() {
    covers!("D-23", "IM-3-1-3-5-2-d", "IM-3-3-2-2-b");
    let violations = judged("late-joiner", |records| {
        let earlier = |at: Instant| Instant::from_micros(at.as_micros().saturating_sub(300_000));
        since_creation(records, earlier);
    });
    noticed(&violations, "history.replay", &["never got message"]);
}

#[test]
fn a_report_that_is_never_sent() {
    covers!("D-25", "IM-3-3-2-5-2-b");
    let violations = judged("imdn-failure", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", REPORT));
        records.remove(place);
    });
    noticed(&violations, "imdn.complete", &["never got an IMDN"]);
}

#[test]
fn a_report_sent_twice() {
    covers!("D-25");
    let violations = judged("imdn-failure", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", REPORT));
        let again = records[place].clone();
        records.insert(place + 1, again);
    });
    noticed(&violations, "imdn.complete", &["second IMDN"]);
}

#[test]
fn a_report_with_another_status() {
    covers!("IM-3-3-2-5-2-f");
    let violations = judged("imdn-failure", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", "408"));
        rewrite(records, place, "408", "404");
    });
    noticed(&violations, "imdn.complete", &["does not list sip:bob", "with 408"]);
}

#[test]
fn a_report_that_forgets_a_recipient() {
    covers!("IM-2-2-2-j", "IM-3-3-2-5-2-c");
    let violations = judged("imdn-failure", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", "<recipient"));
        let Record::Emitted(emitted) = &mut records[place].1 else { panic!("no message") };
        let body = String::from_utf8_lossy(&emitted.body).into_owned();
        let (before, rest) = body.split_once("<recipient").expect("a recipient");
        let (_, after) = rest.split_once("</recipient>").expect("its end");
        emitted.body = format!("{before}{after}").into();
    });
    noticed(&violations, "imdn.complete", &["does not list sip:bob"]);
}

#[test]
fn a_report_before_the_last_answer() {
    covers!("D-25", "EX-IM-4-2-1-k");
    let violations = judged("imdn-failure", |records| {
        let place = last(&said(records, NodeId::MCU, "BENOTIFY", REPORT));
        let (_, report) = records.remove(place);
        let forward = last(&said(records, NodeId::MCU, "MESSAGE", "Ms-Sender"));
        let at = records[forward].0;
        records.insert(forward + 1, (at, report));
    });
    noticed(&violations, "imdn.complete", &["before the outcome of the forward to bob was known"]);
}

#[test]
fn an_ejected_user_whose_session_goes_on() {
    covers!("D-15", "IM-3-2-2-4-1-b");
    let violations = judged("eject", |records| {
        let heard = |record: &Record| match record {
            Record::Heard(heard) => heard.to == NodeId::MCU && heard.message.summary().to_string() == "BYE",
            _ => false,
        };
        records.retain(|(_, record)| !heard(record));
        let place = last(&said(records, NodeId::MCU, "BYE", "carol"));
        records.remove(place);
    });
    noticed(&violations, "eviction.ends", &["carol was ejected; expected a BYE with mcu"]);
}

#[test]
fn an_ejected_user_whose_subscription_goes_on() {
    covers!("D-15", "EX-IM-4-3-1-c");
    let violations = judged("eject", |records| {
        let place = last(&said(records, NodeId::FOCUS, "BENOTIFY", "terminated"));
        records.remove(place);
    });
    noticed(&violations, "eviction.ends", &["expected a terminated notification with focus"]);
}

#[test]
fn a_client_that_hides_its_ejection() {
    covers!("EX-IM-4-3-1-f");
    let violations = judged("eject", |records| {
        records.retain(|(_, record)| !matches!(record, Record::Event { event: Event::Ended { .. }, .. }));
    });
    noticed(&violations, "eviction.ends", &["carol", "never told the user"]);
}

#[test]
fn a_request_in_an_ended_dialog() {
    covers!("D-15");
    let violations = judged("eject", |records| {
        let bye = last(&said(records, NodeId::MCU, "BYE", "carol"));
        let (at, again) = records[bye].clone();
        let Record::Emitted(mut again) = again else { panic!("no message") };
        again.id.0 += 1_000_000;
        records.insert(bye + 1, (at, Record::Emitted(again)));
    });
    noticed(&violations, "dialog.silence", &["sends carol a BYE in a dialog that ended at"]);
}

/// The message that `node` heard last with `part` in it, and with this method.
fn heard(records: &Records, node: NodeId, what: &str, part: &str) -> MsgId {
    let fits = |record: &Record| match record {
        Record::Heard(heard) => {
            let text = String::from_utf8_lossy(heard.message.body()).into_owned();
            let asked = heard.to == node && heard.message.summary().to_string() == what;
            (asked && text.contains(part)).then_some(heard.id)
        }
        _ => None,
    };
    records.iter().rev().find_map(|(_, record)| fits(record)).expect("it is heard")
}

#[test]
fn an_attendee_who_is_not_refused() {
    covers!("D-20");
    let violations = judged("attendee-oversteps", |records| {
        let place = said(records, NodeId::FOCUS, "403 (INFO)", "3014")[1];
        records.remove(place);
    });
    noticed(&violations, "authorisation.refused", &["never refused modifyConferenceLock of sip:bob"]);
}

#[test]
fn a_refused_command_that_works_all_the_same() {
    covers!("D-20");
    let violations = judged("attendee-oversteps", |records| {
        let refused = heard(records, NodeId::FOCUS, "INFO", "modifyConferenceLock");
        let place = last(&said(records, NodeId::FOCUS, "BENOTIFY", NEWS));
        let Record::Emitted(news) = &mut records[place].1 else { panic!("no message") };
        news.cause = Cause::Message(refused);
        let late = records.remove(place);
        let answer = said(records, NodeId::FOCUS, "403 (INFO)", "3014")[1];
        records.insert(answer + 1, late);
    });
    let told: Vec<_> = violations.iter().filter(|one| one.property.id == "authorisation.refused").collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].to_string().contains("sends BENOTIFY for modifyConferenceLock of sip:bob"),
        "{}",
        told[0]
    );
}

#[test]
fn a_stranger_who_is_listened_to() {
    covers!("D-8", "D-11");
    let code = |records: &mut Records, node: NodeId, what: &str| {
        let place = last(&said(records, node, what, ""));
        let Record::Emitted(answer) = &mut records[place].1 else { panic!("no message") };
        answer.summary = Summary::Response(202, answer_method(&answer.summary));
    };
    for (name, node, what, who) in [
        (
            "stranger-in-a-dialog",
            NodeId::MCU,
            "481 (MESSAGE)",
            "sip:mallory@contoso.com, who speaks in a dialog of",
        ),
        ("spoofed-from", NodeId::FRONT_END, "403 (BYE)", "mallory, who says to be sip:alice@contoso.com"),
        (
            "link-from-a-client",
            NodeId::MCU,
            "403 (SERVICE)",
            "sip:bob@contoso.com, who speaks as a pool member",
        ),
        ("other-conference", NodeId::FOCUS, "400 (INFO)", "for another conference"),
        (
            "stranger-at-the-mcu",
            NodeId::FOCUS,
            "403 (INVITE)",
            "who is not in the conference and calls the IM MCU",
        ),
    ] {
        let mut violations = judged(name, |records| code(records, node, what));
        violations.retain(|violation| violation.property.id == "authorisation.refused");
        noticed(&violations, "authorisation.refused", &["sends 202", who]);
    }
}

fn answer_method(summary: &Summary) -> Method {
    match summary {
        Summary::Request(method) | Summary::Response(_, method) => method.clone(),
    }
}

#[test]
fn something_that_is_left_when_everybody_has_left() {
    covers!("D-1", "D-23");
    for (node, kind) in [
        (NodeId::MCU, "recorded messages"),
        (NodeId::FOCUS, "subscriptions"),
        (NodeId::FRONT_END, "client transactions"),
        (NodeId::FACTORY, "dialogs"),
        (NodeId::client(0), "sessions"),
    ] {
        let violations = judged("everybody-leaves", |records| {
            let ends = records.iter_mut().filter_map(|(_, record)| match record {
                Record::End { who, dump } if *who == node => dump.get_mut(kind),
                _ => None,
            });
            ends.for_each(|count| *count += 1);
        });
        noticed(&violations, "resources.leak", &[&format!("still holds 1 {kind} after everybody has left")]);
    }
}
