//! The Conference Table: (organizer, conference id) → conference (PRO-3-2-1-a).

use std::collections::BTreeMap;

use super::record::Record;
use crate::conference_uri::{self, Target};
use crate::wire::conference_info::ConferenceInfo;

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

/// What a conference is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The organizer's address in lower case.
    pub(super) organizer: Box<str>,
    /// The conference id.
    pub(super) id: Box<str>,
}

/// A provisioned conference.
#[derive(Clone, Debug)]
pub(super) struct Conference {
    /// What was provisioned, with its URI, version, last-update and last-activate, and without the key.
    pub(super) info: ConferenceInfo<'static>,
    /// The conference key in the clear: the passcode of anonymous users.
    pub(super) passcode: Option<Box<str>>,
    /// The how manyth conference it is: the order in which an organizer's conferences are told
    /// (PRO-3-2-5-6-a).
    pub(super) created: u64,
    /// Whether the focus has it running. Not stored: the focus knows.
    pub(super) active: bool,
}

impl Key {
    /// The key that a conference URI holds (EX-PRO-4-1-i).
    pub(super) fn of(entity: &str) -> Option<Self> {
        let (target, organizer, id) = conference_uri::parts(entity)?;
        (target == Target::Focus).then(|| Self { organizer: organizer.into(), id: id.into() })
    }
}

impl Conference {
    /// Whether it is the organizer's static meeting.
    pub(super) fn is_static(&self) -> bool {
        self.info.is_static == Some(true)
    }

    /// Whether the focus has it running, or was given it at some time to activate.
    pub(super) fn was_activated(&self) -> bool {
        let description = self.info.description.as_deref();
        self.active || description.is_some_and(|description| description.last_activate.is_some())
    }

    /// The current version.
    pub(super) fn version(&self) -> u32 {
        self.info.version.unwrap_or(1)
    }

    /// When it expires, as it is written.
    pub(super) fn expiry(&self) -> Option<&str> {
        self.info.description.as_deref()?.expiry_time.as_deref()
    }
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
