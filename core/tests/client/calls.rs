//! Calls of the IM MCU (dial-out), and invitations between users.

use confsim_core::client::{Answer, Command, Config, Event, Kind};
use confsim_core::covers;
use confsim_core::node::{Input, Node as _};
use confsim_core::time::Duration;
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::sdp::ImSession;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Sent, only, starts};
use crate::stage::{CHAT, CONN, FOCUS, SDP, Stage, signed_in};

const SECOND: Duration = Duration::from_secs(1);

/// A request of whoever calls. `to_tag` is empty outside the dialog.
fn caller(method: &str, cseq: u32, to_tag: &str, more: &str) -> String {
    let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    format!(
        "{method} sip:bob@contoso.com SIP/2.0\nVia: SIP/2.0/TCP fe;branch=z9hG4bKc{}\nMax-Forwards: 70\n\
         From: <{CHAT}>;tag=m\nTo: <sip:bob@contoso.com>{to_tag};epid=01010101aa\nCall-ID: call\n\
         CSeq: {cseq} {method}\nContact: <{CHAT}>;isFocus\n{more}",
        if method == "CANCEL" { 5 } else { cseq }
    )
}

fn call() -> String {
    caller(
        "INVITE",
        5,
        "",
        &format!(
            "Referred-By: <sip:alice@contoso.com>\nMs-Focus-Uri: <{FOCUS}>\nSupported: ms-delayed-accept, timer\n\
             Session-Expires: 600;refresher=uas\nContent-Type: application/sdp\n\n{SDP}"
        ),
    )
}

fn ringing(kind: Kind, answer: Answer) -> (Stage, Sent) {
    let mut stage = signed_in(kind, |config: &mut Config| config.answer = answer);
    let ringing = only(stage.hear(CONN, &call()));
    assert_eq!(ringing.start(), "SIP/2.0 180 Ringing");
    let [Event::Called { conference, by }] = &stage.seen()[..] else { panic!() };
    assert_eq!((&**conference, by.as_deref()), (FOCUS, Some("<sip:alice@contoso.com>")));
    (stage, ringing)
}

#[test]
fn a_call_is_answered_after_some_ringing() {
    covers!("IM-3-1-e", "IM-3-1-2-4-b", "IM-3-1-2-5-b", "IM-3-1-2-5-1-a", "IM-3-1-1-1-c", "IM-3-1-1-2-d");
    let (mut stage, ringing) = ringing(Kind::Uccp, Answer::Accept { after: SECOND.times(3) });
    assert!(stage.pass(Duration::from_micros(2_999_999)).is_empty());
    let ok = only(stage.pass(Duration::from_micros(1)));
    assert_eq!((ok.code(), ok.tag()), (Some(200), ringing.tag()));
    assert_eq!(ok.header(Name::SessionExpires), "600;refresher=uas");
    assert!(ok.message.supports("ms-sender") && ok.message.supports("timer"));
    let answer = ImSession::parse(ok.message.body()).unwrap();
    assert_eq!(
        answer.accept.to_string(),
        "text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml"
    );
    assert!(stage.seen().is_empty(), "the session stands with the ACK");
    stage.hear(CONN, &caller("ACK", 5, ok.tag(), ""));
    assert!(matches!(&stage.seen()[..], [Event::ChatJoined { conference }] if **conference == *FOCUS));

    // The refreshes are the client's (RFC 4028): half way through the interval.
    assert!(stage.pass(Duration::from_micros(299_999_999)).is_empty());
    let update = only(stage.pass(Duration::from_micros(1)));
    assert_eq!(update.header(Name::SessionExpires), "600;refresher=uac");
    stage.answer(&update, "200 OK", "Session-Expires: 600;refresher=uac\n");

    let ok = only(stage.hear(CONN, &caller("BYE", 6, ok.tag(), "")));
    assert_eq!(ok.code(), Some(200));
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Ended { by_server: true, .. }]));
    let dump = stage.node.dump();
    assert_eq!((dump["dialogs"], dump["sessions"], dump["ringing calls"]), (0, 0, 0), "{dump:?}");
}

/// EX-IM-4-1-2-j, but for the accept-types that IM-3-1-1-1-d wants.
#[test]
fn a_legacy_client_answers_in_its_way() {
    covers!("EX-IM-4-1-2-j", "D-3");
    let (mut stage, _) = ringing(Kind::Legacy, Answer::Accept { after: SECOND });
    let ok = only(stage.pass(SECOND));
    assert_eq!(ok.header(Name::UserAgent), "LCC/1.3");
    assert!(!ok.message.supports("ms-sender") && !ok.message.supports("timer"));
    assert!(ok.header(Name::SessionExpires).is_empty());
    stage.hear(CONN, &caller("ACK", 5, ok.tag(), ""));
    assert!(stage.pass(SECOND.times(7000)).iter().all(|sent| sent.is(&Method::Register)));
}

