//! Faults as sentences. [`super::EXAMPLES`] has one of each.
//!
//! `MESSAGE` is a method, with a status code before it for the response to one: `202 MESSAGE`. `NTH` is `1st`,
//! `2nd`, `3rd`, `4th`, …; `HOW` is `fin`, `rst` or `silence`.

use std::fmt;

use super::{
    Clock, ClockError, Crash, Cut, Fault, Fill, Harm, How, Line, Outage, Pause, Slow, Stall, When, Which,
};
use crate::span::write_span;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { harm, which } => match harm {
                Harm::Drop => write!(f, "drop {which}"),
                Harm::Delay(by) => write!(f, "delay {which} by {}", write_span(*by)),
                Harm::Hold => write!(f, "hold {which}"),
                Harm::Duplicate => write!(f, "duplicate {which}"),
                Harm::Corrupt(byte) => write!(f, "corrupt byte {byte} of {which}"),
                Harm::Answer(code) => write!(f, "answer {which} with {code}"),
            },
            Self::Cut(cut) => cut.fmt(f),
            Self::Refuse(line) => write!(f, "refuse {line}"),
            Self::Stall(Stall { line, towards, at, lasts }) => {
                let (at, lasts) = (write_span(*at), write_span(*lasts));
                write!(f, "stall {line} towards {towards} at {at} for {lasts}")
            }
            Self::Slow(Slow { line, by, at, lasts }) => {
                let (by, at, lasts) = (write_span(*by), write_span(*at), write_span(*lasts));
                write!(f, "slow {line} by {by} at {at} for {lasts}")
            }
            Self::Crash(crash) => crash.fmt(f),
            Self::Pause(Pause { host, at, lasts }) => {
                write!(f, "pause {host} at {} for {}", write_span(*at), write_span(*lasts))
            }
            Self::Outage(outage) => outage.fmt(f),
            Self::Fill(Fill { node, at, lasts }) => {
                write!(f, "fill the disk of {node} at {} for {}", write_span(*at), write_span(*lasts))
            }
            Self::Clock(Clock { node, error }) => write!(f, "run the clock of {node} {error}"),
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} ", ordinal(self.nth))?;
        if let Some(code) = self.code {
            write!(f, "{code} ")?;
        }
        write!(f, "{} from {} to {}", self.method, self.from, self.to)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.between;
        write!(f, "the {} connection between {one} and {other}", ordinal(self.nth))
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cut {} ", self.line)?;
        match &self.when {
            When::At(at) => write!(f, "at {}", write_span(*at))?,
            When::After { bytes, from } => write!(f, "after {bytes} bytes from {from}")?,
        }
        write!(f, " with {}", self.how)
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fin => "fin",
            Self::Rst => "rst",
            Self::Silence => "silence",
        })
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "crash {} at {}", self.host, write_span(self.at))?;
        if let Some(back) = self.back {
            write!(f, " back at {}", write_span(back.at))?;
            f.write_str(if back.without_store { " without its store" } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, moment, nth, back } = self;
        write!(f, "crash {host} {} its {} commit", moment.word(), ordinal(*nth))?;
        back.map_or(Ok(()), |back| write!(f, " back after {}", write_span(back)))
    }
}

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ahead(by) => write!(f, "ahead by {}", write_span(*by)),
            Self::Fast(ppm) => write!(f, "fast by {ppm} ppm"),
            Self::Slow(ppm) => write!(f, "slow by {ppm} ppm"),
        }
    }
}

/// `1st`, `2nd`, `3rd`, `4th`, … `11th`, … `21st`.
pub(super) fn ordinal(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}
