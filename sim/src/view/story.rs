//! A trace put together by message: who said what to whom, what became of it, and what came of that.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Limits, Message, Method};

use super::label;
use crate::scenario::{Action, Scenario};
use crate::trace::{Cast, Cause, ConnectionId, Emitted, Fate, MsgId, NodeId, Record, Role, Trace};

/// How much is shown of bytes that are no message, in characters.
const FORGED: usize = 40;

/// One line of a story.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// When it began.
    pub(super) at: Instant,
    /// What it is.
    pub(super) what: What,
    /// What came of it, in short.
    pub(super) notes: Vec<String>,
}

/// What a line tells.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Something at one actor.
    Deed { who: NodeId, text: String },
    /// A message from one actor to another.
    Arrow {
        from: NodeId,
        to: NodeId,
        label: String,
        /// When it was read, if it was.
        heard: Option<Instant>,
    },
}

/// What is known of a message.
struct Told<'a> {
    at: Instant,
    sent: &'a Emitted,
    heard: Option<Instant>,
    fate: Option<Fate>,
    passed_on: bool,
    notes: Vec<String>,
}

/// The lines of a trace, in the order in which they begin. Unless `hops` are asked for, the front end does not
/// count as a party of what it passes on, and acknowledgements below the protocol are left out.
pub(super) fn story(scenario: &Scenario, trace: &Trace, hops: bool) -> Vec<Line> {
    let conferences = scenario.steps.iter().filter_map(|step| step.action.conference());
    let mut teller = Teller {
        scenario,
        cast: &trace.cast,
        hops,
        several: conferences.collect::<BTreeSet<_>>().len() > 1,
        told: BTreeMap::new(),
        openers: BTreeMap::new(),
        deeds: Vec::new(),
    };
    for (at, record) in trace.records() {
        teller.take(at, record);
    }
    let Teller { told, deeds, .. } = teller;
    let mut arrows: Vec<_> = told
        .values()
        .filter(|message| hops || !(message.passed_on || beneath(message.sent)))
        .map(|message| (message.sent.id, arrow(message, &told, hops)))
        .collect();
    arrows.sort_by_key(|(id, line)| (line.at, *id));
    // Deeds go before the messages of the same instant: they are what led to them.
    let mut lines: Vec<_> = deeds.into_iter().chain(arrows.into_iter().map(|(_, line)| line)).collect();
    lines.sort_by_key(|line| line.at);
    lines
}

/// Puts records together.
struct Teller<'a> {
    scenario: &'a Scenario,
    cast: &'a Cast,
    hops: bool,
    /// Whether it has to be said which conference is meant.
    several: bool,
    told: BTreeMap<MsgId, Told<'a>>,
    openers: BTreeMap<ConnectionId, NodeId>,
    deeds: Vec<Line>,
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
                    Some(message) => message.notes.push(format!("{} {text}", self.cast.name(*who))),
                    None => self.deed(at, *who, text, because(*cause)),
                }
            }
            Record::Fault { fault, message, connection } => {
                let sentence = self.scenario.faults.get(*fault as usize).map(ToString::to_string);
                let text = format!("FAULT: {}", sentence.unwrap_or_default());
                match message.and_then(|id| self.told.get_mut(&id)) {
                    Some(message) => message.notes.push(text),
                    None => {
                        let who = self.openers.get(connection).copied().unwrap_or(NodeId::FRONT_END);
                        self.deed(at, who, "connection".to_owned(), Some(text));
                    }
                }
            }
            Record::Opened(opened) => {
                self.openers.insert(opened.connection, opened.opener);
                if self.hops {
                    let to = opened.acceptor.map_or("nobody", |node| self.cast.name(node));
                    self.deed(at, opened.opener, format!("connects to {to}"), None);
                }
            }
            Record::Step { step, who, skipped } => {
                let action = self.scenario.steps.get(step.0 as usize).map(|step| &step.action);
                let mut notes: Vec<_> = action
                    .filter(|_| self.several)
                    .and_then(Action::conference)
                    .map(str::to_owned)
                    .into_iter()
                    .collect();
                notes.extend(skipped.map(|why| label::skip(why).to_owned()));
                let what = What::Deed { who: *who, text: action.map(label::action).unwrap_or_default() };
                self.deeds.push(Line { at, what, notes });
            }
            Record::Host { who, fault, change } => {
                let sentence = self.scenario.faults.get(*fault as usize).map(ToString::to_string);
                let note = format!("FAULT: {}", sentence.unwrap_or_default());
                self.deed(at, *who, label::change(*change), Some(note));
            }
            Record::Said { who, bytes, .. } => {
                let note = String::from_utf8_lossy(bytes).escape_debug().take(FORGED).collect();
                self.deed(at, *who, format!("{} bytes", bytes.len()), Some(note));
            }
            Record::Garbage { who, error, .. } => {
                self.deed(at, *who, "hears no SIP".to_owned(), Some(error.clone()));
            }
            Record::Gone { who, .. } => self.deed(at, *who, "is cut off".to_owned(), None),
            Record::Closed { who, cause, .. } => self.deed(at, *who, "hangs up".to_owned(), because(*cause)),
            Record::Timer { who, name } if self.hops => self.deed(at, *who, format!("on {name}"), None),
            Record::Released { .. } | Record::Timer { .. } | Record::Up { .. } | Record::End { .. } => {}
        }
    }

    fn emitted(&mut self, at: Instant, sent: &'a Emitted) {
        if sent.origin != sent.from
            && let Some(parent) = told_by(&mut self.told, sent.cause)
        {
            parent.passed_on = true;
        }
        let notes = notes_on(sent);
        self.told.insert(sent.id, Told { at, sent, heard: None, fate: None, passed_on: false, notes });
    }

    fn deed(&mut self, at: Instant, who: NodeId, text: String, note: Option<String>) {
        self.deeds.push(Line { at, what: What::Deed { who, text }, notes: note.into_iter().collect() });
    }
}

fn told_by<'t, 'a>(told: &'t mut BTreeMap<MsgId, Told<'a>>, cause: Cause) -> Option<&'t mut Told<'a>> {
    match cause {
        Cause::Message(id) => told.get_mut(&id),
        _ => None,
    }
}

fn because(cause: Cause) -> Option<String> {
    match cause {
        Cause::Timer(name) => Some(format!("on {name}")),
        Cause::Fault(_) => Some("made up by the fault".to_owned()),
        _ => None,
    }
}

fn notes_on(sent: &Emitted) -> Vec<String> {
    let message = Message::from_parts(sent.head.clone(), sent.body.clone(), Limits::default()).ok();
    let about = message.and_then(|message| label::about(&message));
    about.into_iter().chain(because(sent.cause)).collect()
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

fn arrow(message: &Told<'_>, told: &BTreeMap<MsgId, Told<'_>>, hops: bool) -> Line {
    let sent = message.sent;
    let mut at = message.at;
    let mut link = message;
    let mut notes = message.notes.clone();
    while let Cause::Message(parent) = link.sent.cause
        && link.sent.origin != link.sent.from
        && let Some(parent) = told.get(&parent)
        && !hops
    {
        at = parent.at;
        link = parent;
    }
    if message.fate == Some(Fate::Connection) {
        notes.push("lost with its connection".to_owned());
    }
    let from = if hops { sent.from } else { sent.origin };
    let label = label::message(&sent.summary);
    Line { at, what: What::Arrow { from, to: sent.to, label, heard: message.heard }, notes }
}
