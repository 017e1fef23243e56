//! Faults, one by one, over the nodes of [`super::relay`]: what each does, and what it leaves alone.

use super::event::{ALICE, BOB, assert_fates, heard_by, run, run_sinning, talk};
use super::relay::Sin;
use confsim::scenario::{Action, Builder, Link, Links, Rules, Speech, Topology};
use confsim::trace::{Cause, HostChange, NodeId, Record, Skip};
use confsim::world::Outcome;
use confsim_core::time::{Duration, Instant};

/// What reached Bob, in one word, with the times in milliseconds.
fn at_bob(outcome: &Outcome) -> (String, Vec<u64>) {
    assert_eq!(outcome.broken, None);
    let heard = heard_by(outcome, BOB);
    let times = heard.iter().map(|(at, _)| at / 1_000).collect();
    (heard.into_iter().map(|(_, body)| body).collect(), times)
}

fn struck(builder: Builder, fault: &str) -> Outcome {
    let outcome = run(builder.fault(fault), 1);
    assert!(outcome.idle_faults.is_empty(), "{fault}");
    assert_fates(&outcome);
    outcome
}

fn changes(outcome: &Outcome) -> Vec<(u64, NodeId, HostChange)> {
    let change = |(at, record): (Instant, &Record)| match record {
        Record::Host { who, change, .. } => Some((at.as_micros() / 1_000, *who, *change)),
        _ => None,
    };
    outcome.trace.records().filter_map(change).collect()
}

#[test]
fn a_duplicate_arrives_twice_and_is_nobodys_word() {
    let outcome = struck(talk(3), "duplicate the 2nd MESSAGE from alice to bob");
    assert_eq!(at_bob(&outcome).0, "0112");
    let copies = |(_, record): &(Instant, &Record)| matches!(record, Record::Emitted(sent) if sent.cause == Cause::Fault(0) && sent.origin == ALICE);
    assert_eq!(outcome.trace.records().filter(copies).count(), 1);
}

#[test]
fn a_corrupted_byte_changes_that_message_alone() {
    let whole = run(talk(1), 1);
    let length = whole.trace.records().find_map(|(_, record)| match record {
        Record::Emitted(sent) => Some((sent.head.len(), sent.body.len())),
        _ => None,
    });
    let (head, body) = length.unwrap();
    let outcome = struck(talk(3), &format!("corrupt byte {head} of the 2nd MESSAGE from alice to bob"));
    let heard: Vec<_> = heard_by(&outcome, BOB).into_iter().map(|(_, body)| body).collect();
    // Inverted, a digit is no UTF-8 any more.
    assert_eq!(heard, ["0", "\u{fffd}", "2"]);
    assert_eq!(body, 1);
}

#[test]
fn an_answered_request_never_arrives() {
    let outcome = struck(talk(3), "answer the 2nd MESSAGE from alice to bob with 503");
    assert_eq!(at_bob(&outcome).0, "02");
    let answers = |(_, record): (Instant, &Record)| match record {
        Record::Heard(heard) if heard.message.code() == Some(503) => {
            Some((heard.from, heard.to, heard.origin))
        }
        _ => None,
    };
    let answers: Vec<_> = outcome.trace.records().filter_map(answers).collect();
    // The relay passes on whatever it hears.
    assert_eq!(answers.first(), Some(&(BOB, NodeId::FRONT_END, BOB)));
}

#[test]
fn a_refused_connection_never_comes_up() {
    let outcome = struck(
        talk(2).step("1.15s", "bob", Action::SignIn).step("2s", "alice", talked()),
        "refuse the 1st connection between bob and front-end",
    );
    // Bob gets nothing until he tries again.
    assert_eq!(at_bob(&outcome).0, "late");
    let gone = |(at, record): (Instant, &Record)| match record {
        Record::Gone { who, .. } => Some((at.as_micros(), *who)),
        _ => None,
    };
    assert_eq!(outcome.trace.records().filter_map(gone).collect::<Vec<_>>(), [(20_000, BOB)]);
}

fn talked() -> Action {
    Action::Create { conference: "unused".to_owned(), subject: "late".to_owned(), rules: Rules::default() }
}

#[test]
fn a_stalled_reader_reads_everything_afterwards() {
    let fault = "stall the 1st connection between bob and front-end towards bob at 1.13s for 2s";
    let outcome = struck(talk(4), fault);
    assert_eq!(at_bob(&outcome), ("0123".to_owned(), vec![1040, 3130, 3130, 3130]));
    // The other way is free, and so is Carol's.
    assert_eq!(heard_by(&outcome, NodeId::client(2)), heard_by(&run(talk(4), 1), NodeId::client(2)));
}

#[test]
fn a_slow_connection_is_slow_for_a_while() {
    let fault = "slow the 1st connection between front-end and bob by 150ms at 1.1s for 100ms";
    // The second is late, the third waits behind it, the fourth is in time again.
    let outcome = struck(talk(4), fault);
    assert_eq!(at_bob(&outcome), ("0123".to_owned(), vec![1040, 1290, 1290, 1340]));
}

#[test]
fn a_crash_takes_connections_and_what_is_under_way() {
    let back = talk(3).step("1.15s", "bob", Action::SignIn).step("1.18s", "bob", Action::SignIn);
    let outcome = struck(back, "crash bob at 1.13s back at 1.17s");
    // The first has arrived, the second was under way, the third finds him back.
    assert_eq!(at_bob(&outcome).0, "02");
    let expected = [(1130, BOB, HostChange::Crashed), (1170, BOB, HostChange::Back { incarnation: 2 })];
    assert_eq!(changes(&outcome), expected);
    let skipped = |(_, record): (Instant, &Record)| match record {
        Record::Step { skipped: Some(why), .. } => Some(*why),
        _ => None,
    };
    assert_eq!(outcome.trace.records().filter_map(skipped).collect::<Vec<_>>(), [Skip::Down]);
    assert_eq!(outcome.skipped.len(), 1);
    let gone = |(at, record): (Instant, &Record)| match record {
        Record::Gone { who, .. } => Some((at.as_micros() / 1_000, *who)),
        _ => None,
    };
    assert_eq!(outcome.trace.records().filter_map(gone).collect::<Vec<_>>(), [(1150, NodeId::FRONT_END)]);
}

