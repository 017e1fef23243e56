//! How long a conference lasts without those for whom it is (MS-CONFBAS facts 5.2), and who gets in with a
//! passcode (PRO-2-2-1-2-p, D-18).

use confsim_core::covers;
use confsim_core::focus::Event;
use confsim_core::node::{Node as _, Output};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{CommandKind, Reason};
use confsim_core::wire::sip::{Method, Name};

use crate::common::Sent;
use crate::pool::{FOCUS, Pool, add_user, answer, delete_user, deleted, session_gone, told};

const MINUTE: Duration = Duration::from_secs(60);

/// A conference for everybody who knows the passcode, if there is one.
fn open_to_all(passcode: Option<&str>) -> Pool {
    let key = passcode
        .map(|it| format!("<msci:conference-key><msci:passcode>{it}</msci:passcode></msci:conference-key>"));
    let key = key.unwrap_or_default();
    Pool::provisioned(&format!(
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" entity=\"{FOCUS}\">\
         <conference-description>{key}<msci:admission-policy>anonymous</msci:admission-policy>\
         </conference-description></conference-info>"
    ))
}

/// Somebody whom nobody vouches for wants to join, and shows a passcode.
fn knock(pool: &mut Pool, passcode: Option<&str>) -> Vec<Sent> {
    let shown = passcode.map(|it| {
        format!(
            "<msci:passcode xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\">\
             {it}</msci:passcode>"
        )
    });
    let mut call = pool.call("guest", FOCUS);
    let document = add_user("guest", &shown.unwrap_or_default());
    let invite = call.request("INVITE", "Content-Type: application/cccp+xml\n", &document);
    let sent = pool.hear(&invite.replace("guest@contoso.com", "guest@anonymous.invalid"));
    call.tag =
        sent.iter().rfind(|it| it.code() == Some(200)).map(|it| it.tag().to_owned()).unwrap_or_default();
    if !call.tag.is_empty() {
        pool.hear(&call.ack().replace("guest@contoso.com", "guest@anonymous.invalid"));
    }
    sent
}

#[test]
fn the_passcode_lets_in_whom_nobody_vouches_for() {
    covers!("D-18", "PRO-2-2-1-2-p");
    let mut pool = open_to_all(Some("4711"));
    for wrong in [None, Some("4712"), Some("")] {
        let refused = knock(&mut pool, wrong);
        assert_eq!(refused[0].code(), Some(403));
        assert_eq!(answer(&refused[0]).result.reason, Some(Reason::InvalidPasscode));
    }
    assert_eq!(told(&knock(&mut pool, Some("4711")))[1], "guest: 200 (INVITE)");
    // Others are known without it, those of other enterprises included.
    pool.join("bob");
    assert_eq!(told(&knock(&mut open_to_all(None), None))[1], "guest: 200 (INVITE)");
}

#[test]
fn the_passcode_opens_no_other_door() {
    covers!("D-18");
    let mut pool = Pool::new();
    assert_eq!(knock(&mut pool, Some("4711"))[0].code(), Some(403));
}

#[test]
fn a_conference_without_anybody_known_ends_after_ten_minutes_for_those_who_are_left() {
    let mut pool = open_to_all(None);
    let mut alice = pool.join("alice");
    knock(&mut pool, None);
    pool.hear(&alice.request("BYE", "", ""));
    pool.mcu.heard.clear();
    assert!(pool.pass(MINUTE.times(9)).is_empty());
    // That one more of them comes does not put it off.
    knock(&mut pool, None);
    let sent = pool.pass(MINUTE);
    assert_eq!(told(&sent).last().map(String::as_str), Some("guest: BYE"));
    assert_eq!(sent.last().unwrap().header(Name::Reason), "SIP;cause=481;text=\"Conference Terminated\"");
    assert_eq!(pool.mcu.heard.last().unwrap().command.kind(), Some(CommandKind::DeleteConference));
    assert_eq!(pool.events().last(), Some(&Event::Deactivated(FOCUS.into())));
}

/// However many want to join before the factory has answered: 2,000 are kept, and the next is sent away.
#[test]
fn only_so_many_wait_for_a_conference_to_become_active() {
    let mut pool = Pool::new();
    pool.factory.deaf = true;
    for _ in 0..2000 {
        let (_, sent) = pool.invite("bob");
        assert!(sent.iter().all(|it| it.code() == Some(100)), "{sent:?}");
    }
    let (_, sent) = pool.invite("bob");
    assert_eq!(sent.last().and_then(Sent::code), Some(503));
}

