//! The Conference Table: (organizer, conference id) → conference (PRO-3-2-1-a).

use std::collections::BTreeMap;

use super::conference::{Conference, Key};
use super::record::Record;

/// Every conference. Organizers are compared as addresses, in lower case; conference ids as they are
/// (PRO-2-2-1-2-c).
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    organizers: BTreeMap<Box<str>, BTreeMap<Box<str>, Conference>>,
    /// How many there are.
    count: usize,
    /// The number of the newest, be it gone or not.
    created: u64,
}

impl Table {
    /// Makes a change.
    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Put(key, conference) => {
                self.created = self.created.max(conference.created);
                let conferences = self.organizers.entry(key.organizer).or_default();
                self.count += usize::from(conferences.insert(key.id, *conference).is_none());
            }
            Record::Remove(key) => {
                if let Some(conferences) = self.organizers.get_mut(&key.organizer) {
                    self.count -= usize::from(conferences.remove(&key.id).is_some());
                    if conferences.is_empty() {
                        self.organizers.remove(&key.organizer);
                    }
                }
            }
        }
    }

    /// The records that make this table out of an empty one.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        self.iter().map(|(key, conference)| Record::Put(key, Box::new(conference.clone())))
    }

    /// Every conference.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &Conference)> {
        self.organizers.iter().flat_map(|(organizer, conferences)| {
            conferences
                .iter()
                .map(|(id, conference)| (Key { organizer: organizer.clone(), id: id.clone() }, conference))
        })
    }

    /// A conference.
    pub(super) fn get(&self, key: &Key) -> Option<&Conference> {
        self.organizers.get(&key.organizer)?.get(&key.id)
    }

    /// Takes note of whether a conference is active; says whether there is such a conference.
    pub(super) fn set_active(&mut self, key: &Key, active: bool) -> bool {
        let conferences = self.organizers.get_mut(&key.organizer);
        match conferences.and_then(|conferences| conferences.get_mut(&key.id)) {
            Some(conference) => conference.active = active,
            None => return false,
        }
        true
    }

    /// Takes every conference for inactive.
    pub(super) fn none_active(&mut self) {
        for conference in self.organizers.values_mut().flat_map(BTreeMap::values_mut) {
            conference.active = false;
        }
    }

    /// The conferences of an organizer in the order they were created, static ones or the others.
    pub(super) fn of_organizer(&self, organizer: &str, is_static: bool) -> Vec<&Conference> {
        let conferences = self.organizers.get(organizer).into_iter().flat_map(BTreeMap::values);
        let mut found: Vec<_> = conferences.filter(|found| found.is_static() == is_static).collect();
        found.sort_by_key(|conference| conference.created);
        found
    }

    /// The number of the next conference.
    pub(super) fn next(&self) -> u64 {
        self.created + 1
    }

    /// How many conferences there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }
}
