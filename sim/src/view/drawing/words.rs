//! Lines put into words.

use confsim_core::wire::sip::{Limits, Message};

use super::super::label;
use super::super::plain::plain;
use super::sketch::{Effect, Sketch, Source, Stroke, Told, doer};
use super::{Arrow, Line, Note, NoteKind, What};
use crate::fault::Fault;
use crate::scenario::Action;
use crate::trace::{Cause, ConnectionId, Emitted, Fate, MsgId, NodeId, Record};

/// How much is shown of bytes that are no message, in characters.
const FORGED: usize = 40;

/// What a sketch says.
pub(super) struct Words<'s, 'a> {
    sketch: &'s Sketch<'a>,
}

impl<'s, 'a> Words<'s, 'a> {
    pub(super) const fn new(sketch: &'s Sketch<'a>) -> Self {
        Self { sketch }
    }

    /// A line, and what led to it; what it violates is known by the places in the verdict's list.
    pub(super) fn line(&self, stroke: &Stroke<'_>, violations: &[usize]) -> (Line, Cause) {
        let (what, mut notes, because) = match stroke.what {
            Source::Record(record) => (self.what(record), self.notes(record), cause(record)),
            Source::Message(id) => self.message(id),
            Source::Verdict(_) => (What::Verdict, Vec::new(), Cause::Start),
        };
        notes.extend(violations.iter().filter_map(|place| self.violated(*place)));
        let faults = self.faults(stroke);
        let violations = violations.to_vec();
        let mut line = Line { at: stroke.at, what, notes, cause: None, faults, violations };
        line.clean();
        (line, because)
    }

    /// What happened at one node, or to a connection.
    fn what(&self, record: &Record) -> What {
        let cast = self.sketch.cast;
        let text = match record {
            Record::Host { who, change, .. } => {
                return What::Life { who: *who, life: (*change).into(), text: label::change(*change) };
            }
            Record::Fault { fault, connection, .. } => return self.struck(*fault, *connection),
            Record::Event { event, .. } => label::event(event, cast),
            Record::Opened(opened) => {
                format!("connects to {}", opened.acceptor.map_or("nobody", |node| cast.name(node)))
            }
            Record::Step { step, .. } => self.action(step.0).map(label::action).unwrap_or_default(),
            Record::Said { bytes, .. } => format!("{} bytes", bytes.len()),
            Record::Garbage { .. } => "hears no SIP".to_owned(),
            Record::Gone { .. } => "is cut off".to_owned(),
            Record::Closed { .. } => "hangs up".to_owned(),
            Record::Timer { name, .. } => format!("on {name}"),
            Record::Emitted(_)
            | Record::Released { .. }
            | Record::Heard(_)
            | Record::Lost { .. }
            | Record::Up { .. }
            | Record::End { .. } => String::new(),
        };
        What::Deed { who: doer(record).unwrap_or(NodeId::FRONT_END), text }
    }

    /// A fault struck a connection.
    fn struck(&self, fault: u32, connection: ConnectionId) -> What {
        let text = match self.sketch.scenario.faults.get(fault as usize) {
            Some(Fault::Cut(_)) => "cut",
            Some(Fault::Refuse(_)) => "refused",
            Some(Fault::Stall(_)) => "stalled",
            Some(Fault::Slow(_)) => "slow",
            _ => "struck",
        };
        What::Break { between: self.sketch.ends(connection), text: text.to_owned() }
    }

    /// What is to be said beside it.
    fn notes(&self, record: &Record) -> Vec<Note> {
        match record {
            Record::Fault { fault, .. } | Record::Host { fault, .. } => self.fault(*fault),
            Record::Event { cause, .. } | Record::Closed { cause, .. } => {
                because(*cause).into_iter().collect()
            }
            Record::Step { step, skipped, .. } => {
                let conference = self.action(step.0).filter(|_| self.sketch.several);
                let conference = conference.and_then(Action::conference);
                let notes = conference.map(|name| Note::new(NoteKind::About, name)).into_iter();
                notes.chain(skipped.map(|why| Note::new(NoteKind::Lost, label::skip(why)))).collect()
            }
            Record::Said { bytes, .. } => {
                let start: String = String::from_utf8_lossy(bytes).escape_debug().take(FORGED).collect();
                vec![Note::new(NoteKind::About, start)]
            }
            Record::Garbage { error, .. } => vec![Note::new(NoteKind::Seen, error)],
            _ => Vec::new(),
        }
    }

