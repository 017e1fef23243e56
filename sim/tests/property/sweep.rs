//! What holds, and where it was tried.

use std::num::NonZeroUsize;

use confsim::covers::{Reach, State};
use confsim::property::{Judge, Kind, Verdict};
use confsim::scenario::{NAMED, Profile};
use confsim::sweep::{Draw, Plan, Ran, Report, sweep};
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
    // The two that reach most, then a look at the others.
    let (two, others): (Vec<_>, Vec<_>) =
        Profile::SMALL.into_iter().partition(|profile| matches!(profile, Profile::Calm | Profile::Lossy));
    let reports = [(SEEDS, two), (SEEDS / 8, others)].map(|(seeds, profiles)| {
        let plan = Plan::whole(0..seeds, profiles);
        let mut report = Report::new(&plan);
        sweep(&plan, NonZeroUsize::MIN.saturating_add(1), || true, Draw::run, |ran| report.add(&ran));
        assert_eq!(report.failed(), 0, "{}", report.text());
        report
    });
    let mut verdict = Verdict::default();
    for report in &reports {
        verdict.add(report.verdict());
    }
    // What is rare may take more seeds than these: the report of a sweep says what it never reached.
    for tally in verdict.tallies().iter().filter(|tally| tally.property.kind != Kind::Sometimes) {
        assert!(tally.exercised > 0, "{} was not reached", tally.property.id);
    }
    let sometimes = |tally: &&confsim::property::Tally| tally.property.kind == Kind::Sometimes;
    assert!(verdict.tallies().iter().filter(sometimes).all(|tally| tally.violated == 0));
    let reach = Reach::of(&verdict).expect("the catalogue reads");
    let open = reach.entries().iter().filter(|(_, state)| matches!(state, State::Open | State::Violated(_)));
    assert_eq!(open.count(), 0, "{}", reach.text());
}

#[test]
fn results_come_in_the_order_of_their_seeds_whatever_the_jobs() {
    let runs = |jobs| {
        let mut runs = Vec::new();
        let jobs = NonZeroUsize::new(jobs).expect("some");
        let plan = Plan::whole(40..70, vec![Profile::Lossy]);
        sweep(&plan, jobs, || true, Draw::run, |ran: Ran| runs.push((ran.draw.seed, ran.digest)));
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
    let plan = Plan::whole(0..u64::MAX, vec![Profile::Calm]);
    sweep(&plan, NonZeroUsize::MIN.saturating_add(2), more, |draw| draw.seed, |seed| seeds.push(seed));
    assert_eq!(seeds, (0..7).collect::<Vec<_>>());
}