/// When its operator stops it, it sends everybody home, lets nobody in any more, and says when all is done.
#[test]
fn a_focus_that_stops_ends_its_conferences_first() {
    let mut pool = Pool::new();
    pool.join("bob");
    pool.events();
    let sent = pool.stop();
    assert_eq!(told(&sent), ["bob: BYE"]);
    assert_eq!(sent[0].header(Name::Reason), "SIP;cause=481;text=\"Conference Terminated\"");
    assert_eq!(pool.mcu.heard.last().unwrap().command.kind(), Some(CommandKind::DeleteConference));
    assert_eq!(pool.events(), [Event::Deactivated(FOCUS.into())]);
    assert_eq!(pool.invite("carol").1.last().and_then(Sent::code), Some(503));
    assert!(pool.events().is_empty());
    assert!(pool.hear(&sent[0].response("200 OK", "", "")).is_empty());
    assert_eq!(pool.events(), [Event::Stopped]);
}

#[test]
fn a_focus_that_stops_sends_away_who_waits_for_an_activation() {
    let mut pool = Pool::new();
    pool.factory.deaf = true;
    pool.invite("bob");
    assert_eq!(told(&pool.stop()), ["bob: 503 (INVITE)"]);
}

/// What a conference leaves behind when everybody has gone and all time has passed.
#[test]
fn nothing_is_left_of_a_conference_that_is_over() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let mut subscription = pool.subscribe("alice").0;
    pool.join("bob");
    pool.subscribe("bob");
    let (bobs, _) = pool.join_chat("bob");
    let (alices, _) = pool.join_chat("alice");
    // One is ejected, one hears of it and leaves; one more never got further than his INVITE.
    let ejection = pool.hear(&alice.command(&delete_user("alice", "bob")));
    let bye = ejection.iter().find(|it| it.is(&Method::Bye)).unwrap().response("200 OK", "", "");
    pool.hear(&bye);
    let done = pool.mcu_answers(deleted("bob"));
    pool.hear(&done[0].response("200 OK", "", ""));
    pool.mcu_reports("partial", &session_gone("bob", &bobs));
    pool.invite("carol");
    pool.hear(&subscription.request("SUBSCRIBE", "Event: conference\nExpires: 0\n", ""));
    pool.hear(&alice.request("BYE", "", ""));
    pool.mcu_reports("partial", &session_gone("alice", &alices));
    pool.pass(MINUTE.times(11));
    pool.pass(Duration::from_secs(24 * 3600));
    let left: Vec<_> = pool.bench.node.dump().into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(left, [("connections", 3)]);
}

/// What the focus waits for has a name.
#[test]
fn an_empty_conference_waits_to_be_idle_for_long_enough() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.hear(&alice.request("BYE", "", ""));
    pool.pass(MINUTE);
    let Output::Wait(Some(next)) = pool.bench.node.poll() else { panic!("nothing to wait for") };
    assert_eq!((next.timer, next.at), ("idle conference", pool.bench.now + MINUTE.times(9)));
}

#[test]
fn who_is_known_and_comes_back_in_time_keeps_the_conference() {
    let mut pool = open_to_all(None);
    let mut alice = pool.join("alice");
    pool.hear(&alice.request("BYE", "", ""));
    pool.pass(MINUTE.times(9));
    pool.join("bob");
    pool.pass(MINUTE.times(9));
    assert!(!pool.events().contains(&Event::Deactivated(FOCUS.into())));
}

#[test]
fn a_conference_to_which_nobody_new_comes_ends_after_a_day() {
    let mut pool = Pool::new();
    pool.join("alice");
    pool.pass(MINUTE.times(60));
    let mut bob = pool.call("bob", FOCUS);
    // Without session timer he stays as long as he is let.
    let invite = bob.request("INVITE", "Content-Type: application/cccp+xml\n", &add_user("bob", ""));
    let sent = pool.hear(&invite);
    bob.tag = sent[1].tag().to_owned();
    pool.hear(&bob.ack());
    let day = Duration::from_secs(24 * 3600);
    pool.pass(day - Duration::from_secs(1));
    assert!(!pool.events().contains(&Event::Deactivated(FOCUS.into())));
    let sent = pool.pass(Duration::from_secs(1));
    assert_eq!(told(&sent), ["bob: BYE"]);
    assert_eq!(pool.events().last(), Some(&Event::Deactivated(FOCUS.into())));
}
