//! Sessions that the pool knows nothing of any more.

use confsim_core::client::{Command, Event, Kind};
use confsim_core::covers;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Sent, only};
use crate::stage::{CHAT, FOCUS, Stage, chatting, joined, roster, signed_in};

const SECOND: Duration = Duration::from_secs(1);
const GONE: &str = "481 Call leg/Transaction does not exist";

fn say(stage: &mut Stage) -> Sent {
    only(stage.command(Command::Say { conference: FOCUS.into(), text: "hello".into() }))
}

#[test]
fn a_lost_im_session_is_asked_for_again() {
    covers!("IM-3-2-1-5-1-a", "D-7");
    let (mut stage, _) = joined(Kind::Uccp);
    let message = say(&mut stage);
    assert!(stage.answer(&message, GONE, "").is_empty());
    let [Event::Failed(failure), Event::ChatEnded { .. }] = &stage.seen()[..] else { panic!() };
    assert_eq!((failure.what, failure.status), ("MESSAGE", 481));
    let invite = only(stage.pass(SECOND.times(2)));
    assert_eq!(invite.start(), format!("INVITE {CHAT} SIP/2.0"));
    stage.accept_chat(&invite);
}

/// Who says nothing may have heard nothing, and goes on with the session as long as nobody ends it.
#[test]
fn a_session_that_gives_no_answer_is_ended_by_a_bye() {
    covers!("IM-3-2-b");
    let (mut stage, sessions) = joined(Kind::Uccp);
    say(&mut stage);
    let bye = only(stage.pass(SECOND.times(32)));
    assert_eq!(bye.start(), format!("BYE {CHAT} SIP/2.0"));
    assert_eq!(bye.header(Name::CallId), sessions.chat.header(Name::CallId));
    // What was under way meanwhile finds the session gone.
    let late = only(stage.hear_in(&sessions.chat, "MESSAGE", 1, "Content-Type: text/plain\n\nlate"));
    assert_eq!(late.code(), Some(481));
    stage.answer(&bye, "200 OK", "");
    let invite = only(stage.pass(SECOND.times(2)));
    assert_eq!(invite.start(), format!("INVITE {CHAT} SIP/2.0"));
}

/// The same for the focus; the user is out, and in again.
#[test]
fn a_focus_that_gives_no_answer_is_left_by_a_bye() {
    covers!("IM-3-2-b");
    let (mut stage, sessions) = joined(Kind::Uccp);
    only(stage.command(Command::GetState { conference: FOCUS.into() }));
    let sent = stage.pass(SECOND.times(32));
    let bye = sent.iter().find(|sent| sent.header(Name::CallId) == sessions.focus.header(Name::CallId));
    assert_eq!(bye.map(Sent::start), Some(&*format!("BYE {FOCUS} SIP/2.0")), "{sent:?}");
    assert!(only(stage.pass(SECOND.times(2))).is(&Method::Invite));
}

/// A restarted MCU has forgotten its sessions; the roster says so before anybody sends anything.
#[test]
fn an_im_session_that_leaves_the_roster_is_looked_after() {
    let (mut stage, sessions) = joined(Kind::Uccp);
    let show =
        |version, users: &str| format!("subscription-state: active\n{}", roster("partial", version, users));
    assert!(stage.notify(&sessions.subscription, 2, &show(2, &chatting("bob", "text/plain"))).is_empty());
    let bare = "<user entity=\"sip:bob@contoso.com\" state=\"full\"/>";
    let probe = only(stage.notify(&sessions.subscription, 3, &show(3, bare)));
    assert_eq!(probe.start(), format!("UPDATE {CHAT} SIP/2.0"));
    stage.answer(&probe, GONE, "");
    assert!(only(stage.pass(SECOND.times(2))).is(&Method::Invite));
}

#[test]
fn an_im_session_that_cannot_be_had_for_the_moment_is_asked_for_again() {
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let focus = only(stage.command(Command::Join { conference: FOCUS.into() }));
    let sent = stage.admit(&focus);
    let mut invite = only(stage.tell(&sent[1], &roster("full", 1, "")));
    stage.seen();
    for (answer, more, pause) in [
        ("503 Service Unavailable", "", 2),
        ("503 Service Unavailable", "Retry-After: 7\n", 7),
        ("500 Server Internal Error", "", 8),
        ("504 Server Time-out", "", 16),
        ("503 Service Unavailable", "Retry-After: 4000\n", 60),
    ] {
        stage.answer(&invite, answer, more);
        assert!(stage.pass(Duration::from_micros(pause * 1_000_000 - 1)).is_empty());
        invite = only(stage.pass(Duration::from_micros(1)));
    }
    assert!(stage.seen().is_empty());
    // Five times, and no more.
    stage.answer(&invite, "503 Service Unavailable", "");
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 503));
    assert!(stage.pass(SECOND.times(200)).is_empty());
}

#[test]
fn an_im_session_that_is_refused_is_not_asked_for_again() {
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let focus = only(stage.command(Command::Join { conference: FOCUS.into() }));
    let sent = stage.admit(&focus);
    let invite = only(stage.tell(&sent[1], &roster("full", 1, "")));
    stage.answer(&invite, "403 Forbidden", "");
    assert!(matches!(stage.seen().last(), Some(Event::Failed(failure)) if failure.status == 403));
    assert!(stage.pass(SECOND.times(200)).is_empty());
}

