//! What users see, as serde knows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::{EndpointView, Event, Failure, Provisioned, RosterView, UserView};
use confsim_core::wire::cccp::{Code, CommandResult, Outcome, Response};
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use serde::{Deserialize, Serialize};

use super::text::{Names, Text};
use crate::trace::NodeId;

/// An event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(super) enum EventRow {
    SignedIn,
    Created { conference: String },
    Provisioned(ProvisionedRow),
    Joined { conference: String },
    ChatJoined { conference: String },
    ChatEnded { conference: String },
    State { conference: String, version: u32, roster: Changes },
    Called { conference: String, by: Option<String> },
    ConfInvite { conference: String, from: String },
    Typing { conference: String, sender: Option<String> },
    Roster { conference: String, version: u32, roster: Changes },
    RosterGap { conference: String, have: u32, got: u32 },
    Received { conference: String, message_id: u32, sender: Option<String>, content_type: String, body: Text },
    Accepted { conference: String, message_id: u32, notification_follows: bool },
    Delivered { conference: String, message_id: u32, failures: Vec<(String, u16)>, timed_out: bool },
    CommandDone { conference: String, command: String },
    Failed { what: String, conference: Option<String>, status: u16, reason: String },
    Ended { conference: String, by_server: bool },
}

/// What a factory did; conferences are documents of RFC 4575, capabilities are a C3P response.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(super) enum ProvisionedRow {
    Modified { conference: String, version: u32 },
    VersionConflict { current: String },
    Deleted { id: String },
    Details { info: String, passcode: Option<String> },
    List { is_static: Option<bool>, conferences: Vec<String> },
    EncryptionKey { certificate: String, issuing_server: Option<String> },
    McuTypes(Vec<String>),
    Capabilities(String),
}

/// What changed in a roster, by SIP URI; nothing for who is gone.
type Changes = BTreeMap<String, Option<UserRow>>;

/// Somebody in a roster.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct UserRow {
    display_name: Option<String>,
    role: String,
    endpoints: BTreeMap<String, EndpointRow>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EndpointRow {
    session: String,
    status: String,
    formats: Vec<String>,
}

/// The last roster that each client has seen of each conference.
#[derive(Default)]
pub(super) struct Rosters(BTreeMap<(NodeId, Arc<str>), Arc<RosterView>>);

impl Rosters {
    fn changes(&mut self, who: NodeId, conference: &Arc<str>, now: &Arc<RosterView>) -> Changes {
        let before = self.0.insert((who, conference.clone()), now.clone()).unwrap_or_default();
        let same = |uri: &str| before.get(uri) == now.get(uri);
        let changed = now.changed_since(&before).into_iter().filter(|uri| !same(uri));
        changed.map(|uri| (uri.to_string(), now.get(uri).map(|user| UserRow::of(user)))).collect()
    }

    fn apply(&mut self, who: NodeId, conference: &Arc<str>, changes: Changes) -> Arc<RosterView> {
        let last = self.0.entry((who, conference.clone())).or_default();
        let mut now = RosterView::clone(last);
        for (uri, user) in changes {
            match user {
                Some(user) => now.insert(uri.into(), Arc::new(user.view())),
                None => now.remove(&uri),
            }
        }
        *last = Arc::new(now);
        last.clone()
    }
}

impl UserRow {
    fn of(user: &UserView) -> Self {
        let endpoint = |endpoint: &EndpointView| EndpointRow {
            session: endpoint.session.clone(),
            status: endpoint.status.clone(),
            formats: endpoint.formats.clone(),
        };
        Self {
            display_name: user.display_name.clone(),
            role: user.role.clone(),
            endpoints: user.endpoints.iter().map(|(entity, it)| (entity.clone(), endpoint(it))).collect(),
        }
    }

    fn view(self) -> UserView {
        let endpoint = |EndpointRow { session, status, formats }| EndpointView { session, status, formats };
        UserView {
            display_name: self.display_name,
            role: self.role,
            endpoints: self.endpoints.into_iter().map(|(entity, it)| (entity, endpoint(it))).collect(),
        }
    }
}

