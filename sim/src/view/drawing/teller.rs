//! A trace put together by message: who said what to whom, what became of it, and what came of that.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Limits, Message, Method};

use super::super::label;
use super::{Arrow, Drawing, Line, Note, NoteKind, What};
use crate::fault::Fault;
use crate::scenario::{Action, Scenario};
use crate::trace::{
    Cast, Cause, ConnectionId, Emitted, Fate, MsgId, NodeId, Opened, Record, Role, StepId, Trace,
};

/// How much is shown of bytes that are no message, in characters.
const FORGED: usize = 40;

/// What is known of a message.
struct Told<'a> {
    at: Instant,
    sent: &'a Emitted,
    heard: Option<Instant>,
    fate: Option<Fate>,
    /// The message on its next hop.
    passed_on: Option<MsgId>,
    notes: Vec<Note>,
    faults: Vec<u32>,
}

/// A line whose cause has no place yet.
struct Draft {
    line: Line,
    because: Cause,
    step: Option<StepId>,
}

/// The lines of a trace, in the order in which they begin. Unless `hops` are asked for, the front end does not
/// count as a party of what it passes on, and acknowledgements below the protocol are left out.
pub(super) fn tell(
    scenario: &Scenario,
    trace: &Trace,
    hops: bool,
    needed: &BTreeMap<u32, String>,
) -> Drawing {
    let conferences = scenario.steps.iter().filter_map(|step| step.action.conference());
    let mut teller = Teller {
        scenario,
        cast: &trace.cast,
        needed,
        hops,
        several: conferences.collect::<BTreeSet<_>>().len() > 1,
        told: BTreeMap::new(),
        opened: BTreeMap::new(),
        deeds: Vec::new(),
    };
    for (at, record) in trace.records() {
        teller.take(at, record);
    }
    teller.finish()
}

/// Puts records together.
struct Teller<'a> {
    scenario: &'a Scenario,
    cast: &'a Cast,
    needed: &'a BTreeMap<u32, String>,
    hops: bool,
    /// Whether it has to be said which conference is meant.
    several: bool,
    told: BTreeMap<MsgId, Told<'a>>,
    opened: BTreeMap<ConnectionId, Opened>,
    deeds: Vec<Draft>,
}

impl<'a> Teller<'a> {
    fn take(&mut self, at: Instant, record: &'a Record) {
        match record {
            Record::Emitted(sent) => self.emitted(at, sent),
            Record::Heard(heard) => {
                self.told.entry(heard.id).and_modify(|message| message.heard = Some(at));
            }
            Record::Lost { id, fate } => {
                self.told.entry(*id).and_modify(|message| message.fate = Some(*fate));
            }
            Record::Event { who, cause, event } => {
                let text = label::event(event, self.cast);
                match told_by(&mut self.told, *cause) {
                    Some(message) => {
                        let text = format!("{} {text}", self.cast.name(*who));
                        message.notes.push(Note::new(NoteKind::Seen, text));
                    }
                    None => self.deed(at, *who, text, because(*cause), *cause),
                }
            }
            Record::Fault { fault, message, connection } => self.struck(at, *fault, *message, *connection),
            Record::Opened(opened) => {
                self.opened.insert(opened.connection, *opened);
                if self.hops {
                    let to = opened.acceptor.map_or("nobody", |node| self.cast.name(node));
                    self.deed(at, opened.opener, format!("connects to {to}"), None, Cause::Start);
                }
            }
            Record::Step { step, who, skipped } => {
                let action = self.scenario.steps.get(step.0 as usize).map(|step| &step.action);
                let conference = action.filter(|_| self.several).and_then(Action::conference);
                let notes = conference.map(|name| Note::new(NoteKind::About, name)).into_iter();
                let skipped = skipped.map(|why| Note::new(NoteKind::Lost, label::skip(why)));
                let what = What::Deed { who: *who, text: action.map(label::action).unwrap_or_default() };
                self.draft(at, what, notes.chain(skipped).collect(), Cause::Start, Some(*step));
            }
            Record::Host { who, fault, change } => {
                let what = What::Life { who: *who, life: (*change).into(), text: label::change(*change) };
                self.blow(at, what, *fault);
            }
            Record::Said { who, bytes, .. } => {
                let start = String::from_utf8_lossy(bytes).escape_debug().take(FORGED).collect();
                let note = Note { kind: NoteKind::About, text: start };
                self.deed(at, *who, format!("{} bytes", bytes.len()), Some(note), Cause::Start);
            }
            Record::Garbage { who, error, .. } => {
                let note = Note::new(NoteKind::Seen, error);
                self.deed(at, *who, "hears no SIP".to_owned(), Some(note), Cause::Start);
            }
            Record::Gone { who, .. } => self.deed(at, *who, "is cut off".to_owned(), None, Cause::Start),
            Record::Closed { who, cause, .. } => {
                self.deed(at, *who, "hangs up".to_owned(), because(*cause), *cause);
            }
            Record::Timer { who, name } if self.hops => {
                self.deed(at, *who, format!("on {name}"), None, Cause::Start);
            }
            Record::Released { .. } | Record::Timer { .. } | Record::Up { .. } | Record::End { .. } => {}
        }
    }

