//! The store in a file, on a medium that loses power at every moment there is.

use confsim_core::factory::{Store, StoreError};

use super::medium::Handle;

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

#[test]
fn whenever_the_power_fails_what_was_acknowledged_is_there() {
    let mut points = 0;
    for seed in 0..3 {
        for point in 1.. {
            let (handle, deeds) = Handle::fresh(seed);
            handle.fail_at(deeds + point);
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
    let (handle, _) = Handle::fresh(1);
    let mut store = handle.store();
    store.append(b"first").and_then(|()| store.commit()).expect("there is room");
    let room = handle.size();
    handle.limit(Some(room));
    let long = vec![7; 4 * 1024 * 1024];
    assert_eq!(store.append(&long).and_then(|()| store.commit()), Err(StoreError::Full));
    assert_eq!(store.load(), Ok(vec![b"first".to_vec()]));
    handle.limit(None);
    store.append(b"second").and_then(|()| store.commit()).expect("there is room again");
    assert_eq!(store.load(), Ok(vec![b"first".to_vec(), b"second".to_vec()]));
    drop(store);
    assert_eq!(handle.store().load(), Ok(vec![b"first".to_vec(), b"second".to_vec()]));
}

#[test]
fn what_is_not_committed_is_not_there() {
    let (handle, _) = Handle::fresh(2);
    let mut store = handle.store();
    store.append(b"never").expect("it is remembered");
    assert_eq!(store.load(), Ok(Vec::new()));
    store.commit().expect("nothing to do");
    assert_eq!(store.load(), Ok(Vec::new()));
}
