//! Coming and going.

use crate::stage::{CHAT, FOCUS, LEGACY, MODERN, Stage, aor, briefs, gruu, sdp};
use confsim_core::covers;
use confsim_core::im_mcu::Event;
use confsim_core::node::{ConnId, Input};
use confsim_core::wire::conference_info::{self, EndpointStatus, JoiningMethod, State};
use confsim_core::wire::sip::Name;

const GUID: &str = "3ABCE98E-EA02-4130-B9C2-EA1DB1C8AE49";

#[test]
fn a_dial_in_is_answered_as_printed_and_reported_after_its_ack() {
    covers!(
        "IM-3-1-b",
        "IM-3-1-d",
        "IM-3-1-3-5-1-a",
        "IM-3-1-3-5-2-c",
        "IM-3-1-3-5-2-i",
        "IM-3-1-3-5-2-k",
        "D-3",
        "D-10",
        "D-21",
        "IM-2-2-1-c",
        "EX-IM-2-2-1-a",
    );
    let mut stage = Stage::new();
    let response = stage.announce("Carol", GUID);
    assert!(response.contains(r#"code="success""#), "{response}");
    let kind = crate::stage::Kind { supported: "timer, ms-sender", ..MODERN };
    let (mut carol, answer) = stage.invite("Carol", GUID, kind);
    assert_eq!(answer.message.code(), Some(200));
    assert_eq!(answer.header(Name::SessionExpires), "600;refresher=uac");
    assert_eq!(answer.header(Name::Require), "timer");
    assert!(answer.message.allow().any(|method| method == "UPDATE"));
    assert_eq!(answer.header(Name::Contact), format!("<{CHAT}>;isfocus"));
    assert_eq!(answer.header(Name::RecordRoute), "<sip:fe.pool.contoso.com:5061;lr>");
    assert_eq!(
        answer.text(),
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=session\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=message 5060 sip null\r\n\
         a=accept-types:*\r\n"
    );
    let before = stage.to_focus.len();
    stage.ack(&mut carol);
    let [document] = &stage.to_focus[before..] else { panic!("one document after the ACK") };
    let info = conference_info::read(document.as_bytes()).unwrap();
    assert_eq!((&*info.entity, info.state), (FOCUS, Some(State::Partial)));
    let users = info.users.unwrap();
    assert_eq!((users.state, &*users.users[0].entity), (Some(State::Partial), "sip:carol@contoso.com"));
    assert_eq!(users.users[0].state, Some(State::Partial));
    let endpoint = &users.users[0].endpoints[0];
    assert_eq!(endpoint.entity, format!("{{{GUID}}}"));
    assert_eq!(endpoint.state, Some(State::Full));
    assert_eq!(endpoint.session_type.as_deref(), Some("chat"));
    assert_eq!(endpoint.endpoint_uri.as_deref(), Some(&*gruu("Carol")));
    assert_eq!(endpoint.status, Some(EndpointStatus::Connected));
    assert_eq!(endpoint.joining_method, Some(JoiningMethod::DialedIn));
    assert_eq!((&*endpoint.media[0].id, endpoint.media[0].kind.as_deref()), ("1", Some("chat")));
    let im = endpoint.capabilities.as_ref().unwrap().im.as_ref().unwrap();
    assert_eq!(im.supported_im_formats.as_deref(), MODERN.accept);
    assert_eq!(im.user_agent.as_deref(), Some("UCCP/2.0.6362.0"));
}

#[test]
fn a_client_without_ms_sender_is_reported_as_plain_text() {
    covers!("IM-3-1-3-5-2-a", "IM-3-1-3-5-2-h");
    let mut stage = Stage::new();
    stage.join("Leslie", crate::stage::Kind { accept: MODERN.accept, ..LEGACY });
    let document = stage.to_focus.last().unwrap();
    assert!(
        document.contains("<msim:supported-im-formats>text/plain</msim:supported-im-formats>"),
        "{document}"
    );
}

#[test]
fn nobody_dials_in_unannounced_or_past_the_focus() {
    covers!("D-10", "D-11");
    let mut stage = Stage::new();
    stage.invite_waiting("Carol", GUID, MODERN);
    stage.until(stage.now() + 10_000_000);
    assert_eq!(briefs(&stage.sends), ["403"]);
    assert_eq!(stage.sends[0].message.diagnostics().unwrap().unwrap().code, 3014);

    stage.announce("Carol", GUID);
    let invite = format!(
        "INVITE {CHAT} SIP/2.0\r\nVia: SIP/2.0/TCP fe.pool.contoso.com:5061;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n\
         Pool-Endpoint: {{{GUID}}}\r\nFrom: <sip:carol@contoso.com>;tag=1\r\nTo: <{CHAT}>\r\nCall-ID: x\r\n\
         CSeq: 1 INVITE\r\nContact: <sip:carol@contoso.com>\r\nContent-Length: 0\r\n\r\n"
    );
    let sent = stage.hear(invite);
    assert_eq!(briefs(&sent), ["403"]);
    assert_eq!(sent[0].message.diagnostics().unwrap().unwrap().code, 3005);

    stage.command(&format!(r#"<deleteConference><conferenceKeys confEntity="{FOCUS}"/></deleteConference>"#));
    stage.invite_waiting("Carol", GUID, MODERN);
    stage.until(stage.now() + 10_000_000);
    assert_eq!(stage.sends.last().unwrap().message.code(), Some(403));
    assert_eq!(stage.dump("legs"), 0);
}

#[test]
fn an_invite_needs_an_offer_of_an_im_session() {
    covers!("IM-2-2-b");
    for (body, status) in [
        ("", 488),
        (
            "v=0\r\no=- 0 0 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 5060 RTP/AVP 0\r\n",
            488,
        ),
        ("hello", 400),
    ] {
        let mut stage = Stage::new();
        stage.announce("Carol", GUID);
        let text = format!(
            "INVITE {CHAT} SIP/2.0\r\nVia: SIP/2.0/TCP focus.pool.contoso.com:5061;branch=z9hG4bKx\r\n\
             Pool-Endpoint: {{{GUID}}}\r\nFrom: <sip:carol@contoso.com>;tag=1\r\nTo: <{CHAT}>\r\nCall-ID: x\r\n\
             CSeq: 1 INVITE\r\nContact: <sip:carol@contoso.com>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stage.give(Input::Received { conn: ConnId::accepted(0), bytes: text.into() });
        assert_eq!(stage.sends.last().unwrap().message.code(), Some(status), "{body}");
        assert_eq!(stage.dump("legs"), 0);
    }
}

#[test]
fn a_bye_ends_the_session_and_what_follows_meets_nothing() {
    covers!("IM-3-2-2-5-1-a", "IM-3-2-2-5-1-b");
    let mut stage = Stage::new();
    let mut carol = stage.join("Carol", MODERN);
    let mut bob = stage.join("Bob", MODERN);
    let before = stage.to_focus.len();
    assert_eq!(briefs(&stage.in_dialog(&mut carol, "BYE", "", "")), ["200"]);
    let [document] = &stage.to_focus[before..] else { panic!("one document") };
    let info = conference_info::read(document.as_bytes()).unwrap();
    let users = info.users.unwrap();
    assert_eq!(users.users[0].entity, aor("Carol"));
    assert_eq!(users.users[0].endpoints[0].state, Some(State::Deleted));

    let sent = stage.in_dialog(&mut carol, "BYE", "", "");
    assert_eq!(briefs(&sent), ["481"]);
    assert_eq!(
        sent[0].header(Name::MsDiagnostics),
        r#"6019;source="mcu.pool.contoso.com";reason="Dialog does not exist";component="ImMcu""#
    );
    assert_eq!(briefs(&stage.say(&mut bob, "alone again")), ["200"]);
}

#[test]
fn an_ejected_user_is_hung_up_on_in_every_session_before_the_focus_hears() {
    covers!("IM-3-e", "IM-3-2-2-4-1-b", "D-17");
    let mut stage = Stage::new();
    let mut carol = stage.join("Carol", MODERN);
    stage.join("Bob", MODERN);
    stage.join("Carol", MODERN);
    let before = stage.to_focus.len();
    let response = stage.delete_user("Carol");
    assert_eq!(briefs(&stage.sends), ["BYE carol", "BYE carol"]);
    let bye = stage.sends[0].clone();
    assert_eq!(bye.header(Name::Reason), "");
    assert_eq!(bye.header(Name::CSeq), "1 BYE");
    assert_eq!(bye.header(Name::Route), "<sip:fe.pool.contoso.com:5061;lr>");
    assert!(response.contains("<deleteUser") && response.contains(r#"code="success""#), "{response}");
    let [_, document] = &stage.to_focus[before..] else { panic!("the response, then one document") };
    assert_eq!(document.matches(r#"state="deleted""#).count(), 2, "{document}");
    assert!(stage.sends.iter().all(|sent| sent.at < before + stage.sends.len()), "BYEs come first");

    // Her own BYE crosses ours.
    let crossing = stage.in_dialog(&mut carol, "BYE", "", "");
    assert_eq!(briefs(&crossing), ["481"]);
    assert_eq!(crossing[0].message.diagnostics().unwrap().unwrap().code, 6019);
    assert!(stage.answer(&bye, "200 OK").is_empty());
    assert_eq!(stage.dump("legs"), 1);
    assert_eq!(stage.dump("dialogs"), 2, "Bob's, and hers whose BYE is not answered");
}

#[test]
fn an_ejected_user_whose_ack_is_outstanding_gets_the_bye_after_it() {
    covers!("D-6");
    let mut stage = Stage::new();
    let mut carol = stage.ring("Carol", MODERN);
    stage.sends.clear();
    let before = stage.to_focus.len();
    stage.delete_user("Carol");
    assert!(stage.sends.is_empty());
    assert_eq!(stage.to_focus.len(), before + 2, "the response, and that nobody comes any more");
    stage.ack(&mut carol);
    assert_eq!(briefs(&stage.sends), ["BYE carol"]);
    assert_eq!(stage.to_focus.len(), before + 2);
}

/// The focus has announced the session and expects it until it hears otherwise.
#[test]
fn a_bye_before_the_ack_is_reported() {
    let mut stage = Stage::new();
    let mut dave = stage.ring("Dave", MODERN);
    let before = stage.to_focus.len();
    assert_eq!(briefs(&stage.in_dialog(&mut dave, "BYE", "", "")), ["200"]);
    let [document] = &stage.to_focus[before..] else { panic!("one document") };
    assert_eq!(document.matches(r#"state="deleted""#).count(), 1, "{document}");
}

/// An announcement can outlive its INVITE when the connection with the focus is lost between the two.
#[test]
fn who_was_announced_and_does_not_come_is_forgotten() {
    covers!("D-10");
    let mut stage = Stage::with(|config| config.limits.legs = 1);
    stage.announce("Carol", GUID);
    stage.until(stage.now() + 31_000_000);
    assert!(stage.announce("Bob", "other").contains(r#"reason="maxMeetingSizeExceeded""#));
    stage.until(stage.now() + 1_000_000);
    assert_eq!(stage.dump("announced participants"), 0);
    stage.join("Bob", MODERN);
}

#[test]
fn a_bye_that_cannot_leave_leaves_nothing_behind() {
    let mut stage = Stage::new();
    stage.ring("Carol", MODERN);
    stage.delete_user("Carol");
    stage.sends.clear();
    stage.give(Input::Closed { conn: ConnId::accepted(1) });
    stage.until(stage.now() + 32_000_000);
    // The 200 is repeated towards the focus; the BYE would have to go to the front end.
    assert!(stage.sends.iter().all(|sent| sent.brief() == "200"));
    assert_eq!((stage.dump("dialogs"), stage.dump("legs")), (0, 0));
}

#[test]
fn announcements_end_with_the_ejection_of_the_user() {
    let mut stage = Stage::new();
    stage.announce("Carol", GUID);
    stage.delete_user("Carol");
    stage.invite_waiting("Carol", GUID, MODERN);
    stage.until(stage.now() + 10_000_000);
    assert_eq!(briefs(&stage.sends), ["403"]);
}

#[test]
fn the_end_of_a_conference_is_the_end_of_its_sessions() {
    covers!("IM-3-b", "IM-3-c");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.join("Bob", MODERN);
    stage.say(&mut alice, "soon over");
    stage.sends.clear();
    let delete = format!(r#"<deleteConference><conferenceKeys confEntity="{FOCUS}"/></deleteConference>"#);
    assert!(stage.command(&delete).contains(r#"code="success""#));
    assert_eq!(briefs(&stage.sends), ["BYE alice", "BYE bob"]);
    assert_eq!((stage.dump("conferences"), stage.dump("open reports")), (0, 0));
    assert!(stage.command(&delete).contains(r#"reason="conferenceDoesntExist""#));

    // The same URI may come again, and starts afresh.
    stage.create();
    let mut alice = stage.join("Alice", MODERN);
    assert_eq!(stage.say(&mut alice, "one")[0].header(Name::MessageId), "1");
}

#[test]
fn a_conference_created_twice_goes_on() {
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    stage.say(&mut alice, "one");
    stage.create();
    assert_eq!(stage.say(&mut alice, "two")[0].header(Name::MessageId), "2");
}

#[test]
fn a_new_focus_is_told_everything() {
    covers!("D-11");
    let mut stage = Stage::new();
    stage.join("Alice", MODERN);
    stage.join("Bob", MODERN);
    stage.ring("Carol", MODERN);
    let before = stage.to_focus.len();
    stage.new_focus();
    let document = &stage.to_focus[before];
    let info = conference_info::read(document.as_bytes()).unwrap();
    assert_eq!(info.state, Some(State::Full));
    let users = info.users.unwrap().users;
    let names: Vec<_> = users.iter().map(|user| &*user.entity).collect();
    assert_eq!(names, [aor("Alice"), aor("Bob")]);
}

#[test]
fn a_lock_is_taken_note_of_and_told_to_a_new_focus() {
    covers!("IM-3-f");
    for locked in [true, false] {
        let mut stage = Stage::new();
        let response = stage.command(&format!(
            r#"<modifyConferenceLock><conferenceKeys confEntity="{FOCUS}"/><locked>{locked}</locked></modifyConferenceLock>"#
        ));
        assert!(response.contains(r#"code="success""#), "{response}");
        let before = stage.to_focus.len();
        stage.new_focus();
        let document = stage.to_focus[before..].last().unwrap();
        let info = conference_info::read(document.as_bytes()).unwrap();
        assert_eq!(info.conference_state.unwrap().locked, Some(locked));
    }
    let response = Stage::new().command(
        r#"<modifyConferenceLock><conferenceKeys confEntity="sip:x"/><locked>true</locked></modifyConferenceLock>"#,
    );
    assert!(response.contains(r#"reason="conferenceDoesntExist""#), "{response}");
}

#[test]
fn a_client_without_user_agent_is_reported_without() {
    covers!("IM-3-d", "IM-3-1-3-5-2-l");
    let mut stage = Stage::new();
    stage.announce("Carol", GUID);
    let (mut client, text) = stage.write_invite("Carol", GUID, MODERN, "");
    stage.hear_from_focus(text.replace("User-Agent: UCCP/2.0.6362.0\r\n", ""));
    client.mcu_tag = stage.sends.last().unwrap().message.to().unwrap().tag().unwrap().to_owned();
    stage.ack(&mut client);
    let info = conference_info::read(stage.to_focus.last().unwrap().as_bytes()).unwrap().into_owned();
    let endpoint = info.users.unwrap().users.remove(0).endpoints.remove(0);
    let im = endpoint.capabilities.unwrap().im.unwrap();
    assert_eq!((im.user_agent, im.supported_im_formats.as_deref()), (None, MODERN.accept));
}

#[test]
fn the_link_is_for_the_focus() {
    covers!("D-11");
    let mut stage = Stage::new();
    let service = "SERVICE sip:mcu.pool.contoso.com:5061 SIP/2.0\r\nVia: SIP/2.0/TCP x:5061;branch=z9hG4bKx\r\n\
         From: <sip:mallory@contoso.com>;tag=1\r\nTo: <sip:mcu.pool.contoso.com>\r\nCall-ID: m\r\nCSeq: 1 SERVICE\r\n\
         Pool-Link: aa;seq=1;ack=0\r\nContent-Type: application/cccp+xml\r\nContent-Length: 2\r\n\r\n<>";
    let sent = stage.hear(service.to_owned());
    assert_eq!(briefs(&sent), ["403"]);
    assert_eq!(sent[0].message.diagnostics().unwrap().unwrap().code, 3005);
}

#[test]
fn a_command_that_cannot_be_read_changes_nothing() {
    let mut stage = Stage::new();
    stage.document("application/cccp+xml", "<request");
    assert!(matches!(stage.events[..], [Event::UnreadableCommand { .. }]));
    assert!(stage.announce("Carol", GUID).contains(r#"code="success""#));
}

#[test]
fn other_formats_are_one_more_report() {
    covers!("D-29");
    let mut stage = Stage::new();
    let mut bob = stage.join("Bob", MODERN);
    let mut alice = stage.join("Alice", MODERN);
    let before = stage.to_focus.len();
    let offer = sdp(Some("text/rtf"));
    let headers = "Contact: <sip:bob@contoso.com>\r\nContent-Type: application/sdp\r\n";
    let sent = stage.in_dialog(&mut bob, "INVITE", headers, &offer);
    assert_eq!(briefs(&sent), ["200"]);
    stage.sends.clear();
    stage.until(stage.now() + 500_000);
    assert_eq!(briefs(&stage.sends), ["200"], "it waits for its ACK");
    stage.ack(&mut bob);
    let [document] = &stage.to_focus[before..] else { panic!("one document") };
    assert!(
        document.contains("<msim:supported-im-formats>text/rtf</msim:supported-im-formats>"),
        "{document}"
    );

    let sent = crate::formats::say_in_two(&mut stage, &mut alice);
    assert_eq!(briefs(&sent), ["202", "MESSAGE bob"]);
    assert_eq!(sent[1].header(Name::ContentType), "text/rtf");
    // The same formats again are no news.
    stage.in_dialog(&mut bob, "UPDATE", headers, &offer);
    assert_eq!(stage.to_focus.len(), before + 1);
    stage.sends.clear();
    stage.until(stage.now() + 1_000_000);
    assert_eq!(briefs(&stage.sends), [""; 0], "nobody acknowledges the answer to an UPDATE");
}

#[test]
fn a_method_without_use_here_is_refused_with_those_that_have_one() {
    let mut stage = Stage::new();
    let mut bob = stage.join("Bob", MODERN);
    let sent = stage.in_dialog(&mut bob, "REFER", "", "");
    assert_eq!(briefs(&sent), ["405"]);
    assert!(sent[0].message.allow().any(|method| method == "MESSAGE"));
}

#[test]
fn a_full_conference_takes_nobody_more() {
    covers!("D-28");
    let mut stage = Stage::with(|config| config.limits.legs = 1);
    stage.join("Alice", MODERN);
    assert!(stage.announce("Bob", GUID).contains(r#"reason="maxMeetingSizeExceeded""#));
    assert_eq!(stage.invite("Bob", GUID, MODERN).1.message.code(), Some(503));
}

#[test]
fn one_conference_ends_without_the_other() {
    let mut stage = Stage::new();
    let other = |uri: &str| uri.replace("7ECB5F9B", "00000000");
    stage.command(&format!(
        r#"<createConference mscp:mcuUri="{}" xmlns:mscp="http://schemas.microsoft.com/rtc/2005/08/cccpextensions"><ci:conference-info xmlns:ci="urn:ietf:params:xml:ns:conference-info" entity="{}"/></createConference>"#,
        other(CHAT),
        other(FOCUS)
    ));
    stage.join("Alice", MODERN);
    assert_eq!(stage.dump("conferences"), 2);
    stage.command(&format!(
        r#"<deleteConference><conferenceKeys confEntity="{}"/></deleteConference>"#,
        other(FOCUS)
    ));
    assert!(stage.sends.is_empty());
    assert_eq!((stage.dump("conferences"), stage.dump("legs")), (1, 1));
}
