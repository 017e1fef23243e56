//! What each command answers when all is well.

use std::path::Path;

use confsim_core::covers;
use confsim_core::factory::{Config, Event, Policy};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{
    AccessNumber, AccessNumbers, Capabilities, Code, CustomInvite, Language, Outcome, PstnBridging, Reason,
    Region,
};
use confsim_core::wire::conference_info::{Role, State};

use crate::stage::{
    FACTORY_URI, ID, Stage, add, c3p, config, delete, envelope, get, id_and_policy, open, plain, service, uri,
};

#[test]
fn a_conference_is_created() {
    covers!(
        "PRO-2-2-b",
        "PRO-2-2-r",
        "PRO-2-2-1-1-c",
        "PRO-2-2-1-1-i",
        "PRO-2-2-1-1-k",
        "PRO-2-2-1-2-g",
        "PRO-2-2-1-2-h",
        "PRO-2-2-1-2-ab",
        "PRO-2-2-2-j",
        "PRO-2-2-3-a",
        "PRO-2-2-3-b",
        "PRO-2-2-3-e",
        "PRO-2-2-3-f",
        "PRO-2-2-3-g",
        "PRO-2-2-3-h",
        "PRO-2-2-3-i",
        "PRO-2-2-3-j",
        "PRO-2-2-3-1-a",
        "PRO-2-2-3-1-b",
        "PRO-2-2-3-1-ac",
        "PRO-2-2-3-1-ae",
        "PRO-2-2-3-1-af",
        "PRO-2-2-3-1-ag",
        "PRO-2-2-3-1-ah",
        "PRO-3-1-5-1-c",
        "PRO-3-1-5-1-e",
        "PRO-3-2-5-1-e",
        "PRO-3-2-5-2-i",
        "EX-PRO-4-1-i",
    );
    let mut stage = Stage::new(Config { join_url: Some("https://meet.contoso.com/".into()), ..config() });
    let sent = stage.ask(&plain("TPDD8VYG"));
    assert_eq!(sent.start(), "SIP/2.0 200 OK");
    assert!(sent.body().contains("<response "), "{sent:?}");
    assert!(sent.body().contains("xmlns=\"urn:ietf:params:xml:ns:cccp\""), "{sent:?}");
    assert!(sent.body().contains("C3PVersion=\"1\""), "{sent:?}");
    let response = c3p(&sent);
    assert_eq!(response.request_id, 68_537_848);
    assert_eq!((&*response.from, &*response.to), (FACTORY_URI, "sip:alice@contoso.com"));
    assert_eq!((response.code, response.result.reason), (Code::Success, None));
    let Outcome::AddConference(Some(info)) = response.result.outcome else { panic!() };
    assert_eq!(info.entity, uri("TPDD8VYG"));
    assert_eq!((info.state, info.version), (Some(State::Partial), Some(1)));
    let description = info.description.expect("a description");
    assert_eq!(description.conference_id.as_deref(), Some("TPDD8VYG"));
    assert_eq!(description.admission_policy.as_deref(), Some("openAuthenticated"));
    assert_eq!(description.last_update.as_deref(), Some("2007-01-01T00:00:00Z"));
    assert_eq!(description.join_url.as_deref(), Some("https://meet.contoso.com/alice/TPDD8VYG"));
    assert_eq!(stage.bench.seen(), [Event::Created { conference: uri("TPDD8VYG").into() }]);
}

