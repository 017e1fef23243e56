//! The procedures of MS-CONFPRO 3.1.4: which command comes next.

use std::sync::Arc;

use crate::client::api::Event;
use crate::client::api::{Action, Plan, Provisioned};
use crate::cryptography::Cryptography;
use crate::entropy::Entropy;
use crate::wire::cccp::{Command, CommandKind, ConferenceKeys, EncryptionKey, Outcome, Reason};
use crate::wire::conference_info::{ConferenceInfo, Description};
use crate::wire::conference_key::{ConferenceKey, decode, encode};

/// A wish on its way.
#[derive(Clone, Debug)]
pub(in crate::client) struct Procedure {
    /// The organizer's SIP URI.
    pub(in crate::client) organizer: Arc<str>,
    pub(in crate::client) action: Action,
    /// The command that waits for its answer.
    asked: Option<CommandKind>,
    /// Whether the factory has told its types of MCU.
    types_known: bool,
    /// The factory's certificate, once it is needed and there.
    key: Option<EncryptionKey<'static>>,
    /// Whether the present state is known: that the version is right, or whether there is a static meeting.
    looked: bool,
    /// The id of the static meeting there is.
    found: Option<String>,
    /// Whether a modification came too late: it is looked at again, and not tried again.
    overtaken: bool,
}

/// What follows an answer.
pub(in crate::client) enum Next {
    /// One more command.
    Ask,
    /// The end of it.
    Done(Event),
    /// An answer that is not to the point.
    Misfit,
}

impl Procedure {
    pub(in crate::client) fn new(organizer: Arc<str>, action: Action, types_known: bool) -> Self {
        Self {
            organizer,
            action,
            asked: None,
            types_known,
            key: None,
            looked: false,
            found: None,
            overtaken: false,
        }
    }

    /// The next command; `None` when the passcode cannot be enveloped or there is no certificate to give.
    pub(in crate::client) fn command(
        &mut self,
        cryptography: &dyn Cryptography,
        entropy: &mut Entropy,
    ) -> Option<Command<'static>> {
        let command = self.next_command(cryptography, entropy)?;
        self.asked = command.kind();
        Some(command)
    }

    fn next_command(
        &mut self,
        cryptography: &dyn Cryptography,
        entropy: &mut Entropy,
    ) -> Option<Command<'static>> {
        Some(match &mut self.action {
            Action::Create(plan) | Action::Modify { plan, .. } if plan.id.is_none() => {
                plan.id = Some(entropy.conference_id());
                return self.next_command(cryptography, entropy);
            }
            Action::Modify { plan, .. } if !self.looked => details(plan.id.as_deref(), None),
            Action::Create(plan) | Action::Modify { plan, .. }
                if plan.info.conference_view.is_some() && !self.types_known =>
            {
                Command::GetAvailableMcuTypes
            }
            Action::Create(plan) | Action::Modify { plan, .. }
                if plan.passcode.is_some() && self.key.is_none() =>
            {
                Command::GetEncryptionKey
            }
            Action::Create(plan) => {
                Command::AddConference(Box::new(planned(plan, self.key.as_ref(), cryptography, entropy)?))
            }
            Action::Modify { plan, version } => {
                let info = planned(plan, self.key.as_ref(), cryptography, entropy)?;
                let info = Box::new(ConferenceInfo { version: Some(*version), ..info });
                Command::ModifyConference { mcu_uri: None, info }
            }
            Action::CreateStatic if !self.looked => Command::GetConferences { is_static: Some(true) },
            Action::CreateStatic => match &self.found {
                Some(id) => details(Some(id), None),
                None => Command::AddConference(Box::new(static_meeting(entropy))),
            },
            Action::Delete { id, is_static } => Command::DeleteConference(ConferenceKeys {
                is_static: is_static.then_some(true),
                ..ConferenceKeys::id(id.clone())
            }),
            Action::Get { id, with_passcode: false } => details(Some(id), None),
            Action::Get { id, with_passcode: true } => {
                details(Some(id), Some(encode(&cryptography.certificate().ok()?)))
            }
            Action::List { is_static } => Command::GetConferences { is_static: *is_static },
            Action::GetEncryptionKey => Command::GetEncryptionKey,
            Action::GetAvailableMcuTypes => Command::GetAvailableMcuTypes,
            Action::GetCapabilities => Command::GetConferencingCapabilities,
        })
    }

    /// A failure: whether the present state is to be looked at again. Somebody has modified the conference after it was
    /// looked at, and the user wants to see how.
    pub(in crate::client) fn is_overtaken(&mut self, reason: Option<&Reason<'_>>) -> bool {
        let modifying = matches!(self.action, Action::Modify { .. }) && self.looked;
        let overtaken = modifying && !self.overtaken && reason == Some(&Reason::InvalidVersion);
        if overtaken {
            (self.looked, self.overtaken) = (false, true);
        }
        overtaken
    }

    /// A success: what it means and what follows. It has to be that of the command, so that each step is taken once.
    pub(in crate::client) fn answered(
        &mut self,
        cryptography: &dyn Cryptography,
        outcome: Outcome<'static>,
    ) -> Next {
        if outcome.kind() != self.asked {
            return Next::Misfit;
        }
        let done = |provisioned| Next::Done(Event::Provisioned(provisioned));
        match (&self.action, outcome) {
            (Action::Create(_) | Action::CreateStatic, Outcome::AddConference(Some(info))) => {
                Next::Done(Event::Created { conference: Arc::from(&*info.entity) })
            }
            (Action::Modify { .. }, Outcome::ModifyConference(Some(info))) => done(Provisioned::Modified {
                conference: Arc::from(&*info.entity),
                version: info.version.unwrap_or(1),
            }),
            (Action::Modify { version, .. }, Outcome::GetConference(Some(current))) => {
                if self.overtaken || current.version.unwrap_or(1) != *version {
                    return done(Provisioned::VersionConflict { current });
                }
                self.looked = true;
                Next::Ask
            }
            (Action::CreateStatic, Outcome::GetConferences(found)) => {
                let first = found.conferences.into_iter().flatten().next();
                self.found = first.and_then(|info| info.description?.conference_id).map(Into::into);
                self.looked = true;
                Next::Ask
            }
            (Action::Delete { id, .. }, Outcome::DeleteConference(_)) => {
                done(Provisioned::Deleted { id: id.clone() })
            }
            (Action::Get { .. } | Action::CreateStatic, Outcome::GetConference(Some(info))) => {
                let passcode = passcode(&info, cryptography);
                done(Provisioned::Details { info, passcode })
            }
            (Action::List { .. }, Outcome::GetConferences(found)) => done(Provisioned::List {
                is_static: found.is_static,
                conferences: found.conferences.unwrap_or_default(),
            }),
            (Action::GetEncryptionKey, Outcome::GetEncryptionKey(Some(key))) => {
                done(Provisioned::EncryptionKey {
                    certificate: key.certificate.into(),
                    issuing_server: key.issuing_server.map(Into::into),
                })
            }
            (Action::GetAvailableMcuTypes, Outcome::GetAvailableMcuTypes(Some(types))) => {
                done(Provisioned::McuTypes(types.into_iter().map(Into::into).collect()))
            }
            (Action::GetCapabilities, Outcome::GetConferencingCapabilities(Some(capabilities))) => {
                done(Provisioned::Capabilities(capabilities))
            }
            (Action::Create(_) | Action::Modify { .. }, Outcome::GetAvailableMcuTypes(Some(_))) => {
                self.types_known = true;
                Next::Ask
            }
            (Action::Create(_) | Action::Modify { .. }, Outcome::GetEncryptionKey(Some(key))) => {
                self.key = Some(key);
                Next::Ask
            }
            _ => Next::Misfit,
        }
    }
}

