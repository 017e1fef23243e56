//! Commands to the focus.

use std::sync::Arc;

use confsim_core::client::{Command, Event, Kind};
use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{self, Access, Code, CommandResult, Outcome, Reason};
use confsim_core::wire::conference_info::{ConferenceInfo, JoiningMethod, Role};
use confsim_core::wire::sip::Method;

use crate::common::{Sent, only};
use crate::stage::{CHAT, FOCUS, Sessions, Stage, joined, signed_in};

const CAROL: &str = "sip:carol@contoso.com";

fn all() -> Vec<(&'static str, Command)> {
    let (conference, user): (Arc<str>, Arc<str>) = (FOCUS.into(), CAROL.into());
    let with = |make: fn(Arc<str>, Arc<str>) -> Command| make(Arc::clone(&conference), Arc::clone(&user));
    vec![
        ("deleteUser", with(|conference, user| Command::Eject { conference, user })),
        (
            "setLobbyAccess",
            with(|conference, user| Command::SetLobbyAccess { conference, user, admit: true }),
        ),
        (
            "setLobbyAccess",
            with(|conference, user| Command::SetLobbyAccess { conference, user, admit: false }),
        ),
        ("modifyConferenceLock", with(|conference, _| Command::Lock { conference, locked: true })),
        (
            "modifyUserRoles",
            with(|conference, user| Command::SetRole { conference, user, role: Role::Presenter }),
        ),
        ("addUser", with(|conference, user| Command::Invite { conference, user })),
        ("deleteConference", with(|conference, _| Command::End { conference })),
        ("getConference", with(|conference, _| Command::GetState { conference })),
    ]
}

/// The result of a command, in an INFO of the focus.
fn result(stage: &mut Stage, sessions: &Sessions, cseq: u32, response: &cccp::Response<'_>) -> Vec<Sent> {
    let body = String::from_utf8(response.write()).unwrap();
    let sent = stage.hear_in(
        &sessions.focus,
        "INFO",
        cseq,
        &format!("Content-Type: application/cccp+xml\n\n{body}"),
    );
    assert_eq!(only(sent.clone()).code(), Some(200));
    sent
}

#[test]
fn a_command_is_an_info_whose_result_comes_in_another() {
    covers!("EX-IM-4-1-2-g", "EX-IM-4-3-1-b", "IM-1-7-a");
    let (mut stage, sessions) = joined(Kind::Uccp);
    for (cseq, (name, command)) in (1..).zip(all()) {
        let info = only(stage.command(command));
        assert!(info.is(&Method::Info));
        assert_eq!(info.start(), format!("INFO {FOCUS} SIP/2.0"));
        let request = cccp::Request::parse(info.message.body()).unwrap();
        assert_eq!((&*request.from, &*request.to), ("sip:bob@contoso.com", FOCUS));
        assert_eq!((request.version, request.request_id), (Some(1), u64::from(cseq)));
        let kind = request.command.kind().unwrap();
        assert_eq!(kind.as_str(), name);
        check(&request.command);
        assert!(stage.answer(&info, "202 Accepted", "").is_empty());
        assert!(stage.seen().is_empty(), "202 is no result");
        let (code, answer) = if cseq % 2 == 0 {
            (Code::Failure, CommandResult::failure(kind, Reason::OtherFailure))
        } else {
            (Code::Success, CommandResult::success(Outcome::DeleteConference(None)))
        };
        result(&mut stage, &sessions, cseq, &cccp::Response::to(&request, code, answer));
        match &stage.seen()[..] {
            [Event::CommandDone { command, .. }] => assert_eq!((*command, code), (name, Code::Success)),
            [Event::Failed(failure)] => {
                assert_eq!((failure.what, &*failure.reason), (name, "otherFailure"));
                assert_eq!(code, Code::Failure);
            }
            seen => panic!("{seen:?}"),
        }
    }
}

/// What each command says beyond its name.
fn check(command: &cccp::Command<'_>) {
    match command {
        cccp::Command::DeleteUser(command) => {
            assert_eq!((&*command.keys.conf_entity, &*command.keys.user_entity), (FOCUS, CAROL));
            assert_eq!(command.mcu_uri, None);
        }
        cccp::Command::SetLobbyAccess(command) => {
            assert_eq!(command.users, [CAROL]);
            assert!(matches!(command.access, Access::Granted | Access::Denied));
        }
        cccp::Command::ModifyConferenceLock { locked, .. } => assert!(locked),
        cccp::Command::ModifyUserRoles(command) => assert_eq!(command.roles, [Role::Presenter]),
        cccp::Command::AddUser(command) => check_dial_out(command),
        cccp::Command::DeleteConference(keys) | cccp::Command::GetConference { keys, .. } => {
            assert_eq!(keys.conf_entity.as_deref(), Some(FOCUS));
        }
        other => panic!("{other:?}"),
    }
}

