//! The kill matrix: which properties notice which sabotage, and how soon.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{CATALOGUE, Sabotage};
use crate::property::{Judge, Verdict};
use crate::sweep::Draw;
use crate::trace::Keep;

/// From how many places in the seeds a sabotage is sought.
pub const STARTS: u64 = 20;
/// How far those places are apart.
const APART: u64 = 10_000;
/// Most seeds from one place.
pub const MOST: u64 = 200;
/// A sabotage that this many places in a row do not show is one that survives.
const PATIENCE: usize = 3;
/// A property is told as one that notices when it does so in this share of the kills: one in so many.
const SHARE: usize = 4;

/// The first run that shows a sabotage.
#[derive(Clone, Debug)]
pub struct Kill {
    /// Which run.
    pub draw: Draw,
    /// How many seeds it took, this one included.
    pub seeds: u64,
    /// What the properties say.
    pub verdict: Verdict,
}

impl Kill {
    /// The ids of the properties that noticed.
    pub fn properties(&self) -> BTreeSet<&'static str> {
        self.verdict
            .tallies()
            .iter()
            .filter(|tally| tally.violated > 0)
            .map(|tally| tally.property.id)
            .collect()
    }
}

/// One saboteur's line of the matrix.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub sabotage: &'static Sabotage,
    /// Seeds until the first kill from each start; `None` where [`MOST`] were not enough.
    pub seeds: Vec<Option<u64>>,
    /// How often each property had a part in a kill.
    pub killers: BTreeMap<&'static str, usize>,
}

/// Runs seeds from `start` on until the property that the sabotage is meant for notices it, `most` of them at most.
///
/// # Errors
/// A saboteur that breaks the contract between nodes and worlds proves nothing: its words.
pub fn first_kill(sabotage: &'static Sabotage, start: u64, most: u64) -> Result<Option<Kill>, String> {
    for seed in start..start.saturating_add(most) {
        let draw = Draw { profile: sabotage.profile, seed };
        let scenario = draw.scenario();
        let mut judge = Judge::new(&scenario);
        let outcome = sabotage.run(&scenario, seed, Keep::Last(0), &mut [&mut judge]);
        if let Some(breach) = outcome.broken {
            return Err(format!("{}, {draw}: contract broken {breach}", sabotage.name));
        }
        let kill = Kill { draw, seeds: seed - start + 1, verdict: judge.finish(outcome.end) };
        if kill.properties().contains(sabotage.property) {
            return Ok(Some(kill));
        }
    }
    Ok(None)
}

/// The line of one saboteur.
///
/// # Errors
/// As [`first_kill`].
pub fn row(sabotage: &'static Sabotage) -> Result<Row, String> {
    let (mut seeds, mut killers) = (Vec::new(), BTreeMap::<_, usize>::new());
    for start in 0..STARTS {
        let kill = first_kill(sabotage, start * APART, MOST)?;
        for id in kill.iter().flat_map(Kill::properties) {
            *killers.entry(id).or_default() += 1;
        }
        seeds.push(kill.map(|kill| kill.seeds));
        if seeds.len() == PATIENCE && seeds.iter().all(Option::is_none) {
            break;
        }
    }
    Ok(Row { sabotage, seeds, killers })
}

/// Every saboteur's line, in the order of the catalogue, with `jobs` threads.
///
/// # Errors
/// As [`first_kill`], the first in the order of the catalogue.
pub fn matrix(jobs: NonZeroUsize, done: impl Fn() + Sync) -> Result<Vec<Row>, String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut rows = Vec::new();
        while let Some(sabotage) = CATALOGUE.get(next.fetch_add(1, Ordering::Relaxed)) {
            rows.push((sabotage.name, row(sabotage)));
            done();
        }
        rows
    };
    let mut rows = BTreeMap::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            match thread.join() {
                Ok(done) => rows.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    CATALOGUE.iter().filter_map(|sabotage| rows.remove(sabotage.name)).collect()
}

impl Row {
    /// Whether every start came to a kill.
    pub fn killed(&self) -> bool {
        self.seeds.len() as u64 == STARTS && self.seeds.iter().all(Option::is_some)
    }

    /// In which bucket the kill lies that half of the starts were no slower than.
    fn usual(&self) -> &'static str {
        let mut seeds: Vec<u64> = self.seeds.iter().map(|seeds| seeds.unwrap_or(u64::MAX)).collect();
        seeds.sort_unstable();
        bucket(seeds.get(seeds.len() / 2).copied())
    }

    /// In which bucket the slowest kill lies.
    fn slowest(&self) -> &'static str {
        bucket(self.seeds.iter().map(|seeds| seeds.unwrap_or(u64::MAX)).max())
    }

    /// The properties that notice often, the one that must first.
    fn noticing(&self) -> String {
        let kills = self.seeds.iter().flatten().count();
        let own = self.sabotage.property;
        let often = self.killers.iter().filter(|(id, count)| **id != own && **count * SHARE >= kills);
        let first = self.killers.contains_key(own).then_some(own);
        let names: Vec<_> = first.into_iter().chain(often.map(|(id, _)| *id)).collect();
        if names.is_empty() { "nobody".to_owned() } else { names.join(" ") }
    }
}

fn bucket(seeds: Option<u64>) -> &'static str {
    match seeds {
        Some(..=10) => "<=10",
        Some(11..=50) => "<=50",
        Some(51..=200) => "<=200",
        _ => "more",
    }
}

/// The matrix as a table. Depends on the rows alone.
pub fn text(rows: &[Row]) -> String {
    let mut text = format!("{:<40} {:<13} {:<6} {:<7} noticed by\n", "saboteur", "profile", "half", "all");
    for row in rows {
        let Row { sabotage, .. } = row;
        let (usual, slowest) = (row.usual(), row.slowest());
        let (name, profile) = (sabotage.name, sabotage.profile.name());
        let _ = writeln!(text, "{name:<40} {profile:<13} {usual:<6} {slowest:<7} {}", row.noticing());
    }
    let killed = rows.iter().filter(|row| row.killed()).count();
    let _ = writeln!(
        text,
        "\n{killed} of {} killed from all of {STARTS} starts within {MOST} seeds; half: that of the median start, all: \
         that of the slowest",
        rows.len()
    );
    text
}
