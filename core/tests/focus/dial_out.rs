//! Having the MCU call somebody (EX-IM-4-1-2).

use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Command, CommandKind, Outcome, Reason};
use confsim_core::wire::conference_info::Role;
use confsim_core::wire::sip::Name;

use crate::common::only;
use crate::lobby::LOBBY_CAPABLE;
use crate::pool::{CHAT, Call, FOCUS, Pool, add_user, answer, delete_user, deleted, document, request, told};

const GUID: &str = "{6CD05EA1-25CD-44A5-AAF2-9DA093F5A638}";

fn call_leslie(user: &str, role: &str) -> String {
    request(
        user,
        &format!(
            "<addUser mscp:mcuUri=\"{CHAT}\" \
             xmlns:mscp=\"http://schemas.microsoft.com/rtc/2005/08/cccpextensions\">\
             <conferenceKeys confEntity=\"{FOCUS}\"/>\
             <ci:user xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:leslie@contoso.com\">\
             <ci:roles><ci:entry>{role}</ci:entry></ci:roles><ci:endpoint entity=\"{GUID}\">\
             <ci:joining-method>dialed-out</ci:joining-method></ci:endpoint></ci:user></addUser>"
        ),
    )
}

fn reported() -> String {
    crate::pool::session("leslie", GUID).replace("dialed-in", "dialed-out")
}

/// Alice is in, subscribed, and has leslie called; what she heard of it.
fn calling(role: &str) -> (Pool, Call, Vec<String>) {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.subscribe("alice");
    pool.mcu.heard.clear();
    let sent = pool.hear(&alice.command(&call_leslie("alice", role)));
    (pool, alice, told(&sent))
}

#[test]
fn an_answered_call_shows_on_the_roster_after_its_success() {
    covers!(
        "EX-IM-4-1-2-c",
        "EX-IM-4-1-2-d",
        "EX-IM-4-1-2-e",
        "EX-IM-4-1-2-f",
        "EX-IM-4-1-2-l",
        "EX-IM-4-1-2-m",
        "EX-IM-4-1-2-o"
    );
    let (mut pool, _, heard) = calling("presenter");
    assert_eq!(heard, ["alice: 202 (INFO)"], "the rest is the MCU's to say");
    let Command::AddUser(command) = pool.mcu.heard[0].command.clone() else { panic!() };
    let by = command.user.endpoints[0].joining_info.clone().unwrap().by;
    assert_eq!(by.as_deref(), Some("sip:alice@contoso.com"));

    let pending = only(pool.mcu_is_busy(Outcome::nothing(CommandKind::AddUser)));
    assert_eq!(told(std::slice::from_ref(&pending)), ["alice: INFO pending"]);
    let response = answer(&pending);
    assert_eq!(response.responder.as_deref(), Some(CHAT));
    let Outcome::AddUser { keys: Some(keys), user: Some(user) } = response.result.outcome else { panic!() };
    assert_eq!((keys.conf_entity.as_deref(), &*user.endpoints[0].entity), (Some(FOCUS), GUID));
    assert!(user.endpoints[0].joining_info.is_none(), "as she asked, not as it was passed on");

    assert!(pool.pass(Duration::from_secs(50)).is_empty(), "it may ring");
    assert_eq!(told(&pool.mcu_answers(Outcome::nothing(CommandKind::AddUser))), ["alice: INFO success"]);
    let sent = pool.mcu_reports("partial", &reported());
    assert_eq!(told(&sent), ["alice: BENOTIFY v2 partial leslie[chat]"]);
    let leslie = document(&sent[0]).users.unwrap().users.remove(0);
    assert_eq!((leslie.display_text, &leslie.roles[..]), (None, &[Role::Presenter][..]));
    assert!(pool.pass(Duration::from_secs(3600)).is_empty(), "he needs no focus dialog");
}

#[test]
fn a_declined_call_changes_nothing() {
    let (mut pool, ..) = calling("attendee");
    let sent = pool.mcu_refuses(Reason::UserDeclined);
    assert_eq!(told(&sent), ["alice: INFO failure"]);
    let response = answer(&sent[0]);
    assert_eq!(
        (response.result.reason, response.responder.as_deref()),
        (Some(Reason::UserDeclined), Some(CHAT))
    );
    assert!(pool.mcu_reports("partial", &reported()).is_empty());
}

#[test]
fn a_call_does_not_ring_for_ever() {
    let (mut pool, ..) = calling("attendee");
    pool.mcu.heard.clear();
    assert!(pool.pass(Duration::from_secs(69)).is_empty(), "the MCU gives up first");
    let sent = pool.pass(Duration::from_secs(1));
    assert_eq!(told(&sent), ["alice: INFO failure"]);
    assert_eq!(answer(&sent[0]).result.reason, Some(Reason::UserNotAnswered));
    assert!(matches!(&pool.mcu.heard[0].command, Command::DeleteUser(_)));
}

/// He has another session, so that he cannot be ended as a user; the MCU's late word still counts.
#[test]
fn the_late_answer_of_a_user_with_another_session_counts() {
    let (mut pool, mut alice, _) = calling("attendee");
    pool.mcu_answers(Outcome::nothing(CommandKind::AddUser));
    pool.mcu_reports("partial", &reported());
    let second = call_leslie("alice", "attendee").replace(GUID, "{2}");
    pool.hear(&alice.command(&second));
    pool.mcu.heard.clear();
    assert_eq!(told(&pool.pass(Duration::from_secs(70))), ["alice: INFO failure"]);
    assert!(pool.mcu.heard.is_empty());
    let sent = pool.mcu_reports("partial", &reported().replace(GUID, "{2}"));
    assert_eq!(told(&sent), ["alice: BENOTIFY v3 partial leslie[chat chat]"]);
}

