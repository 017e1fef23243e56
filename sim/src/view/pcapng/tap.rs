//! What a wire tap captures of a run: messages, and the marks of faults.

mod connection;

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use confsim_core::time::Instant;

use super::CAPTURE;
use super::block::{File, Interface};
use super::fate::{Fate, fates};
use super::host::{PORT, address, names};
use super::line::Line;
use super::mark::Mark;
use super::segment::{ACK, Socket, told};
use crate::fault::{Fault, Harm};
use crate::scenario::{Scenario, to_toml};
use crate::trace::{Cause, ConnectionId, Emitted, Fate as Loss, MsgId, Record, Trace};

/// A run of `scenario` as a capture file, with the seed it followed from where that is known.
pub fn write(scenario: &Scenario, trace: &Trace, seed: Option<u64>) -> Vec<u8> {
    let seed = seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
    let comments = [format!("{CAPTURE}{seed}"), to_toml(scenario)];
    let mut tap = Tap {
        scenario,
        file: File::new(&comments, &names(&trace.cast)),
        at: Instant::ZERO,
        fates: fates(scenario, trace),
        lines: BTreeMap::new(),
        opened: BTreeMap::new(),
        packets: BTreeMap::new(),
        kept: BTreeMap::new(),
        struck: BTreeMap::new(),
        faults: faults(trace),
    };
    for (at, record) in trace.records() {
        tap.at = at;
        tap.take(trace, record);
    }
    tap.file.finish()
}

/// Which faults strike which message.
fn faults(trace: &Trace) -> BTreeMap<MsgId, Vec<u32>> {
    let mut faults = BTreeMap::<MsgId, Vec<u32>>::new();
    for (_, record) in trace.records() {
        if let Record::Fault { fault, message: Some(id), .. } = record {
            faults.entry(*id).or_default().push(*fault);
        }
    }
    faults
}

struct Tap<'a> {
    scenario: &'a Scenario,
    file: File,
    at: Instant,
    fates: BTreeMap<MsgId, Fate>,
    lines: BTreeMap<ConnectionId, Line>,
    /// How many connections each address has opened.
    opened: BTreeMap<[u8; 4], u32>,
    /// How many packets each address has sent.
    packets: BTreeMap<[u8; 4], u16>,
    /// Messages that faults keep back.
    kept: BTreeMap<MsgId, (ConnectionId, usize, Bytes)>,
    struck: BTreeMap<MsgId, Vec<String>>,
    faults: BTreeMap<MsgId, Vec<u32>>,
}

