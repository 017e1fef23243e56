//! Lines to a run.

use confsim_core::time::Instant;
use serde::de::DeserializeOwned;

use super::reader::{Read, Reader, Told, Wrong, wrong};
use super::row::{Row, VerdictRow};
use crate::property::{self, Tally, Verdict, Violation};
use crate::trace::MsgId;

/// Why a file is no run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct Fault {
    /// The line, counting from 1.
    pub line: usize,
    /// The column in characters, counting from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

/// Reads what [`write`](super::write()) has written.
///
/// # Errors
/// [`Fault`] says where the file is not of this format, or not whole.
pub fn read(file: &[u8]) -> Result<Told, Fault> {
    let mut lines = file.split(|byte| *byte == b'\n').zip(1..);
    let at_end = |line| Fault { line, column: 1, what: "the file ends before the verdict".to_owned() };
    let (first, _) = lines.next().ok_or_else(|| at_end(1))?;
    let header = match row(first, 1)? {
        Row::Trace(header) => header,
        _ => {
            return Err(Fault {
                line: 1,
                column: 1,
                what: "does not begin with the line `trace`".to_owned(),
            });
        }
    };
    let mut reader = Reader::new(&header).map_err(|wrong| locate(wrong, first, 1))?;
    let mut records = Vec::new();
    for (text, line) in lines.by_ref() {
        if text.is_empty() {
            return Err(at_end(line));
        }
        match row(text, line)? {
            Row::Verdict(row) => {
                let verdict = verdict(row).map_err(|wrong| locate(wrong, text, line))?;
                let rest = lines.find(|(text, _)| !text.is_empty());
                if let Some((_, line)) = rest {
                    return Err(Fault { line, column: 1, what: "stands behind the verdict".to_owned() });
                }
                return reader.finish(&header, records, verdict).map_err(|wrong| locate(wrong, first, 1));
            }
            row => records.push(reader.record(row).map_err(|wrong| locate(wrong, text, line))?),
        }
    }
    Err(at_end(records.len() + 2))
}

/// What a line says.
pub(super) fn row<T: DeserializeOwned>(text: &[u8], line: usize) -> Result<T, Fault> {
    serde_json::from_slice(text).map_err(|error| {
        let what = error.to_string();
        // Lines are counted here, and there only.
        let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what).to_owned();
        let before = text.get(..error.column().saturating_sub(1)).unwrap_or(text);
        Fault { line, column: String::from_utf8_lossy(before).chars().count() + 1, what }
    })
}

fn locate(Wrong { what, text }: Wrong, line: &[u8], number: usize) -> Fault {
    let line = String::from_utf8_lossy(line);
    let quoted = serde_json::to_string(&text).unwrap_or_default();
    let place = line.find(&quoted).or_else(|| line.find(&format!(":{text}")).map(|place| place + 1));
    let column = line.get(..place.unwrap_or(0)).unwrap_or_default().chars().count() + 1;
    Fault { line: number, column, what }
}

fn verdict(row: VerdictRow) -> Read<Verdict> {
    let find = |id: &str| property::find(id).map_or_else(|| wrong(id, "no such property"), Ok);
    let mut tallies = Vec::new();
    for row in row.tallies {
        let property = find(&row.property)?;
        tallies.push(Tally { property, exercised: row.exercised, violated: row.violated });
    }
    let mut violations = Vec::new();
    for row in row.violations {
        violations.push(Violation {
            property: find(&row.property)?,
            at: Instant::from_micros(row.at),
            who: row.who,
            messages: row.messages.into_iter().map(MsgId).collect(),
            words: row.words,
        });
    }
    Ok(Verdict::told(&tallies, violations))
}
