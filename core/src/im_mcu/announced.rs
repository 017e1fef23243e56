//! Whom to expect: those whom the focus let in and whose INVITE has not come yet (D-10).

use std::collections::BTreeMap;

use super::leg::Participant;
use crate::signal::TRANSACTION_TIMEOUT;
use crate::time::Instant;

/// Announced participants, by endpoint. An INVITE follows its announcement at once or, when a connection was
/// lost in between, never: who has not come within 64 · T1 is not expected any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Announced {
    expected: BTreeMap<Box<str>, (Instant, Participant)>,
}

impl Announced {
    pub(super) fn expect(&mut self, participant: Participant, now: Instant) {
        self.expected.insert(participant.endpoint.clone(), (now + TRANSACTION_TIMEOUT, participant));
    }

    /// The participant whose INVITE has come.
    pub(super) fn take(&mut self, endpoint: &str) -> Option<Participant> {
        self.expected.remove(endpoint).map(|(_, participant)| participant)
    }

    /// Those whom `is_meant` names are no longer welcome.
    pub(super) fn give_up(&mut self, is_meant: impl Fn(&Participant) -> bool) {
        self.expected.retain(|_, (_, participant)| !is_meant(participant));
    }

    /// Forgets those whose time is up.
    pub(super) fn expire(&mut self, now: Instant) {
        self.expected.retain(|_, (until, _)| *until > now);
    }

    /// When the next one is given up.
    pub(super) fn next(&self) -> Option<Instant> {
        self.expected.values().map(|(until, _)| *until).min()
    }

    pub(super) fn len(&self) -> usize {
        self.expected.len()
    }
}