#[test]
fn one_who_is_being_called_can_be_ejected() {
    let (mut pool, mut alice, _) = calling("attendee");
    let sent = pool.hear(&alice.command(&delete_user("alice", "leslie")));
    assert_eq!(told(&sent), ["alice: 202 (INFO)"]);
    assert_eq!(told(&pool.mcu_refuses(Reason::RequestCancelled)), ["alice: INFO failure"]);
    assert_eq!(told(&pool.mcu_answers(deleted("leslie"))), ["alice: INFO success"]);
}

/// Alice locks the conference, and leslie waits in its lobby.
fn has_leslie_wait(pool: &mut Pool, alice: &mut Call) {
    pool.hear(&alice.command(&request(
        "alice",
        &format!(
            "<modifyConferenceLock><conferenceKeys confEntity=\"{FOCUS}\"/><locked>true</locked>\
             </modifyConferenceLock>"
        ),
    )));
    pool.mcu_answers(Outcome::nothing(CommandKind::ModifyConferenceLock));
    let (mut leslie, _) = pool.invite_with("leslie", &add_user("leslie", LOBBY_CAPABLE));
    pool.hear(&leslie.ack());
}

fn deny_leslie() -> String {
    request(
        "alice",
        &format!(
            "<setLobbyAccess><conferenceKeys confEntity=\"{FOCUS}\"/>\
             <userEntity>sip:leslie@contoso.com</userEntity><access>denied</access></setLobbyAccess>"
        ),
    )
}

/// He waits in the lobby while the MCU calls him: the answer would let him in whom alice has just sent away.
#[test]
fn who_is_denied_is_called_no_longer() {
    covers!("D-15");
    let (mut pool, mut alice, _) = calling("attendee");
    pool.mcu_refuses(Reason::UserDeclined);
    has_leslie_wait(&mut pool, &mut alice);
    pool.hear(&alice.command(&call_leslie("alice", "attendee")));
    let sent = pool.hear(&alice.command(&deny_leslie()));
    let expected =
        ["alice: 202 (INFO)", "alice: INFO success", "leslie: BYE", "alice: BENOTIFY v4 partial -leslie"];
    assert_eq!(told(&sent), expected);
    let Command::DeleteUser(command) = &pool.mcu.heard[1].command else { panic!("{:?}", pool.mcu.heard) };
    assert_eq!(command.keys.user_entity, "sip:leslie@contoso.com");
    assert_eq!(told(&pool.mcu_refuses(Reason::RequestCancelled)), ["alice: INFO failure"]);
    assert!(pool.mcu_reports("partial", &reported()).is_empty(), "an answer on its way comes too late");
}

/// He waits in the lobby of the focus, and answers the MCU's call.
#[test]
fn who_is_called_need_not_wait() {
    let (mut pool, mut alice, _) = calling("attendee");
    pool.mcu_refuses(Reason::UserDeclined);
    has_leslie_wait(&mut pool, &mut alice);
    pool.hear(&alice.command(&call_leslie("alice", "attendee")));
    pool.mcu_answers(Outcome::nothing(CommandKind::AddUser));
    let sent = pool.mcu_reports("partial", &reported());
    assert_eq!(
        told(&sent),
        ["alice: BENOTIFY v4 partial leslie[focus]", "alice: BENOTIFY v5 partial leslie[focus chat]"]
    );
}

#[test]
fn attendees_have_nobody_else_called() {
    covers!("D-20");
    let mut pool = Pool::new();
    pool.join("alice");
    let mut bob = pool.join("bob");
    let refused = only(pool.hear(&bob.command(&call_leslie("bob", "attendee"))));
    assert_eq!(refused.code(), Some(403));
    assert!(refused.header(Name::MsDiagnostics).starts_with("3015;"), "{refused:?}");
}

#[test]
fn who_is_being_called_takes_a_place() {
    let mut pool = Pool::for_users(2);
    let mut alice = pool.join("alice");
    assert_eq!(told(&pool.hear(&alice.command(&call_leslie("alice", "attendee")))), ["alice: 202 (INFO)"]);
    let another = call_leslie("alice", "attendee").replace("leslie", "bob").replace(GUID, "{2}");
    let sent = pool.hear(&alice.command(&another));
    assert_eq!(told(&sent), ["alice: 202 (INFO)", "alice: INFO failure"]);
    assert_eq!(answer(&sent[1]).result.reason, Some(Reason::MaxMeetingSizeExceeded));
}

/// Neither while it rings nor once it is on the roster is a session called a second time.
#[test]
fn a_session_that_is_known_is_not_called_again() {
    let (mut pool, mut alice, _) = calling("attendee");
    let again = pool.hear(&alice.command(&call_leslie("alice", "attendee")));
    assert_eq!(answer(&again[1]).result.reason, Some(Reason::UserExists));
    pool.hear(&again[1].response("200 OK", "", ""));
    pool.mcu_answers(Outcome::nothing(CommandKind::AddUser));
    pool.mcu_reports("partial", &reported());
    let again = pool.hear(&alice.command(&call_leslie("alice", "attendee")));
    assert_eq!(answer(&again[1]).result.reason, Some(Reason::UserExists));
    assert!(pool.mcu.heard.is_empty());
}
