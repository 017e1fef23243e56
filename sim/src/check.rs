//! The observers over a recording: JSON lines of a run or of a pool on real sockets, or a capture of whoever's packets.
//!
//! A recording of the wire does not tell all that a run does. What a property needs beyond the messages it says itself
//! ([`Property::needs`]); one that needs what the recording does not tell is not judged by it.

mod capture;

use confsim_core::time::Instant;

pub use self::capture::CaptureError;
use crate::property::{CATALOGUE, Judge, Kind, Known, Need, Property, Verdict};
use crate::trace::{Observer as _, Record};
use crate::view::jsonl;

/// What a recording was found to be.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it is of, in a line.
    pub title: String,
    /// How many messages were written, and how many of them were read.
    pub messages: (usize, usize),
    /// What the observers found.
    pub verdict: Verdict,
    /// What could not be judged, and why.
    pub unjudged: Vec<(&'static Property, Missing)>,
}

/// Why a property cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The recording does not tell what it needs.
    Needs(Vec<Need>),
    /// It is about what comes about in the end, and nobody knows whether the recording goes on that long.
    End,
}

/// Why a file cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// It is no capture.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// It is no trace.
    #[error(transparent)]
    Trace(#[from] jsonl::Fault),
    /// It is a trace that did not keep its beginning.
    #[error("line 1, column 1: the first {0} records are missing, without which nothing can be judged")]
    Forgotten(u64),
    /// It is a capture without a message.
    #[error("there is no SIP message in it, at least none over TCP in clear text")]
    Empty,
}

/// A run as it was recorded.
struct Recording {
    title: String,
    known: Known,
    /// What it tells besides messages.
    tells: Vec<Need>,
    /// Whether it goes on until everything must have come about.
    whole: bool,
    records: Vec<(Instant, Record)>,
    end: Instant,
}

/// Judges a recording.
///
/// # Errors
/// [`CheckError`] says what is wrong with the file, and where.
pub fn check(file: &[u8]) -> Result<Checked, CheckError> {
    let streams = jsonl::streams::is_streams(file).then(|| jsonl::streams::capture(file)).transpose()?;
    let file = streams.as_deref().unwrap_or(file);
    let recording = if capture::is_capture(file) {
        let recording = capture::read(file)?;
        let said = |(_, record): &(Instant, Record)| matches!(record, Record::Emitted(_));
        if !recording.records.iter().any(said) {
            return Err(CheckError::Empty);
        }
        recording
    } else {
        trace(jsonl::read(file)?)?
    };
    Ok(judge(recording))
}

fn trace(told: jsonl::Told) -> Result<Recording, CheckError> {
    let jsonl::Told { scenario, trace, .. } = told;
    if trace.forgotten() > 0 {
        return Err(CheckError::Forgotten(trace.forgotten()));
    }
    let records: Vec<(Instant, Record)> = trace.records().map(|(at, record)| (at, record.clone())).collect();
    let last = records.last().map_or(Instant::ZERO, |(at, _)| *at);
    let whole = records.iter().any(|(_, record)| matches!(record, Record::End { .. }));
    Ok(Recording {
        title: scenario.title.clone(),
        known: Known::of(&scenario),
        tells: Need::ALL.to_vec(),
        whole,
        records,
        end: if whole { Instant::ZERO + scenario.end } else { last },
    })
}

fn judge(recording: Recording) -> Checked {
    let Recording { title, known, tells, whole, records, end } = recording;
    let mut judge = Judge::knowing(known);
    let mut messages = (0, 0);
    for (at, record) in &records {
        messages.0 += usize::from(matches!(record, Record::Emitted(_)));
        messages.1 += usize::from(matches!(record, Record::Heard(_)));
        judge.observe(*at, record);
    }
    let missing = |property: &Property| {
        let needs: Vec<Need> = property.needs.iter().filter(|need| !tells.contains(need)).copied().collect();
        match (needs.is_empty(), property.kind) {
            (false, _) => Some(Missing::Needs(needs)),
            (true, Kind::Eventually) if !whole => Some(Missing::End),
            (true, _) => None,
        }
    };
    let verdict = judge.finish(end).only(|property| missing(property).is_none());
    let unjudged = CATALOGUE.iter().filter_map(|property| Some((property, missing(property)?))).collect();
    Checked { title, messages, verdict, unjudged }
}
