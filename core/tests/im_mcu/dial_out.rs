//! Participants whom the MCU calls.

use crate::stage::{CHAT, FOCUS, MODERN, Sent, Stage, aor, briefs, sdp};
use confsim_core::covers;
use confsim_core::wire::cccp::{Code, Reason, Response};
use confsim_core::wire::conference_info::{self, JoiningMethod};
use confsim_core::wire::sip::Name;

const GUID: &str = "6CD05EA1-25CD-44A5-AAF2-9DA093F5A638";
const CONTACT: &str = "Contact: <sip:leslie@contoso.com:4765>\r\n";

/// The MCU calls Leslie: its INVITE.
fn ringing(stage: &mut Stage) -> Sent {
    let before = stage.to_focus.len();
    stage.call("Leslie", GUID);
    let invite = stage.sends.last().unwrap().clone();
    let pending = &stage.to_focus[before..];
    assert!(pending.len() == 3 && pending.iter().all(|it| *it == pending[0]), "{pending:?}");
    let pending = Response::parse(pending[0].as_bytes()).unwrap();
    assert_eq!((pending.code, pending.responder.as_deref()), (Code::Pending, Some(CHAT)));
    assert_eq!(invite.at, stage.to_focus.len() + stage.sends.len() - 1, "the INVITE leaves last");
    invite
}

/// The code and reason of the last response the focus got.
fn result(stage: &Stage) -> (Code, Option<Reason<'static>>) {
    let document = stage.to_focus.last().unwrap();
    let response = Response::parse(document.as_bytes()).unwrap().into_owned();
    (response.code, response.result.reason)
}

#[test]
fn a_legacy_client_is_called_as_printed_and_takes_part_at_once() {
    covers!(
        "IM-3-1-c",
        "IM-3-1-e",
        "IM-3-1-3-4-1-a",
        "IM-3-1-3-5-2-j",
        "EX-IM-4-1-2-e",
        "EX-IM-4-1-2-f",
        "EX-IM-4-1-2-h",
        "EX-IM-4-1-2-i",
        "EX-IM-4-1-2-m",
        "EX-IM-4-1-2-n",
        "D-21",
        "IM-3-1-3-4-1-c",
        "IM-3-1-3-4-1-d",
        "EX-IM-4-1-2-j",
    );
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    let said = stage.say(&mut alice, "early");
    assert_eq!(said.len(), 1);
    let invite = ringing(&mut stage);
    assert_eq!(invite.brief(), "INVITE leslie");
    assert_eq!(invite.message.from().unwrap().uri.as_str(), CHAT);
    assert_eq!(invite.header(Name::Contact), format!("<{CHAT}>;isfocus"));
    assert_eq!(invite.header(Name::ReferredBy), format!("<{}>", aor("Alice")));
    assert_eq!(invite.header(Name::MsFocusUri), format!("<{FOCUS}>"));
    assert_eq!(invite.header(Name::SessionExpires), "600;refresher=uas");
    assert_eq!(invite.header(Name::MsConversationId), "AchaQv/0=");
    assert!(invite.message.supports("ms-delayed-accept") && invite.message.supports("timer"));
    assert!(invite.text().ends_with("m=message 5060 sip null\r\na=accept-types:*\r\n"));

    assert!(stage.answer(&invite, "180 Ringing").is_empty());
    let before = stage.to_focus.len();
    let answer = sdp(None).replace("sip null", "sip sip:leslie@contoso.com");
    let sent = stage.respond(&invite, "200 OK", &format!("{CONTACT}User-Agent: LCC/1.3\r\n"), &answer);
    assert_eq!(briefs(&sent), ["ACK leslie", "MESSAGE leslie"]);
    assert_eq!(sent[1].text(), "Alice: early");
    let [response, document] = &stage.to_focus[before..] else { panic!("a response, then a document") };
    let response = Response::parse(response.as_bytes()).unwrap();
    assert_eq!(response.code, Code::Success);
    let info = conference_info::read(document.as_bytes()).unwrap();
    let user = &info.users.unwrap().users[0];
    assert_eq!((&*user.entity, user.display_text.as_deref()), (&*aor("Leslie"), None));
    let endpoint = &user.endpoints[0];
    assert_eq!(endpoint.entity, format!("{{{GUID}}}"));
    assert_eq!(endpoint.joining_method, Some(JoiningMethod::DialedOut));
    assert_eq!(endpoint.joining_info.as_ref().unwrap().by.as_deref(), Some(&*aor("Alice")));
    assert_eq!((endpoint.endpoint_uri.as_deref(), &*endpoint.media[0].id), (None, "1"));
    let im = endpoint.capabilities.as_ref().unwrap().im.as_ref().unwrap();
    assert_eq!(im.supported_im_formats.as_deref(), Some("text/plain"));
    assert_eq!(im.user_agent.as_deref(), Some("LCC/1.3"));
    assert_eq!(briefs(&stage.say(&mut alice, "now"))[..2], ["202", "MESSAGE leslie"]);
}

