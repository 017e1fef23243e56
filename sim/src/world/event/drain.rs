//! What a node wants after an input: its messages onto the wires, its news into the trace.

use bytes::{Bytes, BytesMut};
use confsim_core::node::{ConnId, Output, Summary, Transmit};

use super::queue::Due;
use super::wire::{State, Underway};
use super::{Actor, Engine};
use crate::fault::Harm;
use crate::trace::{Cause, ConnectionId, Emitted, Fate, Heard, MsgId, NodeId, Record};
use crate::world::origin::{Acting, origin};
use crate::world::outcome::{Breach, Rule};

/// Most outputs of one drain: a message to every participant of the largest conference stays far below.
const DRAIN_LIMIT: usize = 1_000_000;

/// A message that a fault keeps from its wire for a while.
#[derive(Debug)]
pub(super) struct Parked {
    connection: u32,
    side: u8,
    ordinal: u64,
    bytes: Bytes,
    to: NodeId,
    message: Underway,
    fault: u32,
    /// Waits for the next message of its two parties, rather than for the clock.
    held: bool,
}

impl Parked {
    /// The message never got out.
    pub(super) const fn lost(&self) -> Record {
        Record::Lost { id: self.message.id, fate: Fate::Fault(self.fault) }
    }
}

impl<N: Actor> Engine<'_, '_, N> {
    /// Takes everything a node wants, `cause` having led to it.
    pub(super) fn drain(&mut self, node: NodeId, mut cause: Cause) -> Result<(), Breach> {
        let mut acting = None;
        for _ in 0..DRAIN_LIMIT {
            let Some(seat) = self.seats.get_mut(node.index()) else { return Ok(()) };
            match seat.node.poll() {
                Output::Heard { conn, message, end } => {
                    let (index, side) = self.place(node, conn).unwrap_or((u32::MAX, 0));
                    let from = self.wires.get_mut(index as usize).and_then(|wire| {
                        let sender = usize::from(1 - side);
                        let underway = wire.ways.get_mut(sender)?.heard(end)?;
                        Some((underway, wire.ends.get(sender)?.node))
                    });
                    let Some((underway, from)) = from else {
                        return Err(self.breach(node, Rule::Framing { conn, got: end }));
                    };
                    let Underway { id, origin, emitted, summary, .. } = underway;
                    cause = Cause::Message(id);
                    acting = Some(Acting { origin, summary });
                    self.hops += 1;
                    let connection = ConnectionId(index);
                    let heard = Heard { id, from, to: node, origin, connection, emitted, message };
                    self.log.record(self.now, Record::Heard(heard));
                }
                Output::Garbage { conn, error } => {
                    acting = None;
                    let connection = ConnectionId(self.place(node, conn).map_or(u32::MAX, |place| place.0));
                    cause = Cause::Connection(connection);
                    let error = error.to_string();
                    self.log.record(self.now, Record::Garbage { who: node, connection, error });
                }
                Output::Fired { timer } => {
                    acting = None;
                    cause = Cause::Timer(timer);
                    self.log.record(self.now, Record::Timer { who: node, name: timer });
                }
                Output::Send(transmit) => self.emit(node, cause, acting.as_ref(), transmit)?,
                Output::Open { conn, to } => self.open(node, conn, &to)?,
                Output::Close { conn } => self.close(node, conn, cause)?,
                Output::Event(event) => {
                    self.script.learn(node, &event);
                    self.log.record(self.now, Record::Event { who: node, cause, event });
                }
                Output::Wait(deadline) => {
                    if !matches!(seat.node.poll(), Output::Wait(again) if again == deadline) {
                        return Err(self.breach(node, Rule::Restless));
                    }
                    self.arm(node, deadline);
                    return Ok(());
                }
            }
        }
        Err(self.breach(node, Rule::Drain(DRAIN_LIMIT)))
    }

    fn place(&self, node: NodeId, conn: ConnId) -> Option<(u32, u8)> {
        self.seats.get(node.index())?.connections.get(&conn).copied()
    }

