//! From what shells do to the records of a run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;

use confsim_core::client::{Command, Event};
use confsim_core::node::{Address, ConnId, Dump, Input, Output, Summary, Transmit};
use confsim_core::time::Instant;

use crate::node::Peer;
use crate::scenario::{Action, Scenario};
use crate::trace::{
    Cast, Cause, ConnectionId, Emitted, Fate, Heard, HostChange, Keep, MsgId, NodeId, Observer, Opened,
    Record, Skip, StepId, Trace,
};
use crate::world::origin::{Acting, origin};
use crate::world::outcome::Outcome;
use crate::world::script::Script;
use crate::world::shell::{Ends, Tap};

/// A connection, known by both its ends whichever of them names it.
type Pair = (SocketAddr, SocketAddr);

/// What all shells of a run report to. Hosts take turns within a tick, so that records of one tick come out of
/// order; they are put in order at the end.
pub(super) struct Recorder {
    cast: Cast,
    wires: Vec<Wire>,
    by_pair: BTreeMap<Pair, u32>,
    by_conn: BTreeMap<(NodeId, ConnId), (u32, usize)>,
    accepted: BTreeMap<Pair, (NodeId, ConnId)>,
    opened: BTreeMap<(NodeId, NodeId), u32>,
    records: Vec<(Instant, Record)>,
    emitted: u32,
    hops: u64,
    script: Script,
    steps: BTreeMap<NodeId, VecDeque<StepId>>,
    skipped: Vec<StepId>,
    /// How often a node has come back.
    returns: BTreeMap<NodeId, u32>,
    /// Nodes that are down.
    down: BTreeSet<NodeId>,
}

/// One connection: who opened it to whom, and what is under way in each direction, the opener's first.
struct Wire {
    ends: [NodeId; 2],
    ways: [Way; 2],
    matched: bool,
    /// What becomes of what is written from now on.
    over: Option<Fate>,
}

#[derive(Default)]
struct Way {
    written: u64,
    due: VecDeque<Underway>,
}

struct Underway {
    id: MsgId,
    origin: NodeId,
    emitted: Instant,
    summary: Summary,
    end: u64,
}

impl Recorder {
    pub(super) fn new(cast: Cast) -> Self {
        Self {
            cast,
            wires: Vec::new(),
            by_pair: BTreeMap::new(),
            by_conn: BTreeMap::new(),
            accepted: BTreeMap::new(),
            opened: BTreeMap::new(),
            records: Vec::new(),
            emitted: 0,
            hops: 0,
            script: Script::default(),
            steps: BTreeMap::new(),
            skipped: Vec::new(),
            returns: BTreeMap::new(),
            down: BTreeSet::new(),
        }
    }

    /// Which life of a node this is.
    pub(super) fn incarnation(&self, who: NodeId) -> u32 {
        1 + self.returns.get(&who).copied().unwrap_or(0)
    }

    /// A node is gone, and with it what was under way to it. What it had written itself may still arrive, unless
    /// the network took it as well.
    pub(super) fn down(&mut self, at: Instant, who: NodeId, fault: u32, change: HostChange) {
        self.down.insert(who);
        self.by_conn.retain(|(node, _), _| *node != who);
        self.accepted.retain(|_, (node, _)| *node != who);
        self.steps.remove(&who);
        self.script.forget(who);
        self.push(at, Record::Host { who, fault, change });
        let mut lost = Vec::new();
        for wire in self.wires.iter_mut().filter(|wire| wire.over.is_none()) {
            let Some(side) = wire.ends.iter().position(|end| *end == who) else { continue };
            wire.matched = true;
            wire.over = Some(Fate::Fault(fault));
            let silent = change != HostChange::Crashed;
            for (_, way) in (0..).zip(&mut wire.ways).filter(|(from, _)| silent || *from != side) {
                lost.extend(way.due.drain(..).map(|underway| underway.id));
            }
        }
        for id in lost {
            self.push(at, Record::Lost { id, fate: Fate::Fault(fault) });
        }
    }

    /// A node begins anew.
    pub(super) fn back(&mut self, at: Instant, who: NodeId, fault: u32) {
        self.down.remove(&who);
        *self.returns.entry(who).or_default() += 1;
        let incarnation = self.incarnation(who);
        self.push(at, Record::Host { who, fault, change: HostChange::Back { incarnation } });
    }

    /// A user could not do something, since his host was down.
    pub(super) fn missed(&mut self, at: Instant, step: StepId, who: NodeId) {
        self.skipped.push(step);
        self.push(at, Record::Step { step, who, skipped: Some(Skip::Down) });
    }

