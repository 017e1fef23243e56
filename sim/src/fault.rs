//! What can go wrong. Each fault is one item of a scenario that a person could have said aloud:
//! `drop the 3rd MESSAGE from mcu to bob`. Its [`std::fmt::Display`] is the sentence, [`std::str::FromStr`]
//! reads it back.

mod phrase;
mod read;
mod skew;

use confsim_core::node::Summary;
use confsim_core::time::Duration;
use confsim_core::wire::sip::Method;

pub use read::PhraseError;
pub use skew::Skew;

pub use crate::disk::Moment;

/// Each kind of fault in an example, and what it does: for lists and help.
pub const EXAMPLES: [(&str, &str); 18] = [
    ("drop the 3rd MESSAGE from mcu to bob", "it is never written to the stream"),
    ("delay the 1st 202 MESSAGE from mcu to alice by 2s", "it is written that much later"),
    ("hold the 1st INFO from alice to focus", "it is written right behind the next message of the two"),
    ("duplicate the 1st INVITE from alice to mcu", "it is written twice"),
    ("corrupt byte 17 of the 1st BENOTIFY from focus to bob", "all bits of that byte arrive inverted"),
    ("answer the 1st MESSAGE from mcu to bob with 503", "the last hop refuses it instead of carrying it"),
    ("cut the 1st connection between bob and front-end at 5s with rst", "it breaks at that time"),
    (
        "cut the 1st connection between bob and front-end after 900 bytes from bob with silence",
        "it breaks there",
    ),
    ("refuse the 2nd connection between bob and front-end", "it never comes up"),
    (
        "stall the 1st connection between bob and front-end towards bob at 5s for 3s",
        "that end reads nothing for so long",
    ),
    (
        "slow the 1st connection between focus and mcu by 700ms at 5s for 3s",
        "what is written meanwhile takes so much longer",
    ),
    ("crash focus at 5s", "it forgets everything, its connections end, and it stays away"),
    ("crash factory at 5s back at 9s without its store", "the same, but it comes back with nothing"),
    (
        "crash factory within its 2nd commit back after 3s",
        "the power fails while it writes to its disk; also `before`, and `after`, when nobody has been told yet",
    ),
    ("fill the disk of factory at 5s for 3s", "it takes nothing more for so long"),
    ("pause mcu at 5s for 3s", "it does nothing for so long, then everything at once"),
    ("run the clock of mcu ahead by 1s", "it shows that much more, from the start"),
    ("run the clock of mcu fast by 200 ppm", "it gains so many microseconds a second; `slow`: it loses them"),
];

/// The host that all roles of the pool share in that topology; `crash pool` takes them all down in the other
/// one too.
pub const POOL: &str = "pool";

/// Most that a clock may run fast or slow, in millionths: a tenth.
pub const DRIFT_MAX: u32 = 100_000;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something happens to one SIP message on its last hop.
    Message {
        /// What happens.
        harm: Harm,
        /// To which message.
        which: Which,
    },
    /// A connection breaks.
    Cut(Cut),
    /// A connection never comes up.
    Refuse(Line),
    /// One end of a connection reads nothing for a while.
    Stall(Stall),
    /// A connection is slow for a while.
    Slow(Slow),
    /// A host goes down.
    Crash(Crash),
    /// A host stands still for a while.
    Pause(Pause),
    /// A clock is wrong.
    Clock(Clock),
    /// A host goes down while the factory stores something.
    Outage(Outage),
    /// A disk is full for a while.
    Fill(Fill),
}

impl Fault {
    /// How long it goes on once it has struck. What lets go by an event of its own, as a crash does, takes no time.
    pub fn lasts(&self) -> Duration {
        match self {
            Self::Message { harm: Harm::Delay(by), .. } => *by,
            Self::Stall(stall) => stall.lasts,
            Self::Slow(slow) => slow.lasts + slow.by,
            Self::Pause(pause) => pause.lasts,
            Self::Fill(fill) => fill.lasts,
            _ => Duration::ZERO,
        }
    }

    /// The nodes and hosts it names.
    pub fn nodes(&self) -> Vec<&str> {
        match self {
            Self::Message { which, .. } => vec![&which.from, &which.to],
            Self::Cut(Cut { line: cut, .. }) => cut.nodes(),
            Self::Refuse(refused) => refused.nodes(),
            Self::Stall(stall) => stall.line.nodes(),
            Self::Slow(slow) => slow.line.nodes(),
            Self::Crash(crash) => vec![&crash.host],
            Self::Pause(pause) => vec![&pause.host],
            Self::Clock(clock) => vec![&clock.node],
            Self::Outage(outage) => vec![&outage.host],
            Self::Fill(fill) => vec![&fill.node],
        }
    }

