//! What a page knows of a run, as its script reads it.

use serde::Serialize;

/// Everything. Places of lines count from the first that is shown.
#[derive(Serialize)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) text: String,
    /// As text: it may be larger than what the script can count.
    pub(super) seed: Option<String>,
    pub(super) held: bool,
    /// Which part of the run this is, if it is not all of it.
    pub(super) part: Option<String>,
    /// Whether message texts were cut so that the page stays small.
    pub(super) cut: bool,
    pub(super) actors: Vec<Actor>,
    pub(super) dialogs: Vec<String>,
    pub(super) conferences: Vec<String>,
    pub(super) lines: Vec<Line>,
    pub(super) bodies: Vec<String>,
    pub(super) violations: Vec<Violation>,
    pub(super) properties: Vec<Property>,
    pub(super) replicas: Vec<Replica>,
    pub(super) reports: Vec<Report>,
    pub(super) faults: Vec<Fault>,
}

#[derive(Serialize)]
pub(super) struct Actor {
    pub(super) name: String,
    /// How it fares before the first line.
    pub(super) life: &'static str,
}

/// One line; times in microseconds.
#[derive(Default, Serialize)]
pub(super) struct Line {
    pub(super) at: u64,
    pub(super) kind: &'static str,
    /// The lane where it begins, or happens.
    pub(super) a: usize,
    /// The lane where it ends.
    pub(super) b: usize,
    pub(super) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) heard: Option<u64>,
    /// What the actor's line is like from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) life: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<(&'static str, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) violations: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dialog: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) conference: Option<usize>,
    /// The number the trace gives the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) head: Option<String>,
    /// The place of its text in `bodies`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<usize>,
    /// What it changes in the roster that somebody sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) changes: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Violation {
    pub(super) property: &'static str,
    pub(super) at: u64,
    pub(super) words: String,
    pub(super) line: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Property {
    pub(super) id: &'static str,
    pub(super) kind: &'static str,
    pub(super) sentence: &'static str,
    pub(super) requirements: String,
    pub(super) exercised: u64,
    pub(super) violated: u64,
}

/// The roster of a conference as one client sees it.
#[derive(Serialize)]
pub(super) struct Replica {
    pub(super) who: String,
    pub(super) conference: usize,
    pub(super) points: Vec<Point>,
}

/// From when on it has a version.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Point {
    pub(super) at: u64,
    pub(super) version: u32,
    pub(super) users: usize,
    pub(super) line: usize,
}

/// What becomes of one instant message.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) author: String,
    /// The number the IM MCU gave it.
    pub(super) id: Option<u32>,
    pub(super) line: usize,
    /// How the IM MCU answered its author.
    pub(super) answer: Option<u16>,
    pub(super) forwards: Vec<Forward>,
    /// The line of the report on it.
    pub(super) report: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Forward {
    pub(super) to: String,
    pub(super) line: usize,
    pub(super) code: Option<u16>,
    /// The line of the answer.
    pub(super) answer: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Fault {
    pub(super) text: String,
    pub(super) needed: Option<String>,
    pub(super) lines: Vec<usize>,
}
