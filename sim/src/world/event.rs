//! The event world: discrete events in virtual microseconds over the sans-IO nodes, bytes on every connection.
//!
//! Everything follows from the scenario and the seed. Delays and cuts of a chunk, and the order of events at
//! one instant, are hashes of the seed, the connection's name, the direction and the ordinal of the write:
//! taking one message out of a run moves nothing that did not depend on it.

mod connect;
mod drain;
mod harm;
mod host;
mod line;
mod outage;
mod plan;
mod queue;
mod say;
mod watch;
mod wire;

use std::collections::BTreeMap;

use confsim_core::client;
use confsim_core::entropy::{hash, hash_parts};
use confsim_core::node::{Address, ConnId, Deadline, Input, Node};
use confsim_core::time::Instant;

use self::harm::Parked;
use self::plan::{Plan, clocked};
use self::queue::{Due, Queue};
use self::watch::Watch;
use self::wire::Wire;
use super::outcome::{Breach, Outcome, Rule};
use super::script::{Order, Script};
use crate::disk::Disk;
use crate::fault::{Fault, Skew};
use crate::node::{Part, Peer};
use crate::scenario::Scenario;
use crate::trace::{Cause, ConnectionId, Keep, NodeId, Observer, Record, Skip, StepId, Trace};

/// A node as the event world drives it: every kind takes a client's commands, and all but clients ignore them.
pub trait Actor: Node<Command = client::Command, Event = client::Event> {}

impl<N: Node<Command = client::Command, Event = client::Event>> Actor for N {}

/// Runs `scenario` under `seed`; equal arguments give equal outcomes, byte for byte.
pub fn run(scenario: &Scenario, seed: u64, keep: Keep, observers: &mut [&mut dyn Observer]) -> Outcome {
    run_with(scenario, seed, keep, observers, Peer::new)
}