/// Of one who is called, the 200 tells what an INVITE tells of the others.
#[test]
fn a_called_client_may_know_ms_sender() {
    covers!("IM-3-1-1-2-b");
    let mut stage = Stage::new();
    let mut alice = stage.join("Alice", MODERN);
    let invite = ringing(&mut stage);
    let headers = format!("{CONTACT}Supported: ms-early-media, ms-sender\r\n");
    stage.respond(&invite, "200 OK", &headers, &sdp(MODERN.accept));
    let info = conference_info::read(stage.to_focus.last().unwrap().as_bytes()).unwrap();
    let endpoint = &info.users.unwrap().users[0].endpoints[0];
    let im = endpoint.capabilities.as_ref().unwrap().im.clone().unwrap();
    assert_eq!(im.supported_im_formats.as_deref(), MODERN.accept);
    let sent = stage.say(&mut alice, "hello");
    assert_eq!((sent[1].brief().as_str(), sent[1].text()), ("MESSAGE leslie", "hello"), "no name before it");
}

#[test]
fn a_call_that_fails_says_why() {
    for (status, reason) in [
        ("486 Busy Here", Reason::UserBusy),
        ("603 Decline", Reason::UserDeclined),
        ("480 Temporarily Unavailable", Reason::UserNotAnswered),
        ("404 Not Found", Reason::UserDoesntExist),
        ("488 Not Acceptable Here", Reason::MediaNotSupported),
        ("403 Forbidden", Reason::Forbidden),
        ("500 Server Internal Error", Reason::OtherFailure),
    ] {
        let mut stage = Stage::new();
        let invite = ringing(&mut stage);
        assert_eq!(briefs(&stage.answer(&invite, status)), ["ACK leslie"]);
        assert_eq!(result(&stage), (Code::Failure, Some(reason)));
        assert_eq!((stage.dump("calls"), stage.dump("legs")), (0, 0));
    }
}

#[test]
fn an_answer_without_im_session_is_hung_up_on() {
    let mut stage = Stage::new();
    let invite = ringing(&mut stage);
    let sent = stage.respond(&invite, "200 OK", CONTACT, "v=0");
    assert_eq!(briefs(&sent), ["ACK leslie", "BYE leslie"]);
    assert_eq!(result(&stage), (Code::Failure, Some(Reason::MediaNotSupported)));
}

#[test]
fn a_call_without_any_answer_ends() {
    let mut stage = Stage::new();
    ringing(&mut stage);
    stage.until(33_000_000);
    assert_eq!(result(&stage), (Code::Failure, Some(Reason::UserNotAnswered)));
}

#[test]
fn a_ringing_call_is_cancelled_after_a_minute() {
    let mut stage = Stage::new();
    let invite = ringing(&mut stage);
    stage.answer(&invite, "180 Ringing");
    stage.sends.clear();
    let before = stage.to_focus.len();
    stage.until(60_999_999);
    assert_eq!((stage.sends.len(), stage.to_focus.len()), (0, before));
    stage.until(61_000_000);
    assert_eq!(briefs(&stage.sends), ["CANCEL leslie"]);
    assert_eq!(result(&stage), (Code::Failure, Some(Reason::UserNotAnswered)));
    assert_eq!(stage.dump("calls"), 0);
    // The CANCEL crosses his answer.
    let sent = stage.respond(&invite, "200 OK", CONTACT, &sdp(None));
    assert_eq!(briefs(&sent), ["ACK leslie", "BYE leslie"]);
    assert_eq!(stage.dump("legs"), 0);
}

/// The focus asks again when it may have missed the answer: nobody is called twice.
#[test]
fn a_call_asked_for_twice_is_one_call() {
    covers!("D-11");
    let mut stage = Stage::new();
    let invite = ringing(&mut stage);
    let sent = stage.sends.len();
    stage.call("Leslie", GUID);
    assert_eq!((stage.sends.len(), result(&stage)), (sent, (Code::Pending, None)));
    stage.respond(&invite, "200 OK", CONTACT, &sdp(None));
    let (sent, legs) = (stage.sends.len(), stage.dump("legs"));
    stage.call("Leslie", GUID);
    assert_eq!((stage.sends.len(), result(&stage)), (sent, (Code::Success, None)));
    assert_eq!((stage.dump("legs"), legs), (1, 1));
}

#[test]
fn a_call_to_an_ejected_user_is_cancelled_and_its_answer_hung_up_on() {
    let mut stage = Stage::new();
    let invite = ringing(&mut stage);
    stage.answer(&invite, "180 Ringing");
    stage.sends.clear();
    let response = stage.delete_user("LESLIE");
    assert!(response.contains(r#"reason="requestCancelled""#), "{response}");
    assert_eq!(briefs(&stage.sends), ["CANCEL leslie"]);
    let sent = stage.respond(&invite, "200 OK", CONTACT, &sdp(None));
    assert_eq!(briefs(&sent), ["ACK leslie", "BYE leslie"]);
    assert_eq!(stage.dump("legs"), 0);
    stage.answer(&sent[1], "200 OK");
    assert_eq!(stage.dump("dialogs"), 0);
}

#[test]
fn a_called_client_that_refreshes_not_is_given_up() {
    let mut stage = Stage::new();
    let invite = ringing(&mut stage);
    let headers = format!("{CONTACT}Require: timer\r\nSession-Expires: 600;refresher=uas\r\n");
    stage.respond(&invite, "200 OK", &headers, &sdp(None));
    stage.sends.clear();
    stage.until(569_000_000);
    assert_eq!(briefs(&stage.sends), ["BYE leslie"]);
}
