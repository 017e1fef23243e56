//! Runs in which nothing is wrong, though a property once said so: what it did not know then is in their files.

use std::fs;
use std::path::Path;

use confsim::property::Judge;
use confsim::scenario::from_toml;
use confsim::trace::Keep;
use confsim::world::event;

/// The seed that each file was found with, since identifiers and delays follow from it.
const FOUND: [(&str, u64); 38] = [
    ("accepted-before-the-lock", 501_815),
    ("acknowledged-a-refusal", 1_009_661),
    ("asked-before-standing-still", 1),
    ("bye-out-of-order", 300_252),
    ("called-and-alone", 1_001_001),
    ("called-by-oneself", 61),
    ("called-while-asleep", 1_034),
    ("deleted-out-of-reach", 1_007_038),
    ("deleted-out-of-reach-and-begun-anew", 1_006_176),
    ("denied-and-cut-off", 3_003_158),
    ("denied-to-a-forger", 5_005_510),
    ("ejected-and-spoken-to", 8_004_859),
    ("ejected-before-ack", 100_384),
    ("ejected-by-the-same-request-id", 1_001_654),
    ("ejected-unheard-at-the-end", 1),
    ("ejected-while-changing-formats", 5_000_405),
    ("ejected-without-a-line", 3_001_444),
    ("ended-behind-ones-back", 9_002_996),
    ("ended-out-of-reach-and-begun-anew", 1),
    ("ended-with-a-bye-to-come", 20_007_788),
    ("gone-before-bye", 444),
    ("gone-with-the-author-of-another", 20_011_462),
    ("held-by-a-session-of-before", 7_524),
    ("hung-up-on-the-pool", 30_013_179),
    ("joined-by-the-second-client", 10_007_437),
    ("kept-for-a-connection", 1_013_551),
    ("left-by-a-lost-bye", 1_009_746),
    ("numbers-of-a-restart", 310_659),
    ("old-roster-late", 200_578),
    ("passed-on-as-written", 344),
    ("registering-at-the-end", 1_011_002),
    ("ringing-on-a-dead-line", 1),
    ("spoilt-registration", 320_665),
    ("timed-out-while-paused", 1_008_596),
    ("told-twice-and-locked", 10_013_653),
    ("typing-before-the-report", 1_012_366),
    ("unlocked-by-who-has-left", 5_013_781),
    ("versions-after-two-restarts", 3_009_889),
];

#[test]
fn what_is_right_is_not_called_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/property/alarms");
    let files = fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(files, FOUND.len(), "a file has no seed");
    for (name, seed) in FOUND {
        let text = fs::read_to_string(folder.join(format!("{name}.toml"))).expect("a file");
        let scenario = from_toml(&text).expect("it reads");
        let mut judge = Judge::new(&scenario);
        let outcome = event::run(&scenario, seed, Keep::Last(0), &mut [&mut judge]);
        assert_eq!(outcome.broken, None, "{name}");
        let verdict = judge.finish(outcome.end);
        let violations: Vec<_> = verdict.violations().iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "{name}: {violations:#?}");
    }
}