    /// The word for its kind: the verb of its sentence, or `clock`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Message { harm, .. } => match harm {
                Harm::Drop => "drop",
                Harm::Delay(_) => "delay",
                Harm::Hold => "hold",
                Harm::Duplicate => "duplicate",
                Harm::Corrupt(_) => "corrupt",
                Harm::Answer(_) => "answer",
            },
            Self::Cut(_) => "cut",
            Self::Refuse(_) => "refuse",
            Self::Stall(_) => "stall",
            Self::Slow(_) => "slow",
            Self::Crash(_) | Self::Outage(_) => "crash",
            Self::Pause(_) => "pause",
            Self::Clock(_) => "clock",
            Self::Fill(_) => "fill",
        }
    }
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// It is never written to the stream.
    Drop,
    /// It is written this much later, behind what is written in the meantime.
    Delay(Duration),
    /// It is written right after the next message of the same two parties; if none comes it is lost.
    Hold,
    /// It is written twice in a row.
    Duplicate,
    /// All bits of this byte of it are inverted, counting from 0; the last one if it is shorter.
    Corrupt(u32),
    /// It is not written; a response with this status code comes back instead.
    Answer(u16),
}

/// A message, counted the way a person would: by what it is and between whom it goes. The front end does not
/// count as a party of what it passes on: the n-th MESSAGE from mcu to bob is the one on the hop that reaches
/// bob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Which one, counting from 1.
    pub nth: u32,
    /// The status code for a response, `None` for a request.
    pub code: Option<u16>,
    /// The method, also of the request that a response answers.
    pub method: String,
    /// The node it logically comes from.
    pub from: String,
    /// The node it reaches.
    pub to: String,
}

impl Which {
    /// What such a message is; `None` where the method is no token.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let method = Method::parse(&self.method)?;
        Some(match self.code {
            Some(code) => Summary::Response(code, method),
            None => Summary::Request(method),
        })
    }
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which of the connections between the two, in the order they were opened, counting from 1.
    pub nth: u32,
    /// The two nodes.
    pub between: [String; 2],
}

impl Line {
    fn nodes(&self) -> Vec<&str> {
        self.between.iter().map(String::as_str).collect()
    }
}

/// The end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which connection.
    pub line: Line,
    /// When.
    pub when: When,
    /// How.
    pub how: How,
}

/// When a connection is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// At this time since the start of the run.
    At(Duration),
    /// When so many bytes have been written by one of its ends; what is beyond is lost.
    After {
        /// How many.
        bytes: u64,
        /// The end that writes them.
        from: String,
    },
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// What is under way arrives, then both ends see the end.
    Fin,
    /// What is under way is lost, both ends see the end.
    Rst,
    /// What is under way is lost and neither end is told.
    Silence,
}

/// A reader that does not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// Which connection.
    pub line: Line,
    /// The end that does not read.
    pub towards: String,
    /// From when on.
    pub at: Duration,
    /// For how long.
    pub lasts: Duration,
}

/// A connection that is slow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slow {
    /// Which connection.
    pub line: Line,
    /// How much is added to its latency, both ways.
    pub by: Duration,
    /// From when on.
    pub at: Duration,
    /// For how long.
    pub lasts: Duration,
}

/// A host that goes down: what its nodes had in memory is gone, peers see their connections end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// A node, or [`POOL`].
    pub host: String,
    /// When.
    pub at: Duration,
    /// When it comes back, if it does.
    pub back: Option<Back>,
}

/// A host that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back {
    /// When.
    pub at: Duration,
    /// Whether what it stored is lost too.
    pub without_store: bool,
}

/// A host that goes down while the focus factory stores something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// `factory`, or [`POOL`].
    pub host: String,
    /// Where in the commit.
    pub moment: Moment,
    /// In which commit, counting from 1 over all lives of the factory.
    pub nth: u32,
    /// How long it stays away, if it comes back.
    pub back: Option<Duration>,
}

/// A disk without room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Whose: `factory`.
    pub node: String,
    /// From when on.
    pub at: Duration,
    /// For how long.
    pub lasts: Duration,
}

/// A host that stands still. What it missed it does afterwards, timers first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// A node, or [`POOL`].
    pub host: String,
    /// When.
    pub at: Duration,
    /// For how long.
    pub lasts: Duration,
}

/// A node's clock, wrong from the start of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whose.
    pub node: String,
    /// How.
    pub error: ClockError,
}

/// How a clock is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockError {
    /// It shows this much more than the time.
    Ahead(Duration),
    /// It gains so many microseconds each second; at most [`DRIFT_MAX`].
    Fast(u32),
    /// It loses so many microseconds each second; at most [`DRIFT_MAX`].
    Slow(u32),
}