impl Tap<'_> {
    fn take(&mut self, trace: &Trace, record: &Record) {
        match record {
            Record::Emitted(sent) => self.emitted(sent),
            Record::Released { id } => {
                if let Some((connection, side, bytes)) = self.kept.remove(id) {
                    self.message(connection, side, *id, &bytes);
                }
            }
            Record::Heard(heard) => {
                self.line(heard.connection, heard.from, heard.to);
                let Some(line) = self.lines.get_mut(&heard.connection) else { return };
                let side = line.side(heard.from);
                line.ways[side].heard(heard.id);
                self.send(heard.connection, 1 - side, ACK, &[]);
            }
            Record::Opened(opened) => self.opened(*opened),
            Record::Up { who, connection } => self.up(*who, *connection),
            Record::Closed { who, connection, .. } => self.closed(*who, *connection),
            Record::Gone { who, connection } => self.gone(*who, *connection),
            Record::Said { who, connection, bytes } => {
                let Some(line) = self.lines.get_mut(connection) else { return };
                let side = line.side(*who);
                line.ways[side].stray();
                line.comments.push(Mark::Forged.to_string());
                self.stream(*connection, side, bytes);
            }
            Record::Fault { fault, message: None, connection } => self.line_struck(*fault, *connection),
            Record::Host { who, fault, change } => {
                let words = self.words(&Mark::Host(*fault, trace.cast.name(*who).to_owned(), *change));
                let own = Socket { address: address(*who), port: PORT };
                self.beside("data", own, own, words.as_bytes(), std::slice::from_ref(&words));
            }
            Record::Lost { .. }
            | Record::Fault { .. }
            | Record::Step { .. }
            | Record::Garbage { .. }
            | Record::Event { .. }
            | Record::Timer { .. }
            | Record::End { .. } => {}
        }
    }

    /// A mark with the sentence of its fault: `fault 0: drop …`.
    fn words(&self, mark: &Mark) -> String {
        let fault = mark.fault().and_then(|fault| self.scenario.faults.get(fault as usize));
        fault.map_or_else(|| mark.to_string(), |fault| format!("{mark}: {fault}"))
    }

    fn emitted(&mut self, sent: &Emitted) {
        let Emitted { id, from, to, connection, .. } = sent;
        self.line(*connection, *from, *to);
        let Some(line) = self.lines.get(connection) else { return };
        let side = line.side(*from);
        let [near, far] = [line.sockets[side], line.sockets[1 - side]];
        let made = if let Cause::Fault(fault) = sent.cause { Some(Mark::Made(fault)) } else { None };
        let struck = self.faults.get(id).into_iter().flatten().map(|fault| Mark::Struck(*fault));
        let comments: Vec<String> = made.into_iter().chain(struck).map(|mark| self.words(&mark)).collect();
        let mut bytes = BytesMut::with_capacity(sent.head.len() + sent.body.len());
        bytes.extend_from_slice(&sent.head);
        bytes.extend_from_slice(&sent.body);
        match self.fates.get(id).copied() {
            Some(Fate::Stray) => {}
            Some(Fate::Unwritten(loss)) => self.unwritten(*connection, side, &bytes, comments, loss),
            Some(Fate::Kept) => {
                let marks = self.faults.get(id).into_iter().flatten().map(|fault| Mark::Kept(*fault));
                let marks: Vec<String> = marks.map(|mark| self.words(&mark)).collect();
                self.beside("data", near, far, &bytes, &marks);
                self.struck.insert(*id, comments);
                self.kept.insert(*id, (*connection, side, bytes.freeze()));
            }
            Some(Fate::Cut(loss, after)) => {
                let sent = self.lines.get(connection).map_or(0, |line| line.ways[side].sent);
                let written = bytes.get(..after.saturating_sub(sent) as usize).unwrap_or(&bytes);
                self.stream(*connection, side, written);
                self.unwritten(*connection, side, &bytes, comments, loss);
            }
            None => {
                self.struck.insert(*id, comments);
                self.message(*connection, side, *id, &bytes.freeze());
            }
        }
    }

    /// A message is written, corrupted if a fault wills so.
    fn message(&mut self, connection: ConnectionId, side: usize, id: MsgId, bytes: &Bytes) {
        let comments = self.struck.remove(&id).unwrap_or_default();
        let Some(line) = self.lines.get_mut(&connection) else { return };
        if !line.ways[side].open() {
            return self.unwritten(connection, side, bytes, comments, Loss::Connection);
        }
        line.comments.extend(comments);
        let corrupted = self.faults.get(&id).into_iter().flatten().find_map(|fault| {
            match self.scenario.faults.get(*fault as usize) {
                Some(Fault::Message { harm: Harm::Corrupt(byte), .. }) => Some(*byte),
                _ => None,
            }
        });
        match corrupted {
            None => {
                self.stream(connection, side, bytes);
                if let Some(line) = self.lines.get_mut(&connection) {
                    line.ways[side].expect(id);
                }
            }
            Some(byte) => {
                line.ways[side].stray();
                let mut bytes = BytesMut::from(&bytes[..]);
                let last = bytes.len().saturating_sub(1);
                if let Some(byte) = bytes.get_mut((byte as usize).min(last)) {
                    *byte = !*byte;
                }
                self.stream(connection, side, &bytes.freeze());
            }
        }
    }

    /// A message never gets onto its wire.
    fn unwritten(
        &mut self,
        connection: ConnectionId,
        side: usize,
        bytes: &[u8],
        mut comments: Vec<String>,
        loss: Loss,
    ) {
        let Some(line) = self.lines.get(&connection) else { return };
        let [from, to] = [line.sockets[side], line.sockets[1 - side]];
        match loss {
            Loss::Fault(fault) if comments.is_empty() => comments.push(self.words(&Mark::Struck(fault))),
            Loss::Fault(_) => {}
            Loss::Connection => comments.push(self.words(&Mark::Ended)),
        }
        self.beside("sip", from, to, bytes, &comments);
    }

    fn beside(&mut self, dissector: &str, from: Socket, to: Socket, data: &[u8], comments: &[String]) {
        self.file.packet(self.at, Interface::Beside, &told(dissector, from, to, data), comments);
    }

    /// A fault strikes a connection.
    fn line_struck(&mut self, fault: u32, connection: ConnectionId) {
        let words = self.words(&Mark::Struck(fault));
        let Some(line) = self.lines.get_mut(&connection) else { return };
        if let Some(Fault::Cut(cut)) = self.scenario.faults.get(fault as usize) {
            line.cut = Some(cut.how);
        }
        let [from, to] = line.sockets;
        self.beside("data", from, to, words.as_bytes(), std::slice::from_ref(&words));
    }
}
