//! What changes in the rosters that people see, from one version to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::{RosterView, UserView};

use super::super::label::person;
use crate::trace::{Cast, NodeId};

/// Most changes that are told of one version.
const MOST: usize = 50;

/// The last roster that each client saw of each conference.
#[derive(Default)]
pub(super) struct Seen<'a>(BTreeMap<(NodeId, &'a str), &'a RosterView>);

impl<'a> Seen<'a> {
    /// `who` sees this now; what that was before.
    pub(super) fn now(
        &mut self,
        who: NodeId,
        conference: &'a str,
        roster: &'a RosterView,
    ) -> Option<&'a RosterView> {
        self.0.insert((who, conference), roster)
    }
}

/// What is different in a roster.
pub(super) fn changes(before: Option<&RosterView>, roster: &RosterView, cast: &Cast) -> Vec<String> {
    let nobody = RosterView::default();
    let before = before.unwrap_or(&nobody);
    let changed = roster.changed_since(before).into_iter();
    let mut told = changed.filter_map(|uri| change(uri, before.get(uri), roster.get(uri), cast));
    let mut changes: Vec<String> = told.by_ref().take(MOST).collect();
    let more = told.count();
    if more > 0 {
        changes.push(format!("and {more} more"));
    }
    changes
}

/// What is different about one user.
fn change(
    uri: &str,
    before: Option<&Arc<UserView>>,
    now: Option<&Arc<UserView>>,
    cast: &Cast,
) -> Option<String> {
    let name = person(uri, cast);
    match (before, now) {
        (None, Some(user)) => Some(format!("+ {name}: {}", entry(user))),
        (Some(_), None) => Some(format!("− {name}")),
        (Some(before), Some(user)) if before != user => {
            Some(format!("~ {name}: {} → {}", entry(before), entry(user)))
        }
        _ => None,
    }
}

/// `presenter, focus connected, chat connected`.
fn entry(user: &UserView) -> String {
    let mut endpoints: Vec<_> = user
        .endpoints
        .values()
        .map(|endpoint| format!("{} {}", endpoint.session, endpoint.status).trim().to_owned())
        .collect();
    // Not in the order of the endpoints' names, which are drawn.
    endpoints.sort_unstable();
    let name = user.display_name.as_ref().map(|name| format!("“{name}”"));
    let parts = name.into_iter().chain([user.role.clone()]).chain(endpoints);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
