//! Sentences to faults, word by word.

use std::str::{FromStr, SplitAsciiWhitespace};

use confsim_core::time::Duration;

use super::phrase::ordinal;
use super::{
    Back, Clock, ClockError, Crash, Cut, DRIFT_MAX, Fault, Fill, Harm, How, Line, Moment, Outage, Pause,
    Slow, Stall, When, Which,
};
use crate::span::parse_span;

/// The words that a sentence can begin with.
const VERBS: &str =
    "drop, delay, hold, duplicate, corrupt, answer, cut, refuse, stall, slow, crash, fill, pause or run";

/// Why a sentence is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, got {}", got.as_deref().map_or_else(|| "the end".to_owned(), |word| format!("`{word}`")))]
pub struct PhraseError {
    expected: &'static str,
    got: Option<String>,
}

impl FromStr for Fault {
    type Err = PhraseError;

    fn from_str(text: &str) -> Result<Self, PhraseError> {
        let mut words = Words(text.split_ascii_whitespace());
        let fault = match words.next(VERBS)? {
            "drop" => Self::Message { harm: Harm::Drop, which: words.which()? },
            "hold" => Self::Message { harm: Harm::Hold, which: words.which()? },
            "duplicate" => Self::Message { harm: Harm::Duplicate, which: words.which()? },
            "delay" => {
                let which = words.which()?;
                Self::Message { harm: Harm::Delay(words.span("by")?), which }
            }
            "corrupt" => {
                words.word("byte")?;
                let harm = Harm::Corrupt(words.read("a number of bytes", |word| word.parse().ok())?);
                words.word("of")?;
                Self::Message { harm, which: words.which()? }
            }
            "answer" => {
                let which = words.request()?;
                words.word("with")?;
                Self::Message { harm: Harm::Answer(words.read("a code like 503", refusal)?), which }
            }
            "cut" => Self::Cut(words.cut()?),
            "refuse" => Self::Refuse(words.line()?),
            "stall" => {
                let line = words.line()?;
                words.word("towards")?;
                let towards = words.node()?;
                Self::Stall(Stall { line, towards, at: words.span("at")?, lasts: words.span("for")? })
            }
            "slow" => {
                let line = words.line()?;
                let by = words.span("by")?;
                Self::Slow(Slow { line, by, at: words.span("at")?, lasts: words.span("for")? })
            }
            "crash" if words.second() != Some("at") => Self::Outage(words.outage()?),
            "crash" => Self::Crash(words.crash()?),
            "fill" => Self::Fill(words.fill()?),
            "pause" => {
                let host = words.node()?;
                Self::Pause(Pause { host, at: words.span("at")?, lasts: words.span("for")? })
            }
            "run" => Self::Clock(words.clock()?),
            other => return Err(PhraseError { expected: VERBS, got: Some(other.to_owned()) }),
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

    /// A preposition and a span.
    fn span(&mut self, preposition: &'static str) -> Result<Duration, PhraseError> {
        self.word(preposition)?;
        self.read("a span like 300ms", parse_span)
    }

    /// Whether there is more, which then begins with `word`.
    fn more(&mut self, word: &'static str) -> Result<bool, PhraseError> {
        if self.0.clone().next().is_none() { Ok(false) } else { self.word(word).map(|()| true) }
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

    /// A message that can be answered.
    fn request(&mut self) -> Result<Which, PhraseError> {
        let which = self.which()?;
        let got = match which.code {
            Some(code) => code.to_string(),
            None if which.method == "ACK" => which.method,
            None => return Ok(which),
        };
        Err(PhraseError { expected: "a request other than ACK", got: Some(got) })
    }

    fn line(&mut self) -> Result<Line, PhraseError> {
        self.word("the")?;
        let nth = self.read("a count like 1st", parse_ordinal)?;
        self.word("connection")?;
        self.word("between")?;
        let one = self.node()?;
        self.word("and")?;
        Ok(Line { nth, between: [one, self.node()?] })
    }

    fn cut(&mut self) -> Result<Cut, PhraseError> {
        let line = self.line()?;
        let when = match self.read("at or after", |word| match word {
            "at" => Some(true),
            "after" => Some(false),
            _ => None,
        })? {
            true => When::At(self.read("a time like 3.2s", parse_span)?),
            false => {
                let bytes = self.read("a number of bytes", |word| word.parse().ok())?;
                self.word("bytes")?;
                self.word("from")?;
                When::After { bytes, from: self.node()? }
            }
        };
        self.word("with")?;
        let how = self.read("fin, rst or silence", |word| match word {
            "fin" => Some(How::Fin),
            "rst" => Some(How::Rst),
            "silence" => Some(How::Silence),
            _ => None,
        })?;
        Ok(Cut { line, when, how })
    }

    fn crash(&mut self) -> Result<Crash, PhraseError> {
        let host = self.node()?;
        let at = self.span("at")?;
        let back = if self.more("back")? {
            let at = self.span("at")?;
            let without_store = self.more("without")?;
            if without_store {
                self.word("its")?;
                self.word("store")?;
            }
            Some(Back { at, without_store })
        } else {
            None
        };
        Ok(Crash { host, at, back })
    }

    /// The word after the next.
    fn second(&self) -> Option<&'a str> {
        self.0.clone().nth(1)
    }

    fn outage(&mut self) -> Result<Outage, PhraseError> {
        let host = self.node()?;
        let moment = |word: &str| Moment::ALL.into_iter().find(|moment| moment.word() == word);
        let moment = self.read("at, before, within or after", moment)?;
        self.word("its")?;
        let nth = self.read("a count like 1st", parse_ordinal)?;
        self.word("commit")?;
        let back = if self.more("back")? { Some(self.span("after")?) } else { None };
        Ok(Outage { host, moment, nth, back })
    }

    fn fill(&mut self) -> Result<Fill, PhraseError> {
        for word in ["the", "disk", "of"] {
            self.word(word)?;
        }
        Ok(Fill { node: self.node()?, at: self.span("at")?, lasts: self.span("for")? })
    }

    fn clock(&mut self) -> Result<Clock, PhraseError> {
        for word in ["the", "clock", "of"] {
            self.word(word)?;
        }
        let node = self.node()?;
        let how = self.next("ahead, fast or slow")?;
        let error = match how {
            "ahead" => ClockError::Ahead(self.span("by")?),
            "fast" => ClockError::Fast(self.drift()?),
            "slow" => ClockError::Slow(self.drift()?),
            _ => return Err(PhraseError { expected: "ahead, fast or slow", got: Some(how.to_owned()) }),
        };
        Ok(Clock { node, error })
    }

    fn drift(&mut self) -> Result<u32, PhraseError> {
        self.word("by")?;
        let drift = |word: &str| word.parse().ok().filter(|ppm| *ppm <= DRIFT_MAX);
        let ppm = self.read("a number up to 100000", drift)?;
        self.word("ppm").map(|()| ppm)
    }
}

/// A status code that refuses.
fn refusal(word: &str) -> Option<u16> {
    word.parse().ok().filter(|code| (300..700).contains(code))
}

fn parse_ordinal(text: &str) -> Option<u32> {
    let n = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).parse().ok()?;
    (n > 0 && ordinal(n) == text).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::EXAMPLES;

    #[test]
    fn a_sentence_says_the_fault_and_back() {
        for text in [
            "hold the 12th BENOTIFY from focus to bob",
            "cut the 22nd connection between front-end and mcu after 812 bytes from mcu with silence",
            "crash focus at 3s back at 4s",
            "crash pool at 3s back at 4s without its store",
            "run the clock of bob slow by 100000 ppm",
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn every_example_is_a_fault() {
        for (example, _) in EXAMPLES {
            assert_eq!(example.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(example));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, complaint) in [
            ("", format!("expected {VERBS}, got the end").as_str()),
            ("lose the 1st INFO from a to b", format!("expected {VERBS}, got `lose`").as_str()),
            ("drop the 0th INFO from a to b", "expected a count like 1st, got `0th`"),
            ("drop the 2st INFO from a to b", "expected a count like 1st, got `2st`"),
            ("drop the 1st 99 INFO from a to b", "expected a method, got `99`"),
            ("drop the 1st INFO from a to b now", "expected the end, got `now`"),
            ("delay the 1st INFO from a to b by 3", "expected a span like 300ms, got `3`"),
            ("answer the 1st INFO from a to b with 200", "expected a code like 503, got `200`"),
            ("answer the 1st 200 INFO from a to b with 500", "expected a request other than ACK, got `200`"),
            ("answer the 1st ACK from a to b with 500", "expected a request other than ACK, got `ACK`"),
            (
                "cut the 1st connection between a and b at 1s with fire",
                "expected fin, rst or silence, got `fire`",
            ),
            ("crash a at 1s for 3s", "expected back, got `for`"),
            ("crash a at 1s back at 2s without store", "expected its, got `store`"),
            ("run the clock of a fast by 100001 ppm", "expected a number up to 100000, got `100001`"),
        ] {
            assert_eq!(text.parse::<Fault>().unwrap_err().to_string(), complaint, "{text}");
        }
    }
}
