//! Instant messages, their delivery reports, and signs of typing.

use confsim_core::client::{Command, Event, Kind};
use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::content_type::{ContentType, MediaType};
use confsim_core::wire::multipart::Multipart;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Sent, only};
use crate::stage::{CHAT, FOCUS, Sessions, Stage, chatting, joined, roster};

fn send(stage: &mut Stage) -> Sent {
    only(stage.command(Command::Send {
        conference: FOCUS.into(),
        content_type: "text/plain".into(),
        body: "hello".into(),
    }))
}

fn report(stage: &mut Stage, sessions: &Sessions, cseq: u32, id: u32, status: u32) {
    let body = format!(
        "<imdn xmlns=\"http://schemas.microsoft.com/rtc/2005/08/imdn\"><message-id>{id}</message-id>\
         <recipient uri=\"sip:carol@contoso.com\"><status>{status}</status></recipient></imdn>"
    );
    let more = format!("Content-Type: application/ms-imdn+xml\n\n{body}");
    assert!(stage.hear_in(&sessions.chat, "BENOTIFY", cseq, &more).is_empty());
}

fn delivered(stage: &mut Stage) -> Vec<(u32, usize, bool)> {
    let seen = stage.seen().into_iter();
    seen.filter_map(|event| match event {
        Event::Delivered { message_id, failures, timed_out, .. } => {
            Some((message_id, failures.len(), timed_out))
        }
        _ => None,
    })
    .collect()
}

#[test]
fn a_message_that_is_taken_with_200_has_arrived() {
    covers!("IM-3-3-a", "IM-3-3-1-3-a", "IM-3-3-1-4-1-a", "IM-3-3-1-5-1-a", "D-22");
    let (mut stage, _) = joined(Kind::Uccp);
    let message = send(&mut stage);
    assert_eq!(message.start(), format!("MESSAGE {CHAT} SIP/2.0"));
    stage.answer(&message, "200 OK", "Message-Id: 1\n");
    assert!(matches!(
        &stage.seen()[..],
        [Event::Accepted { message_id: 1, notification_follows: false, .. }]
    ));
    stage.pass(Duration::from_secs(60));
    assert!(stage.seen().is_empty());
}

#[test]
fn a_report_tells_what_became_of_a_message() {
    covers!(
        "IM-3-3-1-5-1-b",
        "IM-3-3-1-5-1-c",
        "IM-3-3-1-5-1-d",
        "IM-3-3-1-5-1-e",
        "IM-3-3-1-5-1-f",
        "IM-3-3-2-5-2-i",
        "EX-IM-4-2-2-c",
        "IM-2-2-2-i"
    );
    let (mut stage, sessions) = joined(Kind::Uccp);
    // Without Message-Id it is 0.
    let mut cseq = 0;
    for (header, id) in [("Message-Id: 2\n", 2), ("", 0)] {
        for (status, failed) in [(408, 1), (200, 0)] {
            cseq += 2;
            let message = send(&mut stage);
            stage.answer(&message, "202 Accepted", header);
            report(&mut stage, &sessions, cseq, 77, 408);
            assert!(delivered(&mut stage).is_empty(), "a report on another message");
            report(&mut stage, &sessions, cseq + 1, id, status);
            assert_eq!(delivered(&mut stage), [(id, failed, false)]);
        }
    }
    stage.pass(Duration::from_secs(60));
    assert!(stage.seen().is_empty(), "the timer is stopped");
}

#[test]
fn a_report_that_does_not_come_in_time_is_not_waited_for() {
    covers!("IM-3-3-1-5-1-g", "IM-3-3-1-6-a", "IM-3-3-1-6-b", "D-26");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let message = send(&mut stage);
    stage.answer(&message, "202 Accepted", "Message-Id: 2\n");
    stage.pass(Duration::from_micros(9_999_999));
    assert!(delivered(&mut stage).is_empty());
    stage.pass(Duration::from_micros(1));
    assert_eq!(delivered(&mut stage), [(2, 0, true)]);
    report(&mut stage, &sessions, 1, 2, 408);
    assert!(stage.seen().is_empty());
}

/// An answer that was under way while the session ended: nothing comes after it.
#[test]
fn nothing_follows_an_answer_to_a_session_that_is_over() {
    covers!("IM-3-3-1-5-1-b", "IM-3-3-1-6-a");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let message = send(&mut stage);
    stage.hear_in(&sessions.chat, "BYE", 1, "");
    stage.seen();
    stage.answer(&message, "202 Accepted", "Message-Id: 2\n");
    assert!(matches!(
        &stage.seen()[..],
        [Event::Accepted { message_id: 2, notification_follows: false, .. }]
    ));
    stage.pass(Duration::from_secs(60));
    assert!(delivered(&mut stage).is_empty());
}

