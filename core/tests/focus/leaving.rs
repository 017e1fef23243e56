//! Leaving and being ejected (EX-IM-4-3-1, EX-IM-4-3-2, D-15).

use confsim_core::covers;
use confsim_core::focus::Event;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Code, Command, Outcome};
use confsim_core::wire::sip::{Method, Name};

use crate::common::{only, starts};
use crate::pool::{Call, FOCUS, Pool, answer, delete_user, deleted, session_gone, told};

/// Alice and carol in the conference, both subscribed, carol with an IM session.
fn eject_ready() -> (Pool, Call, Call, Call, String) {
    let mut pool = Pool::new();
    let alice = pool.join("alice");
    pool.subscribe("alice");
    let carol = pool.join("carol");
    let (carols, _) = pool.subscribe("carol");
    let (guid, sent) = pool.join_chat("carol");
    assert_eq!(told(&sent).len(), 2);
    (pool, alice, carol, carols, guid)
}

#[test]
fn an_ejection_goes_in_the_printed_order() {
    covers!(
        "D-15",
        "D-16",
        "EX-IM-4-3-1-c",
        "EX-IM-4-3-1-d",
        "EX-IM-4-3-1-g",
        "EX-IM-4-3-1-j",
        "EX-IM-4-3-1-k",
        "EX-IM-4-3-1-l",
        "EX-IM-4-3-1-m",
        "IM-3-2-2-4-1-a"
    );
    let (mut pool, mut alice, mut carol, _, guid) = eject_ready();
    let sent = pool.hear(&alice.command(&delete_user("alice", "carol")));
    assert_eq!(
        told(&sent),
        ["alice: 202 (INFO)", "carol: BENOTIFY", "carol: BYE", "alice: BENOTIFY v4 partial carol[chat]",]
    );
    let (end, bye) = (&sent[1], &sent[2]);
    assert_eq!(end.header(Name::SubscriptionState), "terminated;expires=0;reason=ParticipantRemoved");
    assert_eq!((end.header(Name::Expires), end.body()), ("0", ""));
    assert_eq!(end.header(Name::MsDiagnosticsPublic), "3118;reason=\"Participant Removed\"");
    assert_eq!(end.header(Name::CSeq), "3 BENOTIFY");
    assert_eq!(bye.header(Name::CSeq), "2147483645 BYE");
    assert_eq!(bye.header(Name::Reason), "SIP;cause=481;text=\"Participant Removed\"");
    assert_eq!(bye.header(Name::MsDiagnosticsPublic), "3118;reason=\"Participant Removed\"");

    // His own BYE crosses ours; what else he has to say is void.
    assert_eq!(starts(&pool.hear(&carol.request("BYE", "", ""))), ["SIP/2.0 200 OK"]);
    assert_eq!(starts(&pool.hear(&carol.command("<x/>"))), ["SIP/2.0 481 Dialog does not exist"]);
    assert!(pool.hear(&bye.response("200 OK", "", "")).is_empty());

    let Command::DeleteUser(command) = &pool.mcu.heard[0].command else { panic!() };
    assert_eq!(&*command.keys.user_entity, "sip:carol@contoso.com");
    let sent = pool.mcu_answers(deleted("carol"));
    assert_eq!(told(&sent), ["alice: INFO success", "alice: BENOTIFY v5 partial -carol"]);
    let response = answer(&sent[0]);
    assert_eq!((response.code, response.request_id, response.responder), (Code::Success, 63_022_864, None));
    let Outcome::DeleteUser { user, .. } = response.result.outcome else { panic!() };
    assert_eq!(&*user.unwrap().entity, "sip:carol@contoso.com");
    assert!(pool.mcu_reports("partial", &session_gone("carol", &guid)).is_empty(), "known already");
}

