//! From the records of a run to the lines of its sketch: what belongs to one message, what is left out, and the order.

use std::collections::BTreeMap;

use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::Method;

use super::{Effect, Sketch, Source, Stroke, Told};
use crate::trace::{Cause, Emitted, MsgId, Record, Role};
use crate::view::Part;

impl<'a> Sketch<'a> {
    /// Takes note of a record.
    pub(super) fn take(&mut self, at: Instant, record: &'a Record) {
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
    pub(super) fn arrange(&mut self) {
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
