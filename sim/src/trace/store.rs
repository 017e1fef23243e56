//! Where the records of a run are kept.

use std::collections::VecDeque;

use confsim_core::time::Instant;

use super::fold::fold;
use super::{Cast, Digest, Record};

/// How many of the last records a run keeps that is only to be checked, not shown.
pub const RING: usize = 10_000;

/// Which records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of them.
    All,
    /// The last so many.
    Last(usize),
    /// Those around a point in time.
    Around {
        /// The point in time.
        at: Instant,
        /// Most of the last ones before it.
        before: usize,
        /// Most of the first ones from it on.
        after: usize,
    },
}

/// The records of one run, and the digest over all of them, kept or not.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Who is who.
    pub cast: Cast,
    keep: Keep,
    digest: Digest,
    entries: VecDeque<(Instant, Record)>,
    forgotten: u64,
    /// How many records there were since the point in time around which they are kept.
    after: usize,
}

impl Trace {
    /// A trace without records.
    pub fn new(cast: Cast, keep: Keep) -> Self {
        Self { cast, keep, digest: Digest::default(), entries: VecDeque::new(), forgotten: 0, after: 0 }
    }

    /// A trace that somebody tells of: its records, and where not all were kept, how many are missing and the digest.
    pub(crate) fn told(
        cast: Cast,
        records: Vec<(Instant, Record)>,
        forgotten: u64,
        digest: Option<u64>,
    ) -> Self {
        let mut trace = Self::new(cast, Keep::All);
        for (at, record) in records {
            trace.push(at, record);
        }
        if forgotten > 0 {
            trace.forgotten = forgotten;
            trace.digest = digest.map_or(trace.digest, Digest::resumed);
        }
        trace
    }

    /// Adds what happened at `at`, which never lies before an earlier record's time.
    pub fn push(&mut self, at: Instant, record: Record) {
        fold(&mut self.digest, at, &record);
        if !self.make_room(at) {
            self.forgotten += 1;
            return;
        }
        self.entries.push_back((at, record));
    }

    /// Forgets what has to give way to a record of `at`; whether that can be kept then.
    fn make_room(&mut self, at: Instant) -> bool {
        let most = match self.keep {
            Keep::All => return true,
            Keep::Last(most) => most,
            Keep::Around { at: middle, before, .. } if at < middle => before,
            Keep::Around { after, .. } => {
                self.after = self.after.saturating_add(1);
                return self.after <= after;
            }
        };
        if self.entries.len() >= most && self.entries.pop_front().is_some() {
            self.forgotten += 1;
        }
        self.entries.len() < most
    }

    /// The records that are kept, in order.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = (Instant, &Record)> {
        self.entries.iter().map(|(at, record)| (*at, record))
    }

    /// How many records were not kept.
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The hash over every record, kept or not: equal for equal runs.
    pub const fn digest(&self) -> u64 {
        self.digest.value()
    }
}
