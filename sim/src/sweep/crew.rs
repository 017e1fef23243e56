//! The threads of a sweep.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::{Draw, Ran};
use crate::scenario::Profile;

/// How many results may wait per thread for an earlier one that takes longer.
const AHEAD: usize = 64;

/// Runs `seeds` with `jobs` threads as long as `more` says so, and hands over every result in the order of the
/// seeds. A seed that was begun is finished: what `each` gets has no gap.
pub fn sweep(
    seeds: Range<u64>,
    profile: Profile,
    jobs: NonZeroUsize,
    more: impl Fn() -> bool + Sync,
    mut each: impl FnMut(Ran),
) {
    let next = AtomicU64::new(seeds.start);
    let take = || {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        (seed < seeds.end && more()).then_some(seed)
    };
    thread::scope(|scope| {
        let (give, results) = mpsc::sync_channel::<Ran>(jobs.get() * AHEAD);
        for _ in 0..jobs.get() {
            let (give, take) = (give.clone(), &take);
            scope.spawn(move || {
                while let Some(seed) = take() {
                    if give.send(Draw { profile, seed }.run()).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        let mut early = BTreeMap::new();
        let mut due = seeds.start;
        for ran in results {
            early.insert(ran.draw.seed, ran);
            while let Some(ran) = early.remove(&due) {
                each(ran);
                due += 1;
            }
        }
    });
}
