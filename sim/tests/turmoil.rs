//! The async shell under turmoil.

use confsim::scenario::{Action, Kind, Scenario, scenario};
use confsim::trace::Record;
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
