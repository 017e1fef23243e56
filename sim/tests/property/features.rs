//! The properties of a conference's features notice when the record of a good run is altered in one place.

use confsim::trace::{NodeId, Record};
use confsim_core::covers;

use super::tamper::{Records, judged, last, noticed, rewrite, said};

/// The INFO by which the focus tells this result of this command does not exist.
fn without_result(records: &mut Records, command: &str, code: &str) {
    let places = said(records, NodeId::FOCUS, "INFO", &format!("<{command}"));
    let code = format!("code=\"{code}\"");
    let place = places.into_iter().find(|place| match &records[*place].1 {
        Record::Emitted(emitted) => String::from_utf8_lossy(&emitted.body).contains(&code),
        _ => false,
    });
    records.remove(place.expect("the result is told"));
}

#[test]
fn nothing_altered_nothing_noticed() {
    for name in ["lobby-admit", "promote-demote", "dial-out", "dial-out-unanswered", "end-for-all"] {
        assert_eq!(judged(name, |_| {}), []);
    }
}

#[test]
fn a_user_let_in_by_nobody() {
    covers!("D-14", "PRO-2-2-1-3-b", "PRO-2-2-1-3-c");
    let violations = judged("lobby-admit", |records| without_result(records, "setLobbyAccess", "success"));
    noticed(
        &violations,
        "lock.holds",
        &["shows sip:carol@contoso.com, who came while the conference was locked"],
    );
}

#[test]
fn a_lobby_that_an_attendee_sees() {
    covers!("D-13");
    let violations = judged("lobby-admit", |records| {
        let shown = said(records, NodeId::FOCUS, "BENOTIFY", "on-hold")[0];
        let Record::Emitted(to_alice) = &records[shown].1 else { panic!("no message") };
        let body = to_alice.body.clone();
        let to_bob = said(records, NodeId::FOCUS, "BENOTIFY", "sip:bob@contoso.com>");
        let place = to_bob.into_iter().find(|place| *place > shown).expect("bob is told");
        let Record::Emitted(to_bob) = &mut records[place].1 else { panic!("no message") };
        to_bob.body = body;
    });
    let words = "shows sip:carol@contoso.com, who waits in the lobby, to the attendee sip:bob@contoso.com";
    noticed(&violations, "lobby.view", &[words]);
}

#[test]
fn a_lobby_from_which_one_sees_the_others() {
    covers!("D-14");
    let violations = judged("lobby-admit", |records| {
        // Carol's first document: the answer to her SUBSCRIBE.
        let place = last(&said(records, NodeId::FOCUS, "200 (SUBSCRIBE)", "sip:carol@contoso.com>"));
        rewrite(records, place, "</users>", "<user entity=\"sip:alice@contoso.com\"/></users>");
    });
    noticed(&violations, "lobby.view", &["shows sip:alice@contoso.com to sip:carol@contoso.com, who waits"]);
}

#[test]
fn a_role_that_no_command_has_given() {
    covers!("D-33");
    let violations =
        judged("promote-demote", |records| without_result(records, "modifyUserRoles", "success"));
    let words = "shows sip:bob@contoso.com as presenter, who was attendee; no command has changed that";
    noticed(&violations, "roles.granted", &[words]);
}

#[test]
fn an_organizer_who_is_demoted() {
    covers!("D-33", "EX-CWA-0-g");
    let violations = judged("promote-demote", |records| {
        let place = said(records, NodeId::FOCUS, "200 (SUBSCRIBE)", "presenter")[0];
        rewrite(records, place, "presenter", "attendee");
    });
    noticed(&violations, "roles.granted", &["shows the organizer, sip:alice@contoso.com, as attendee"]);
}

#[test]
fn a_call_with_two_results() {
    covers!("EX-IM-4-1-2-d");
    let violations = judged("dial-out", |records| {
        let place = last(&said(records, NodeId::FOCUS, "INFO", "code=\"success\""));
        let again = records[place].clone();
        records.insert(place + 1, again);
    });
    noticed(
        &violations,
        "dial-out.outcome",
        &["tells the result of the call to sip:leslie@contoso.com again"],
    );
}

#[test]
fn a_call_without_result() {
    covers!("EX-IM-4-1-2-c", "IM-3-1-3-4-1-a");
    let violations = judged("dial-out-unanswered", |records| without_result(records, "addUser", "failure"));
    noticed(
        &violations,
        "dial-out.outcome",
        &["never told what became of the call to sip:leslie@contoso.com"],
    );
}

#[test]
fn a_success_that_nobody_has_answered() {
    covers!("EX-IM-4-1-2-c");
    let violations = judged("dial-out-declined", |records| {
        let place = last(&said(records, NodeId::FOCUS, "INFO", "code=\"failure\""));
        rewrite(records, place, "code=\"failure\"", "code=\"success\"");
    });
    noticed(&violations, "dial-out.outcome", &["was called with success; he has not answered"]);
}

#[test]
fn a_session_that_outlives_its_conference() {
    covers!("IM-3-c");
    let violations = judged("end-for-all", |records| {
        let place = last(&said(records, NodeId::MCU, "BYE", "carol"));
        records.remove(place);
    });
    noticed(&violations, "conference.ends", &["expected a BYE between carol and mcu"]);
}

#[test]
fn a_subscription_that_outlives_its_conference() {
    covers!("D-6");
    let violations = judged("end-for-all", |records| {
        let places = said(records, NodeId::FOCUS, "BENOTIFY", "terminated");
        let to_bob = |place: &usize| match &records[*place].1 {
            Record::Emitted(emitted) => String::from_utf8_lossy(&emitted.head).contains("sip:bob@"),
            _ => false,
        };
        let place = places.into_iter().find(to_bob).expect("bob's ends");
        records.remove(place);
    });
    noticed(&violations, "conference.ends", &["hangs up on bob before the end of his subscription"]);
}
