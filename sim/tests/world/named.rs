//! The scenarios that come with the program, and those that seeds stand for.

use confsim::scenario::{NAMED, Profile, from_toml, generate, named, to_toml};

#[test]
fn every_named_scenario_can_be_read_and_written() {
    for known in NAMED {
        let scenario = known.scenario().unwrap_or_else(|error| panic!("{}: {error}", known.name));
        assert_eq!(from_toml(&to_toml(&scenario)), Ok(scenario), "{}", known.name);
        assert_eq!(named(known.name), Some(*known));
    }
    assert_eq!(named("no such scenario"), None);
}

#[test]
fn every_seed_stands_for_a_scenario_that_can_be_written_down() {
    let mut drawn = std::collections::BTreeSet::new();
    for profile in Profile::ALL {
        let seeds = if profile == Profile::Scale { 2 } else { 200 };
        for seed in 0..seeds {
            let scenario = generate(seed, profile);
            assert_eq!(scenario.check(), Ok(()), "seed {seed}");
            let file = to_toml(&scenario);
            assert_eq!(from_toml(&file).as_ref(), Ok(&scenario), "seed {seed}\n{file}");
            assert_eq!(generate(seed, profile), scenario);
            assert!(drawn.insert(file), "seed {seed} repeats another one");
        }
    }
}

#[test]
fn faults_leave_the_workload_alone() {
    for seed in 0..50 {
        let (calm, lossy) = (generate(seed, Profile::Calm), generate(seed, Profile::Lossy));
        assert!(calm.faults.is_empty());
        assert!(!lossy.faults.is_empty());
        assert_eq!(calm.steps, lossy.steps);
    }
}
