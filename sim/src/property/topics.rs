//! Observers ask for all that they act upon, and for nothing else: whoever forgets a topic is blind to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::panel::OBSERVERS;

/// Most of what is seen alters a verdict in rare runs only: that a server forgets what it owed when it crashes. So the
/// sources are read; runs are compared where runs are drawn.
#[test]
fn observers_ask_for_what_they_name() {
    let mut observers = 0;
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/property")) {
        let source = fs::read_to_string(&path).expect("a source");
        let count = source.matches("\nimpl Observe for ").count();
        if count == 0 || path.ends_with("topics.rs") {
            continue;
        }
        observers += count;
        assert_eq!(count, 1, "{}: it cannot be told who asks for what", path.display());
        let named: BTreeSet<&str> = following(&source, "Sight::")
            .map(|sight| if matches!(sight, "Gone" | "Closed") { "Connection" } else { sight })
            .collect();
        let asked: BTreeSet<&str> = following(&source, "Topic::").collect();
        assert_eq!(named, asked, "{}: the sights it names, the topics it asks for", path.display());
    }
    assert_eq!(observers, OBSERVERS, "some observers have not been read");
}

/// Every file below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The words that follow `prefix` in `source`.
fn following<'a>(source: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let word =
        |rest: &'a str| rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    source.split(prefix).skip(1).map(word)
}
