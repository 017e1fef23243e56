//! The store in a file, on a medium that loses power at every moment there is.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use confsim::durable::Durable;
use confsim_core::entropy::hash_parts;
use confsim_core::factory::{Store, StoreError};
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
    dark: bool,
    /// How long it may become, if there is a limit.
    room: Option<u64>,
    /// What the losses are drawn from.
    seed: u64,
}

/// A handle to a medium.
#[derive(Clone, Debug, Default)]
struct Handle(Arc<Mutex<Medium>>);

impl Handle {
    fn medium(&self) -> MutexGuard<'_, Medium> {
        self.0.lock().expect("nobody panics with it")
    }

    /// The power is back.
    fn restart(&self) {
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
        (medium.dark, medium.fails_at) = (false, None);
    }

    fn try_store(&self) -> Option<Durable> {
        let handle = self.clone();
        Durable::on(move || handle.clone()).ok()
    }

    fn store(&self) -> Durable {
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
        if medium.room.is_some_and(|room| length > room) {
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
        medium.cached.clear();
        medium.platter = medium.seen.clone();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut medium = self.medium();
        // The write during which the power fails may arrive in part.
        let powered = medium.powered(true);
        medium.cached.push((offset, data.to_vec()));
        powered?;
        put(&mut medium.seen, offset, data);
        Ok(())
    }
}

/// Commits, most of one record, and one rewriting; what is acknowledged, and what was under way when it failed.
fn work(store: &mut dyn Store) -> (Vec<Vec<u8>>, Option<Vec<Vec<u8>>>) {
    let mut there: Vec<Vec<u8>> = Vec::new();
    for round in 0..14_u8 {
        let mut after = there.clone();
        let done = if round == 9 {
            after.drain(..5);
            store.replace(&after)
        } else {
            let records = vec![vec![round; 300 + usize::from(round) * 700]; 1 + usize::from(round == 4)];
            after.extend(records.iter().cloned());
            records.iter().try_for_each(|record| store.append(record)).and_then(|()| store.commit())
        };
        match done {
            Ok(()) => there = after,
            Err(_) => return (there, Some(after)),
        }
    }
    (there, None)
}

/// The medium with a database in it, and how many deeds that took.
fn fresh(seed: u64) -> (Handle, u32) {
    let handle = Handle::default();
    handle.medium().seed = seed;
    drop(handle.store());
    let deeds = handle.medium().deeds;
    (handle, deeds)
}

#[test]
fn whenever_the_power_fails_what_was_acknowledged_is_there() {
    let mut points = 0;
    for seed in 0..3 {
        for point in 1.. {
            let (handle, deeds) = fresh(seed);
            handle.medium().fails_at = Some(deeds + point);
            // The power may fail while the file is opened.
            let (acknowledged, doubtful) =
                handle.try_store().map_or((Vec::new(), Some(Vec::new())), |mut store| work(&mut store));
            handle.restart();
            let found = handle.store().load().expect("it reads");
            let whole = found == acknowledged || Some(&found) == doubtful.as_ref();
            assert!(whole, "seed {seed}, point {point}: {} of {} records", found.len(), acknowledged.len());
            points += 1;
            if doubtful.is_none() {
                break;
            }
        }
    }
    assert!(points > 150, "the power fails within every commit: {points}");
}

#[test]
fn a_failed_commit_leaves_nothing_and_a_full_medium_can_be_emptied() {
    let (handle, _) = fresh(1);
    let mut store = handle.store();
    store.append(b"first").and_then(|()| store.commit()).expect("there is room");
    let room = handle.medium().seen.len() as u64;
    handle.medium().room = Some(room);
    let long = vec![7; 4 * 1024 * 1024];
    assert_eq!(store.append(&long).and_then(|()| store.commit()), Err(StoreError::Full));
    assert_eq!(store.load(), Ok(vec![b"first".to_vec()]));
    handle.medium().room = None;
    store.append(b"second").and_then(|()| store.commit()).expect("there is room again");
    assert_eq!(store.load(), Ok(vec![b"first".to_vec(), b"second".to_vec()]));
    drop(store);
    assert_eq!(handle.store().load(), Ok(vec![b"first".to_vec(), b"second".to_vec()]));
}

#[test]
fn what_is_not_committed_is_not_there() {
    let (handle, _) = fresh(2);
    let mut store = handle.store();
    store.append(b"never").expect("it is remembered");
    assert_eq!(store.load(), Ok(Vec::new()));
    store.commit().expect("nothing to do");
    assert_eq!(store.load(), Ok(Vec::new()));
}
