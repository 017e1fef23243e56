//! Names for what only generated identifiers tell apart: conferences and dialogs.

use std::collections::BTreeMap;

use confsim_core::client::Event;

use crate::scenario::{Action, Scenario};
use crate::trace::{Cause, Emitted, MsgId, Record, Trace};

/// Conferences by the names that the scenario gives them, dialogs by who began them with what.
#[derive(Default)]
pub(super) struct Names {
    pub(super) conferences: Vec<String>,
    by_id: BTreeMap<String, usize>,
    pub(super) dialogs: Vec<String>,
    by_call: BTreeMap<String, usize>,
    /// How many dialogs are called alike.
    alike: BTreeMap<String, usize>,
}

impl Names {
    /// The conferences of a run, in the order in which they are made.
    pub(super) fn of(scenario: &Scenario, trace: &Trace, sent: &BTreeMap<MsgId, &Emitted>) -> Self {
        let mut names = Self::default();
        for (_, record) in trace.records() {
            if let Record::Event { cause, event: Event::Created { conference }, .. } = record
                && let Some(id) = conference_id(conference)
            {
                let name = step_of(*cause, sent)
                    .and_then(|step| scenario.steps.get(step as usize))
                    .and_then(|step| Action::conference(&step.action));
                names.conference(id, name);
            }
        }
        names
    }

    /// The conference that a URI or the head of a message names.
    pub(super) fn conference_in(&mut self, text: &str) -> Option<usize> {
        conference_id(text).map(|id| self.conference(id, None))
    }

    fn conference(&mut self, id: &str, name: Option<&str>) -> usize {
        if let Some(place) = self.by_id.get(id) {
            return *place;
        }
        let place = self.conferences.len();
        self.by_id.insert(id.to_owned(), place);
        self.conferences.push(name.map_or_else(|| format!("conference {}", place + 1), str::to_owned));
        place
    }

    /// The dialog, or lone transaction, with this Call-ID.
    pub(super) fn dialog(&mut self, call: &str, name: impl FnOnce() -> String) -> usize {
        if let Some(place) = self.by_call.get(call) {
            return *place;
        }
        let name = name();
        let place = self.dialogs.len();
        self.by_call.insert(call.to_owned(), place);
        let alike = self.alike.entry(name.clone()).or_default();
        *alike += 1;
        self.dialogs.push(if *alike == 1 { name } else { format!("{name} ({alike})") });
        place
    }
}

/// The step that led to something, over any number of messages.
fn step_of(mut cause: Cause, sent: &BTreeMap<MsgId, &Emitted>) -> Option<u32> {
    loop {
        match cause {
            Cause::Step(step) => return Some(step.0),
            // What leads to a message was there before it, so this ends.
            Cause::Message(id) => cause = sent.get(&id)?.cause,
            _ => return None,
        }
    }
}

/// The conference id in the first conference URI of a text (MS-CONFBAS 2.2.1): what follows `:id:`.
fn conference_id(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("app:conf:")?;
    let (_, id) = after.split_once(":id:")?;
    id.split([';', '>', '"', '?', ' ', '\r', '\n', ':', '%']).next().filter(|id| !id.is_empty())
}
