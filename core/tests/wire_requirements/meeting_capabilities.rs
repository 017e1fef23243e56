//! What conferences can have (MS-CONFPRO 2.2.3.8).

use confsim_core::covers;
use confsim_core::wire::cccp::{
    AccessNumber, AccessNumbers, Capabilities, CccpError, CustomInvite, Language, Outcome, PstnBridging,
    Region, Response,
};
use confsim_core::wire::xml::XmlErrorKind as Kind;

use super::outline::is;
use super::{response, result, told};

pub(crate) fn read(attributes: &str, content: &str) -> Option<Box<Capabilities<'static>>> {
    let element =
        format!("<getConferencingCapabilities {attributes}>{content}</getConferencingCapabilities>");
    match result(&element).outcome {
        Outcome::GetConferencingCapabilities(found) => found,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refused(attributes: &str, content: &str) -> Kind {
    let element =
        format!("<getConferencingCapabilities {attributes}>{content}</getConferencingCapabilities>");
    match Response::parse(response("success", &element).as_bytes()) {
        Err(CccpError::Xml(error)) => error.kind,
        other => panic!("{element}: {other:?}"),
    }
}

fn some<T: From<&'static str>>(text: &'static str) -> Option<T> {
    Some(text.into())
}

/// Every child there is.
fn everything() -> Capabilities<'static> {
    let language = |tag: &'static str, lcid| Language { tag: tag.into(), lcid };
    let number = AccessNumber {
        languages: vec![language("en-US", 1033), language("de-DE", 1031)],
        number: "425-707-0001".into(),
        toll_free: Some(false),
    };
    let numbers = AccessNumbers {
        internal_url: some("https://in/"),
        external_url: some("https://ex/"),
        regions: vec![Region { name: "Redmond".into(), access_numbers: vec![number] }],
        default_region: some("Redmond"),
    };
    Capabilities {
        capability_version: Some(0),
        mcu_types: vec!["chat".into()],
        pstn_bridging: Some(PstnBridging { enabled: true, access_numbers: Some(numbers) }),
        conference_key_optional: Some(true),
        anonymous_scheduling: Some(true),
        default_admission_policy: some("anonymous"),
        schedule_locked: Some(true),
        autopromote_allowed: Some(0x8000_8000),
        default_autopromote: Some(0x8000),
        pstn_lobby_bypass_allowed: Some(true),
        static_meeting_limit: Some(1),
        default_meeting_static: Some(true),
        recording_allowed: Some(true),
        externaluser_recording_allowed: Some(false),
        schedule_key_optional: Some(true),
        default_entry_exit_announcements: Some(false),
        custom_invite: Some(CustomInvite {
            logo_url: some("http://logo"),
            legal_url: some("http://legal"),
            help_url: some("http://help"),
            settings_url: some("http://settings"),
            custom_footer_text: some("Thank you."),
        }),
        endorse_allowed: Some(true),
        main_video_mute_allowed: Some(true),
        pano_video_mute_allowed: Some(true),
        im_mute_allowed: Some(true),
        questions_and_answers_allowed: Some(true),
        in_room_user_notification_supported: Some(false),
        extensions: Vec::new(),
    }
}

#[test]
fn children_come_in_their_order_and_namespaces() {
    covers!(
        "PRO-2-2-3-8-a",
        "PRO-2-2-3-8-b",
        "PRO-2-2-3-8-c",
        "PRO-2-2-3-8-g",
        "PRO-2-2-3-8-ae",
        "PRO-2-2-3-8-af",
        "PRO-2-2-3-8-ag",
        "PRO-2-2-3-8-ah",
        "PRO-2-2-3-8-ai",
        "PRO-2-2-3-8-aj",
        "PRO-2-2-3-8-ak",
        "PRO-2-2-3-8-al",
        "PRO-2-2-3-8-an",
        "PRO-2-2-3-d",
        "EX-PRO-4-8-b",
        "EX-PRO-4-8-c",
        "EX-PRO-4-8-d",
    );
    let document = told(Outcome::GetConferencingCapabilities(Some(Box::new(everything()))));
    is(
        &document,
        "getConferencingCapabilities",
        "
        cccp:getConferencingCapabilities capability-version=0
          cccp:mcu-types
            cccp:mcuType : chat
          cccp:pstn-bridging
            cccp:enabled : true
            cccp:access-numbers
              msci:internal-url : https://in/
              msci:external-url : https://ex/
              msci:region name=Redmond
                msci:access-number
                  msci:language lcid=1033 tag=en-US
                  msci:language lcid=1031 tag=de-DE
                  msci:number : 425-707-0001
                  msci:toll-free : false
              msci2:default-region : Redmond
          cccp:conference-key-optional : true
          cccp:anonymous-scheduling : true
          cccp:default-admission-policy : anonymous
          cis:separator
          mscp:schedule-locked : true
          msci:autopromote-allowed : 2147516416
          mscp:default-autopromote : 32768
          msci:pstn-lobby-bypass-allowed : true
          mscp:static-meeting-limit : 1
          mscp:default-meeting-static : true
          msci:recording-allowed : true
          msci:externaluser-recording-allowed : false
          mscp:schedule-key-optional : true
          msci:default-entry-exit-announcements : false
          cis:separator
          msci:custom-invite
            msci:logo-url : http://logo
            msci:legal-url : http://legal
            msci:help-url : http://help
            msci:settings-url : http://settings
            msci:custom-footer-text : Thank you.
          msci:endorse-allowed : true
          msci:main-video-mute-allowed : true
          msci:pano-video-mute-allowed : true
          cis:separator
          msci:im-mute-allowed : true
          msci:questions-and-answers-allowed : true
          msci:in-room-user-notification-supported : false
    ",
    );
    let again = Response::parse(&document).unwrap().result.outcome.into_owned();
    assert_eq!(again, Outcome::GetConferencingCapabilities(Some(Box::new(everything()))));
}

#[test]
fn a_list_of_mcu_types_is_always_there() {
    covers!("PRO-2-2-3-8-j", "PRO-2-2-3-8-k", "PRO-2-2-3-8-i");
    let least = Capabilities { anonymous_scheduling: Some(false), ..Capabilities::default() };
    is(
        told(Outcome::GetConferencingCapabilities(Some(Box::new(least.clone())))),
        "getConferencingCapabilities",
        "
        cccp:getConferencingCapabilities
          cccp:mcu-types
          cccp:anonymous-scheduling : false
    ",
    );
    let both = "<mcu-types/><anonymous-scheduling>false</anonymous-scheduling>";
    assert_eq!(read("", both), Some(Box::new(least)));
    assert_eq!(read("", ""), None);
    let types = "<mcu-types><mcuType>chat</mcuType><mcuType> audio-video </mcuType></mcu-types>";
    assert_eq!(read("", types).unwrap().mcu_types, ["chat", "audio-video"]);
}
