//! What connections show, told as the records of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method};

use super::stream::{Happening, What};
use crate::fault::Fault;
use crate::trace::{Cast, Cause, ConnectionId, Emitted, Fate, Heard, MsgId, NodeId, Opened, Record, Role};
use crate::view::pcapng::Mark;

/// Who has a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// The two nodes, the one that opened it first.
    pub(super) nodes: [NodeId; 2],
    /// Whether the pool's end stands for all its roles, which the messages tell apart.
    pub(super) collapsed: bool,
}

/// A message tells another one like it on its way: the request, and the code of an answer.
type Key = (String, u32, String, Method, Option<u16>);

/// A message that has been written and not been acted upon.
struct InFlight {
    emitted: Emitted,
    at: Instant,
    message: Message,
    /// The role of the pool that the front end passes it on to, where that is not seen.
    onward: Option<(NodeId, ConnectionId)>,
}

impl InFlight {
    /// Whether it reaches a role that is not seen, whose answer alone tells when.
    fn waits_for_a_role(&self) -> bool {
        self.onward.is_some() && self.message.is_request() && *self.message.method() != Method::Ack
    }
}

/// Tells a run.
pub(super) struct Teller<'a> {
    cast: &'a Cast,
    /// Who has which connection; nobody where it carries no SIP.
    ends: &'a [Option<Ends>],
    faults: &'a [Fault],
    /// The time zero, in microseconds of Unix time.
    zero: u64,
    at: Instant,
    emitted: u32,
    /// Messages in flight, by their numbers in the capture, and those by who is to read them.
    in_flight: BTreeMap<usize, InFlight>,
    awaited: BTreeMap<(NodeId, Key), usize>,
    /// What each node has heard last, with its number and who had said it.
    heard: BTreeMap<(NodeId, Key), (MsgId, NodeId)>,
    /// What faults keep back.
    kept: BTreeMap<(usize, usize, Bytes), Emitted>,
    records: Vec<(Instant, Record)>,
}

/// The connections between the front end and the roles of a pool whose inside is not seen.
const INSIDE: [(NodeId, u32); 3] =
    [(NodeId::FACTORY, u32::MAX - 3), (NodeId::FOCUS, u32::MAX - 2), (NodeId::MCU, u32::MAX - 1)];

impl<'a> Teller<'a> {
    pub(super) const fn new(
        cast: &'a Cast,
        ends: &'a [Option<Ends>],
        faults: &'a [Fault],
        zero: u64,
    ) -> Self {
        Self {
            cast,
            ends,
            faults,
            zero,
            at: Instant::ZERO,
            emitted: 0,
            in_flight: BTreeMap::new(),
            awaited: BTreeMap::new(),
            heard: BTreeMap::new(),
            kept: BTreeMap::new(),
            records: Vec::new(),
        }
    }

    /// The records.
    pub(super) fn finish(self) -> Vec<(Instant, Record)> {
        self.records
    }

    fn record(&mut self, record: Record) {
        self.records.push((self.at, record));
    }

    /// Takes the next thing that is shown.
    pub(super) fn take(&mut self, happening: Happening) {
        let Happening { at, line, what } = happening;
        // Captures are in order but for microseconds; a run never goes back.
        self.at = self.at.max(Instant::from_micros(at.saturating_sub(self.zero)));
        if let What::Host(mark) = what {
            return self.host(mark);
        }
        let Some(Some(ends)) = self.ends.get(line).copied() else { return };
        let connection = ConnectionId(line as u32);
        match what {
            What::Opened => {
                let [opener, acceptor] = ends.nodes;
                let opened = Opened { connection, opener, acceptor: Some(acceptor), nth: 0 };
                self.record(Record::Opened(opened));
            }
            What::Up(side) => self.record(Record::Up { who: ends.nodes[side], connection }),
            What::Closed(side) => {
                let cause = Cause::Connection(connection);
                self.record(Record::Closed { who: ends.nodes[side], connection, cause });
            }
            What::Gone(side) => self.record(Record::Gone { who: ends.nodes[side], connection }),
            What::Forged { side, bytes } => {
                self.record(Record::Said { who: ends.nodes[side], connection, bytes });
            }
            What::Garbage { side, error } => {
                self.record(Record::Garbage { who: ends.nodes[side], connection, error });
            }
            What::Said { side, number, message, marks } => {
                self.said(ends, (line, side), (number, message), &marks);
            }
            What::Heard(number) => {
                if !self.in_flight.get(&number).is_some_and(InFlight::waits_for_a_role) {
                    self.arrived(number);
                }
            }
            What::Told { side, bytes, marks } => self.told(ends, (line, side), bytes, &marks),
            What::Host(_) => {}
        }
    }

