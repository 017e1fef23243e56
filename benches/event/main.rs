//! The event world: whole conferences, and what the pool does for a thousand participants, beside their budgets.

mod parties;
mod stopwatch;

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use confsim::node::{Part, Peer};
use confsim::property::Judge;
use confsim::scenario::{Profile, Scenario};
use confsim::sweep::{Draw, READ_TWICE};
use confsim::trace::{Keep, NodeId, Record};
use confsim::world::{event, turmoil};
use confsim_benches::{Goal, print_goals};
use confsim_core::wire::sip::Framer;

use self::parties::{busy, quiet, speech};
use self::stopwatch::{Bill, Burst, Timed, Watched, started};

/// How often a run is repeated for its median.
const REPEATS: usize = 5;

/// After so many seconds the transactions of the last join are forgotten, at both sides (64 · T1 each).
const IDLE: u64 = 70;

/// How large everything is: all of it, or just so much that it runs (`cargo bench -- --test`).
struct Size {
    crowd: usize,
    part: usize,
    seconds: u64,
    /// Of every profile but `scale`.
    seeds: u64,
    growth: &'static [usize],
}

const WHOLE: Size =
    Size { crowd: 1_000, part: 100, seconds: 60, seeds: READ_TWICE, growth: &[2, 5, 20, 100, 300] };
const TOUCH: Size = Size { crowd: 60, part: 55, seconds: 2, seeds: 1, growth: &[2, 3] };

fn main() {
    let size = if std::env::args().any(|argument| argument == "--test") { TOUCH } else { WHOLE };
    let mut goals = conferences(&size);
    goals.push(Goal::at_most("observers, % of a sweep's time", observing(&size), 30.0));
    goals.extend(crowds(&size));
    print_goals(&goals);
    shares(&size);
    growth(&size);
}

/// The median time of some runs of `run`.
fn median<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..REPEATS)
        .map(|_| {
            let start = started();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[REPEATS / 2]
}

/// Runs and judges a scenario; how many hops there were.
fn judged(scenario: &Scenario, mut judge: Judge) -> u64 {
    let outcome = event::run(scenario, 1, Keep::Last(0), &mut [&mut judge]);
    assert_eq!(outcome.broken, None);
    assert!(judge.finish(outcome.end).violations().is_empty(), "what is measured is a run that holds");
    outcome.hops
}

/// What a run takes in a sweep, where every so many are read a second time by other parsers.
fn swept(scenario: &Scenario) -> Duration {
    let quick = median(|| judged(scenario, Judge::quick(scenario)));
    let twice = median(|| judged(scenario, Judge::new(scenario)));
    let share = READ_TWICE as u32;
    (quick * (share - 1) + twice) / share
}

/// Runs a scenario with nobody watching.
fn unwatched(scenario: &Scenario) {
    assert_eq!(event::run(scenario, 1, Keep::Last(0), &mut []).broken, None);
}

/// Runs a scenario with nodes under the stopwatch.
fn billed(scenario: &Scenario, deaf: bool) -> Bill {
    let bill = Rc::new(RefCell::new(Bill::default()));
    let make = |part: Part<'_>| {
        let deaf = deaf && part.node.participant().is_some_and(|guest| guest > 0);
        Timed::new(part, deaf, &bill)
    };
    assert_eq!(event::run_with(scenario, 1, Keep::Last(0), &mut [], make).broken, None);
    bill.take()
}

/// Simulated time, hops and observers of small conferences.
fn conferences(size: &Size) -> Vec<Goal> {
    let (talk, hour) = (busy(5, size.seconds), quiet(5, size.seconds * 60));
    let hops = judged(&talk, Judge::quick(&talk));
    let watched = swept(&talk);
    let alone = median(|| unwatched(&talk));
    let simulated = |scenario: &Scenario| scenario.end.as_micros() as f64 / 1e6;
    let slept = swept(&hour);
    let parity = median(|| turmoil::run(&talk, 1, &mut []));
    println!(
        "\nTurmoil takes {:.0} times as long as the event world for the busy conference.",
        ratio(parity, alone)
    );
    vec![
        Goal::at_least(
            "busy conference of 5, simulated s/s",
            simulated(&talk) / watched.as_secs_f64(),
            3_500.0,
        ),
        Goal::at_least("busy conference of 5, hops/s", hops as f64 / watched.as_secs_f64(), 400_000.0),
        Goal::at_least("quiet hour of 5, simulated s/s", simulated(&hour) / slept.as_secs_f64(), 1_000_000.0),
    ]
}

/// What of a hundred times the time of a sweep over all profiles is spent in observers.
fn observing(size: &Size) -> f64 {
    let profiles = Profile::ALL.into_iter().filter(|profile| *profile != Profile::Scale);
    let draws: Vec<Draw> =
        profiles.flat_map(|profile| (0..size.seeds).map(move |seed| Draw { profile, seed })).collect();
    let mut shares: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let start = started();
            let observed: Duration = draws.iter().map(observed).sum();
            100.0 * ratio(observed, start.elapsed())
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    let watched = median(|| draws.iter().for_each(|draw| drop(black_box(draw.run()))));
    let alone = median(|| {
        draws.iter().for_each(|draw| {
            black_box(event::run(&draw.scenario(), draw.seed, Keep::Last(0), &mut []).hops);
        });
    });
    println!("\nA sweep that nobody watches takes {:.0} % less time.", 100.0 - 100.0 * ratio(alone, watched));
    shares[REPEATS / 2]
}

