//! What a participant writes by hand, past the client.

use bytes::Bytes;
use confsim_core::wire::sip::{Framer, Limits, Message};

use super::drain::Letter;
use super::wire::State;
use super::{Actor, Engine};
use crate::trace::{Cause, NodeId, Record, StepId};

impl<N: Actor> Engine<'_, '_, N> {
    /// The connection that `who` has to the front end, with its own side of it.
    pub(super) fn line_of(&self, who: NodeId) -> Option<(u32, u8)> {
        let seat = self.seats.get(who.index())?;
        seat.connections.values().rev().copied().find(|(index, side)| {
            let wire = self.wires.get(*index as usize);
            wire.and_then(|wire| wire.ends.get(usize::from(*side))).is_some_and(|end| end.state == State::Up)
        })
    }

    /// Writes `bytes` on a connection of `who`: as a message like any other if they are one, else as they are.
    pub(super) fn say(&mut self, who: NodeId, step: StepId, bytes: Bytes, (connection, side): (u32, u8)) {
        let cause = Cause::Step(step);
        if let Some(message) = only_message(&bytes) {
            let (summary, head, body) = (message.summary(), message.head().clone(), message.body().clone());
            return self.post(Letter { connection, side, cause, origin: who, summary, head, body });
        }
        let said = Record::Said { who, connection: Self::connection(connection), bytes: bytes.clone() };
        self.log.record(self.now, said);
        let now = self.now;
        let Some(wire) = self.wires.get_mut(connection as usize) else { return };
        let ordinal = wire.count(side.into());
        let side = usize::from(side);
        let Some(way) = wire.ways.get_mut(side) else { return };
        way.astray = Some(cause);
        if way.severed.is_none() && !bytes.is_empty() {
            let due = wire.write(side, now, ordinal, bytes);
            self.queue_head(connection, side, due);
        }
    }
}

/// The one message that `bytes` are, if a reader of the stream would take all of them for it.
fn only_message(bytes: &Bytes) -> Option<Message> {
    let mut framer = Framer::new(Limits::DEFAULT);
    framer.push(bytes.clone());
    let framed = framer.next().ok()??;
    let whole = framed.message.head().len() + framed.message.body().len() == bytes.len();
    (whole && framed.end == bytes.len() as u64).then_some(framed.message)
}