#[test]
fn a_conference_is_found_as_it_was_provisioned() {
    covers!(
        "PRO-2-2-1-d",
        "PRO-2-2-1-1-e",
        "PRO-2-2-1-2-a",
        "PRO-2-2-1-2-b",
        "PRO-2-2-1-2-s",
        "PRO-2-2-1-2-ac",
        "PRO-2-2-1-2-aa",
        "PRO-2-2-1-2-ag",
        "PRO-2-2-1-3-a",
        "PRO-2-2-1-4-a",
        "PRO-2-2-1-4-c",
        "PRO-2-2-1-4-d",
        "PRO-2-2-1-5-a",
        "PRO-2-2-1-5-b",
        "PRO-2-2-3-4-a",
        "PRO-2-2-3-4-b",
        "PRO-2-2-3-4-h",
        "PRO-2-2-3-4-j",
        "PRO-2-2-3-4-k",
        "PRO-2-2-3-4-l",
        "PRO-2-2-3-4-n",
        "PRO-2-2-3-4-p",
        "PRO-2-2-3-4-q",
        "PRO-2-2-3-4-r",
        "PRO-3-2-1-a",
        "PRO-3-2-5-5-a",
        "PRO-3-2-5-5-b",
        "PRO-3-2-5-5-d",
        "EX-PRO-4-5-a",
        "EX-PRO-4-5-b",
        "EX-PRO-4-1-d",
        "EX-PRO-4-1-g",
        "EX-PRO-4-9-b",
        "PRO-2-2-f",
        "PRO-2-2-1-2-v",
        "PRO-2-2-1-2-q",
    );
    let mut stage = Stage::new(config());
    let description = format!(
        "<ci:display-text>Every day</ci:display-text><ci:subject>Lunch</ci:subject>{}\
         <msci:expiry-time>2007-01-10T17:11:47Z</msci:expiry-time>\
         <msci:organizer-roaming-data><own xmlns=\"urn:x\">1</own></msci:organizer-roaming-data>\
         <cis:separator xmlns:cis=\"urn:ietf:params:xml:ns:conference-info-separator\"/>\
         <msci:lobby-capable>true</msci:lobby-capable><msci:server-mode>3</msci:server-mode>\
         <msci:autopromote>32768</msci:autopromote><ci:news>ignored</ci:news>",
        id_and_policy(ID, "closedAuthenticated")
    );
    let user = |name: &str, role: &str| {
        format!(
            "<ci:user entity=\"sip:{name}@contoso.com\"><ci:roles><ci:entry>{role}</ci:entry></ci:roles></ci:user>"
        )
    };
    // The organizer is on the roster anyway, and always as presenter.
    let users = format!("<ci:users>{}{}</ci:users>", user("bob", "presenter"), user("Alice", "attendee"));
    let state = "<ci:conference-state><ci:locked>true</ci:locked></ci:conference-state>";
    let view = "<msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view>";
    stage.bench.pass(Duration::from_secs(90));
    stage.created(&add(&description, &format!("{state}{users}{view}")));
    stage.bench.pass(Duration::from_secs(90));

    let info = stage.found(ID);
    assert_eq!(info.entity, uri(ID));
    assert_eq!((info.state, info.version, info.is_static), (Some(State::Full), Some(1), None));
    let description = info.description.expect("a description");
    assert_eq!(description.display_text.as_deref(), Some("Every day"));
    assert_eq!(description.subject.as_deref(), Some("Lunch"));
    assert_eq!(description.conference_id.as_deref(), Some(ID));
    assert_eq!(description.admission_policy.as_deref(), Some("closedAuthenticated"));
    assert_eq!(description.expiry_time.as_deref(), Some("2007-01-10T17:11:47Z"));
    assert_eq!(description.last_update.as_deref(), Some("2007-01-01T00:01:30Z"));
    assert_eq!((description.autopromote, description.lobby_capable), (Some(32_768), Some(true)));
    assert_eq!(description.server_mode, None);
    let roaming = description.organizer_roaming_data.expect("roaming data");
    assert_eq!(roaming[0].as_str(), "<own xmlns=\"urn:x\">1</own>");
    // Nobody has joined it yet, and there was no notification data.
    assert_eq!((description.last_activate, description.is_active), (None, None));
    assert_eq!(description.notification_data, None);
    assert_eq!(info.conference_state.expect("a state").locked, Some(true));
    let users = info.users.expect("users").users;
    assert_eq!(users.len(), 1, "{users:?}");
    assert_eq!((&*users[0].entity, &users[0].roles[..]), ("sip:bob@contoso.com", &[Role::Presenter][..]));
    assert_eq!(info.conference_view.expect("a view").entity_views[0].entity, "chat");
}

