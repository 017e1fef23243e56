//! The event world over nodes made for the purpose: a front end that passes on whatever it gets to everybody
//! else, and clients that say one MESSAGE each time they are asked to.

use std::collections::BTreeMap;

use super::relay::{Relay, Sin};
use confsim::scenario::{Action, Builder, Link, Links, Range, Rules, Split, Topology, scenario};
use confsim::trace::{Cause, Fate, Keep, MsgId, NodeId, Record, StepId};
use confsim::world::event::run_with;
use confsim::world::{Outcome, Rule};
use confsim_core::covers;
use confsim_core::time::{Duration, Instant};

pub(crate) const ALICE: NodeId = NodeId::client(0);
pub(crate) const BOB: NodeId = NodeId::client(1);

/// Alice, Bob and Carol sign in; Alice says so much, one message every 100 ms from 1 s on.
pub(crate) fn talk(messages: u64) -> Builder {
    let mut talk = scenario("Talk").participants(&["alice", "bob", "carol"]);
    for who in ["alice", "bob", "carol"] {
        talk = talk.step("0s", who, Action::SignIn);
    }
    for n in 0..messages {
        let create = Action::Create {
            conference: "unused".to_owned(),
            subject: n.to_string(),
            rules: Rules::default(),
        };
        talk = talk.step(&format!("{}ms", 1_000 + 100 * n), "alice", create);
    }
    talk
}

pub(crate) fn run(builder: Builder, seed: u64) -> Outcome {
    run_sinning(builder, seed, Sin::None)
}

pub(crate) fn run_sinning(builder: Builder, seed: u64, sin: Sin) -> Outcome {
    let scenario = builder.build().unwrap();
    let keep = if matches!(sin, Sin::None | Sin::Nap | Sin::Echo) { Keep::All } else { Keep::Last(10) };
    run_with(&scenario, seed, keep, &mut [], |part| Relay::new(part.node, part.cast, sin))
}

/// When each message reached `who` with the body that says which one it is.
pub(crate) fn heard_by(outcome: &Outcome, who: NodeId) -> Vec<(u64, String)> {
    let heard = |(at, record): (Instant, &Record)| match record {
        Record::Heard(heard) if heard.to == who => {
            Some((at.as_micros(), String::from_utf8_lossy(heard.message.body()).into_owned()))
        }
        _ => None,
    };
    outcome.trace.records().filter_map(heard).collect()
}

pub(crate) fn faults_of(outcome: &Outcome) -> Vec<(u32, Option<MsgId>)> {
    let fault = |(_, record): (Instant, &Record)| match record {
        Record::Fault { fault, message, .. } => Some((*fault, *message)),
        _ => None,
    };
    outcome.trace.records().filter_map(fault).collect()
}

#[test]
fn bytes_arrive_in_order_after_the_delay() {
    let outcome = run(talk(2), 1);
    assert_eq!(outcome.broken, None);
    // 20 ms to the front end, 20 ms from there.
    let expected = vec![(1_040_000, "0".to_owned()), (1_140_000, "1".to_owned())];
    assert_eq!(heard_by(&outcome, BOB), expected);
    assert_eq!(heard_by(&outcome, ALICE), vec![]);
    assert_eq!(outcome.hops, 6);
}

#[test]
fn jitter_and_splits_change_neither_content_nor_order() {
    let rough = Link {
        latency: Range { low: Duration::from_millis(1), high: Duration::from_millis(300) },
        jitter: Duration::from_millis(250),
        split: Split::Pieces,
    };
    let mut times = BTreeMap::new();
    for seed in 0..50 {
        let outcome = run(talk(20).links(Links { client: rough, pool: rough }), seed);
        assert_eq!(outcome.broken, None, "seed {seed}");
        let (at, bodies): (Vec<_>, Vec<_>) = heard_by(&outcome, BOB).into_iter().unzip();
        assert_eq!(bodies, (0..20).map(|n| n.to_string()).collect::<Vec<_>>(), "seed {seed}");
        assert!(at.is_sorted());
        *times.entry(at).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 50, "every seed has delays of its own");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let link = Link { split: Split::Pieces, jitter: Duration::from_millis(5), ..Links::default().client };
    let digest = |seed| run(talk(20).links(Links { client: link, pool: link }), seed).trace.digest();
    let digests: Vec<_> = (0..20).map(digest).collect();
    assert_eq!(digests, (0..20).map(digest).collect::<Vec<_>>());
    assert_eq!(digests.iter().collect::<std::collections::BTreeSet<_>>().len(), 20);
}

