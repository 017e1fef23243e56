//! Messages that meet a fault on their way to the wire.

use bytes::{Bytes, BytesMut};
use confsim_core::node::Summary;
use confsim_core::wire::sip::{Message, Name, Writer};

use super::drain::Letter;
use super::queue::Due;
use super::wire::Underway;
use super::{Actor, Engine};
use crate::fault::Harm;
use crate::trace::{Cause, ConnectionId, Fate, NodeId, Record};

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
    /// Lets a written message meet its fault, if it has one, or its wire.
    pub(super) fn dispatch(
        &mut self,
        connection: u32,
        side: u8,
        to: NodeId,
        message: Underway,
        bytes: Bytes,
    ) {
        let Some(wire) = self.wires.get_mut(connection as usize) else { return };
        let ordinal = wire.count(side.into());
        if self.plan.is_empty() && self.parked.is_empty() {
            return self.write(connection, side, ordinal, message, bytes);
        }
        let pair = (message.origin, to);
        let Some((fault, harm)) = self.plan.message(message.origin, to, &message.summary) else {
            self.write(connection, side, ordinal, message, bytes);
            return self.release_held(pair);
        };
        let (id, line) = (message.id, ConnectionId(connection));
        self.log.record(self.now, Record::Fault { fault, message: Some(id), connection: line });
        match harm {
            Harm::Drop => self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(fault) }),
            Harm::Delay(by) => {
                let held = false;
                let slot = self.park(Parked { connection, side, ordinal, bytes, to, message, fault, held });
                self.queue.push(self.now + by, 0, Due::Release(slot));
            }
            Harm::Hold => {
                let held = true;
                self.park(Parked { connection, side, ordinal, bytes, to, message, fault, held });
                // It waits for the message after this one.
                return;
            }
            Harm::Duplicate => {
                let copy = self.copy(connection, side, fault, &message, &bytes);
                self.write(connection, side, ordinal, message, bytes.clone());
                if let Some(copy) = copy {
                    self.write(connection, side, ordinal, copy, bytes);
                }
            }
            Harm::Corrupt(byte) => {
                self.write(connection, side, ordinal, message, inverted(&bytes, byte));
                let wire = self.wires.get_mut(connection as usize);
                if let Some(way) = wire.and_then(|wire| wire.ways.get_mut(usize::from(side))) {
                    way.astray = Some(Cause::Fault(fault));
                }
            }
            Harm::Answer(code) => {
                self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(fault) });
                self.refuse(connection, side, to, fault, code, &bytes);
            }
        }
        self.release_held(pair);
    }

    fn park(&mut self, parked: Parked) -> u32 {
        let slot = self.parked_ever;
        self.parked_ever += 1;
        self.parked.insert(slot, parked);
        slot
    }

    /// The two parties have said the next thing: what was held back for that follows.
    fn release_held(&mut self, pair: (NodeId, NodeId)) {
        let waits = |parked: &Parked| parked.held && (parked.message.origin, parked.to) == pair;
        let free: Vec<u32> =
            self.parked.iter().filter(|(_, parked)| waits(parked)).map(|(slot, _)| *slot).collect();
        for slot in free {
            self.release(slot);
        }
    }

    /// Writes a message that a fault has kept back.
    pub(super) fn release(&mut self, slot: u32) {
        if let Some(Parked { connection, side, ordinal, bytes, message, .. }) = self.parked.remove(&slot) {
            self.log.record(self.now, Record::Released { id: message.id });
            self.write(connection, side, ordinal, message, bytes);
        }
    }

    /// A second one of a message, which nobody said.
    fn copy(
        &mut self,
        connection: u32,
        side: u8,
        fault: u32,
        message: &Underway,
        bytes: &Bytes,
    ) -> Option<Underway> {
        let (parsed, _) = Message::parse_datagram(bytes.clone()).ok()?;
        let (head, body) = (parsed.head().clone(), parsed.body().clone());
        let (origin, summary) = (message.origin, message.summary.clone());
        let letter = Letter { connection, side, cause: Cause::Fault(fault), origin, summary, head, body };
        Some(self.tell(letter).0)
    }

    /// Answers a request in the place of `to`, which never sees it.
    fn refuse(&mut self, connection: u32, side: u8, to: NodeId, fault: u32, code: u16, request: &Bytes) {
        let Ok((request, _)) = Message::parse_datagram(request.clone()) else { return };
        let head = refusal(&request, code, fault);
        let summary = Summary::Response(code, request.method().clone());
        let (side, origin, cause) = (1 - side, to, Cause::Fault(fault));
        let body = Bytes::new();
        let letter = Letter { connection, side, cause, origin, summary, head: head.clone(), body };
        let (underway, _) = self.tell(letter);
        let Some(wire) = self.wires.get_mut(connection as usize) else { return };
        let ordinal = wire.count(side.into());
        self.write(connection, side, ordinal, underway, head);
    }
}

/// `bytes` with all bits of one byte inverted: the last one if there are not so many.
fn inverted(bytes: &Bytes, place: u32) -> Bytes {
    let mut bytes = BytesMut::from(&bytes[..]);
    let last = bytes.len().saturating_sub(1);
    if let Some(byte) = bytes.get_mut((place as usize).min(last)) {
        *byte = !*byte;
    }
    bytes.freeze()
}

/// The response of somebody who has nothing to say but the code (RFC 3261 section 8.2.6).
fn refusal(request: &Message, code: u16, fault: u32) -> Bytes {
    let mut writer = Writer::new();
    writer.start_response(code, "Refused On The Way");
    writer.copy_fields(request, |name| matches!(name, Name::Via | Name::From | Name::CallId | Name::CSeq));
    let to = request.header(Name::To).unwrap_or_default();
    let tagged = request.to().is_ok_and(|to| to.tag().is_some());
    if tagged {
        writer.header(Name::To, to);
    } else {
        writer.header(Name::To, format_args!("{to};tag=fault-{fault}"));
    }
    writer.finish(0)
}
