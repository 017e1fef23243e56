//! What users see, as serde knows it.

use std::sync::Arc;

use confsim_core::client::{Event, Failure};
use serde::{Deserialize, Serialize};

use super::provisioned::ProvisionedRow;
use super::roster::{Changes, Rosters};
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