/// [`run`] with nodes from `make`; which must give equal nodes for equal parts.
pub fn run_with<N: Actor>(
    scenario: &Scenario,
    seed: u64,
    keep: Keep,
    observers: &mut [&mut dyn Observer],
    make: impl FnMut(Part<'_>) -> N,
) -> Outcome {
    Engine::new(scenario, seed, keep, observers, make).run()
}

/// A node in its place.
struct Seat<N> {
    /// The node, while its host is up.
    node: Option<N>,
    incarnation: u32,
    clock: Skew,
    /// Until when it stands still.
    paused: Option<Instant>,
    /// The node's own last word on when it wants to be woken.
    deadline: Option<Deadline>,
    /// The earliest entry in the queue that wakes it.
    armed: Option<Instant>,
    connections: BTreeMap<ConnId, (u32, u8)>,
    opened: u32,
    accepted: u32,
}

struct Engine<'a, 'o, N> {
    scenario: &'a Scenario,
    seed: u64,
    make: Box<dyn FnMut(Part<'_>) -> N + 'a>,
    now: Instant,
    seats: Vec<Seat<N>>,
    addresses: BTreeMap<Address, NodeId>,
    wires: Vec<Wire>,
    pairs: BTreeMap<(NodeId, NodeId), u32>,
    queue: Queue,
    disk: Disk,
    plan: Plan,
    parked: BTreeMap<u32, Parked>,
    parked_ever: u32,
    script: Script,
    log: Log<'a, 'o>,
    watch: Watch,
    emitted: u32,
    hops: u64,
    skipped: Vec<StepId>,
}

/// Where records go: the observers, then the trace.
struct Log<'a, 'o> {
    observers: &'a mut [&'o mut dyn Observer],
    trace: Trace,
}

impl Log<'_, '_> {
    fn record(&mut self, at: Instant, record: Record) {
        for observer in self.observers.iter_mut() {
            observer.observe(at, &record);
        }
        self.trace.push(at, record);
    }
}

impl<'a, 'o, N: Actor> Engine<'a, 'o, N> {
    fn new(
        scenario: &'a Scenario,
        seed: u64,
        keep: Keep,
        observers: &'a mut [&'o mut dyn Observer],
        mut make: impl FnMut(Part<'_>) -> N + 'a,
    ) -> Self {
        let cast = scenario.cast();
        let disk = outage::disk(scenario, seed);
        let mut seat = |node| Seat {
            node: Some(make(Part::new(node, &cast, scenario, seed, 1, &disk))),
            incarnation: 1,
            clock: Skew::default(),
            paused: None,
            deadline: None,
            armed: None,
            connections: BTreeMap::new(),
            opened: 0,
            accepted: 0,
        };
        let seats = cast.nodes().map(&mut seat).collect();
        Self {
            scenario,
            seed,
            make: Box::new(make),
            now: Instant::ZERO,
            seats,
            addresses: cast.nodes().map(|node| (cast.address(node), node)).collect(),
            wires: Vec::new(),
            pairs: BTreeMap::new(),
            queue: Queue::default(),
            disk,
            plan: Plan::of(scenario, &cast),
            parked: BTreeMap::new(),
            parked_ever: 0,
            script: Script::new(scenario),
            log: Log { observers, trace: Trace::new(cast, keep) },
            watch: Watch::default(),
            emitted: 0,
            hops: 0,
            skipped: Vec::new(),
        }
    }

    fn run(mut self) -> Outcome {
        for node in self.log.trace.cast.nodes() {
            self.queue.push(Instant::ZERO, 0, Due::Start(node));
        }
        for (index, step) in (0..).zip(&self.scenario.steps) {
            let tie = hash_parts(&[self.seed, hash(step.who.as_bytes()), step.at.as_micros()]);
            self.queue.push(Instant::ZERO + step.at, tie, Due::Step(index));
        }
        for (index, fault) in (0..).zip(&self.scenario.faults) {
            for (at, due) in clocked(index, fault) {
                self.queue.push(at, 0, due);
            }
        }
        self.set_clocks();
        let end = Instant::ZERO + self.scenario.end;
        let broken = self.turn(end).err();
        if broken.is_none() {
            self.now = end;
            for parked in std::mem::take(&mut self.parked).into_values() {
                self.log.record(end, parked.lost());
            }
            for (node, seat) in self.log.trace.cast.nodes().zip(&self.seats) {
                let dump = seat.node.as_ref().map(Node::dump).unwrap_or_default();
                self.log.record(end, Record::End { who: node, dump });
            }
        }
        Outcome {
            end: self.now,
            hops: self.hops,
            idle_faults: self.plan.idle(),
            skipped: self.skipped,
            broken,
            trace: self.log.trace,
        }
    }

    /// Lets everything happen that happens by `end`.
    fn turn(&mut self, end: Instant) -> Result<(), Breach> {
        while let Some((at, due)) = self.queue.pop(end) {
            self.now = at;
            if let Some(alarm) = self.watch.happens(at) {
                return Err(self.alarm(alarm));
            }
            self.happen(due)?;
        }
        Ok(())
    }

    /// Lets one thing happen.
    fn happen(&mut self, due: Due) -> Result<(), Breach> {
        if let Some(node) = self.concerns(due)
            && let Some(until) = self.paused(node)
        {
            // One tie for all: what a node missed comes in the order in which it was to come.
            self.queue.push(until, hash_parts(&[self.seed, node.index() as u64]), due);
            return Ok(());
        }
        match due {
            Due::Start(node) => self.give(node, Input::Start, Cause::Start)?,
            Due::Timer(node) => self.wake(node)?,
            Due::Step(index) => self.step(index)?,
            Due::Arrival { connection, side, stamp } => self.arrive(connection, side.into(), stamp)?,
            Due::Release(slot) => self.release(slot),
            Due::Fault(fault) => self.strike(fault),
            Due::Relief(fault) => self.relieve(fault),
        }
        Ok(())
    }

    /// The node that has to act for something to happen.
    fn concerns(&self, due: Due) -> Option<NodeId> {
        match due {
            Due::Start(node) | Due::Timer(node) => Some(node),
            Due::Step(index) => self.log.trace.cast.find(&self.scenario.steps.get(index as usize)?.who),
            Due::Arrival { connection, side, .. } => {
                Some(self.wires.get(connection as usize)?.ends.get(1 - usize::from(side))?.node)
            }
            Due::Release(_) | Due::Fault(_) | Due::Relief(_) => None,
        }
    }

    /// A fault strikes by the clock.
    fn strike(&mut self, index: u32) {
        match self.scenario.faults.get(index as usize) {
            Some(Fault::Cut(cut)) => self.cut_by_clock(index, cut),
            Some(Fault::Stall(stall)) => self.stall(index, stall),
            Some(Fault::Slow(slow)) => self.slow(index, slow),
            Some(Fault::Crash(crash)) => self.crash(index, &crash.host),
            Some(Fault::Pause(pause)) => self.pause(index, pause),
            Some(Fault::Fill(_)) => self.fill_disk(index, true),
            Some(Fault::Outage(_) | Fault::Message { .. } | Fault::Refuse(_) | Fault::Clock(_)) | None => {}
        }
    }

    /// A fault lets go.
    fn relieve(&mut self, index: u32) {
        match self.scenario.faults.get(index as usize) {
            Some(Fault::Crash(crash)) => {
                self.come_back(index, &crash.host, crash.back.is_some_and(|back| back.without_store));
            }
            Some(Fault::Pause(pause)) => self.resume(index, pause),
            Some(Fault::Outage(outage)) => self.come_back(index, &outage.host, false),
            Some(Fault::Fill(_)) => self.fill_disk(index, false),
            _ => {}
        }
    }

    /// Fires a node's timer, unless it has moved its deadline since.
    fn wake(&mut self, node: NodeId) -> Result<(), Breach> {
        let Some(seat) = self.seats.get_mut(node.index()) else { return Ok(()) };
        seat.armed = None;
        let shown = seat.clock.shows(self.now);
        let Some(deadline) = seat.deadline else { return Ok(()) };
        if deadline.at > shown {
            self.arm(node, Some(deadline));
            return Ok(());
        }
        self.give(node, Input::Timeout, Cause::Timer(deadline.timer))?;
        match self.seats.get(node.index()).and_then(|seat| seat.deadline) {
            Some(left) if left.at <= shown => Err(self.breach(node, Rule::Overdue(left.timer))),
            _ => Ok(()),
        }
    }

    /// Notes when a node wants to be woken, by its own clock.
    fn arm(&mut self, node: NodeId, deadline: Option<Deadline>) {
        let Some(seat) = self.seats.get_mut(node.index()) else { return };
        seat.deadline = deadline;
        let Some(Deadline { at, .. }) = deadline else { return };
        let at = seat.clock.reaches(at);
        if seat.armed.is_none_or(|armed| at < armed) {
            seat.armed = Some(at);
            let tie = hash_parts(&[self.seed, node.index() as u64, at.as_micros()]);
            self.queue.push(at.max(self.now), tie, Due::Timer(node));
        }
    }

    /// Lets a user do the scenario's next step.
    fn step(&mut self, index: u32) -> Result<(), Breach> {
        let Some(step) = self.scenario.steps.get(index as usize) else { return Ok(()) };
        let Some(who) = self.log.trace.cast.find(&step.who) else { return Ok(()) };
        let id = StepId(index);
        let order = if self.is_up(who) {
            self.script.order(who, &step.action, &self.log.trace.cast)
        } else {
            Err(Skip::Down)
        };
        let order = order.and_then(|order| match order {
            Order::Say(_) => self.line_of(who).ok_or(Skip::NotConnected).map(|line| (order, line)),
            Order::Command(_) => Ok((order, (0, 0))),
        });
        self.log.record(self.now, Record::Step { step: id, who, skipped: order.as_ref().err().copied() });
        match order {
            Ok((Order::Command(command), _)) => self.give(who, Input::Command(command), Cause::Step(id)),
            Ok((Order::Say(bytes), line)) => {
                self.say(who, id, bytes, line);
                Ok(())
            }
            Err(_) => {
                self.skipped.push(id);
                Ok(())
            }
        }
    }

    /// Gives a node one input and drains it.
    fn give(&mut self, node: NodeId, input: Input<client::Command>, cause: Cause) -> Result<(), Breach> {
        let Some(seat) = self.seats.get_mut(node.index()) else { return Ok(()) };
        let Some(actor) = seat.node.as_mut() else { return Ok(()) };
        if let Some(what) = signal(&input) {
            self.watch.acts(node, || what.to_owned());
        }
        actor.handle(seat.clock.shows(self.now), input);
        match self.disk.dark().filter(|_| node == NodeId::FACTORY) {
            Some(commit) => self.power_fails(commit),
            None => self.drain(node, cause),
        }
    }

    fn breach(&self, who: NodeId, rule: Rule) -> Breach {
        Breach { at: self.now, who, name: self.log.trace.cast.name(who).to_owned(), rule }
    }

    fn connection(index: u32) -> ConnectionId {
        ConnectionId(index)
    }
}

/// What an input is that a node's own reports of what it read and which timer fired do not tell of.
const fn signal(input: &Input<client::Command>) -> Option<&'static str> {
    match input {
        Input::Start => Some("its start"),
        Input::Accepted { .. } => Some("a connection it accepted"),
        Input::Connected { .. } => Some("a connection it opened"),
        Input::Closed { .. } => Some("a connection that is gone"),
        Input::Command(_) => Some("a command"),
        Input::Received { .. } | Input::Timeout => None,
    }
}
