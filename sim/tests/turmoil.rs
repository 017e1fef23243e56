//! The async shell under turmoil.

use std::collections::BTreeMap;

use confsim::property::Judge;
use confsim::scenario::{Action, Kind, NAMED, Scenario, scenario};
use confsim::trace::{Keep, Record, Trace};
use confsim::world::event;
use confsim::world::turmoil::{Unable, run};
use confsim_core::client::Event;
use confsim_core::time::Duration;

fn sign_in() -> Scenario {
    scenario("Two sign in")
        .participant("alice", Kind::Uccp, None)
        .participant("bob", Kind::Cwa, None)
        .step("0s", "alice", Action::SignIn)
        .step("0.2s", "bob", Action::SignIn)
        .end(Duration::from_secs(2))
        .build()
        .expect("a valid scenario")
}

#[test]
fn a_shell_carries_a_registration_to_the_pool_and_back() {
    let outcome = run(&sign_in(), 1, &mut []).expect("no faults");
    let signed_in = outcome
        .trace
        .records()
        .filter(|(_, record)| matches!(record, Record::Event { event: Event::SignedIn, .. }));
    assert_eq!(signed_in.count(), 2);
    assert!(outcome.hops >= 4, "two requests and two answers: {}", outcome.hops);
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let digest = || run(&sign_in(), 7, &mut []).expect("no faults").trace.digest();
    assert_eq!(digest(), digest());
}

#[test]
fn a_scenario_with_faults_is_refused() {
    let mut faulty = sign_in();
    faulty.faults.push("drop the 1st REGISTER from alice to front-end".parse().expect("a fault"));
    assert!(matches!(run(&faulty, 1, &mut []), Err(Unable::Faults)));
}

/// What passes on each connection in each direction, by who says it: `focus: front-end -> alice (1)`. Two who
/// say something at the same instant race for a connection they share, in the real world as in either of ours.
fn told(trace: &Trace) -> BTreeMap<String, Vec<String>> {
    let mut nth = BTreeMap::new();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, record) in trace.records() {
        match record {
            Record::Opened(opened) => {
                nth.insert(opened.connection, opened.nth);
            }
            Record::Emitted(emitted) => {
                let (from, to) = (trace.cast.name(emitted.from), trace.cast.name(emitted.to));
                let origin = trace.cast.name(emitted.origin);
                let name = format!("{origin}: {from} -> {to} ({})", nth[&emitted.connection]);
                told.entry(name).or_default().push(emitted.summary.to_string());
            }
            _ => {}
        }
    }
    told
}

#[test]
fn parity_scenarios_tell_the_same_story_in_both_worlds() {
    let mut compared = 0;
    for named in NAMED {
        let scenario = named.scenario().expect("a valid scenario");
        if !scenario.parity {
            continue;
        }
        let mut judges = [Judge::new(&scenario), Judge::new(&scenario)];
        let [event_judge, turmoil_judge] = &mut judges;
        let event = event::run(&scenario, 1, Keep::All, &mut [event_judge]);
        let turmoil = run(&scenario, 1, &mut [turmoil_judge]).expect("no faults");
        assert_eq!(told(&event.trace), told(&turmoil.trace), "{}", named.name);
        let [event_verdict, turmoil_verdict] = judges.map(|judge| judge.finish(event.end));
        assert_eq!(event_verdict.violations(), [], "{}", named.name);
        assert_eq!(turmoil_verdict.violations(), [], "{}", named.name);
        compared += 1;
    }
    assert!(compared >= 1, "no scenario is marked `parity`");
}
