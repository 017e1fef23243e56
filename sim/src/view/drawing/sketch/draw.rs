//! A window of a sketch, drawn: its lines in words, what led to each, and who stands where.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::super::Part;
use super::super::super::plain::plain;
use super::super::words::Words;
use super::super::{Actor, Drawing, Life};
use super::{Sketch, Stroke};
use crate::trace::{Cause, NodeId, Role};

impl<'a> Sketch<'a> {
    /// These lines in words.
    pub(in super::super::super) fn draw(&self, window: Range<usize>) -> Drawing {
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