    /// A node writes a message.
    fn emit(
        &mut self,
        node: NodeId,
        cause: Cause,
        acting: Option<&Acting>,
        transmit: Transmit,
    ) -> Result<(), Breach> {
        let Transmit { conn, head, body, summary } = transmit;
        let place = self.place(node, conn).and_then(|(index, side)| {
            let wire = self.wires.get(index as usize)?;
            let up = wire.ends.get(usize::from(side))?.state == State::Up;
            up.then_some((index, side, wire.ends.get(usize::from(1 - side))?.node))
        });
        let Some((index, side, to)) = place else {
            return Err(self.breach(node, Rule::NotUp(conn, kind(&summary))));
        };
        let id = MsgId(self.emitted);
        self.emitted += 1;
        let origin = origin(node, acting, &summary);
        let mut bytes = BytesMut::with_capacity(head.len() + body.len());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&body);
        let underway = Underway { id, origin, emitted: self.now, summary: summary.clone(), end: 0 };
        let connection = ConnectionId(index);
        let emitted = Emitted { id, from: node, to, origin, connection, cause, summary, head, body };
        self.log.record(self.now, Record::Emitted(emitted));
        self.dispatch(index, side, to, underway, bytes.freeze());
        Ok(())
    }

    /// Lets a written message meet its fault, if it has one, or its wire.
    fn dispatch(&mut self, connection: u32, side: u8, to: NodeId, message: Underway, bytes: Bytes) {
        let Some(wire) = self.wires.get_mut(connection as usize) else { return };
        let ordinal = wire.count(side.into());
        if self.plan.is_empty() && self.parked.is_empty() {
            return self.write(connection, side, ordinal, message, bytes);
        }
        let harm = self.plan.message(message.origin, to, &message.summary);
        let (id, pair) = (message.id, (message.origin, to));
        if let Some((fault, _)) = harm {
            let connection = ConnectionId(connection);
            self.log.record(self.now, Record::Fault { fault, message: Some(id), connection });
        }
        let park = |fault, held| {
            let (bytes, message) = (bytes.clone(), message.clone());
            Parked { connection, side, ordinal, bytes, to, message, fault, held }
        };
        match harm {
            None => self.write(connection, side, ordinal, message, bytes),
            Some((fault, Harm::Drop)) => {
                self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(fault) });
            }
            Some((fault, Harm::Delay(by))) => {
                let slot = self.parked_ever;
                self.parked_ever += 1;
                self.parked.insert(slot, park(fault, false));
                self.queue.push(self.now + by, 0, Due::Release(slot));
            }
            Some((fault, Harm::Hold)) => {
                self.parked.insert(self.parked_ever, park(fault, true));
                self.parked_ever += 1;
                return;
            }
        }
        let free: Vec<u32> = self
            .parked
            .iter()
            .filter(|(_, parked)| parked.held && (parked.message.origin, parked.to) == pair)
            .map(|(slot, _)| *slot)
            .collect();
        for slot in free {
            self.release(slot);
        }
    }

    /// Writes a message that a fault has kept back.
    pub(super) fn release(&mut self, slot: u32) {
        if let Some(Parked { connection, side, ordinal, bytes, message, .. }) = self.parked.remove(&slot) {
            self.write(connection, side, ordinal, message, bytes);
        }
    }

    /// Writes a message to its wire, which may be cut by that.
    fn write(&mut self, connection: u32, side: u8, ordinal: u64, mut message: Underway, mut bytes: Bytes) {
        let Some(wire) = self.wires.get_mut(connection as usize) else { return };
        let side = usize::from(side);
        let [Some(near), Some(far)] = [wire.ends.get(side), wire.ends.get(1 - side)] else { return };
        let (from, to, nth) = (near.node, far.node, wire.nth);
        let closed = near.state == State::Closed || far.state == State::Closed;
        let Some(way) = wire.ways.get_mut(side) else { return };
        if let Some(fate) = way.fate().or(closed.then_some(Fate::Connection)) {
            self.log.record(self.now, Record::Lost { id: message.id, fate });
            return;
        }
        let end = way.written() + bytes.len() as u64;
        message.end = end;
        let cut = if self.plan.is_empty() { None } else { self.plan.cut_after(from, to, nth) };
        let cut = cut.filter(|(_, limit)| end >= *limit);
        if let Some((_, limit)) = cut {
            bytes.truncate(limit.saturating_sub(way.written()) as usize);
        }
        let id = message.id;
        let whole = cut.is_none_or(|(_, limit)| end == limit);
        if whole {
            way.expect(message);
        }
        if !bytes.is_empty() {
            let due = wire.write(side, self.now, ordinal, bytes);
            self.queue_head(connection, side, due);
        }
        if let Some((cut, _)) = cut {
            if !whole {
                self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(cut.fault) });
            }
            self.cut(connection, cut);
        }
    }
}

const fn kind(summary: &Summary) -> &'static str {
    match summary {
        Summary::Request(_) => "a request",
        Summary::Response(..) => "a response",
    }
}