    fn host(&mut self, mark: Mark) {
        if let Mark::Host(fault, name, change) = mark
            && let Some(who) = self.cast.find(&name)
        {
            self.record(Record::Host { who, fault, change });
        }
    }

    /// A node writes a message; who said it, and for which one, follows from what it has heard.
    fn emit(
        &mut self,
        hop: [NodeId; 2],
        connection: ConnectionId,
        message: &Message,
        made: Option<u32>,
    ) -> Emitted {
        let [from, to] = hop;
        let same = key(message, message.code()).and_then(|key| self.heard.get(&(from, key)).copied());
        let passed = same.filter(|_| relays(from, message));
        let asked = || {
            let request = if message.is_request() { None } else { key(message, None) };
            request.and_then(|key| self.heard.get(&(from, key)).copied())
        };
        let because = passed.or_else(asked);
        let id = MsgId(self.emitted);
        self.emitted += 1;
        let emitted = Emitted {
            id,
            from,
            to,
            origin: passed.map_or(from, |(_, origin)| origin),
            connection,
            cause: match made {
                Some(fault) => Cause::Fault(fault),
                None => because.map_or(Cause::Connection(connection), |(id, _)| Cause::Message(id)),
            },
            summary: message.summary(),
            head: message.head().clone(),
            body: message.body().clone(),
        };
        self.record(Record::Emitted(emitted.clone()));
        emitted
    }

    fn hear(&mut self, emitted: &Emitted, at: Instant, message: Message) {
        let Emitted { id, from, to, origin, connection, .. } = *emitted;
        if let Some(key) = key(&message, message.code()) {
            self.heard.insert((to, key), (id, origin));
        }
        let heard = Heard { id, from, to, origin, connection, emitted: at, message: Arc::new(message) };
        self.record(Record::Heard(heard));
    }

    fn said(
        &mut self,
        ends: Ends,
        (line, side): (usize, usize),
        (number, message): (usize, Message),
        marks: &[Mark],
    ) {
        let connection = ConnectionId(line as u32);
        let hop = [ends.nodes[side], ends.nodes[1 - side]];
        self.reacts(hop[0], &message);
        let onward = if ends.collapsed { self.inside(hop, &message) } else { None };
        let emitted = if let Some(kept) = self.kept.remove(&(line, side, bytes_of(&message))) {
            self.record(Record::Released { id: kept.id });
            kept
        } else {
            let emitted = self.emit(hop, connection, &message, made_by(marks));
            self.struck(marks, emitted.id, connection);
            emitted
        };
        if let Some(key) = key(&message, message.code()) {
            self.awaited.insert((hop[1], key), number);
        }
        self.in_flight.insert(number, InFlight { emitted, at: self.at, message, onward });
    }

    /// Who answers a message, or passes it on, has acted upon it, acknowledged or not.
    fn reacts(&mut self, who: NodeId, message: &Message) {
        let request = if message.is_request() { None } else { key(message, None) };
        for key in request.into_iter().chain(key(message, message.code())) {
            let Some(number) = self.awaited.get(&(who, key)).copied() else { continue };
            let waits = self.in_flight.get(&number).is_some_and(InFlight::waits_for_a_role);
            // The front end says that it tries before anybody else knows.
            if !(waits && message.code() == Some(100)) {
                self.arrived(number);
            }
        }
    }

    /// A message passes between a client and a pool of which only the outside is seen. What the pool says has come
    /// from one of its roles; for what it is to hear, that role is told.
    fn inside(&mut self, [from, _]: [NodeId; 2], message: &Message) -> Option<(NodeId, ConnectionId)> {
        let inward = from.role() == Role::Client;
        let role = role_of(message, inward);
        let place = INSIDE.iter().find(|(node, _)| *node == role).map(|(_, number)| ConnectionId(*number))?;
        if inward {
            return Some((role, place));
        }
        let emitted = self.emit([role, from], place, message, None);
        self.hear(&emitted, self.at, message.clone());
        None
    }