fn check_dial_out(command: &cccp::AddUser<'_>) {
    covers!("EX-IM-4-1-2-a", "EX-IM-4-1-2-b");
    assert_eq!(command.mcu_uri.as_deref(), Some(CHAT));
    assert_eq!((&*command.user.entity, &*command.user.roles), (CAROL, &[Role::Attendee][..]));
    let [endpoint] = &command.user.endpoints[..] else { panic!() };
    assert_eq!(endpoint.joining_method, Some(JoiningMethod::DialedOut));
    let [media] = &endpoint.media[..] else { panic!() };
    assert_eq!((&*media.id, media.kind.as_deref()), ("chat", Some("chat")));
    let id = endpoint.client_info.as_ref().and_then(|info| info.conversation_id.as_deref()).unwrap();
    let escaped = id.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let refer_to = endpoint.refer_to_uri.as_deref().unwrap();
    assert_eq!(refer_to, format!("{CAROL}?ms-conversation-id={escaped}"));
}

#[test]
fn a_command_that_is_refused_is_over() {
    let (mut stage, _) = joined(Kind::Uccp);
    for (name, command) in all() {
        let info = only(stage.command(command));
        stage.answer(&info, "403 Forbidden", "");
        let [Event::Failed(failure)] = &stage.seen()[..] else { panic!() };
        assert_eq!((failure.what, failure.status), (name, 403));
    }
    assert!(stage.pass(Duration::from_secs(200)).is_empty() && stage.seen().is_empty());
}

#[test]
fn a_command_outside_the_conference_is_refused_by_the_client() {
    let mut stage = signed_in(Kind::Uccp, |_| {});
    for (name, command) in all() {
        assert!(stage.command(command).is_empty());
        assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.what == name));
    }
}

/// A call may ring for longer than a command may take: each `pending` gives it three minutes more.
#[test]
fn a_pending_command_goes_on() {
    covers!("EX-IM-4-1-2-d");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let info = only(stage.command(Command::Invite { conference: FOCUS.into(), user: CAROL.into() }));
    stage.answer(&info, "202 Accepted", "");
    let request = cccp::Request::parse(info.message.body()).unwrap();
    for cseq in 1..=2 {
        stage.pass(Duration::from_secs(31));
        let echo = CommandResult::success(Outcome::AddUser { keys: None, user: None });
        result(&mut stage, &sessions, cseq, &cccp::Response::to(&request, Code::Pending, echo));
    }
    stage.pass(Duration::from_micros(179_999_999));
    assert!(stage.seen().is_empty());
    stage.pass(Duration::from_micros(1));
    let [Event::Failed(failure)] = &stage.seen()[..] else { panic!() };
    assert_eq!((failure.what, failure.status), ("addUser", 408));
    // What comes now is about nothing any more.
    let echo = CommandResult::success(Outcome::AddUser { keys: None, user: None });
    result(&mut stage, &sessions, 3, &cccp::Response::to(&request, Code::Success, echo));
    assert!(stage.seen().is_empty());
}

#[test]
fn the_state_of_the_conference_is_told_and_leaves_the_roster_alone() {
    covers!("EX-BAS-4-4-7-a");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let info = only(stage.command(Command::GetState { conference: FOCUS.into() }));
    stage.answer(&info, "202 Accepted", "");
    let request = cccp::Request::parse(info.message.body()).unwrap();
    let document = ConferenceInfo { entity: FOCUS.into(), version: Some(9), ..ConferenceInfo::default() };
    let told = CommandResult::success(Outcome::GetConference(Some(Box::new(document))));
    result(&mut stage, &sessions, 1, &cccp::Response::to(&request, Code::Success, told));
    assert!(matches!(
        &stage.seen()[..],
        [Event::CommandDone { command: "getConference", .. }, Event::State { version: 9, .. }]
    ));
    let next = format!("subscription-state: active\n{}", crate::stage::roster("partial", 2, ""));
    assert!(stage.notify(&sessions.subscription, 2, &next).is_empty());
    assert!(matches!(&stage.seen()[..], [Event::Roster { version: 2, .. }]));
}