impl EventRow {
    /// What `who` sees.
    pub(super) fn of(event: &Event, who: NodeId, rosters: &mut Rosters) -> Self {
        let uri = |conference: &Arc<str>| conference.to_string();
        match event {
            Event::SignedIn => Self::SignedIn,
            Event::Created { conference } => Self::Created { conference: uri(conference) },
            Event::Provisioned(provisioned) => Self::Provisioned(ProvisionedRow::of(provisioned)),
            Event::Joined { conference } => Self::Joined { conference: uri(conference) },
            Event::ChatJoined { conference } => Self::ChatJoined { conference: uri(conference) },
            Event::ChatEnded { conference } => Self::ChatEnded { conference: uri(conference) },
            Event::State { conference, version, roster } => {
                let roster = rosters.changes(who, conference, roster);
                Self::State { conference: uri(conference), version: *version, roster }
            }
            Event::Roster { conference, version, roster } => {
                let roster = rosters.changes(who, conference, roster);
                Self::Roster { conference: uri(conference), version: *version, roster }
            }
            Event::Called { conference, by } => Self::Called { conference: uri(conference), by: by.clone() },
            Event::ConfInvite { conference, from } => {
                Self::ConfInvite { conference: uri(conference), from: from.clone() }
            }
            Event::Typing { conference, sender } => {
                Self::Typing { conference: uri(conference), sender: sender.clone() }
            }
            Event::RosterGap { conference, have, got } => {
                Self::RosterGap { conference: uri(conference), have: *have, got: *got }
            }
            Event::Received { conference, message_id, sender, content_type, body } => Self::Received {
                conference: uri(conference),
                message_id: *message_id,
                sender: sender.clone(),
                content_type: content_type.clone(),
                body: Text::of(body),
            },
            Event::Accepted { conference, message_id, notification_follows } => Self::Accepted {
                conference: uri(conference),
                message_id: *message_id,
                notification_follows: *notification_follows,
            },
            Event::Delivered { conference, message_id, failures, timed_out } => Self::Delivered {
                conference: uri(conference),
                message_id: *message_id,
                failures: failures.clone(),
                timed_out: *timed_out,
            },
            Event::CommandDone { conference, command } => {
                Self::CommandDone { conference: uri(conference), command: (*command).to_owned() }
            }
            Event::Failed(Failure { what, conference, status, reason }) => Self::Failed {
                what: (*what).to_owned(),
                conference: conference.as_ref().map(uri),
                status: *status,
                reason: reason.clone(),
            },
            Event::Ended { conference, by_server } => {
                Self::Ended { conference: uri(conference), by_server: *by_server }
            }
        }
    }

    /// The event; or the text that stands for none.
    pub(super) fn event(
        self,
        who: NodeId,
        rosters: &mut Rosters,
        names: &mut Names,
    ) -> Result<Event, String> {
        Ok(match self {
            Self::SignedIn => Event::SignedIn,
            Self::Created { conference } => Event::Created { conference: conference.into() },
            Self::Provisioned(row) => Event::Provisioned(row.provisioned()?),
            Self::Joined { conference } => Event::Joined { conference: conference.into() },
            Self::ChatJoined { conference } => Event::ChatJoined { conference: conference.into() },
            Self::ChatEnded { conference } => Event::ChatEnded { conference: conference.into() },
            Self::State { conference, version, roster } => {
                let conference = conference.into();
                let roster = rosters.apply(who, &conference, roster);
                Event::State { conference, version, roster }
            }
            Self::Roster { conference, version, roster } => {
                let conference = conference.into();
                let roster = rosters.apply(who, &conference, roster);
                Event::Roster { conference, version, roster }
            }
            Self::Called { conference, by } => Event::Called { conference: conference.into(), by },
            Self::ConfInvite { conference, from } => {
                Event::ConfInvite { conference: conference.into(), from }
            }
            Self::Typing { conference, sender } => Event::Typing { conference: conference.into(), sender },
            Self::RosterGap { conference, have, got } => {
                Event::RosterGap { conference: conference.into(), have, got }
            }
            Self::Received { conference, message_id, sender, content_type, body } => {
                let (conference, body) = (conference.into(), body.bytes()?);
                Event::Received { conference, message_id, sender, content_type, body }
            }
            Self::Accepted { conference, message_id, notification_follows } => {
                Event::Accepted { conference: conference.into(), message_id, notification_follows }
            }
            Self::Delivered { conference, message_id, failures, timed_out } => {
                Event::Delivered { conference: conference.into(), message_id, failures, timed_out }
            }
            Self::CommandDone { conference, command } => {
                let command = names.keep(&command).ok_or(command)?;
                Event::CommandDone { conference: conference.into(), command }
            }
            Self::Failed { what, conference, status, reason } => {
                let what = names.keep(&what).ok_or(what)?;
                Event::Failed(Failure { what, conference: conference.map(Into::into), status, reason })
            }
            Self::Ended { conference, by_server } => {
                Event::Ended { conference: conference.into(), by_server }
            }
        })
    }
}

