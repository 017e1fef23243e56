//! Joining focus and IM MCU.

use confsim_core::client::{Command, Event, Kind};
use confsim_core::covers;
use confsim_core::node::Node as _;
use confsim_core::wire::cccp;
use confsim_core::wire::conference_info::{JoiningMethod, Role};
use confsim_core::wire::sdp::{ImSession, PORT};
use confsim_core::wire::sip::{Method, Name};

use crate::common::{only, starts};
use crate::stage::{CHAT, FOCUS, SDP, roster, signed_in};

#[test]
fn a_client_joins_focus_subscription_and_im_mcu_in_this_order() {
    covers!(
        "IM-3-a",
        "IM-3-1-a",
        "IM-3-1-b",
        "IM-3-1-d",
        "IM-3-1-1-1-a",
        "IM-3-1-1-1-b",
        "IM-3-1-2-4-1-a",
        "IM-3-1-2-4-1-b",
        "IM-3-1-2-5-a",
        "IM-3-1-2-5-1-a",
        "EX-IM-4-1-1-a",
        "EX-IM-4-1-1-k",
        "EX-IM-4-1-1-ah"
    );
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let invite = only(stage.command(Command::Join { conference: FOCUS.into() }));
    assert_eq!(invite.start(), format!("INVITE {FOCUS} SIP/2.0"));
    let sent = stage.admit(&invite);
    assert_eq!(starts(&sent), [format!("ACK {FOCUS} SIP/2.0"), format!("SUBSCRIBE {FOCUS} SIP/2.0")]);
    assert!(matches!(&stage.seen()[..], [Event::Joined { .. }]));
    let chat = only(stage.tell(&sent[1], &roster("full", 1, "")));
    assert_eq!(chat.start(), format!("INVITE {CHAT} SIP/2.0"));
    assert!(matches!(&stage.seen()[..], [Event::Roster { version: 1, .. }]));
    stage.accept_chat(&chat);
}

#[test]
fn the_requests_of_a_join_are_those_of_the_examples() {
    covers!(
        "EX-IM-4-1-1-h",
        "EX-IM-4-1-1-l",
        "EX-IM-4-1-1-y",
        "EX-IM-4-1-1-z",
        "EX-IM-4-1-1-f",
        "EX-IM-4-1-1-ac",
        "EX-IM-4-1-1-ae",
        "IM-3-1-2-5-d",
        "IM-3-1-1-1-c",
        "IM-3-1-1-1-d",
        "IM-3-1-1-2-a",
        "IM-3-1-1-2-d",
        "IM-2-2-5-a",
        "IM-2-2-5-c",
        "IM-2-2-5-d",
        "IM-2-2-5-e",
        "IM-2-2-b",
        "IM-2-1-b",
    );
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let sessions = stage.join();
    for request in [&sessions.focus, &sessions.subscription, &sessions.chat] {
        let via = request.message.top_via().unwrap();
        assert_eq!((via.branch(), via.transport), (None, "TCP"));
    }
    let add = cccp::Request::parse(sessions.focus.message.body()).unwrap();
    let cccp::Command::AddUser(add_user) = &add.command else { panic!("{add:?}") };
    assert_eq!((add.request_id, add_user.keys.conf_entity.as_deref()), (0, Some(FOCUS)));
    assert_eq!(add_user.user.roles, [Role::Attendee]);
    let [endpoint] = &add_user.user.endpoints[..] else { panic!() };
    assert!(endpoint.entity.starts_with('{') && endpoint.joining_method.is_none());
    assert_eq!(sessions.focus.header(Name::MsKeepAlive), "UAC;hop-hop=yes");

    let subscribe = &sessions.subscription.message;
    for tag in ["com.microsoft.autoextend", "ms-benotify", "ms-piggyback-first-notify"] {
        assert!(subscribe.supports(tag), "{tag}");
    }
    assert_eq!(subscribe.header(Name::Expires), None);
    assert_eq!(subscribe.proxy_require().collect::<Vec<_>>(), ["ms-benotify"]);

    let chat = &sessions.chat;
    for tag in ["timer", "ms-sender", "ms-delayed-accept", "ms-renders-mime-alternative", "ms-conf-invite"] {
        assert!(chat.message.supports(tag), "{tag}");
    }
    assert_eq!(chat.message.endpoints().count(), 2);
    let offer = ImSession::parse(chat.message.body()).unwrap();
    assert!(!offer.accept.to_string().contains('*'));
    assert!(chat.body().contains(&format!("m=message {PORT} sip null\r\na=accept-types:text/rtf ")));
}