/// The time that observers take of a run in a sweep.
fn observed(draw: &Draw) -> Duration {
    let scenario = draw.scenario();
    let start = started();
    let twice = draw.seed.is_multiple_of(READ_TWICE);
    let mut judge = if twice { Judge::new(&scenario) } else { Judge::quick(&scenario) };
    let mut watched = Watched { took: start.elapsed(), judge: &mut judge };
    let end = event::run(&scenario, draw.seed, Keep::Last(0), &mut [&mut watched]).end;
    let took = watched.took;
    let start = started();
    assert!(judge.finish(end).held(), "what is measured are runs that hold");
    took + start.elapsed()
}

/// What one more participant, and one more recipient, costs the pool.
fn crowds(size: &Size) -> Vec<Goal> {
    let idle = billed(&quiet(size.crowd, IDLE), true);
    let told = |crowd| each(&idle.bursts, NodeId::FOCUS, crowd);
    let heard = |crowd| each(&billed(&speech(crowd + 1, 20), true).bursts, NodeId::MCU, crowd);
    let ((few, many), (some, all)) =
        ((told(size.part), told(size.crowd - 5)), (heard(size.part), heard(size.crowd)));
    vec![
        Goal::at_most("focus, ns per notification of the last join", many, 1_500.0),
        Goal::at_most("the same, beside a tenth of the crowd", many / few, 1.2),
        Goal::at_most("IM MCU, ns per recipient of a MESSAGE", all, 1_500.0),
        Goal::at_most("the same, beside a tenth of the crowd", all / some, 1.2),
        Goal::at_most("pool, bytes per idle participant", idle.held as f64 / size.crowd as f64, 10_000.0),
    ]
}

/// The median of what a message to about `crowd` recipients costs `node` for each, in nanoseconds.
fn each(bursts: &[Burst], node: NodeId, crowd: usize) -> f64 {
    let fits = |burst: &&Burst| burst.node == node && burst.sent.abs_diff(crowd) <= 4;
    let costs = bursts.iter().filter(fits).map(|burst| burst.took.as_nanos() as f64 / burst.sent as f64);
    let mut costs: Vec<f64> = costs.collect();
    costs.sort_by(f64::total_cmp);
    costs.get(costs.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What a busy conference spends its time on.
fn shares(size: &Size) {
    let talk = busy(5, size.seconds);
    let (watched, alone) = (swept(&talk), median(|| unwatched(&talk)));
    let mut bills: Vec<Duration> = (0..REPEATS).map(|_| billed(&talk, false).busy).collect();
    bills.sort();
    let (nodes, streams) = (bills[REPEATS / 2], streams(&talk));
    let parsing = median(|| streams.iter().for_each(parse));
    println!("\n| share of a busy conference of 5 | % |\n|---|---|");
    let machines = nodes.saturating_sub(parsing);
    let (engine, observers) = (alone.saturating_sub(nodes), watched.saturating_sub(alone));
    for (what, part) in
        [("parsing", parsing), ("machines", machines), ("engine and hash", engine), ("observers", observers)]
    {
        println!("| {what} | {:.0} |", 100.0 * ratio(part, watched));
    }
}

/// Every message that is heard in a run, as it came.
fn streams(scenario: &Scenario) -> Vec<Bytes> {
    let outcome = event::run_with(scenario, 1, Keep::All, &mut [], Peer::new);
    let bytes = outcome.trace.records().filter_map(|(_, record)| match record {
        Record::Heard(heard) => Some([&heard.message.head()[..], heard.message.body()].concat().into()),
        _ => None,
    });
    bytes.collect()
}

fn parse(bytes: &Bytes) {
    let mut framer = Framer::default();
    framer.push(bytes.clone());
    black_box(framer.next().is_ok());
}

/// How the cost of a hop grows with the participants, and that of a second with the time that passes.
fn growth(size: &Size) {
    println!("\n| participants | hops | µs/hop |\n|---|---|---|");
    for guests in size.growth {
        let party = busy(*guests, 2);
        let hops = judged(&party, Judge::quick(&party));
        let start = started();
        judged(&party, Judge::quick(&party));
        println!("| {guests} | {hops} | {:.2} |", start.elapsed().as_secs_f64() * 1e6 / hops as f64);
    }
    println!("\n| seconds of a busy conference of 5 | µs per second |\n|---|---|");
    for seconds in [size.seconds / 2, size.seconds * 4, size.seconds * 16] {
        let talk = busy(5, seconds);
        let start = started();
        judged(&talk, Judge::quick(&talk));
        println!("| {seconds} | {:.0} |", start.elapsed().as_secs_f64() * 1e6 / seconds as f64);
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
