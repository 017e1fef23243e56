//! `confsim sweep` and `confsim merge`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::{env, fs, process};

use confsim::capsule::{self, Case};
use confsim::sabotage::Sabotage;
use confsim::sweep::Draw;
use serde_json::Value;

use super::cli::complaint;
use super::{TOP, confsim, text};

/// A folder of its own for a test.
fn folder(test: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("confsim-{}-{test}", process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

/// A report without what was read from the clock.
fn told(path: &PathBuf) -> String {
    let mut report: Value = serde_json::from_slice(&fs::read(path).expect("written")).expect("JSON");
    let wall = report.as_object_mut().expect("an object").remove("wall");
    assert!(wall.is_some_and(|wall| wall.is_object()), "what depends on the clock is under `wall`");
    report.to_string()
}

/// What is printed, but for the line that tells the speed.
fn printed(output: &Output) -> String {
    let lines = text(&output.stdout);
    lines.lines().filter(|line| !line.contains("hops per second")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn a_sweep_does_not_depend_on_its_jobs() {
    let folder = folder("jobs");
    let results = ["1", "2", "3"].map(|jobs| {
        let (json, digests) = (folder.join(format!("{jobs}.json")), folder.join(format!("{jobs}.txt")));
        let arguments = ["sweep", "--seeds", "5..12", "--profile", "calm,lossy", "--jobs", jobs, "--json"];
        let (json_path, digests_path) = (json.to_string_lossy(), digests.to_string_lossy());
        let output = confsim(&[&arguments[..], &[&json_path, "--digests", &digests_path]].concat());
        assert!(output.stderr.is_empty(), "no bar where there is no terminal");
        assert!(text(&output.stdout).contains("hops per second"));
        let digests = fs::read_to_string(&digests).expect("written");
        (output.status.code(), printed(&output), told(&json), digests)
    });
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
    let (code, shown, _, digests) = &results[0];
    assert_eq!(*code, Some(0), "{shown}");
    assert!(shown.ends_with("\n14 runs of seeds 5..12 in calm, lossy\nHELD\n"), "{shown}");
    assert_eq!(digests.lines().count(), 14);
    assert!(digests.starts_with("calm:5 ") && digests.contains("\nlossy:5 "), "{digests}");
    fs::remove_dir_all(folder).expect("still there");
}

#[test]
fn merged_shards_are_the_whole() {
    let folder = folder("shards");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let run = |shard: &str, name: &str| {
        let arguments = ["sweep", "--seeds", "0..5", "--profile", "lossy,slow", "--shard", shard, "--json"];
        let output = confsim(&[&arguments[..], &[&path(name)]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
        printed(&output)
    };
    let whole = run("0/1", "whole");
    let first = run("0/2", "first");
    assert!(first.ends_with("\n5 runs of seeds 0..5 in lossy, slow, shard 0/2\nHELD\n"), "{first}");
    run("1/2", "second");
    let merged = confsim(&["merge", &path("second"), &path("first"), "--json", &path("merged")]);
    assert_eq!(merged.status.code(), Some(0));
    assert_eq!(printed(&merged), whole);
    assert_eq!(told(&folder.join("merged")), told(&folder.join("whole")));
    let twice = complaint(&confsim(&["merge", &path("first"), &path("first")]));
    assert!(twice.contains("shard 0/2 is there twice"), "{twice}");
    fs::remove_dir_all(folder).expect("still there");
}

/// A sweep that would take a minute, interrupted at its first result, tells what it has.
#[test]
fn an_interrupted_sweep_tells_what_was_found() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_confsim"))
        .args(["sweep", "--for", "60s", "--digests", "/dev/stdout"])
        .current_dir(TOP)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is ours"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a first result");
    assert!(first.starts_with("calm:0 "), "{first}");
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("a shell").success());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("the result");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest}");
    let runs = 1 + rest.lines().filter(|line| line.starts_with("calm:")).count();
    assert!(rest.contains(&format!("\n{runs} runs of seeds 0.. in calm, interrupted\n")), "{rest}");
    assert!(rest.contains("\nroster.versions ") && rest.contains("INTERRUPTED: "), "{rest}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_run() {
    for option in ["--json", "--digests", "--out"] {
        let error = complaint(&confsim(&["sweep", "--for", "60s", option, "/dev/null/at/all"]));
        assert!(error.contains("/dev/null/at/all") && error.contains("nothing was run"), "{error}");
    }
}

#[test]
fn a_full_disk_is_an_error_beside_the_result() {
    let output = confsim(&["sweep", "--seeds", "0..2", "--json", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("HELD"), "what was found is shown all the same");
    let error = text(&output.stderr);
    assert!(error.starts_with("error: /dev/full: ") && error.lines().count() == 1, "{error}");
}

/// A sweep over a broken focus keeps the first ten runs that give it away.
#[test]
fn failed_runs_are_kept_as_capsules() {
    let folder = folder("capsules");
    let sweep = ["sweep", "--seeds", "0..18", "--broken", "focus-skips-a-version", "--out"];
    let output = confsim(&[&sweep[..], &[&folder.to_string_lossy()]].concat());
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    let failed: Vec<&str> =
        shown.lines().filter_map(|line| line.split_once(" failed; see it")).map(|(draw, _)| draw).collect();
    assert_eq!(failed.len(), 10, "{shown}");
    let mut kept: Vec<PathBuf> =
        fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    kept.sort();
    let mut expected: Vec<PathBuf> = failed.iter().map(|draw| folder.join(draw.replace(':', "-"))).collect();
    expected.sort();
    assert_eq!(kept, expected);
    for (folder, draw) in failed.iter().map(|draw| (folder.join(draw.replace(':', "-")), draw)) {
        let capsule = capsule::read(&folder).expect("a capsule");
        let drawn = Case::from(draw.parse::<Draw>().expect("a draw"));
        assert_eq!(capsule.case, Case { sabotage: Sabotage::find("focus-skips-a-version"), ..drawn });
        let told = fs::read_to_string(folder.join("capsule.toml")).expect("written");
        assert!(told.contains("what = \"roster.versions\""), "{told}");
    }
    fs::remove_dir_all(folder).expect("still there");
}

#[test]
fn nodes_that_are_not_deterministic_are_noticed() {
    let sweep = ["sweep", "--seeds", "0..4", "--check-determinism=2"];
    let output = confsim(&sweep);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("determinism: 2 runs were made twice"));
    let output = confsim(&[&sweep[..], &["--fickle"]].concat());
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(4), "{shown}");
    assert!(shown.contains("calm:2 is not deterministic: record "), "{shown}");
    assert!(shown.contains("the run ends and front-end holds"), "{shown}");
}

/// The repeat of a run has whole nodes: a difference from that of broken ones would say nothing.
#[test]
fn broken_nodes_are_not_run_twice() {
    let error = complaint(&confsim(&["sweep", "--broken", "focus-skips-a-version", "--check-determinism=2"]));
    for option in ["--broken", "--check-determinism"] {
        assert!(error.contains(option), "{error}");
    }
    assert!(error.contains("cannot be used with"), "{error}");
}

/// What a fuzzing engine writes is run as it is; the seeds are of the same form.
#[test]
fn the_files_of_a_fuzzing_engine_are_run() {
    for (file, title) in [
        ("fuzz/seeds/scenario/eject", "From bytes, seed 1\n"),
        ("fuzz/seeds/hostile_peer/spoofed-from", "A hostile peer in a live conference, seed 1\n"),
    ] {
        let output = confsim(&["run", file]);
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
        assert!(shown.starts_with(title), "{shown}");
    }
}

#[test]
fn coverage_can_be_required() {
    let output = confsim(&["sweep", "--seeds", "0..2", "--require-coverage"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("VACUOUS: did not exercise ") && shown.contains("provisioning.doubt"), "{shown}");
}
