//! Which roster somebody is to see: presenters everybody, other participants all but the lobby, and who waits in the
//! lobby himself (D-13, D-14). His own entry in what he has tells which.

use confsim_core::client::{RosterView, UserView};

use super::super::element::Element;

/// What a subscriber sees (D-13, D-14).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum View {
    /// Everybody: presenters.
    Everyone,
    /// Everybody but the lobby.
    Admitted,
    /// This user, who waits in the lobby.
    Oneself(String),
}

impl View {
    /// The view of `user`, whose replica this is.
    pub(super) fn of_replica(user: &str, roster: &Element) -> Self {
        roster.user(user).map_or(Self::Admitted, |own| Self::of(user, own.waits(), own.role()))
    }

    /// The view of `user`, whose client shows this.
    pub(super) fn of_shown(user: &str, shown: &RosterView) -> Self {
        let waits = |own: &UserView| own.endpoints.values().any(|endpoint| endpoint.status == "on-hold");
        shown.get(user).map_or(Self::Admitted, |own| Self::of(user, waits(own), &own.role))
    }

    fn of(user: &str, waits: bool, role: &str) -> Self {
        match role {
            _ if waits => Self::Oneself(user.to_owned()),
            "presenter" => Self::Everyone,
            _ => Self::Admitted,
        }
    }
}
