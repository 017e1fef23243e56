//! `confsim merge`: the reports of shards put together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::fail;
use super::output::Output;
use super::sweep::{conclude, write_json};
use crate::sweep::Report;

/// Arguments of `confsim merge`.
#[derive(Args, Debug)]
pub(super) struct MergeArgs {
    /// Reports that `confsim sweep --shard I/N --json FILE` wrote
    #[arg(required = true)]
    reports: Vec<PathBuf>,
    /// Also write the result to this file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Also write what is covered to this file: how many requirements are in which state, then each with
    /// its own
    #[arg(long)]
    coverage: Option<PathBuf>,
    /// Fail if any property was not exercised
    #[arg(long)]
    require_coverage: bool,
}

/// Runs the command.
pub(super) fn run(args: &MergeArgs) -> ExitCode {
    match merge(args) {
        Ok((report, wall, mut output)) => {
            let written = write_json(output.as_mut(), &report, &wall).and_then(|()| covered(args, &report));
            conclude(&report, &wall, args.require_coverage, written)
        }
        Err(what) => fail(&what),
    }
}

fn merge(args: &MergeArgs) -> Result<(Report, Value, Option<Output>), String> {
    let mut whole: Option<Report> = None;
    let mut parts = Vec::new();
    for path in &args.reports {
        let at = |what: String| format!("{}: {what}", path.display());
        let (report, wall) = read(path).map_err(at)?;
        parts.push(wall);
        match &mut whole {
            Some(whole) => whole.merge(report).map_err(|error| at(error.to_string()))?,
            None => whole = Some(report),
        }
    }
    let whole = whole.ok_or("there is no report to merge")?;
    let output = args.json.as_deref().map(Output::open).transpose()?;
    Ok((whole, json!({ "parts": parts }), output))
}

/// Writes what is covered where it was asked for.
fn covered(args: &MergeArgs, report: &Report) -> Result<(), String> {
    let Some(to) = &args.coverage else { return Ok(()) };
    let mut file = Output::open(to)?;
    let reach =
        report.reach().map_err(|error| format!("the catalogue that was built in: {error}; build again"))?;
    file.clear()?;
    file.add(&format!("{}\n{}", reach.text(), reach.table()))
}

fn read(path: &Path) -> Result<(Report, Value), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    Report::read(&text).map_err(|error| error.to_string())
}