#[test]
fn conferences_belong_to_their_organizer() {
    covers!("PRO-2-2-1-2-c", "PRO-3-2-5-2-h", "PRO-3-2-5-5-e", "PRO-2-2-3-4-i");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    assert_eq!(stage.refused(&plain(ID)), (403, Reason::ConferenceExistsAlready));
    assert_eq!(stage.refused(&get("00000000")), (404, Reason::ConferenceDoesNotExist));
    // Ids keep their case.
    assert_eq!(stage.refused(&get(&ID.to_lowercase())), (404, Reason::ConferenceDoesNotExist));
    // The same id at another organizer's factory is another conference.
    let others = service("bob", 1, &plain(ID)).replace("alice@", "bob@");
    let sent = stage.hear(&others);
    let Outcome::AddConference(Some(info)) = c3p(&sent).result.outcome else { panic!("{sent:?}") };
    assert_eq!(info.entity, uri(ID).replace("alice", "bob"));
    assert_eq!(stage.count(), 2);
}

#[test]
fn an_organizer_lists_his_conferences_in_order() {
    covers!(
        "PRO-2-2-2-5-b",
        "PRO-2-2-2-5-c",
        "PRO-2-2-2-5-d",
        "PRO-2-2-3-5-a",
        "PRO-2-2-3-5-b",
        "PRO-2-2-3-5-e",
        "PRO-2-2-3-5-f",
        "PRO-2-2-3-5-g",
        "PRO-2-2-3-5-h",
        "PRO-2-2-3-5-i",
        "PRO-3-2-5-6-a",
        "EX-PRO-4-4-b",
        "PRO-2-2-1-1-f",
    );
    let mut stage = Stage::new(config());
    for id in ["ZZZZZZZZ", "AAAAAAAA", "MMMMMMMM"] {
        stage.created(&plain(id));
    }
    for (ask, is_static, count) in
        [("", None, 3), (" static=\"false\"", Some(false), 3), (" static=\"true\"", Some(true), 0)]
    {
        let sent = stage.ask(&envelope(&format!("<getConferences{ask}/>")));
        assert!(sent.body().contains("<conferences"), "an empty list is a list: {sent:?}");
        let Outcome::GetConferences(found) = c3p(&sent).result.outcome else { panic!("{sent:?}") };
        assert_eq!(found.is_static, is_static);
        let conferences = found.conferences.expect("a list");
        let ids = ["ZZZZZZZZ", "AAAAAAAA", "MMMMMMMM"];
        assert_eq!(conferences.len(), count);
        for (info, id) in conferences.into_iter().zip(ids) {
            assert_eq!(info.entity, uri(id));
            assert_eq!((info.state, info.version), (Some(State::Partial), Some(1)));
            let description = info.description.expect("a description");
            assert_eq!(description.conference_id.as_deref(), Some(id));
            assert_eq!(description.admission_policy.as_deref(), Some("openAuthenticated"));
        }
    }
}

#[test]
fn a_conference_is_deleted() {
    covers!(
        "PRO-2-2-2-3-e",
        "PRO-2-2-3-3-a",
        "PRO-2-2-3-3-b",
        "PRO-2-2-3-3-c",
        "PRO-3-2-5-4-a",
        "PRO-3-2-5-4-c",
        "PRO-3-2-5-4-d",
        "PRO-3-2-5-4-e",
        "EX-PRO-4-3-a",
    );
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    let sent = stage.ask(&delete(ID, ""));
    assert_eq!(sent.start(), "SIP/2.0 200 OK");
    assert!(sent.body().contains("<deleteConference/>"), "{sent:?}");
    assert_eq!(stage.count(), 0);
    assert_eq!(stage.refused(&delete(ID, "")), (404, Reason::ConferenceDoesNotExist));
    // The id is free again, and starts anew.
    assert_eq!(stage.created(&plain(ID)).version, Some(1));
}

