//! What is run, and what comes of it.

use confsim_core::time::Instant;

use super::Failure;
use crate::property::{Judge, Verdict};
use crate::scenario::Scenario;
use crate::sweep::Draw;
use crate::trace::{Keep, Observer};
use crate::world::{Outcome, event};

/// What is run: a scenario and a seed, which say everything about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What people call it: `chaos:17`, the name of a scenario, or a file.
    pub origin: String,
    /// The scenario.
    pub scenario: Scenario,
    /// What all chance follows from.
    pub seed: u64,
}

/// A run that is over, and what the properties say of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What happened.
    pub outcome: Outcome,
    /// Whether that was right.
    pub verdict: Verdict,
}

impl Case {
    /// Runs it in the event world.
    pub fn judge(&self, keep: Keep) -> Judged {
        Judged::of(&self.scenario, self.seed, keep, None)
    }
}

impl Judged {
    /// Runs `scenario` under `seed` in the event world, with somebody else to watch it.
    pub fn of(scenario: &Scenario, seed: u64, keep: Keep, watcher: Option<&mut dyn Observer>) -> Self {
        let mut judge = Judge::new(scenario);
        let outcome = match watcher {
            Some(watcher) => event::run(scenario, seed, keep, &mut [&mut judge, watcher]),
            None => event::run(scenario, seed, keep, &mut [&mut judge]),
        };
        let verdict = judge.finish(outcome.end);
        Self { outcome, verdict }
    }

    /// What was wrong in this run of `scenario` and when it was found, the first thing first; as often as it was.
    pub fn failures(&self, scenario: &Scenario) -> Vec<(Failure, Instant)> {
        Failure::all(scenario, self)
    }

    /// What was wrong, in words.
    pub fn complaints(&self) -> Vec<String> {
        let broken = self.outcome.broken.iter().map(|breach| format!("contract broken {breach}"));
        broken.chain(self.verdict.violations().iter().map(ToString::to_string)).collect()
    }
}

/// A generated scenario is called as it is written.
impl From<Draw> for Case {
    fn from(draw: Draw) -> Self {
        Self { origin: draw.to_string(), scenario: draw.scenario(), seed: draw.seed }
    }
}
