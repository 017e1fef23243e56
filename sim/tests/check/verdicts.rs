//! The verdict over a recording is that of the run itself, for every property that it can be judged by.

use confsim::check::{Checked, check};
use confsim::property::{Judge, Verdict};
use confsim::scenario::{NAMED, Profile, Scenario, generate};
use confsim::trace::{Keep, Trace};
use confsim::view::{jsonl, pcapng};
use confsim::world::event::run;

fn judged(scenario: &Scenario, seed: u64) -> (Trace, Verdict) {
    let mut judge = Judge::new(scenario);
    let outcome = run(scenario, seed, Keep::All, &mut [&mut judge]);
    (outcome.trace, judge.finish(outcome.end))
}

/// Judged by what users see too, where that is recorded: without it less is seen.
const PARTLY: [&str; 2] = ["roster.replicas", "eviction.ends"];

/// Where properties that were judged did not fare as they did in the run, and how many were judged.
pub(super) fn differences(name: &str, checked: &Checked, verdict: &Verdict) -> (Vec<String>, usize) {
    let (mut differences, mut judged) = (Vec::new(), 0);
    for (found, own) in checked.verdict.tallies().iter().zip(verdict.tallies()) {
        let id = own.property.id;
        if checked.unjudged.iter().any(|(property, _)| property.id == id) {
            continue;
        }
        judged += 1;
        let less = |found: u64, own: u64| (found > 0) == (own > 0) || (found == 0 && PARTLY.contains(&id));
        let same = less(found.violated, own.violated) && less(found.exercised, own.exercised);
        if !same {
            let words: Vec<String> = checked.verdict.violations().iter().map(ToString::to_string).collect();
            differences.push(format!("{name}: {found:?} of {own:?}: {words:?}"));
        }
    }
    (differences, judged)
}

#[test]
fn a_trace_of_every_named_scenario_is_judged_by_everything() {
    for named in NAMED {
        let scenario = named.scenario().unwrap();
        let (trace, verdict) = judged(&scenario, 1);
        let checked = check(&jsonl::write(&scenario, &trace, &verdict, Some(1)).unwrap()).unwrap();
        assert_eq!(checked.unjudged, [], "{}", named.name);
        assert_eq!(differences(named.name, &checked, &verdict), (vec![], verdict.tallies().len()));
    }
}

#[test]
fn a_capture_of_every_named_scenario_is_judged_by_what_the_wire_tells() {
    let mut all = Vec::new();
    for named in NAMED {
        let scenario = named.scenario().unwrap();
        let (trace, verdict) = judged(&scenario, 1);
        let checked = check(&pcapng::write(&scenario, &trace, Some(1))).unwrap();
        let (differences, judged) = differences(named.name, &checked, &verdict);
        assert!(judged >= 15, "{}: {:?}", named.name, checked.unjudged);
        all.extend(differences);
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// Also under faults: they are marked in our captures, and known by their scenario.
#[test]
fn a_capture_of_a_drawn_run_is_judged_by_what_the_wire_tells() {
    let mut all = Vec::new();
    for profile in Profile::SMALL {
        for seed in 0..3 {
            let scenario = generate(seed, profile);
            let (trace, verdict) = judged(&scenario, seed);
            let checked = check(&pcapng::write(&scenario, &trace, Some(seed))).unwrap();
            all.extend(differences(&format!("{}:{seed}", profile.name()), &checked, &verdict).0);
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}
