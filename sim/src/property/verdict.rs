//! What observers found.

use std::fmt;

use confsim_core::time::Instant;

use super::{CATALOGUE, Kind, Property};
use crate::trace::MsgId;

/// Most violations of one property that a run describes; further ones are counted.
const DESCRIBED: u64 = 20;

/// What a run, or many, showed about every property of the catalogue.
#[derive(Clone, Debug)]
pub struct Verdict {
    tallies: Vec<Tally>,
    violations: Vec<Violation>,
}

/// How one property fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Which property.
    pub property: &'static Property,
    /// How often there was something to judge.
    pub exercised: u64,
    /// How often it did not hold.
    pub violated: u64,
}

/// A property that did not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which property.
    pub property: &'static Property,
    /// When, in virtual time.
    pub at: Instant,
    /// Whose doing it is.
    pub who: String,
    /// The messages that show it, the decisive one last.
    pub messages: Vec<MsgId>,
    /// What was expected and what happened, in words.
    pub words: String,
}

/// What an observer reports: the place and the words of a [`Violation`].
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) at: Instant,
    pub(super) who: String,
    pub(super) messages: Vec<MsgId>,
    pub(super) words: String,
}

impl Default for Verdict {
    fn default() -> Self {
        let tally = |property| Tally { property, exercised: 0, violated: 0 };
        Self { tallies: CATALOGUE.iter().map(tally).collect(), violations: Vec::new() }
    }
}

/// Families that any message exercises, whatever it is about.
const HYGIENE: [&str; 4] = ["wire", "transaction", "registration", "link"];

impl Verdict {
    /// A verdict that somebody tells of.
    pub(crate) fn told(tallies: &[Tally], violations: Vec<Violation>) -> Self {
        let mut verdict = Self { violations, ..Self::default() };
        for tally in &mut verdict.tallies {
            let told = tallies.iter().find(|told| told.property.id == tally.property.id);
            *tally = told.copied().unwrap_or(*tally);
        }
        verdict
    }

    /// Only what it says of some properties.
    #[must_use]
    pub(crate) fn only(mut self, judged: impl Fn(&Property) -> bool) -> Self {
        for tally in self.tallies.iter_mut().filter(|tally| !judged(tally.property)) {
            (tally.exercised, tally.violated) = (0, 0);
        }
        self.violations.retain(|violation| judged(violation.property));
        self
    }

    /// One line for every property, in the order of the catalogue.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// What did not hold, in the order it was noticed.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Whether nothing was violated.
    pub fn held(&self) -> bool {
        self.tallies.iter().all(|tally| tally.violated == 0)
    }

    /// Whether nothing was judged. That something did not happen which never may is no evidence, nor that what was
    /// said to sign in or within the pool was in order.
    pub fn vacuous(&self) -> bool {
        let positive = |tally: &&Tally| {
            let family = tally.property.id.split('.').next().unwrap_or_default();
            tally.property.kind != Kind::Never && !HYGIENE.contains(&family)
        };
        self.tallies.iter().filter(positive).all(|tally| tally.exercised == 0)
    }

    /// How often the property called `id` was exercised.
    pub fn exercised(&self, id: &str) -> u64 {
        self.tallies.iter().find(|tally| tally.property.id == id).map_or(0, |tally| tally.exercised)
    }

    /// Adds the counts of another run; its violations stay with it.
    pub fn add(&mut self, other: &Self) {
        for (mine, others) in self.tallies.iter_mut().zip(&other.tallies) {
            mine.exercised += others.exercised;
            mine.violated += others.violated;
        }
    }

    /// Adds counts that were written down under the property called `id`; whether there is such a property.
    pub fn count(&mut self, id: &str, exercised: u64, violated: u64) -> bool {
        let Some(tally) = self.tallies.iter_mut().find(|tally| tally.property.id == id) else { return false };
        tally.exercised = tally.exercised.saturating_add(exercised);
        tally.violated = tally.violated.saturating_add(violated);
        true
    }

    /// There was something to judge.
    pub(super) fn exercise(&mut self, property: &Property) {
        self.exercise_times(property, 1);
    }

    /// There was something to judge, so often. What happens with every message is counted by its observer, and told
    /// once.
    pub(super) fn exercise_times(&mut self, property: &Property, times: u64) {
        if let Some(tally) = self.tally(property) {
            tally.exercised += times;
        }
    }

    /// It did not hold.
    pub(super) fn violate(&mut self, property: &'static Property, finding: Finding) {
        let Some(tally) = self.tally(property) else { return };
        tally.violated += 1;
        if tally.violated <= DESCRIBED {
            let Finding { at, who, messages, words } = finding;
            self.violations.push(Violation { property, at, who, messages, words });
        }
    }

    fn tally(&mut self, property: &Property) -> Option<&mut Tally> {
        // Most often it is the very same text: this is asked with every message.
        let place = self.tallies.iter().position(|tally| std::ptr::eq(tally.property.id, property.id));
        let place = place.or_else(|| self.tallies.iter().position(|it| it.property.id == property.id))?;
        self.tallies.get_mut(place)
    }
}

/// `eviction.ends, at 3.200000, focus (m41 m47): …`
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at {}, {}", self.property.id, self.at, self.who)?;
        if let Some((first, rest)) = self.messages.split_first() {
            write!(f, " ({first}")?;
            for id in rest {
                write!(f, " {id}")?;
            }
            f.write_str(")")?;
        }
        write!(f, ": {}", self.words)
    }
}
