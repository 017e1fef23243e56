//! Joining the focus and the IM MCU (EX-IM-4-1-1, D-10).

use confsim_core::covers;
use confsim_core::focus::Event;
use confsim_core::node::Node as _;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Code, Command, CommandKind, Outcome};
use confsim_core::wire::conference_info::{JoiningMethod, Role};
use confsim_core::wire::sip::{Method, Name};

use crate::common::{only, starts};
use crate::pool::{
    CHAT, FOCUS, Pool, add_user, answer, document, guid, in_short, session, session_gone, told,
};

#[test]
fn the_first_join_activates_the_conference() {
    covers!(
        "IM-3-a",
        "EX-IM-4-1-1-b",
        "EX-IM-4-1-1-c",
        "EX-IM-4-1-1-d",
        "EX-IM-4-1-1-e",
        "EX-IM-4-1-1-i",
        "D-12",
        "EX-IM-4-1-1-f",
        "EX-CWA-0-g",
        "EX-CWA-0-m",
    );
    let mut pool = Pool::new();
    let (call, sent) = pool.invite("alice");
    assert_eq!(starts(&sent), ["SIP/2.0 183 Session Progress", "SIP/2.0 200 Invite dialog created"]);
    assert_eq!(sent[0].tag(), sent[1].tag());
    assert_eq!(sent[0].header(Name::Contact), format!("<{FOCUS}>;isfocus"));

    let ok = &sent[1];
    assert_eq!(ok.header(Name::Contact), format!("<{FOCUS}>;isfocus"));
    assert_eq!(ok.header(Name::Allow), "INVITE, BYE, ACK, CANCEL, INFO, UPDATE");
    assert_eq!(ok.header(Name::SessionExpires), "7200;refresher=uac");
    assert_eq!((ok.header(Name::Require), ok.header(Name::Supported)), ("timer", "timer"));
    assert_eq!(ok.header(Name::MsKeepAlive), "UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300");
    let response = answer(ok);
    assert_eq!((response.code, response.request_id), (Code::Success, 63_022_864));
    assert_eq!((&*response.from, &*response.to), (FOCUS, "sip:alice@contoso.com"));
    let Outcome::AddUser { keys: Some(keys), user: Some(user) } = response.result.outcome else { panic!() };
    assert_eq!(keys.conf_entity.as_deref(), Some(FOCUS));
    assert_eq!((&*user.entity, &user.roles[..]), ("sip:alice@contoso.com", &[Role::Presenter][..]));
    assert!(user.endpoints.is_empty());

    let created = pool.mcu.heard.remove(0).command;
    let Command::CreateConference { mcu_uri, info } = created else { panic!("{created:?}") };
    assert_eq!((mcu_uri.as_deref(), &*info.entity), (Some(CHAT), FOCUS));
    assert_eq!(pool.events(), [Event::Activated(FOCUS.into())]);
    assert_eq!(call.tag, ok.tag());
}