#[test]
fn a_user_hangs_up_on_a_call() {
    covers!("IM-3-2-c", "IM-3-2-1-4-1-a");
    let (mut stage, _) = ringing(Kind::Uccp, Answer::Accept { after: Duration::ZERO });
    let ok = only(stage.pass(Duration::ZERO));
    stage.hear(CONN, &caller("ACK", 5, ok.tag(), ""));
    stage.seen();
    let bye = only(stage.command(Command::Leave { conference: FOCUS.into() }));
    assert_eq!(bye.start(), format!("BYE {CHAT} SIP/2.0"));
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Ended { by_server: false, .. }]));
    stage.answer(&bye, "200 OK", "");
    assert_eq!(stage.node.dump()["dialogs"], 0);
}

#[test]
fn a_call_is_declined() {
    let mut stage = signed_in(Kind::Uccp, |config| config.answer = Answer::Decline);
    assert_eq!(starts(&stage.hear(CONN, &call())), ["SIP/2.0 603 Decline"]);
}

#[test]
fn a_call_that_nobody_takes_rings_until_it_is_cancelled() {
    let (mut stage, ringing) = ringing(Kind::Uccp, Answer::Ignore);
    assert!(stage.pass(SECOND.times(300)).is_empty());
    let sent = stage.hear(CONN, &caller("CANCEL", 5, "", ""));
    assert_eq!(starts(&sent), ["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    assert!(sent.iter().all(|sent| sent.tag() == ringing.tag()));
    stage.hear(CONN, &caller("ACK", 5, ringing.tag(), ""));
    assert_eq!(stage.node.dump()["ringing calls"], 0);
}

/// The ACK never comes: there is no session (D-1).
#[test]
fn a_call_that_is_never_acknowledged_is_no_session() {
    covers!("D-1");
    let (mut stage, _) = ringing(Kind::Uccp, Answer::Accept { after: Duration::ZERO });
    let sent = stage.pass(SECOND.times(32));
    let bye = sent.last().unwrap();
    assert!(bye.is(&Method::Bye), "{bye:?}");
    stage.answer(bye, "481 Call leg/Transaction does not exist", "");
    let seen = stage.seen();
    assert!(!seen.iter().any(|event| matches!(event, Event::ChatJoined { .. } | Event::ChatEnded { .. })));
    assert_eq!(stage.node.dump()["dialogs"], 0);
}

/// The user hangs up before the ACK, which never comes: his BYE leaves all the same (D-6).
#[test]
fn a_user_hangs_up_on_a_call_that_is_never_acknowledged() {
    covers!("D-1", "D-6");
    let (mut stage, _) = ringing(Kind::Uccp, Answer::Accept { after: Duration::ZERO });
    stage.pass(SECOND);
    assert!(stage.command(Command::Leave { conference: FOCUS.into() }).is_empty());
    let sent = stage.pass(SECOND.times(32));
    let byes: Vec<_> = sent.iter().filter(|sent| sent.is(&Method::Bye)).collect();
    let [bye] = byes[..] else { panic!("{sent:?}") };
    stage.answer(bye, "481 Call leg/Transaction does not exist", "");
    assert_eq!(stage.node.dump()["dialogs"], 0);
}

#[test]
fn what_cannot_be_a_call_is_refused() {
    let odd = |from: &str, to: &str| call().replace(from, to);
    for (text, code) in [
        (odd("application/sdp", "application/x-other"), 415),
        (odd("m=message 5060 sip null", "m=audio 5060 RTP/AVP 0"), 488),
        (odd("v=0", "x=0"), 400),
        (odd("m=message 5060", "m=message 0"), 488),
        (odd(&format!("From: <{CHAT}>"), "From: <sip:mallory@contoso.com>"), 480),
    ] {
        let mut stage = signed_in(Kind::Uccp, |_| {});
        assert_eq!(only(stage.hear(CONN, &text)).code(), Some(code), "{text}");
        assert_eq!(stage.node.dump()["ringing calls"], 0);
    }
}

/// One IM session in a conference is enough.
#[test]
fn who_is_in_the_session_is_busy() {
    let mut stage = signed_in(Kind::Uccp, |_| {});
    stage.join();
    assert_eq!(only(stage.hear(CONN, &call())).code(), Some(486));
}

#[test]
fn only_so_many_calls_ring_at_a_time() {
    let mut stage = signed_in(Kind::Uccp, |config| config.answer = Answer::Ignore);
    for number in 0..17 {
        let text = call()
            .replace("7ECB5F9B", &format!("C{number}"))
            .replace("Call-ID: call", &format!("Call-ID: {number}"));
        let text = text.replace("z9hG4bKc5", &format!("z9hG4bKc5.{number}"));
        let answer = only(stage.hear(CONN, &text));
        assert_eq!(answer.code(), Some(if number < 16 { 180 } else { 486 }));
        assert_eq!(stage.seen().len(), usize::from(number < 16));
    }
    assert_eq!(stage.node.dump()["ringing calls"], 16);
    // Nobody is there to be answered when the connection is gone.
    stage.give(Input::Closed { conn: CONN });
    assert_eq!(stage.node.dump()["ringing calls"], 0);
}

fn invitation() -> String {
    let body = String::from_utf8(ConfInvite::new(FOCUS, "").write()).unwrap();
    let text = caller("INVITE", 5, "", &format!("Content-Type: application/ms-conf-invite+xml\n\n{body}"));
    text.replace(CHAT, "sip:alice@contoso.com")
}

#[test]
fn who_accepts_an_invitation_joins() {
    covers!("EX-CWA-0-i");
    let mut stage = signed_in(Kind::Uccp, |_| {});
    assert_eq!(only(stage.hear(CONN, &invitation())).code(), Some(180));
    assert!(matches!(&stage.seen()[..], [Event::ConfInvite { from, .. }] if from == "sip:alice@contoso.com"));
    let sent = stage.pass(Duration::ZERO);
    let [ok, join] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(ok.code(), Some(200));
    assert_eq!(join.start(), format!("INVITE {FOCUS} SIP/2.0"));
    stage.hear(CONN, &caller("ACK", 5, ok.tag(), ""));
    assert_eq!(only(stage.hear(CONN, &caller("BYE", 6, ok.tag(), ""))).code(), Some(200));
    assert_eq!(stage.node.dump()["accepted invitations"], 0);
}

/// The inviter is gone: the dialog of his invitation does not stand for ever.
#[test]
fn an_invitation_that_nobody_ends_is_hung_up_on() {
    covers!("D-1");
    let mut stage = signed_in(Kind::Uccp, |_| {});
    stage.hear(CONN, &invitation());
    let ok = stage.pass(Duration::ZERO).remove(0);
    stage.hear(CONN, &caller("ACK", 5, ok.tag(), ""));
    let of_call = |sent: &Sent| sent.header(Name::CallId) == "call";
    let early: Vec<Sent> = stage.pass(SECOND.times(63)).into_iter().filter(of_call).collect();
    let late: Vec<Sent> = stage.pass(SECOND).into_iter().filter(of_call).collect();
    let ([], [bye]) = (&early[..], &late[..]) else { panic!("{early:?} {late:?}") };
    assert!(bye.is(&Method::Bye));
    stage.answer(bye, "481 Call leg/Transaction does not exist", "");
    assert_eq!(stage.node.dump()["accepted invitations"], 0);
}

#[test]
fn a_legacy_client_takes_no_invitation() {
    let mut stage = signed_in(Kind::Legacy, |_| {});
    assert_eq!(only(stage.hear(CONN, &invitation())).code(), Some(415));
}

/// D-8: a forked invitation may be accepted twice; each acceptance is acknowledged, and its dialog ended.
#[test]
fn who_invites_ends_every_dialog_that_comes_of_it() {
    covers!("D-8", "EX-CWA-0-i");
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let carol = "sip:carol@contoso.com";
    let command = Command::SendConfInvite { conference: FOCUS.into(), user: carol.into() };
    let invite = only(stage.command(command));
    assert_eq!(invite.start(), format!("INVITE {carol} SIP/2.0"));
    let body = ConfInvite::parse(invite.message.body()).unwrap();
    assert_eq!(body.focus_uri, FOCUS);
    assert!(body.im.is_some_and(|im| im.available && im.additional == Some(false)));
    for tag in ["one", "two"] {
        let contact = format!("Contact: <{carol};opaque=user:epid:{tag};gruu>\n");
        let sent = stage.hear(CONN, &invite.response("200 OK", tag, &contact));
        let [ack, bye] = &sent[..] else { panic!("{sent:?}") };
        assert!(ack.is(&Method::Ack) && bye.is(&Method::Bye) && bye.tag() == tag);
        stage.answer(bye, "200 OK", "");
    }
    assert_eq!(stage.node.dump()["dialogs"], 0);
    assert!(matches!(stage.seen()[0], Event::CommandDone { command: "ms-conf-invite", .. }));

    let command = Command::SendConfInvite { conference: FOCUS.into(), user: carol.into() };
    let invite = only(stage.command(command));
    stage.answer(&invite, "415 Unsupported Media Type", "");
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 415));
}
