//! What is to happen, in order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use confsim_core::time::Instant;

use crate::trace::NodeId;

/// Something that is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A node begins.
    Start(NodeId),
    /// A node's deadline.
    Timer(NodeId),
    /// A step of the scenario, by its place in the list.
    Step(u32),
    /// The next parcel of one way of a connection arrives; stale if the way's stamp has moved on.
    Arrival {
        /// The connection.
        connection: u32,
        /// The sending side.
        side: u8,
        /// The way's stamp when this was queued.
        stamp: u32,
    },
    /// A message that a fault has delayed is written, by its slot.
    Release(u32),
    /// A fault of the scenario strikes by the clock.
    Fault(u32),
    /// A fault of the scenario lets go.
    Relief(u32),
}

impl Due {
    /// Timers due at an instant fire before the inputs of that instant (D-6); nodes begin, or begin again, before
    /// anything.
    const fn phase(self) -> u8 {
        match self {
            Self::Start(_) | Self::Relief(_) => 0,
            Self::Timer(_) => 1,
            _ => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    at: Instant,
    tie: u64,
    order: u64,
    due: Due,
}

impl Entry {
    /// At one instant phases go first, then the seeded tie, then the order of queueing.
    const fn rank(&self) -> (Instant, u8, u64, u64) {
        (self.at, self.due.phase(), self.tie, self.order)
    }
}

/// Reversed: the heap's greatest is the earliest.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank().cmp(&self.rank())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Everything that is to happen.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Entry>,
    order: u64,
}

impl Queue {
    /// Lets `due` happen at `at`; among the things of one instant in the order of `tie`.
    pub(super) fn push(&mut self, at: Instant, tie: u64, due: Due) {
        self.order += 1;
        self.heap.push(Entry { at, tie, order: self.order, due });
    }

    /// What happens next, if it happens by `end`.
    pub(super) fn pop(&mut self, end: Instant) -> Option<(Instant, Due)> {
        if self.heap.peek()?.at > end {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at, entry.due))
    }
}
