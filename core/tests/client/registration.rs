//! Signing in, losing the connection, and coming back.

use confsim_core::client::{Event, Kind};
use confsim_core::covers;
use confsim_core::node::{ConnId, Input};
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Out, messages, only};
use crate::stage::{CONN, joined, roster, signing_in};

#[test]
fn a_registration_without_answer_is_tried_again() {
    let (mut stage, first) = signing_in(Kind::Cwa, |_| {});
    let sent = stage.pass(Duration::from_secs(32));
    assert!(sent.is_empty());
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 408));
    let again = only(stage.pass(Duration::from_secs(1)));
    assert_ne!(again.header(Name::CallId), first.header(Name::CallId));
    stage.register(&again);
}

#[test]
fn a_refused_registration_is_told_and_not_repeated() {
    for status in ["403 Forbidden", "503 Service Unavailable"] {
        let (mut stage, register) = signing_in(Kind::Cwa, |_| {});
        stage.answer(&register, status, "");
        assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.what == "REGISTER"));
        assert!(stage.pass(Duration::from_secs(100)).is_empty());
    }
}

/// What was sent meanwhile is lost, and nobody sends it again.
#[test]
fn a_client_that_is_back_asks_for_what_it_missed() {
    covers!("D-4");
    let (mut stage, _) = joined(Kind::Uccp);
    assert!(stage.give(Input::Closed { conn: CONN }).is_empty());
    stage.now += Duration::from_secs(1);
    let back = ConnId::opened(1);
    let out = stage.give(Input::Timeout);
    assert!(matches!(&out[..], [Out::Open(conn, _)] if *conn == back), "{out:?}");
    let register = only(messages(stage.give(Input::Connected { conn: back })));
    let contact = "Contact: <sip:bob@contoso.com>;gruu=\"sip:bob@contoso.com;opaque=user:epid:B;gruu\"\n";
    let refresh = only(stage.answer(&register, "200 OK", contact));
    assert!(refresh.is(&Method::Subscribe) && refresh.conn == back && refresh.tag() == "far");
    assert!(stage.tell(&refresh, &roster("full", 7, "")).is_empty());
    assert!(matches!(&stage.seen()[..], [Event::Roster { version: 7, .. }]));
}

#[test]
fn a_missed_version_is_made_up_for_once() {
    covers!("D-13");
    let (mut stage, sessions) = joined(Kind::Uccp);
    let partial = |version| format!("subscription-state: active\n{}", roster("partial", version, ""));
    let refresh = only(stage.notify(&sessions.subscription, 2, &partial(3)));
    assert!(refresh.is(&Method::Subscribe));
    assert!(matches!(&stage.seen()[..], [Event::RosterGap { have: 1, got: 3, .. }]));
    assert!(stage.notify(&sessions.subscription, 3, &partial(4)).is_empty());
    stage.seen();
    assert!(stage.tell(&refresh, &roster("full", 4, "")).is_empty());
    assert!(stage.notify(&sessions.subscription, 4, &partial(4)).is_empty());
    assert!(stage.notify(&sessions.subscription, 5, &partial(5)).is_empty());
    let versions: Vec<_> = stage
        .seen()
        .into_iter()
        .map(|event| match event {
            Event::Roster { version, .. } => version,
            event => panic!("{event:?}"),
        })
        .collect();
    assert_eq!(versions, [4, 5]);
}
