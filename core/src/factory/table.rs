//! The Conference Table: (organizer, conference id) → conference (PRO-3-2-1-a).

use std::collections::BTreeMap;

use crate::wire::cccp::Reason;
use crate::wire::conference_info::ConferenceInfo;

/// Every conference. Organizers are compared as addresses, in lower case; conference ids as they are
/// (PRO-2-2-1-2-c).
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    organizers: BTreeMap<Box<str>, BTreeMap<Box<str>, Conference>>,
    created: u64,
}

/// A provisioned conference.
#[derive(Clone, Debug)]
pub(super) struct Conference {
    /// What was provisioned, with its URI, version, last-update and last-activate.
    pub(super) info: ConferenceInfo<'static>,
    /// The how manyth conference it is: the order in which an organizer's conferences are told
    /// (PRO-3-2-5-6-a).
    pub(super) created: u64,
}

impl Table {
    /// Adds a conference at version 1 (PRO-2-2-1-1-i). The quota counts before the id does
    /// (PRO-3-2-5-2-g, -h).
    pub(super) fn add(
        &mut self,
        organizer: &str,
        id: &str,
        info: ConferenceInfo<'static>,
        quota: usize,
    ) -> Result<&Conference, Reason<'static>> {
        let conferences = self.organizers.entry(organizer.into()).or_default();
        if conferences.len() >= quota {
            return Err(Reason::MaxConferencesExceeded);
        }
        if conferences.contains_key(id) {
            return Err(Reason::ConferenceExistsAlready);
        }
        self.created += 1;
        let info = ConferenceInfo { version: Some(1), ..info };
        Ok(conferences.entry(id.into()).or_insert(Conference { info, created: self.created }))
    }

    /// A conference.
    pub(super) fn get(&self, organizer: &str, id: &str) -> Option<&Conference> {
        self.organizers.get(organizer)?.get(id)
    }

    /// A conference, to be changed.
    pub(super) fn get_mut(&mut self, organizer: &str, id: &str) -> Option<&mut Conference> {
        self.organizers.get_mut(organizer)?.get_mut(id)
    }

    /// The conferences of an organizer in the order they were created.
    pub(super) fn of_organizer(&self, organizer: &str) -> Vec<&Conference> {
        let mut found: Vec<_> =
            self.organizers.get(organizer).into_iter().flat_map(BTreeMap::values).collect();
        found.sort_by_key(|conference| conference.created);
        found
    }

    /// How many conferences there are.
    pub(super) fn len(&self) -> usize {
        self.organizers.values().map(BTreeMap::len).sum()
    }
}