#[test]
fn others_hear_of_a_joiner_before_his_ack_and_he_gets_the_same_version() {
    covers!(
        "EX-IM-4-1-1-j",
        "EX-IM-4-1-1-m",
        "EX-IM-4-1-1-n",
        "EX-IM-4-1-1-o",
        "EX-IM-4-1-1-q",
        "EX-IM-4-1-1-r",
        "EX-IM-4-1-1-t"
    );
    let mut pool = Pool::new();
    pool.join("alice");
    let (_, first) = pool.subscribe("alice");
    assert_eq!(in_short(&first), "v1 full alice[focus] view");

    let (_, sent) = pool.invite("bob");
    assert_eq!(
        told(&sent),
        ["bob: 183 (INVITE)", "bob: 200 (INVITE)", "alice: BENOTIFY v2 partial bob[focus]"]
    );
    let notification = &sent[2];
    assert_eq!(notification.header(Name::CSeq), "2 BENOTIFY");
    assert_eq!(notification.header(Name::Event), "conference");
    assert_eq!(notification.header(Name::SubscriptionState), "active;expires=3600");
    let delta = document(notification);
    let bob = &delta.users.unwrap().users[0];
    assert_eq!(bob.display_text.as_deref(), Some("bob"));
    assert_eq!(bob.roles, [Role::Attendee]);
    let endpoint = &bob.endpoints[0];
    assert_eq!(endpoint.entity, guid("bob"));
    assert_eq!(endpoint.epid.as_deref(), Some("epid-bob"));
    assert_eq!(endpoint.endpoint_uri.as_deref(), Some("sip:bob@contoso.com;opaque=user:epid:bob;gruu"));
    assert_eq!((endpoint.joining_method, endpoint.media.len()), (None, 0));

    let (_, sent) = pool.subscribe_with("bob", crate::pool::SUBSCRIBE);
    let ok = only(sent);
    assert_eq!(in_short(&document(&ok)), "v2 full alice[focus] bob[focus] view");
    assert_eq!(ok.message.other("ms-piggyback-cseq"), Some("1"));
    assert_eq!(ok.header(Name::Supported), "ms-benotify, ms-piggyback-first-notify");
    assert_eq!(ok.header(Name::SubscriptionState), "active;expires=3600");
    assert_eq!((ok.header(Name::Expires), ok.header(Name::Event)), ("3600", "conference"));
}

#[test]
fn the_full_document_is_laid_out_as_printed() {
    covers!("EX-IM-4-1-1-v", "EX-IM-4-1-1-w", "EX-IM-4-1-1-x", "D-19");
    let mut pool = Pool::provisioned(&format!(
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" entity=\"{FOCUS}\">\
         <msci:conference-view><msci:entity-view entity=\"meeting\"/><msci:entity-view entity=\"audio-video\"/>\
         <msci:entity-view entity=\"chat\"/></msci:conference-view></conference-info>"
    ));
    pool.join("alice");
    let (_, info) = pool.subscribe("alice");
    let uris = info.description.unwrap().conf_uris.unwrap();
    let [entry] = &uris.entries[..] else { panic!("{uris:?}") };
    assert_eq!(&*entry.uri, CHAT);
    assert_eq!((entry.display_text.as_deref(), entry.purpose.as_deref()), (Some("chat"), Some("chat")));
    let view = info.conference_view.unwrap();
    let of_type = |kind: &str| FOCUS.replace(":focus:", &format!(":{kind}:"));
    let entities: Vec<&str> = view.entity_views.iter().map(|view| &*view.entity).collect();
    assert_eq!(entities, [FOCUS, &of_type("audio-video"), CHAT, &of_type("meeting")]);
    let locks: Vec<_> =
        view.entity_views.iter().map(|view| view.entity_state.as_ref().unwrap().locked).collect();
    assert_eq!(locks, [Some(false), None, Some(false), Some(false)]);
    let chat = view.entity_views[2].entity_state.as_ref().unwrap();
    assert_eq!((&*chat.media[0].label, &*chat.media[0].kind), ("chat", "chat"));
}

