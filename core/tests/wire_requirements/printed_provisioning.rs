//! The printed dialogues with a factory, and what a focus tells of itself (MS-CONFPRO 4, MS-CONFBAS 4.4.7).

use confsim_core::covers;
use confsim_core::wire::cccp::{Code, Command, Outcome, Reason, Request, Response};
use confsim_core::wire::conference_info::{ConferenceInfo, State};
use confsim_core::wire::conference_key::ConferenceKey;
use confsim_core::wire::sip::Message;

use super::outline::{is, outline};
use super::{message, printed};

/// The start line, code and reason of a printed answer.
fn answer(name: &str) -> (Option<u16>, String, Code, Option<Reason<'static>>) {
    let message = message(name);
    let response = Response::parse(message.body()).unwrap().into_owned();
    let phrase = std::str::from_utf8(message.head()).unwrap().lines().next().unwrap_or_default();
    let phrase = phrase.splitn(3, ' ').nth(2).unwrap_or_default().to_owned();
    (message.code(), phrase, response.code, response.result.reason)
}

#[test]
fn a_reason_travels_in_phrase_and_body() {
    covers!("EX-PRO-4-1-c", "EX-PRO-4-2-b", "EX-PRO-4-3-a");
    for (name, code, phrase, reason) in [
        (
            "pro-4.1-03-403-addConference-factory-alice",
            403,
            "anonymousUsersNotAllowed",
            Reason::AnonymousUsersNotAllowed,
        ),
        (
            "pro-4.2-04-400-modifyConference-factory-alice",
            400,
            "invalidConferenceId",
            Reason::InvalidConferenceId,
        ),
        (
            "pro-4.3-03-404-deleteConference-factory-alice",
            404,
            "conferenceDoesNotExist",
            Reason::ConferenceDoesNotExist,
        ),
    ] {
        assert_eq!(answer(name), (Some(code), phrase.to_owned(), Code::Failure, Some(reason)), "{name}");
    }
    for name in
        ["pro-4.1-02-200-addConference-factory-alice", "pro-4.3-02-200-deleteConference-factory-alice"]
    {
        assert_eq!(answer(name), (Some(200), "OK".to_owned(), Code::Success, None), "{name}");
    }
}

#[test]
fn a_conference_is_asked_for_as_printed() {
    covers!("EX-PRO-4-1-d", "EX-PRO-4-1-e", "EX-PRO-4-1-f", "EX-PRO-4-1-g");
    let document = printed("xml/pro-4.1-01-SERVICE-addConference-alice-factory.xml");
    let request = Request::parse(&document).unwrap();
    let again = request.write();
    // Element for element, the separators at their places.
    assert_eq!(outline(again, "addConference"), outline(&document, "addConference"));
    is(
        &document,
        "conference-info",
        "
        ci:conference-info entity=
          ci:conference-description
            msci:conference-id : TPDD8VYG
            msci:admission-policy : openAuthenticated
            cis:separator
            msci:pstn-access
            cis:separator
            msci:autopromote : 2147483648
            msci:pstn-lobby-bypass : true
          ci:conference-state
            ci:locked : false
          msci:conference-view
            msci:entity-view entity=chat
            msci:entity-view entity=audio-video
            msci:entity-view entity=applicationsharing
            msci:entity-view entity=data-conf
    ",
    );
}

#[test]
fn printed_capabilities_keep_their_order_and_namespaces() {
    covers!("EX-PRO-4-8-b", "EX-PRO-4-8-c", "EX-PRO-4-8-d", "EX-PRO-4-8-f");
    let document = printed("xml-fixed/pro-4.8-06-200-getConferencingCapabilities-factory-alice.xml");
    let read = Response::parse(&document).unwrap();
    let name = "getConferencingCapabilities";
    // One example has the region in the newer namespace, the other in the older; written is the newer.
    let expected = outline(&document, name).replace("msci:default-region", "msci2:default-region");
    assert_eq!(outline(read.write(), name), expected);
    let Outcome::GetConferencingCapabilities(Some(found)) = &read.result.outcome else { panic!("{read:?}") };
    assert_eq!((found.autopromote_allowed, found.default_autopromote), (Some(0x8000_8000), Some(0x8000)));
    assert_eq!((found.static_meeting_limit, found.capability_version), (Some(1), Some(0)));
    assert_eq!((found.schedule_key_optional, found.in_room_user_notification_supported), (None, None));
}

