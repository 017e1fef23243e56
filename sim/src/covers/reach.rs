//! What the runs of a sweep have shown of the requirements.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Requirement, catalogue, coverage, scope};
use crate::property::Verdict;

/// What is known of one requirement after some runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// A property that stands for it did not hold, so often.
    Violated(u64),
    /// Properties that stand for it were exercised, so often in all.
    Exercised(u64),
    /// Properties stand for it, and none was exercised.
    NeverReached,
    /// A named scenario or a test stands for it, and no property.
    Elsewhere,
    /// Nobody has to stand for it.
    OutOfScope,
    /// Nobody stands for it.
    Open,
}

impl State {
    /// Every word for it, in the order of [`State`].
    pub const WORDS: [&str; 6] =
        ["violated", "exercised", "never reached", "by tests only", "out of scope", "open"];

    const fn place(self) -> usize {
        match self {
            Self::Violated(_) => 0,
            Self::Exercised(_) => 1,
            Self::NeverReached => 2,
            Self::Elsewhere => 3,
            Self::OutOfScope => 4,
            Self::Open => 5,
        }
    }

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self.place()]
    }
}

/// The catalogue, and what some runs have shown of each requirement: a function of their verdict alone, so that
/// sweeps are added up by adding their verdicts.
#[derive(Clone, Debug)]
pub struct Reach {
    entries: Vec<(Requirement, State)>,
}

/// The levels of the catalogue, in the order of tables.
const LEVELS: [&str; 7] = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "FACT", "DECISION"];

/// The states that tables are followed by a list of.
const LISTED: [usize; 2] = [0, 2];

impl Reach {
    /// What `verdict` shows.
    ///
    /// # Errors
    /// Never for the catalogue that was built in; a test sees to it.
    pub fn of(verdict: &Verdict) -> Result<Self, toml::de::Error> {
        let mut counts = BTreeMap::<&str, (u64, u64)>::new();
        for tally in verdict.tallies() {
            for id in tally.property.requirements {
                let (exercised, violated) = counts.entry(id).or_default();
                *exercised += tally.exercised;
                *violated += tally.violated;
            }
        }
        let (named, scope) = (coverage(), scope());
        let state = |requirement: &Requirement| {
            let id = &*requirement.id;
            match (counts.get(id), named.contains_key(id)) {
                (Some((_, violated @ 1..)), _) => State::Violated(*violated),
                (Some((exercised @ 1.., _)), _) => State::Exercised(*exercised),
                (Some(_), _) => State::NeverReached,
                (None, true) => State::Elsewhere,
                (None, false) if scope.get(id).is_some_and(|reason| reason.settles(&named)) => {
                    State::OutOfScope
                }
                (None, false) => State::Open,
            }
        };
        let entries = catalogue()?.into_iter().map(|requirement| {
            let state = state(&requirement);
            (requirement, state)
        });
        Ok(Self { entries: entries.collect() })
    }

    /// Every requirement, in the order of the documents.
    pub fn entries(&self) -> &[(Requirement, State)] {
        &self.entries
    }

    /// How many requirements of each level are in which state, then what was violated and what never reached.
    pub fn text(&self) -> String {
        let mut text = format!("{:<12}", "requirements");
        for word in State::WORDS {
            let _ = write!(text, " {word:>14}");
        }
        text.push('\n');
        for (level, counts) in self.levels() {
            let _ = write!(text, "{level:<12}");
            for count in counts {
                let _ = write!(text, " {count:>14}");
            }
            text.push('\n');
        }
        for (words, found) in self.lists() {
            let ids: Vec<&str> = found.iter().map(|requirement| &*requirement.id).collect();
            let _ = writeln!(text, "{words}: {}", ids.join(", "));
        }
        text
    }

    /// One line for each requirement: its id, its level, its state. How often does not count, so that this changes only
    /// when something is reached that was not, or the other way round.
    pub fn table(&self) -> String {
        let line = |(requirement, state): &(Requirement, State)| {
            format!("{:<24} {:<10} {}\n", requirement.id, requirement.level, state.as_str())
        };
        self.entries.iter().map(line).collect()
    }

    /// Each level, with how many requirements of it are in which state, in the order of [`State::WORDS`].
    pub fn levels(&self) -> impl Iterator<Item = (&'static str, [usize; State::WORDS.len()])> {
        LEVELS.into_iter().map(|level| (level, self.counts(level)))
    }

    /// What was violated and what never reached, where there is any, each under the word for it.
    pub fn lists(&self) -> Vec<(&'static str, Vec<&Requirement>)> {
        let list = |place: usize| {
            let found = self.entries.iter().filter(|(_, state)| state.place() == place);
            let found: Vec<_> = found.map(|(requirement, _)| requirement).collect();
            State::WORDS.get(place).filter(|_| !found.is_empty()).map(|words| (*words, found))
        };
        LISTED.into_iter().filter_map(list).collect()
    }

    /// The same for machines: each requirement with its state, and how often where that counts.
    pub fn json(&self) -> Value {
        let entry = |(requirement, state): &(Requirement, State)| {
            let times = match state {
                State::Violated(times) | State::Exercised(times) => Some(*times),
                _ => None,
            };
            json!({ "id": requirement.id, "level": requirement.level, "state": state.as_str(), "times": times })
        };
        self.entries.iter().map(entry).collect()
    }

    fn counts(&self, level: &str) -> [usize; State::WORDS.len()] {
        let mut counts = [0; State::WORDS.len()];
        for (_, state) in self.entries.iter().filter(|(requirement, _)| requirement.level == level) {
            if let Some(count) = counts.get_mut(state.place()) {
                *count += 1;
            }
        }
        counts
    }
}
