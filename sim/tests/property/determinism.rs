//! A node that is not deterministic is noticed, with the place where it shows.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use confsim::node::{Part, Peer};
use confsim::scenario::Profile;
use confsim::sweep::{Draw, Fickle, Plan, Report, difference, sweep};
use confsim::trace::NodeId;
use confsim_core::client;
use confsim_core::node::{Dump, Input, Node, Output};
use confsim_core::time::Instant;

const DRAW: Draw = Draw { profile: Profile::Calm, seed: 6 };

/// Says `Hello, N` wherever alice says `message`, N being different in each run.
struct Moody {
    inner: Peer,
    mood: Option<u64>,
}

impl Node for Moody {
    type Command = client::Command;
    type Event = client::Event;

    fn handle(&mut self, now: Instant, input: Input<client::Command>) {
        self.inner.handle(now, input);
    }

    fn poll(&mut self) -> Output<client::Event> {
        let mut output = self.inner.poll();
        if let (Some(mood), Output::Send(transmit)) = (self.mood, &mut output)
            && transmit.body.starts_with(b"message ")
        {
            let mut body = transmit.body.to_vec();
            body.splice(..7, format!("mood {:02}", mood % 100).into_bytes());
            transmit.body = Bytes::from(body);
        }
        output
    }

    fn dump(&self) -> Dump {
        self.inner.dump()
    }
}

#[test]
fn an_honest_run_is_the_same_again() {
    assert_eq!(difference(&DRAW.run(), &Peer::new), None);
}

#[test]
fn the_first_difference_is_told_in_words() {
    let moods = AtomicU64::new(0);
    let make = |part: Part<'_>| {
        let mood = (part.node == NodeId::client(0)).then(|| moods.fetch_add(1, Ordering::Relaxed));
        Moody { inner: Peer::new(part), mood }
    };
    let ran = DRAW.run_with(make);
    let words = difference(&ran, &make).expect("the second run says something else");
    assert!(words.contains("alice writes MESSAGE to front-end"), "{words}");
    assert!(words.contains(" is `mood 02 ") && words.contains(" and `mood 03 "), "{words}");
}

#[test]
fn a_report_counts_what_was_run_twice_and_tells_what_differs() {
    let plan = Plan::whole(0..4, vec![Profile::Calm, Profile::Lossy]);
    for fickle in [false, true] {
        let nodes = Fickle::default();
        let mut report = Report::new(&plan);
        let run = |draw: Draw| {
            let mut ran = if fickle { draw.run_with(|part| nodes.node(part)) } else { draw.run() };
            let found = if fickle {
                difference(&ran, &|part| nodes.node(part))
            } else {
                difference(&ran, &Peer::new)
            };
            ran.repeated = Some(found);
            ran
        };
        sweep(&plan, NonZeroUsize::MIN.saturating_add(1), || true, run, |ran| report.add(&ran));
        assert_eq!(report.differing(), if fickle { 8 } else { 0 });
        let text = report.text();
        assert!(text.contains("determinism: 8 runs were made twice"), "{text}");
        assert_eq!(text.contains("lossy:3 is not deterministic: record "), fickle, "{text}");
    }
}

/// The hashes of some runs of every profile, as a file of `confsim sweep --digests` has them. `.ci/run` compares an
/// optimised build's with the same snapshot.
#[test]
fn hashes_are_the_same_alone_and_in_a_sweep_and_as_they_were() {
    let plan = Plan::whole(0..3, Profile::SMALL.to_vec());
    let line = |draw: Draw, digest: u64| format!("{draw} {digest:016x}\n");
    let alone: String =
        (0..).map_while(|place| plan.draw(place)).map(|draw| line(draw, draw.run().digest)).collect();
    for jobs in [1, 2] {
        let mut swept = String::new();
        let jobs = NonZeroUsize::new(jobs).expect("some");
        sweep(&plan, jobs, || true, Draw::run, |ran| swept.push_str(&line(ran.draw, ran.digest)));
        assert_eq!(swept, alone, "{jobs} jobs");
    }
    confsim_snapshots::bind("confsim", || {
        confsim_snapshots::insta::assert_snapshot!("golden_digests", alone);
    });
}