#[test]
fn a_question_may_lack_the_version() {
    covers!("EX-PRO-4-8-a");
    let asked = printed("xml/pro-4.8-01-SERVICE-getConferencingCapabilities-alice-factory.xml");
    assert_eq!(Request::parse(&asked).unwrap().version, None);
    let answered = printed("xml-fixed/pro-4.8-02-200-getConferencingCapabilities-factory-alice.xml");
    assert_eq!(Response::parse(&answered).unwrap().version, Some(1));
}

#[test]
fn a_delegate_speaks_for_the_organizer() {
    covers!("EX-PRO-4-9-a");
    let message: Message = message("pro-4.9-01-SERVICE-addConference-bob-factory");
    assert_eq!(message.from().unwrap().uri.address(), "sip:bob@contoso.com");
    assert_eq!(message.on_behalf_of().unwrap().unwrap().uri.as_str(), "sip:alice@contoso.com");
    let request = Request::parse(message.body()).unwrap();
    assert_eq!(&*request.from, "sip:alice@contoso.com");
    assert_eq!(message.request_uri().unwrap().opaque(), Some("app:conf:focusfactory"));
}

/// MS-CONFBAS 4.4.7, mended.
fn told() -> Response<'static> {
    let document = printed("xml-fixed/bas-4.4.7-02-INFO-focus-bob.xml");
    Response::parse(&document).unwrap().into_owned()
}

fn conference(response: &Response<'static>) -> ConferenceInfo<'static> {
    match &response.result.outcome {
        Outcome::GetConference(Some(info)) => (**info).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_focus_is_asked_by_the_uri_of_the_conference() {
    covers!("EX-BAS-4-4-7-a");
    let asked = message("bas-4.4.7-01-INFO-bob-focus");
    assert_eq!(asked.method().as_str(), "INFO");
    let Command::GetConference { keys, certificate } = Request::parse(asked.body()).unwrap().command else {
        panic!()
    };
    assert_eq!(
        keys.conf_entity.as_deref(),
        Some("sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:5D3747C")
    );
    assert_eq!((keys.conference_id, certificate.as_deref()), (None, Some("123213789BC234D")));
}

#[test]
fn keys_and_addresses_of_a_conference_may_be_enveloped() {
    covers!("EX-BAS-4-4-7-c", "EX-BAS-4-4-7-d");
    let response = told();
    let description = conference(&response).description.unwrap();
    let uris = description.conf_uris.unwrap().entries;
    let hidden: Vec<_> = uris.iter().filter(|entry| entry.uri.ends_with("confxmlenc#content")).collect();
    let purposes: Vec<_> = hidden.iter().map(|entry| entry.purpose.as_deref()).collect();
    assert_eq!(purposes, [Some("web-internal"), Some("web-external")]);
    for entry in hidden {
        assert_eq!(&*entry.uri, "http://schemas.microsoft.com/2008/05/confxmlenc#content");
        let [extension] = &entry.extensions[..] else { panic!("{entry:?}") };
        assert_eq!((extension.generation, extension.element.local_name()), (1, "encrypted-uri"));
        assert!(
            outline(extension.element.as_str(), "encrypted-uri").contains("\n  msci:cms-data : MIIBxQYJ")
        );
    }
    let key = ConferenceKey::read(&description.conference_key.unwrap());
    let Some(ConferenceKey::Enveloped { cms_data, issuing_server: None }) = key else { panic!("{key:?}") };
    // An ASN.1 sequence of 283 bytes, as long as what it holds.
    assert_eq!((&cms_data[..4], cms_data.len()), (&[0x30, 0x82, 0x01, 0x1B][..], 4 + 0x11B));
    assert_eq!(description.pstn_access.unwrap().id.as_deref(), Some("37890"));
    let written = outline(response.write(), "conference-description");
    let (before, after) = written.split_once("msci:conference-key").unwrap();
    assert!(
        before.contains("cis:separator\n")
            && after.contains("\n  cis:separator\n  msci:pstn-access\n    msci:id : 37890\n")
    );
}

#[test]
fn an_mcu_may_tell_of_its_own_capabilities() {
    covers!("EX-BAS-4-4-7-e");
    let response = told();
    let info = conference(&response);
    assert_eq!((info.state, info.version), (Some(State::Full), Some(4)));
    let views = info.conference_view.unwrap().entity_views;
    let sharing = views.iter().find(|view| view.entity.contains("applicationsharing")).unwrap();
    let [extension] = &sharing.capabilities.as_ref().unwrap()[..] else { panic!("{sharing:?}") };
    assert_eq!(extension.generation, 1);
    is(
        extension.element.as_str(),
        "capabilities",
        "
        msas:capabilities
          msas:control-permission : ActiveDirectoryUsers
    ",
    );
}
