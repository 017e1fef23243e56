//! Lines to records.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Limits, Message};

use super::VERSION;
use super::roster::Rosters;
use super::row::{ChangeRow, Header, Row, SkipRow};
use super::text::{Names, Text, read_cause, read_fate, read_summary};
use crate::property::Verdict;
use crate::scenario::{Scenario, from_toml};
use crate::trace::{
    Cast, Cause, ConnectionId, Emitted, Heard, HostChange, MsgId, NodeId, Opened, Record, Skip, StepId, Trace,
};

/// What a file tells.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was run.
    pub scenario: Scenario,
    /// What chance followed from, where that is told.
    pub seed: Option<u64>,
    /// What happened.
    pub trace: Trace,
    /// What was found.
    pub verdict: Verdict,
}

/// What is wrong within a line: in words, and the text of the line that is.
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) text: String,
}

pub(super) type Read<T> = Result<T, Wrong>;

/// Reads the lines of one file, which may refer to those before.
pub(super) struct Reader {
    pub(super) scenario: Scenario,
    cast: Cast,
    last: Instant,
    sent: BTreeMap<MsgId, (Bytes, Bytes)>,
    rosters: Rosters,
    names: Names,
}

impl Reader {
    /// A reader of what follows this header.
    pub(super) fn new(header: &Header) -> Read<Self> {
        if header.version != VERSION {
            return wrong(&header.version, &format!("this program reads traces of version {VERSION}, not"));
        }
        let scenario = match from_toml(&header.scenario) {
            Ok(scenario) => scenario,
            Err(error) => {
                return Err(Wrong { what: format!("its scenario, {error}"), text: header.scenario.clone() });
            }
        };
        let cast = scenario.cast();
        let mut nodes = cast.nodes().map(|node| cast.name(node)).zip(&header.nodes);
        if let Some((_, other)) = nodes.find(|(name, told)| name != told) {
            return wrong(other, "the scenario has no such node in this place");
        }
        if cast.nodes().count() != header.nodes.len() {
            return wrong("nodes", "not as many as the scenario has");
        }
        Ok(Self {
            scenario,
            cast,
            last: Instant::ZERO,
            sent: BTreeMap::new(),
            rosters: Rosters::default(),
            names: Names::default(),
        })
    }

    /// Puts the records together, and checks their digest.
    pub(super) fn finish(
        self,
        header: &Header,
        records: Vec<(Instant, Record)>,
        verdict: Verdict,
    ) -> Read<Told> {
        let told = match &header.digest {
            None => None,
            Some(digest) => match u64::from_str_radix(digest, 16) {
                Ok(number) => Some(number),
                Err(_) => return wrong(digest, "no digest"),
            },
        };
        let trace = Trace::told(self.cast, records, header.forgotten, told);
        if let (Some(told), Some(text)) = (told, &header.digest)
            && trace.digest() != told
        {
            return wrong(
                text,
                "the records are not those of this digest (a file without one is not checked)",
            );
        }
        Ok(Told { scenario: self.scenario, seed: header.seed, trace, verdict })
    }

    fn node(&self, name: &str) -> Read<NodeId> {
        self.cast.find(name).map_or_else(|| wrong(name, "no such node"), Ok)
    }

    fn cause(&mut self, text: &str) -> Read<Cause> {
        read_cause(text, &mut self.names).map_or_else(|| wrong(text, "no cause"), Ok)
    }

