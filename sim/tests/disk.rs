//! The disk beside a naive account of what was committed.

use confsim::disk::{Disk, Moment};
use confsim_core::covers;
use confsim_core::factory::{Store, StoreError};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a host does, and what happens to it.
#[derive(Clone, Debug)]
enum Deed {
    Append(Vec<u8>),
    Commit,
    Replace(Vec<Vec<u8>>),
    Crash,
    Fail(Moment),
    Fill(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let record = || vec(any::<u8>(), 0..40);
    prop_oneof![
        4 => record().prop_map(Deed::Append),
        4 => Just(Deed::Commit),
        1 => vec(record(), 0..4).prop_map(Deed::Replace),
        1 => Just(Deed::Crash),
        2 => proptest::sample::select(&Moment::ALL[..]).prop_map(Deed::Fail),
        1 => any::<bool>().prop_map(Deed::Fill),
    ]
}

/// What has to be found after a crash.
#[derive(Default)]
struct Account {
    committed: Vec<Vec<u8>>,
    appended: Vec<Vec<u8>>,
    /// What the commit in which the power failed was to write.
    doubtful: Vec<Vec<u8>>,
}

impl Account {
    /// Compares, and takes over what was found of a commit in doubt.
    fn check(&mut self, found: Vec<Vec<u8>>) {
        let known = self.committed.len();
        assert_eq!(found.get(..known), Some(self.committed.as_slice()));
        let (doubtful, mut more) = (std::mem::take(&mut self.doubtful), &found[known..]);
        if let [whole @ .., last] = more
            && doubtful.get(whole.len()) != Some(last)
        {
            // Shorter than the record with its length before it.
            let torn = doubtful.get(whole.len()).expect("no more than was written");
            assert!(last.len() < torn.len() + 4);
            more = whole;
        }
        assert!(doubtful.starts_with(more));
        self.appended.clear();
        self.committed = found;
    }
}

proptest! {
    #[test]
    fn what_was_committed_is_found_again(deeds in vec(deed(), 1..40), seed: u64) {
        let disk = Disk::new(seed);
        let mut account = Account::default();
        let mut commits = 0;
        for deed in deeds {
            let mut store = disk.clone();
            match deed {
                Deed::Append(record) => match store.append(&record) {
                    Ok(()) => account.appended.push(record),
                    Err(error) => {
                        prop_assert_eq!(error, StoreError::Full);
                        account.appended.clear();
                    }
                },
                Deed::Commit => {
                    commits += 1;
                    let written = std::mem::take(&mut account.appended);
                    match store.commit() {
                        Ok(()) => account.committed.extend(written),
                        Err(_) => account.doubtful = written,
                    }
                }
                Deed::Replace(records) => match store.replace(&records) {
                    Ok(()) => {
                        commits += 1;
                        account.appended.clear();
                        account.committed = records;
                    }
                    Err(StoreError::Full) => account.appended.clear(),
                    Err(_) => {
                        commits += 1;
                        disk.power_on();
                        let found = store.load().expect("power");
                        prop_assert!(found == records || found == account.committed);
                        account.appended.clear();
                        account.committed = found;
                    }
                },
                Deed::Crash => disk.crash(),
                Deed::Fail(moment) => disk.fail_at(commits + 1, moment),
                Deed::Fill(full) => disk.fill(full),
            }
            if let Some(commit) = disk.dark() {
                prop_assert!(commit == 0 || commit == commits);
                prop_assert!(store.load().is_err() && store.append(&[]).is_err() && store.commit().is_err());
                disk.power_on();
                account.check(store.load().expect("power"));
                // As the factory does: a torn record has to go before another follows it.
                disk.fill(false);
                commits += 1;
                while store.replace(&account.committed).is_err() {
                    disk.power_on();
                    commits += 1;
                }
            }
        }
        disk.crash();
        disk.power_on();
        let mut disk = disk;
        account.check(disk.load().expect("power"));
    }
}

#[test]
fn each_moment_leaves_what_it_says() {
    covers!("PRO-3-2-5-2-i");
    let size = |moment| {
        let disk = Disk::new(1);
        let mut store = disk.clone();
        disk.fail_at(1, moment);
        assert_eq!(store.append(b"a record"), Ok(()));
        assert!(store.commit().is_err());
        assert_eq!(disk.dark(), Some(1));
        disk.size()
    };
    let whole = 4 + b"a record".len();
    assert_eq!((size(Moment::Before), size(Moment::After)), (0, whole));
    assert!((1..whole).contains(&size(Moment::Within)));
}

#[test]
fn a_full_disk_keeps_what_it_has() {
    let disk = Disk::new(1);
    let mut store = disk.clone();
    let records = [b"one".to_vec()];
    assert_eq!(store.replace(&records), Ok(()));
    disk.fill(true);
    assert_eq!(store.append(b"two"), Err(StoreError::Full));
    assert_eq!(store.replace(&[]), Err(StoreError::Full));
    disk.fill(false);
    assert_eq!(store.commit(), Ok(()));
    assert_eq!(store.load().as_deref(), Ok(&records[..]));
    disk.wipe();
    assert_eq!(store.load().as_deref(), Ok(&[][..]));
}
