//! The search: what is the smallest known to fail, and what has been tried.

use std::collections::BTreeSet;
use std::thread;

use confsim_core::entropy::hash;
use confsim_core::time::{Duration, Instant};

use super::base::Base;
use super::edit::Edit;
use super::{Lineage, Part, Run, Settings, Smaller};
use crate::capsule::{Case, Failure, Judged, Shrunk};
use crate::scenario::{Scenario, to_toml};
use crate::trace::Keep;

/// How long a run goes on after its failure was found.
const AFTERMATH: Duration = Duration::from_secs(1);

pub(super) struct Search<'a> {
    run: &'a Run<'a>,
    settings: Settings<'a>,
    seed: u64,
    pub(super) failure: Failure,
    pub(super) base: Base,
    runs: u32,
    /// Hashes of what did not fail as it should.
    tried: BTreeSet<u64>,
}

impl<'a> Search<'a> {
    /// Runs `case` as it is.
    pub(super) fn begin(case: &Case, run: &'a Run<'a>, settings: Settings<'a>) -> Option<Self> {
        let mut scenario = case.scenario.clone();
        // What it was to show it need not show any more.
        (scenario.parity, scenario.covers, scenario.exercises) = (false, Vec::new(), Vec::new());
        let judged = run(&scenario, case.seed, Keep::Last(0), None);
        let wanted = |failure: &Failure| settings.property.is_none_or(|wanted| wanted == failure.what);
        let (failure, _) = judged.failures(&scenario).into_iter().find(|(failure, _)| wanted(failure))?;
        let base = look(run, case.seed, failure, scenario)?;
        Some(Self { run, settings, seed: case.seed, failure, base, runs: 2, tried: BTreeSet::new() })
    }

    /// Takes whatever does not matter before the failure is found for a matter of the past: what comes after it goes.
    pub(super) fn stop_when_found(&mut self) -> bool {
        if self.failure.at_end {
            return false;
        }
        let mut scenario = self.base.scenario.clone();
        let found = self.base.found.since(Instant::ZERO);
        scenario.steps.retain(|step| step.at <= found);
        let second = 1_000_000;
        let end = Duration::from_micros((found + AFTERMATH).as_micros().div_ceil(second) * second);
        scenario.end = scenario.end.min(end);
        self.first(&mut [(0, scenario)].into_iter()).is_some()
    }

    /// Faults that struck nothing go all at once.
    pub(super) fn drop_idle_faults(&mut self) {
        let idle: BTreeSet<usize> = self.base.idle_faults.iter().map(|fault| *fault as usize).collect();
        let candidate = Part::Fault.without(&self.base, &idle, false);
        self.first(&mut [(0, candidate)].into_iter());
    }

