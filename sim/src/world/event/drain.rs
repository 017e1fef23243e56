//! What a node wants after an input: its messages onto the wires, its news into the trace.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use confsim_core::node::{ConnId, Output, Summary, Transmit};
use confsim_core::wire::sip::Message;

use super::watch::DRAIN_LIMIT;
use super::wire::{State, Underway};
use super::{Actor, Engine};
use crate::trace::{Cause, ConnectionId, Emitted, Fate, Heard, MsgId, NodeId, Record};
use crate::world::origin::{Acting, origin};
use crate::world::outcome::{Breach, Rule};

/// A message that is about to be written by one end of a connection.
pub(super) struct Letter {
    pub(super) connection: u32,
    pub(super) side: u8,
    pub(super) cause: Cause,
    pub(super) origin: NodeId,
    pub(super) summary: Summary,
    pub(super) head: Bytes,
    pub(super) body: Bytes,
}

impl<N: Actor> Engine<'_, '_, N> {
    /// Takes everything a node wants, `cause` having led to it.
    pub(super) fn drain(&mut self, node: NodeId, mut cause: Cause) -> Result<(), Breach> {
        let mut acting = None;
        for _ in 0..DRAIN_LIMIT {
            let seat = self.seats.get_mut(node.index());
            let Some(actor) = seat.and_then(|seat| seat.node.as_mut()) else { return Ok(()) };
            match actor.poll() {
                Output::Heard { conn, message, end } => {
                    let Underway { id, origin, summary, .. } = self.heard(node, conn, message, end)?;
                    self.watch.acts(node, || summary.to_string());
                    cause = Cause::Message(id);
                    acting = Some(Acting { origin, summary });
                }
                Output::Garbage { conn, error } => {
                    acting = None;
                    let connection = ConnectionId(self.place(node, conn).map_or(u32::MAX, |place| place.0));
                    cause = Cause::Connection(connection);
                    let error = error.to_string();
                    self.log.record(self.now, Record::Garbage { who: node, connection, error });
                }
                Output::Fired { timer } => {
                    self.watch.acts(node, || format!("timer `{timer}`"));
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
                    if !matches!(actor.poll(), Output::Wait(again) if again == deadline) {
                        return Err(self.breach(node, Rule::Restless));
                    }
                    self.arm(node, deadline);
                    return Ok(());
                }
            }
        }
        Err(self.breach(node, Rule::Drain(DRAIN_LIMIT, cause)))
    }

    fn place(&self, node: NodeId, conn: ConnId) -> Option<(u32, u8)> {
        self.seats.get(node.index())?.connections.get(&conn).copied()
    }

    /// A node has read the message that ends at `end` of its inbound stream.
    pub(super) fn heard(
        &mut self,
        node: NodeId,
        conn: ConnId,
        message: Arc<Message>,
        end: u64,
    ) -> Result<Underway, Breach> {
        let breach = Err(Rule::Framing { conn, got: end });
        let found = self.place(node, conn).and_then(|(index, side)| {
            let wire = self.wires.get_mut(index as usize)?;
            let sender = usize::from(1 - side);
            let from = wire.ends.get(sender)?.node;
            Some((wire.ways.get_mut(sender)?, from, index, sender))
        });
        let Some((way, from, connection, side)) = found else {
            return breach.map_err(|rule| self.breach(node, rule));
        };
        let astray = way.astray;
        if astray.is_some() {
            for id in way.swallowed(end) {
                self.log.record(self.now, Record::Lost { id, fate: Fate::Connection });
            }
        }
        let underway = match (way.heard(end), astray) {
            (Some(underway), _) => underway,
            (None, Some(cause)) => {
                let (head, body) = (message.head().clone(), message.body().clone());
                let summary = message.summary();
                let side = side as u8;
                self.tell(Letter { connection, side, cause, origin: from, summary, head, body }).0
            }
            (None, None) => return breach.map_err(|rule| self.breach(node, rule)),
        };
        let Underway { id, origin, emitted, .. } = underway;
        self.hops += 1;
        let connection = ConnectionId(connection);
        let heard = Heard { id, from, to: node, origin, connection, emitted, message };
        self.script.heard(&heard);
        self.log.record(self.now, Record::Heard(heard));
        Ok(underway)
    }

