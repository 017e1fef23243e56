//! What is drawn of a run, and in which order, before anything is put into words: of a long run only a window is.

mod draw;
mod gather;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use confsim_core::client::Event;
use confsim_core::time::Instant;

use super::super::Options;
use super::Life;
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::{Cast, Cause, ConnectionId, Emitted, Fate, MsgId, NodeId, Opened, Record, StepId, Trace};

/// A run put together by message: who said what to whom, what became of it, and what came of that. Unless hops are
/// asked for, the front end does not count as a party of what it passes on, and acknowledgements below the protocol
/// are left out.
pub(in super::super) struct Sketch<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) cast: &'a Cast,
    pub(super) verdict: &'a Verdict,
    pub(super) options: &'a Options,
    /// Whether it has to be said which conference is meant.
    pub(super) several: bool,
    pub(super) told: BTreeMap<MsgId, Told<'a>>,
    pub(super) opened: BTreeMap<ConnectionId, Opened>,
    /// What is drawn, in its order.
    strokes: Vec<Stroke<'a>>,
    /// The hop as which each message is drawn.
    drawn: BTreeMap<MsgId, MsgId>,
    messages: BTreeMap<MsgId, usize>,
    steps: BTreeMap<StepId, usize>,
    /// What each line violates, by the place in the verdict's list.
    violated: BTreeMap<usize, Vec<usize>>,
    /// What became of hosts, wherever it is drawn.
    hosts: Vec<(Instant, NodeId, Life)>,
    /// How many records of the run were not kept.
    forgotten: u64,
}

/// What is known of a message.
pub(super) struct Told<'a> {
    pub(super) at: Instant,
    pub(super) sent: &'a Emitted,
    pub(super) heard: Option<Instant>,
    pub(super) fate: Option<Fate>,
    /// The message on its next hop.
    passed_on: Option<MsgId>,
    /// What came of it, in the order in which it did.
    pub(super) effects: Vec<Effect<'a>>,
}

/// What came of a message.
pub(super) enum Effect<'a> {
    /// Somebody saw something.
    Seen(NodeId, &'a Event),
    /// A fault of the scenario struck it.
    Fault(u32),
}

/// A line before it is put into words.
#[derive(Clone, Copy)]
pub(super) struct Stroke<'a> {
    pub(super) at: Instant,
    pub(super) what: Source<'a>,
}

/// What a line tells of. At one instant deeds go before messages, which they led to, and verdicts come last.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// Something at one node, or on a connection.
    Record(&'a Record),
    /// A message, by its last hop.
    Message(MsgId),
    /// What no message shows, by its place in the verdict.
    Verdict(usize),
}

impl<'a> Sketch<'a> {
    /// Puts a run together.
    pub(in super::super) fn of(
        scenario: &'a Scenario,
        trace: &'a Trace,
        verdict: &'a Verdict,
        options: &'a Options,
    ) -> Self {
        let conferences = scenario.steps.iter().filter_map(|step| step.action.conference());
        let mut sketch = Self {
            scenario,
            cast: &trace.cast,
            verdict,
            options,
            several: conferences.collect::<BTreeSet<_>>().len() > 1,
            told: BTreeMap::new(),
            opened: BTreeMap::new(),
            strokes: Vec::new(),
            drawn: BTreeMap::new(),
            messages: BTreeMap::new(),
            steps: BTreeMap::new(),
            violated: BTreeMap::new(),
            hosts: Vec::new(),
            forgotten: trace.forgotten(),
        };
        for (at, record) in trace.records() {
            sketch.take(at, record);
        }
        sketch.arrange();
        sketch
    }

    /// How many lines there are.
    pub(in super::super) fn len(&self) -> usize {
        self.strokes.len()
    }

    /// At most `most` lines: those that lead to the first violation and some that follow it, or else the first ones.
    pub(in super::super) fn window(&self, most: usize) -> Range<usize> {
        let all = self.len();
        let violated = self.violated.keys().next();
        let until = violated.map_or(0, |place| place + most / 4).clamp(most.min(all), all);
        until.saturating_sub(most)..until
    }

    /// The line on which a message is drawn, if it is.
    pub(in super::super) fn line_of(&self, message: MsgId) -> Option<usize> {
        self.messages.get(self.drawn.get(&message)?).copied()
    }

    /// Who has to do with a line.
    fn nodes(&self, stroke: &Stroke<'_>) -> Vec<NodeId> {
        match stroke.what {
            Source::Message(id) => {
                let ends = |message| vec![self.speaker(message), message.sent.to];
                self.told.get(&id).map(ends).unwrap_or_default()
            }
            Source::Record(Record::Fault { connection, .. }) => self.ends(*connection).to_vec(),
            Source::Record(record) => doer(record).into_iter().collect(),
            Source::Verdict(_) => Vec::new(),
        }
    }

    /// Who says a message, as it is drawn: not who has said it first, where a node has kept it until it had a connection.
    pub(super) fn speaker(&self, message: &Told<'a>) -> NodeId {
        self.first(message).sent.from
    }

    /// Who opened a connection to whom.
    pub(super) fn ends(&self, connection: ConnectionId) -> [NodeId; 2] {
        let opened = self.opened.get(&connection);
        let opener = opened.map_or(NodeId::FRONT_END, |opened| opened.opener);
        [opener, opened.and_then(|opened| opened.acceptor).unwrap_or(opener)]
    }

    /// A message as it was first said, before all hops that are not drawn.
    pub(super) fn first<'t>(&'t self, message: &'t Told<'a>) -> &'t Told<'a> {
        let mut first = message;
        while let Cause::Message(parent) = first.sent.cause
            && first.sent.origin != first.sent.from
            && let Some(parent) = self.told.get(&parent)
            && !self.options.hops
        {
            first = parent;
        }
        first
    }
}

/// At which node something happened.
pub(super) const fn doer(record: &Record) -> Option<NodeId> {
    match record {
        Record::Event { who, .. }
        | Record::Step { who, .. }
        | Record::Host { who, .. }
        | Record::Said { who, .. }
        | Record::Garbage { who, .. }
        | Record::Gone { who, .. }
        | Record::Closed { who, .. }
        | Record::Timer { who, .. }
        | Record::Up { who, .. }
        | Record::End { who, .. } => Some(*who),
        Record::Opened(opened) => Some(opened.opener),
        Record::Emitted(_)
        | Record::Released { .. }
        | Record::Heard(_)
        | Record::Lost { .. }
        | Record::Fault { .. } => None,
    }
}
