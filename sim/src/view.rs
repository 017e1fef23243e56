//! Runs as people and other programs look at them. Everything here is made from a [`Trace`], with one actor per
//! logical node and without any generated identifier where people look: equal behaviour looks equal.
//!
//! [`render`] makes any view by its name: a new view is a variant of [`As`] and a line there.

mod diff;
mod drawing;
mod html;
pub mod jsonl;
mod label;
mod ladder;
mod markup;
mod mermaid;
mod overview;
pub mod pcapng;
mod plain;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::time::Instant;

pub use diff::{Side, diff};
pub use ladder::{Ladder, excerpt, ladder};
pub use overview::{Kept, overview};

use self::drawing::Sketch;
use self::plain::plain;
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::{NodeId, Trace};

/// A way to look at a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// Text: actors side by side, time downwards.
    Ladder,
    /// A Mermaid sequence diagram, as much of it as Mermaid takes.
    Mermaid,
    /// A picture.
    Svg,
    /// One page that needs nothing else.
    Html,
    /// JSON lines: the whole trace, which reads back.
    Jsonl,
    /// A capture file: every byte on every connection, for Wireshark and its like.
    Pcapng,
}

/// How to show a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Every hop, with the front end as an actor and all that happens below the protocol.
    pub hops: bool,
    /// What the run's chance followed from, where that is known.
    pub seed: Option<u64>,
    /// Why faults (by their place in the scenario) are needed, after shrinking: what happens without them.
    pub needed: BTreeMap<u32, String>,
    /// Which part of it to draw.
    pub part: Part,
}

/// Which part of a run to draw; all of it, or as much as there is room for, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// From when on.
    pub from: Option<Instant>,
    /// Until when, that instant included.
    pub to: Option<Instant>,
    /// Only what one of these has to do with, and what becomes of hosts; everything if it is empty.
    pub only: BTreeSet<NodeId>,
}

/// Why a view cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// A value that JSON has no form for.
    #[error("the run cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl As {
    /// Every view, in the order of help.
    pub const ALL: &[Self] = &[Self::Ladder, Self::Mermaid, Self::Svg, Self::Html, Self::Jsonl, Self::Pcapng];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ladder => "ladder",
            Self::Mermaid => "mermaid",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Jsonl => "jsonl",
            Self::Pcapng => "pcapng",
        }
    }

    /// Whether it is drawn, in parts if the run is long; other views have all of a run.
    pub const fn is_drawn(self) -> bool {
        !matches!(self, Self::Jsonl | Self::Pcapng)
    }

    /// What the file of it is called where all views of a run lie together.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Ladder => "ladder.txt",
            Self::Mermaid => "ladder.mmd",
            Self::Svg => "ladder.svg",
            Self::Html => "report.html",
            Self::Jsonl => "trace.jsonl",
            Self::Pcapng => "trace.pcapng",
        }
    }
}

/// Shows a run, as the bytes of a file.
///
/// # Errors
/// [`Unable`] says what this view has no form for; every run of this crate's worlds can be shown.
pub fn render(
    form: As,
    scenario: &Scenario,
    trace: &Trace,
    verdict: &Verdict,
    options: &Options,
) -> Result<Vec<u8>, Unable> {
    let sketch = || Sketch::of(scenario, trace, verdict, options);
    let title = plain(&scenario.title);
    Ok(match form {
        As::Ladder => ladder::text(&sketch()).into_bytes(),
        As::Mermaid => mermaid::mermaid(&title, &sketch()).into_bytes(),
        As::Svg => svg::svg(&title, &sketch()).into_bytes(),
        As::Html => html::page(scenario, trace, verdict, options, &sketch())?.into_bytes(),
        As::Jsonl => jsonl::write(scenario, trace, verdict, options.seed)?,
        As::Pcapng => pcapng::write(scenario, trace, options.seed),
    })
}
