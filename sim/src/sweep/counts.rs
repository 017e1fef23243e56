//! What the runs of a sweep were made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often something was drawn, and how often it came to pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many of them the scenarios have.
    pub drawn: u64,
    /// How many of those found their occasion: faults that struck, steps that were done.
    pub done: u64,
}

/// Counts by name: the kinds of faults, or what users do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, Count>);

impl Counts {
    /// Counts one more `name`.
    pub fn note(&mut self, name: &str, done: bool) {
        self.add(name, Count { drawn: 1, done: done.into() });
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            self.add(name, *count);
        }
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Count)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// All of them together.
    pub fn sum(&self) -> Count {
        let add = |sum: Count, (_, one): (&str, Count)| Count {
            drawn: sum.drawn.saturating_add(one.drawn),
            done: sum.done.saturating_add(one.done),
        };
        self.iter().fold(Count::default(), add)
    }

    fn add(&mut self, name: &str, count: Count) {
        match self.0.get_mut(name) {
            Some(mine) => {
                mine.drawn = mine.drawn.saturating_add(count.drawn);
                mine.done = mine.done.saturating_add(count.done);
            }
            None => {
                self.0.insert(name.to_owned(), count);
            }
        }
    }
}
