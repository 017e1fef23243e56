//! What users ask of their clients: the scenario's conferences by name, the protocol's by URI.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use confsim_core::client::{self, Command, Event, Plan, Provision, Provisioned};
use confsim_core::wire::conference_info::{ConferenceInfo, ConferenceState, Description, Role, User, Users};

use super::dialogs::Dialogs;
use crate::scenario::{Action, Piece, Rules, Scenario, Speech, Wish, Words};
use crate::trace::{Cast, Emitted, Heard, NodeId, Skip};

/// The format of a message that is the client's to choose.
const BEST: &str = "best";

/// The conferences known so far, and the dialogs if somebody needs them.
#[derive(Debug, Default)]
pub(super) struct Script {
    uris: BTreeMap<String, Arc<str>>,
    /// Names of the conferences that a user has asked for and not got yet, in the order of asking.
    wanted: BTreeMap<NodeId, VecDeque<String>>,
    dialogs: Option<Dialogs>,
    /// The version of a conference that somebody has seen last, by its id.
    seen: BTreeMap<(NodeId, String), u32>,
}

/// What a step comes to.
#[derive(Debug)]
pub(super) enum Order {
    /// The user asks something of the client.
    Command(Command),
    /// The user writes something past the client.
    Say(Bytes),
}

impl Script {
    /// The script of `scenario`, at its beginning.
    pub(super) fn new(scenario: &Scenario) -> Self {
        let speaks = scenario.steps.iter().any(|step| matches!(step.action, Action::Say(_)));
        Self { dialogs: speaks.then(Dialogs::default), ..Self::default() }
    }

    /// What `who` is to do.
    pub(super) fn order(&mut self, who: NodeId, action: &Action, cast: &Cast) -> Result<Order, Skip> {
        match action {
            Action::Say(Speech::Bytes(bytes)) => Ok(Order::Say(Bytes::copy_from_slice(bytes))),
            Action::Say(Speech::Text(text)) => self.fill(text, cast).map(Order::Say).ok_or(Skip::Unknown),
            _ => self.command(who, action, cast).map(Order::Command).ok_or(Skip::NoConference),
        }
    }

    /// What to ask of the client of `who`; `None` when the conference does not exist.
    pub(super) fn command(&mut self, who: NodeId, action: &Action, cast: &Cast) -> Option<Command> {
        Some(match action {
            Action::SignIn => Command::SignIn,
            Action::Create { conference, subject, rules } => {
                self.wanted.entry(who).or_default().push_back(conference.clone());
                if *rules == Rules::default() {
                    Command::Create { subject: subject.clone() }
                } else {
                    Command::Provision(Box::new(creation(subject, rules, cast)))
                }
            }
            Action::Join { conference } => Command::Join { conference: self.uri(conference)? },
            Action::Send { conference, format, text } if format == BEST => {
                Command::Say { conference: self.uri(conference)?, text: text.clone() }
            }
            Action::Send { conference, format, text } => Command::Send {
                conference: self.uri(conference)?,
                content_type: format.clone(),
                body: Bytes::copy_from_slice(text.as_bytes()),
            },
            Action::Typing { conference } => Command::Typing { conference: self.uri(conference)? },
            Action::Eject { conference, user } => {
                Command::Eject { conference: self.uri(conference)?, user: person(user, cast)? }
            }
            Action::LobbyAdmit { conference, user } => {
                let (conference, user) = (self.uri(conference)?, person(user, cast)?);
                Command::SetLobbyAccess { conference, user, admit: true }
            }
            Action::LobbyDeny { conference, user } => {
                let (conference, user) = (self.uri(conference)?, person(user, cast)?);
                Command::SetLobbyAccess { conference, user, admit: false }
            }
            Action::Lock { conference } => Command::Lock { conference: self.uri(conference)?, locked: true },
            Action::Unlock { conference } => {
                Command::Lock { conference: self.uri(conference)?, locked: false }
            }
            Action::Promote { conference, user } => {
                let (conference, user) = (self.uri(conference)?, person(user, cast)?);
                Command::SetRole { conference, user, role: Role::Presenter }
            }
            Action::Demote { conference, user } => {
                let (conference, user) = (self.uri(conference)?, person(user, cast)?);
                Command::SetRole { conference, user, role: Role::Attendee }
            }
            Action::Invite { conference, user } => {
                Command::Invite { conference: self.uri(conference)?, user: person(user, cast)? }
            }
            Action::ConfInvite { conference, user } => {
                Command::SendConfInvite { conference: self.uri(conference)?, user: person(user, cast)? }
            }
            Action::End { conference } => Command::End { conference: self.uri(conference)? },
            Action::GetState { conference } => Command::GetState { conference: self.uri(conference)? },
            Action::Refresh { conference } => Command::Refresh { conference: self.uri(conference)? },
            Action::SetFormats { conference, formats } => {
                Command::SetFormats { conference: self.uri(conference)?, formats: formats.clone() }
            }
            Action::Leave { conference } => Command::Leave { conference: self.uri(conference)? },
            Action::Provision(wish) => self.wish(who, wish, cast)?,
            Action::Say(_) => return None,
        })
    }

