//! What answers, and their lack, mean to the user.

use std::sync::Arc;

use confsim_core::client::{Action, Plan, Provisioned, REQUEST_TIMER};
use confsim_core::covers;
use confsim_core::node::{Input, Node as _, Output};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{
    Capabilities, Code, CommandKind, CommandResult, Conferences, EncryptionKey, Outcome, Reason, Response,
};
use confsim_core::wire::conference_info::State;

use crate::common::Sent;
use crate::sealer::Sealer;
use crate::stage::{CONN, ID, Stage, c3p, conference, plan};

fn delete() -> Action {
    Action::Delete { id: ID.into(), is_static: false }
}

fn outstanding(stage: &Stage) -> u64 {
    stage.bench.node.dump()["requests outstanding"]
}

/// Each kind of wish that is one request.
fn wishes() -> Vec<(Action, CommandKind)> {
    vec![
        (Action::Create(plan("Lunch")), CommandKind::AddConference),
        (delete(), CommandKind::DeleteConference),
        (Action::Get { id: ID.into(), with_passcode: false }, CommandKind::GetConference),
        (Action::List { is_static: None }, CommandKind::GetConferences),
        (Action::GetEncryptionKey, CommandKind::GetEncryptionKey),
        (Action::GetAvailableMcuTypes, CommandKind::GetAvailableMcuTypes),
        (Action::GetCapabilities, CommandKind::GetConferencingCapabilities),
    ]
}

#[test]
fn a_success_is_told_with_what_was_found() {
    covers!(
        "PRO-3-1-5-1-a",
        "PRO-3-1-5-2-d",
        "PRO-3-1-5-2-f",
        "PRO-3-1-5-5-b",
        "PRO-3-1-5-7-b",
        "PRO-3-1-5-8-b",
        "PRO-3-1-5-9-b",
        "PRO-3-1-5-10-b",
        "PRO-2-2-3-6-i",
        "PRO-2-2-3-8-p",
        "PRO-2-2-3-8-ab",
    );
    let mut stage = Stage::new();
    let sent = stage.wish(Action::List { is_static: Some(false) });
    let conferences = vec![*conference(State::Partial, 2), *conference(State::Partial, 1)];
    let found = Conferences { is_static: Some(false), conferences: Some(conferences.clone()) };
    stage.succeed(&sent, Outcome::GetConferences(found));
    assert_eq!(stage.told(), Provisioned::List { is_static: Some(false), conferences });

    let sent = stage.wish(Action::GetEncryptionKey);
    let (certificate, server) = ("AAAA", Some("any, even <this>"));
    let key = EncryptionKey { certificate: certificate.into(), issuing_server: server.map(Into::into) };
    stage.succeed(&sent, Outcome::GetEncryptionKey(Some(key)));
    let (certificate, issuing_server) = (certificate.to_owned(), server.map(str::to_owned));
    assert_eq!(stage.told(), Provisioned::EncryptionKey { certificate, issuing_server });

    let sent = stage.wish(Action::GetAvailableMcuTypes);
    stage.succeed(&sent, Outcome::GetAvailableMcuTypes(Some(vec!["chat".into(), "meeting".into()])));
    assert_eq!(stage.told(), Provisioned::McuTypes(vec!["chat".into(), "meeting".into()]));

    // What is only advice is handed on for the user to decide.
    let sent = stage.wish(Action::GetCapabilities);
    let found = Capabilities {
        mcu_types: vec!["chat".into()],
        anonymous_scheduling: Some(true),
        default_admission_policy: Some("anonymous".into()),
        default_entry_exit_announcements: Some(true),
        ..Capabilities::default()
    };
    stage.succeed(&sent, Outcome::GetConferencingCapabilities(Some(Box::new(found.clone()))));
    assert_eq!(stage.told(), Provisioned::Capabilities(Box::new(found)));
    assert_eq!(outstanding(&stage), 0);
}

