//! What users ask of their clients: the scenario's conferences by name, the protocol's by URI.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use confsim_core::client::{Command, Event};

use crate::scenario::Action;
use crate::trace::{Cast, NodeId};

/// The conferences known so far.
#[derive(Debug, Default)]
pub(super) struct Script {
    uris: BTreeMap<String, Arc<str>>,
    /// Names of the conferences that a user has asked for and not got yet, in the order of asking.
    wanted: BTreeMap<NodeId, VecDeque<String>>,
}

impl Script {
    /// What to ask of the client of `who`; `None` when the conference does not exist.
    pub(super) fn command(&mut self, who: NodeId, action: &Action, cast: &Cast) -> Option<Command> {
        Some(match action {
            Action::SignIn => Command::SignIn,
            Action::Create { conference, subject } => {
                self.wanted.entry(who).or_default().push_back(conference.clone());
                Command::Create { subject: subject.clone() }
            }
            Action::Join { conference } => Command::Join { conference: self.uri(conference)? },
            Action::Send { conference, format, text } => Command::Send {
                conference: self.uri(conference)?,
                content_type: format.clone(),
                body: Bytes::copy_from_slice(text.as_bytes()),
            },
            Action::Typing { conference } => Command::Typing { conference: self.uri(conference)? },
            Action::Eject { conference, user } => {
                let user = Arc::from(cast.uri(cast.find(user)?));
                Command::Eject { conference: self.uri(conference)?, user }
            }
            Action::Leave { conference } => Command::Leave { conference: self.uri(conference)? },
        })
    }

    /// Learns from what `who` sees which conferences exist.
    pub(super) fn learn(&mut self, who: NodeId, event: &Event) {
        match event {
            Event::Created { conference } => {
                if let Some(name) = self.wanted.get_mut(&who).and_then(VecDeque::pop_front) {
                    self.uris.insert(name, Arc::clone(conference));
                }
            }
            Event::Failed(failure) if failure.what == "addConference" => {
                self.wanted.get_mut(&who).and_then(VecDeque::pop_front);
            }
            _ => {}
        }
    }

    fn uri(&self, name: &str) -> Option<Arc<str>> {
        self.uris.get(name).cloned()
    }
}
