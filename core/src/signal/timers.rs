//! Named deadlines, at most one per key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use crate::node::Deadline;
use crate::time::Instant;

/// A kind of timer, with whatever tells two of a kind apart.
pub trait TimerKey: Copy + Ord + Debug {
    /// The name shown in traces.
    fn name(self) -> &'static str;
}

/// The running timers of one machine.
#[derive(Clone, Debug)]
pub(super) struct Timers<K> {
    due: BTreeSet<(Instant, K)>,
    at: BTreeMap<K, Instant>,
}

impl<K: TimerKey> Timers<K> {
    /// No timer runs.
    pub(super) fn new() -> Self {
        Self { due: BTreeSet::new(), at: BTreeMap::new() }
    }

    /// Starts `key`, or moves it if it runs already.
    pub(super) fn set(&mut self, key: K, at: Instant) {
        self.clear(key);
        self.at.insert(key, at);
        self.due.insert((at, key));
    }

    /// Stops `key`, if it runs.
    pub(super) fn clear(&mut self, key: K) {
        if let Some(at) = self.at.remove(&key) {
            self.due.remove(&(at, key));
        }
    }

    /// When the next timer fires, and which.
    pub(super) fn next(&self) -> Option<Deadline> {
        self.due.first().map(|(at, key)| Deadline { at: *at, timer: key.name() })
    }

    /// Takes out the next timer that is due at `now`.
    pub(super) fn pop(&mut self, now: Instant) -> Option<K> {
        let (at, key) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.clear(key);
        Some(key)
    }

    /// Whether `key` runs and has reached its time.
    pub(super) fn is_due(&self, key: K, now: Instant) -> bool {
        self.at.get(&key).is_some_and(|at| *at <= now)
    }

    /// How many timers run.
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }
}