#[test]
fn a_refusal_is_told_with_its_reason() {
    covers!(
        "PRO-3-1-5-1-b",
        "PRO-3-1-5-2-f",
        "PRO-3-1-5-3-a",
        "PRO-3-1-5-4-a",
        "PRO-3-1-5-5-a",
        "PRO-3-1-5-6-a",
        "PRO-3-1-5-7-a",
        "PRO-3-1-5-8-a",
        "PRO-3-1-5-9-a",
        "PRO-3-1-5-10-a",
    );
    for (action, kind) in wishes() {
        // The code counts, whatever the status says.
        for (status, number) in [("403 otherFailure", 403), ("200 OK", 200)] {
            let mut stage = Stage::new();
            let sent = stage.wish(action.clone());
            let result = CommandResult::failure(kind, Reason::OtherFailure);
            let body = Response::to(&c3p(&sent), Code::Failure, result).write();
            assert!(stage.answer(&sent, status, &body).is_empty());
            assert_eq!(stage.failed(), (kind.as_str(), number, "otherFailure".into()));
        }
    }
    // A wish fails under its own name when a request on the way does.
    let mut stage = Stage::new();
    let sent = stage.wish(Action::Modify { plan: plan("Dinner"), version: 1 });
    let result = CommandResult::failure(CommandKind::GetConference, Reason::ConferenceDoesNotExist);
    let body = Response::to(&c3p(&sent), Code::Failure, result).write();
    assert!(stage.answer(&sent, "404 conferenceDoesNotExist", &body).is_empty());
    assert_eq!(stage.failed(), ("modifyConference", 404, "conferenceDoesNotExist".into()));
}

#[test]
fn an_answer_that_is_none_is_a_failure() {
    covers!(
        "PRO-3-1-5-1-d",
        "PRO-3-1-5-2-a",
        "PRO-3-1-5-2-b",
        "PRO-3-1-5-2-c",
        "PRO-3-1-5-2-d",
        "PRO-3-1-5-2-e",
        "PRO-2-2-s",
        "PRO-2-2-3-h",
        "EX-PRO-4-8-e",
    );
    let good = |sent: &Sent| {
        let result = CommandResult::success(Outcome::DeleteConference(None));
        let body = Response::to(&c3p(sent), Code::Success, result).write();
        String::from_utf8(body).expect("UTF-8")
    };
    type Damage = fn(String) -> String;
    let damages: [(&str, Damage); 8] = [
        ("not well-formed", |body| body.replace("</response>", "")),
        ("unquoted", |body| body.replace("code=\"success\"", "code=success")),
        ("a request", |body| body.replace("<response ", "<request ").replace("</response>", "</request>")),
        ("another requestId", |body| body.replace("requestId=\"1\"", "requestId=\"77\"")),
        ("no requestId", |body| body.replace("requestId=\"1\"", "")),
        ("another command", |body| body.replace("deleteConference", "getConferences")),
        ("two commands", |body| {
            body.replace("<deleteConference/>", "<deleteConference/><deleteConference/>")
        }),
        ("an unknown code", |body| body.replace("success", "perhaps")),
    ];
    for (what, damage) in damages {
        let mut stage = Stage::new();
        let sent = stage.wish(delete());
        let body = good(&sent);
        assert_ne!(damage(body.clone()), body, "{what}");
        assert!(stage.answer(&sent, "200 OK", damage(body).as_bytes()).is_empty(), "{what}");
        assert_eq!(stage.failed(), ("deleteConference", 200, "not understood".into()), "{what}");
        assert_eq!(outstanding(&stage), 0, "{what}");
    }
    // Without a body, the status is what there is to tell.
    for (status, number) in
        [("400 Bad Request", 400), ("403 Forbidden", 403), ("503 Busy", 503), ("200 OK", 200)]
    {
        let mut stage = Stage::new();
        let sent = stage.wish(delete());
        stage.bench.hear(CONN, &sent.response(status, "far", ""));
        assert_eq!(stage.failed(), ("deleteConference", number, status[4..].to_owned()));
    }
}

