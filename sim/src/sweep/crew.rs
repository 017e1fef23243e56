//! The threads of a sweep.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::{Draw, Plan};

/// How many results may wait per thread for an earlier one that takes longer.
const AHEAD: usize = 64;

/// Has `run` do the runs of `plan` with `jobs` threads as long as `more` says so, and hands over every result in the
/// order of the plan. A run that was begun is finished: what `each` gets has no gap.
pub fn sweep<T: Send>(
    plan: &Plan,
    jobs: NonZeroUsize,
    more: impl Fn() -> bool + Sync,
    run: impl Fn(Draw) -> T + Sync,
    mut each: impl FnMut(T),
) {
    let next = AtomicU64::new(0);
    let take = || {
        let place = next.fetch_add(1, Ordering::Relaxed);
        plan.draw(place).filter(|_| more()).map(|draw| (place, draw))
    };
    thread::scope(|scope| {
        let (give, results) = mpsc::sync_channel::<(u64, T)>(jobs.get() * AHEAD);
        for _ in 0..jobs.get() {
            let (give, take, run) = (give.clone(), &take, &run);
            scope.spawn(move || {
                while let Some((place, draw)) = take() {
                    if give.send((place, run(draw))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (place, result) in results {
            early.insert(place, result);
            while let Some(result) = early.remove(&due) {
                each(result);
                due += 1;
            }
        }
    });
}
