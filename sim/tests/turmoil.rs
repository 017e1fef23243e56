//! The async shell under turmoil.

use std::collections::BTreeMap;

use confsim::property::Judge;
use confsim::scenario::{Action, Kind, NAMED, Scenario, Split, named, scenario};
use confsim::trace::{Keep, Record, Trace};
use confsim::world::event;
use confsim::world::turmoil::{Unable, incomparable, run};
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
fn a_fault_that_turmoil_has_no_word_for_is_named() {
    for fault in ["drop the 1st REGISTER from alice to front-end", "pause mcu at 1s for 500ms"] {
        let mut faulty = sign_in();
        faulty.faults.push(fault.parse().expect("a fault"));
        let error = run(&faulty, 1, &mut []).expect_err("it cannot");
        assert!(matches!(error, Unable::Fault(_)) && error.to_string().contains(fault), "{error}");
    }
}

/// Scenarios whose faults this world can play: hosts that go down, with and without return.
const STRUCK: [&str; 6] = [
    "connection-lost-for-good",
    "factory-restart",
    "focus-restart",
    "front-end-restart",
    "mcu-restart",
    "pool-restart",
];

#[test]
fn hosts_go_down_and_come_back() {
    for name in STRUCK {
        let scenario = named(name).and_then(|named| named.scenario().ok()).expect("a named scenario");
        for seed in 0..3 {
            let mut judge = Judge::new(&scenario);
            let outcome = run(&scenario, seed, &mut [&mut judge]).expect("it can play that");
            let verdict = judge.finish(outcome.end);
            assert_eq!(verdict.violations(), [], "{name}, seed {seed}");
            let idle: Vec<_> = scenario.exercises.iter().filter(|id| verdict.exercised(id) == 0).collect();
            assert!(idle.is_empty(), "{name}, seed {seed}: {idle:?}");
        }
    }
}

/// A conference of two, of whom Bob has something happen to him at 7 s.
fn bob_is_struck(fault: &str) -> Scenario {
    let mut scenario = named("client-vanishes").and_then(|named| named.scenario().ok()).expect("a scenario");
    scenario.end = Duration::from_secs(60);
    scenario.faults = vec![fault.parse().expect("a fault")];
    scenario
}

/// What Alice learns of her message to Bob: whom it did not reach.
fn failures(scenario: &Scenario, seed: u64) -> Vec<(String, u16)> {
    let mut judge = Judge::new(scenario);
    let outcome = run(scenario, seed, &mut [&mut judge]).expect("it can play that");
    assert_eq!(judge.finish(outcome.end).violations(), []);
    let told = outcome.trace.records().find_map(|(_, record)| match record {
        Record::Event { event: Event::Delivered { failures, .. }, .. } => Some(failures.clone()),
        _ => None,
    });
    told.expect("she is told")
}

#[test]
fn whose_machine_stops_leaves_half_of_a_connection_behind() {
    let scenario = bob_is_struck("pause bob at 5.9s for 2000s");
    for seed in 0..3 {
        let failed = failures(&scenario, seed);
        assert!(matches!(&*failed, [(bob, 408)] if bob.contains("bob")), "{failed:?}");
    }
}

#[test]
fn what_is_held_arrives_when_it_is_released() {
    let held = "stall the 1st connection between bob and front-end towards bob at 5.9s for 5s";
    let scenario = bob_is_struck(held);
    for seed in 0..3 {
        assert_eq!(failures(&scenario, seed), []);
        let outcome = run(&scenario, seed, &mut []).expect("it can play that");
        let received =
            |record: &Record| matches!(record, Record::Event { event: Event::Received { .. }, .. });
        let at = outcome.trace.records().find(|(_, record)| received(record)).map(|(at, _)| at);
        let at = at.expect("he hears it").as_micros();
        assert!((10_900_000..11_200_000).contains(&at), "{at}");
    }
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

/// Scenarios that are run under many seeds: joins of three kinds of client, an eviction, and what is said.
const SWEPT: [&str; 5] = ["join-dial-in", "cwa-join", "eject", "forwarding", "get-conference"];
const SEEDS: u64 = 30;

#[test]
fn however_streams_are_cut_the_properties_hold() {
    let mut cut = 0;
    for name in SWEPT {
        let mut scenario = named(name).and_then(|named| named.scenario().ok()).expect("a named scenario");
        scenario.parity = false;
        scenario.links.client.split = Split::Pieces;
        for seed in 0..SEEDS {
            let mut judge = Judge::new(&scenario);
            let outcome = run(&scenario, seed, &mut [&mut judge]).expect("no faults");
            let verdict = judge.finish(outcome.end);
            assert_eq!(verdict.violations(), [], "{name}, seed {seed}");
            let idle: Vec<_> = scenario.exercises.iter().filter(|id| verdict.exercised(id) == 0).collect();
            assert!(idle.is_empty(), "{name}, seed {seed}: {idle:?}");
            cut += 1;
        }
    }
    assert_eq!(cut, SEEDS * SWEPT.len() as u64);
}

#[test]
fn whatever_can_be_compared_is() {
    let mut compared = 0;
    for named in NAMED {
        let scenario = named.scenario().expect("a valid scenario");
        match (scenario.parity, incomparable(&scenario)) {
            (true, None) => compared += 1,
            (false, Some(_)) => {}
            (parity, reason) => {
                panic!("{}: parity is {parity}, but the reason against it is {reason:?}", named.name)
            }
        }
    }
    assert!(compared >= 15, "{compared} scenarios are compared");
}