#[test]
fn a_chat_invite_is_announced_passed_on_and_shown_once_the_mcu_reports_it() {
    covers!("D-10", "IM-3-1-2-5-2-a", "IM-3-1-3-4-2-a", "IM-3-1-3-4-2-b", "EX-IM-4-1-1-u", "EX-IM-2-2-1-b");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    pool.mcu.heard.clear();
    let mut call = pool.call("alice", CHAT);
    let invite = call.request("INVITE", "Content-Type: application/sdp\nPool-Endpoint: {spoofed}\n", "v=0\n");
    let sent = only(pool.hear(&invite));
    let command = pool.mcu.heard[0].command.clone();
    assert_eq!(sent.conn, pool.mcu.conn);
    assert!(sent.is(&Method::Invite));
    assert_eq!((sent.body(), sent.message.headers(Name::RecordRoute).count()), ("v=0\n", 0));
    assert_eq!(sent.message.vias().count(), 2);

    let Command::AddUser(announced) = command else { panic!("{command:?}") };
    let endpoint = &announced.user.endpoints[0];
    assert_eq!(sent.message.other("Pool-Endpoint"), Some(&*endpoint.entity));
    assert_ne!(endpoint.entity, guid("alice"));
    assert_eq!(announced.user.display_text.as_deref(), Some("alice"));
    assert_eq!(endpoint.joining_method, Some(JoiningMethod::DialedIn));
    assert_eq!(endpoint.endpoint_uri.as_deref(), Some("sip:alice@contoso.com;opaque=user:epid:alice;gruu"));

    let response = sent.response("200 OK", "mcu", &format!("Contact: <{CHAT}>;isfocus\n"));
    let relayed = only(pool.bench.hear(pool.mcu.conn, &response));
    assert_eq!((relayed.conn, relayed.start(), relayed.tag()), (pool.front_end, "SIP/2.0 200 OK", "mcu"));
    assert_eq!(relayed.message.vias().count(), 1);

    let guid = endpoint.entity.to_string();
    let told_alice = told(&pool.mcu_reports("partial", &session("alice", &guid)));
    assert_eq!(told_alice, ["alice: BENOTIFY v2 partial alice[focus chat]"]);
    assert!(pool.mcu_reports("partial", &session("alice", &guid)).is_empty(), "nothing changed");
    let told_alice = told(&pool.mcu_reports("partial", &session_gone("alice", &guid)));
    assert_eq!(told_alice, ["alice: BENOTIFY v3 partial alice[focus]"]);
}

#[test]
fn the_mcu_is_for_participants_only() {
    covers!("D-10");
    let mut pool = Pool::new();
    for joined in [false, true] {
        if joined {
            pool.join("alice");
        }
        let mut call = pool.call("eve", CHAT);
        let sent = only(pool.hear(&call.request("INVITE", "", "")));
        assert_eq!(sent.code(), Some(403));
        assert!(sent.header(Name::MsDiagnostics).starts_with("3014;"), "{sent:?}");
    }
}

#[test]
fn sessions_that_nobody_announced_stay_off_the_roster() {
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    assert!(pool.mcu_reports("partial", &session("alice", "{A}")).is_empty());
    assert!(pool.mcu_reports("partial", &session("eve", "{B}")).is_empty());
}

#[test]
fn a_refused_chat_invite_leaves_nothing_behind() {
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let mut call = pool.call("alice", CHAT);
    let forwarded = only(pool.hear(&call.request("INVITE", "", "")));
    let guid = forwarded.message.other("Pool-Endpoint").unwrap().to_owned();
    let sent = pool.bench.hear(pool.mcu.conn, &forwarded.response("488 Not Acceptable Here", "mcu", ""));
    assert_eq!(starts(&sent), [&*format!("ACK {CHAT} SIP/2.0"), "SIP/2.0 488 Not Acceptable Here"]);
    assert!(pool.mcu_reports("partial", &session("alice", &guid)).is_empty());
}

#[test]
fn a_cancelled_chat_invite_is_cancelled_at_the_mcu() {
    let mut pool = Pool::new();
    pool.join("alice");
    let mut call = pool.call("alice", CHAT);
    let invite = call.request("INVITE", "", "");
    let forwarded = only(pool.hear(&invite));
    pool.bench.hear(pool.mcu.conn, &forwarded.response("180 Ringing", "mcu", ""));
    let sent = pool.hear(&invite.replace("INVITE", "CANCEL"));
    assert_eq!(starts(&sent), ["SIP/2.0 200 OK", &*format!("CANCEL {CHAT} SIP/2.0")]);
    assert_eq!(sent[1].conn, pool.mcu.conn);
}