#[test]
fn the_ejected_may_come_again_before_the_mcu_has_confirmed() {
    covers!("D-15");
    let (mut pool, mut alice, ..) = eject_ready();
    pool.hear(&alice.command(&delete_user("alice", "carol")));
    let command = pool.mcu.heard.remove(0);
    let (_, sent) = pool.invite("carol");
    assert_eq!(told(&sent)[2], "alice: BENOTIFY v5 partial carol[chat focus]");
    pool.mcu.heard.insert(0, command);
    let sent = pool.mcu_answers(deleted("carol"));
    assert_eq!(told(&sent), ["alice: INFO success", "alice: BENOTIFY v6 partial carol[focus]"]);
}

#[test]
fn an_ejection_succeeds_without_the_mcu() {
    covers!("D-15");
    let (mut pool, mut alice, ..) = eject_ready();
    pool.mcu.deaf = true;
    pool.hear(&alice.command(&delete_user("alice", "carol")));
    let sent = pool.pass(Duration::from_secs(11));
    assert_eq!(told(&sent), ["alice: INFO success", "alice: BENOTIFY v5 partial -carol"]);
}

#[test]
fn a_restarted_mcu_is_told_of_the_ejection_again() {
    covers!("D-11");
    let (mut pool, mut alice, ..) = eject_ready();
    pool.hear(&alice.command(&delete_user("alice", "carol")));
    let sent = pool.mcu_restarts();
    assert_eq!(told(&sent), ["alice: BENOTIFY v5 partial -carol"]);
    let kinds: Vec<_> =
        pool.mcu.heard.iter().map(|request| request.command.kind().unwrap().as_str()).collect();
    assert_eq!(kinds, ["createConference", "deleteUser"]);
    pool.mcu.heard.remove(0);
    assert_eq!(told(&pool.mcu_answers(deleted("carol"))), ["alice: INFO success"]);
}

#[test]
fn an_ejection_before_the_ack_holds_the_bye() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let (mut carol, _) = pool.invite("carol");
    let sent = pool.hear(&alice.command(&delete_user("alice", "carol")));
    assert_eq!(told(&sent), ["alice: 202 (INFO)"]);
    let ack = carol.ack();
    let bye = only(pool.hear(&ack));
    assert_eq!(bye.header(Name::CSeq), "2147483645 BYE");
}

/// The ACK got lost with a connection: the victim's own BYE ends the dialog, and ours need not follow.
#[test]
fn a_bye_that_waits_for_an_ack_is_not_sent_after_the_victims() {
    covers!("D-6", "D-15");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let (mut carol, _) = pool.invite("carol");
    pool.hear(&alice.command(&delete_user("alice", "carol")));
    let bye = carol.request("BYE", "", "");
    assert_eq!(told(&pool.hear(&bye)), ["carol: 200 (BYE)"]);
    let sent = pool.pass(Duration::from_secs(40));
    assert_eq!(told(&sent), ["alice: INFO success"]);
    assert_eq!(pool.bench.node.dump()["ending dialogs"], 0);
}

#[test]
fn nobody_is_ejected_who_is_not_there() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let sent = pool.hear(&alice.command(&delete_user("alice", "mallory")));
    assert_eq!(told(&sent), ["alice: 202 (INFO)", "alice: INFO failure"]);
    assert_eq!(answer(&sent[1]).result.reason.unwrap().as_str(), "userDoesntExist");
}

#[test]
fn a_leave_goes_in_the_printed_order() {
    covers!("EX-IM-4-3-2-b", "EX-IM-4-3-2-e");
    let (mut pool, _, mut carol, mut carols, guid) = eject_ready();
    let sent = only(pool.hear(&carols.request("SUBSCRIBE", "Event: conference\nExpires: 0\n", "")));
    assert_eq!(sent.start(), "SIP/2.0 200 Sub dialog terminated");
    assert_eq!((sent.header(Name::Expires), sent.body()), ("0", ""));
    let sent = pool.hear(&carol.request("BYE", "", ""));
    assert_eq!(told(&sent), ["carol: 200 (BYE)", "alice: BENOTIFY v4 partial carol[chat]"]);
    let sent = pool.mcu_reports("partial", &session_gone("carol", &guid));
    assert_eq!(told(&sent), ["alice: BENOTIFY v5 partial -carol"]);
}

