//! Broken nodes are noticed, and unbroken ones pass through a saboteur's hands unharmed.

use std::collections::BTreeSet;

use confsim::property;
use confsim::sabotage::{CATALOGUE, Clock, MOST, Sabotage, Saboteur, first_kill};
use confsim::scenario::{Profile, generate};
use confsim::trace::{Keep, Role};
use confsim::world::event;

const ROLES: [(Role, &str); 5] = [
    (Role::FrontEnd, "front-end-"),
    (Role::Factory, "factory-"),
    (Role::Focus, "focus-"),
    (Role::Mcu, "mcu-"),
    (Role::Client, "client-"),
];

/// Lets everything pass.
struct Idle;

impl Saboteur for Idle {}

#[test]
fn a_saboteur_who_does_nothing_changes_nothing() {
    for profile in [Profile::Calm, Profile::Chaos, Profile::Crash, Profile::HostilePeer] {
        for seed in 0..2 {
            let scenario = generate(seed, profile);
            let plain = event::run(&scenario, seed, Keep::Last(0), &mut []);
            for (role, name) in ROLES {
                let idle = Sabotage {
                    name,
                    sentence: "",
                    role,
                    property: "",
                    profile,
                    clock: Clock::RIGHT,
                    saboteur: || Box::new(Idle),
                };
                let watched = idle.run(&scenario, seed, Keep::Last(0), &mut []);
                assert_eq!(watched.broken, plain.broken);
                let digests = (watched.trace.digest(), plain.trace.digest());
                assert_eq!(digests.0, digests.1, "{name} in {}:{seed}", profile.name());
            }
        }
    }
}

#[test]
fn every_saboteur_has_a_name_of_its_own_and_a_property_to_fear() {
    let names: BTreeSet<_> = CATALOGUE.iter().map(|sabotage| sabotage.name).collect();
    assert_eq!(names.len(), CATALOGUE.len());
    for sabotage in CATALOGUE {
        assert!(property::find(sabotage.property).is_some(), "{}: {}", sabotage.name, sabotage.property);
        let prefix = ROLES.iter().find(|(role, _)| *role == sabotage.role).map(|(_, prefix)| *prefix);
        assert!(prefix.is_some_and(|prefix| sabotage.name.starts_with(prefix)), "{}", sabotage.name);
        assert!(Sabotage::find(sabotage.name).is_some_and(|found| found.name == sabotage.name));
    }
}

/// One of each family, from one start; the kill matrix has all of them, from many.
#[test]
fn saboteurs_are_noticed_by_the_property_they_have_to_fear() {
    for name in [
        "focus-keeps-who-has-left",
        "focus-ejects-without-a-word",
        "mcu-says-202-for-200",
        "mcu-reports-too-early",
        "mcu-leaves-history-out",
        "factory-loses-a-change",
        "client-hides-its-ejection",
    ] {
        let sabotage = Sabotage::find(name).expect("it is there");
        let kill = first_kill(sabotage, 0, MOST).expect("a run to its end");
        assert!(kill.is_some(), "{name} survives: {}", sabotage.sentence);
    }
}

#[test]
fn the_same_seed_does_the_same_damage() {
    let scenario = generate(3, Profile::Calm);
    let digest = |sabotage: &Sabotage| sabotage.run(&scenario, 3, Keep::Last(0), &mut []).trace.digest();
    let sound = event::run(&scenario, 3, Keep::Last(0), &mut []).trace.digest();
    let broken: Vec<_> = CATALOGUE.iter().filter(|sabotage| sabotage.role == Role::Mcu).collect();
    assert!(broken.iter().any(|sabotage| digest(sabotage) != sound), "none of them does anything");
    for sabotage in broken {
        assert_eq!(digest(sabotage), digest(sabotage), "{}", sabotage.name);
    }
}