#[test]
fn joins_wait_for_the_factory_and_are_let_in_together() {
    let mut pool = Pool::new();
    pool.factory.deaf = true;
    let (_, sent) = pool.invite("bob");
    assert!(sent.is_empty(), "{sent:?}");
    let mut cancelled = pool.call("carol", FOCUS);
    let invite = cancelled.request("INVITE", "Content-Type: application/cccp+xml\n", &add_user("carol", ""));
    assert!(pool.hear(&invite).is_empty());
    let sent = pool.hear(&invite.replace("INVITE", "CANCEL"));
    assert_eq!(starts(&sent), ["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    pool.factory.deaf = false;
    // The link sends again what was not acknowledged.
    let sent = pool.pass(Duration::from_secs(3));
    assert_eq!(told(&sent), ["bob: 183 (INVITE)", "bob: 200 (INVITE)"]);
}

#[test]
fn a_conference_that_the_factory_does_not_know_is_not_found() {
    let mut pool = Pool::new();
    pool.provisioned = None;
    let (_, sent) = pool.invite("alice");
    let refused = only(sent);
    assert_eq!(refused.start(), "SIP/2.0 404 conferenceDoesntExist");
    let response = answer(&refused);
    assert_eq!(response.code, Code::Failure);
    assert_eq!(response.result.reason.unwrap().as_str(), "conferenceDoesntExist");
    assert!(pool.events().is_empty());
}

#[test]
fn a_silent_factory_makes_the_conference_unavailable() {
    let mut pool = Pool::new();
    pool.factory.deaf = true;
    pool.invite("alice");
    assert_eq!(starts(&pool.pass(Duration::from_secs(11))), ["SIP/2.0 503 Service Unavailable"]);
}

#[test]
fn one_user_has_several_endpoints_and_a_repeated_one_takes_the_place_of_the_first() {
    covers!("D-17");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let second = add_user("alice", "").replace(&guid("alice"), &guid("second"));
    let mut call = pool.call("alice", FOCUS);
    let invite = call.request("INVITE", "Content-Type: application/cccp+xml\n", &second);
    let sent = pool.hear(&invite.replace("epid-alice", "epid-second"));
    assert_eq!(told(&sent)[2], "alice: BENOTIFY v2 partial alice[focus focus]");
    call.tag = sent[1].tag().to_owned();
    pool.hear(&call.ack());
    let mut again = pool.call("alice", FOCUS);
    let invite = again.request("INVITE", "Content-Type: application/cccp+xml\n", &second);
    let sent = pool.hear(&invite.replace("epid-alice", "epid-second"));
    let expected = ["alice: BYE", "alice: BENOTIFY v3 partial alice[focus focus]"];
    assert_eq!(told(&sent)[2..], expected);
    assert_eq!(sent[2].header(Name::CallId), call.call_id);
}

#[test]
fn a_restarted_mcu_gets_everything_anew() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    pool.join_chat("alice");
    let sent = pool.mcu_restarts();
    assert_eq!(told(&sent), ["alice: BENOTIFY v3 partial alice[focus]"]);
    assert!(matches!(&pool.mcu.heard[0].command, Command::CreateConference { .. }));
}

#[test]
fn sessions_of_a_conference_that_is_not_active_are_ended() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.mcu_reports("full", &session("alice", "{A}"));
    assert!(matches!(&pool.mcu.heard[0].command, Command::DeleteConference(_)));
}

/// A conference in which nobody is goes on at the MCU while the focus is restarted.
#[test]
fn an_empty_conference_that_is_not_active_is_ended() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.mcu_reports("full", "");
    assert!(matches!(&pool.mcu.heard[0].command, Command::DeleteConference(_)));
    pool.mcu.heard.clear();
    pool.mcu_reports("partial", &session_gone("alice", "{A}"));
    assert!(pool.mcu.heard.is_empty());
}

/// The focus was restarted and the conference is active again before the MCU tells what it has.
#[test]
fn sessions_from_before_a_restart_of_the_focus_are_ended() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.join_chat("alice");
    let known = pool.join_chat("alice").0;
    let users = session("alice", &known) + &session("eve", "{B}");
    pool.mcu_reports("full", &users);
    let [request] = &pool.mcu.heard[..] else { panic!("{:?}", pool.mcu.heard) };
    let Command::DeleteUser(command) = &request.command else { panic!("{request:?}") };
    assert_eq!(&*command.keys.user_entity, "sip:eve@contoso.com");
}

