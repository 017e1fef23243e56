//! Values in TOML: times, words, bytes.

use confsim_core::time::Duration;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::scenario::{Admission, Autopromote, Range};
use crate::span::parse_span;

#[derive(Clone, Copy)]
pub(super) struct FileSpan(pub(super) Duration);

impl<'de> Deserialize<'de> for FileSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_span(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no time like 1.2s, 20ms or 350us")))
    }
}

#[derive(Clone, Copy)]
pub(super) struct FileRange(pub(super) Range);

impl<'de> Deserialize<'de> for FileRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a time like \"20ms\" or two like [\"1ms\", \"50ms\"]")]
        enum Form {
            One(FileSpan),
            Two([FileSpan; 2]),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::One(span) => Range::fixed(span.0),
            Form::Two([low, high]) => Range { low: low.0, high: high.0 },
        }))
    }
}

/// One word of a few.
#[derive(Clone, Copy)]
pub(super) struct FileWord<T>(pub(super) T);

/// What has words in scenario files.
pub(super) trait Worded: Copy + 'static {
    /// Every value with its word.
    const WORDS: &'static [(Self, &'static str)];
}

impl Worded for Admission {
    const WORDS: &'static [(Self, &'static str)] = &Self::ALL;
}

impl Worded for Autopromote {
    const WORDS: &'static [(Self, &'static str)] = &Self::ALL;
}

impl<'de, T: Worded> Deserialize<'de> for FileWord<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let found = T::WORDS.iter().find(|(_, word)| *word == text);
        found.map(|(value, _)| Self(*value)).ok_or_else(|| {
            let words: Vec<_> = T::WORDS.iter().map(|(_, word)| *word).collect();
            D::Error::custom(format!("`{text}` is none of {}", words.join(", ")))
        })
    }
}

/// Bytes as pairs of hexadecimal digits, with or without spaces between them.
pub(super) struct FileBytes(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for FileBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Vec<u32> = text
            .split_ascii_whitespace()
            .flat_map(str::chars)
            .filter_map(|digit| digit.to_digit(16))
            .collect();
        let others = text.chars().any(|letter| !letter.is_ascii_hexdigit() && !letter.is_ascii_whitespace());
        let (pairs, odd) = digits.as_chunks::<2>();
        if others || !odd.is_empty() {
            return Err(D::Error::custom(format!("`{text}` are no bytes like `0d 0a`")));
        }
        Ok(Self(pairs.iter().map(|[high, low]| (high * 16 + low) as u8).collect()))
    }
}
