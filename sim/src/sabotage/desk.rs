//! Where a saboteur puts what is to be heard, written or shown.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use confsim_core::client::Event;
use confsim_core::entropy::Entropy;
use confsim_core::node::{ConnId, Output};
use confsim_core::time::{Duration, Instant};

use super::Letter;

/// Everything a saboteur can do.
pub struct Desk {
    pub(super) now: Instant,
    pub(super) open: BTreeSet<ConnId>,
    pub(super) inbox: VecDeque<Letter>,
    pub(super) outbox: VecDeque<Output<Event>>,
    late: BTreeMap<(Instant, u64), Letter>,
    put_off: u64,
    entropy: Entropy,
}

impl Desk {
    pub(super) fn new(entropy: Entropy) -> Self {
        Self {
            now: Instant::ZERO,
            open: BTreeSet::new(),
            inbox: VecDeque::new(),
            outbox: VecDeque::new(),
            late: BTreeMap::new(),
            put_off: 0,
            entropy,
        }
    }

    /// True once in `n` times, by chance.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.entropy.chance(1, n)
    }

    /// Lets the node hear it.
    pub fn hear(&mut self, letter: Letter) {
        self.inbox.push_back(letter);
    }

    /// Writes it, unless its connection is gone.
    pub fn say(&mut self, letter: Letter) {
        if self.open.contains(&letter.conn()) {
            self.outbox.push_back(Output::Send(letter.into_transmit()));
        }
    }

    /// Writes it `after` now, unless its connection is gone by then.
    pub fn say_later(&mut self, after: Duration, letter: Letter) {
        self.put_off += 1;
        self.late.insert((self.now + after, self.put_off), letter);
    }

    /// Shows it to the user.
    pub fn show(&mut self, event: Event) {
        self.outbox.push_back(Output::Event(event));
    }

    /// Writes what was put off until now.
    pub(super) fn release(&mut self) {
        while let Some(first) = self.late.first_entry().filter(|first| first.key().0 <= self.now) {
            let letter = first.remove();
            self.outbox.push_back(Output::Fired { timer: LATE });
            self.say(letter);
        }
    }

    /// When something that was put off is due.
    pub(super) fn next_late(&self) -> Option<Instant> {
        self.late.keys().next().map(|(at, _)| *at)
    }
}

/// The name of the timer behind what is put off.
pub(super) const LATE: &str = "saboteur";
