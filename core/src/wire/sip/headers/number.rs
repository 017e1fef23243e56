//! Headers that are one number: Max-Forwards, Content-Length, Message-Id, Expires and their like.

use std::fmt;

use super::super::grammar::Scan;
use super::super::{Params, SipError};
use super::Header;

/// Digits and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(
    /// The number; more than 64 bits are an error.
    pub u64,
);

impl<'a> Header<'a> for Number {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let number = scan.number()?;
        scan.end()?;
        Ok(Self(number))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Seconds with parameters: Expires, Min-Expires, Min-SE, Retry-After.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta<'a> {
    /// Seconds; a number too large counts as the largest, which is as good as for ever.
    pub seconds: u32,
    /// Parameters.
    pub params: Params<'a>,
}

impl<'a> Header<'a> for Delta<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let seconds = seconds(&mut scan)?;
        Ok(Self { seconds, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for Delta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.seconds, self.params)
    }
}

/// Reads delta-seconds, saturating.
pub(super) fn seconds(scan: &mut Scan<'_>) -> Result<u32, SipError> {
    let start = scan.at();
    match scan.number() {
        Ok(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        Err(_) if scan.at() > start => Ok(u32::MAX),
        Err(error) => Err(error),
    }
}

/// Reads the text of a numeric parameter; `None` when it is no number.
pub(super) fn number_of(text: &str) -> Option<u64> {
    Number::parse(text).ok().map(|number| number.0)
}

/// Reads the text of a delta-seconds parameter, saturating; `None` when it is no number.
pub(super) fn seconds_of(text: &str) -> Option<u32> {
    let mut scan = Scan::new(text);
    let seconds = seconds(&mut scan).ok()?;
    scan.end().ok().map(|()| seconds)
}
