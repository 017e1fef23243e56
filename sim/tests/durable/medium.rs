//! A medium under a database, which loses power when it is told to.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use confsim::durable::Durable;
use confsim_core::entropy::hash_parts;
use redb::StorageBackend;

/// A medium with a cache that a power failure empties: of what was not synchronised, some writes arrive whole,
/// some in part, some not at all.
#[derive(Debug, Default)]
struct Medium {
    /// What is there for certain.
    platter: Vec<u8>,
    /// What is read.
    seen: Vec<u8>,
    /// Writes since the last synchronisation, in order.
    cached: Vec<(u64, Vec<u8>)>,
    /// Writes and synchronisations so far.
    deeds: u32,
    /// The deed at which the power fails.
    fails_at: Option<u32>,
    /// How many deeds after the power is back it fails again.
    fails_again: Option<u32>,
    /// Whether it says that it has synchronised when it has not.
    lies: bool,
    /// Whether there is room for nothing more, not even in the holes of its files.
    full: bool,
    dark: bool,
    /// How long it may become, if there is a limit.
    room: Option<u64>,
    /// What the losses are drawn from.
    seed: u64,
}

/// A handle to a medium.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handle(Arc<Mutex<Medium>>);

impl Handle {
    fn medium(&self) -> MutexGuard<'_, Medium> {
        self.0.lock().expect("nobody panics with it")
    }

    /// The medium with a database in it, and how many deeds that took.
    pub(crate) fn fresh(seed: u64) -> (Self, u32) {
        let handle = Self::default();
        handle.medium().seed = seed;
        drop(handle.store());
        let deeds = handle.medium().deeds;
        (handle, deeds)
    }

    /// Has the power fail at this deed.
    pub(crate) fn fail_at(&self, deed: u32) {
        self.medium().fails_at = Some(deed);
    }

    /// Has the power fail again so many deeds after it was back.
    pub(crate) fn fail_again(&self, deeds: u32) {
        self.medium().fails_again = Some(deeds);
    }

    /// Has it say from now on that it has synchronised when it has not.
    pub(crate) fn lie(&self) {
        self.medium().lies = true;
    }

    /// Whether there is room for nothing more, from now on.
    pub(crate) fn fill(&self, full: bool) {
        self.medium().full = full;
    }

    /// How many writes and synchronisations there have been.
    pub(crate) fn deeds(&self) -> u32 {
        self.medium().deeds
    }

    /// Whether the power has failed again, or is yet to.
    pub(crate) fn has_failed_again(&self) -> bool {
        let medium = self.medium();
        medium.fails_again.is_none() && medium.fails_at.is_none_or(|deed| medium.deeds >= deed)
    }

    /// Whether it has no power.
    pub(crate) fn is_dark(&self) -> bool {
        self.medium().dark
    }

    /// How long it is, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.medium().seen.len() as u64
    }

    /// Limits how long it may become.
    pub(crate) fn limit(&self, room: Option<u64>) {
        self.medium().room = room;
    }

    /// The power is back.
    pub(crate) fn restart(&self) {
        let mut medium = self.medium();
        let Medium { platter, cached, seed, .. } = &mut *medium;
        for (place, (offset, bytes)) in (0..).zip(cached.drain(..)) {
            let draw = hash_parts(&[*seed, place]);
            let kept = match draw % 3 {
                0 => 0,
                1 => bytes.len(),
                _ => (draw >> 8) as usize % (bytes.len() + 1),
            };
            put(platter, offset, &bytes[..kept]);
        }
        medium.seen = medium.platter.clone();
        medium.dark = false;
        medium.fails_at = medium.fails_again.take().map(|deeds| medium.deeds + deeds);
    }

    /// The store on it, if it can be opened.
    pub(crate) fn try_store(&self) -> Option<Durable> {
        let handle = self.clone();
        Durable::on(move || handle.clone()).ok()
    }

    /// The store on it.
    pub(crate) fn store(&self) -> Durable {
        self.try_store().expect("a database")
    }
}

fn put(bytes: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let (start, end) = (offset as usize, offset as usize + data.len());
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[start..end].copy_from_slice(data);
}

impl Medium {
    fn powered(&mut self, deed: bool) -> io::Result<()> {
        self.deeds += u32::from(deed);
        if deed && self.fails_at == Some(self.deeds) {
            self.dark = true;
        }
        if self.dark { Err(io::Error::other("no power")) } else { Ok(()) }
    }
}

impl StorageBackend for Handle {
    fn len(&self) -> io::Result<u64> {
        let mut medium = self.medium();
        medium.powered(false)?;
        Ok(medium.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut medium = self.medium();
        medium.powered(false)?;
        let end = offset as usize + out.len();
        let found = medium.seen.get(offset as usize..end).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut medium = self.medium();
        medium.powered(true)?;
        let grows = length > medium.seen.len() as u64;
        if medium.room.is_some_and(|room| length > room) || medium.full && grows {
            return Err(io::ErrorKind::StorageFull.into());
        }
        medium.seen.resize(length as usize, 0);
        // The length is the file system's affair, which has a journal of its own.
        medium.platter.resize(length as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut medium = self.medium();
        medium.powered(true)?;
        if medium.lies {
            return Ok(());
        }
        medium.cached.clear();
        medium.platter = medium.seen.clone();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut medium = self.medium();
        // The write during which the power fails may arrive in part.
        let powered = medium.powered(true);
        if medium.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        medium.cached.push((offset, data.to_vec()));
        powered?;
        put(&mut medium.seen, offset, data);
        Ok(())
    }
}
