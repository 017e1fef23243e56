//! A trace put together by message: who said what to whom, what became of it, and what came of that.

use std::collections::BTreeMap;

use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Limits, Message, Method};

use super::label;
use crate::scenario::Scenario;
use crate::trace::{Cast, Cause, Emitted, Fate, MsgId, NodeId, Record, Role, Trace};

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
    let mut told: BTreeMap<MsgId, Told<'_>> = BTreeMap::new();
    let mut deeds = Vec::new();
    for (at, record) in trace.records() {
        match record {
            Record::Emitted(sent) => {
                if let Cause::Message(parent) = sent.cause
                    && sent.origin != sent.from
                    && let Some(parent) = told.get_mut(&parent)
                {
                    parent.passed_on = true;
                }
                let notes = notes_on(sent);
                told.insert(sent.id, Told { at, sent, heard: None, fate: None, passed_on: false, notes });
            }
            Record::Heard(heard) => {
                if let Some(message) = told.get_mut(&heard.id) {
                    message.heard = Some(at);
                }
            }
            Record::Lost { id, fate } => {
                if let Some(message) = told.get_mut(id) {
                    message.fate = Some(*fate);
                }
            }
            Record::Event { who, cause, event } => {
                let text = label::event(event, &trace.cast);
                match cause {
                    Cause::Message(id) if told.contains_key(id) => {
                        let note = format!("{} {text}", trace.cast.name(*who));
                        told.entry(*id).and_modify(|message| message.notes.push(note));
                    }
                    _ => deeds.push((at, *who, text, because(*cause))),
                }
            }
            Record::Fault { fault, message, .. } => {
                let text = scenario.faults.get(*fault as usize).map(ToString::to_string).unwrap_or_default();
                match message.and_then(|id| told.get_mut(&id)) {
                    Some(message) => message.notes.push(format!("FAULT: {text}")),
                    None => deeds.push((at, NodeId::FRONT_END, format!("FAULT: {text}"), None)),
                }
            }
            _ => deeds.extend(deed(at, record, scenario, &trace.cast, hops)),
        }
    }
    let mut lines: Vec<_> = told
        .values()
        .filter(|message| hops || !(message.passed_on || beneath(message.sent)))
        .map(|message| (message.sent.id, arrow(message, &told, hops)))
        .collect();
    lines.sort_by_key(|(id, line)| (line.at, *id));
    merge(lines.into_iter().map(|(_, line)| line).collect(), deeds)
}

/// What happens at one actor without a message.
fn deed(
    at: Instant,
    record: &Record,
    scenario: &Scenario,
    cast: &Cast,
    hops: bool,
) -> Option<(Instant, NodeId, String, Option<String>)> {
    let (who, text, note) = match record {
        Record::Step { step, who, done } => {
            let action = &scenario.steps.get(step.0 as usize)?.action;
            let skipped = (!done).then(|| "skipped: there is no such conference".to_owned());
            (*who, label::action(action), skipped)
        }
        Record::Garbage { who, error, .. } => (*who, "hears no SIP".to_owned(), Some(error.clone())),
        Record::Gone { who, .. } => (*who, "connection lost".to_owned(), None),
        Record::Closed { who, cause, .. } => (*who, "hangs up".to_owned(), because(*cause)),
        Record::Opened(opened) if hops => {
            let to = opened.acceptor.map_or("nobody", |node| cast.name(node));
            (opened.opener, format!("connects to {to}"), None)
        }
        Record::Timer { who, name } if hops => (*who, format!("timer: {name}"), None),
        _ => return None,
    };
    Some((at, who, text, note))
}

fn because(cause: Cause) -> Option<String> {
    match cause {
        Cause::Timer(name) => Some(format!("timer: {name}")),
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
    let label = sent.summary.to_string();
    Line { at, what: What::Arrow { from, to: sent.to, label, heard: message.heard }, notes }
}

/// Puts deeds before the messages of the same instant: they are what led to them.
fn merge(arrows: Vec<Line>, deeds: Vec<(Instant, NodeId, String, Option<String>)>) -> Vec<Line> {
    let deeds = deeds.into_iter().map(|(at, who, text, note)| {
        let notes = note.into_iter().collect();
        Line { at, what: What::Deed { who, text }, notes }
    });
    let mut lines: Vec<_> = deeds.chain(arrows).collect();
    lines.sort_by_key(|line| line.at);
    lines
}