    /// Takes out as many of `part` as can be, in chunks that become smaller; whether there were any.
    pub(super) fn thin(&mut self, part: Part) -> bool {
        let mut changed = false;
        let mut size = part.count(&self.base.scenario);
        while size > 0 {
            // The last ones first: the earlier ones are more likely to be what others build on.
            let mut end = part.count(&self.base.scenario);
            while end > 0 {
                let base = self.base.clone();
                let starts = (0..end.div_ceil(size)).map(|chunk| (end - chunk * size).saturating_sub(size));
                let mut candidates = starts.flat_map(|start| {
                    let chunk: BTreeSet<usize> = (start..(start + size).min(end)).collect();
                    [false, true].map(|orphans| (start, part.without(&base, &chunk, orphans)))
                });
                let Some(start) = self.first(&mut candidates) else { break };
                changed = true;
                end = start.min(part.count(&self.base.scenario));
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        changed
    }

    /// Makes one change after the other; whether any could stay.
    pub(super) fn edit(&mut self, edits: impl Fn(&Base, Failure) -> Vec<Edit>) -> bool {
        let edits = edits(&self.base, self.failure);
        let mut next = 0;
        let mut changed = false;
        while next < edits.len() {
            let base = self.base.scenario.clone();
            let mut candidates = edits.iter().enumerate().skip(next).map(|(place, edit)| {
                let mut candidate = base.clone();
                edit(&mut candidate);
                (place, candidate)
            });
            let Some(place) = self.first(&mut candidates) else { break };
            changed = true;
            next = place + 1;
        }
        changed
    }

    /// Runs candidates in their order, and goes on with the first one that fails as it should; what it is tagged with.
    fn first(&mut self, candidates: &mut dyn Iterator<Item = (usize, Scenario)>) -> Option<usize> {
        loop {
            let left = self.settings.max_runs.saturating_sub(self.runs) as usize;
            let most = self.settings.jobs.get().min(left);
            let mut batch: Vec<(usize, u64, Scenario)> = Vec::new();
            while batch.len() < most {
                let Some((tag, candidate)) = candidates.next() else { break };
                let name = hash(to_toml(&candidate).as_bytes());
                let known = self.tried.contains(&name) || batch.iter().any(|(_, other, _)| *other == name);
                if !known && candidate != self.base.scenario && candidate.check().is_ok() {
                    batch.push((tag, name, candidate));
                }
            }
            if batch.is_empty() {
                return None;
            }
            for ((tag, name, _), seen) in batch.iter().zip(self.look(&batch)) {
                // Those behind it that ran beside it do not count: with one job they would not have run.
                self.runs += 1;
                match seen {
                    Some(base) => {
                        self.base = base;
                        return Some(*tag);
                    }
                    None => self.tried.insert(*name),
                };
            }
        }
    }

    /// Runs several candidates at a time.
    fn look(&self, batch: &[(usize, u64, Scenario)]) -> Vec<Option<Base>> {
        let Self { run, seed, failure, .. } = *self;
        if let [(_, _, candidate)] = batch {
            return vec![look(run, seed, failure, candidate.clone())];
        }
        thread::scope(|scope| {
            let threads: Vec<_> = batch
                .iter()
                .map(|(_, _, candidate)| scope.spawn(move || look(run, seed, failure, candidate.clone())))
                .collect();
            threads.into_iter().map(|thread| thread.join().ok().flatten()).collect()
        })
    }

    /// Says what each fault is needed for, and hands over what is left.
    pub(super) fn finish(self, case: &Case) -> Smaller {
        let faults = self.base.scenario.faults.len();
        let without: Vec<String> = (0..faults).map(|fault| self.instead_of(fault)).collect();
        let shrunk = Shrunk { runs: self.runs, without };
        let mut scenario = self.base.scenario;
        scenario.title = format!("{} in what is left of {}", self.failure, case.origin);
        scenario.text = format!("Seed {}. Made smaller in {} runs.", self.seed, self.runs);
        for (fault, words) in scenario.faults.iter().zip(&shrunk.without) {
            scenario.text += &format!(" Without `{fault}` {words}.");
        }
        Smaller {
            case: Case { scenario, seed: self.seed, ..case.clone() },
            failure: self.failure,
            shrunk,
            is_least: self.runs < self.settings.max_runs,
        }
    }

    /// What happens without a fault.
    fn instead_of(&self, fault: usize) -> String {
        let scenario = Part::Fault.without(&self.base, &BTreeSet::from([fault]), false);
        let judged = (self.run)(&scenario, self.seed, Keep::Last(0), None);
        let failures = judged.failures(&scenario);
        if failures.iter().any(|(failure, _)| *failure == self.failure) {
            return "the same fails".to_owned();
        }
        match failures.first() {
            Some((other, _)) => format!("{other} fails instead"),
            None => "everything holds".to_owned(),
        }
    }
}

/// Runs `scenario`; what is known of it if it fails as it should.
fn look(run: &Run<'_>, seed: u64, failure: Failure, scenario: Scenario) -> Option<Base> {
    let mut lineage = Lineage::of(&scenario);
    let judged = run(&scenario, seed, Keep::Last(0), Some(&mut lineage));
    let found = judged.failures(&scenario).into_iter().find(|(other, _)| *other == failure)?.1;
    let Judged { outcome, .. } = judged;
    Some(Base { scenario, lineage, found, idle_faults: outcome.idle_faults })
}
