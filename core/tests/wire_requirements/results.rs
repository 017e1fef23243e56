//! What a factory answers to each command (MS-CONFPRO 2.2.3.1 to 2.2.3.7).

use confsim_core::covers;
use confsim_core::wire::cccp::{Code, CommandKind, CommandResult, Outcome, Reason};
use confsim_core::wire::conference_info::{ConferenceInfo, Description, State};
use confsim_core::wire::xml::XmlErrorKind as Kind;

use super::outline::is;
use super::{FOCUS, answered, response, result, told};

const NAMES: [(&str, CommandKind); 8] = [
    ("addConference", CommandKind::AddConference),
    ("modifyConference", CommandKind::ModifyConference),
    ("deleteConference", CommandKind::DeleteConference),
    ("getConference", CommandKind::GetConference),
    ("getConferences", CommandKind::GetConferences),
    ("getEncryptionKey", CommandKind::GetEncryptionKey),
    ("getAvailableMcuTypes", CommandKind::GetAvailableMcuTypes),
    ("getConferencingCapabilities", CommandKind::GetConferencingCapabilities),
];

/// Every literal of 2.2.3.1 to 2.2.3.4.
const REASONS: [(&str, Reason<'static>); 26] = [
    ("anonymousUsersNotAllowed", Reason::AnonymousUsersNotAllowed),
    ("conferenceExistsAlready", Reason::ConferenceExistsAlready),
    ("entitySettingsTooLarge", Reason::EntitySettingsTooLarge),
    ("federatedUsersNotAllowed", Reason::FederatedUsersNotAllowed),
    ("invalidAdmissionPolicy", Reason::InvalidAdmissionPolicy),
    ("invalidConferenceId", Reason::InvalidConferenceId),
    ("invalidEncryptionKeyUsed", Reason::InvalidEncryptionKeyUsed),
    ("invalidExpiryTime", Reason::InvalidExpiryTime),
    ("invalidPasscode", Reason::InvalidPasscode),
    ("invalidRole", Reason::InvalidRole),
    ("invalidUserEntity", Reason::InvalidUserEntity),
    ("invalidVersion", Reason::InvalidVersion),
    ("maxConferencesExceeded", Reason::MaxConferencesExceeded),
    ("mcuTypeNotAvailable", Reason::McuTypeNotAvailable),
    ("notificationDataTooLarge", Reason::NotificationDataTooLarge),
    ("organizerRoamingDataTooLarge", Reason::OrganizerRoamingDataTooLarge),
    ("maxStaticMeetingsExceeded", Reason::MaxStaticMeetingsExceeded),
    ("invalidStaticMeetingRequest", Reason::InvalidStaticMeetingRequest),
    ("invalidAutopromoteValue", Reason::InvalidAutopromoteValue),
    ("pstnLobbyBypassNotAllowed", Reason::PstnLobbyBypassNotAllowed),
    ("pstnBridgeNotEnabled", Reason::PstnBridgeNotEnabled),
    ("pstnMeetingIdCannotBeSpecified", Reason::PstnMeetingIdCannotBeSpecified),
    ("otherFailure", Reason::OtherFailure),
    ("conferenceDoesNotExist", Reason::ConferenceDoesNotExist),
    ("staticFlagDoesntMatch", Reason::StaticFlagDoesntMatch),
    ("invalidEncryptionKey", Reason::InvalidEncryptionKey),
];

#[test]
fn a_failure_has_a_reason_and_nothing_else() {
    covers!("PRO-2-2-3-1-c", "PRO-2-2-3-1-ad", "PRO-2-2-3-3-a", "PRO-2-2-3-4-i", "PRO-2-2-3-8-i",);
    for (name, kind) in NAMES {
        for (text, reason) in REASONS {
            let document = answered(Code::Failure, CommandResult::failure(kind, reason.clone()));
            is(document, name, &format!("cccp:{name} reason={text}"));
            let read = result(&format!("<{name} reason=\" {text} \"/>"));
            assert_eq!(read, CommandResult::failure(kind, reason));
        }
    }
    // One that nobody has listed is kept as it is spelled; case counts.
    for other in ["", "OtherFailure", "outOfPaper"] {
        let read = result(&format!("<addConference reason=\"{other}\"/>"));
        assert_eq!(read.reason, Some(Reason::Other(other.into())));
    }
    // Of the printed spellings only the small one is in the examples.
    assert_eq!(result("<addConference Reason=\"otherFailure\"/>").reason, None);
    assert_eq!(result("<addConference msci:reason=\"otherFailure\"/>").reason, None);
}

#[test]
fn a_success_has_no_reason() {
    covers!(
        "PRO-2-2-3-1-b",
        "PRO-2-2-3-3-a",
        "PRO-2-2-3-3-b",
        "PRO-2-2-3-4-b",
        "PRO-2-2-3-5-b",
        "PRO-2-2-3-6-b",
        "PRO-2-2-3-7-b",
        "PRO-2-2-3-8-d",
    );
    for (name, kind) in NAMES {
        is(told(Outcome::nothing(kind)), name, &format!("cccp:{name}"));
        assert_eq!(result(&format!("<{name}/>")), CommandResult::success(Outcome::nothing(kind)));
    }
}

/// A conference as it is listed.
pub(crate) fn known(version: u32) -> Box<ConferenceInfo<'static>> {
    let description = Description {
        conference_id: Some("SDFBSD12".into()),
        admission_policy: Some("openAuthenticated".into()),
        ..Description::default()
    };
    Box::new(ConferenceInfo {
        entity: FOCUS.into(),
        state: Some(State::Partial),
        version: Some(version),
        description: Some(Box::new(description)),
        ..ConferenceInfo::default()
    })
}

type Conference = fn(Option<Box<ConferenceInfo<'static>>>) -> Outcome<'static>;

#[test]
fn a_conference_that_is_told_of_is_named_whole() {
    covers!("PRO-2-2-3-1-a", "PRO-2-2-3-2-a", "PRO-2-2-3-2-b", "PRO-2-2-3-4-a",);
    let kinds: [(&str, Conference); 3] = [
        ("addConference", Outcome::AddConference),
        ("modifyConference", Outcome::ModifyConference),
        ("getConference", Outcome::GetConference),
    ];
    for (name, outcome) in kinds {
        is(
            told(outcome(Some(known(2)))),
            name,
            &format!(
                "
            cccp:{name}
              ci:conference-info entity={FOCUS} state=partial version=2
                ci:conference-description
                  msci:conference-id : SDFBSD12
                  msci:admission-policy : openAuthenticated
        "
            ),
        );
        let with = |content: &str| format!("<{name}>{content}</{name}>");
        let info = format!("<ci:conference-info entity=\"{FOCUS}\" state=\"partial\" version=\"1\"/>");
        let expected = ConferenceInfo { description: None, ..*known(1) };
        assert_eq!(result(&with(&info)).outcome, outcome(Some(Box::new(expected))));
        assert_eq!(result(&with("")).outcome, outcome(None));
        let two = response("success", &with(&info.repeat(2)));
        let error = confsim_core::wire::cccp::Response::parse(two.as_bytes()).unwrap_err();
        assert!(
            format!("{error}").contains(&Kind::RepeatedElement("conference-info").to_string()),
            "{error}"
        );
    }
}
