//! The report of a sweep for people who were not there: as a page, and as GitHub shows it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs, io};

use serde_json::Value;

use crate::sweep::Draw;
use crate::view::{As, Kept, overview};

/// The folder of a failed run's capsule.
pub(super) fn folder(capsules: &Path, draw: Draw) -> std::path::PathBuf {
    capsules.join(draw.to_string().replace(':', "-"))
}

/// Writes the page: `failed` are the runs whose capsules are in `capsules`.
pub(super) fn page(to: &Path, report: &Value, failed: &[Draw], capsules: &Path) -> Result<(), String> {
    let wrong =
        |path: &Path, error: io::Error| format!("{}: {error}; the page was not written", path.display());
    let mut kept = Vec::new();
    for draw in failed {
        let capsule = fs::canonicalize(folder(capsules, *draw)).map_err(|error| wrong(capsules, error))?;
        let ladder = capsule.join(As::Ladder.file());
        kept.push(Kept {
            name: draw.to_string(),
            page: format!("file://{}", capsule.join(As::Html.file()).display()),
            ladder: fs::read_to_string(&ladder).map_err(|error| wrong(&ladder, error))?,
        });
    }
    fs::write(to, overview(report, &kept)).map_err(|error| wrong(to, error))
}

/// Annotations, a line for each failed run, at the scenario in its capsule; and the diagram of the first one into the
/// step's summary, where GitHub Actions says where that is.
pub(super) fn github(report: &Value, failed: &[Draw], capsules: &Path) -> Result<String, String> {
    let mut text = String::new();
    let failures = report.get("failures").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (failure, draw) in failures.iter().zip(failed) {
        let words = failure.pointer("/what/0").and_then(Value::as_str).unwrap_or("failed");
        let file = folder(capsules, *draw).join("scenario.toml");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "::error file={},line=1,title={}::{}",
            property(&file.to_string_lossy()),
            property(&draw.to_string()),
            data(words)
        );
    }
    let (Some(draw), Some(summary)) = (failed.first(), env::var_os("GITHUB_STEP_SUMMARY")) else {
        return Ok(text);
    };
    let diagram = folder(capsules, *draw).join(As::Mermaid.file());
    let wrong =
        |path: &Path, error: io::Error| format!("{}: {error}; the summary is not whole", path.display());
    let drawn = fs::read_to_string(&diagram).map_err(|error| wrong(&diagram, error))?;
    let shown = format!("### {draw} failed\n\n```mermaid\n{drawn}```\n");
    let summary = Path::new(&summary);
    let file = fs::OpenOptions::new().append(true).create(true).open(summary);
    file.and_then(|mut file| file.write_all(shown.as_bytes())).map_err(|error| wrong(summary, error))?;
    Ok(text)
}

/// What a workflow command says.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