#[test]
fn nobody_listens_on_a_host_that_is_down() {
    let outcome = struck(talk(1).step("3s", "bob", Action::SignIn), "crash front-end at 2s");
    let gone = |(at, record): (Instant, &Record)| match record {
        Record::Gone { who, .. } => Some((at.as_micros() / 1_000, *who)),
        _ => None,
    };
    let gone: Vec<_> = outcome.trace.records().filter_map(gone).collect();
    let carol = NodeId::client(2);
    assert_eq!(gone.last(), Some(&(3040, BOB)));
    assert!([ALICE, BOB, carol].iter().all(|who| gone.contains(&(2020, *who))), "{gone:?}");
}

#[test]
fn the_pool_is_one_host() {
    let outcome = struck(talk(1).topology(Topology::Pool), "crash pool at 2s back at 3s");
    let crashed: Vec<_> = NodeId::POOL.map(|role| (2000, role, HostChange::Crashed)).into();
    let back: Vec<_> = NodeId::POOL.map(|role| (3000, role, HostChange::Back { incarnation: 2 })).into();
    assert_eq!(changes(&outcome), [crashed, back].concat());
    let error = talk(1).topology(Topology::Pool).fault("crash focus at 2s").build().unwrap_err();
    assert_eq!(error.to_string(), "fault 1: all roles share one host here: say `pool` instead of `focus`");
}

#[test]
fn a_paused_host_does_everything_afterwards_in_order() {
    let outcome = struck(talk(9), "pause bob at 1.13s for 2s");
    let (bodies, times) = at_bob(&outcome);
    assert_eq!(bodies, "012345678");
    assert_eq!(times, [vec![1040], vec![3130; 8]].concat());
    assert_eq!(changes(&outcome), [(1130, BOB, HostChange::Paused), (3130, BOB, HostChange::Resumed)]);
    // Alice's own steps wait as well.
    let outcome = struck(talk(3), "pause alice at 500ms for 2s");
    assert_eq!(at_bob(&outcome), ("012".to_owned(), vec![2540, 2540, 2540]));
}

#[test]
fn a_clock_that_is_wrong_moves_timers_alone() {
    // The nap ends at 1.04 s by the clock of the one who naps.
    for (fault, woke) in [
        ("run the clock of bob ahead by 1s", 40_000),
        ("run the clock of bob fast by 1000 ppm", 1_038_962),
        ("run the clock of bob slow by 100000 ppm", 1_155_555),
    ] {
        let outcome = run_sinning(talk(1).fault(fault), 1, Sin::Nap);
        assert_eq!(outcome.broken, None, "{fault}");
        let wakes = |(at, record): (Instant, &Record)| match record {
            Record::Timer { who: BOB, .. } => Some(at.as_micros()),
            _ => None,
        };
        assert_eq!(outcome.trace.records().find_map(wakes), Some(woke), "{fault}");
        assert_eq!(at_bob(&outcome).1, [1040], "{fault}");
    }
}

#[test]
fn what_a_participant_says_is_a_message_or_bytes() {
    let message = "MESSAGE ${uri:carol} SIP/2.0\r\nContent-Length: ${length}\r\n\r\nforged";
    let say = |text: &str| Action::Say(Speech::Text(text.to_owned()));
    let outcome = run(talk(1).step("2s", "bob", say(message)), 1);
    let forged: Vec<_> = heard_by(&outcome, NodeId::client(2)).into_iter().map(|(_, body)| body).collect();
    assert_eq!(forged, ["0", "forged"]);
    let requested = |(_, record): (Instant, &Record)| match record {
        Record::Heard(heard) if heard.to == NodeId::FRONT_END && heard.origin == BOB => {
            Some(heard.message.request_uri().unwrap().address())
        }
        _ => None,
    };
    assert_eq!(outcome.trace.records().find_map(requested).as_deref(), Some("sip:carol@contoso.com"));

    // Line ends before a message are none of it (keep-alives): the bytes are not one message, but hold one.
    let outcome = run(talk(1).step("2s", "bob", say(&format!("\r\n\r\n{message}"))), 1);
    let said = outcome.trace.records().filter(|(_, record)| matches!(record, Record::Said { .. }));
    assert_eq!((said.count(), outcome.broken.clone()), (1, None));
    assert_eq!(heard_by(&outcome, NodeId::client(2)).len(), 2);
    assert_fates(&outcome);

    let outcome = run(talk(1).step("2s", "bob", say("${focus:lunch}")), 1);
    assert_eq!(outcome.skipped.len(), 1, "there is no such conference");
}

#[test]
fn a_fault_that_is_off_draws_nothing() {
    let rough = Link { jitter: Duration::from_millis(5), ..Links::default().client };
    let builder = || talk(5).links(Links { client: rough, pool: rough });
    let plain = heard_by(&run(builder(), 7), BOB);
    for fault in [
        "crash carol at 5s back at 6s",
        "pause carol at 5s for 1s",
        "stall the 1st connection between bob and front-end towards bob at 5s for 1s",
        "refuse the 2nd connection between bob and front-end",
        "duplicate the 9th MESSAGE from alice to bob",
    ] {
        assert_eq!(heard_by(&run(builder().fault(fault), 7), BOB), plain, "{fault}");
    }
}
