//! Session timers, and re-INVITEs.

use confsim_core::client::{Command, Event, Kind};
use confsim_core::covers;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::sdp::ImSession;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Sent, only, starts};
use crate::stage::{CHAT, FOCUS, SDP, Stage, joined, signed_in};

const SECOND: Duration = Duration::from_secs(1);

/// The next UPDATE.
fn update(stage: &mut Stage, after: u64) -> Sent {
    assert!(stage.pass(Duration::from_micros(after * 1_000_000 - 1)).is_empty());
    let update = only(stage.pass(Duration::from_micros(1)));
    assert!(update.is(&Method::Update), "{update:?}");
    update
}

#[test]
fn a_session_is_refreshed_half_way() {
    covers!("IM-3-1-g", "IM-3-2-d", "D-3");
    let (mut stage, _) = joined(Kind::Uccp);
    for _ in 0..3 {
        let update = update(&mut stage, 300);
        assert_eq!(update.start(), format!("UPDATE {CHAT} SIP/2.0"));
        assert_eq!(update.header(Name::SessionExpires), "600;refresher=uac");
        assert!(update.message.supports("timer") && update.body().is_empty());
        stage.answer(&update, "200 OK", "Session-Expires: 600;refresher=uac\n");
    }
}

/// RFC 4028 section 7.1: somebody on the way wants more.
#[test]
fn a_refresh_that_asks_for_too_little_asks_for_more() {
    covers!("D-3");
    let (mut stage, _) = joined(Kind::Uccp);
    let first = update(&mut stage, 300);
    let again = only(stage.answer(&first, "422 Session Interval Too Small", "Min-SE: 900\n"));
    assert_eq!(again.header(Name::SessionExpires), "900;refresher=uac");
    // A peer that wants no more than it is offered is not asked for ever.
    assert!(stage.answer(&again, "422 Session Interval Too Small", "Min-SE: 900\n").is_empty());
}

#[test]
fn a_refresh_that_fails_for_the_moment_is_tried_again() {
    let (mut stage, _) = joined(Kind::Uccp);
    let first = update(&mut stage, 300);
    assert!(stage.answer(&first, "503 Service Unavailable", "").is_empty());
    let second = update(&mut stage, 10);
    stage.answer(&second, "200 OK", "Session-Expires: 600;refresher=uac\n");
    update(&mut stage, 300);
}

/// The peer may take the refreshes upon itself, and then has to send them.
#[test]
fn a_session_that_the_peer_does_not_refresh_is_given_up() {
    covers!("D-3", "IM-3-2-d");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let theirs = "Supported: timer\nSession-Expires: 600;refresher=uac\n";
    let ok = only(stage.hear_in(&sessions.chat, "UPDATE", 1, theirs));
    assert_eq!((ok.code(), ok.header(Name::SessionExpires)), (Some(200), "600;refresher=uac"));
    assert!(stage.pass(SECOND.times(567)).is_empty());
    let bye = only(stage.pass(SECOND));
    assert_eq!(bye.start(), format!("BYE {CHAT} SIP/2.0"));
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }]));
}

#[test]
fn an_interval_below_the_least_is_refused() {
    covers!("D-3");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let theirs = "Supported: timer\nSession-Expires: 89\n";
    let refused = only(stage.hear_in(&sessions.chat, "UPDATE", 1, theirs));
    assert_eq!((refused.code(), refused.header(Name::MinSe)), (Some(422), "90"));
}

/// D-3: no timer on either side, no refresh, no end.
#[test]
fn a_client_without_session_timer_speaks_of_none() {
    covers!("D-3");
    let mut stage = signed_in(Kind::Uccp, |config| config.session_timer = false);
    let sessions = stage.join();
    for invite in [&sessions.focus, &sessions.chat] {
        assert!(!invite.message.supports("timer"));
    }
    assert!(stage.pass(SECOND.times(3599)).is_empty());
}

fn set(formats: &str) -> Command {
    Command::SetFormats { conference: FOCUS.into(), formats: formats.into() }
}

#[test]
fn other_formats_are_offered_in_a_new_invite() {
    covers!("D-29", "IM-3-1-1-1-d");
    let (mut stage, _) = joined(Kind::Uccp);
    let invite = only(stage.command(set("text/html image/gif")));
    assert_eq!(invite.start(), format!("INVITE {CHAT} SIP/2.0"));
    let offer = ImSession::parse(invite.message.body()).unwrap();
    assert_eq!((offer.accept.to_string().as_str(), offer.version), ("text/html image/gif", 1));
    assert_eq!(invite.header(Name::SessionExpires), "600;refresher=uac");
    // One at a time: the next waits for the answer to this one.
    assert!(stage.command(set("text/rtf")).is_empty());
    let more = format!(
        "Contact: <{CHAT}>\nSession-Expires: 600;refresher=uac\nContent-Type: application/sdp\n\n{SDP}"
    );
    let sent = stage.answer(&invite, "200 OK", &more);
    let [ack, second] = &sent[..] else { panic!("{sent:?}") };
    assert!(ack.is(&Method::Ack));
    let offer = ImSession::parse(second.message.body()).unwrap();
    assert_eq!((offer.accept.to_string().as_str(), offer.version), ("text/rtf", 2));
    assert_eq!(starts(&stage.answer(second, "200 OK", &more)), [format!("ACK {CHAT} SIP/2.0")]);
    assert!(stage.seen().is_empty());
}

#[test]
fn an_invite_that_crossed_another_is_sent_again() {
    let (mut stage, _) = joined(Kind::Uccp);
    let invite = only(stage.command(set("text/html")));
    assert!(only(stage.answer(&invite, "491 Request Pending", "")).is(&Method::Ack));
    let sent = stage.pass(Duration::from_micros(2_099_999));
    assert!(sent.is_empty());
    let again = only(stage.pass(Duration::from_micros(1_900_001)));
    assert!(again.is(&Method::Invite));
    assert_eq!(again.message.body(), invite.message.body());
}

#[test]
fn formats_that_are_refused_are_told() {
    let (mut stage, _) = joined(Kind::Uccp);
    let invite = only(stage.command(set("text/html")));
    stage.answer(&invite, "488 Not Acceptable Here", "");
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 488));
    assert!(stage.command(set("no format")).is_empty());
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 0));
    assert_eq!(stage.node.dump()["sessions"], 3);
}

#[test]
fn the_peer_may_offer_anew() {
    covers!("IM-3-1-1-1-a");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let offer = format!("Contact: <{CHAT}>\nContent-Type: application/sdp\n\n{SDP}");
    let ok = only(stage.hear_in(&sessions.chat, "INVITE", 1, &offer));
    assert_eq!(ok.code(), Some(200));
    let answer = ImSession::parse(ok.message.body()).unwrap();
    assert!(answer.accept.to_string().starts_with("text/rtf "));
    stage.hear_in(&sessions.chat, "ACK", 1, "");
    // Without offer the answer brings one.
    let ok = only(stage.hear_in(&sessions.chat, "INVITE", 2, &format!("Contact: <{CHAT}>\n")));
    assert!(ImSession::parse(ok.message.body()).is_ok());
    stage.hear_in(&sessions.chat, "ACK", 2, "");
    assert!(stage.seen().is_empty());
}