    /// A node writes a message.
    fn emit(
        &mut self,
        node: NodeId,
        cause: Cause,
        acting: Option<&Acting>,
        transmit: Transmit,
    ) -> Result<(), Breach> {
        let place = self.place(node, transmit.conn).filter(|(index, side)| {
            let end = self.wires.get(*index as usize).and_then(|wire| wire.ends.get(usize::from(*side)));
            end.is_some_and(|end| end.state == State::Up)
        });
        let Some((connection, side)) = place else {
            return Err(self.breach(node, Rule::NotUp(transmit.conn, kind(&transmit.summary))));
        };
        let origin = origin(&self.log.trace.cast, node, acting, &transmit);
        let Transmit { head, body, summary, .. } = transmit;
        self.post(Letter { connection, side, cause, origin, summary, head, body });
        Ok(())
    }

    /// Notes a message and lets it meet its fault, if it has one, or its wire.
    pub(super) fn post(&mut self, letter: Letter) {
        let (connection, side) = (letter.connection, letter.side);
        let mut bytes = BytesMut::with_capacity(letter.head.len() + letter.body.len());
        bytes.extend_from_slice(&letter.head);
        bytes.extend_from_slice(&letter.body);
        let (underway, to) = self.tell(letter);
        self.dispatch(connection, side, to, underway, bytes.freeze());
    }

    /// Notes a message as emitted; it, and who is to read it.
    pub(super) fn tell(&mut self, letter: Letter) -> (Underway, NodeId) {
        let Letter { connection, side, cause, origin, summary, head, body } = letter;
        let ends = self.wires.get(connection as usize).map(|wire| wire.ends.map(|end| end.node));
        let [one, other] = ends.unwrap_or([origin, origin]);
        let (from, to) = if side == 0 { (one, other) } else { (other, one) };
        let id = MsgId(self.emitted);
        self.emitted += 1;
        let underway = Underway { id, origin, emitted: self.now, summary: summary.clone(), end: 0 };
        let connection = ConnectionId(connection);
        let emitted = Emitted { id, from, to, origin, connection, cause, summary, head, body };
        self.script.emitted(&emitted);
        self.log.record(self.now, Record::Emitted(emitted));
        (underway, to)
    }

    /// Writes a message to its wire, which may be cut by that.
    pub(super) fn write(
        &mut self,
        connection: u32,
        side: u8,
        ordinal: u64,
        mut message: Underway,
        mut bytes: Bytes,
    ) {
        let Some(wire) = self.wires.get_mut(connection as usize) else { return };
        let side = usize::from(side);
        let [Some(near), Some(far)] = [wire.ends.get(side), wire.ends.get(1 - side)] else { return };
        let (from, to, pair) = (near.node, far.node, wire.pair());
        let closed = near.state == State::Closed || far.state == State::Closed;
        let Some(way) = wire.ways.get_mut(side) else { return };
        if let Some(fate) = way.fate().or(closed.then_some(Fate::Connection)) {
            self.log.record(self.now, Record::Lost { id: message.id, fate });
            return;
        }
        let end = way.written() + bytes.len() as u64;
        message.end = end;
        let cut = if self.plan.is_empty() { None } else { self.plan.cut_after(from, pair) };
        let cut = cut.filter(|cut| end >= cut.after);
        if let Some(cut) = cut {
            bytes.truncate(cut.after.saturating_sub(way.written()) as usize);
        }
        let id = message.id;
        let whole = cut.is_none_or(|cut| end == cut.after);
        if whole {
            way.expect(message);
            self.watch.unread(from, to, way.unread());
        }
        if !bytes.is_empty() {
            let due = wire.write(side, self.now, ordinal, bytes);
            self.queue_head(connection, side, due);
        }
        if let Some(cut) = cut {
            if !whole {
                self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(cut.fault) });
            }
            self.cut(connection, cut.fault, cut.how);
        }
    }
}

const fn kind(summary: &Summary) -> &'static str {
    match summary {
        Summary::Request(_) => "a request",
        Summary::Response(..) => "a response",
    }
}
