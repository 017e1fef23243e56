//! Static meetings: one per organizer, made by the administrator's presets, never modified.

use confsim_core::covers;
use confsim_core::factory::Config;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Outcome, Reason};
use confsim_core::wire::conference_info::State;

use crate::stage::{ID, Stage, add, config, delete, envelope, fixed, modify, open, plain, uri};

#[test]
fn a_static_meeting_is_made_of_presets() {
    covers!(
        "PRO-2-2-2-1-j",
        "PRO-2-2-2-1-k",
        "PRO-2-2-2-5-b",
        "PRO-2-2-2-5-c",
        "PRO-2-2-2-2-e",
        "PRO-2-2-2-3-b",
        "PRO-2-2-2-3-d",
        "EX-PRO-4-1-j",
        "EX-PRO-4-4-a",
        "PRO-2-2-3-5-h",
        "PRO-2-2-3-8-z",
    );
    let types = ["chat", "audio-video"].map(Box::from).to_vec();
    let mut stage = Stage::new(Config { mcu_types: types, ..config() });
    assert_eq!(stage.created(&fixed(ID)).version, Some(1));
    stage.created(&plain("AAAAAAAA"));
    let listed = stage.listed(true);
    let [info] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((&*info.entity, info.state, info.version), (&*uri(ID), Some(State::Partial), Some(1)));
    assert_eq!(info.conference_state.as_ref().and_then(|state| state.locked), Some(false));
    let description = info.description.as_deref().expect("a description");
    assert_eq!(description.admission_policy.as_deref(), Some("openAuthenticated"));
    // The list of the others does not have it.
    assert_eq!(stage.listed(false).len(), 1);

    let info = stage.found(ID);
    assert_eq!((info.is_static, info.state), (Some(true), Some(State::Full)));
    let types: Vec<_> =
        info.conference_view.expect("a view").entity_views.into_iter().map(|it| it.entity).collect();
    assert_eq!(types, ["chat", "audio-video"]);

    // It does not expire.
    stage.bench.pass(Duration::from_secs(400 * 86_400));
    assert_eq!(stage.count(), 1);
    assert!(matches!(stage.done(&delete(ID, "static=\"true\"")), Outcome::DeleteConference(None)));
    assert!(stage.listed(true).is_empty());
}

#[test]
fn there_is_one_and_it_stays_as_it_is() {
    covers!(
        "PRO-2-2-2-2-d",
        "PRO-2-2-2-2-e",
        "PRO-2-2-3-1-u",
        "PRO-2-2-3-1-v",
        "PRO-2-2-3-3-e",
        "D-33",
        "PRO-2-2-2-1-l",
        "PRO-2-2-2-3-d",
        "D-36"
    );
    let mut stage = Stage::new(config());
    // Static "false" is no static meeting.
    stage.created(&plain("AAAAAAAA").replace("entity=\"\"", "entity=\"\" static=\"false\""));
    assert_eq!(stage.listed(false).len(), 1);
    stage.created(&fixed(ID));
    assert_eq!(stage.refused(&fixed("BBBBBBBB")), (403, Reason::MaxStaticMeetingsExceeded));
    // Its syntax is looked at before the quota.
    assert_eq!(stage.refused(&fixed("short")), (400, Reason::InvalidConferenceId));
    assert_eq!(stage.refused(&modify(1, &open(ID), "")), (400, Reason::InvalidStaticMeetingRequest));
    let to_static = modify(1, &open("AAAAAAAA"), "").replace("version", "static=\"true\" version");
    assert_eq!(stage.refused(&to_static), (400, Reason::InvalidStaticMeetingRequest));
    // The id is taken for others too.
    assert_eq!(stage.refused(&plain(ID)), (403, Reason::ConferenceExistsAlready));
    assert_eq!(stage.refused(&delete(ID, "")), (400, Reason::StaticFlagDoesntMatch));
    assert_eq!(stage.refused(&delete("AAAAAAAA", "static=\"1\"")), (400, Reason::StaticFlagDoesntMatch));
    assert_eq!(stage.count(), 2);
}

#[test]
fn it_is_asked_for_by_its_id_alone() {
    covers!("PRO-2-2-2-1-k", "PRO-2-2-3-1-v");
    let mut stage = Stage::new(config());
    let is_static = |body: String| body.replace("entity=\"\"", "entity=\"\" static=\"true\"");
    let id = format!("<msci:conference-id>{ID}</msci:conference-id>");
    let view = "<msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view>";
    for body in [
        plain(ID),
        add(&format!("{id}<ci:subject>x</ci:subject>"), ""),
        add(&format!("{id}<msci:autopromote>0</msci:autopromote>"), ""),
        add(&id, view),
        add(&id, "<ci:users/>"),
        add(&id, "<ci:conference-state><ci:locked>false</ci:locked></ci:conference-state>"),
    ] {
        assert_eq!(stage.refused(&is_static(body)), (400, Reason::InvalidStaticMeetingRequest));
    }
    assert_eq!(stage.refused(&fixed("short")), (400, Reason::InvalidConferenceId));
    let second = fixed(ID).replace("static=", "version=\"2\" static=");
    assert_eq!(stage.refused(&second), (400, Reason::InvalidVersion));
    let empty = envelope("<addConference><ci:conference-info entity=\"\" static=\"true\"/></addConference>");
    assert_eq!(stage.refused(&empty), (400, Reason::InvalidConferenceId));
    assert_eq!(stage.count(), 0);
    // What nobody specified does not count.
    stage.created(&fixed(ID).replace("</ci:conference-desc", "<x xmlns=\"urn:x\"/></ci:conference-desc"));
}
