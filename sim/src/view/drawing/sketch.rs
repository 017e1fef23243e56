//! What is drawn of a run, and in which order, before anything is put into words: of a long run only a window is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use confsim_core::client::Event;
use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::Method;

use super::super::plain::plain;
use super::super::{Options, Part};
use super::words::Words;
use super::{Actor, Drawing, Life};
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::{
    Cast, Cause, ConnectionId, Emitted, Fate, MsgId, NodeId, Opened, Record, Role, StepId, Trace,
};

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

    /// These lines in words.
    pub(in super::super) fn draw(&self, window: Range<usize>) -> Drawing {
        let strokes = self.strokes.get(window.clone()).unwrap_or_default();
        let seen: BTreeSet<NodeId> = strokes.iter().flat_map(|stroke| self.nodes(stroke)).collect();
        let roles = [NodeId::FRONT_END, NodeId::FOCUS, NodeId::MCU, NodeId::FACTORY];
        let clients = self.cast.nodes().filter(|node| node.role() == Role::Client);
        let nodes: Vec<NodeId> = clients.chain(roles).filter(|node| seen.contains(node)).collect();
        let place = |line: usize| line.checked_sub(window.start).filter(|_| window.contains(&line));
        let messages = self.drawn.keys().filter_map(|id| Some((*id, place(self.line_of(*id)?)?)));
        let words = Words::new(self);
        let line = |(stroke, number): (&Stroke<'a>, usize)| {
            let violations = self.violated.get(&number).map_or(&[][..], Vec::as_slice);
            let (mut line, because) = words.line(stroke, violations);
            line.cause = self.cause(because).and_then(place);
            line
        };
        Drawing {
            lines: strokes.iter().zip(window.clone()).map(line).collect(),
            part: self.part(&window),
            before: nodes.iter().map(|node| self.life_before(*node, strokes.first())).collect(),
            messages: messages.collect(),
            actors: nodes
                .iter()
                .map(|node| Actor { name: plain(self.cast.name(*node)).into_owned() })
                .collect(),
            lanes: nodes.into_iter().zip(0..).collect(),
        }
    }

    fn take(&mut self, at: Instant, record: &'a Record) {
        match record {
            Record::Emitted(sent) => self.emitted(at, sent),
            Record::Heard(heard) => {
                self.told.entry(heard.id).and_modify(|message| message.heard = Some(at));
            }
            Record::Lost { id, fate } => {
                self.told.entry(*id).and_modify(|message| message.fate = Some(*fate));
            }
            Record::Event { who, cause, event } => match self.told_by(*cause) {
                Some(message) => message.effects.push(Effect::Seen(*who, event)),
                None => self.stroke(at, record),
            },
            Record::Fault { fault, message, .. } => match message.and_then(|id| self.told.get_mut(&id)) {
                Some(message) => message.effects.push(Effect::Fault(*fault)),
                None => self.stroke(at, record),
            },
            Record::Opened(opened) => {
                self.opened.insert(opened.connection, *opened);
                if self.options.hops {
                    self.stroke(at, record);
                }
            }
            Record::Host { who, change, .. } => {
                self.hosts.push((at, *who, (*change).into()));
                self.stroke(at, record);
            }
            Record::Timer { .. } if self.options.hops => self.stroke(at, record),
            Record::Step { .. }
            | Record::Said { .. }
            | Record::Garbage { .. }
            | Record::Gone { .. }
            | Record::Closed { .. } => self.stroke(at, record),
            Record::Released { .. } | Record::Timer { .. } | Record::Up { .. } | Record::End { .. } => {}
        }
    }

    fn emitted(&mut self, at: Instant, sent: &'a Emitted) {
        if sent.origin != sent.from
            && let Some(parent) = self.told_by(sent.cause)
        {
            parent.passed_on = Some(sent.id);
        }
        let told = Told { at, sent, heard: None, fate: None, passed_on: None, effects: Vec::new() };
        self.told.insert(sent.id, told);
    }

    fn told_by(&mut self, cause: Cause) -> Option<&mut Told<'a>> {
        match cause {
            Cause::Message(id) => self.told.get_mut(&id),
            _ => None,
        }
    }

    fn stroke(&mut self, at: Instant, record: &'a Record) {
        self.strokes.push(Stroke { at, what: Source::Record(record) });
    }

    /// Whether a message has a line of its own.
    fn has_line(&self, message: &Told<'_>) -> bool {
        self.options.hops || !(message.passed_on.is_some() || beneath(message.sent))
    }

    /// Puts everything in order, leaves out what was not asked for, and finds the violations.
    fn arrange(&mut self) {
        let mut drawn = BTreeMap::new();
        // What is passed on has a higher number than what it was made of.
        for (id, message) in self.told.iter().rev() {
            if self.has_line(message) {
                self.strokes.push(Stroke { at: self.first(message).at, what: Source::Message(*id) });
                drawn.insert(*id, *id);
            } else if let Some(hop) = message.passed_on.and_then(|next| drawn.get(&next)).copied() {
                drawn.insert(*id, hop);
            }
        }
        let mut shows = BTreeMap::<MsgId, Vec<usize>>::new();
        for (place, violation) in self.verdict.violations().iter().enumerate() {
            match violation.messages.iter().rev().find_map(|id| drawn.get(id)) {
                Some(message) => shows.entry(*message).or_default().push(place),
                None => self.strokes.push(Stroke { at: violation.at, what: Source::Verdict(place) }),
            }
        }
        let mut strokes = std::mem::take(&mut self.strokes);
        strokes.retain(|stroke| self.wanted(stroke));
        strokes.sort_by_key(|stroke| (stroke.at, stroke.what.order()));
        for (place, stroke) in strokes.iter().enumerate() {
            match stroke.what {
                Source::Message(id) => {
                    self.messages.insert(id, place);
                    self.violated.extend(shows.remove(&id).map(|violations| (place, violations)));
                }
                Source::Record(Record::Step { step, .. }) => {
                    self.steps.insert(*step, place);
                }
                Source::Verdict(violation) => {
                    self.violated.insert(place, vec![violation]);
                }
                Source::Record(_) => {}
            }
        }
        (self.strokes, self.drawn) = (strokes, drawn);
    }

    /// Whether a line belongs to the part that was asked for: what becomes of hosts concerns everybody.
    fn wanted(&self, stroke: &Stroke<'_>) -> bool {
        let Part { from, to, only } = &self.options.part;
        from.is_none_or(|from| stroke.at >= from)
            && to.is_none_or(|to| stroke.at <= to)
            && (only.is_empty()
                || matches!(stroke.what, Source::Verdict(_) | Source::Record(Record::Host { .. }))
                || self.nodes(stroke).iter().any(|node| only.contains(node)))
    }

    /// Who has to do with a line.
    fn nodes(&self, stroke: &Stroke<'_>) -> Vec<NodeId> {
        match stroke.what {
            Source::Message(id) => {
                let sent = self.told.get(&id).map(|message| message.sent);
                sent.map(|sent| vec![self.speaker(sent), sent.to]).unwrap_or_default()
            }
            Source::Record(Record::Fault { connection, .. }) => self.ends(*connection).to_vec(),
            Source::Record(record) => doer(record).into_iter().collect(),
            Source::Verdict(_) => Vec::new(),
        }
    }

    /// Who says a message, as it is drawn.
    pub(super) const fn speaker(&self, sent: &Emitted) -> NodeId {
        if self.options.hops { sent.from } else { sent.origin }
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

    /// The line of what led to something.
    fn cause(&self, because: Cause) -> Option<usize> {
        match because {
            Cause::Message(id) => self.line_of(id),
            Cause::Step(step) => self.steps.get(&step).copied(),
            Cause::Start | Cause::Timer(_) | Cause::Connection(_) | Cause::Fault(_) => None,
        }
    }

    /// How a node fares before a line.
    fn life_before(&self, node: NodeId, stroke: Option<&Stroke<'_>>) -> Life {
        let mut earlier = self
            .hosts
            .iter()
            .filter(|(at, who, _)| *who == node && stroke.is_some_and(|stroke| *at < stroke.at));
        earlier.next_back().map_or(Life::Up, |(_, _, life)| *life)
    }

    /// Which part of the run a window is, in a sentence; nothing if it is all of it.
    fn part(&self, window: &Range<usize>) -> Option<String> {
        let all = self.len();
        let asked = self.options.part != Part::default();
        if window.len() == all && self.forgotten == 0 && !asked {
            return None;
        }
        let at = |place: usize| self.strokes.get(place).map(|stroke| stroke.at);
        let (Some(first), Some(last)) = (at(window.start), window.end.checked_sub(1).and_then(at)) else {
            return Some("nothing that was asked for happens in this run".to_owned());
        };
        let of = match (self.forgotten, asked) {
            (0, false) => format!(" of {all}"),
            (0, true) => format!(" of the {all} that were asked for"),
            (more, _) => format!(" of a longer run ({more} records are not shown)"),
        };
        let (from, until) = (window.start + 1, window.end);
        Some(format!(
            "lines {from} to {until}{of}, from {first} to {last}; see others with --from, --to or --only"
        ))
    }
}

impl Source<'_> {
    /// Where it stands among what happens at the same instant.
    const fn order(self) -> (u8, u32) {
        match self {
            Self::Record(_) => (0, 0),
            Self::Message(id) => (1, id.0),
            Self::Verdict(_) => (2, 0),
        }
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

/// What keeps the pool's proxy and link going and says nothing: the front end's own 100 Trying, and what
/// travels on the link without a body.
fn beneath(sent: &Emitted) -> bool {
    match &sent.summary {
        Summary::Response(100, _) => sent.origin.role() == Role::FrontEnd,
        Summary::Request(Method::Service) | Summary::Response(200, Method::Service) => {
            sent.from.role() != Role::Client
                && sent.to.role() != Role::Client
                && sent.body.is_empty()
                && sent.from.role() != Role::FrontEnd
                && sent.to.role() != Role::FrontEnd
        }
        _ => false,
    }
}