    /// A node hears that a connection is gone, or never came up.
    fn gone(&mut self, at: Instant, who: NodeId, conn: ConnId) -> ConnectionId {
        let (index, _) = self.place(who, conn);
        let connection = ConnectionId(index);
        self.push(at, Record::Gone { who, connection });
        let Some(wire) = self.wires.get_mut(index as usize) else { return connection };
        wire.matched = true;
        let fate = *wire.over.get_or_insert(Fate::Connection);
        let lost: Vec<_> = wire.ways.iter_mut().flat_map(|way| way.due.drain(..)).collect();
        for underway in lost {
            self.push(at, Record::Lost { id: underway.id, fate });
        }
        connection
    }

    /// A user is about to do something: what to tell the client.
    pub(super) fn step(&mut self, step: StepId, who: NodeId, action: &Action) -> Option<Command> {
        let command = self.script.command(who, action, &self.cast);
        match command {
            Some(_) => self.steps.entry(who).or_default().push_back(step),
            None => self.skipped.push(step),
        }
        command
    }

    /// The run is over for a node.
    pub(super) fn end(&mut self, who: NodeId, dump: Dump) {
        let at = self.records.iter().map(|(at, _)| *at).max().unwrap_or_default();
        self.records.push((at, Record::End { who, dump }));
    }

    /// Puts the records in order and shows them.
    pub(super) fn outcome(
        mut self,
        scenario: &Scenario,
        observers: &mut [&mut dyn Observer],
        keep: Keep,
    ) -> Outcome {
        let end = Instant::ZERO + scenario.end;
        for who in std::mem::take(&mut self.down) {
            self.end(who, Dump::new());
        }
        for (at, record) in &mut self.records {
            *at = if matches!(record, Record::End { .. }) { end } else { (*at).min(end) };
        }
        self.records.sort_by_key(|(at, _)| *at);
        let mut trace = Trace::new(self.cast, keep);
        for (at, record) in self.records {
            for observer in observers.iter_mut() {
                observer.observe(at, &record);
            }
            trace.push(at, record);
        }
        let (hops, skipped) = (self.hops, self.skipped);
        Outcome { trace, end, hops, idle_faults: Vec::new(), skipped, broken: None }
    }

    fn push(&mut self, at: Instant, record: Record) {
        self.records.push((at, record));
    }

    fn place(&self, node: NodeId, conn: ConnId) -> (u32, usize) {
        self.by_conn.get(&(node, conn)).copied().unwrap_or((u32::MAX, 0))
    }

    fn open(&mut self, at: Instant, opener: NodeId, conn: ConnId, to: &Address) {
        let acceptor = self.cast.nodes().find(|node| self.cast.address(*node) == *to);
        let index = self.wires.len() as u32;
        let far = acceptor.unwrap_or(NodeId::FRONT_END);
        let nth = self.opened.entry((opener.min(far), opener.max(far))).or_default();
        *nth += 1;
        let opened = Opened { connection: ConnectionId(index), opener, acceptor, nth: *nth };
        self.wires.push(Wire { ends: [opener, far], ways: Default::default(), matched: false, over: None });
        self.by_conn.insert((opener, conn), (index, 0));
        self.push(at, Record::Opened(opened));
    }

    /// A connection is up at one end. An end that accepted is recognised by who opened it, if that is a role
    /// of the pool, since then it may speak first; else by the socket addresses, once the opener's end is up.
    fn up(&mut self, at: Instant, who: NodeId, conn: ConnId, ends: Ends, from: Option<&Address>) {
        let pair = (ends.0.min(ends.1), ends.0.max(ends.1));
        match from {
            None => {
                let index = self.place(who, conn).0;
                self.by_pair.insert(pair, index);
                if let Some(end) = self.accepted.remove(&pair) {
                    self.by_conn.insert(end, (index, 1));
                }
            }
            Some(from) => match self.unmatched(who, from).or_else(|| self.by_pair.get(&pair).copied()) {
                Some(index) => {
                    self.by_conn.insert((who, conn), (index, 1));
                }
                None => {
                    self.accepted.insert(pair, (who, conn));
                }
            },
        }
        let connection = ConnectionId(self.place(who, conn).0);
        self.push(at, Record::Up { who, connection });
    }

    /// The connection that the role listening at `from` opened to `who` and that `who` has not accepted yet.
    fn unmatched(&mut self, who: NodeId, from: &Address) -> Option<u32> {
        let opener = self.cast.nodes().find(|node| self.cast.address(*node) == *from)?;
        let mut wires = self.wires.iter_mut().zip(0..);
        let (wire, index) = wires.find(|(wire, _)| !wire.matched && wire.ends == [opener, who])?;
        wire.matched = true;
        Some(index)
    }