#[test]
fn everything_is_told_with_its_cause() {
    let outcome = run(talk(1), 1);
    let emitted: Vec<_> = outcome
        .trace
        .records()
        .filter_map(|(_, record)| match record {
            Record::Emitted(sent) => Some((sent.id, sent.from, sent.to, sent.origin, sent.cause)),
            _ => None,
        })
        .collect();
    let carol = NodeId::client(2);
    let first = (MsgId(0), ALICE, NodeId::FRONT_END, ALICE, Cause::Step(StepId(3)));
    let mut forwarded = vec![
        (MsgId(1), NodeId::FRONT_END, BOB, ALICE, Cause::Message(MsgId(0))),
        (MsgId(2), NodeId::FRONT_END, carol, ALICE, Cause::Message(MsgId(0))),
    ];
    if emitted.get(1).is_some_and(|sent| sent.2 == carol) {
        // The order of what is accepted at one instant is the seed's.
        forwarded = vec![
            (MsgId(1), NodeId::FRONT_END, carol, ALICE, Cause::Message(MsgId(0))),
            (MsgId(2), NodeId::FRONT_END, BOB, ALICE, Cause::Message(MsgId(0))),
        ];
    }
    assert_eq!(emitted, [vec![first], forwarded].concat());
}

#[test]
fn timers_fire_before_the_inputs_of_their_instant() {
    covers!("D-6");
    let outcome = run_sinning(talk(1), 1, Sin::Nap);
    let at_bob = |(at, record): (Instant, &Record)| match record {
        Record::Timer { who: BOB, .. } => Some((at.as_micros(), "wakes")),
        Record::Heard(heard) if heard.to == BOB => Some((at.as_micros(), "hears")),
        _ => None,
    };
    let seen: Vec<_> = outcome.trace.records().filter_map(at_bob).collect();
    assert_eq!(seen, vec![(1_040_000, "wakes"), (1_040_000, "hears")]);
}

#[test]
fn the_order_within_an_instant_is_the_seeds() {
    let first_to_hear = |seed| {
        let outcome = run(talk(1), seed);
        let heard = |(_, record): (_, &Record)| match record {
            Record::Heard(heard) if heard.to != NodeId::FRONT_END => Some(heard.to),
            _ => None,
        };
        outcome.trace.records().find_map(heard)
    };
    let first: std::collections::BTreeSet<_> = (0..20).map(first_to_hear).collect();
    assert_eq!(first.len(), 2, "Bob and Carol hear at the same instant: each is first under some seed");
}

#[test]
fn a_dropped_message_is_missing_and_nothing_else_moves() {
    let link = Link { jitter: Duration::from_millis(5), split: Split::Pieces, ..Links::default().client };
    let links = Links { client: link, pool: link };
    let mut expected = heard_by(&run(talk(5).links(links), 7), BOB);
    let outcome = run(talk(5).links(links).fault("drop the 3rd MESSAGE from alice to bob"), 7);
    expected.remove(2);
    assert_eq!(heard_by(&outcome, BOB), expected);
    let struck = faults_of(&outcome);
    assert!(matches!(struck.as_slice(), [(0, Some(_))]), "{struck:?}");
    let lost = outcome.trace.records().any(
        |(_, record)| matches!(record, Record::Lost { id, fate: Fate::Fault(0) } if Some(*id) == struck[0].1),
    );
    assert!(lost);
    assert!(outcome.idle_faults.is_empty());
}

#[test]
fn delayed_and_held_messages_come_later() {
    let late = run(talk(3).fault("delay the 1st MESSAGE from alice to bob by 150ms"), 1);
    let bodies =
        |outcome: &Outcome| heard_by(outcome, BOB).into_iter().map(|(_, body)| body).collect::<String>();
    assert_eq!(bodies(&late), "102");
    assert_eq!(heard_by(&late, BOB)[1].0, 1_190_000);

    let held = run(talk(3).fault("hold the 2nd MESSAGE from alice to bob"), 1);
    assert_eq!(bodies(&held), "021");

    let forever = run(talk(3).fault("hold the 3rd MESSAGE from alice to bob"), 1);
    assert_eq!(bodies(&forever), "01");
    let lost = |(_, record): (_, &Record)| matches!(record, Record::Lost { fate: Fate::Fault(0), .. });
    assert_eq!(forever.trace.records().filter(|entry| lost(*entry)).count(), 1);
}