/// Its INVITE was answered by an MCU that has forgotten it: nobody will come.
#[test]
fn a_session_about_to_begin_dies_with_the_mcu() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    let mut call = pool.call("alice", CHAT);
    let forwarded = only(pool.hear(&call.request("INVITE", "", "")));
    pool.bench.hear(pool.mcu.conn, &forwarded.response("200 OK", "mcu", &format!("Contact: <{CHAT}>\n")));
    pool.mcu_restarts();
    let kinds: Vec<_> =
        pool.mcu.heard.iter().map(|request| request.command.kind().unwrap().as_str()).collect();
    assert_eq!(kinds, ["createConference"]);
    assert_eq!(pool.bench.node.dump()["invited sessions"], 0);
}

/// The announcement of an INVITE comes again until the MCU has it, and no more when nobody waits for it.
#[test]
fn an_announcement_is_repeated_while_its_invite_waits() {
    covers!("D-10", "D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.mcu.heard.clear();
    pool.mcu.deaf = true;
    let mut call = pool.call("alice", CHAT);
    assert!(only(pool.hear(&call.request("INVITE", "", ""))).is(&Method::Invite));
    pool.mcu.deaf = false;
    pool.pass(Duration::from_secs(2));
    let kinds = |pool: &Pool| -> Vec<_> {
        pool.mcu.heard.iter().filter_map(|request| request.command.kind()).collect()
    };
    assert_eq!(kinds(&pool), [CommandKind::AddUser]);
    // With the connection the INVITE is lost, and nobody is to be expected any more.
    pool.mcu_restarts();
    assert_eq!(kinds(&pool), [CommandKind::CreateConference]);
    assert_eq!(pool.bench.node.dump()["invited sessions"], 0);
}

/// The MCU has renewed the link: it remembers everything, but its reports may have been lost.
#[test]
fn a_renewed_link_is_no_restart() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let (alices, _) = pool.join_chat("alice");
    let mut bob = pool.join("bob");
    let (bobs, _) = pool.join_chat("bob");
    pool.hear(&bob.request("BYE", "", ""));
    pool.pass(Duration::from_secs(11));
    pool.mcu.heard.clear();
    assert!(pool.mcu_renews().is_empty(), "everybody stays on the roster");
    let kinds: Vec<_> = pool.mcu.heard.iter().filter_map(|request| request.command.kind()).collect();
    // That bob be removed may have been lost.
    assert_eq!(kinds, [CommandKind::CreateConference, CommandKind::DeleteUser]);
    pool.mcu.heard.clear();
    let sent = pool.mcu_reports("full", &session("alice", &alices));
    assert_eq!(told(&sent), ["alice: BENOTIFY v6 partial -bob"], "{bobs} has ended");
    assert!(pool.mcu.heard.is_empty());
}

#[test]
fn of_two_sessions_the_one_that_is_gone_leaves_the_roster() {
    covers!("D-17");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let first = pool.join_chat("alice").0;
    assert_eq!(told(&pool.join_chat("alice").1), ["alice: BENOTIFY v3 partial alice[focus chat chat]"]);
    assert!(pool.mcu_reports("partial", &session("alice", "{unannounced}")).is_empty());
    let sent = pool.mcu_reports("partial", &session_gone("alice", &first));
    assert_eq!(told(&sent), ["alice: BENOTIFY v4 partial alice[focus chat]"]);
}

/// A session that the MCU tells of again is news only if something has changed.
#[test]
fn a_session_that_changes_is_shown_anew() {
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    let (guid, _) = pool.join_chat("alice");
    assert!(pool.mcu_reports("partial", &session("alice", &guid)).is_empty());
    let waits = session("alice", &guid).replace("connected", "on-hold");
    assert_eq!(
        told(&pool.mcu_reports("partial", &waits)),
        ["alice: BENOTIFY v3 partial alice[focus chat:on-hold]"]
    );
}