#[test]
fn meeting_is_never_among_the_mcu_types() {
    covers!(
        "PRO-2-2-2-7-c",
        "PRO-2-2-2-8-d",
        "PRO-2-2-3-7-a",
        "PRO-2-2-3-7-b",
        "PRO-2-2-3-7-e",
        "PRO-2-2-3-7-f",
        "PRO-2-2-3-7-g",
        "PRO-2-2-3-8-k",
        "PRO-2-2-3-8-l",
        "PRO-3-2-1-b",
        "PRO-3-2-5-8-a",
        "PRO-3-2-5-8-c",
        "PRO-3-2-5-9-c",
        "EX-PRO-4-7-a",
        "PRO-2-2-1-5-c",
        "D-19",
    );
    let types = ["audio-video", "chat", "meeting", "phone-conf"].map(Box::from).to_vec();
    let mut stage = Stage::new(Config { mcu_types: types, ..config() });
    for mode in ["", " server-mode=\"14\"", " server-mode=\"1\""] {
        let told = stage.done(&envelope(&format!("<getAvailableMcuTypes{mode}/>")));
        let Outcome::GetAvailableMcuTypes(Some(types)) = told else { panic!("{told:?}") };
        assert_eq!(types, ["audio-video", "chat", "phone-conf"]);
        let told = stage.done(&envelope(&format!("<getConferencingCapabilities{mode}/>")));
        let Outcome::GetConferencingCapabilities(Some(found)) = told else { panic!("{told:?}") };
        assert_eq!(found.mcu_types, types);
    }
    let view = "<msci:conference-view><msci:entity-view entity=\"meeting\"/></msci:conference-view>";
    assert_eq!(stage.refused(&add(&open(ID), view)), (403, Reason::McuTypeNotAvailable));
}

/// Everything the administrator configured, and what the policy says in spite of it.
fn advertised() -> Capabilities<'static> {
    let number = AccessNumber {
        languages: vec![
            Language { tag: "en-US".into(), lcid: 1033 },
            Language { tag: "de-DE".into(), lcid: 1031 },
        ],
        number: "+1 (425) 555-0100".into(),
        toll_free: Some(false),
    };
    let numbers = AccessNumbers {
        internal_url: Some("https://dialin.contoso.com/in".into()),
        external_url: Some("https://dialin.contoso.com/out".into()),
        regions: vec![Region { name: "Redmond".into(), access_numbers: vec![number] }],
        default_region: Some("Redmond".into()),
    };
    Capabilities {
        pstn_bridging: Some(PstnBridging { enabled: true, access_numbers: Some(numbers) }),
        conference_key_optional: Some(true),
        schedule_key_optional: Some(true),
        anonymous_scheduling: Some(true),
        recording_allowed: Some(true),
        externaluser_recording_allowed: Some(false),
        default_meeting_static: Some(true),
        default_entry_exit_announcements: Some(true),
        custom_invite: Some(CustomInvite {
            logo_url: Some("https://contoso.com/logo".into()),
            legal_url: Some("https://contoso.com/legal".into()),
            help_url: Some("https://contoso.com/help".into()),
            settings_url: Some("https://contoso.com/settings".into()),
            custom_footer_text: Some("Bye".into()),
        }),
        endorse_allowed: Some(false),
        main_video_mute_allowed: Some(true),
        pano_video_mute_allowed: Some(true),
        im_mute_allowed: Some(true),
        questions_and_answers_allowed: Some(false),
        in_room_user_notification_supported: Some(false),
        ..Capabilities::default()
    }
}

