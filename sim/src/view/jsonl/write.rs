//! A run to lines.

use std::collections::BTreeMap;

use confsim_core::time::Instant;

use super::VERSION;
use super::event::EventRow;
use super::roster::Rosters;
use super::row::{ChangeRow, Header, Row, SkipRow, TallyRow, VerdictRow, ViolationRow};
use super::text::{Text, write_cause, write_fate, write_summary};
use crate::property::Verdict;
use crate::scenario::{Scenario, to_toml};
use crate::trace::{Cast, Emitted, Heard, HostChange, MsgId, NodeId, Opened, Record, Skip, Trace};

/// A run of `scenario` as JSON lines, with the seed it followed from where that is known.
///
/// # Errors
/// Those of serde_json, which has none for what is written here.
pub fn write(
    scenario: &Scenario,
    trace: &Trace,
    verdict: &Verdict,
    seed: Option<u64>,
) -> Result<Vec<u8>, serde_json::Error> {
    let cast = &trace.cast;
    let header = Header {
        version: VERSION,
        scenario: to_toml(scenario),
        seed,
        nodes: cast.nodes().map(|node| cast.name(node).to_owned()).collect(),
        forgotten: trace.forgotten(),
        digest: Some(format!("{:016x}", trace.digest())),
    };
    let mut writer = Writer { cast, sent: BTreeMap::new(), rosters: Rosters::default(), lines: Vec::new() };
    writer.line(&Row::Trace(header))?;
    for (at, record) in trace.records() {
        let row = writer.row(at, record);
        writer.line(&row)?;
    }
    writer.line(&Row::Verdict(verdict_row(verdict)))?;
    Ok(writer.lines)
}

struct Writer<'a> {
    cast: &'a Cast,
    sent: BTreeMap<MsgId, &'a Emitted>,
    rosters: Rosters,
    lines: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn line(&mut self, row: &Row) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut self.lines, row)?;
        self.lines.push(b'\n');
        Ok(())
    }

    fn name(&self, node: NodeId) -> String {
        self.cast.name(node).to_owned()
    }

    fn row(&mut self, at: Instant, record: &'a Record) -> Row {
        let at = at.as_micros();
        match record {
            Record::Step { step, who, skipped } => {
                Row::Step { at, step: step.0, who: self.name(*who), skipped: skipped.map(skip_row) }
            }
            Record::Emitted(sent) => {
                self.sent.insert(sent.id, sent);
                self.emitted(at, sent)
            }
            Record::Released { id } => Row::Released { at, id: id.0 },
            Record::Heard(heard) => self.heard(at, heard),
            Record::Lost { id, fate } => Row::Lost { at, id: id.0, fate: write_fate(*fate) },
            Record::Garbage { who, connection, error } => {
                Row::Garbage { at, who: self.name(*who), connection: connection.0, error: error.clone() }
            }
            Record::Event { who, cause, event } => {
                let (name, cause) = (self.name(*who), write_cause(*cause));
                Row::Event { at, who: name, cause, event: EventRow::of(event, *who, &mut self.rosters) }
            }
            Record::Timer { who, name } => Row::Timer { at, who: self.name(*who), name: (*name).to_owned() },
            Record::Opened(Opened { connection, opener, acceptor, nth }) => Row::Opened {
                at,
                connection: connection.0,
                opener: self.name(*opener),
                acceptor: acceptor.map(|node| self.name(node)),
                nth: *nth,
            },
            Record::Up { who, connection } => Row::Up { at, who: self.name(*who), connection: connection.0 },
            Record::Closed { who, connection, cause } => {
                let cause = write_cause(*cause);
                Row::Closed { at, who: self.name(*who), connection: connection.0, cause }
            }
            Record::Gone { who, connection } => {
                Row::Gone { at, who: self.name(*who), connection: connection.0 }
            }
            Record::Fault { fault, message, connection } => {
                let message = message.map(|id| id.0);
                Row::Fault { at, fault: *fault, message, connection: connection.0 }
            }
            Record::Said { who, connection, bytes } => {
                Row::Said { at, who: self.name(*who), connection: connection.0, bytes: Text::of(bytes) }
            }
            Record::Host { who, fault, change } => {
                Row::Host { at, who: self.name(*who), fault: *fault, change: change_row(*change) }
            }
            Record::End { who, dump } => {
                let left = dump.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
                Row::End { at, who: self.name(*who), left }
            }
        }
    }

    fn emitted(&self, at: u64, sent: &Emitted) -> Row {
        Row::Emitted {
            at,
            id: sent.id.0,
            from: self.name(sent.from),
            to: self.name(sent.to),
            origin: self.name(sent.origin),
            connection: sent.connection.0,
            cause: write_cause(sent.cause),
            summary: write_summary(&sent.summary),
            head: Text::of(&sent.head),
            body: Text::of(&sent.body),
        }
    }

    fn heard(&self, at: u64, heard: &Heard) -> Row {
        let (head, body) = (heard.message.head(), heard.message.body());
        let as_sent = self.sent.get(&heard.id).is_some_and(|sent| sent.head == *head && sent.body == *body);
        let told = |bytes| (!as_sent).then(|| Text::of(bytes));
        Row::Heard {
            at,
            id: heard.id.0,
            from: self.name(heard.from),
            to: self.name(heard.to),
            origin: self.name(heard.origin),
            connection: heard.connection.0,
            emitted: heard.emitted.as_micros(),
            head: told(head),
            body: told(body),
        }
    }
}

const fn skip_row(skip: Skip) -> SkipRow {
    match skip {
        Skip::NoConference => SkipRow::NoConference,
        Skip::Down => SkipRow::Down,
        Skip::NotConnected => SkipRow::NotConnected,
        Skip::Unknown => SkipRow::Unknown,
    }
}

const fn change_row(change: HostChange) -> ChangeRow {
    match change {
        HostChange::Crashed => ChangeRow::Crashed,
        HostChange::Back { incarnation } => ChangeRow::Back(incarnation),
        HostChange::Paused => ChangeRow::Paused,
        HostChange::Resumed => ChangeRow::Resumed,
        HostChange::Clock => ChangeRow::Clock,
        HostChange::DiskFull => ChangeRow::DiskFull,
        HostChange::DiskFree => ChangeRow::DiskFree,
    }
}

fn verdict_row(verdict: &Verdict) -> VerdictRow {
    let tallies = verdict.tallies().iter().map(|tally| TallyRow {
        property: tally.property.id.to_owned(),
        exercised: tally.exercised,
        violated: tally.violated,
    });
    let violations = verdict.violations().iter().map(|violation| ViolationRow {
        property: violation.property.id.to_owned(),
        at: violation.at.as_micros(),
        who: violation.who.clone(),
        messages: violation.messages.iter().map(|id| id.0).collect(),
        words: violation.words.clone(),
    });
    VerdictRow { tallies: tallies.collect(), violations: violations.collect() }
}
