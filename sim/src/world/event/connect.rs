//! Connections coming and going, and what arrives on them.

use confsim_core::node::{Address, ConnId, Input};
use confsim_core::time::Duration;

use super::plan::Pair;
use super::queue::Due;
use super::wire::{End, HeadDue, Item, State, Wire};
use super::{Actor, Engine};
use crate::scenario::{Link, Topology};
use crate::trace::{Cause, Fate, NodeId, Opened, Record};
use crate::world::outcome::{Breach, Rule};

impl<N: Actor> Engine<'_, '_, N> {
    /// A node opens a connection.
    pub(super) fn open(&mut self, opener: NodeId, conn: ConnId, to: &Address) -> Result<(), Breach> {
        let acceptor = self.addresses.get(to).copied();
        let index = self.wires.len() as u32;
        let Some(seat) = self.seats.get_mut(opener.index()) else { return Ok(()) };
        if conn != ConnId::opened(seat.opened) {
            return Err(self.breach(opener, Rule::Numbering(conn)));
        }
        seat.opened += 1;
        seat.connections.insert(conn, (index, 0));
        // Nobody listens there: the knock comes back from nowhere, as far away as the front end is.
        let peer = acceptor.unwrap_or(NodeId::FRONT_END);
        let count = self.pairs.entry((opener.min(peer), opener.max(peer))).or_default();
        *count += u32::from(acceptor.is_some());
        let nth = *count;
        let cast = &self.log.trace.cast;
        let name = format!("{}>{}#{nth}", cast.name(opener), cast.name(peer));
        let near = End { node: opener, conn, state: State::Opening };
        let far = End { node: peer, conn: ConnId::accepted(0), state: State::Opening };
        self.wires.push(Wire::new(self.seed, &name, nth, self.link(opener, peer), [near, far]));
        let opened = Opened { connection: Self::connection(index), opener, acceptor, nth };
        self.log.record(self.now, Record::Opened(opened));
        let refused = self.plan.refusal(Pair::new(opener, peer, nth)).filter(|_| acceptor.is_some());
        if let Some(fault) = refused {
            self.plan.strike(fault);
            let connection = Self::connection(index);
            self.log.record(self.now, Record::Fault { fault, message: None, connection });
        }
        if acceptor.is_some() && refused.is_none() {
            self.signal(index, 0, Item::Knock);
        } else {
            self.signal(index, 1, Item::End);
        }
        Ok(())
    }

    fn link(&self, one: NodeId, other: NodeId) -> Link {
        let participant = one.participant().or(other.participant());
        match participant.and_then(|index| self.scenario.participants.get(index)) {
            Some(participant) => participant.link.unwrap_or(self.scenario.links.client),
            None if self.scenario.topology == Topology::Pool => Link::fixed(Duration::ZERO),
            None => self.scenario.links.pool,
        }
    }

    /// Puts a signal on a way.
    pub(super) fn signal(&mut self, index: u32, side: usize, item: Item) {
        let now = self.now;
        let due = self.wires.get_mut(index as usize).and_then(|wire| wire.signal(side, now, item));
        self.queue_head(index, side, due);
    }

    /// Tells the queue about a way's new head.
    pub(super) fn queue_head(&mut self, index: u32, side: usize, due: Option<HeadDue>) {
        if let Some(HeadDue { at, tie, stamp }) = due {
            self.queue.push(
                at.max(self.now),
                tie,
                Due::Arrival { connection: index, side: side as u8, stamp },
            );
        }
    }

    /// The head of a way arrives.
    pub(super) fn arrive(&mut self, index: u32, side: usize, stamp: u32) -> Result<(), Breach> {
        let Some(wire) = self.wires.get_mut(index as usize) else { return Ok(()) };
        let Some((item, next)) = wire.ways.get_mut(side).and_then(|way| way.arrive(stamp)) else {
            return Ok(());
        };
        let ends = wire.ends;
        self.queue_head(index, side, next);
        let [Some(sender), Some(receiver)] = [ends.get(side), ends.get(1 - side)] else { return Ok(()) };
        if receiver.state == State::Closed {
            return Ok(());
        }
        let (node, conn) = (receiver.node, receiver.conn);
        // The opener hung up before its knock arrived.
        let node_unaware = side == 0 && receiver.state == State::Opening;
        let cause = Cause::Connection(Self::connection(index));
        match item {
            Item::Bytes(bytes) => self.give(node, Input::Received { conn, bytes }, cause),
            Item::Knock if sender.state == State::Closed => Ok(()),
            Item::Knock if !self.is_up(node) => {
                self.shut(index, 1);
                self.signal(index, 1, Item::End);
                Ok(())
            }
            Item::Knock => {
                let conn = self.accept(index, node);
                let from = self.log.trace.cast.address(sender.node);
                self.signal(index, 1, Item::Open);
                self.up(index, 1);
                self.give(node, Input::Accepted { conn, from }, cause)
            }
            Item::Open => {
                self.up(index, 0);
                self.give(node, Input::Connected { conn }, cause)
            }
            Item::End => {
                if node_unaware {
                    return Ok(());
                }
                self.shut(index, 1 - side);
                let connection = Self::connection(index);
                self.log.record(self.now, Record::Gone { who: node, connection });
                self.give(node, Input::Closed { conn }, cause)
            }
        }
    }

    fn accept(&mut self, index: u32, node: NodeId) -> ConnId {
        let Some(seat) = self.seats.get_mut(node.index()) else { return ConnId::accepted(0) };
        let conn = ConnId::accepted(seat.accepted);
        seat.accepted += 1;
        seat.connections.insert(conn, (index, 1));
        if let Some(wire) = self.wires.get_mut(index as usize) {
            wire.ends[1].conn = conn;
        }
        conn
    }

    fn up(&mut self, index: u32, side: usize) {
        if let Some(end) = self.wires.get_mut(index as usize).and_then(|wire| wire.ends.get_mut(side)) {
            end.state = State::Up;
            let who = end.node;
            self.log.record(self.now, Record::Up { who, connection: Self::connection(index) });
        }
    }

    /// A node closes its end.
    pub(super) fn close(&mut self, node: NodeId, conn: ConnId, cause: Cause) -> Result<(), Breach> {
        let place = self.seats.get(node.index()).and_then(|seat| seat.connections.get(&conn)).copied();
        let Some((index, side)) = place else {
            return Err(self.breach(node, Rule::NotOpen(conn)));
        };
        self.shut(index, side.into());
        let connection = Self::connection(index);
        self.log.record(self.now, Record::Closed { who: node, connection, cause });
        let Some(wire) = self.wires.get(index as usize) else { return Ok(()) };
        if wire.ways.get(usize::from(side)).is_some_and(|way| way.severed.is_none()) {
            self.signal(index, side.into(), Item::End);
        }
        Ok(())
    }

    /// One end hears and says nothing more: what was under way to it is lost.
    fn shut(&mut self, index: u32, side: usize) {
        let Some(wire) = self.wires.get_mut(index as usize) else { return };
        let Some(end) = wire.ends.get_mut(side) else { return };
        end.state = State::Closed;
        if let Some(seat) = self.seats.get_mut(end.node.index()) {
            seat.connections.remove(&end.conn);
        }
        self.forget(index, 1 - side);
    }

    /// What was written by `side` and not heard is lost.
    fn forget(&mut self, index: u32, side: usize) {
        let way = self.wires.get_mut(index as usize).and_then(|wire| wire.ways.get_mut(side));
        for id in way.into_iter().flat_map(|way| way.forget()) {
            self.log.record(self.now, Record::Lost { id, fate: Fate::Connection });
        }
    }
}
