//! A version of a roster as it was first seen: the measure for every other replica of it, be it what another subscriber
//! is sent or what a client shows.

use std::sync::Arc;

use confsim_core::client::{RosterView, UserView};

use super::super::element::Element;
use crate::trace::MsgId;

/// A version as first seen.
pub(super) struct Published {
    /// What it was.
    pub(super) roster: Arc<Element>,
    /// The message that told it.
    pub(super) said: MsgId,
    /// A roster that a client showed before this one, and who is not the same value in it: others show the same.
    turn: Option<(Arc<Element>, Vec<Arc<str>>)>,
}

impl Published {
    pub(super) const fn new(roster: Arc<Element>, said: MsgId) -> Self {
        Self { roster, said, turn: None }
    }

    /// A user whom `shown` has otherwise than this version. Where a client showed `before` what was alike, only those
    /// are looked at who are not the same values as then, on either side.
    pub(super) fn unlike(
        &mut self,
        shown: &RosterView,
        before: Option<&(Arc<Element>, Arc<RosterView>)>,
    ) -> Option<String> {
        let Self { roster, turn, .. } = self;
        let differs = |user: &str| match (roster.user(user), shown.get(user)) {
            (None, None) => false,
            (Some(known), Some(view)) => !alike(known, view),
            _ => true,
        };
        let Some((old, old_shown)) = before else {
            let known = roster.users().filter_map(|user| user.attribute("entity"));
            let mut users = known.chain(shown.iter().map(|(user, _)| &**user));
            return users.find(|user| differs(user)).map(str::to_owned);
        };
        if !turn.as_ref().is_some_and(|(from, _)| Arc::ptr_eq(from, old)) {
            *turn = Some((old.clone(), roster.users_changed_since(old)));
        }
        let told = turn.iter().flat_map(|(_, users)| users);
        told.chain(shown.changed_since(old_shown)).find(|user| differs(user)).map(|user| user.to_string())
    }
}

/// Whether a client shows this user as the documents have him.
fn alike(user: &Element, view: &UserView) -> bool {
    let endpoints: Vec<&Arc<Element>> = user.all("endpoint").collect();
    user.child("display-text").map(|name| name.text()) == view.display_name.as_deref()
        && user.role() == view.role
        && endpoints.len() == view.endpoints.len()
        && endpoints.iter().all(|endpoint| {
            let shown = endpoint.attribute("entity").and_then(|entity| view.endpoints.get(entity));
            shown.is_some_and(|shown| {
                endpoint.attribute("session-type") == Some(shown.session.as_str())
                    && endpoint.child("status").map_or("", |status| status.text()) == shown.status
            })
        })
}