impl ProvisionedRow {
    fn of(provisioned: &Provisioned) -> Self {
        match provisioned {
            Provisioned::Modified { conference, version } => {
                Self::Modified { conference: conference.to_string(), version: *version }
            }
            Provisioned::VersionConflict { current } => {
                Self::VersionConflict { current: write_conference(current) }
            }
            Provisioned::Deleted { id } => Self::Deleted { id: id.clone() },
            Provisioned::Details { info, passcode } => {
                Self::Details { info: write_conference(info), passcode: passcode.clone() }
            }
            Provisioned::List { is_static, conferences } => Self::List {
                is_static: *is_static,
                conferences: conferences.iter().map(write_conference).collect(),
            },
            Provisioned::EncryptionKey { certificate, issuing_server } => Self::EncryptionKey {
                certificate: certificate.clone(),
                issuing_server: issuing_server.clone(),
            },
            Provisioned::McuTypes(types) => Self::McuTypes(types.clone()),
            Provisioned::Capabilities(capabilities) => {
                let outcome = Outcome::GetConferencingCapabilities(Some(capabilities.clone()));
                let response = Response {
                    request_id: 0,
                    from: "".into(),
                    to: "".into(),
                    version: None,
                    code: Code::Success,
                    responder: None,
                    result: CommandResult::success(outcome),
                };
                Self::Capabilities(String::from_utf8_lossy(&response.write()).into_owned())
            }
        }
    }

    fn provisioned(self) -> Result<Provisioned, String> {
        Ok(match self {
            Self::Modified { conference, version } => {
                Provisioned::Modified { conference: conference.into(), version }
            }
            Self::VersionConflict { current } => {
                Provisioned::VersionConflict { current: Box::new(read_conference(current)?) }
            }
            Self::Deleted { id } => Provisioned::Deleted { id },
            Self::Details { info, passcode } => {
                Provisioned::Details { info: Box::new(read_conference(info)?), passcode }
            }
            Self::List { is_static, conferences } => Provisioned::List {
                is_static,
                conferences: conferences.into_iter().map(read_conference).collect::<Result<_, _>>()?,
            },
            Self::EncryptionKey { certificate, issuing_server } => {
                Provisioned::EncryptionKey { certificate, issuing_server }
            }
            Self::McuTypes(types) => Provisioned::McuTypes(types),
            Self::Capabilities(document) => {
                let found = Response::parse(document.as_bytes()).ok().map(Response::into_owned);
                match found.map(|response| response.result.outcome) {
                    Some(Outcome::GetConferencingCapabilities(Some(found))) => {
                        Provisioned::Capabilities(found)
                    }
                    _ => return Err(document),
                }
            }
        })
    }
}

fn write_conference(info: &ConferenceInfo<'_>) -> String {
    String::from_utf8_lossy(&conference_info::write(info)).into_owned()
}

fn read_conference(document: String) -> Result<ConferenceInfo<'static>, String> {
    match conference_info::read(document.as_bytes()).map(ConferenceInfo::into_owned) {
        Ok(info) => Ok(info),
        Err(_) => Err(document),
    }
}
