//! The real nodes keep the contract: what the world itself asserts, and what takes a wrapper to see.

use confsim::fault::{Fault, Harm};
use confsim::node::{Part, Peer};
use confsim::scenario::{Action, NAMED, Profile, Scenario, generate};
use confsim::trace::Keep;
use confsim::world::event::{run, run_with};
use confsim_core::client::{Command, Event};
use confsim_core::node::{Dump, Input, Node, Output};
use confsim_core::time::Instant;

/// Wakes its node, for nothing, before each input that is no time-out.
struct Fidget(Peer);

impl Node for Fidget {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Instant, input: Input<Command>) {
        if !matches!(input, Input::Start | Input::Timeout) {
            self.0.handle(now, Input::Timeout);
            let output = self.0.poll();
            assert!(matches!(output, Output::Wait(_)), "a spurious time-out led to {output:?}");
        }
        self.0.handle(now, input);
    }

    fn poll(&mut self) -> Output<Event> {
        self.0.poll()
    }

    fn dump(&self) -> Dump {
        self.0.dump()
    }
}

fn scenarios() -> impl Iterator<Item = (u64, Scenario)> {
    let named = NAMED.iter().map(|known| (1, known.scenario().unwrap()));
    let drawn = (0..6).flat_map(|seed| Profile::SMALL.map(|profile| (seed, generate(seed, profile))));
    named.chain(drawn)
}

#[test]
fn spurious_time_outs_change_nothing() {
    for (seed, scenario) in scenarios() {
        let calm = run(&scenario, seed, Keep::Last(1), &mut []);
        let make = |part: Part<'_>| Fidget(Peer::new(part));
        let fidgety = run_with(&scenario, seed, Keep::Last(1), &mut [], make);
        assert_eq!(calm.broken, None, "{}", scenario.title);
        assert_eq!(fidgety.trace.digest(), calm.trace.digest(), "{}", scenario.title);
    }
}

#[test]
fn nobody_who_keeps_to_the_protocol_writes_garbage() {
    use confsim::trace::Record;
    let forged = |scenario: &Scenario| {
        scenario.faults.iter().any(|fault| matches!(fault, Fault::Message { harm: Harm::Corrupt(_), .. }))
            || scenario.steps.iter().any(|step| matches!(step.action, Action::Say(_)))
    };
    for (seed, scenario) in scenarios().filter(|(_, scenario)| !forged(scenario)) {
        let outcome = run(&scenario, seed, Keep::All, &mut []);
        let garbage = outcome.trace.records().find(|(_, record)| matches!(record, Record::Garbage { .. }));
        assert!(garbage.is_none(), "{}: {garbage:?}", scenario.title);
    }
}
