//! What holds, and where it was tried.

use std::num::NonZeroUsize;

use confsim::property::{Judge, Kind, Verdict};
use confsim::scenario::{NAMED, Profile};
use confsim::sweep::{Ran, Report, sweep};
use confsim::trace::Keep;
use confsim::world::event;
use confsim_core::covers;

/// Enough seeds for every place worth visiting.
const SEEDS: u64 = 200;

fn judged(name: &str) -> Verdict {
    let named = NAMED.iter().find(|named| named.name == name).expect("it is there");
    let scenario = named.scenario().expect("it reads");
    let mut judge = Judge::new(&scenario);
    let outcome = event::run(&scenario, 1, Keep::Last(0), &mut [&mut judge]);
    assert_eq!(outcome.broken, None);
    judge.finish(outcome.end)
}

#[test]
fn every_named_scenario_holds_and_exercises_what_it_says() {
    for named in NAMED {
        let verdict = judged(named.name);
        let violations: Vec<_> = verdict.violations().iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "{}: {violations:#?}", named.name);
        for id in named.scenario().expect("it reads").exercises {
            assert!(verdict.exercised(&id) > 0, "{} does not exercise {id}", named.name);
        }
    }
}

/// Both sides of the 40 s edge: who joins at 39.9 s is told, who joins at 40.1 s is not.
#[test]
fn the_late_joiners_stand_on_both_sides_of_the_edge() {
    covers!("D-23", "IM-3-3-2-2-b", "IM-3-3-2-2-c");
    let verdict = judged("late-joiner");
    assert!(verdict.exercised("history.seen") > 0 && verdict.exercised("history.missed") > 0);
}

#[test]
fn a_sweep_over_all_profiles_holds_and_reaches_every_property() {
    let mut report = Report::default();
    for profile in Profile::SMALL {
        // The two that reach most, then a look at the others.
        let seeds = if matches!(profile, Profile::Calm | Profile::Lossy) { SEEDS } else { SEEDS / 8 };
        sweep(0..seeds, profile, NonZeroUsize::MIN.saturating_add(1), || true, |ran| report.add(&ran));
    }
    assert_eq!(report.failed(), 0, "{}", report.text());
    for tally in report.verdict().tallies() {
        assert!(tally.exercised > 0, "{} was not reached:\n{}", tally.property.id, report.text());
    }
    let sometimes = |tally: &&confsim::property::Tally| tally.property.kind == Kind::Sometimes;
    assert!(report.verdict().tallies().iter().filter(sometimes).all(|tally| tally.violated == 0));
}

#[test]
fn results_come_in_the_order_of_their_seeds_whatever_the_jobs() {
    let runs = |jobs| {
        let mut runs = Vec::new();
        let jobs = NonZeroUsize::new(jobs).expect("some");
        sweep(40..70, Profile::Lossy, jobs, || true, |ran: Ran| runs.push((ran.draw.seed, ran.digest)));
        runs
    };
    let one = runs(1);
    assert_eq!(one.iter().map(|(seed, _)| *seed).collect::<Vec<_>>(), (40..70).collect::<Vec<_>>());
    assert_eq!(one, runs(4));
}

#[test]
fn a_sweep_stops_when_it_is_told_to_and_finishes_what_it_began() {
    let left = std::sync::atomic::AtomicU64::new(7);
    let more = || {
        let order = std::sync::atomic::Ordering::Relaxed;
        left.fetch_update(order, order, |left| left.checked_sub(1)).is_ok()
    };
    let mut seeds = Vec::new();
    sweep(0..u64::MAX, Profile::Calm, NonZeroUsize::MIN.saturating_add(2), more, |ran| {
        seeds.push(ran.draw.seed);
    });
    assert_eq!(seeds, (0..7).collect::<Vec<_>>());
}
