//! A report for people.

use std::fmt::Write as _;

use super::{Failure, Report};
use crate::property::{Kind, Verdict};
use crate::sweep::{Counts, Shard};

/// Most failed runs that are told in full.
const TOLD: usize = 10;

impl Report {
    /// What was run, the table of properties, then what failed and how to see it again. Depends on the runs alone.
    pub fn text(&self) -> String {
        let mut text = self.profiles_table();
        text.push_str(&counts("fault", "struck", &self.faults));
        text.push('\n');
        text.push_str(&table(&self.verdict));
        text.push('\n');
        text.push_str(&self.reach().map_or_else(|error| error.to_string(), |reach| reach.text()));
        if self.repeated > 0 {
            let _ = writeln!(text, "determinism: {} runs were made twice", self.repeated);
        }
        for Failure { draw, words } in self.differing.iter().take(TOLD) {
            let _ = writeln!(text, "\n{draw} is not deterministic: {}", words.join("; "));
        }
        for failure in self.failures.iter().take(TOLD) {
            let _ = writeln!(text, "\n{} failed; see it with: confsim run {0}", failure.draw);
            for words in &failure.words {
                let _ = writeln!(text, "  {words}");
            }
        }
        let untold = self.failed().saturating_sub(TOLD as u64);
        if untold > 0 {
            let _ = writeln!(text, "\nand {untold} more");
        }
        text
    }

    /// How much there was: `300 runs of seeds 0..100 in calm, lossy, slow, shards 0/2`.
    pub fn summary(&self) -> String {
        let names: Vec<_> = self.profiles.iter().map(|(profile, _)| profile.name()).collect();
        let mut text = format!("{} runs of seeds {} in {}", self.runs(), self.seeds, names.join(", "));
        if !self.shards.contains(&Shard::WHOLE) {
            let shards: Vec<_> = self.shards.iter().map(ToString::to_string).collect();
            let _ = write!(text, ", shard {}", shards.join(", "));
        }
        if self.interrupted {
            text.push_str(", interrupted");
        }
        text
    }

    fn profiles_table(&self) -> String {
        let mut text = format!(
            "{:<14} {:>9} {:>7} {:>14} {:>12}  hash of all runs\n",
            "profile", "runs", "failed", "simulated", "hops"
        );
        for (profile, sums) in &self.profiles {
            let _ = writeln!(
                text,
                "{:<14} {:>9} {:>7} {:>12} s {:>12}  {:016x}",
                profile.name(),
                sums.runs,
                sums.failed,
                sums.simulated_us / 1_000_000,
                sums.hops,
                sums.digest
            );
        }
        text
    }
}

/// One line for every name; nothing if there is none.
fn counts(what: &str, done: &str, counts: &Counts) -> String {
    let mut text = String::new();
    for (place, (name, count)) in counts.iter().enumerate() {
        if place == 0 {
            let _ = writeln!(text, "\n{what:<14} {:>9} {done:>9}", "drawn");
        }
        let _ = writeln!(text, "{name:<14} {:>9} {:>9}", count.drawn, count.done);
    }
    text
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
