//! Nodes that go down, come back, or stand still.

use confsim_core::time::Instant;

use super::queue::Due;
use super::wire::{Item, State};
use super::{Actor, Engine};
use crate::fault::{Fault, POOL, Pause};
use crate::node::Part;
use crate::trace::{Fate, HostChange, NodeId, Record};

impl<N: Actor> Engine<'_, '_, N> {
    /// The nodes of the host called `name`.
    fn nodes_of(&self, name: &str) -> Vec<NodeId> {
        if name == POOL {
            return NodeId::POOL.to_vec();
        }
        self.log.trace.cast.find(name).into_iter().collect()
    }

    /// Sets the clocks that are wrong.
    pub(super) fn set_clocks(&mut self) {
        for (index, fault) in (0..).zip(&self.scenario.faults) {
            let Fault::Clock(clock) = fault else { continue };
            let Some(who) = self.log.trace.cast.find(&clock.node) else { continue };
            if let Some(seat) = self.seats.get_mut(who.index()) {
                seat.clock.err(clock.error);
                self.change(who, index, HostChange::Clock);
            }
        }
    }

    pub(super) fn change(&mut self, who: NodeId, fault: u32, change: HostChange) {
        self.plan.strike(fault);
        self.log.record(self.now, Record::Host { who, fault, change });
    }

    /// A host goes down: memory and connections of its nodes are gone, and with them what was under way.
    pub(super) fn crash(&mut self, fault: u32, host: &str) {
        for who in self.nodes_of(host) {
            let Some(seat) = self.seats.get_mut(who.index()) else { continue };
            if seat.node.take().is_none() {
                continue;
            }
            (seat.deadline, seat.armed, seat.paused) = (None, None, None);
            (seat.opened, seat.accepted) = (0, 0);
            seat.connections.clear();
            if who == NodeId::FACTORY {
                self.disk.crash();
            }
            self.script.forget(who);
            self.change(who, fault, HostChange::Crashed);
            for index in 0..self.wires.len() as u32 {
                self.tear(index, who, fault);
            }
        }
    }

    /// Ends what `who` has of a connection; the other end hears of it, unless it is cut off in silence.
    fn tear(&mut self, index: u32, who: NodeId, fault: u32) {
        let Some(wire) = self.wires.get_mut(index as usize) else { return };
        let ours = |end: &super::wire::End| end.node == who && end.state != State::Closed;
        let Some(side) = wire.ends.iter().position(ours) else { return };
        if let Some(end) = wire.ends.get_mut(side) {
            end.state = State::Closed;
        }
        let mut lost = Vec::new();
        let mut told = false;
        for (place, way) in wire.ways.iter_mut().enumerate() {
            lost.extend(way.clear());
            // What had arrived at the one that crashed, unread, is lost as well.
            if place != side {
                lost.extend(way.forget());
            } else {
                told = way.severed.is_none();
            }
        }
        for id in lost {
            self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(fault) });
        }
        if told {
            self.signal(index, side, Item::End);
        }
    }

    /// A host that went down begins anew.
    pub(super) fn come_back(&mut self, fault: u32, host: &str, without_store: bool) {
        let scenario = self.scenario;
        let nodes = self.nodes_of(host);
        for who in nodes.iter().copied() {
            let Some(seat) = self.seats.get_mut(who.index()) else { continue };
            if seat.node.is_some() {
                continue;
            }
            seat.incarnation += 1;
            let incarnation = seat.incarnation;
            if who == NodeId::FACTORY {
                if without_store {
                    self.disk.wipe();
                }
                self.disk.power_on();
            }
            let part = Part::new(who, &self.log.trace.cast, scenario, self.seed, incarnation, &self.disk);
            seat.node = Some((self.make)(part));
            self.change(who, fault, HostChange::Back { incarnation });
            self.queue.push(self.now, 0, Due::Start(who));
        }
    }

    /// A host stands still.
    pub(super) fn pause(&mut self, fault: u32, pause: &Pause) {
        let until = self.now + pause.lasts;
        for who in self.nodes_of(&pause.host) {
            let Some(seat) = self.seats.get_mut(who.index()).filter(|seat| seat.node.is_some()) else {
                continue;
            };
            seat.paused = Some(seat.paused.map_or(until, |other| other.max(until)));
            self.change(who, fault, HostChange::Paused);
        }
    }

    /// A host goes on, unless another pause holds it.
    pub(super) fn resume(&mut self, fault: u32, pause: &Pause) {
        for who in self.nodes_of(&pause.host) {
            let Some(seat) = self.seats.get_mut(who.index()) else { continue };
            if seat.paused.is_some_and(|until| until <= self.now) {
                seat.paused = None;
                self.change(who, fault, HostChange::Resumed);
            }
        }
    }

    /// Until when `node` does nothing, if it stands still.
    pub(super) fn paused(&self, node: NodeId) -> Option<Instant> {
        let until = self.seats.get(node.index())?.paused?;
        (until > self.now).then_some(until)
    }

    /// Whether the node's host is up.
    pub(super) fn is_up(&self, node: NodeId) -> bool {
        self.seats.get(node.index()).is_some_and(|seat| seat.node.is_some())
    }
}