#[test]
fn who_leaves_without_a_word_to_the_mcu_is_removed_there() {
    let (mut pool, _, mut carol, ..) = eject_ready();
    let sent = pool.hear(&carol.request("BYE", "", ""));
    assert_eq!(
        told(&sent),
        ["carol: 200 (BYE)", "carol: BENOTIFY", "alice: BENOTIFY v4 partial carol[chat]"]
    );
    assert_eq!(sent[1].header(Name::SubscriptionState), "terminated;expires=0;reason=noresource");
    assert!(pool.mcu.heard.is_empty());
    pool.pass(Duration::from_secs(10));
    assert!(matches!(&only_command(&pool), Command::DeleteUser(_)));
}

fn only_command(pool: &Pool) -> Command<'static> {
    assert_eq!(pool.mcu.heard.len(), 1);
    pool.mcu.heard[0].command.clone()
}

#[test]
fn who_leaves_while_calling_the_mcu_does_not_get_in() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let mut call = pool.call("alice", crate::pool::CHAT);
    pool.hear(&call.request("INVITE", "", ""));
    pool.mcu.heard.clear();
    pool.hear(&alice.request("BYE", "", ""));
    assert!(matches!(&only_command(&pool), Command::DeleteUser(_)));
}

/// Of two IM sessions one has ended by itself while the other was about to begin.
#[test]
fn who_leaves_with_one_session_ending_and_one_beginning_keeps_none() {
    let (mut pool, _, mut carol, _, guid) = eject_ready();
    let mut call = pool.call("carol", crate::pool::CHAT);
    pool.hear(&call.request("INVITE", "", ""));
    pool.mcu.heard.clear();
    pool.hear(&carol.request("BYE", "", ""));
    pool.mcu_reports("partial", &session_gone("carol", &guid));
    assert!(pool.mcu.heard.is_empty());
    pool.pass(Duration::from_secs(10));
    assert!(matches!(&only_command(&pool), Command::DeleteUser(_)));
    assert_eq!(pool.bench.node.dump()["invited sessions"], 0);
}

#[test]
fn a_join_that_is_never_acknowledged_is_undone() {
    covers!("D-1");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    pool.invite("bob");
    let sent = pool.pass(Duration::from_secs(32));
    let last: Vec<String> = told(&sent).split_off(sent.len() - 2);
    assert_eq!(last, ["bob: BYE", "alice: BENOTIFY v3 partial -bob"]);
}

#[test]
fn a_session_that_is_not_renewed_ends() {
    covers!("D-3");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.pass(Duration::from_secs(7100));
    let ok = only(pool.hear(&alice.request("UPDATE", "Supported: timer\n", "")));
    assert_eq!((ok.code(), ok.header(Name::SessionExpires)), (Some(200), "7200;refresher=uac"));
    assert!(pool.pass(Duration::from_secs(7167)).is_empty());
    let sent = pool.pass(Duration::from_secs(1));
    assert!(only(sent).is(&Method::Bye));
}

#[test]
fn a_client_without_session_timers_never_expires() {
    covers!("D-3");
    let mut pool = Pool::new();
    let mut call = pool.call("alice", FOCUS);
    let body = crate::pool::add_user("alice", "");
    let sent = pool.hear(&call.request("INVITE", "Content-Type: application/cccp+xml\n", &body));
    assert_eq!((sent[1].header(Name::SessionExpires), sent[1].header(Name::Require)), ("", ""));
    call.tag = sent[1].tag().to_owned();
    pool.hear(&call.ack());
    assert!(pool.pass(Duration::from_secs(20_000)).is_empty());
}

#[test]
fn an_empty_conference_ends_and_starts_anew_at_version_1() {
    covers!("D-12");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.hear(&alice.request("BYE", "", ""));
    pool.mcu.heard.clear();
    pool.events();
    pool.pass(Duration::from_secs(600));
    assert!(matches!(&only_command(&pool), Command::DeleteConference(_)));
    assert_eq!(pool.events(), [Event::Deactivated(FOCUS.into())]);
    pool.join("alice");
    let (_, info) = pool.subscribe("alice");
    assert_eq!(info.version, Some(1));
}
