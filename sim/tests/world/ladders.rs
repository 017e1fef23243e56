//! The named scenarios, as they are drawn: a change of behaviour is a change of these files.

use confsim::scenario::NAMED;
use confsim::trace::Keep;
use confsim::view::{Ladder, ladder};
use confsim::world::event::run;
use confsim_snapshots::{bind, insta};

#[test]
fn named_scenarios_look_as_reviewed() {
    for known in NAMED {
        let scenario = known.scenario().unwrap();
        let drawn = |seed| {
            let outcome = run(&scenario, seed, Keep::All, &mut []);
            assert_eq!(outcome.broken, None, "{}", known.name);
            assert!(outcome.idle_faults.is_empty(), "{}: {:?}", known.name, outcome.idle_faults);
            assert!(outcome.skipped.is_empty(), "{}: {:?}", known.name, outcome.skipped);
            ladder(&scenario, &outcome.trace, Ladder::default())
        };
        let seen = drawn(1);
        bind("confsim", || insta::assert_snapshot!(format!("ladder-{}", known.name), seen));
        // Of what a seed draws, only the order within an instant shows: no identifier does.
        assert!(sorted(&drawn(2)) == sorted(&seen), "{}\n{}", known.name, drawn(2));
    }
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}