    /// A wish as the client of `who` takes it.
    fn wish(&mut self, who: NodeId, wish: &Wish, cast: &Cast) -> Option<Command> {
        if let Some(name) = wish.deed.conference() {
            self.wanted.entry(who).or_default().push_back(name.to_owned());
        }
        let seen = wish.deed.id().and_then(|id| self.seen.get(&(who, id))).copied().unwrap_or(1);
        let organizer = match &wish.on_behalf_of {
            Some(name) => Some(person(name, cast)?),
            None => None,
        };
        Some(Command::Provision(Box::new(Provision { organizer, action: wish.deed.action(seen) })))
    }

    /// Learns from what `who` sees which conferences exist, and which versions they have.
    pub(super) fn learn(&mut self, who: NodeId, event: &Event) {
        match event {
            Event::Provisioned(Provisioned::Modified { conference, version }) => {
                self.saw(who, conference, *version);
            }
            Event::Provisioned(
                Provisioned::Details { info, .. } | Provisioned::VersionConflict { current: info },
            ) => {
                self.saw(who, &info.entity, info.version.unwrap_or(1));
                // A static meeting that was there already ends the wish for one.
                if info.is_static == Some(true)
                    && let Some(name) = self.wanted.get_mut(&who).and_then(VecDeque::pop_front)
                {
                    self.uris.insert(name, Arc::from(&*info.entity));
                }
            }
            Event::Created { conference } => {
                self.saw(who, conference, 1);
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

    fn saw(&mut self, who: NodeId, conference: &str, version: u32) {
        if let Some((_, id)) = conference.rsplit_once(":id:") {
            self.seen.insert((who, id.to_owned()), version);
        }
    }

    /// `who` has crashed: what the client was to find out it never will.
    pub(super) fn forget(&mut self, who: NodeId) {
        self.wanted.remove(&who);
    }

    /// A message is written.
    pub(super) fn emitted(&mut self, emitted: &Emitted) {
        if let Some(dialogs) = &mut self.dialogs {
            dialogs.emitted(emitted);
        }
    }

    /// A message is read.
    pub(super) fn heard(&mut self, heard: &Heard) {
        if let Some(dialogs) = &mut self.dialogs {
            dialogs.heard(heard);
        }
    }

    fn uri(&self, name: &str) -> Option<Arc<str>> {
        self.uris.get(name).cloned()
    }

    /// The text with what stands for its placeholders.
    fn fill(&self, text: &str, cast: &Cast) -> Option<Bytes> {
        let words = Words::parse(text).ok()?;
        // The length is that of the rest: it is filled in last.
        let length = "${length}";
        let mut filled = String::new();
        for piece in &words.0 {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Focus(conference) => filled.push_str(&self.uri(conference)?),
                Piece::Chat(conference) => {
                    filled.push_str(&self.uri(conference)?.replace("app:conf:focus:", "app:conf:chat:"));
                }
                Piece::Uri(who) => filled.push_str(cast.uri(cast.find(who)?)),
                Piece::Dialog { part, who, with } => {
                    let (who, with) = (cast.find(who)?, cast.find(with)?);
                    filled.push_str(&self.dialogs.as_ref()?.find(who, with, *part)?);
                }
                Piece::Length => filled.push_str(length),
            }
        }
        let message = filled.trim_start_matches(['\r', '\n']);
        let body = message.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
        Some(Bytes::from(filled.replace(length, &body.to_string())))
    }
}

/// The SIP URI of a participant.
fn person(name: &str, cast: &Cast) -> Option<Arc<str>> {
    Some(Arc::from(cast.uri(cast.find(name)?)))
}

/// What asks for a conference with these rules.
fn creation(subject: &str, rules: &Rules, cast: &Cast) -> Provision {
    let member = |name: &String, role: Role<'static>| {
        let entity = cast.uri(cast.find(name)?).to_owned().into();
        Some(User { entity, roles: vec![role], ..User::default() })
    };
    let presenters = rules.presenters.iter().filter_map(|name| member(name, Role::Presenter));
    let attendees = rules.attendees.iter().filter_map(|name| member(name, Role::Attendee));
    let users: Vec<_> = presenters.chain(attendees).collect();
    let description = Description {
        subject: (!subject.is_empty()).then(|| subject.to_owned().into()),
        admission_policy: Some(rules.admission.policy().into()),
        lobby_capable: rules.no_lobby.then_some(false),
        autopromote: rules.autopromote.mask(),
        ..Description::default()
    };
    let info = ConferenceInfo {
        description: Some(Box::new(description)),
        conference_state: Some(ConferenceState { locked: Some(rules.locked), ..ConferenceState::default() }),
        users: (!users.is_empty()).then(|| Users { users, ..Users::default() }),
        ..ConferenceInfo::default()
    };
    Provision { organizer: None, action: client::Action::Create(Plan { info, ..Plan::default() }) }
}
