//! The fuzz targets over their seeds, past finds, the documents' messages and the torture messages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use confsim::fuzz::{SLOW, TARGETS};
use confsim::scenario::{Action, NAMED, Speech, hostile_to_bytes, to_bytes};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below `folder`; none if it does not exist.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The targets that take no longer than a parser does.
fn parsers() -> impl Iterator<Item = (&'static str, confsim::fuzz::Body)> {
    TARGETS.iter().copied().filter(|(name, _)| !SLOW.contains(name))
}

/// Runs every target on what `folders` says, naming the input that breaks a law.
fn replay(
    targets: impl Iterator<Item = (&'static str, confsim::fuzz::Body)>,
    folders: impl Fn(&str) -> Vec<PathBuf>,
) {
    for (target, body) in targets {
        for path in folders(target).iter().flat_map(|folder| files(folder)) {
            let bytes = fs::read(&path).unwrap();
            let held = std::panic::catch_unwind(|| body(&bytes)).is_ok();
            assert!(held, "{target} breaks on {}", path.display());
        }
    }
}

#[test]
fn seeds_and_past_finds_hold() {
    replay(TARGETS.iter().copied(), |target| {
        vec![root().join("fuzz/seeds").join(target), root().join("fuzz/finds").join(target)]
    });
}

#[test]
fn every_target_holds_on_every_message_and_document() {
    replay(parsers(), |_| vec![root().join("sim/data/messages"), root().join("sim/data/torture")]);
}

/// Every seed cut off after each of its bytes, and with each of its bytes replaced by a few others.
#[test]
fn every_target_holds_on_damaged_seeds() {
    for (target, body) in parsers() {
        for path in files(&root().join("fuzz/seeds").join(target)) {
            let seed = fs::read(&path).unwrap();
            let step = (seed.len() / 64).max(1);
            for at in (0..seed.len()).step_by(step) {
                body(&seed[..at]);
                for byte in [0, b'\n', b' ', b'"', b'<', b'>', b';', 0x7F, 0x80, 0xFF, seed[at] ^ 0x20] {
                    let mut damaged = seed.clone();
                    damaged[at] = byte;
                    body(&damaged);
                }
            }
        }
    }
}

#[test]
fn every_target_has_its_line_and_its_seeds() {
    let names: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names.len(), TARGETS.len(), "no name twice");
    let entries = fs::read_dir(root().join("fuzz/fuzz_targets")).unwrap();
    let lines: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(lines, names);
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for name in &names {
        let line = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(line.contains(&format!("run(\"{name}\", bytes)")), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        assert!(!files(&root().join("fuzz/seeds").join(name)).is_empty(), "{name} has no seeds");
    }
}

/// Set to write the seeds below anew.
const WRITE: &str = "CONFSIM_WRITE_SEEDS";

/// Whole conferences begin with the named scenarios.
#[test]
fn the_seeds_of_whole_conferences_are_the_named_scenarios() {
    let mut wanted: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let folder = |target: &str| root().join("fuzz/seeds").join(target);
    for named in NAMED {
        let scenario = named.scenario().unwrap();
        wanted.push((folder("scenario").join(named.name), to_bytes(&scenario, 1)));
        let speaks = |step: &confsim::scenario::Step| matches!(step.action, Action::Say(Speech::Text(_)));
        if scenario.steps.iter().any(speaks) {
            wanted.push((folder("hostile_peer").join(named.name), hostile_to_bytes(&scenario)));
        }
    }
    if std::env::var_os(WRITE).is_some() {
        for (path, bytes) in &wanted {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    for (path, bytes) in &wanted {
        let found = fs::read(path).unwrap_or_default();
        assert!(found == *bytes, "{} is out of date: run this test with {WRITE}=1", path.display());
    }
    let known = |target: &str| files(&folder(target)).len();
    assert_eq!(known("scenario") + known("hostile_peer"), wanted.len(), "a seed has no scenario any more");
}
