//! Clients that do not show the newest version.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::Event;
use confsim_core::time::Instant;
use confsim_core::wire::conference_info::{self, State};
use confsim_core::wire::sip::Method;

use super::blame::Blame;
use super::session::{Sessions, Use};
use super::{Said, Unrest};
use crate::trace::{Cast, MsgId, NodeId};

/// What was published of each conference, by its focus URI, and what each client shows.
#[derive(Default)]
pub(super) struct Rosters {
    published: BTreeMap<String, Published>,
    shown: BTreeMap<(NodeId, Arc<str>), u32>,
    /// The last hop of each document towards a client: conference, client, version.
    sent: BTreeMap<(String, NodeId, u32), MsgId>,
}

/// The versions of one activation.
#[derive(Default)]
struct Published {
    newest: u32,
    /// When each version was first told to somebody.
    since: BTreeMap<u32, Instant>,
}

impl Rosters {
    /// A message is written.
    pub(super) fn said(&mut self, said: &Said<'_>) {
        let emitted = said.emitted;
        let tells = matches!(said.message.method(), Method::Benotify | Method::Subscribe);
        if emitted.origin != NodeId::FOCUS || !tells {
            return;
        }
        let Some(body) = said.message.body_of(conference_info::CONTENT_TYPE) else { return };
        let Ok(document) = conference_info::read(body) else { return };
        let Some(version) = document.version else { return };
        let conference = document.entity.to_string();
        if said.is_own() {
            let published = self.published.entry(conference.clone()).or_default();
            // Versions start again when a conference begins anew (D-12).
            if document.state.unwrap_or_default() == State::Full && version < published.newest {
                *published = Published::default();
            }
            published.newest = published.newest.max(version);
            published.since.entry(version).or_insert(said.at);
        }
        self.sent.insert((conference, emitted.to, version), emitted.id);
    }

    /// A user sees something.
    pub(super) fn shown(&mut self, who: NodeId, event: &Event) {
        if let Event::Roster { conference, version, .. } = event {
            self.shown.insert((who, Arc::clone(conference)), *version);
        }
    }

    /// A node has forgotten everything.
    pub(super) fn crashed(&mut self, who: NodeId) {
        self.shown.retain(|(client, _), _| *client != who);
        if who == NodeId::FOCUS {
            self.published.clear();
        }
    }

    /// Who shows an old version although he believes to be told of new ones.
    pub(super) fn unrest(&self, cast: &Cast, blame: &Blame<'_>, sessions: &Sessions) -> Vec<Unrest> {
        let mut all = Vec::new();
        for ((who, conference), version) in &self.shown {
            let Some(published) = self.published.get(&**conference) else { continue };
            if *version >= published.newest || !sessions.has(*who, Use::Subscription) {
                continue;
            }
            let missed = version + 1;
            let sent = self.sent.get(&(conference.to_string(), *who, missed)).copied();
            let (name, newest) = (cast.name(*who), published.newest);
            let address = conference.split(';').next().unwrap_or_default();
            let organizer = cast.user(address).unwrap_or(address);
            let fate = match sent {
                None => format!("version {missed} was never sent that way"),
                Some(id) if blame.is_lost(id) => format!("version {missed} ({id}) never arrived"),
                Some(id) => format!("version {missed} ({id}) arrived"),
            };
            all.push(Unrest {
                who: *who,
                what: format!(
                    "{name} shows version {version} of the roster of {organizer}'s conference, {newest} is out; {fate}"
                ),
                since: published.since.get(&missed).copied(),
                fault: sent.and_then(|id| blame.of_message(id)).or_else(|| blame.of_node(*who)),
            });
        }
        all
    }
}