    fn name(&mut self, name: &str) -> Read<&'static str> {
        self.names.keep(name).map_or_else(|| wrong(name, "too long a name, or too many"), Ok)
    }

    fn at(&mut self, at: u64) -> Read<Instant> {
        let now = Instant::from_micros(at);
        if now < self.last {
            return wrong(&at, "lies before the record above");
        }
        self.last = now;
        Ok(now)
    }

    /// The record in a line, and its time.
    pub(super) fn record(&mut self, row: Row) -> Read<(Instant, Record)> {
        let (at, record) = match row {
            Row::Trace(_) => return wrong("trace", "a second beginning"),
            Row::Verdict(_) => return wrong("verdict", "out of place"),
            Row::Step { at, step, who, skipped } => {
                let (who, skipped) = (self.node(&who)?, skipped.map(skip));
                (at, Record::Step { step: StepId(step), who, skipped })
            }
            Row::Emitted { .. } => return self.emitted(row),
            Row::Released { at, id } => (at, Record::Released { id: MsgId(id) }),
            Row::Heard { .. } => return self.heard(row),
            Row::Lost { at, id, fate } => match read_fate(&fate) {
                Some(fate) => (at, Record::Lost { id: MsgId(id), fate }),
                None => return wrong(&fate, "no fate"),
            },
            Row::Garbage { at, who, connection, error } => {
                let (who, connection) = (self.node(&who)?, ConnectionId(connection));
                (at, Record::Garbage { who, connection, error })
            }
            Row::Event { at, who, cause, event } => {
                let (who, cause) = (self.node(&who)?, self.cause(&cause)?);
                match event.event(who, &mut self.rosters, &mut self.names) {
                    Ok(event) => (at, Record::Event { who, cause, event }),
                    Err(text) => return wrong(&text, "cannot be read"),
                }
            }
            Row::Timer { at, who, name } => {
                (at, Record::Timer { who: self.node(&who)?, name: self.name(&name)? })
            }
            Row::Opened { at, connection, opener, acceptor, nth } => {
                let (connection, opener) = (ConnectionId(connection), self.node(&opener)?);
                let acceptor = acceptor.map(|name| self.node(&name)).transpose()?;
                (at, Record::Opened(Opened { connection, opener, acceptor, nth }))
            }
            Row::Up { at, who, connection } => {
                (at, Record::Up { who: self.node(&who)?, connection: ConnectionId(connection) })
            }
            Row::Closed { at, who, connection, cause } => {
                let (who, cause) = (self.node(&who)?, self.cause(&cause)?);
                (at, Record::Closed { who, connection: ConnectionId(connection), cause })
            }
            Row::Gone { at, who, connection } => {
                (at, Record::Gone { who: self.node(&who)?, connection: ConnectionId(connection) })
            }
            Row::Fault { at, fault, message, connection } => {
                let (message, connection) = (message.map(MsgId), ConnectionId(connection));
                (at, Record::Fault { fault, message, connection })
            }
            Row::Said { at, who, connection, bytes: text } => {
                let (who, bytes) = (self.node(&who)?, bytes(text)?);
                (at, Record::Said { who, connection: ConnectionId(connection), bytes })
            }
            Row::Host { at, who, fault, change } => {
                (at, Record::Host { who: self.node(&who)?, fault, change: host_change(change) })
            }
            Row::End { at, who, left } => {
                let who = self.node(&who)?;
                let mut dump = BTreeMap::new();
                for (kind, count) in left {
                    dump.insert(self.name(&kind)?, count);
                }
                (at, Record::End { who, dump })
            }
        };
        Ok((self.at(at)?, record))
    }

    fn emitted(&mut self, row: Row) -> Read<(Instant, Record)> {
        let Row::Emitted { at, id, from, to, origin, connection, cause, summary, head, body } = row else {
            return wrong("emitted", "out of place");
        };
        let Some(summary) = read_summary(&summary) else { return wrong(&summary, "no summary") };
        let (id, connection, cause) = (MsgId(id), ConnectionId(connection), self.cause(&cause)?);
        let (from, to, origin) = (self.node(&from)?, self.node(&to)?, self.node(&origin)?);
        let (head, body) = (bytes(head)?, bytes(body)?);
        self.sent.insert(id, (head.clone(), body.clone()));
        let emitted = Emitted { id, from, to, origin, connection, cause, summary, head, body };
        Ok((self.at(at)?, Record::Emitted(emitted)))
    }

    fn heard(&mut self, row: Row) -> Read<(Instant, Record)> {
        let Row::Heard { at, id, from, to, origin, connection, emitted, head, body } = row else {
            return wrong("heard", "out of place");
        };
        let (from, to, origin) = (self.node(&from)?, self.node(&to)?, self.node(&origin)?);
        let (head, body) = match (head, body, self.sent.get(&MsgId(id))) {
            (Some(head), body, _) => (bytes(head)?, bytes(body.unwrap_or_default())?),
            (None, None, Some((head, body))) => (head.clone(), body.clone()),
            _ => return wrong(&id, "neither emitted before nor told here"),
        };
        let message = match Message::from_parts(head.clone(), body, Limits::DEFAULT) {
            Ok(message) => Arc::new(message),
            Err(error) => {
                return wrong(&String::from_utf8_lossy(&head), &format!("no SIP message ({error})"));
            }
        };
        let (id, connection, emitted) = (MsgId(id), ConnectionId(connection), Instant::from_micros(emitted));
        let heard = Heard { id, from, to, origin, connection, emitted, message };
        Ok((self.at(at)?, Record::Heard(heard)))
    }
}

fn bytes(text: Text) -> Read<Bytes> {
    text.bytes().or_else(|text| wrong(&text, "no base64"))
}

const fn skip(row: SkipRow) -> Skip {
    match row {
        SkipRow::NoConference => Skip::NoConference,
        SkipRow::Down => Skip::Down,
        SkipRow::NotConnected => Skip::NotConnected,
        SkipRow::Unknown => Skip::Unknown,
    }
}

const fn host_change(row: ChangeRow) -> HostChange {
    match row {
        ChangeRow::Crashed => HostChange::Crashed,
        ChangeRow::Back(incarnation) => HostChange::Back { incarnation },
        ChangeRow::Paused => HostChange::Paused,
        ChangeRow::Resumed => HostChange::Resumed,
        ChangeRow::Clock => HostChange::Clock,
        ChangeRow::DiskFull => HostChange::DiskFull,
        ChangeRow::DiskFree => HostChange::DiskFree,
    }
}

/// Says that a text of the line is wrong.
pub(super) fn wrong<T>(text: &(impl ToString + ?Sized), what: &str) -> Read<T> {
    let text = text.to_string();
    Err(Wrong { what: format!("{what}: {}", text.chars().take(80).collect::<String>()), text })
}
