//! A run as something to draw: actors, and one line after the other. It is made once from the trace; text
//! ladder, Mermaid, SVG and the page are only different pens.

mod teller;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use confsim_core::time::Instant;

use super::plain::plain;
use crate::property::{Verdict, Violation};
use crate::scenario::Scenario;
use crate::trace::{Cast, HostChange, MsgId, NodeId, Role, StepId, Trace};

/// A run, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    /// Everybody who does anything: participants, then the front end, then the roles.
    pub(super) actors: Vec<Actor>,
    /// What happened, in the order in which it began.
    pub(super) lines: Vec<Line>,
    /// Where each message is drawn, by its place in `lines`; hops that are not drawn are found at the hop that
    /// is.
    messages: BTreeMap<MsgId, usize>,
    steps: BTreeMap<StepId, usize>,
    lanes: BTreeMap<NodeId, usize>,
}

/// Somebody with a line of his own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    pub(super) name: String,
}

/// One line of a drawing.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// When it began.
    pub(super) at: Instant,
    /// What it is.
    pub(super) what: What,
    /// What came of it, in short.
    pub(super) notes: Vec<Note>,
    /// The line that led to this one, by its place.
    pub(super) cause: Option<usize>,
    /// The faults that strike here, by their places in the scenario.
    pub(super) faults: Vec<u32>,
    /// What it violates, by the place in the verdict's list.
    pub(super) violations: Vec<usize>,
}

/// What a line tells.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Something at one actor.
    Deed { who: NodeId, text: String },
    /// A message from one actor to another.
    Arrow(Arrow),
    /// A connection was struck.
    Break { between: [NodeId; 2], text: String },
    /// The actor's host was struck, or goes on.
    Life { who: NodeId, life: Life, text: String },
    /// Something that no message shows did not hold.
    Verdict,
}

/// A message from one actor to another.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    /// `INFO`, `202 INFO`.
    pub(super) label: String,
    /// When it was read, if it was.
    pub(super) heard: Option<Instant>,
    /// The message, on its last hop.
    pub(super) message: MsgId,
}

/// Something to say beside a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) kind: NoteKind,
    pub(super) text: String,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NoteKind {
    /// What a message says.
    About,
    /// What somebody sees or does because of it.
    Seen,
    /// A fault of the scenario.
    Fault,
    /// Why that fault is needed.
    Needed,
    /// It did not arrive.
    Lost,
    /// A property that does not hold here.
    Violated,
}

/// How an actor's line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It runs.
    Up,
    /// It stands still.
    Still,
    /// Its host is down.
    Down,
}

impl Note {
    fn new(kind: NoteKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl NoteKind {
    /// The word for it, for style sheets.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Seen => "seen",
            Self::Fault => "fault",
            Self::Needed => "needed",
            Self::Lost => "lost",
            Self::Violated => "violated",
        }
    }
}

impl From<HostChange> for Life {
    fn from(change: HostChange) -> Self {
        match change {
            HostChange::Crashed => Self::Down,
            HostChange::Paused => Self::Still,
            HostChange::Back { .. }
            | HostChange::Resumed
            | HostChange::Clock
            | HostChange::DiskFull
            | HostChange::DiskFree => Self::Up,
        }
    }
}

impl Drawing {
    /// Draws a run; `needed` says why its faults are (by their place in the scenario).
    pub(super) fn of(
        scenario: &Scenario,
        trace: &Trace,
        verdict: &Verdict,
        hops: bool,
        needed: &BTreeMap<u32, String>,
    ) -> Self {
        let mut drawing = teller::tell(scenario, trace, hops, needed);
        for (place, violation) in verdict.violations().iter().enumerate() {
            drawing.mark(place, violation);
        }
        drawing.settle_verdicts();
        drawing.find_actors(&trace.cast);
        for line in &mut drawing.lines {
            line.clean();
        }
        drawing
    }

    /// The line on which a message is drawn, if it is.
    pub(super) fn line_of(&self, message: MsgId) -> Option<usize> {
        self.messages.get(&message).copied()
    }

    /// Where a node's line is, counted from the left.
    pub(super) fn lane(&self, node: NodeId) -> usize {
        self.lanes.get(&node).copied().unwrap_or_default()
    }

