//! The disk of a host, as it outlives crashes: a [`Store`] whose bytes are in memory and can be lost.
//!
//! What is appended is written but stays in the cache; commit brings it to the platter. A crash loses the cache.
//! A crash may also come in the middle of a commit, which then leaves the first few bytes of what it was to write,
//! or right after it, when nobody has been told yet. And a disk can be full.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use confsim_core::entropy::hash_parts;
use confsim_core::factory::{Store, StoreError};

/// Bytes before each record: its length, big-endian.
const LENGTH: usize = 4;
/// What a store says when the host has no power: nobody will hear it.
const NO_POWER: StoreError = StoreError::Failed("no power");

/// A disk. Clones are the same disk: the world keeps one, each incarnation of the host's node gets another.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Medium>>);

/// Where in a commit the power fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing of it is on the disk.
    Before,
    /// A part of it is.
    Within,
    /// All of it is, and nobody knows.
    After,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::Within, Self::After];

    /// The word for it in sentences: the host crashes *within* its 2nd commit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Within => "within",
            Self::After => "after",
        }
    }
}

/// The bytes and what is to happen to them.
#[derive(Debug, Default)]
struct Medium {
    platter: Vec<u8>,
    cache: Vec<u8>,
    full: bool,
    /// How many commits were begun, in all incarnations.
    commits: u32,
    /// The commits at which the power fails.
    failures: BTreeMap<u32, Moment>,
    /// The commit at which the power has failed.
    dark: Option<u32>,
    /// What decides how much of a torn write is there.
    seed: u64,
}

impl Disk {
    /// An empty disk; `seed` decides how writes are torn, where that is left open.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Medium { seed, ..Medium::default() })))
    }

    /// Has the power fail at the `nth` commit, counting from 1 over all incarnations.
    pub fn fail_at(&self, nth: u32, moment: Moment) {
        self.medium().failures.insert(nth, moment);
    }

    /// The commit at which the power has failed: the host is to crash without another word.
    pub fn dark(&self) -> Option<u32> {
        self.medium().dark
    }

    /// The host crashes: what was not committed is lost. Until the host is back nothing more can be stored.
    pub fn crash(&self) {
        let mut medium = self.medium();
        medium.cache.clear();
        medium.dark.get_or_insert(0);
    }

    /// The host is back.
    pub fn power_on(&self) {
        self.medium().dark = None;
    }

    /// Everything is lost.
    pub fn wipe(&self) {
        let mut medium = self.medium();
        medium.platter.clear();
        medium.cache.clear();
    }

    /// Whether there is room for nothing more, from now on.
    pub fn fill(&self, full: bool) {
        self.medium().full = full;
    }

    /// How many bytes are on the disk.
    pub fn size(&self) -> usize {
        self.medium().platter.len()
    }

    fn medium(&self) -> MutexGuard<'_, Medium> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium {
    fn powered(&self) -> Result<(), StoreError> {
        if self.dark.is_some() { Err(NO_POWER) } else { Ok(()) }
    }

    /// Begins a commit: `write` is told how the power fails meanwhile, if it does.
    fn commit(&mut self, write: impl FnOnce(&mut Self, Option<Moment>)) -> Result<(), StoreError> {
        self.powered()?;
        self.commits += 1;
        let failure = self.failures.get(&self.commits).copied();
        write(self, failure);
        self.cache.clear();
        if failure.is_none() {
            return Ok(());
        }
        self.dark = Some(self.commits);
        Err(NO_POWER)
    }

    /// How much of `length` bytes is written when the power fails in between: at least one, and not all.
    fn torn(&self, length: usize) -> usize {
        let draw = hash_parts(&[self.seed, u64::from(self.commits)]);
        let most = length.saturating_sub(1) as u64;
        if most == 0 { 0 } else { 1 + (draw % most) as usize }
    }
}

impl Store for Disk {
    fn load(&mut self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut medium = self.medium();
        medium.powered()?;
        medium.cache.clear();
        let mut records = Vec::new();
        let mut rest = medium.platter.as_slice();
        while !rest.is_empty() {
            let whole = rest.split_first_chunk::<LENGTH>().and_then(|(length, after)| {
                after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
            });
            // What is left of a torn write, with as much of its length as there is, is nobody's record.
            let (record, after) = whole.unwrap_or((rest, &[]));
            records.push(record.to_vec());
            rest = after;
        }
        Ok(records)
    }

    fn append(&mut self, record: &[u8]) -> Result<(), StoreError> {
        let mut medium = self.medium();
        medium.powered()?;
        if medium.full {
            medium.cache.clear();
            return Err(StoreError::Full);
        }
        write_record(&mut medium.cache, record)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.medium().commit(|medium, failure| {
            let written = match failure {
                Some(Moment::Before) => 0,
                Some(Moment::Within) => medium.torn(medium.cache.len()),
                Some(Moment::After) | None => medium.cache.len(),
            };
            let Medium { platter, cache, .. } = medium;
            platter.extend(cache.iter().take(written));
        })
    }

    /// The new records are written beside the old ones and take their place at one go.
    fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        let mut medium = self.medium();
        medium.powered()?;
        if medium.full {
            medium.cache.clear();
            return Err(StoreError::Full);
        }
        let mut beside = Vec::new();
        for record in records {
            write_record(&mut beside, record)?;
        }
        medium.commit(|medium, failure| {
            if matches!(failure, Some(Moment::After) | None) {
                medium.platter = beside;
            }
        })
    }
}

fn write_record(bytes: &mut Vec<u8>, record: &[u8]) -> Result<(), StoreError> {
    let length = u32::try_from(record.len()).map_err(|_| StoreError::Failed("the record is too long"))?;
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(record);
    Ok(())
}
