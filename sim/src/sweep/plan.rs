//! Which runs a sweep is made of.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::Draw;
use crate::scenario::Profile;

/// Runs in a fixed order: for every seed each of the profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seeds; up to [`u64::MAX`] is without end.
    pub seeds: Range<u64>,
    /// The profiles, each at most once.
    pub profiles: Vec<Profile>,
    /// Which part of it is run.
    pub shard: Shard,
}

/// Every `of`-th run of a plan, beginning with number `index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    index: u64,
    of: u64,
}

impl Plan {
    /// All runs of these seeds and profiles.
    pub const fn whole(seeds: Range<u64>, profiles: Vec<Profile>) -> Self {
        Self { seeds, profiles, shard: Shard::WHOLE }
    }

    /// The run at `place` of the shard, counting from zero; `None` beyond the end.
    pub fn draw(&self, place: u64) -> Option<Draw> {
        let place = place.checked_mul(self.shard.of)?.checked_add(self.shard.index)?;
        let width = self.profiles.len() as u64;
        let seed = self.seeds.start.checked_add(place.checked_div(width)?)?;
        let profile = self.profiles.get((place % width) as usize).copied()?;
        (seed < self.seeds.end).then_some(Draw { profile, seed })
    }

    /// How many runs the shard has; `None` if it has no end.
    pub fn length(&self) -> Option<u64> {
        if self.seeds.end == u64::MAX {
            return None;
        }
        let all = self.seeds.end.saturating_sub(self.seeds.start).checked_mul(self.profiles.len() as u64)?;
        Some(all.saturating_sub(self.shard.index).div_ceil(self.shard.of))
    }

    /// The seeds as they are given: `0..100`, or `7..` without end.
    pub fn seeds_told(&self) -> String {
        let Range { start, end } = self.seeds;
        if end == u64::MAX { format!("{start}..") } else { format!("{start}..{end}") }
    }
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { index: 0, of: 1 };
    /// Most shards that a sweep can be cut into.
    pub const MOST: u64 = 100_000;

    /// How many shards there are.
    pub const fn of(self) -> u64 {
        self.of
    }
}

/// `0/4`
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// The text is no `I/N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give a shard like `0/4`, the first of four, up to `3/4`")]
pub struct NoShard;

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (index, of) = text.split_once('/').ok_or(NoShard)?;
        let (index, of) = (index.parse().map_err(|_| NoShard)?, of.parse().map_err(|_| NoShard)?);
        if index < of && of <= Self::MOST { Ok(Self { index, of }) } else { Err(NoShard) }
    }
}
