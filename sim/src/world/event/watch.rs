//! The watchdog: what goes round without time passing, and what piles up, ends the run with its place.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use confsim_core::time::Instant;

use super::{Actor, Engine};
use crate::trace::NodeId;
use crate::world::outcome::{Breach, Rule};

/// Most inputs at one instant: some hundred participants who all do something at once stay below.
const INSTANT_LIMIT: usize = 1_000_000;

/// How many inputs of an instant that does not end are looked at for who keeps it going.
const WATCHED: usize = 1_000;

/// Most outputs of one drain: a message to every participant of the largest conference stays far below.
pub(super) const DRAIN_LIMIT: usize = 1_000_000;

/// Most messages that one end of a connection has written and the other has not read: what everybody in a conference of
/// some hundred says to everybody at once stays below.
const UNREAD_LIMIT: usize = 250_000;

/// How many of those who keep an instant going are named.
const NAMED: usize = 3;

/// What went wrong.
#[derive(Debug)]
pub(super) enum Alarm {
    /// An instant does not end, and these keep it going: who, by what, and how often of [`WATCHED`] times.
    Instant(Vec<(NodeId, String, usize)>),
    /// This node writes to that one, who does not read.
    Unread(NodeId, NodeId),
}

/// What the watchdog has seen.
#[derive(Debug, Default)]
pub(super) struct Watch {
    now: Instant,
    inputs: usize,
    /// Once there were too many: who does what how often.
    acts: BTreeMap<(NodeId, String), usize>,
    pile: Option<(NodeId, NodeId)>,
}

impl Watch {
    /// Something is to happen at `at`. What is wrong by then, if anything.
    pub(super) fn happens(&mut self, at: Instant) -> Option<Alarm> {
        if at != self.now {
            (self.now, self.inputs) = (at, 0);
        }
        self.inputs += 1;
        if self.inputs > INSTANT_LIMIT + WATCHED {
            return Some(Alarm::Instant(self.busiest()));
        }
        self.pile.take().map(|(writer, reader)| Alarm::Unread(writer, reader))
    }

    /// A node acts upon what `what` says.
    pub(super) fn acts(&mut self, node: NodeId, what: impl FnOnce() -> String) {
        if self.inputs > INSTANT_LIMIT {
            *self.acts.entry((node, what())).or_default() += 1;
        }
    }

    /// There are `unread` messages on the way from `writer` to `reader`.
    pub(super) fn unread(&mut self, writer: NodeId, reader: NodeId, unread: usize) {
        if unread > UNREAD_LIMIT {
            self.pile = Some((writer, reader));
        }
    }

    /// Who does what most often at an instant that does not end, the busiest first.
    fn busiest(&mut self) -> Vec<(NodeId, String, usize)> {
        let acts = std::mem::take(&mut self.acts);
        let mut acts: Vec<_> = acts.into_iter().map(|((node, what), count)| (node, what, count)).collect();
        acts.sort_by_key(|(_, _, count)| Reverse(*count));
        acts.truncate(NAMED);
        acts
    }
}

impl<N: Actor> Engine<'_, '_, N> {
    /// What the watchdog found, as the breach of a rule.
    pub(super) fn alarm(&self, alarm: Alarm) -> Breach {
        let name = |node| self.log.trace.cast.name(node);
        match alarm {
            Alarm::Instant(acts) => {
                let words = |(node, what, count): &(NodeId, String, usize)| {
                    format!("{count} times {} at {what}", name(*node))
                };
                let words: Vec<String> = acts.iter().map(words).collect();
                let who = acts.first().map_or(NodeId::FRONT_END, |(node, ..)| *node);
                self.breach(who, Rule::Instant(INSTANT_LIMIT, words.join(", ")))
            }
            Alarm::Unread(writer, reader) => {
                self.breach(writer, Rule::Unread(UNREAD_LIMIT, name(reader).to_owned()))
            }
        }
    }
}
