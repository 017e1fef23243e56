//! Nodes that are timed, and weighed when they go; and judges that are timed.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use confsim::node::{Part, Peer};
use confsim::property::Judge;
use confsim::trace::{NodeId, Observer, Record};
use confsim_core::client::{Command, Event};
use confsim_core::node::{Dump, Input, Node, Output};
use confsim_core::time;

/// What one input cost, and how many messages came of it.
#[derive(Clone, Copy)]
pub(crate) struct Burst {
    /// Whose input.
    pub(crate) node: NodeId,
    /// The time the node took.
    pub(crate) took: Duration,
    /// How many messages it wrote.
    pub(crate) sent: usize,
}

/// What all nodes of a run cost.
#[derive(Default)]
pub(crate) struct Bill {
    /// The time all nodes took.
    pub(crate) busy: Duration,
    /// The inputs that led to many messages.
    pub(crate) bursts: Vec<Burst>,
    /// What the nodes of the pool held in the end, in bytes.
    pub(crate) held: i64,
}

/// How many messages make a burst.
const MANY: usize = 50;

/// A node under the stopwatch.
pub(crate) struct Timed {
    peer: Option<Peer>,
    node: NodeId,
    burst: Burst,
    /// Takes nothing any more once it is in a conference: what is measured is the pool.
    deaf: bool,
    joined: bool,
    bill: Rc<RefCell<Bill>>,
}

impl Timed {
    /// The node of `part`, which writes on `bill`; it goes `deaf` once it has joined.
    pub(crate) fn new(part: Part<'_>, deaf: bool, bill: &Rc<RefCell<Bill>>) -> Self {
        let node = part.node;
        let burst = Burst { node, took: Duration::ZERO, sent: 0 };
        Self { peer: Some(Peer::new(part)), node, burst, deaf, joined: false, bill: bill.clone() }
    }
}

impl Node for Timed {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: time::Instant, input: Input<Command>) {
        if self.deaf && self.joined && matches!(input, Input::Received { .. }) {
            return;
        }
        let Some(peer) = &mut self.peer else { return };
        let start = started();
        peer.handle(now, input);
        self.burst.took += start.elapsed();
    }

    fn poll(&mut self) -> Output<Event> {
        let Some(peer) = &mut self.peer else { return Output::Wait(None) };
        let output = peer.poll();
        match &output {
            Output::Send(_) => self.burst.sent += 1,
            Output::Event(Event::ChatJoined { .. }) => self.joined = true,
            Output::Wait(_) => {
                let mut bill = self.bill.borrow_mut();
                bill.busy += self.burst.took;
                if self.burst.sent >= MANY {
                    bill.bursts.push(self.burst);
                }
                (self.burst.took, self.burst.sent) = (Duration::ZERO, 0);
            }
            _ => {}
        }
        output
    }

    fn dump(&self) -> Dump {
        self.peer.as_ref().map(Node::dump).unwrap_or_default()
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        let peer = self.peer.take();
        let freed = measure(|| drop(peer)).bytes_current;
        if self.node.participant().is_none() {
            self.bill.borrow_mut().held -= freed;
        }
    }
}

/// A judge under the stopwatch.
pub(crate) struct Watched<'a> {
    pub(crate) judge: &'a mut Judge,
    /// The time that observing took.
    pub(crate) took: Duration,
}

impl Observer for Watched<'_> {
    fn observe(&mut self, at: time::Instant, record: &Record) {
        let start = started();
        self.judge.observe(at, record);
        self.took += start.elapsed();
    }
}

/// The wall clock: a stopwatch is one of the few things that may look at it.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure wall time")]
pub(crate) fn started() -> Instant {
    Instant::now()
}
