//! Leaving, and what comes too late.

use std::sync::Arc;

use confsim_core::client::{Command, Event, Kind};
use confsim_core::covers;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{only, starts};
use crate::stage::{CHAT, FOCUS, joined, roster};

/// D-25: who has ended his session gets no report, and does not wait for one either.
#[test]
fn a_message_accepted_after_the_end_of_the_session_awaits_no_report() {
    covers!("D-25");
    let (mut stage, _) = joined(Kind::Cwa);
    let conference: Arc<str> = FOCUS.into();
    let message = only(stage.command(Command::Send {
        conference: Arc::clone(&conference),
        content_type: "text/plain".into(),
        body: "bye".into(),
    }));
    let sent = stage.command(Command::Leave { conference });
    assert_eq!(sent.len(), 3, "{sent:?}");
    stage.answer(&message, "202 Accepted", "Message-Id: 7\n");
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Accepted { message_id: 7, .. }]));
    for request in &sent {
        stage.answer(request, "200 OK", "");
    }
    assert!(matches!(&stage.seen()[..], [Event::Ended { by_server: false, .. }]));
    stage.pass(Duration::from_secs(20));
    assert!(stage.seen().is_empty(), "nothing was awaited");
    assert_eq!(stage.node.dump()["dialogs"], 0);
}

/// The focus never saw the SUBSCRIBE that ends the subscription, and ends it with the dialog.
#[test]
fn the_end_of_an_old_subscription_is_not_the_end_of_a_new_session() {
    let (mut stage, _) = joined(Kind::Cwa);
    let sent = stage.command(Command::Leave { conference: FOCUS.into() });
    let [unsubscribe, bye, _] = &sent[..] else { panic!("{sent:?}") };
    stage.answer(bye, "200 OK", "");
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Ended { .. }]));
    let invite = only(stage.command(Command::Join { conference: FOCUS.into() }));
    stage.answer(&invite, "100 Trying", "");

    let end = "subscription-state: terminated;expires=0;reason=noresource\n";
    assert!(stage.notify(unsubscribe, 2, end).is_empty());
    assert!(stage.seen().is_empty());
}

/// It was asked for to fill a gap, before the leave.
#[test]
fn the_late_answer_of_an_old_subscription_is_not_the_roster_of_a_new_session() {
    let (mut stage, sessions) = joined(Kind::Cwa);
    let refresh = only(stage.notify(
        &sessions.subscription,
        2,
        &format!("subscription-state: active\n{}", roster("partial", 3, "")),
    ));
    assert!(refresh.is(&Method::Subscribe));
    let sent = stage.command(Command::Leave { conference: FOCUS.into() });
    for request in &sent {
        stage.answer(request, "200 OK", "");
    }
    stage.seen();
    stage.command(Command::Join { conference: FOCUS.into() });
    let late = format!("Contact: <{FOCUS}>;isfocus\nExpires: 3600\n{}", roster("full", 9, ""));
    assert!(stage.answer(&refresh, "200 OK", &late).is_empty());
    assert!(stage.seen().is_empty());
    assert_eq!(stage.node.dump()["sessions"], 0);
}

#[test]
fn a_leave_waits_for_nothing() {
    covers!("EX-IM-4-3-2-a", "EX-IM-4-3-2-d", "IM-3-2-a", "IM-3-2-b", "IM-3-2-c", "IM-3-2-1-4-1-a");
    let (mut stage, _) = joined(Kind::Uccp);
    let sent = stage.command(Command::Leave { conference: FOCUS.into() });
    assert_eq!(
        starts(&sent),
        [format!("SUBSCRIBE {FOCUS} SIP/2.0"), format!("BYE {FOCUS} SIP/2.0"), format!("BYE {CHAT} SIP/2.0")]
    );
    let unsubscribe = &sent[0];
    assert_eq!((unsubscribe.header(Name::Event), unsubscribe.header(Name::Expires)), ("conference", "0"));
    assert!(unsubscribe.message.supported().next().is_none());
    assert!(unsubscribe.header(Name::ProxyRequire).is_empty());
    for request in &sent {
        stage.answer(request, "200 OK", "");
    }
    stage.pass(Duration::from_secs(32));
    let dump = stage.node.dump();
    assert_eq!((dump["dialogs"], dump["sessions"], dump["client transactions"]), (0, 0, 0), "{dump:?}");
}

/// The BYEs of both sides cross.
#[test]
fn who_is_removed_says_goodbye_all_the_same() {
    covers!("EX-IM-4-3-1-f", "EX-IM-4-3-1-i", "IM-3-2-1-5-1-a", "IM-3-2-1-5-1-b", "EX-IM-4-1-1-p");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let end = "subscription-state: terminated;expires=0;reason=ParticipantRemoved\nExpires: 0\n";
    let sent = stage.notify(&sessions.subscription, 2, end);
    assert_eq!(starts(&sent), [format!("BYE {FOCUS} SIP/2.0"), format!("BYE {CHAT} SIP/2.0")]);
    for (session, cseq) in [(&sessions.focus, 2_147_483_645), (&sessions.chat, 1)] {
        assert_eq!(only(stage.hear_in(session, "BYE", cseq, "")).code(), Some(200));
    }
    assert!(stage.answer(&sent[0], "200 OK", "").is_empty());
    assert!(stage.answer(&sent[1], "481 Dialog does not exist", "").is_empty());
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Ended { by_server: true, .. }]));
    assert_eq!(stage.node.dump()["dialogs"], 0);
    assert!(stage.pass(Duration::from_secs(300)).is_empty(), "the removed do not come back by themselves");
}

#[test]
fn the_end_of_the_im_session_alone_is_told() {
    covers!("IM-3-2-1-5-1-a", "IM-3-2-1-5-1-b");
    let (mut stage, sessions) = joined(Kind::Uccp);
    assert_eq!(only(stage.hear_in(&sessions.chat, "BYE", 1, "")).code(), Some(200));
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }]));
    assert_eq!(stage.node.dump()["sessions"], 2);
}