#[test]
fn a_cwa_client_joins_in_its_own_words() {
    covers!("EX-CWA-0-b", "EX-CWA-0-d", "EX-CWA-0-h", "EX-CWA-0-j", "EX-CWA-0-k", "EX-CWA-0-l");
    let mut stage = signed_in(Kind::Cwa, |config| config.display_name = Some("Bob".into()));
    let sessions = stage.join();
    let invite = &sessions.focus;
    assert_eq!((invite.header(Name::SessionExpires), invite.header(Name::MinSe)), ("1800", "90"));
    assert!(invite.message.top_via().unwrap().branch().is_some() && invite.tag().is_empty());
    let contact = invite.message.contact().unwrap().unwrap();
    for flag in ["text", "audio", "video", "applicationsharing"] {
        assert!(contact.param(flag).is_some(), "{flag}");
    }
    assert!(["UPDATE", "BeNotify", "Bye"].iter().all(|name| invite.message.allow().any(|own| own == *name)));
    let add = cccp::Request::parse(invite.message.body()).unwrap();
    let cccp::Command::AddUser(add) = &add.command else { panic!("{add:?}") };
    assert_eq!(add.user.display_text.as_deref(), Some("Bob"));
    let [endpoint] = &add.user.endpoints[..] else { panic!() };
    assert_eq!(endpoint.joining_method, Some(JoiningMethod::DialedIn));
    assert_eq!(endpoint.endpoint_uri.as_deref(), Some("sip:bob@contoso.com;opaque=user:epid:B;gruu"));

    // One count for all its requests, in dialogs and outside.
    let first = invite.message.cseq().unwrap().seq;
    let later = [&sessions.subscription, &sessions.chat].map(|request| request.message.cseq().unwrap().seq);
    assert_eq!(later, [first + 1, first + 2]);
    let info = only(stage.command(Command::GetState { conference: FOCUS.into() }));
    assert_eq!(info.message.cseq().unwrap().seq, first + 3);
    let message = only(stage.command(Command::Say { conference: FOCUS.into(), text: "hi".into() }));
    assert_eq!(message.message.cseq().unwrap().seq, first + 4);
}

/// D-8: the answer of a second endpoint, should there be one, is acknowledged and ended.
#[test]
fn a_second_acceptance_is_hung_up_on() {
    covers!("D-8");
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let sessions = stage.join();
    for (invite, uri) in [(&sessions.focus, FOCUS), (&sessions.chat, CHAT)] {
        let more = format!("Contact: <{uri}>\nContent-Type: application/sdp\n\n{SDP}");
        let sent = stage.hear(invite.conn, &invite.response("200 OK", "second", &more));
        let [ack, bye] = &sent[..] else { panic!("{sent:?}") };
        assert!(ack.is(&Method::Ack) && bye.is(&Method::Bye) && bye.tag() == "second");
        stage.answer(bye, "200 OK", "");
    }
    assert_eq!(stage.node.dump()["dialogs"], 3);
}

/// The 100 of some clients and servers has a To tag already, which makes no dialog.
#[test]
fn a_trying_with_a_tag_is_no_answer() {
    covers!("EX-IM-4-1-2-k");
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let invite = only(stage.command(Command::Join { conference: FOCUS.into() }));
    assert!(stage.hear(invite.conn, &invite.response("100 Trying", "early", "")).is_empty());
    assert_eq!(stage.node.dump()["dialogs"], 0);
    let sent = stage.admit(&invite);
    assert!(sent.iter().all(|sent| sent.tag() != "early"), "{sent:?}");
    assert_eq!(stage.node.dump()["dialogs"], 1);
}

/// RFC 6665: a first notification of its own, and acknowledged ones.
#[test]
fn a_focus_may_notify_in_the_plain_way() {
    let mut stage = signed_in(Kind::Uccp, |_| {});
    let invite = only(stage.command(Command::Join { conference: FOCUS.into() }));
    let sent = stage.admit(&invite);
    assert!(stage.answer(&sent[1], "200 OK", &format!("Contact: <{FOCUS}>\nExpires: 3600\n")).is_empty());
    stage.seen();
    let first = format!("Event: conference\nsubscription-state: active\n{}", roster("full", 3, ""));
    let sent = stage.hear_in(&sent[1], "NOTIFY", 1, &first);
    let [ok, chat] = &sent[..] else { panic!("{sent:?}") };
    assert!(ok.code() == Some(200) && chat.is(&Method::Invite));
    assert!(matches!(&stage.seen()[..], [Event::Roster { version: 3, .. }]));
}