/// A proxy may put the report before the answer it belongs to.
#[test]
fn a_report_may_overtake_the_answer() {
    covers!("IM-3-3-1-5-1-d");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let (first, second) = (send(&mut stage), send(&mut stage));
    report(&mut stage, &sessions, 1, 3, 408);
    assert!(stage.seen().is_empty());
    stage.answer(&first, "202 Accepted", "Message-Id: 2\n");
    assert!(delivered(&mut stage).is_empty());
    stage.answer(&second, "202 Accepted", "Message-Id: 3\n");
    assert_eq!(delivered(&mut stage), [(3, 1, false)]);
    report(&mut stage, &sessions, 2, 2, 200);
    assert_eq!(delivered(&mut stage), [(2, 0, false)]);
    // Nobody waits for anything now: a report is about nothing.
    report(&mut stage, &sessions, 3, 4, 200);
    let third = send(&mut stage);
    stage.answer(&third, "202 Accepted", "Message-Id: 4\n");
    assert!(delivered(&mut stage).is_empty());
}

#[test]
fn a_message_of_another_is_shown_with_its_author() {
    covers!("IM-3-3-1-5-2-a", "IM-3-3-1-5-2-b", "IM-3-3-1-5-2-c");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let more = "Ms-Sender: <sip:carol@contoso.com>\nMessage-Id: 4\nContent-Type: text/plain\n\nhi";
    assert_eq!(only(stage.hear_in(&sessions.chat, "MESSAGE", 1, more)).code(), Some(200));
    let [Event::Received { message_id: 4, sender, body, .. }] = &stage.seen()[..] else { panic!() };
    assert_eq!((sender.as_deref(), &body[..]), (Some("<sip:carol@contoso.com>"), &b"hi"[..]));
}

#[test]
fn typing_is_told_both_ways() {
    covers!(
        "IM-3-4-a",
        "IM-3-4-1-3-a",
        "IM-3-4-1-4-1-a",
        "IM-3-4-1-5-1-a",
        "IM-3-4-1-5-1-b",
        "IM-3-4-1-5-2-a",
        "IM-3-4-1-5-2-b",
        "IM-3-4-1-5-2-c"
    );
    let (mut stage, sessions) = joined(Kind::Uccp);
    let info = only(stage.command(Command::Typing { conference: FOCUS.into() }));
    assert_eq!(info.start(), format!("INFO {CHAT} SIP/2.0"));
    stage.answer(&info, "202 Accepted", "");
    assert!(stage.seen().is_empty());
    let more = "Ms-Sender: <sip:carol@contoso.com>\nContent-Type: application/xml\n\n<KeyboardActivity/>";
    assert_eq!(only(stage.hear_in(&sessions.chat, "INFO", 1, more)).code(), Some(200));
    let [Event::Typing { sender, .. }] = &stage.seen()[..] else { panic!() };
    assert_eq!(sender.as_deref(), Some("<sip:carol@contoso.com>"));
}

#[test]
fn what_is_said_is_in_the_format_that_the_others_take() {
    covers!(
        "IM-3-1-2-5-2-b",
        "IM-3-1-2-5-2-c",
        "IM-3-3-1-4-1-b",
        "IM-3-3-1-4-1-c",
        "IM-3-3-1-4-1-d",
        "IM-3-3-1-4-1-e",
        "IM-3-1-2-5-c",
        "EX-IM-4-2-1-a",
        "IM-2-2-5-k",
        "IM-2-2-1-b"
    );
    let rich = "\n text/rtf image/gif\n  multipart/alternative ";
    for (kind, others, format) in [
        (Kind::Uccp, vec![], "text/plain"),
        (Kind::Uccp, vec![("carol", rich), ("dave", "text/rtf")], "text/rtf"),
        (Kind::Uccp, vec![("carol", rich), ("dave", "text/plain")], "multipart/alternative"),
        (Kind::Uccp, vec![("carol", "text/plain"), ("dave", "?")], "text/plain"),
        (Kind::Legacy, vec![("carol", rich)], "text/plain"),
    ] {
        let (mut stage, sessions) = joined(kind);
        let users: String = others.iter().map(|(user, formats)| chatting(user, formats)).collect();
        let users = users + &chatting("bob", "text/plain");
        let next = format!("subscription-state: active\n{}", roster("partial", 2, &users));
        assert!(stage.notify(&sessions.subscription, 2, &next).is_empty());
        let text = "a {brace}, a \\ and an é";
        let message = only(stage.command(Command::Say { conference: FOCUS.into(), text: text.into() }));
        assert!(message.is(&Method::Message));
        let content_type = ContentType::parse(message.header(Name::ContentType)).unwrap();
        assert_eq!(content_type.media().as_str(), format, "{others:?}");
        let rich = "{\\rtf1\\ansi a \\{brace\\}, a \\\\ and an \\u233?\\par\r\n}";
        match format {
            "text/plain" => assert_eq!(message.body(), text),
            "text/rtf" => assert_eq!(message.body(), rich),
            _ => {
                let body = Multipart::parse(&content_type, message.message.body()).unwrap();
                let bodies: Vec<_> = body.parts.iter().map(|part| part.body()).collect();
                assert_eq!(bodies, [text.as_bytes(), rich.as_bytes()]);
                assert!(
                    body.parts.iter().all(|part| part.field("Content-Transfer-Encoding") == Some("binary"))
                );
                assert!(body.part(&MediaType::TEXT_RTF).is_some());
            }
        }
    }
}