    fn action(&self, step: u32) -> Option<&Action> {
        self.sketch.scenario.steps.get(step as usize).map(|step| &step.action)
    }

    /// A message from who said it to who read it, over all hops that are not drawn; and what led to it.
    fn message(&self, id: MsgId) -> (What, Vec<Note>, Cause) {
        let Some(message) = self.sketch.told.get(&id) else {
            return (What::Verdict, Vec::new(), Cause::Start);
        };
        let Told { sent, heard, fate, effects, .. } = message;
        let mut notes = about(sent);
        for effect in effects {
            match effect {
                Effect::Seen(who, event) => {
                    let text = label::event(event, self.sketch.cast);
                    let text = format!("{} {text}", self.sketch.cast.name(*who));
                    notes.push(Note::new(NoteKind::Seen, text));
                }
                Effect::Fault(fault) => notes.extend(self.fault(*fault)),
            }
        }
        if *fate == Some(Fate::Connection) {
            notes.push(Note::new(NoteKind::Lost, "lost with its connection"));
        }
        let (from, label) = (self.sketch.speaker(message), label::message(&sent.summary));
        let arrow = Arrow { from, to: sent.to, label, heard: *heard, message: id };
        (What::Arrow(arrow), notes, self.sketch.first(message).sent.cause)
    }

    /// The sentence of a fault, and why it is needed.
    fn fault(&self, fault: u32) -> Vec<Note> {
        let sentence = self.sketch.scenario.faults.get(fault as usize).map(ToString::to_string);
        let said = Note::new(NoteKind::Fault, format!("FAULT: {}", sentence.unwrap_or_default()));
        let needed = self.sketch.options.needed.get(&fault);
        let needed = needed.map(|why| Note::new(NoteKind::Needed, format!("needed: without it {why}")));
        [said].into_iter().chain(needed).collect()
    }

    /// The faults that strike at a line.
    fn faults(&self, stroke: &Stroke<'_>) -> Vec<u32> {
        let struck = |effect: &Effect<'_>| match effect {
            Effect::Fault(fault) => Some(*fault),
            Effect::Seen(..) => None,
        };
        match stroke.what {
            Source::Record(Record::Fault { fault, .. } | Record::Host { fault, .. }) => vec![*fault],
            Source::Message(id) => {
                let effects = self.sketch.told.get(&id).map_or(&[][..], |message| &message.effects);
                effects.iter().filter_map(struck).collect()
            }
            Source::Record(_) | Source::Verdict(_) => Vec::new(),
        }
    }

    fn violated(&self, place: usize) -> Option<Note> {
        let violation = self.sketch.verdict.violations().get(place)?;
        let (id, who, words) = (violation.property.id, &violation.who, &violation.words);
        Some(Note::new(NoteKind::Violated, format!("VIOLATED {id}, {who}: {words}")))
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

/// What a message says.
fn about(sent: &Emitted) -> Vec<Note> {
    let message = Message::from_parts(sent.head.clone(), sent.body.clone(), Limits::default()).ok();
    let about = message.and_then(|message| label::about(&message));
    about.map(|about| Note::new(NoteKind::About, about)).into_iter().chain(because(sent.cause)).collect()
}

/// What led to something that no message shows.
const fn cause(record: &Record) -> Cause {
    match record {
        Record::Event { cause, .. } | Record::Closed { cause, .. } => *cause,
        _ => Cause::Start,
    }
}

fn because(cause: Cause) -> Option<Note> {
    match cause {
        Cause::Timer(name) => Some(Note::new(NoteKind::About, format!("on {name}"))),
        Cause::Fault(_) => Some(Note::new(NoteKind::Fault, "made up by the fault")),
        _ => None,
    }
}
