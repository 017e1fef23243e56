//! The values of what conferences can have (MS-CONFPRO 2.2.3.8).

use confsim_core::covers;
use confsim_core::wire::cccp::{AccessNumbers, Capabilities, Outcome, PstnBridging};
use confsim_core::wire::xml::XmlErrorKind as Kind;

use super::meeting_capabilities::{read, refused};
use super::outline::is;
use super::told;

type Flag = fn(&Capabilities<'static>) -> Option<bool>;

/// The children that are flags.
const FLAGS: [(&str, Flag); 15] = [
    ("conference-key-optional", |c| c.conference_key_optional),
    ("anonymous-scheduling", |c| c.anonymous_scheduling),
    ("mscp:schedule-locked", |c| c.schedule_locked),
    ("msci:pstn-lobby-bypass-allowed", |c| c.pstn_lobby_bypass_allowed),
    ("mscp:default-meeting-static", |c| c.default_meeting_static),
    ("msci:recording-allowed", |c| c.recording_allowed),
    ("msci:externaluser-recording-allowed", |c| c.externaluser_recording_allowed),
    ("mscp:schedule-key-optional", |c| c.schedule_key_optional),
    ("msci:default-entry-exit-announcements", |c| c.default_entry_exit_announcements),
    ("msci:endorse-allowed", |c| c.endorse_allowed),
    ("msci:main-video-mute-allowed", |c| c.main_video_mute_allowed),
    ("msci:pano-video-mute-allowed", |c| c.pano_video_mute_allowed),
    ("msci:im-mute-allowed", |c| c.im_mute_allowed),
    ("msci:questions-and-answers-allowed", |c| c.questions_and_answers_allowed),
    ("msci:in-room-user-notification-supported", |c| c.in_room_user_notification_supported),
];

#[test]
fn each_flag_is_a_boolean_of_its_own() {
    covers!(
        "PRO-2-2-3-8-q",
        "PRO-2-2-3-8-s",
        "PRO-2-2-3-8-t",
        "PRO-2-2-3-8-y",
        "PRO-2-2-3-8-aa",
        "PRO-2-2-3-8-ab",
        "PRO-2-2-3-8-ad",
        "PRO-2-2-3-8-ao",
        "PRO-2-2-3-8-ap",
        "PRO-2-2-3-8-aq",
        "PRO-2-2-3-8-ar",
        "PRO-2-2-3-8-as",
        "PRO-2-2-3-8-at",
    );
    for (name, flag) in FLAGS {
        let element = |text: &str| format!("<mcu-types/><{name}>{text}</{name}>");
        for (text, value) in [("true", true), ("1", true), ("\r\n false ", false), ("0", false)] {
            let found = read("", &element(text)).unwrap();
            assert_eq!(flag(&found), Some(value), "{name}");
            let set = FLAGS.iter().filter(|(_, flag)| flag(&found).is_some()).count();
            assert_eq!(set, 1, "{name}");
        }
        for text in ["", "yes", "True"] {
            assert!(matches!(refused("", &element(text)), Kind::InvalidValue(_)), "{name}");
        }
    }
    let enabled = |text: &str| format!("<pstn-bridging><enabled>{text}</enabled></pstn-bridging>");
    assert!(read("", &enabled("1")).unwrap().pstn_bridging.unwrap().enabled);
    assert_eq!(refused("", &enabled("maybe")), Kind::InvalidValue("enabled"));
}

type Number = fn(&Capabilities<'static>) -> Option<u32>;

#[test]
fn numbers_are_unsigned() {
    covers!("PRO-2-2-3-8-g", "PRO-2-2-3-8-u", "PRO-2-2-3-8-x", "PRO-2-2-3-8-z", "EX-PRO-4-8-d");
    let names: [(&str, Number); 3] = [
        ("msci:autopromote-allowed", |c| c.autopromote_allowed),
        ("mscp:default-autopromote", |c| c.default_autopromote),
        ("mscp:static-meeting-limit", |c| c.static_meeting_limit),
    ];
    for (name, number) in names {
        let element = |text: &str| format!("<mcu-types/><{name}>{text}</{name}>");
        for (text, value) in [("0", 0), ("1", 1), ("32768", 0x8000), (" 2147516416 ", 0x8000_8000)] {
            assert_eq!(number(&read("", &element(text)).unwrap()), Some(value), "{name}");
        }
        for text in ["", "-1", "0x8000", "4294967296"] {
            assert!(matches!(refused("", &element(text)), Kind::InvalidValue(_)), "{name}: {text}");
        }
    }
    assert_eq!(read("capability-version=\"0\"", "<mcu-types/>").unwrap().capability_version, Some(0));
    assert_eq!(read("", "<mcu-types/>").unwrap().capability_version, None);
    assert_eq!(
        refused("capability-version=\"-1\"", "<mcu-types/>"),
        Kind::InvalidValue("capability-version")
    );
}

#[test]
fn access_by_telephone_has_its_parts() {
    covers!(
        "PRO-2-2-3-8-ac",
        "PRO-2-2-3-8-ad",
        "PRO-2-2-3-8-af",
        "PRO-2-2-3-8-ah",
        "PRO-2-2-3-8-aj",
        "PRO-2-2-3-8-ak",
        "PRO-2-2-3-8-al",
        "PRO-2-2-3-8-am",
    );
    let bridging = |content: &str| format!("<pstn-bridging>{content}</pstn-bridging>");
    let numbers = |content: &str| {
        bridging(&format!("<enabled>true</enabled><access-numbers>{content}</access-numbers>"))
    };
    let number = |content: &str| {
        numbers(&format!(
            "<msci:region name=\"R\"><msci:access-number>{content}</msci:access-number></msci:region>"
        ))
    };
    assert_eq!(refused("", &bridging("<access-numbers/>")), Kind::MissingElement("enabled"));
    assert_eq!(refused("", &numbers("<msci:region/>")), Kind::MissingAttribute("name"));
    assert_eq!(
        refused("", &number("<msci:language tag=\"en-US\" lcid=\"1033\"/>")),
        Kind::MissingElement("number")
    );
    let plain = "<msci:number>1</msci:number>";
    assert_eq!(
        refused("", &number(&format!("<msci:language lcid=\"1033\"/>{plain}"))),
        Kind::MissingAttribute("tag")
    );
    assert_eq!(
        refused("", &number(&format!("<msci:language tag=\"de\"/>{plain}"))),
        Kind::MissingAttribute("lcid")
    );
    let signed = format!("<msci:language tag=\"de\" lcid=\"-1\"/>{plain}");
    assert_eq!(refused("", &number(&signed)), Kind::InvalidValue("lcid"));
    assert_eq!(
        refused("", &number(&format!("{plain}<msci:toll-free>no</msci:toll-free>"))),
        Kind::InvalidValue("toll-free")
    );
    // The region to show first, in the namespace of either example.
    for prefix in ["msci", "msci2"] {
        let region = format!("<{prefix}:default-region>Redmond</{prefix}:default-region>");
        let found = read("", &numbers(&region)).unwrap().pstn_bridging.unwrap().access_numbers.unwrap();
        assert_eq!(found.default_region.as_deref(), Some("Redmond"));
    }
    let none = PstnBridging { enabled: false, access_numbers: Some(AccessNumbers::default()) };
    let capabilities = Capabilities { pstn_bridging: Some(none), ..Capabilities::default() };
    is(
        told(Outcome::GetConferencingCapabilities(Some(Box::new(capabilities)))),
        "pstn-bridging",
        "
        cccp:pstn-bridging
          cccp:enabled : false
          cccp:access-numbers
    ",
    );
}
