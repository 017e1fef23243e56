//! What MCUs are given when a conference starts.

use confsim_core::covers;
use confsim_core::factory::Config;
use confsim_core::wire::cccp::Reason;

use crate::stage::{ID, Stage, add, config, modify, open};

const AV: &str = "http://schemas.microsoft.com/rtc/2005/08/avconfinfoextensions";
const DATA: &str = "http://schemas.microsoft.com/rtc/2005/08/dataconfinfoextensions";
const ACP: &str = "http://schemas.microsoft.com/rtc/2005/08/acpconfinfoextensions";

fn stage() -> Stage {
    let types = ["chat", "audio-video", "data-conf", "phone-conf", "applicationsharing"];
    Stage::new(Config { mcu_types: types.map(Box::from).to_vec(), ..config() })
}

fn given(kind: &str, settings: &str) -> String {
    let settings = format!("<msci:entity-settings>{settings}</msci:entity-settings>");
    let view = format!("<msci:entity-view entity=\"{kind}\">{settings}</msci:entity-view>");
    add(&open(ID), &format!("<msci:conference-view>{view}</msci:conference-view>"))
}

/// One `settings` element of a namespace.
fn of(ns: &str, content: &str) -> String {
    format!("<settings xmlns=\"{ns}\">{content}</settings>")
}

#[test]
fn settings_are_kept_for_the_mcu_and_told_to_the_organizer() {
    covers!(
        "PRO-2-2-1-5-e",
        "PRO-2-2-1-5-f",
        "PRO-2-2-1-5-g",
        "PRO-2-2-1-5-h",
        "PRO-2-2-1-5-j",
        "PRO-2-2-1-5-l",
        "PRO-2-2-1-5-m",
        "PRO-2-2-1-5-n",
        "PRO-2-2-1-5-o",
        "PRO-2-2-1-5-p",
        "PRO-2-2-1-5-q",
        "PRO-2-2-1-5-r",
        "PRO-2-2-1-5-s",
        "PRO-2-2-1-5-t",
        "PRO-2-2-1-5-u",
        "PRO-2-2-1-5-w",
        "PRO-2-2-1-5-x",
        "PRO-2-2-1-5-y",
        "PRO-2-2-1-5-z",
        "EX-PRO-4-2-c",
        "EX-PRO-4-2-d",
        "EX-PRO-4-9-c",
    );
    let data = |viewing: &str, kind: &str| {
        of(
            DATA,
            &format!(
                "<app-viewing-behavior>{viewing}</app-viewing-behavior><conferencing-type>{kind}</conferencing-type>"
            ),
        )
    };
    let telephone = "<tollNumber>+14255550100</tollNumber><tollFreeNumber>+18005550100</tollFreeNumber>\
                     <domain>phone.example</domain><leaderPasscode>1</leaderPasscode>\
                     <participantPasscode>2</participantPasscode><showTollNumber>true</showTollNumber>\
                     <showTollFreeNumber>0</showTollFreeNumber><enableCallMe>false</enableCallMe>\
                     <robotCallerIds><entry>+14255550199</entry><entry>+14255550198</entry></robotCallerIds>";
    let filters = "<msci:mediaFiltersRules><msci:mayModifyOwnFilters><msci:role>attendee</msci:role>\
                   </msci:mayModifyOwnFilters></msci:mediaFiltersRules>";
    let large = format!("<x xmlns=\"urn:x\">{}</x>", "x".repeat(2048 - 21));
    for (kind, settings) in [
        ("chat", String::new()),
        ("audio-video", of(AV, "<audio/><video/>")),
        ("audio-video", of(AV, "")),
        ("audio-video", filters.into()),
        ("data-conf", data("disabled", "presentation")),
        ("data-conf", data("enableWithoutSharingControl", "collaboration")),
        ("data-conf", data("enableWithSharingOfOnlyASingleApplication", "presentation")),
        ("data-conf", data("enableWithFullSharing", "collaboration")),
        ("data-conf", of(DATA, "")),
        ("phone-conf", of(ACP, telephone)),
        ("phone-conf", of(ACP, "<tollFreeNumber>1</tollFreeNumber>")),
        ("applicationsharing", of("urn:x", "<any/>")),
        // The namespace is compared as it is: this one, as an example has it, is somebody else's.
        ("phone-conf", of(&format!(" {ACP}"), "")),
        ("applicationsharing", large),
    ] {
        let mut stage = stage();
        stage.created(&given(kind, &settings));
        let view = stage.found(ID).conference_view.expect("a view").entity_views.swap_remove(0);
        assert_eq!(view.entity, kind);
        let kept: String =
            view.settings.into_iter().flatten().map(|element| element.as_str().to_owned()).collect();
        let declared =
            settings.contains("msci:").then(|| settings.replacen("<msci:mediaFiltersRules", "", 1));
        match declared {
            // A kept element declares its prefixes itself.
            Some(rest) => assert!(kept.ends_with(&rest), "{kept}"),
            None => assert_eq!(kept, settings),
        }
        // Neither the list nor the answers to changes have them.
        let list = stage.listed(false);
        assert_eq!(list[0].conference_view, None);
    }
}

