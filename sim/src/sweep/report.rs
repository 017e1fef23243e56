//! What a sweep has to say.

mod file;
mod text;

use std::collections::BTreeSet;

use confsim_core::entropy::{hash, hash_parts};
use confsim_core::time::Duration;
use serde::{Deserialize, Serialize};

pub use file::Mismatch;
pub use text::table;

use super::{Counts, Draw, Plan, Ran, Shard};
use crate::covers::Reach;
use crate::property::Verdict;
use crate::scenario::Profile;

/// Most failed runs that a report keeps; further ones are counted.
const KEPT: usize = 100;

/// The sum of many runs. Two reports of the same runs are equal, in whatever order and in how many parts they came.
#[derive(Clone, Debug)]
pub struct Report {
    seeds: String,
    profiles: Vec<(Profile, Sums)>,
    shards: BTreeSet<Shard>,
    interrupted: bool,
    faults: Counts,
    steps: Counts,
    verdict: Verdict,
    failures: Vec<Failure>,
    /// How many runs were made twice.
    repeated: u64,
    /// Those of them that came out differently.
    differing: Vec<Failure>,
}

/// The sum of the runs of one profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sums {
    runs: u64,
    failed: u64,
    simulated_us: u64,
    hops: u64,
    /// The digests of all runs, in no order.
    #[serde(with = "file::hex")]
    digest: u64,
}

/// A run in which something was wrong.
#[derive(Clone, Debug)]
struct Failure {
    draw: Draw,
    words: Vec<String>,
}

impl Report {
    /// A report on runs of `plan`, of which none is there yet.
    pub fn new(plan: &Plan) -> Self {
        Self {
            seeds: plan.seeds_told(),
            profiles: plan.profiles.iter().map(|profile| (*profile, Sums::default())).collect(),
            shards: BTreeSet::from([plan.shard]),
            interrupted: false,
            faults: Counts::default(),
            steps: Counts::default(),
            verdict: Verdict::default(),
            failures: Vec::new(),
            repeated: 0,
            differing: Vec::new(),
        }
    }

    /// Adds a run of the plan.
    pub fn add(&mut self, ran: &Ran) {
        let Some((_, sums)) = self.profiles.iter_mut().find(|(profile, _)| *profile == ran.draw.profile)
        else {
            return;
        };
        let name = hash(ran.draw.profile.name().as_bytes());
        sums.add(Sums {
            runs: 1,
            failed: u64::from(!ran.held()),
            simulated_us: ran.simulated.as_micros(),
            hops: ran.hops,
            digest: hash_parts(&[name, ran.draw.seed, ran.digest]),
        });
        self.faults.merge(&ran.faults);
        self.steps.merge(&ran.steps);
        self.verdict.add(&ran.verdict);
        if let Some(found) = &ran.repeated {
            self.repeated += 1;
            let differing = found.iter().map(|words| Failure { draw: ran.draw, words: vec![words.clone()] });
            self.differing.extend(differing.take(KEPT.saturating_sub(self.differing.len())));
        }
        if !ran.held() && self.failures.len() < KEPT {
            let violations = ran.verdict.violations().iter().map(ToString::to_string);
            let words = ran.broken.iter().cloned().chain(violations).collect();
            self.failures.push(Failure { draw: ran.draw, words });
        }
    }

    /// Adds the runs of another part of the same sweep. The parts of a whole make the report of the whole.
    pub fn merge(&mut self, other: Self) -> Result<(), Mismatch> {
        let names = |report: &Self| report.profiles.iter().map(|(profile, _)| *profile).collect::<Vec<_>>();
        let cut = |report: &Self| report.shards.iter().map(|shard| shard.of()).next();
        if self.seeds != other.seeds || names(self) != names(&other) || cut(self) != cut(&other) {
            return Err(Mismatch::OtherSweep);
        }
        if let Some(twice) = self.shards.intersection(&other.shards).next() {
            return Err(Mismatch::Twice(*twice));
        }
        self.shards.extend(other.shards);
        if cut(self) == Some(self.shards.len() as u64) {
            self.shards = BTreeSet::from([Shard::WHOLE]);
        }
        self.interrupted |= other.interrupted;
        for ((_, mine), (_, others)) in self.profiles.iter_mut().zip(&other.profiles) {
            mine.add(*others);
        }
        self.faults.merge(&other.faults);
        self.steps.merge(&other.steps);
        self.verdict.add(&other.verdict);
        self.repeated = self.repeated.saturating_add(other.repeated);
        let order = names(self);
        let place = |failure: &Failure| order.iter().position(|profile| *profile == failure.draw.profile);
        let lists = [(&mut self.failures, other.failures), (&mut self.differing, other.differing)];
        for (mine, others) in lists {
            mine.extend(others);
            mine.sort_by_key(|failure| (failure.draw.seed, place(failure)));
            mine.truncate(KEPT);
        }
        Ok(())
    }

    /// Notes that the sweep was broken off.
    pub const fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Whether the sweep was broken off.
    pub const fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.total().runs
    }

    /// How many of them failed.
    pub fn failed(&self) -> u64 {
        self.total().failed
    }

    /// How many runs came out differently the second time.
    pub const fn differing(&self) -> usize {
        self.differing.len()
    }

    /// How much virtual time passed.
    pub fn simulated(&self) -> Duration {
        Duration::from_micros(self.total().simulated_us)
    }

    /// How many messages were parsed and processed by a node.
    pub fn hops(&self) -> u64 {
        self.total().hops
    }

    /// Whether nothing at all was judged.
    pub fn vacuous(&self) -> bool {
        self.verdict.vacuous()
    }

    /// The sum of the verdicts.
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The properties, by id, that had nothing to judge in any run.
    pub fn unreached(&self) -> Vec<&'static str> {
        let idle = self.verdict.tallies().iter().filter(|tally| tally.exercised == 0);
        idle.map(|tally| tally.property.id).collect()
    }

    /// The sum over all profiles.
    fn total(&self) -> Sums {
        let mut total = Sums::default();
        for (_, sums) in &self.profiles {
            total.add(*sums);
        }
        total
    }

    /// The runs that failed, and those that came out differently, as far as they are kept.
    pub fn kept(&self) -> Vec<Draw> {
        self.differing.iter().chain(&self.failures).map(|failure| failure.draw).collect()
    }

    /// What the runs have shown of every requirement.
    ///
    /// # Errors
    /// Never for the catalogue that was built in; a test sees to it.
    pub fn reach(&self) -> Result<Reach, toml::de::Error> {
        Reach::of(&self.verdict)
    }
}

impl Sums {
    const fn add(&mut self, other: Self) {
        self.runs = self.runs.saturating_add(other.runs);
        self.failed = self.failed.saturating_add(other.failed);
        self.simulated_us = self.simulated_us.saturating_add(other.simulated_us);
        self.hops = self.hops.saturating_add(other.hops);
        self.digest = self.digest.wrapping_add(other.digest);
    }
}