    /// A node writes a message.
    fn emit(
        &mut self,
        at: Instant,
        node: NodeId,
        cause: Cause,
        acting: Option<&Acting>,
        transmit: &Transmit,
    ) {
        let Transmit { conn, head, body, summary } = transmit;
        let (index, side) = self.place(node, *conn);
        let Some(wire) = self.wires.get_mut(index as usize) else { return };
        let to = wire.ends[1 - side];
        let way = &mut wire.ways[side];
        way.written += (head.len() + body.len()) as u64;
        let id = MsgId(self.emitted);
        self.emitted += 1;
        let origin = origin(&self.cast, node, acting, transmit);
        let over = wire.over;
        if over.is_none() {
            way.due.push_back(Underway {
                id,
                origin,
                emitted: at,
                summary: summary.clone(),
                end: way.written,
            });
        }
        let emitted = Emitted {
            id,
            from: node,
            to,
            origin,
            connection: ConnectionId(index),
            cause,
            summary: summary.clone(),
            head: head.clone(),
            body: body.clone(),
        };
        self.push(at, Record::Emitted(emitted));
        if let Some(fate) = over {
            self.push(at, Record::Lost { id, fate });
        }
    }

    /// A node read the message that ends at `end` of what was written to it.
    fn hear(&mut self, node: NodeId, conn: ConnId, end: u64) -> Option<(Underway, NodeId, ConnectionId)> {
        let (index, side) = self.place(node, conn);
        let wire = self.wires.get_mut(index as usize)?;
        let underway = wire.ways[1 - side].due.pop_front().filter(|underway| underway.end == end)?;
        self.hops += 1;
        Some((underway, wire.ends[1 - side], ConnectionId(index)))
    }
}

/// One node's tap into the recorder.
pub(super) struct RoleTap {
    node: NodeId,
    recorder: Rc<RefCell<Recorder>>,
    cause: Cause,
    acting: Option<Acting>,
}

impl RoleTap {
    pub(super) fn new(node: NodeId, recorder: Rc<RefCell<Recorder>>) -> Self {
        Self { node, recorder, cause: Cause::Start, acting: None }
    }
}

impl Tap<Peer> for RoleTap {
    fn up(&mut self, now: Instant, conn: ConnId, ends: Ends, from: Option<&Address>) {
        self.recorder.borrow_mut().up(now, self.node, conn, ends, from);
    }

    fn input(&mut self, now: Instant, input: &Input<Command>) {
        let mut recorder = self.recorder.borrow_mut();
        let who = self.node;
        self.acting = None;
        self.cause = match input {
            Input::Start => Cause::Start,
            Input::Timeout => Cause::Timer("time-out"),
            Input::Command(_) => {
                let step = recorder.steps.get_mut(&who).and_then(VecDeque::pop_front).unwrap_or(StepId(0));
                recorder.push(now, Record::Step { step, who, skipped: None });
                Cause::Step(step)
            }
            Input::Accepted { conn, .. } | Input::Connected { conn } | Input::Received { conn, .. } => {
                Cause::Connection(ConnectionId(recorder.place(who, *conn).0))
            }
            Input::Closed { conn } => Cause::Connection(recorder.gone(now, who, *conn)),
        };
    }

    fn output(&mut self, now: Instant, output: &Output<Event>) {
        let mut recorder = self.recorder.borrow_mut();
        let who = self.node;
        match output {
            Output::Heard { conn, message, end } => {
                let Some((underway, from, connection)) = recorder.hear(who, *conn, *end) else { return };
                let Underway { id, origin, emitted, summary, .. } = underway;
                self.cause = Cause::Message(id);
                self.acting = Some(Acting { origin, summary });
                let message = message.clone();
                let heard = Heard { id, from, to: who, origin, connection, emitted, message };
                recorder.push(now, Record::Heard(heard));
            }
            Output::Garbage { conn, error } => {
                let connection = ConnectionId(recorder.place(who, *conn).0);
                self.cause = Cause::Connection(connection);
                recorder.push(now, Record::Garbage { who, connection, error: error.to_string() });
            }
            Output::Fired { timer } => {
                self.cause = Cause::Timer(timer);
                self.acting = None;
                recorder.push(now, Record::Timer { who, name: timer });
            }
            Output::Send(transmit) => {
                recorder.emit(now, who, self.cause, self.acting.as_ref(), transmit);
            }
            Output::Open { conn, to } => recorder.open(now, who, *conn, to),
            Output::Close { conn } => {
                let connection = ConnectionId(recorder.place(who, *conn).0);
                recorder.push(now, Record::Closed { who, connection, cause: self.cause });
            }
            Output::Event(event) => {
                recorder.script.learn(who, event);
                recorder.push(now, Record::Event { who, cause: self.cause, event: event.clone() });
            }
            Output::Wait(_) => {}
        }
    }
}
