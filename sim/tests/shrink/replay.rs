//! `confsim replay`: the same run again, and told when it is not.

use std::fs;

use confsim::capsule::{self, Case};
use confsim::scenario::Profile;
use confsim::sweep::Draw;
use confsim::trace::Keep;

use super::{Folder, confsim, text};

#[test]
fn a_capsule_replays_as_it_was_recorded() {
    let folder = Folder::new("replay");
    let case: Case = Draw { profile: Profile::Chaos, seed: 5 }.into();
    capsule::write(folder.path(), &case, &case.judge(Keep::All), None).expect("written");
    let output = confsim(&["replay", &folder.name()]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    let hash = shown.lines().last().expect("a last line");
    assert!(hash.starts_with("the recorded run, event by event: trace hash "), "{shown}");
    let drawn = text(&confsim(&["replay", "chaos:5"]).stdout);
    let end = hash.rsplit(' ').next().expect("a hash");
    assert!(drawn.ends_with(&format!("\ntrace hash {end}\n")), "{drawn}");
    // Another seed makes another run, of which nothing is recorded.
    let other = text(&confsim(&["replay", &folder.name(), "--seed", "6"]).stdout);
    assert!(other.lines().last().is_some_and(|line| line.starts_with("trace hash ")), "{other}");
}

#[test]
fn another_run_than_recorded_is_told_with_the_first_difference() {
    let folder = Folder::new("different");
    let case: Case = Draw { profile: Profile::Calm, seed: 5 }.into();
    capsule::write(folder.path(), &case, &case.judge(Keep::All), None).expect("written");
    let manifest = folder.path().join("capsule.toml");
    let good = fs::read_to_string(&manifest).expect("it is there");
    let digest = good.lines().find(|line| line.starts_with("digest")).expect("it has one");
    fs::write(&manifest, good.replace(digest, "digest = \"0123456789abcdef\"")).expect("written");
    let trace = folder.path().join("trace.jsonl");
    let lines = fs::read_to_string(&trace).expect("it is there");
    let third = lines.lines().nth(2).expect("there are more than two");
    fs::write(&trace, lines.replacen(third, "{}", 1)).expect("written");
    let output = confsim(&["replay", &folder.name()]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(4), "{shown}");
    let place =
        format!("first difference, in line 3 of trace.jsonl:\n  recorded: {{}}\n  now:      {third}\n");
    assert!(shown.ends_with(&place), "{shown}");
    assert!(shown.contains("DIFFERENT: the recorded run has the trace hash 0123456789abcdef"), "{shown}");
}