    /// How the actors' lines look on each of `lines`, in the order of lanes.
    pub(super) fn lives(&self, lines: Range<usize>) -> Vec<Vec<Life>> {
        let mut now = vec![Life::Up; self.actors.len()];
        let mut all = Vec::with_capacity(lines.len());
        for (place, line) in self.lines.iter().enumerate().take(lines.end) {
            if let What::Life { who, life, .. } = &line.what
                && let Some(mine) = now.get_mut(self.lane(*who))
            {
                *mine = *life;
            }
            if place >= lines.start {
                all.push(now.clone());
            }
        }
        all
    }

    /// At most `most` lines: those that lead to the first violation and some that follow it, or else the last
    /// ones.
    pub(super) fn window(&self, most: usize) -> Range<usize> {
        let all = self.lines.len();
        if all <= most {
            return 0..all;
        }
        let violated = self.lines.iter().position(|line| !line.violations.is_empty());
        let until = violated.map_or(all, |place| (place + most / 4).clamp(most, all));
        until - most..until
    }

    /// Draws these actors, of whom it knows some, in their order.
    pub(super) fn align(&mut self, actors: &[Actor]) {
        let place = |lane: usize| {
            let actor = self.actors.get(lane)?;
            actors.iter().position(|one| one == actor)
        };
        for lane in self.lanes.values_mut() {
            *lane = place(*lane).unwrap_or(*lane);
        }
        self.actors = actors.to_vec();
    }

    /// Notes a violation where it shows: at its decisive message, or on a line of its own.
    fn mark(&mut self, place: usize, violation: &Violation) {
        let note = Note::new(
            NoteKind::Violated,
            format!("VIOLATED {}, {}: {}", violation.property.id, violation.who, violation.words),
        );
        let line = violation.messages.iter().rev().find_map(|id| self.line_of(*id));
        if let Some(line) = line.and_then(|line| self.lines.get_mut(line)) {
            line.violations.push(place);
            line.notes.push(note);
            return;
        }
        self.lines.push(Line {
            at: violation.at,
            what: What::Verdict,
            notes: vec![note],
            cause: None,
            faults: Vec::new(),
            violations: vec![place],
        });
    }

    /// Puts the verdicts that no message shows behind everything else of their time.
    fn settle_verdicts(&mut self) {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        order.sort_by_key(|place| self.lines.get(*place).map(|line| line.at));
        let mut moved = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(place) = moved.get_mut(*old) {
                *place = new;
            }
        }
        let to = |old: usize| moved.get(old).copied().unwrap_or(old);
        let mut lines: Vec<_> = std::mem::take(&mut self.lines).into_iter().enumerate().collect();
        lines.sort_by_key(|(old, _)| to(*old));
        self.lines = lines.into_iter().map(|(_, line)| line).collect();
        self.lines.iter_mut().for_each(|line| line.cause = line.cause.map(to));
        self.messages.values_mut().for_each(|place| *place = to(*place));
        self.steps.values_mut().for_each(|place| *place = to(*place));
    }

    fn find_actors(&mut self, cast: &Cast) {
        let seen: BTreeSet<NodeId> = self.lines.iter().flat_map(|line| line.what.nodes()).collect();
        let roles = [NodeId::FRONT_END, NodeId::FOCUS, NodeId::MCU, NodeId::FACTORY];
        let clients = cast.nodes().filter(|node| node.role() == Role::Client);
        let nodes = clients.chain(roles).filter(|node| seen.contains(node));
        for (lane, node) in nodes.enumerate() {
            self.lanes.insert(node, lane);
            self.actors.push(Actor { name: plain(cast.name(node)).into_owned() });
        }
    }
}

impl What {
    /// Who has to do with it.
    fn nodes(&self) -> Vec<NodeId> {
        match self {
            Self::Deed { who, .. } | Self::Life { who, .. } => vec![*who],
            Self::Arrow(arrow) => vec![arrow.from, arrow.to],
            Self::Break { between, .. } => between.to_vec(),
            Self::Verdict => Vec::new(),
        }
    }
}

impl Line {
    /// Makes all text harmless: peers may say anything.
    fn clean(&mut self) {
        let clean = |text: &mut String| {
            if let std::borrow::Cow::Owned(better) = plain(text) {
                *text = better;
            }
        };
        self.notes.iter_mut().for_each(|note| clean(&mut note.text));
        match &mut self.what {
            What::Deed { text, .. } | What::Break { text, .. } | What::Life { text, .. } => clean(text),
            What::Arrow(arrow) => clean(&mut arrow.label),
            What::Verdict => {}
        }
    }
}