#[test]
fn settings_have_the_form_of_their_mcu() {
    covers!(
        "PRO-2-2-1-5-k",
        "PRO-2-2-1-5-m",
        "PRO-2-2-1-5-n",
        "PRO-2-2-1-5-o",
        "PRO-2-2-1-5-q",
        "PRO-2-2-1-5-r",
        "PRO-2-2-1-5-s",
        "PRO-2-2-1-5-u",
        "PRO-2-2-1-5-v",
        "PRO-2-2-1-5-x",
        "PRO-2-2-1-5-z",
        "PRO-2-2-3-1-aa",
        "D-35"
    );
    let number = "<tollNumber>1</tollNumber>";
    let other = "<other xmlns=\"urn:x\"/>";
    for (kind, settings) in [
        ("chat", of("urn:x", "")),
        ("audio-video", of(AV, "<audio>yes</audio>")),
        ("audio-video", of(AV, "<video>1</video>")),
        ("audio-video", of(AV, other)),
        ("data-conf", of(DATA, "<app-viewing-behavior>enabled</app-viewing-behavior>")),
        ("data-conf", of(DATA, "<conferencing-type/>")),
        ("data-conf", of(DATA, other)),
        ("phone-conf", of(ACP, "")),
        ("phone-conf", of(ACP, "<tollNumber> </tollNumber>")),
        ("phone-conf", of(ACP, &format!("{number}{other}"))),
        ("phone-conf", of(ACP, &format!("{number}<showTollNumber>perhaps</showTollNumber>"))),
        ("phone-conf", of(ACP, &format!("{number}<enableCallMe/>"))),
        ("phone-conf", of(ACP, &format!("{number}<robotCallerIds>{other}</robotCallerIds>"))),
    ] {
        let mut stage = stage();
        assert_eq!(stage.refused(&given(kind, &settings)), (500, Reason::OtherFailure), "{settings}");
        assert_eq!(stage.count(), 0);
    }
}

/// The floors of the document are accepted, and what is one byte larger than the limit is not.
#[test]
fn data_may_be_as_large_as_the_limit() {
    covers!(
        "PRO-2-2-1-2-t",
        "PRO-2-2-1-2-u",
        "PRO-2-2-1-2-y",
        "PRO-2-2-1-2-z",
        "PRO-2-2-1-5-i",
        "PRO-2-2-1-5-j",
        "PRO-3-2-5-2-f",
        "PRO-2-2-1-2-r",
        "PRO-2-2-1-2-w",
    );
    let sized = |size: usize| format!("<x xmlns=\"urn:x\">{}</x>", "x".repeat(size - 21));
    let data = |name: &str, size| add(&format!("{}<msci:{name}>{}</msci:{name}>", open(ID), sized(size)), "");
    for (body, reason) in [
        (data("notification-data", 4096), None),
        (data("notification-data", 4097), Some(Reason::NotificationDataTooLarge)),
        (data("organizer-roaming-data", 4096), None),
        (data("organizer-roaming-data", 4097), Some(Reason::OrganizerRoamingDataTooLarge)),
        (given("audio-video", &sized(2048)), None),
        (given("audio-video", &sized(2049)), Some(Reason::EntitySettingsTooLarge)),
    ] {
        let mut stage = stage();
        match reason {
            None => drop(stage.created(&body)),
            Some(reason) => assert_eq!(stage.refused(&body), (400, reason)),
        }
    }
    // A real client sends nothing in it.
    stage().created(&add(&format!("{}<msci:notification-data/>", open(ID)), ""));
}

/// What has no limit of its own has one together.
#[test]
fn a_conference_may_be_so_large_as_a_whole() {
    covers!("PRO-2-2-3-1-aa", "PRO-3-2-5-2-f", "D-35");
    let user = |number: usize| {
        format!(
            "<ci:user entity=\"sip:{number}@contoso.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles></ci:user>"
        )
    };
    let roster = |count| format!("<ci:users>{}</ci:users>", (0..count).map(user).collect::<String>());
    let mut stage = stage();
    stage.created(&add(&open(ID), &roster(1000)));
    let large = add(&open("AAAAAAAA"), &roster(5000));
    assert_eq!(stage.refused(&large), (500, Reason::OtherFailure));
    let large = modify(1, &open(ID), &roster(5000));
    assert_eq!(stage.refused(&large), (500, Reason::OtherFailure));
    assert_eq!((stage.count(), stage.found(ID).version), (1, Some(1)));
}

/// A list tells subjects that are no longer than a list can bear.
#[test]
fn a_list_leaves_long_subjects_out() {
    covers!("PRO-2-2-3-5-e");
    let mut stage = stage();
    for (id, length) in [("AAAAAAAA", 1024), ("BBBBBBBB", 1025)] {
        let subject = format!("<ci:subject>{}</ci:subject>", "x".repeat(length));
        stage.created(&add(&format!("{subject}{}", open(id)), ""));
        assert_eq!(stage.found(id).description.and_then(|it| it.subject).map(|it| it.len()), Some(length));
    }
    let list = stage.listed(false).into_iter().map(|info| info.description.and_then(|it| it.subject));
    let lengths: Vec<_> = list.map(|subject| subject.map(|it| it.len())).collect();
    assert_eq!(lengths, [Some(1024), None]);
}
