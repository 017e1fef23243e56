//! Every id that anybody names exists.

use std::collections::BTreeSet;

use confsim::covers::{PROOFS, Scope, catalogue, coverage, scope};
use confsim::property::{CATALOGUE, find};
use confsim::scenario::NAMED;
use confsim_core::covers;

use super::{confsim, text};

#[test]
fn every_named_requirement_is_in_the_catalogue() {
    let known: BTreeSet<String> = catalogue().expect("it reads").into_iter().map(|one| one.id).collect();
    assert!(known.len() > 790, "765 requirements and the decisions: {}", known.len());
    let unknown: Vec<_> = coverage().into_iter().filter(|(id, _)| !known.contains(id)).collect();
    assert!(unknown.is_empty(), "not in sim/data/requirements.toml or decisions.md: {unknown:#?}");
}

#[test]
fn reasons_are_about_requirements_that_exist() {
    let known: BTreeSet<String> = catalogue().expect("it reads").into_iter().map(|one| one.id).collect();
    for (id, reason) in scope() {
        assert!(known.contains(id), "sim/data/scope.tsv: {id}");
        if let Scope::Duplicate(targets) = reason {
            assert!(
                targets.split('+').all(|target| known.contains(target)),
                "sim/data/scope.tsv: {id}: {targets}"
            );
        }
    }
}

#[test]
fn every_requirement_is_spoken_for_or_has_its_reason() {
    let (scope, coverage) = (scope(), coverage());
    let settled = |id: &str| scope.get(id).is_some_and(|reason| reason.settles(&coverage));
    let all = catalogue().expect("it reads");
    let open: Vec<_> =
        all.iter().map(|one| &*one.id).filter(|id| !coverage.contains_key(*id) && !settled(id)).collect();
    assert!(
        open.is_empty(),
        "nobody speaks for {open:?}: name them in a test, a scenario or sim/data/scope.tsv"
    );
    let listed = text(&confsim(&["list", "requirements", "--open"]).stdout);
    assert!(listed.trim_end().ends_with(", 0 are open"), "{listed}");
}

#[test]
fn every_property_a_scenario_exercises_exists() {
    for named in NAMED {
        for id in named.scenario().expect("it reads").exercises {
            assert!(find(&id).is_some(), "{}: there is no property {id}", named.name);
        }
    }
}

#[test]
fn properties_have_ids_of_their_own() {
    let ids: BTreeSet<_> = CATALOGUE.iter().map(|property| property.id).collect();
    assert_eq!(ids.len(), CATALOGUE.len());
}

/// This test is its own evidence: what it names here has to come out of the table.
#[test]
fn what_a_test_names_is_collected_with_its_place() {
    covers!("IM-1-7-a", "D-12");
    let proof = PROOFS
        .iter()
        .find(|proof| proof.test == "what_a_test_names_is_collected_with_its_place")
        .expect("collected");
    assert_eq!(proof.file, "sim/tests/program/coverage.rs");
    assert_eq!(proof.ids, ["IM-1-7-a", "D-12"]);
    let listed = text(&confsim(&["list", "requirements"]).stdout);
    let entry = listed.split_once("\nD-12 ").map(|(_, rest)| rest).expect("listed");
    let entry = entry.split("\nD-13 ").next().unwrap_or_default();
    assert!(entry.contains("property   roster.versions"), "{entry}");
    assert!(entry.contains("sim/tests/program/coverage.rs: what_a_test_names_is_collected"), "{entry}");
}