    fn emitted(&mut self, at: Instant, sent: &'a Emitted) {
        if sent.origin != sent.from
            && let Some(parent) = told_by(&mut self.told, sent.cause)
        {
            parent.passed_on = Some(sent.id);
        }
        let notes = notes_on(sent);
        self.told.insert(
            sent.id,
            Told { at, sent, heard: None, fate: None, passed_on: None, notes, faults: Vec::new() },
        );
    }

    /// A fault struck a message, or else a connection.
    fn struck(&mut self, at: Instant, fault: u32, message: Option<MsgId>, connection: ConnectionId) {
        let notes = self.fault(fault);
        if let Some(message) = message.and_then(|id| self.told.get_mut(&id)) {
            message.faults.push(fault);
            return message.notes.extend(notes);
        }
        let text = match self.scenario.faults.get(fault as usize) {
            Some(Fault::Cut(_)) => "cut",
            Some(Fault::Refuse(_)) => "refused",
            Some(Fault::Stall(_)) => "stalled",
            Some(Fault::Slow(_)) => "slow",
            _ => "struck",
        };
        let opened = self.opened.get(&connection);
        let opener = opened.map_or(NodeId::FRONT_END, |opened| opened.opener);
        let acceptor = opened.and_then(|opened| opened.acceptor).unwrap_or(opener);
        let what = What::Break { between: [opener, acceptor], text: text.to_owned() };
        self.blow(at, what, fault);
    }

    /// A fault that has a line of its own.
    fn blow(&mut self, at: Instant, what: What, fault: u32) {
        let notes = self.fault(fault);
        let line = Line { at, what, notes, cause: None, faults: vec![fault], violations: Vec::new() };
        self.deeds.push(Draft { line, because: Cause::Start, step: None });
    }

    /// The sentence of a fault, and why it is needed.
    fn fault(&self, fault: u32) -> Vec<Note> {
        let sentence = self.scenario.faults.get(fault as usize).map(ToString::to_string);
        let said = Note::new(NoteKind::Fault, format!("FAULT: {}", sentence.unwrap_or_default()));
        let needed = self.needed.get(&fault);
        let needed = needed.map(|why| Note::new(NoteKind::Needed, format!("needed: without it {why}")));
        [said].into_iter().chain(needed).collect()
    }

    fn deed(&mut self, at: Instant, who: NodeId, text: String, note: Option<Note>, because: Cause) {
        self.draft(at, What::Deed { who, text }, note.into_iter().collect(), because, None);
    }

    fn draft(&mut self, at: Instant, what: What, notes: Vec<Note>, because: Cause, step: Option<StepId>) {
        let line = Line { at, what, notes, cause: None, faults: Vec::new(), violations: Vec::new() };
        self.deeds.push(Draft { line, because, step });
    }