#[test]
fn a_fault_without_a_victim_is_reported() {
    let outcome = run(
        talk(1)
            .fault("drop the 2nd MESSAGE from alice to bob")
            .fault("drop the 1st MESSAGE from alice to bob")
            .fault("cut the 2nd connection between bob and front-end at 1s with rst"),
        1,
    );
    assert_eq!(outcome.idle_faults, vec![0, 2]);
}

#[test]
fn a_cut_loses_what_is_beyond_it() {
    // Each message is 20 ms under way; the second has been written, but not arrived, at 1.13 s.
    for (fault, heard, told) in [
        ("cut the 1st connection between front-end and bob at 1.13s with fin", "01", true),
        ("cut the 1st connection between front-end and bob at 1.13s with rst", "0", true),
        ("cut the 1st connection between front-end and bob at 1.13s with silence", "0", false),
        ("cut the 1st connection between bob and front-end after 0 bytes from front-end with fin", "", true),
    ] {
        let outcome = run(talk(4).fault(fault), 1);
        assert_eq!(outcome.broken, None);
        assert!(outcome.idle_faults.is_empty(), "{fault}");
        let bodies: String = heard_by(&outcome, BOB).into_iter().map(|(_, body)| body).collect();
        assert_eq!(bodies, heard, "{fault}");
        let gone =
            outcome.trace.records().filter(|(_, record)| matches!(record, Record::Gone { .. })).count();
        assert_eq!(gone, if told { 2 } else { 0 }, "{fault}");
        assert_fates(&outcome);
    }
}

/// Every message is heard or lost, exactly once.
pub(crate) fn assert_fates(outcome: &Outcome) {
    let mut fates = BTreeMap::new();
    for (_, record) in outcome.trace.records() {
        match record {
            Record::Emitted(sent) => {
                fates.insert(sent.id, 0);
            }
            Record::Heard(heard) => *fates.get_mut(&heard.id).unwrap() += 1,
            Record::Lost { id, .. } => *fates.get_mut(id).unwrap() += 1,
            _ => {}
        }
    }
    assert!(fates.values().all(|fate| *fate == 1), "{fates:?}");
}

#[test]
fn a_cut_in_the_middle_of_a_message_leaves_half_of_it() {
    let whole = run(talk(1), 1);
    let length = whole.trace.records().find_map(|(_, record)| match record {
        Record::Emitted(sent) => Some(sent.head.len() + sent.body.len()),
        _ => None,
    });
    let fault = |bytes| {
        format!("cut the 1st connection between alice and front-end after {bytes} bytes from alice with fin")
    };
    for (bytes, heard) in [(length.unwrap(), 1), (length.unwrap() - 1, 0)] {
        let outcome = run(talk(2).fault(&fault(bytes)), 1);
        assert_eq!(heard_by(&outcome, NodeId::FRONT_END).len(), heard, "{bytes} bytes");
        assert_fates(&outcome);
    }
}

#[test]
fn a_cut_by_an_answer_lets_the_rest_of_a_portion_be_read() {
    let rough = Link { split: Split::Pieces, ..Links::default().client };
    for seed in 0..30 {
        let mut talk = scenario("Talk").participants(&["alice", "bob"]);
        for (at, who) in [("0s", "alice"), ("0s", "bob")] {
            talk = talk.step(at, who, Action::SignIn);
        }
        for n in 0..9 {
            let create = Action::Create {
                conference: "unused".to_owned(),
                subject: n.to_string(),
                rules: Rules::default(),
            };
            talk = talk.step("1s", "alice", create);
        }
        let talk = talk
            .links(Links { client: rough, pool: rough })
            .end(Duration::from_millis(1_050))
            .fault("cut the 1st connection between bob and front-end after 100 bytes from bob with rst");
        let outcome = run_sinning(talk, seed, Sin::Echo);
        assert_eq!(outcome.broken, None, "seed {seed}");
        assert!(outcome.idle_faults.is_empty());
    }
}

