//! Many generated scenarios, each judged by every property.
//!
//! A seed and a profile make a scenario ([`generate`]), a run of it, and a [`Ran`]. The runs of a [`Plan`] are shared
//! out to threads and come back in their order, so that a sweep's [`Report`] depends on its plan alone; a plan can be
//! cut into shards whose reports merge into that of the whole.

mod counts;
mod crew;
mod determinism;
mod plan;
mod report;
#[cfg(test)]
mod watched;

use std::fmt;
use std::str::FromStr;

use confsim_core::time::{Duration, Instant};

pub use counts::{Count, Counts};
pub use crew::sweep;
pub use determinism::{Fickle, FickleNode, difference};
pub use plan::{NoShard, Plan, Shard};
pub use report::{Mismatch, Report, table};

use crate::node::{Part, Peer};
use crate::property::{Judge, Verdict};
use crate::scenario::{Profile, Scenario, generate};
use crate::trace::Keep;
use crate::world::event::{self, Actor};

/// In every so many-th run each message is read a second time, by other parsers.
pub const READ_TWICE: u64 = 32;

/// A generated scenario, as one writes it: `lossy:17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// From which profile.
    pub profile: Profile,
    /// By which seed, which is also that of the run.
    pub seed: u64,
}

/// What came of one run.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Which.
    pub draw: Draw,
    /// What the properties say.
    pub verdict: Verdict,
    /// A rule between nodes and world that was broken, in words.
    pub broken: Option<String>,
    /// How much virtual time passed.
    pub simulated: Duration,
    /// How many messages were parsed and processed by a node.
    pub hops: u64,
    /// The hash over everything that happened.
    pub digest: u64,
    /// The faults by their kind, and which of them struck.
    pub faults: Counts,
    /// What users were to do, by its verb, and what of it was done.
    pub steps: Counts,
    /// If it was run twice: where the second time differs, if it does (see [`difference`]).
    pub repeated: Option<Option<String>>,
}

impl Draw {
    /// The scenario.
    pub fn scenario(self) -> Scenario {
        generate(self.seed, self.profile)
    }

    /// Runs and judges it.
    pub fn run(self) -> Ran {
        self.run_with(Peer::new)
    }

    /// Runs and judges it with nodes from `make`.
    pub fn run_with<N: Actor>(self, make: impl FnMut(Part<'_>) -> N) -> Ran {
        let scenario = self.scenario();
        let twice = self.seed.is_multiple_of(READ_TWICE);
        let mut judge = if twice { Judge::new(&scenario) } else { Judge::quick(&scenario) };
        let outcome = event::run_with(&scenario, self.seed, Keep::Last(0), &mut [&mut judge], make);
        let (mut faults, mut steps) = (Counts::default(), Counts::default());
        for (index, fault) in (0..).zip(&scenario.faults) {
            faults.note(fault.kind(), !outcome.idle_faults.contains(&index));
        }
        for (index, step) in (0..).zip(&scenario.steps) {
            steps.note(step.action.verb(), !outcome.skipped.iter().any(|skipped| skipped.0 == index));
        }
        Ran {
            draw: self,
            verdict: judge.finish(outcome.end),
            broken: outcome.broken.map(|breach| breach.to_string()),
            simulated: outcome.end.since(Instant::ZERO),
            hops: outcome.hops,
            digest: outcome.trace.digest(),
            faults,
            steps,
            repeated: None,
        }
    }
}

impl Ran {
    /// Whether nothing is wrong.
    pub fn held(&self) -> bool {
        self.verdict.held() && self.broken.is_none()
    }
}

impl fmt::Display for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.profile.name(), self.seed)
    }
}

/// The text is no `PROFILE:SEED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no generated scenario is called so: give a profile and a seed like `calm:17`")]
pub struct NoDraw;

impl FromStr for Draw {
    type Err = NoDraw;

    fn from_str(text: &str) -> Result<Self, NoDraw> {
        let (name, seed) = text.split_once(':').ok_or(NoDraw)?;
        let profile = Profile::find(name).ok_or(NoDraw)?;
        Ok(Self { profile, seed: seed.parse().map_err(|_| NoDraw)? })
    }
}
