//! What is run, and what comes of it.

use confsim_core::time::Instant;

use super::Failure;
use crate::property::{Judge, Verdict};
use crate::sabotage::Sabotage;
use crate::scenario::Scenario;
use crate::sweep::Draw;
use crate::trace::{Keep, Observer};
use crate::world::{Outcome, event};

/// What is run: a scenario, a seed, and what was broken before, which say everything about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What people call it: `chaos:17`, the name of a scenario, or a file.
    pub origin: String,
    /// The scenario.
    pub scenario: Scenario,
    /// What all chance follows from.
    pub seed: u64,
    /// Which nodes are broken, and how, if any are.
    pub sabotage: Option<&'static Sabotage>,
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
        Judged::broken(&self.scenario, self.seed, self.sabotage, keep, None)
    }
}

/// Most records that are kept of a run of which a part is shown: some hundred megabytes of them.
const KEPT: usize = 250_000;

impl Judged {
    /// Does a run so that what people look at is kept of it: the part from `from` on, or else where the first
    /// violation shows, or else the beginning. Of all but the largest runs that is everything.
    pub fn in_part(from: Option<Instant>, mut run: impl FnMut(Keep) -> Self) -> Self {
        // What led to it lies before it.
        let (before, after) = (KEPT / 4, KEPT / 4 * 3);
        let judged = run(Keep::Around { at: from.unwrap_or(Instant::ZERO), before, after });
        let trace = &judged.outcome.trace;
        let until = trace.records().next_back().map(|(at, _)| at);
        let violated = judged.verdict.violations().first().map(|violation| violation.at);
        match violated
            .filter(|at| from.is_none() && trace.forgotten() > 0 && until.is_some_and(|until| *at >= until))
        {
            // The same run again: what comes later is known only now.
            Some(at) => run(Keep::Around { at, before: after, after: before }),
            None => judged,
        }
    }

    /// Runs `scenario` under `seed` in the event world, with somebody else to watch it.
    pub fn of(scenario: &Scenario, seed: u64, keep: Keep, watcher: Option<&mut dyn Observer>) -> Self {
        Self::broken(scenario, seed, None, keep, watcher)
    }

    /// The same with some nodes broken, if `sabotage` says so.
    pub fn broken(
        scenario: &Scenario,
        seed: u64,
        sabotage: Option<&Sabotage>,
        keep: Keep,
        watcher: Option<&mut dyn Observer>,
    ) -> Self {
        let mut judge = Judge::new(scenario);
        let mut observers: Vec<&mut dyn Observer> = vec![&mut judge];
        if let Some(watcher) = watcher {
            observers.push(watcher);
        }
        let outcome = match sabotage {
            Some(sabotage) => sabotage.run(scenario, seed, keep, &mut observers),
            None => event::run(scenario, seed, keep, &mut observers),
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
        Self { origin: draw.to_string(), scenario: draw.scenario(), seed: draw.seed, sabotage: None }
    }
}
