//! Why a run does not come to rest: a run is stopped in the middle, and what is open then is told.

use std::fs;

use confsim::capsule::{self, Case, Judged};
use confsim::scenario::{Action, Scenario, named};
use confsim::settle::unrest;
use confsim::trace::Keep;
use confsim_core::covers;
use confsim_core::time::Duration;

use super::Folder;
use super::planted::{self, Bug};

/// The scenario called `name`, which stops at so many milliseconds and has these faults in addition.
fn stopped(name: &str, millis: u64, faults: &[&str]) -> Scenario {
    let mut scenario = named(name).expect("it is there").scenario().expect("it reads");
    scenario.parity = false;
    scenario.end = Duration::from_millis(millis);
    scenario.steps.retain(|step| step.at <= scenario.end);
    scenario.faults.extend(faults.iter().map(|fault| fault.parse().expect("a fault")));
    scenario.check().expect("it can be run");
    scenario
}

fn reasons(scenario: Scenario) -> Vec<String> {
    let case = Case { origin: "a test".to_owned(), scenario, seed: 1, sabotage: None };
    let judged = case.judge(Keep::All);
    unrest(&case.scenario, &judged.outcome.trace).iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_at_rest_has_nothing_to_tell() {
    let all = confsim::scenario::NAMED.iter().map(|named| named.scenario().expect("it reads"));
    for scenario in all.filter(|scenario| scenario.parity) {
        let title = scenario.title.clone();
        assert_eq!(reasons(scenario), [""; 0], "{title}");
    }
}

#[test]
fn what_is_not_at_rest_is_told_with_its_fault() {
    covers!("D-7", "D-13", "D-25");
    let shows = "of the roster of alice's conference, 8 is out; version";
    for (name, millis, fault, expected) in [
        // What was lost is made good, but for the last word.
        ("eject", 15_000, "drop the 4th BENOTIFY from focus to bob", vec![]),
        (
            "eject",
            15_000,
            "drop the 5th BENOTIFY from focus to bob",
            vec![format!("bob shows version 7 {shows} 8 (m158) never arrived; since 7.050000; because of")],
        ),
        (
            "eject",
            15_000,
            "cut the 1st connection between bob and front-end at 6.9s with silence",
            vec![format!("bob shows version 6 {shows} 7 (m142) never arrived; since 7.030000; because of")],
        ),
        (
            "eject",
            15_000,
            "crash mcu at 6.9s",
            vec![
                "alice has a session with mcu; mcu has crashed; since 6.900000; because of".to_owned(),
                "bob has a session with mcu; mcu has crashed; since 6.900000; because of".to_owned(),
                "focus still has 1 commands".to_owned(),
                "focus still has 1 link documents".to_owned(),
            ],
        ),
        ("eject", 15_000, "crash focus at 6.9s back at 7.5s", vec![]),
        (
            "leave",
            20_000,
            "drop the 1st BYE from carol to focus",
            vec![
                "focus has a session with carol; carol has ended it (m134), which never arrived; since 7.000000; \
                 because of"
                    .to_owned(),
                "carol waits for the answer of focus to BYE (m134), which never arrived; since 7.000000; because of"
                    .to_owned(),
                "front-end still has 1 forwarded requests".to_owned(),
            ],
        ),
        (
            "forwarding",
            9_000,
            "drop the 1st MESSAGE from mcu to bob",
            vec![
                "mcu waits for the answer of bob to MESSAGE (m143), which never arrived; since 8.030000; because of"
                    .to_owned(),
                "front-end still has 1 forwarded requests".to_owned(),
                "mcu still has 1 open forwards".to_owned(),
                "mcu still has 1 open reports".to_owned(),
            ],
        ),
    ] {
        let blame = |words: &String| words.replace("because of", &format!("because of `{fault}`"));
        let expected: Vec<String> = expected.iter().map(blame).collect();
        assert_eq!(reasons(stopped(name, millis, &[fault])), expected, "{name}: {fault}");
    }
}

#[test]
fn what_is_not_at_rest_needs_no_fault() {
    let ringing = [
        "mcu waits for the answer of leslie to INVITE (m103); since 7.040000",
        "front-end still has 1 forwarded requests",
        "focus still has 1 commands",
        "mcu still has 1 calls",
        "leslie still has 1 ringing calls",
    ];
    assert_eq!(reasons(stopped("dial-out-unanswered", 9_000, &[])), ringing);
}

#[test]
fn a_violation_in_the_end_comes_with_what_is_behind_it() {
    let folder = Folder::new("rest");
    let scenario = stopped("eject", 15_000, &["drop the 5th BENOTIFY from focus to bob"]);
    let judged = planted::run(Bug::Termination, &scenario, 1, Keep::All, None);
    let case = Case { origin: "eject".to_owned(), scenario, seed: 1, sabotage: None };
    capsule::write(folder.path(), &case, &judged, None).expect("written");
    let manifest = fs::read_to_string(folder.path().join("capsule.toml")).expect("it is there");
    assert!(manifest.contains("\nnot-at-rest = [\"bob shows version 7 of the roster"), "{manifest}");
    assert!(capsule::read(folder.path()).is_ok());
}

#[test]
fn everybody_must_catch_up_when_the_faults_are_over() {
    covers!("D-4", "D-13");
    let settled = |bug: Option<Bug>, millis, fault: &str| {
        let mut scenario = stopped("eject", millis, &[fault]);
        // The witness: everybody but him has had the time to heal.
        for step in scenario.steps.iter_mut().filter(|step| matches!(step.action, Action::Eject { .. })) {
            step.at = Duration::from_secs(150);
        }
        let judged = match bug {
            Some(bug) => planted::run(bug, &scenario, 1, Keep::Last(0), None),
            None => Judged::of(&scenario, 1, Keep::Last(0), None),
        };
        let found = judged.failures(&scenario).iter().any(|(failure, _)| failure.what == "roster.settled");
        (judged.verdict.exercised("roster.settled"), found)
    };
    let early = "drop the 2nd BENOTIFY from focus to bob";
    assert_eq!(settled(None, 200_000, early), (2, false), "Alice and Bob see that Carol is out");
    assert_eq!(settled(Some(Bug::LastWord), 200_000, early), (2, true), "nobody tells Bob");
    assert_eq!(settled(Some(Bug::LastWord), 170_000, early).0, 0, "it may come yet");
    let late = "drop the 5th BENOTIFY from focus to bob";
    assert_eq!(settled(None, 200_000, late).0, 0, "that was a fault's doing");
    let cut = "cut the 1st connection between bob and front-end at 8s with silence";
    assert_eq!(settled(None, 200_000, cut), (1, false), "nobody can reach Bob");
}
