//! Nodes with a bug planted in them.

use confsim::capsule::Judged;
use confsim::node::{Part, Peer};
use confsim::property::Judge;
use confsim::scenario::Scenario;
use confsim::trace::{Keep, NodeId, Observer};
use confsim::world::event;
use confsim_core::client::{Command, Event};
use confsim_core::node::{Dump, Input, Node, Output, Summary, Transmit};
use confsim_core::time::Instant;
use confsim_core::wire::sip::Method;

/// What a node never says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The focus: this version of a roster.
    Version(u32),
    /// The focus: the eighth version of a roster, to Bob.
    LastWord,
    /// The IM MCU: reports of a delivery that failed with 503.
    Report,
    /// The focus: that a subscription is over.
    Termination,
}

struct Broken {
    peer: Peer,
    node: NodeId,
    bug: Bug,
}

/// Runs with the bug, as [`Judged::of`] does without.
pub(crate) fn run(
    bug: Bug,
    scenario: &Scenario,
    seed: u64,
    keep: Keep,
    watcher: Option<&mut dyn Observer>,
) -> Judged {
    let mut judge = Judge::new(scenario);
    let make = |part: Part<'_>| Broken { node: part.node, peer: Peer::new(part), bug };
    let outcome = match watcher {
        Some(watcher) => event::run_with(scenario, seed, keep, &mut [&mut judge, watcher], make),
        None => event::run_with(scenario, seed, keep, &mut [&mut judge], make),
    };
    let verdict = judge.finish(outcome.end);
    Judged { outcome, verdict }
}

impl Broken {
    fn withholds(&self, transmit: &Transmit) -> bool {
        let Transmit { summary, head, body, .. } = transmit;
        let says = |text: &str| {
            [head, body].iter().any(|part| part.windows(text.len()).any(|at| at == text.as_bytes()))
        };
        match (self.bug, self.node, summary) {
            (Bug::Version(version), NodeId::FOCUS, Summary::Request(Method::Benotify)) => {
                says("state=\"partial\"") && says(&format!("version=\"{version}\""))
            }
            (Bug::LastWord, NodeId::FOCUS, Summary::Request(Method::Benotify)) => {
                let to_bob = |line: &str| line.starts_with("To:") && line.contains("sip:bob@");
                says("version=\"8\"") && String::from_utf8_lossy(head).lines().any(to_bob)
            }
            (Bug::Report, NodeId::MCU, Summary::Request(Method::Benotify)) => says("ms-imdn") && says("503"),
            (Bug::Termination, NodeId::FOCUS, Summary::Request(Method::Benotify)) => says("terminated"),
            _ => false,
        }
    }
}

impl Node for Broken {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Instant, input: Input<Command>) {
        self.peer.handle(now, input);
    }

    fn poll(&mut self) -> Output<Event> {
        loop {
            match self.peer.poll() {
                Output::Send(transmit) if self.withholds(&transmit) => {}
                output => return output,
            }
        }
    }

    fn dump(&self) -> Dump {
        self.peer.dump()
    }
}
