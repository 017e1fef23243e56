//! Recordings of broken systems are judged as the runs were.

use confsim::check::check;
use confsim::property::Judge;
use confsim::sabotage::{Sabotage, first_kill};
use confsim::trace::Keep;
use confsim::view::{jsonl, pcapng};

use super::verdicts::differences;

/// Nodes that break rules which can be judged from the wire, and from which seed on some run soon shows it.
const BROKEN: [(&str, u64); 16] = [
    ("focus-skips-a-version", 1),
    ("focus-forgets-a-subscriber", 1),
    ("focus-tells-old-news", 1),
    ("focus-shows-the-lobby", 3),
    ("focus-swaps-roles", 12),
    ("focus-demotes-the-organizer", 1),
    ("focus-ejects-without-a-word", 12),
    ("focus-keeps-the-session", 5),
    ("focus-hangs-up-first", 23),
    ("mcu-says-200-for-202", 1),
    ("mcu-reports-twice", 1),
    ("mcu-forgets-a-report", 1),
    ("mcu-tells-another-status", 24),
    ("mcu-leaves-history-out", 1),
    ("mcu-turns-history-round", 1),
    ("factory-keeps-the-version", 7),
];

#[test]
fn a_recording_of_a_broken_system_convicts_it_too() {
    for (name, start) in BROKEN {
        let sabotage = Sabotage::find(name).unwrap();
        let kill =
            first_kill(sabotage, start, 50).unwrap().unwrap_or_else(|| panic!("{name}: never noticed"));
        let (scenario, seed) = (kill.draw.scenario(), kill.draw.seed);
        let mut judge = Judge::new(&scenario);
        let outcome = sabotage.run(&scenario, seed, Keep::All, &mut [&mut judge]);
        let (verdict, trace) = (judge.finish(outcome.end), outcome.trace);
        let capture = check(&pcapng::write(&scenario, &trace, Some(seed))).unwrap();
        let lines = check(&jsonl::write(&scenario, &trace, &verdict, Some(seed)).unwrap()).unwrap();
        assert_eq!(lines.verdict.tallies(), verdict.tallies(), "{name}");
        assert_eq!(differences(name, &capture, &verdict).0, [""; 0]);
        for checked in [capture, lines] {
            let violations = checked.verdict.violations();
            assert!(violations.iter().any(|violation| violation.property.id == sabotage.property), "{name}");
        }
    }
}