    fn arrived(&mut self, number: usize) {
        let Some(InFlight { emitted, at, message, onward }) = self.in_flight.remove(&number) else { return };
        if let Some(key) = key(&message, message.code()) {
            self.awaited.remove(&(emitted.to, key));
        }
        self.hear(&emitted, at, message.clone());
        if let Some((role, place)) = onward {
            let emitted = self.emit([emitted.to, role], place, &message, None);
            self.hear(&emitted, self.at, message);
        }
    }

    fn struck(&mut self, marks: &[Mark], id: MsgId, connection: ConnectionId) {
        for mark in marks {
            if let Mark::Struck(fault) = mark
                && matches!(self.faults.get(*fault as usize), Some(Fault::Message { .. }))
            {
                self.record(Record::Fault { fault: *fault, message: Some(id), connection });
            }
        }
    }

    /// Something is told that never got onto the connection.
    fn told(&mut self, ends: Ends, (line, side): (usize, usize), bytes: Bytes, marks: &[Mark]) {
        let connection = ConnectionId(line as u32);
        let hop = [ends.nodes[side], ends.nodes[1 - side]];
        let mark = marks.iter().rev().find(|mark| !matches!(mark, Mark::Made(_)));
        let message = Message::parse_datagram(bytes.clone()).ok().map(|(message, _)| message);
        match (mark, message) {
            (Some(Mark::Kept(fault)), Some(message)) => {
                let emitted = self.emit(hop, connection, &message, None);
                self.record(Record::Fault { fault: *fault, message: Some(emitted.id), connection });
                self.kept.insert((line, side, bytes), emitted);
            }
            (Some(Mark::Struck(fault)), Some(message)) => {
                let emitted = self.emit(hop, connection, &message, made_by(marks));
                self.struck(marks, emitted.id, connection);
                self.record(Record::Lost { id: emitted.id, fate: Fate::Fault(*fault) });
            }
            (Some(Mark::Struck(fault)), None) => {
                self.record(Record::Fault { fault: *fault, message: None, connection });
            }
            (_, Some(message)) => {
                let emitted = self.emit(hop, connection, &message, None);
                self.record(Record::Lost { id: emitted.id, fate: Fate::Connection });
            }
            (_, None) => {}
        }
    }
}

/// Which role of a pool a client talks to, or hears from: the URI of the conference says so (D-9).
pub(super) fn role_of(message: &Message, inward: bool) -> NodeId {
    // Requests name the one who is asked in To, answers keep the places of the request.
    let in_to = message.is_request() == inward;
    let address = if in_to { message.to() } else { message.from() };
    let Ok(address) = address else { return NodeId::FRONT_END };
    match address.uri.opaque() {
        Some("app:conf:focusfactory") => NodeId::FACTORY,
        Some(opaque) if opaque.starts_with("app:conf:focus:") => NodeId::FOCUS,
        Some(opaque) if opaque.starts_with("app:conf:chat:") => NodeId::MCU,
        _ => NodeId::FRONT_END,
    }
}

/// The fault that wrote it, if nobody said it.
fn made_by(marks: &[Mark]) -> Option<u32> {
    marks.iter().find_map(|mark| if let Mark::Made(fault) = mark { Some(*fault) } else { None })
}

fn bytes_of(message: &Message) -> Bytes {
    Bytes::from([&message.head()[..], &message.body()[..]].concat())
}

/// Whether a node passes such messages on, rather than to say them itself.
fn relays(node: NodeId, message: &Message) -> bool {
    match node.role() {
        Role::FrontEnd => message.code() != Some(100),
        Role::Focus => *message.method() == Method::Invite,
        _ => false,
    }
}

/// What tells a message from others.
fn key(message: &Message, code: Option<u16>) -> Option<Key> {
    let (call_id, cseq, from) = (message.call_id().ok()?, message.cseq().ok()?, message.from().ok()?);
    let tag = from.tag().unwrap_or_default().to_owned();
    Some((call_id.to_owned(), cseq.seq, tag, message.method().clone(), code))
}