/// getConference.
fn details(id: Option<&str>, certificate: Option<String>) -> Command<'static> {
    let keys = ConferenceKeys::id(id.unwrap_or_default().to_owned());
    Command::GetConference { keys, certificate: certificate.map(Into::into) }
}

/// The conference as it is sent: without entity (PRO-2-2-2-1-b), with id, and with the passcode enveloped for the
/// factory.
fn planned(
    plan: &Plan,
    key: Option<&EncryptionKey<'_>>,
    cryptography: &dyn Cryptography,
    entropy: &mut Entropy,
) -> Option<ConferenceInfo<'static>> {
    let mut info = plan.info.clone();
    info.entity = "".into();
    (info.state, info.version) = (None, None);
    let description = info.description.get_or_insert_default();
    description.conference_id = plan.id.clone().map(Into::into);
    description.conference_key = match (&plan.passcode, key) {
        (Some(passcode), Some(key)) => {
            let certificate = decode(&key.certificate)?;
            let cms_data = cryptography.envelop(entropy, &certificate, passcode.as_bytes()).ok()?;
            let issuing_server = key.issuing_server.as_deref().map(str::to_owned);
            Some(ConferenceKey::Enveloped { cms_data, issuing_server }.write())
        }
        _ => None,
    };
    Some(info)
}

/// A static meeting is asked for by its id alone (PRO-2-2-2-1-k).
fn static_meeting(entropy: &mut Entropy) -> ConferenceInfo<'static> {
    let id = Some(entropy.conference_id().into());
    ConferenceInfo {
        is_static: Some(true),
        description: Some(Box::new(Description { conference_id: id, ..Description::default() })),
        ..ConferenceInfo::default()
    }
}

/// The passcode of a conference, enveloped for our certificate (PRO-3-1-5-6-b).
fn passcode(info: &ConferenceInfo<'_>, cryptography: &dyn Cryptography) -> Option<String> {
    let content = info.description.as_deref()?.conference_key.as_deref()?;
    let ConferenceKey::Enveloped { cms_data, .. } = ConferenceKey::read(content)? else { return None };
    String::from_utf8(cryptography.open(&cms_data).ok()?).ok()
}
