//! Each command to a factory (MS-CONFPRO 2.2.2.1 to 2.2.2.8).

use confsim_core::covers;
use confsim_core::wire::cccp::{Command, ConferenceKeys};
use confsim_core::wire::conference_info::{ConferenceInfo, Description, Role, User, Users};
use confsim_core::wire::xml::XmlErrorKind as Kind;

use super::outline::{is, outline};
use super::{command, printed, refused, written};

const INFO: &str = "<ci:conference-info entity=\"\"/>";

fn conference(is_static: Option<bool>, version: Option<u32>) -> Box<ConferenceInfo<'static>> {
    let description = Description { conference_id: Some("WJ7UVUYO".into()), ..Description::default() };
    let description = Some(Box::new(description));
    Box::new(ConferenceInfo { is_static, version, description, ..ConferenceInfo::default() })
}

#[test]
fn creating_and_modifying_hold_one_conference() {
    covers!("PRO-2-2-2-1-a", "PRO-2-2-2-2-a", "PRO-2-2-2-2-b");
    for name in ["addConference", "modifyConference"] {
        let with = |content: &str| format!("<{name}>{content}</{name}>");
        match command(&with(INFO)) {
            Command::AddConference(info) | Command::ModifyConference { info, .. } => {
                assert_eq!(*info, ConferenceInfo::default());
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(refused(&with("")), Kind::MissingElement("conference-info"));
        assert_eq!(refused(&with(&INFO.repeat(2))), Kind::RepeatedElement("conference-info"));
        // Of another namespace it is something else.
        let foreign = INFO.replace("ci:", "o:");
        assert_eq!(refused(&with(&foreign)), Kind::MissingElement("conference-info"));
        assert_eq!(refused(&with("<conference-info entity=\"\"/>")), Kind::MissingElement("conference-info"));
    }
}

#[test]
fn a_new_conference_has_an_empty_name_and_what_the_client_gives() {
    covers!("PRO-2-2-2-1-a");
    is(
        written(Command::AddConference(conference(None, None))),
        "addConference",
        "
        cccp:addConference
          ci:conference-info entity=
            ci:conference-description
              msci:conference-id : WJ7UVUYO
    ",
    );
    let Command::AddConference(info) = command(&format!("<addConference>{INFO}</addConference>")) else {
        panic!()
    };
    assert_eq!((&*info.entity, info.state, info.version, info.is_static), ("", None, None, None));
}

#[test]
fn a_static_meeting_is_asked_for_by_an_unqualified_attribute() {
    covers!("PRO-2-2-2-1-j", "EX-PRO-4-1-j");
    let fragment =
        String::from_utf8(printed("fragments/pro-4.1-04-addConference-static-request.xml")).unwrap();
    let Command::AddConference(info) = command(&fragment) else { panic!() };
    assert_eq!(info, conference(Some(true), None));
    is(
        written(Command::AddConference(info)),
        "addConference",
        "
        cccp:addConference
          ci:conference-info entity= static=true
            ci:conference-description
              msci:conference-id : WJ7UVUYO
    ",
    );
    is(
        written(Command::AddConference(conference(Some(false), None))),
        "conference-info",
        "
        ci:conference-info entity= static=false
          ci:conference-description
            msci:conference-id : WJ7UVUYO
    ",
    );
}

#[test]
fn a_modification_names_the_version_it_starts_from() {
    covers!("PRO-2-2-2-2-a");
    let command = Command::ModifyConference { mcu_uri: None, info: conference(None, Some(2)) };
    is(
        written(command),
        "modifyConference",
        "
        cccp:modifyConference
          ci:conference-info entity= version=2
            ci:conference-description
              msci:conference-id : WJ7UVUYO
    ",
    );
}

#[test]
fn keys_name_a_conference_by_an_attribute_of_the_extensions() {
    covers!(
        "PRO-2-2-2-3-a",
        "PRO-2-2-2-3-c",
        "PRO-2-2-2-3-e",
        "PRO-2-2-2-4-a",
        "PRO-2-2-2-4-b",
        "PRO-2-2-2-d",
    );
    let keys = |command| match command {
        Command::DeleteConference(keys) | Command::GetConference { keys, .. } => keys,
        other => panic!("{other:?}"),
    };
    for name in ["deleteConference", "getConference"] {
        let with = |attributes: &str| format!("<{name}><conferenceKeys {attributes}/></{name}>");
        let read = keys(command(&with("msci:conference-id=\" SDFBSD12 \"")));
        assert_eq!(read, ConferenceKeys::id("SDFBSD12"), "{name}");
        // Unqualified, or of another namespace, it is another attribute.
        assert_eq!(
            keys(command(&with("conference-id=\"A\" mscp:conference-id=\"B\""))),
            ConferenceKeys::default()
        );
        for (text, value) in [("true", true), ("1", true), ("false", false)] {
            let read = keys(command(&with(&format!("msci:conference-id=\"A\" static=\"{text}\""))));
            assert_eq!(read.is_static, Some(value), "{name}");
        }
        assert_eq!(refused(&with("msci:conference-id=\"A\" static=\"yes\"")), Kind::InvalidValue("static"));
        // The attribute is called static, not Static.
        assert_eq!(keys(command(&with("msci:conference-id=\"A\" Static=\"true\""))).is_static, None);
        assert_eq!(refused(&format!("<{name}/>")), Kind::MissingElement("conferenceKeys"));
        let two = "<conferenceKeys msci:conference-id=\"A\"/>".repeat(2);
        assert_eq!(refused(&format!("<{name}>{two}</{name}>")), Kind::RepeatedElement("conferenceKeys"));
    }
    let meeting = ConferenceKeys { is_static: Some(true), ..ConferenceKeys::id("WJ7UVUYO") };
    is(
        written(Command::DeleteConference(meeting)),
        "deleteConference",
        "
        cccp:deleteConference
          cccp:conferenceKeys msci:conference-id=WJ7UVUYO static=true
    ",
    );
    is(
        written(Command::DeleteConference(ConferenceKeys::id("WJ7UVUYO"))),
        "deleteConference",
        "
        cccp:deleteConference
          cccp:conferenceKeys msci:conference-id=WJ7UVUYO
    ",
    );
}

#[test]
fn a_certificate_may_come_with_the_question_for_a_conference() {
    covers!("PRO-2-2-2-4-a", "PRO-2-2-2-4-c", "PRO-2-2-2-4-d");
    let asked =
        |key: &str| format!("<getConference><conferenceKeys msci:conference-id=\"A\"/>{key}</getConference>");
    let certificate = |key: &str| match command(&asked(key)) {
        Command::GetConference { certificate, .. } => certificate.map(|text| text.into_owned()),
        other => panic!("{other:?}"),
    };
    assert_eq!(certificate(""), None);
    let key = "<msci:encryption-key><msci:x509-certificate>\r\n  MIIB\r\n</msci:x509-certificate></msci:encryption-key>";
    assert_eq!(certificate(key).as_deref(), Some("MIIB"));
    // The name counts in its namespace only.
    assert_eq!(certificate(&key.replace("msci:", "o:")), None);
    for empty in [
        "<msci:encryption-key/>",
        "<msci:encryption-key><x509-certificate>MIIB</x509-certificate></msci:encryption-key>",
    ] {
        assert_eq!(refused(&asked(empty)), Kind::MissingElement("x509-certificate"));
    }
    let command = Command::GetConference { keys: ConferenceKeys::id("A"), certificate: Some("MIIB".into()) };
    is(
        written(command),
        "getConference",
        "
        cccp:getConference
          cccp:conferenceKeys msci:conference-id=A
          msci:encryption-key
            msci:x509-certificate : MIIB
    ",
    );
}

#[test]
fn questions_have_no_content() {
    covers!(
        "PRO-2-2-2-5-a",
        "PRO-2-2-2-6-b",
        "PRO-2-2-2-7-a",
        "PRO-2-2-2-7-b",
        "PRO-2-2-2-8-b",
        "PRO-2-2-2-8-c"
    );
    for (command, name) in [
        (Command::GetConferences { is_static: None }, "getConferences"),
        (Command::GetEncryptionKey, "getEncryptionKey"),
        (Command::GetAvailableMcuTypes, "getAvailableMcuTypes"),
        (Command::GetConferencingCapabilities, "getConferencingCapabilities"),
    ] {
        // Neither children nor attributes: no server-mode either.
        is(written(command.clone()), name, &format!("cccp:{name}"));
        // What others put there has no effect.
        let more = format!("<{name} server-mode=\"14\"><o:more/>text<later/></{name}>");
        assert_eq!(super::command(&more), command);
    }
}

#[test]
fn a_list_is_asked_for_by_kind() {
    covers!("PRO-2-2-2-5-a", "PRO-2-2-2-5-b");
    let kind = |attributes: &str| match command(&format!("<getConferences {attributes}/>")) {
        Command::GetConferences { is_static } => is_static,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(""), None);
    assert_eq!(kind("static=\"true\""), Some(true));
    assert_eq!(kind("static=\"0\""), Some(false));
    assert_eq!(kind("msci:static=\"true\""), None);
    assert_eq!(refused("<getConferences static=\"all\"/>"), Kind::InvalidValue("static"));
    for (value, attributes) in [(Some(true), " static=true"), (Some(false), " static=false"), (None, "")] {
        let document = written(Command::GetConferences { is_static: value });
        assert_eq!(outline(document, "getConferences"), format!("cccp:getConferences{attributes}\n"));
    }
}

#[test]
fn invited_users_are_part_of_a_new_conference() {
    covers!("PRO-2-2-1-4-a", "EX-PRO-4-9-b");
    let document = printed("xml/pro-4.9-01-SERVICE-addConference-bob-factory.xml");
    let request = confsim_core::wire::cccp::Request::parse(&document).unwrap();
    let Command::AddConference(info) = &request.command else { panic!("{request:?}") };
    let user =
        |entity: &'static str, role| User { entity: entity.into(), roles: vec![role], ..User::default() };
    let users =
        vec![user("sip:bob@contoso.com", Role::Presenter), user("sip:jack@fabrikam.com", Role::Attendee)];
    assert_eq!(info.users, Some(Users { users, ..Users::default() }));
}