#[test]
fn capabilities_are_what_policy_and_administrator_say() {
    covers!(
        "PRO-2-2-3-8-b",
        "PRO-2-2-3-8-c",
        "PRO-2-2-3-8-d",
        "PRO-2-2-3-8-g",
        "PRO-2-2-3-8-h",
        "PRO-2-2-3-8-j",
        "PRO-2-2-3-8-o",
        "PRO-2-2-3-8-q",
        "PRO-2-2-3-8-r",
        "PRO-2-2-3-8-s",
        "PRO-2-2-3-8-t",
        "PRO-2-2-3-8-u",
        "PRO-2-2-3-8-v",
        "PRO-2-2-3-8-x",
        "PRO-2-2-3-8-y",
        "PRO-2-2-3-8-z",
        "PRO-2-2-3-8-ac",
        "PRO-2-2-3-8-ad",
        "PRO-2-2-3-8-ae",
        "PRO-2-2-3-8-af",
        "PRO-2-2-3-8-ag",
        "PRO-2-2-3-8-ah",
        "PRO-2-2-3-8-ai",
        "PRO-2-2-3-8-aj",
        "PRO-2-2-3-8-ak",
        "PRO-2-2-3-8-al",
        "PRO-2-2-3-8-am",
        "PRO-2-2-3-8-an",
        "PRO-2-2-3-8-ao",
        "PRO-2-2-3-8-ap",
        "PRO-2-2-3-8-aq",
        "PRO-2-2-3-8-ar",
        "PRO-2-2-3-8-as",
        "PRO-2-2-3-8-at",
        "PRO-3-2-5-9-a",
        "EX-PRO-4-8-d",
        "PRO-1-7-a",
    );
    let policy = Policy { anonymous: false, autopromote_default: 0x8000, locked: false, ..Policy::default() };
    let mut stage = Stage::new(Config { advertised: advertised(), policy, ..config() });
    let told = stage.done(&envelope("<getConferencingCapabilities/>"));
    let Outcome::GetConferencingCapabilities(Some(found)) = told else { panic!("{told:?}") };
    let mut expected = Capabilities {
        capability_version: Some(0),
        mcu_types: vec!["chat".into()],
        conference_key_optional: None,
        schedule_key_optional: None,
        anonymous_scheduling: Some(false),
        default_admission_policy: Some("openAuthenticated".into()),
        schedule_locked: Some(false),
        autopromote_allowed: Some(0x8000_8000),
        default_autopromote: Some(0x8000),
        pstn_lobby_bypass_allowed: Some(false),
        static_meeting_limit: Some(1),
        ..advertised()
    };
    if let Some(bridging) = &mut expected.pstn_bridging {
        bridging.enabled = false;
    }
    assert_eq!(*found, expected);
    // Nothing configured: the two that have to be there are, and access-numbers in pstn-bridging.
    let mut stage = Stage::new(config());
    let told = stage.done(&envelope("<getConferencingCapabilities/>"));
    let Outcome::GetConferencingCapabilities(Some(found)) = told else { panic!("{told:?}") };
    assert_eq!(found.anonymous_scheduling, Some(true));
    assert!(found.pstn_bridging.is_some_and(|bridging| bridging.access_numbers.is_some()));
}

/// The order of the children is that of the document, and the groups of a schema generation stand apart.
#[test]
fn capabilities_are_told_in_their_order() {
    covers!("PRO-2-2-3-8-a", "PRO-2-2-3-d", "EX-PRO-4-8-b", "EX-PRO-4-8-c", "PRO-2-2-h");
    let mut stage = Stage::new(Config { advertised: advertised(), ..config() });
    let sent = stage.ask(&envelope("<getConferencingCapabilities/>"));
    let text = sent.body();
    let names = [
        "mcu-types",
        "pstn-bridging",
        "anonymous-scheduling",
        "default-admission-policy",
        "schedule-locked",
        "autopromote-allowed",
        "default-autopromote",
        "pstn-lobby-bypass-allowed",
        "static-meeting-limit",
        "default-meeting-static",
        "recording-allowed",
        "externaluser-recording-allowed",
        "default-entry-exit-announcements",
        "custom-invite",
        "endorse-allowed",
        "main-video-mute-allowed",
        "pano-video-mute-allowed",
        "im-mute-allowed",
        "questions-and-answers-allowed",
        "in-room-user-notification-supported",
    ];
    let document = roxmltree::Document::parse(text).expect("XML");
    let command = document.root_element().first_element_child().expect("a command");
    let children: Vec<_> = command
        .children()
        .filter(|child| child.is_element())
        .map(|child| child.tag_name().name())
        .filter(|name| *name != "separator")
        .collect();
    assert_eq!(children, names);
}

/// The requests of a real client, in its own spelling of header names.
#[test]
fn a_web_client_is_understood() {
    covers!("EX-PRO-4-8-a");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages");
    let file = folder.join("cwa-01-SERVICE-user1-factory.sip");
    let text = std::fs::read_to_string(file).expect("the message").replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("CONTENT-LENGTH")).collect();
    let sent = Stage::new(config()).hear(&lines.join("\n"));
    assert_eq!(sent.start(), "SIP/2.0 200 OK");
    let response = c3p(&sent);
    assert_eq!(response.request_id, 1);
    assert!(matches!(response.result.outcome, Outcome::GetConferencingCapabilities(Some(_))));
}
