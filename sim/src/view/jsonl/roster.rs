//! Rosters as what has changed since the last one that the same client saw: whole ones would make a file as large as
//! the square of the conference.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::{EndpointView, RosterView, UserView};
use serde::{Deserialize, Serialize};

use crate::trace::NodeId;

/// What changed, by SIP URI; nothing for who is gone.
pub(super) type Changes = BTreeMap<String, Option<UserRow>>;

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
struct EndpointRow {
    session: String,
    status: String,
    formats: Vec<String>,
}

/// The last roster that each client has seen of each conference.
#[derive(Default)]
pub(super) struct Rosters(BTreeMap<(NodeId, Arc<str>), Arc<RosterView>>);

impl Rosters {
    pub(super) fn changes(&mut self, who: NodeId, conference: &Arc<str>, now: &Arc<RosterView>) -> Changes {
        let before = self.0.insert((who, conference.clone()), now.clone()).unwrap_or_default();
        let same = |uri: &str| before.get(uri) == now.get(uri);
        let changed = now.changed_since(&before).into_iter().filter(|uri| !same(uri));
        changed.map(|uri| (uri.to_string(), now.get(uri).map(|user| UserRow::of(user)))).collect()
    }

    pub(super) fn apply(&mut self, who: NodeId, conference: &Arc<str>, changes: Changes) -> Arc<RosterView> {
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
