//! Faults as sentences.
//!
//! ```text
//! drop  the NTH MESSAGE from NODE to NODE
//! delay the NTH MESSAGE from NODE to NODE by SPAN
//! hold  the NTH MESSAGE from NODE to NODE
//! cut   the NTH connection between NODE and NODE at SPAN with HOW
//! cut   the NTH connection between NODE and NODE after COUNT bytes from NODE with HOW
//! ```
//! `MESSAGE` is a method, with a status code before it for the response to one: `202 MESSAGE`. `NTH` is `1st`,
//! `2nd`, `3rd`, `4th`, …; `HOW` is `fin`, `rst` or `silence`.

use std::fmt;
use std::str::{FromStr, SplitAsciiWhitespace};

use super::{Cut, Fault, Harm, How, When, Which};
use crate::scenario::{parse_span, write_span};

/// Why a sentence is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, got {}", got.as_deref().map_or_else(|| "the end".to_owned(), |word| format!("`{word}`")))]
pub struct PhraseError {
    expected: &'static str,
    got: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { harm: Harm::Drop, which } => write!(f, "drop {which}"),
            Self::Message { harm: Harm::Delay(by), which } => {
                write!(f, "delay {which} by {}", write_span(*by))
            }
            Self::Message { harm: Harm::Hold, which } => write!(f, "hold {which}"),
            Self::Cut(cut) => cut.fmt(f),
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

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.between;
        write!(f, "cut the {} connection between {one} and {other} ", ordinal(self.nth))?;
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

impl FromStr for Fault {
    type Err = PhraseError;

    fn from_str(text: &str) -> Result<Self, PhraseError> {
        let mut words = Words(text.split_ascii_whitespace());
        let fault = match words.next("drop, delay, hold or cut")? {
            "drop" => Self::Message { harm: Harm::Drop, which: words.which()? },
            "hold" => Self::Message { harm: Harm::Hold, which: words.which()? },
            "delay" => {
                let which = words.which()?;
                words.word("by")?;
                let by = words.read("a span like 300ms", parse_span)?;
                Self::Message { harm: Harm::Delay(by), which }
            }
            "cut" => Self::Cut(words.cut()?),
            other => {
                return Err(PhraseError {
                    expected: "drop, delay, hold or cut",
                    got: Some(other.to_owned()),
                });
            }
        };
        match words.0.next() {
            None => Ok(fault),
            Some(word) => Err(PhraseError { expected: "the end", got: Some(word.to_owned()) }),
        }
    }
}

/// The words still to read.
struct Words<'a>(SplitAsciiWhitespace<'a>);

impl<'a> Words<'a> {
    fn next(&mut self, expected: &'static str) -> Result<&'a str, PhraseError> {
        self.0.next().ok_or(PhraseError { expected, got: None })
    }

    fn word(&mut self, expected: &'static str) -> Result<(), PhraseError> {
        self.read(expected, |word| (word == expected).then_some(()))
    }

    fn read<T>(
        &mut self,
        expected: &'static str,
        reader: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, PhraseError> {
        let word = self.next(expected)?;
        reader(word).ok_or_else(|| PhraseError { expected, got: Some(word.to_owned()) })
    }

    fn node(&mut self) -> Result<String, PhraseError> {
        self.next("a node").map(str::to_owned)
    }

    fn which(&mut self) -> Result<Which, PhraseError> {
        self.word("the")?;
        let nth = self.read("a count like 1st", parse_ordinal)?;
        let first = self.next("a method or status code")?;
        let code = first.parse::<u16>().ok().filter(|code| (100..700).contains(code));
        let method = if code.is_some() { self.next("a method")? } else { first };
        if !method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(PhraseError { expected: "a method", got: Some(method.to_owned()) });
        }
        self.word("from")?;
        let from = self.node()?;
        self.word("to")?;
        Ok(Which { nth, code, method: method.to_ascii_uppercase(), from, to: self.node()? })
    }

    fn cut(&mut self) -> Result<Cut, PhraseError> {
        self.word("the")?;
        let nth = self.read("a count like 1st", parse_ordinal)?;
        self.word("connection")?;
        self.word("between")?;
        let one = self.node()?;
        self.word("and")?;
        let other = self.node()?;
        let when = if self.read("at or after", |word| match word {
            "at" => Some(true),
            "after" => Some(false),
            _ => None,
        })? {
            When::At(self.read("a time like 3.2s", parse_span)?)
        } else {
            let bytes = self.read("a number of bytes", |word| word.parse().ok())?;
            self.word("bytes")?;
            self.word("from")?;
            When::After { bytes, from: self.node()? }
        };
        self.word("with")?;
        let how = self.read("fin, rst or silence", |word| match word {
            "fin" => Some(How::Fin),
            "rst" => Some(How::Rst),
            "silence" => Some(How::Silence),
            _ => None,
        })?;
        Ok(Cut { nth, between: [one, other], when, how })
    }
}

/// `1st`, `2nd`, `3rd`, `4th`, … `11th`, … `21st`.
fn ordinal(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

fn parse_ordinal(text: &str) -> Option<u32> {
    let n = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).parse().ok()?;
    (n > 0 && ordinal(n) == text).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_the_fault_and_back() {
        for text in [
            "drop the 3rd MESSAGE from mcu to bob",
            "delay the 1st 202 MESSAGE from mcu to alice by 300ms",
            "hold the 12th BENOTIFY from focus to bob",
            "cut the 1st connection between bob and front-end at 3.2s with rst",
            "cut the 22nd connection between front-end and mcu after 812 bytes from mcu with silence",
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, complaint) in [
            ("", "expected drop, delay, hold or cut, got the end"),
            ("lose the 1st INFO from a to b", "expected drop, delay, hold or cut, got `lose`"),
            ("drop the 0th INFO from a to b", "expected a count like 1st, got `0th`"),
            ("drop the 2st INFO from a to b", "expected a count like 1st, got `2st`"),
            ("drop the 1st 99 INFO from a to b", "expected a method, got `99`"),
            ("drop the 1st INFO from a to b now", "expected the end, got `now`"),
            ("delay the 1st INFO from a to b by 3", "expected a span like 300ms, got `3`"),
            (
                "cut the 1st connection between a and b at 1s with fire",
                "expected fin, rst or silence, got `fire`",
            ),
        ] {
            assert_eq!(text.parse::<Fault>().unwrap_err().to_string(), complaint, "{text}");
        }
    }
}