#[test]
fn a_success_without_what_was_asked_for_is_a_failure() {
    covers!("PRO-3-1-5-2-d", "PRO-3-1-5-2-e");
    for (action, kind) in wishes() {
        if matches!(kind, CommandKind::DeleteConference | CommandKind::GetConferences) {
            continue;
        }
        let mut stage = Stage::new();
        let sent = stage.wish(action);
        stage.succeed(&sent, Outcome::nothing(kind));
        assert_eq!(stage.failed(), (kind.as_str(), 200, "not understood".into()));
    }
}

/// A factory that answers another command than it was asked neither makes the client ask again nor believe what did not
/// happen.
#[test]
fn a_success_of_another_command_is_a_failure() {
    covers!("PRO-3-1-5-2-d");
    let modify = || Action::Modify { plan: Plan { id: Some(ID.into()), ..plan("Lunch") }, version: 1 };
    let types = || Outcome::GetAvailableMcuTypes(Some(vec!["chat".into()]));
    for (action, outcome, what) in [
        (Action::Create(plan("Lunch")), types(), "addConference"),
        (modify(), types(), "modifyConference"),
        (modify(), Outcome::ModifyConference(Some(conference(State::Partial, 2))), "modifyConference"),
        (Action::CreateStatic, Outcome::AddConference(Some(conference(State::Partial, 1))), "addConference"),
    ] {
        let mut stage = Stage::new();
        let sent = stage.wish(action);
        assert!(stage.succeed(&sent, outcome).is_empty());
        assert_eq!(stage.failed(), (what, 200, "not understood".into()));
    }
}

#[test]
fn a_request_without_answer_times_out_once() {
    covers!("PRO-3-1-1-a", "PRO-3-1-2-a", "PRO-3-1-6-a", "PRO-3-1-6-b", "PRO-3-1-6-c");
    let mut stage = Stage::new();
    let first = stage.wish(delete());
    stage.bench.pass(Duration::from_secs(1));
    let second = stage.wish(Action::GetEncryptionKey);
    assert_eq!(outstanding(&stage), 2);
    stage.bench.pass(Duration::from_micros(REQUEST_TIMER.as_micros() - 1_000_001));
    assert!(stage.bench.seen().is_empty());
    stage.bench.pass(Duration::from_micros(1));
    assert_eq!(stage.failed(), ("deleteConference", 408, "no answer".into()));
    assert_eq!(outstanding(&stage), 1);
    // One that is answered in time does not.
    let key = EncryptionKey { certificate: "AAAA".into(), issuing_server: None };
    stage.succeed(&second, Outcome::GetEncryptionKey(Some(key)));
    assert!(matches!(stage.told(), Provisioned::EncryptionKey { .. }));
    let Output::Wait(deadline) = stage.bench.node.poll() else { panic!() };
    assert_ne!(deadline.map(|deadline| deadline.timer), Some("request timer"));
    stage.bench.pass(REQUEST_TIMER);
    // An answer that comes too late changes nothing.
    stage.succeed(&first, Outcome::DeleteConference(None));
    assert!(stage.bench.seen().is_empty());
    assert_eq!(outstanding(&stage), 0);
}

#[test]
fn without_connection_there_is_no_answer() {
    covers!("PRO-3-1-5-1-b", "PRO-3-1-1-a");
    let mut stage = Stage::signed_out(Arc::new(Sealer("cert bob")));
    assert!(stage.wishes(None, delete()).is_empty());
    assert_eq!(stage.failed(), ("deleteConference", 503, "connection lost".into()));

    let mut stage = Stage::new();
    stage.wish(delete());
    stage.bench.give(Input::Closed { conn: CONN });
    let seen = stage.bench.seen();
    assert!(format!("{seen:?}").contains("deleteConference"), "{seen:?}");
    assert_eq!(outstanding(&stage), 0);
}

#[test]
fn the_queue_has_an_end() {
    covers!("PRO-3-1-1-a");
    let mut stage = Stage::new();
    for _ in 0..256 {
        stage.wish(delete());
    }
    assert!(stage.wishes(None, delete()).is_empty());
    assert_eq!(stage.failed(), ("deleteConference", 0, "too many outstanding requests".into()));
    assert_eq!(outstanding(&stage), 256);
}