#[test]
fn a_ring_keeps_the_last_and_counts_all() {
    let scenario = talk(20).build().unwrap();
    let make = |part: confsim::node::Part<'_>| Relay::new(part.node, part.cast, Sin::None);
    let all = run_with(&scenario, 1, Keep::All, &mut [], make).trace;
    let ring = run_with(&scenario, 1, Keep::Last(10), &mut [], make).trace;
    assert_eq!(ring.records().count(), 10);
    assert_eq!(ring.forgotten() as usize, all.records().count() - 10);
    assert_eq!(ring.digest(), all.digest());
}

#[test]
fn what_is_around_a_point_in_time_can_be_kept() {
    let scenario = talk(20).build().unwrap();
    let make = |part: confsim::node::Part<'_>| Relay::new(part.node, part.cast, Sin::None);
    let told = |trace: &confsim::trace::Trace| {
        trace.records().map(|(at, record)| format!("{at} {record:?}")).collect::<Vec<_>>()
    };
    let all = run_with(&scenario, 1, Keep::All, &mut [], make).trace;
    let (at, _) = all.records().nth(40).unwrap();
    let middle = all.records().position(|(time, _)| time >= at).unwrap();
    for (before, after) in [(0, 7), (5, 7), (5, 0), (1000, 1000)] {
        let part = run_with(&scenario, 1, Keep::Around { at, before, after }, &mut [], make).trace;
        let until = all.records().count().min(middle + after);
        assert_eq!(told(&part), told(&all)[middle.saturating_sub(before)..until], "{before} {after}");
        assert_eq!(part.forgotten() as usize, all.records().count() - part.records().count());
        assert_eq!(part.digest(), all.digest());
    }
}

#[test]
fn what_a_node_owes_the_world_is_demanded() {
    let rule = |sin| run_sinning(talk(1).topology(Topology::Pool), 1, sin).broken.map(|breach| breach.rule);
    assert_eq!(rule(Sin::StaleDeadline), Some(Rule::Overdue("nap")));
    assert!(matches!(rule(Sin::WrongConnection), Some(Rule::NotUp(..))));
    assert!(matches!(rule(Sin::WrongNumber), Some(Rule::Numbering(_))));
    assert!(matches!(rule(Sin::CloseTwice), Some(Rule::NotOpen(_))));
    assert!(matches!(rule(Sin::HearTwice), Some(Rule::Framing { .. })));
    assert_eq!(rule(Sin::Babble), Some(Rule::Drain(1_000_000, Cause::Timer("babble"))));
}

#[test]
fn what_goes_round_or_piles_up_ends_the_run_with_its_place() {
    covers!("D-41");
    let still = Links { client: Link::fixed(Duration::ZERO), pool: Link::fixed(Duration::ZERO) };
    let create =
        Action::Create { conference: "unused".to_owned(), subject: "0".to_owned(), rules: Rules::default() };
    let talk = scenario("Talk").participants(&["alice", "bob"]).topology(Topology::Pool).links(still);
    let talk = talk.step("0s", "alice", Action::SignIn).step("0s", "bob", Action::SignIn);
    let talk = talk.step("1s", "alice", create).build().unwrap();
    let breach = |sin| {
        let make = |part: confsim::node::Part<'_>| Relay::new(part.node, part.cast, sin);
        run_with(&talk, 1, Keep::Last(10), &mut [], make).broken.expect("a breach").to_string()
    };
    assert_eq!(
        breach(Sin::Loop),
        "at 1.000000 front-end: more than 1000000 inputs at one instant; of the next thousand 500 times \
         front-end at a connection it opened, 500 times factory at a connection it accepted"
    );
    assert_eq!(
        breach(Sin::Echo),
        "at 1.000000 front-end: more than 1000000 inputs at one instant; of the next thousand 500 times \
         front-end at MESSAGE, 250 times alice at MESSAGE, 250 times bob at MESSAGE"
    );
    assert_eq!(breach(Sin::Flood), "at 1.000000 front-end: more than 250000 messages to bob unread");
}
