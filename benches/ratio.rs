//! The table at the end of a run.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// One row: ours beside its limit, both by their criterion ids `group/function`.
pub struct Budget {
    /// What is measured.
    pub what: &'static str,
    /// Ours.
    pub ours: &'static str,
    /// What bounds it.
    pub limit: &'static str,
    /// How often the limit's time ours may take, in hundredths.
    pub hundredths: u64,
}

/// Prints the ratios as measured, also where they miss, as a Markdown table.
pub fn print(budgets: &[Budget]) {
    println!("\n| what | ours | beside | ratio | budget | |");
    println!("|---|---|---|---|---|---|");
    for Budget { what, ours, limit, hundredths } in budgets {
        let (Some(mine), Some(theirs)) = (median(ours), median(limit)) else {
            println!("| {what} | not measured in this run | | | | |");
            continue;
        };
        let ratio = (mine * 100.0 / theirs).round() as u64;
        let verdict = if ratio <= *hundredths { "held" } else { "missed" };
        let (name, _) = limit.rsplit_once('/').map_or((*limit, ""), |(_, name)| (name, ""));
        println!(
            "| {what} | {} | {name} {} | {} | ≤ {} | {verdict} |",
            time(mine),
            time(theirs),
            decimal(ratio),
            decimal(*hundredths)
        );
    }
}

/// The median of criterion's last run, in nanoseconds.
fn median(id: &str) -> Option<f64> {
    let text = fs::read_to_string(criterion().join(id).join("new/estimates.json")).ok()?;
    serde_json::from_str::<Value>(&text).ok()?.pointer("/median/point_estimate")?.as_f64()
}

/// Where criterion keeps its estimates.
fn criterion() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")).join("criterion")
}

fn time(nanos: f64) -> String {
    if nanos < 10_000.0 { format!("{nanos:.0} ns") } else { format!("{:.1} µs", nanos / 1000.0) }
}

fn decimal(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