#[test]
fn a_lost_subscription_is_made_anew() {
    covers!("D-12");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let refresh = only(stage.command(Command::Refresh { conference: FOCUS.into() }));
    assert_eq!(refresh.tag(), "far");
    let anew = only(stage.answer(&refresh, GONE, ""));
    assert!(anew.is(&Method::Subscribe) && anew.tag().is_empty());
    // Its roster starts at whatever version the focus is at, lower ones included.
    assert!(stage.tell(&anew, &roster("full", 1, "")).is_empty());
    assert!(matches!(stage.seen().last(), Some(Event::Roster { version: 1, .. })));
    let late = format!("subscription-state: active\n{}", roster("partial", 2, ""));
    assert_eq!(only(stage.hear_in(&sessions.subscription, "NOTIFY", 2, &late)).code(), Some(481));
}

#[test]
fn a_lost_focus_dialog_is_the_end_and_a_new_beginning() {
    let (mut stage, _) = joined(Kind::Uccp);
    let info = only(stage.command(Command::GetState { conference: FOCUS.into() }));
    let sent = stage.answer(&info, GONE, "");
    let [unsubscribe, bye] = &sent[..] else { panic!("{sent:?}") };
    assert!(unsubscribe.is(&Method::Subscribe) && bye.is(&Method::Bye));
    let seen = stage.seen();
    assert!(seen.iter().any(|event| matches!(event, Event::Ended { by_server: true, .. })), "{seen:?}");
    for request in &sent {
        stage.answer(request, GONE, "");
    }
    let mut invite = only(stage.pass(SECOND.times(2)));
    // The focus may need some time itself; the pauses double.
    for pause in [4, 8] {
        stage.answer(&invite, "503 Service Unavailable", "");
        assert!(stage.seen().is_empty());
        assert!(stage.pass(Duration::from_micros(pause * 1_000_000 - 1)).is_empty());
        invite = only(stage.pass(Duration::from_micros(1)));
    }
    let sent = stage.admit(&invite);
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(matches!(&stage.seen()[..], [Event::Joined { .. }]));
}

#[test]
fn a_client_that_is_turned_away_does_not_come_back() {
    let (mut stage, _) = joined(Kind::Uccp);
    let info = only(stage.command(Command::GetState { conference: FOCUS.into() }));
    for request in stage.answer(&info, GONE, "") {
        stage.answer(&request, GONE, "");
    }
    let invite = only(stage.pass(SECOND.times(2)));
    stage.seen();
    stage.answer(&invite, "404 conferenceDoesntExist", "");
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 404));
    assert!(stage.pass(SECOND.times(500)).is_empty());
    assert_eq!(stage.node.dump()["dialogs"], 0);
}

#[test]
fn a_client_gives_up_in_the_end() {
    let (mut stage, _) = joined(Kind::Uccp);
    let info = only(stage.command(Command::GetState { conference: FOCUS.into() }));
    for request in stage.answer(&info, GONE, "") {
        stage.answer(&request, GONE, "");
    }
    stage.seen();
    for pause in [2, 4, 8, 16, 32] {
        assert!(stage.seen().is_empty());
        let invite = only(stage.pass(SECOND.times(pause)));
        stage.answer(&invite, "503 Service Unavailable", "");
    }
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 503));
    assert!(stage.pass(SECOND.times(1000)).is_empty());
    // The user may try himself, as often as he likes.
    assert!(only(stage.command(Command::Join { conference: FOCUS.into() })).is(&Method::Invite));
}

#[test]
fn a_user_who_leaves_meanwhile_stays_away() {
    let (mut stage, _) = joined(Kind::Uccp);
    let info = only(stage.command(Command::GetState { conference: FOCUS.into() }));
    for request in stage.answer(&info, GONE, "") {
        stage.answer(&request, GONE, "");
    }
    assert!(stage.command(Command::Leave { conference: FOCUS.into() }).is_empty());
    assert!(stage.pass(SECOND.times(500)).is_empty());
}

#[test]
fn a_client_may_be_told_not_to_come_back() {
    let mut stage = signed_in(Kind::Uccp, |config| config.rejoin = false);
    stage.join();
    let message = say(&mut stage);
    stage.answer(&message, GONE, "");
    assert!(stage.pass(SECOND.times(200)).is_empty());
    assert!(matches!(stage.seen().last(), Some(Event::ChatEnded { .. })));
}

/// Also who does not come back by himself sees in the end who is there.
#[test]
fn a_subscription_that_cannot_be_had_for_the_moment_is_asked_for_again() {
    for rejoin in [false, true] {
        let mut stage = signed_in(Kind::Uccp, |config| config.rejoin = rejoin);
        let focus = only(stage.command(Command::Join { conference: FOCUS.into() }));
        let sent = stage.admit(&focus);
        // The subscription is in doubt, and with it the session it needs.
        let probe = only(stage.answer(&sent[1], "503 Service Unavailable", ""));
        assert!(probe.is(&Method::Update));
        assert!(stage.answer(&probe, "200 OK", "").is_empty());
        let again = only(stage.pass(SECOND.times(2)));
        assert!(again.is(&Method::Subscribe) && again.tag().is_empty());
        stage.tell(&again, &roster("full", 1, ""));
        assert!(matches!(stage.seen().last(), Some(Event::Roster { version: 1, .. })));
    }
}

/// D-5: what does not live as long as the focus dialog is refreshed in time.
#[test]
fn a_subscription_without_autoextend_is_refreshed() {
    covers!("D-5");
    let mut stage = signed_in(Kind::Uccp, |config| {
        config.autoextend = false;
        config.session_timer = false;
    });
    let sessions = stage.join();
    assert!(!sessions.subscription.message.supports("com.microsoft.autoextend"));
    assert!(stage.pass(Duration::from_micros(3_539_999_999)).is_empty());
    let refresh = only(stage.pass(Duration::from_micros(1)));
    assert!(refresh.is(&Method::Subscribe) && refresh.tag() == "far");
}
