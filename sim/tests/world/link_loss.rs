//! The pool link (D-11): whichever of its messages is lost, a join and an ejection end as they would have.

use std::collections::BTreeMap;

use confsim::property::Judge;
use confsim::scenario::{Scenario, named};
use confsim::trace::{Keep, NodeId, Record};
use confsim::world::Outcome;
use confsim::world::event::run;
use confsim_core::client::{Event, RosterView, UserView};
use confsim_core::covers;
use confsim_core::time::Duration;

/// Two resends of the link, and room for what follows from them.
const LONGER: Duration = Duration::from_secs(10);

/// Users, and what they are in a conference with. Endpoints are named at random, and versions count the way.
type Roster = BTreeMap<String, Vec<String>>;

fn roster(view: &RosterView) -> Roster {
    let sessions = |user: &UserView| {
        let mut all: Vec<_> =
            user.endpoints.values().map(|one| format!("{} {}", one.session, one.status)).collect();
        all.sort();
        all
    };
    view.iter().map(|(user, view)| (user.to_string(), sessions(view))).collect()
}

/// What each user is shown last.
fn shown(outcome: &Outcome) -> BTreeMap<NodeId, Roster> {
    let mut last = BTreeMap::new();
    for (_, record) in outcome.trace.records() {
        match record {
            Record::Event { who, event: Event::Roster { roster: view, .. }, .. } => {
                last.insert(*who, roster(view));
            }
            Record::Event { who, event: Event::Ended { .. }, .. } => {
                last.remove(who);
            }
            _ => {}
        }
    }
    last
}

fn judged(scenario: &Scenario) -> Outcome {
    let mut judge = Judge::new(scenario);
    let outcome = run(scenario, 1, Keep::All, &mut [&mut judge]);
    let violations: Vec<_> = judge.finish(outcome.end).violations().iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{:?}: {violations:#?}", scenario.faults);
    outcome
}

#[test]
fn whatever_the_link_loses_comes_again() {
    covers!("D-11");
    for name in ["join-dial-in", "eject"] {
        let mut scenario = named(name).expect("it is there").scenario().expect("it reads");
        scenario.parity = false;
        scenario.end = scenario.end + LONGER;
        let expected = shown(&judged(&scenario));
        assert!(!expected.is_empty());
        for (from, to) in [("focus", "mcu"), ("mcu", "focus"), ("focus", "factory"), ("factory", "focus")] {
            for what in ["SERVICE", "200 SERVICE"] {
                let lost = lose_each(&scenario, what, (from, to), &expected);
                assert!(lost >= 2, "{name}: only {lost} of {what} from {from} to {to}");
            }
        }
    }
}

/// Loses each of these messages, in a run of its own; says how many there were.
fn lose_each(
    scenario: &Scenario,
    what: &str,
    (from, to): (&str, &str),
    expected: &BTreeMap<NodeId, Roster>,
) -> u32 {
    for nth in 1.. {
        let suffix = ["st", "nd", "rd"].get(nth as usize - 1).unwrap_or(&"th");
        let sentence = format!("drop the {nth}{suffix} {what} from {from} to {to}");
        let mut struck = scenario.clone();
        struck.faults.push(sentence.parse().expect("a fault"));
        let outcome = judged(&struck);
        if !outcome.idle_faults.is_empty() {
            return nth - 1;
        }
        assert_eq!(shown(&outcome), *expected, "{sentence}");
    }
    0
}
