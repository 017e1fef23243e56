//! What a sweep has to say.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use confsim_core::time::Duration;
use serde_json::{Value, json};

use super::{Draw, Ran};
use crate::property::{CATALOGUE, Kind, Verdict};

/// Most failed runs that a report tells in full; further ones are counted.
const TOLD: usize = 10;

/// The sum of many runs.
#[derive(Clone, Debug, Default)]
pub struct Report {
    runs: u64,
    failed: u64,
    simulated: Duration,
    hops: u64,
    verdict: Verdict,
    failures: Vec<Failure>,
}

/// A run in which something was wrong.
#[derive(Clone, Debug)]
struct Failure {
    draw: Draw,
    words: Vec<String>,
}

impl Report {
    /// Adds a run; in which order they come decides which failures are told.
    pub fn add(&mut self, ran: &Ran) {
        self.runs += 1;
        self.simulated = self.simulated + ran.simulated;
        self.hops += ran.hops;
        self.verdict.add(&ran.verdict);
        if ran.held() {
            return;
        }
        self.failed += 1;
        if self.failures.len() < TOLD {
            let violations = ran.verdict.violations().iter().map(ToString::to_string);
            let words = ran.broken.iter().cloned().chain(violations).collect();
            self.failures.push(Failure { draw: ran.draw, words });
        }
    }

    /// How many runs there were.
    pub const fn runs(&self) -> u64 {
        self.runs
    }

    /// How many of them failed.
    pub const fn failed(&self) -> u64 {
        self.failed
    }

    /// How much virtual time passed.
    pub const fn simulated(&self) -> Duration {
        self.simulated
    }

    /// How many messages were parsed and processed by a node.
    pub const fn hops(&self) -> u64 {
        self.hops
    }

    /// Whether nothing at all was judged.
    pub fn vacuous(&self) -> bool {
        self.verdict.vacuous()
    }

    /// The sum of the verdicts.
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The table of properties, then what failed and how to see it again. Depends on the runs alone.
    pub fn text(&self) -> String {
        let mut text = table(&self.verdict);
        let (reached, named) = self.requirements();
        let _ = writeln!(
            text,
            "\nrequirements: {reached} of the {named} that properties stand for were exercised"
        );
        for failure in &self.failures {
            let _ = writeln!(text, "\n{} failed; see it with: confsim run {0}", failure.draw);
            for words in &failure.words {
                let _ = writeln!(text, "  {words}");
            }
        }
        let untold = self.failed.saturating_sub(self.failures.len() as u64);
        if untold > 0 {
            let _ = writeln!(text, "\nand {untold} more");
        }
        text
    }

    /// The same for machines.
    pub fn json(&self) -> Value {
        let property = |tally: &crate::property::Tally| {
            json!({
                "id": tally.property.id,
                "kind": tally.property.kind.as_str(),
                "exercised": tally.exercised,
                "violated": tally.violated,
            })
        };
        let failure = |failure: &Failure| {
            json!({
                "profile": failure.draw.profile.name(),
                "seed": failure.draw.seed,
                "replay": format!("confsim run {}", failure.draw),
                "what": failure.words,
            })
        };
        json!({
            "runs": self.runs,
            "failed": self.failed,
            "simulated_us": self.simulated.as_micros(),
            "hops": self.hops,
            "properties": self.verdict.tallies().iter().map(property).collect::<Vec<_>>(),
            "failures": self.failures.iter().map(failure).collect::<Vec<_>>(),
        })
    }

    /// How many requirements some property stands for, and how many of them were exercised.
    fn requirements(&self) -> (usize, usize) {
        let named: BTreeSet<_> = CATALOGUE.iter().flat_map(|property| property.requirements).collect();
        let reached = self.verdict.tallies().iter().filter(|tally| tally.exercised > 0);
        let reached: BTreeSet<_> = reached.flat_map(|tally| tally.property.requirements).collect();
        (reached.len(), named.len())
    }
}

/// One line for every property: what it is, how often it was exercised and violated.
pub fn table(verdict: &Verdict) -> String {
    let mut text = format!("{:<26} {:<11} {:>12} {:>9}\n", "property", "kind", "exercised", "violated");
    for tally in verdict.tallies() {
        let kind = tally.property.kind;
        let note = match (tally.exercised, kind) {
            (0, Kind::Sometimes) => "  never reached",
            (0, _) => "  not exercised",
            _ => "",
        };
        let (id, exercised, violated) = (tally.property.id, tally.exercised, tally.violated);
        let _ = writeln!(text, "{id:<26} {:<11} {exercised:>12} {violated:>9}{note}", kind.as_str());
    }
    text
}
