//! A run as something to draw: actors, and one line after the other. A [`Sketch`] says what is drawn of a run and in
//! which order; a [`Drawing`] has a window of it in words. Text ladder, Mermaid, SVG and the page are only different
//! pens.

mod sketch;
mod words;

use std::collections::BTreeMap;

use confsim_core::time::Instant;

pub(super) use self::sketch::Sketch;
use crate::trace::{HostChange, MsgId, NodeId};

/// Some of a run's lines, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    /// Everybody who does anything here: participants, then the front end, then the roles.
    pub(super) actors: Vec<Actor>,
    /// What happened, in the order in which it began.
    pub(super) lines: Vec<Line>,
    /// Which part of the run this is, if it is not all of it: a sentence for people.
    pub(super) part: Option<String>,
    /// How each actor fares before the first line, in the order of lanes.
    pub(super) before: Vec<Life>,
    /// Where each message is drawn, by its place in `lines`; hops that are not drawn are found at the hop that
    /// is.
    messages: BTreeMap<MsgId, usize>,
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
    /// The line that led to this one, by its place, if it is among these.
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
    /// The line on which a message is drawn, if it is.
    pub(super) fn line_of(&self, message: MsgId) -> Option<usize> {
        self.messages.get(&message).copied()
    }

    /// Where a node's line is, counted from the left.
    pub(super) fn lane(&self, node: NodeId) -> usize {
        self.lanes.get(&node).copied().unwrap_or_default()
    }

    /// How the actors' lines look on each line, in the order of lanes.
    pub(super) fn lives(&self) -> impl Iterator<Item = (&Line, Vec<Life>)> {
        let mut now = self.before.clone();
        self.lines.iter().map(move |line| {
            if let What::Life { who, life, .. } = &line.what
                && let Some(mine) = now.get_mut(self.lane(*who))
            {
                *mine = *life;
            }
            (line, now.clone())
        })
    }

    /// Draws these actors, of whom it knows some, in their order.
    pub(super) fn align(&mut self, actors: &[Actor]) {
        let mut before = vec![Life::Up; actors.len()];
        for lane in self.lanes.values_mut() {
            let found = self.actors.get(*lane).and_then(|actor| actors.iter().position(|one| one == actor));
            let Some(place) = found else { continue };
            if let (Some(new), Some(old)) = (before.get_mut(place), self.before.get(*lane)) {
                *new = *old;
            }
            *lane = place;
        }
        self.before = before;
        self.actors = actors.to_vec();
    }
}
