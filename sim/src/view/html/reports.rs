//! What becomes of each instant message: to whom the IM MCU forwards it, what they answer, and the report.

use std::collections::BTreeMap;

use confsim_core::node::Summary;
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::sip::{Limits, Message, Method};

use super::data::{Forward, Report};
use crate::trace::{Cast, Cause, Emitted, MsgId, NodeId, Role};

/// Follows instant messages through a run.
#[derive(Default)]
pub(super) struct Reports {
    said: Vec<Report>,
    authors: Vec<NodeId>,
    /// What each message is part of.
    parts: BTreeMap<MsgId, Part>,
    /// The last message of an author to which the IM MCU gave this number.
    latest: BTreeMap<(NodeId, u32), usize>,
}

#[derive(Clone, Copy)]
enum Part {
    Said(usize),
    Forward(usize, usize),
}

impl Reports {
    /// A message was written; `line` is where it is drawn, if it is shown.
    pub(super) fn emitted(&mut self, sent: &Emitted, line: Option<usize>, cast: &Cast) {
        let cause = match sent.cause {
            Cause::Message(cause) => self.parts.get(&cause).copied(),
            _ => None,
        };
        let role = sent.origin.role();
        match &sent.summary {
            Summary::Request(Method::Message) if sent.from != sent.origin => {
                self.passed_on(sent, cause, cast);
            }
            Summary::Request(Method::Message) if role == Role::Client => self.begin(sent, line, cast),
            Summary::Request(Method::Message) if role == Role::Mcu => {
                if let (Some(Part::Said(said)), Some(line)) = (cause, line)
                    && let Some(report) = self.said.get_mut(said)
                {
                    let forward = Forward { to: String::new(), line, code: None, answer: None };
                    self.parts.insert(sent.id, Part::Forward(said, report.forwards.len()));
                    report.forwards.push(forward);
                }
            }
            Summary::Response(code, Method::Message) if sent.from == sent.origin => {
                self.answered(sent, *code, cause, line);
            }
            Summary::Request(_) if role == Role::Mcu && sent.to.role() == Role::Client => {
                self.reported(sent, line);
            }
            _ => {}
        }
    }

    /// Every message that was said where it is shown, in order.
    pub(super) fn finish(self) -> Vec<Report> {
        self.said
    }

    fn begin(&mut self, sent: &Emitted, line: Option<usize>, cast: &Cast) {
        let Some(line) = line else { return };
        let author = cast.name(sent.origin).to_owned();
        self.parts.insert(sent.id, Part::Said(self.said.len()));
        self.authors.push(sent.origin);
        self.said.push(Report { author, id: None, line, answer: None, forwards: Vec::new(), report: None });
    }

    fn passed_on(&mut self, sent: &Emitted, part: Option<Part>, cast: &Cast) {
        let Some(part) = part else { return };
        self.parts.insert(sent.id, part);
        if let Part::Forward(said, forward) = part
            && let Some(forward) = self.said.get_mut(said).and_then(|said| said.forwards.get_mut(forward))
        {
            cast.name(sent.to).clone_into(&mut forward.to);
        }
    }

    fn answered(&mut self, sent: &Emitted, code: u16, part: Option<Part>, line: Option<usize>) {
        match (part, sent.origin.role()) {
            (Some(Part::Said(said)), Role::Mcu) => {
                let message = Message::from_parts(sent.head.clone(), sent.body.clone(), Limits::DEFAULT).ok();
                let id = message.and_then(|message| message.message_id().ok().flatten());
                if let (Some(id), Some(author)) = (id, self.authors.get(said)) {
                    self.latest.insert((*author, id), said);
                }
                if let Some(said) = self.said.get_mut(said) {
                    (said.answer, said.id) = (Some(code), id);
                }
            }
            (Some(Part::Forward(said, forward)), _) => {
                let forward = self.said.get_mut(said).and_then(|said| said.forwards.get_mut(forward));
                if let Some(forward) = forward {
                    (forward.code, forward.answer) = (Some(code), line);
                }
            }
            _ => {}
        }
    }

    fn reported(&mut self, sent: &Emitted, line: Option<usize>) {
        let Ok(imdn) = Imdn::parse(&sent.body) else { return };
        let said = self.latest.get(&(sent.to, imdn.message_id)).copied();
        if let Some(said) = said.and_then(|said| self.said.get_mut(said)) {
            said.report = line;
        }
    }
}
