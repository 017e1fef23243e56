//! Clients that mislead their users.

use std::collections::BTreeMap;

use confsim_core::client::Event;
use confsim_core::wire::sip::Method;

use super::super::{Clock, Sabotage};
use super::{hears, shows};
use crate::scenario::Profile;
use crate::trace::Role;

/// A broken client.
const fn client(
    name: &'static str,
    sentence: &'static str,
    property: &'static str,
    saboteur: fn() -> Box<dyn super::Saboteur>,
) -> Sabotage {
    Sabotage {
        name,
        sentence,
        role: Role::Client,
        property,
        profile: Profile::Calm,
        clock: Clock::RIGHT,
        saboteur,
    }
}

pub(super) const SHOWS_AN_OLD_ROSTER: Sabotage =
    client("client-shows-an-old-roster", "One change in six is not shown.", "roster.convergence", || {
        shows(|desk, event| {
            if !(matches!(event, Event::Roster { .. }) && desk.once_in(6)) {
                desk.show(event);
            }
        })
    });

pub(super) const HIDES_ITS_EJECTION: Sabotage =
    client("client-hides-its-ejection", "The user is not told that he is out.", "eviction.ends", || {
        shows(|desk, event| {
            if !matches!(event, Event::Ended { .. }) {
                desk.show(event);
            }
        })
    });

pub(super) const IGNORES_A_GAP: Sabotage = client(
    "client-ignores-a-gap",
    "Versions that were missed are counted as seen.",
    "roster.replicas",
    || {
        // What is to be taken off the versions of each subscription.
        let mut missed = BTreeMap::<String, u32>::new();
        hears(move |desk, letter| {
            if letter.answers(200, &Method::Subscribe) {
                missed.remove(&letter.call());
            }
            let version: Option<u32> =
                letter.between(" version=\"", "\"").and_then(|version| version.parse().ok());
            let Some(version) = version.filter(|_| letter.asks(&Method::Benotify)) else {
                return desk.hear(letter);
            };
            let missed = missed.entry(letter.call()).or_default();
            if letter.has(" state=\"full\" version=") {
                *missed = 0;
            } else if desk.once_in(6) {
                *missed += 1;
                return;
            }
            let shown = version.saturating_sub(*missed);
            desk.hear(letter.swapping(&format!(" version=\"{version}\""), &format!(" version=\"{shown}\"")));
        })
    },
);
