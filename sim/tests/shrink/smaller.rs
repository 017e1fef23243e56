//! Failures made smaller: of a long story with many people and many faults, what matters is left.

use std::num::NonZeroUsize;

use confsim::capsule::{self, Case, Judged};
use confsim::scenario::{Action, Builder, Rules, Scenario, scenario, to_toml};
use confsim::shrink::{Settings, Smaller, shrink};
use confsim::trace::{Keep, Observer};
use confsim_snapshots::{bind, insta};

use super::Folder;
use super::planted::{self, Bug};

const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

fn meeting() -> String {
    "meeting".to_owned()
}

fn say(builder: Builder, at: &str, who: &str) -> Builder {
    let (format, text) = ("text/plain".to_owned(), format!("{who} has something to say at {at}"));
    builder.step(at, who, Action::Send { conference: meeting(), format, text })
}

/// Six people who come, talk, are promoted, called and ejected, while this and that goes wrong.
fn story() -> Case {
    let mut story = scenario("A long story").participants(&PEOPLE);
    for (second, who) in PEOPLE.into_iter().enumerate() {
        story = story.step(&format!("0.{second}s"), who, Action::SignIn);
    }
    let rules = Rules { attendees: vec!["erin".to_owned(), "frank".to_owned()], ..Rules::default() };
    let subject = "Everything and nothing".to_owned();
    story = story.step("1s", "alice", Action::Create { conference: meeting(), subject, rules });
    for (second, who) in PEOPLE.into_iter().enumerate() {
        story = story.step(&format!("{}.5s", second + 2), who, Action::Join { conference: meeting() });
    }
    for (second, who) in PEOPLE.into_iter().enumerate() {
        story = say(story, &format!("1{second}.25s"), who);
        story = story.step(&format!("1{second}.5s"), who, Action::Typing { conference: meeting() });
    }
    for (at, user) in [("20s", "bob"), ("20.7s", "carol")] {
        story = story.step(at, "alice", Action::Promote { conference: meeting(), user: user.to_owned() });
    }
    for (second, who) in PEOPLE.into_iter().enumerate() {
        story = say(story, &format!("3{second}.001s"), who);
    }
    for (at, user) in [("40s", "frank"), ("40.2s", "carol")] {
        story = story.step(at, "alice", Action::Eject { conference: meeting(), user: user.to_owned() });
    }
    let faults = [
        "delay the 2nd MESSAGE from mcu to carol by 300ms",
        "drop the 1st 200 MESSAGE from dave to mcu",
        "answer the 7th MESSAGE from mcu to bob with 503",
        "hold the 1st BENOTIFY from focus to erin",
        "cut the 1st connection between erin and front-end after 9000 bytes from erin with rst",
        "slow the 1st connection between frank and front-end by 50ms at 12s for 3s",
        "run the clock of carol fast by 100 ppm",
        "refuse the 9th connection between frank and front-end",
    ];
    story = faults.into_iter().fold(story, Builder::fault);
    Case {
        origin: "a long story".to_owned(),
        scenario: story.build().expect("it can be run"),
        seed: 4,
        sabotage: None,
    }
}

/// What is left of the story where nodes have this bug.
fn least(bug: Bug, property: &str, jobs: usize) -> Smaller {
    let run = |scenario: &Scenario, seed, keep, watcher: Option<&mut dyn Observer>| {
        planted::run(bug, scenario, seed, keep, watcher)
    };
    let jobs = NonZeroUsize::new(jobs).expect("some");
    let settings = Settings { max_runs: 2_000, jobs, property: Some(property) };
    let smaller = shrink(&story(), &run, settings).expect("it fails");
    assert!(smaller.is_least, "{:?}", smaller.shrunk);
    assert_eq!(smaller.failure.what, property);
    let again = planted::run(bug, &smaller.case.scenario, smaller.case.seed, Keep::Last(0), None);
    assert!(again.failures(&smaller.case.scenario).iter().any(|(failure, _)| *failure == smaller.failure));
    smaller
}

/// What is left is as it was reviewed, apart from how many runs it took.
fn reviewed(name: &str, smaller: &Smaller) {
    let file = to_toml(&smaller.case.scenario);
    let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with("text = ")).collect();
    bind("confsim", || insta::assert_snapshot!(format!("shrunk-{name}"), lines.join("\n")));
}

#[test]
fn what_matters_is_left() {
    let smaller = least(Bug::Version(5), "roster.versions", 1);
    reviewed("version", &smaller);
}

#[test]
fn a_fault_goes_on_meaning_the_message_it_struck() {
    let smaller = least(Bug::Report, "imdn.complete", 1);
    reviewed("report", &smaller);
    assert_eq!(smaller.shrunk.without, ["everything holds"]);
}

#[test]
fn what_is_seen_only_in_the_end_has_the_time_to_come_about() {
    let smaller = least(Bug::Termination, "eviction.ends", 1);
    reviewed("termination", &smaller);
}

#[test]
fn the_jobs_make_no_difference() {
    let [one, three] = [1, 3].map(|jobs| least(Bug::Report, "imdn.complete", jobs));
    assert_eq!((one.case, one.shrunk), (three.case, three.shrunk));
}

#[test]
fn what_holds_cannot_be_made_smaller() {
    let settings = Settings { max_runs: 2_000, jobs: NonZeroUsize::MIN, property: None };
    assert!(shrink(&story(), &Judged::of, settings).is_none());
}

#[test]
fn a_search_without_runs_left_says_so() {
    let run = |scenario: &Scenario, seed, keep, watcher: Option<&mut dyn Observer>| {
        planted::run(Bug::Report, scenario, seed, keep, watcher)
    };
    let settings = Settings { max_runs: 9, jobs: NonZeroUsize::MIN, property: None };
    let smaller = shrink(&story(), &run, settings).expect("it fails");
    assert!(!smaller.is_least && smaller.shrunk.runs == 9, "{:?}", smaller.shrunk);
    let folder = Folder::new("shrunk");
    let judged = planted::run(Bug::Report, &smaller.case.scenario, smaller.case.seed, Keep::All, None);
    capsule::write(folder.path(), &smaller.case, &judged, Some(&smaller.shrunk)).expect("written");
    let read = capsule::read(folder.path()).expect("read");
    assert_eq!((read.case, read.shrunk), (smaller.case, Some(smaller.shrunk)));
}