    /// Whether a message has a line of its own.
    fn drawn(&self, message: &Told<'_>) -> bool {
        self.hops || !(message.passed_on.is_some() || beneath(message.sent))
    }

    /// Puts everything in order and finds the causes.
    fn finish(mut self) -> Drawing {
        let drawn = self.told.values().filter(|message| self.drawn(message));
        let mut arrows: Vec<(MsgId, Draft)> =
            drawn.map(|message| (message.sent.id, self.arrow(message))).collect();
        arrows.sort_by_key(|(id, draft)| (draft.line.at, *id));
        // Deeds go before the messages of the same instant: they are what led to them.
        let mut drafts = std::mem::take(&mut self.deeds);
        drafts.extend(arrows.into_iter().map(|(_, draft)| draft));
        drafts.sort_by_key(|draft| draft.line.at);
        let (mut messages, mut steps) = (BTreeMap::new(), BTreeMap::new());
        for (place, draft) in drafts.iter().enumerate() {
            if let What::Arrow(arrow) = &draft.line.what {
                messages.insert(arrow.message, place);
            }
            steps.extend(draft.step.map(|step| (step, place)));
        }
        // What is passed on has a higher number than what it was made of.
        for message in self.told.values().rev() {
            if let Some(place) = message.passed_on.and_then(|next| messages.get(&next)).copied() {
                messages.entry(message.sent.id).or_insert(place);
            }
        }
        let cause = |because| match because {
            Cause::Message(id) => messages.get(&id).copied(),
            Cause::Step(step) => steps.get(&step).copied(),
            Cause::Start | Cause::Timer(_) | Cause::Connection(_) | Cause::Fault(_) => None,
        };
        let line = |draft: Draft| Line { cause: cause(draft.because), ..draft.line };
        let lines = drafts.into_iter().map(line).collect();
        Drawing { actors: Vec::new(), lines, messages, steps, lanes: BTreeMap::new() }
    }

    /// A message from who said it to who read it, over all hops that are not drawn.
    fn arrow(&self, message: &Told<'_>) -> Draft {
        let sent = message.sent;
        let mut first = message;
        while let Cause::Message(parent) = first.sent.cause
            && first.sent.origin != first.sent.from
            && let Some(parent) = self.told.get(&parent)
            && !self.hops
        {
            first = parent;
        }
        let mut notes = message.notes.clone();
        if message.fate == Some(Fate::Connection) {
            notes.push(Note::new(NoteKind::Lost, "lost with its connection"));
        }
        let from = if self.hops { sent.from } else { sent.origin };
        let label = label::message(&sent.summary);
        let what = What::Arrow(Arrow { from, to: sent.to, label, heard: message.heard, message: sent.id });
        let faults = message.faults.clone();
        let line = Line { at: first.at, what, notes, cause: None, faults, violations: Vec::new() };
        Draft { line, because: first.sent.cause, step: None }
    }
}

fn told_by<'t, 'a>(told: &'t mut BTreeMap<MsgId, Told<'a>>, cause: Cause) -> Option<&'t mut Told<'a>> {
    match cause {
        Cause::Message(id) => told.get_mut(&id),
        _ => None,
    }
}

fn because(cause: Cause) -> Option<Note> {
    match cause {
        Cause::Timer(name) => Some(Note::new(NoteKind::About, format!("on {name}"))),
        Cause::Fault(_) => Some(Note::new(NoteKind::Fault, "made up by the fault")),
        _ => None,
    }
}

fn notes_on(sent: &Emitted) -> Vec<Note> {
    let message = Message::from_parts(sent.head.clone(), sent.body.clone(), Limits::default()).ok();
    let about = message.and_then(|message| label::about(&message));
    about.map(|about| Note::new(NoteKind::About, about)).into_iter().chain(because(sent.cause)).collect()
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
