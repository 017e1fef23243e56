//! Capsules: what is written is read back, and what is wrong is told with its place.

use std::fs;
use std::path::Path;

use confsim::capsule::{self, Case, Shrunk};
use confsim::sabotage::Sabotage;
use confsim::scenario::{Profile, from_toml};
use confsim::sweep::Draw;
use confsim::trace::Keep;
use confsim::view::As;

use super::planted::{self, Bug};
use super::{Folder, complaint, confsim};

fn lossy() -> Case {
    Draw { profile: Profile::Lossy, seed: 3 }.into()
}

#[test]
fn a_capsule_reads_back_the_same() {
    let folder = Folder::new("capsule");
    let case = lossy();
    let judged = case.judge(Keep::All);
    capsule::write(folder.path(), &case, &judged, None).expect("written");
    let read = capsule::read(folder.path()).expect("read");
    assert_eq!(read.case, case);
    assert_eq!(read.digest, judged.outcome.trace.digest());
    assert_eq!((read.failure, read.shrunk), (None, None));
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    let mut expected: Vec<_> =
        As::ALL.iter().map(|form| form.file()).chain(["capsule.toml", "scenario.toml"]).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn a_capsule_of_a_failure_says_what_failed_and_why_it_is_so_small() {
    let folder = Folder::new("failure");
    let scenario = from_toml(include_str!("../../scenarios/promote-demote.toml")).expect("it reads");
    let judged = planted::run(Bug::Version(5), &scenario, 1, Keep::All, None);
    let case = Case { origin: "promote-demote".to_owned(), scenario, seed: 1, sabotage: None };
    let (failure, _) = judged.failures(&case.scenario).first().copied().expect("a failure");
    let shrunk = Shrunk { runs: 7, without: vec!["everything \"holds\"".to_owned()] };
    capsule::write(folder.path(), &case, &judged, Some(&shrunk)).expect("written");
    let read = capsule::read(folder.path()).expect("read");
    assert_eq!((read.failure, read.shrunk), (Some(failure), Some(shrunk)));
    // Once more in its place: nothing of the first one is left.
    let plain = case.judge(Keep::All);
    capsule::write(folder.path(), &case, &plain, None).expect("written");
    assert_eq!(capsule::read(folder.path()).expect("read").failure, None);
}

/// Whoever has the capsule of a broken run sees it break again, and can make it smaller.
#[test]
fn a_capsule_of_a_broken_node_breaks_it_again() {
    let folder = Folder::new("sabotaged");
    let name = "mcu-forwards-twice";
    let out = confsim(&["sweep", "--sabotage", name, "--out", &folder.name()]);
    assert_eq!(out.status.code(), Some(0), "killed");
    let capsule = format!("{}/{name}", folder.name());
    let read = capsule::read(Path::new(&capsule)).expect("read");
    assert_eq!(read.case.sabotage, Sabotage::find(name));
    let failure = read.failure.expect("it failed");
    let replayed = confsim(&["replay", &capsule]);
    assert_eq!(replayed.status.code(), Some(1), "{replayed:?}");
    let told = String::from_utf8_lossy(&replayed.stdout);
    assert!(told.contains("the recorded run, event by event") && told.contains(failure.what), "{told}");
    let smaller = confsim(&["shrink", &capsule, "--max-runs", "20"]);
    assert_eq!(smaller.status.code(), Some(1), "{smaller:?}");
    // The nodes that the same scenario has unbroken hold.
    let sound = Case { sabotage: None, ..read.case };
    assert!(sound.judge(Keep::Last(0)).complaints().is_empty());
    let manifest = Path::new(&capsule).join("capsule.toml");
    let good = fs::read_to_string(&manifest).expect("it is there");
    fs::write(&manifest, good.replace(name, "nobody")).expect("written");
    let error = capsule::read(Path::new(&capsule)).expect_err("it is wrong").to_string();
    assert!(error.contains("`nobody` is no saboteur"), "{error}");
}

#[test]
fn what_is_wrong_in_a_capsule_is_told_with_its_place() {
    let folder = Folder::new("wrong");
    let case = lossy();
    capsule::write(folder.path(), &case, &case.judge(Keep::All), None).expect("written");
    let manifest = folder.path().join("capsule.toml");
    let good = fs::read_to_string(&manifest).expect("it is there");
    let digest = good.lines().find(|line| line.starts_with("digest")).expect("it has one").to_owned();
    let failure = "\n[failure]\nwhat = \"roster.versions\"\nrole = \"focus\"\nat-end = false\nwords = \"\"\n";
    for (wrong, place) in [
        (
            good.replace("version = 1", "version = 2\ncolour = 1"),
            "line 1, column 11: this program reads capsule version 1",
        ),
        (format!("colour = 1\n{good}"), "line 1, column 1: unknown field `colour`"),
        (good.replace(&digest, "digest = \"12\""), "line 4, column 10: `12` is no hash"),
        (
            good.clone() + &failure.replace("roster.versions", "luck"),
            "line 8, column 8: `luck` is no property",
        ),
        (good.clone() + &failure.replace("focus", "king"), "line 9, column 8: `king` is no role"),
        (good.clone() + &failure.replace("words", "verses"), "unknown field `verses`"),
        (good.replace("seed = 3", ""), "missing field `seed`"),
    ] {
        fs::write(&manifest, &wrong).expect("written");
        let error = capsule::read(folder.path()).expect_err("it is wrong").to_string();
        assert!(error.contains("capsule.toml: ") && error.contains(place), "{error}\n{wrong}");
    }
    fs::remove_file(&manifest).expect("it is there");
    let error = complaint(&confsim(&["replay", &folder.name()]));
    assert!(error.contains("capsule.toml") && error.contains("No such file"), "{error}");
}

#[test]
fn a_place_that_takes_no_capsule_is_told_in_one_line() {
    let case = lossy();
    let judged = case.judge(Keep::All);
    let nowhere = Path::new("/dev/null/capsule");
    let error = capsule::write(nowhere, &case, &judged, None).expect_err("no folder").to_string();
    assert!(
        error.starts_with("/dev/null/capsule: ") && error.ends_with("the capsule was not written"),
        "{error}"
    );
    #[cfg(unix)]
    {
        let folder = Folder::new("full");
        std::os::unix::fs::symlink("/dev/full", folder.path().join("ladder.txt")).expect("a link");
        let error = capsule::write(folder.path(), &case, &judged, None).expect_err("it is full").to_string();
        assert!(error.contains("ladder.txt: No space left on device"), "{error}");
        assert!(capsule::read(folder.path()).is_err(), "what is there is no capsule");
    }
}
