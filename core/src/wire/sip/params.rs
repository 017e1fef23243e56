//! Parameters of header values: `;name`, `;name=value`, `;name="quoted value"`.

use std::borrow::Cow;
use std::fmt;

use super::grammar::{Scan, VALUE, one_line, write_one_line};
use super::{ErrorKind, SipError};

/// The parameters at the end of a header value, as they came. Two are equal if they say the same in the same
/// order; names compare without regard to case.
#[derive(Clone, Copy, Debug, Default)]
pub struct Params<'a> {
    text: &'a str,
}

impl<'a> Params<'a> {
    /// Reads what is left of `scan` as parameters.
    pub(super) fn read(scan: &mut Scan<'a>) -> Result<Self, SipError> {
        let start = scan.at();
        while scan.separator(b';') {
            read_one(scan)?;
        }
        let params = Self { text: scan.since(start) };
        scan.end()?;
        Ok(params)
    }

    /// Reads `text`: nothing, or a semicolon and what follows. Fails on the first malformed parameter.
    pub fn parse(text: &'a str) -> Result<Self, SipError> {
        Self::read(&mut Scan::new(text))
    }

    /// The parameter called `name`: `None` when it is not there, `Some(None)` when it has no value. A quoted
    /// value comes without its quotes and with its escapes (see [`unquoted`]).
    pub fn get(&self, name: &str) -> Option<Option<&'a str>> {
        self.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The value of the parameter called `name`, if it has one.
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.get(name).flatten()
    }

    /// True when there is a parameter called `name`.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All parameters in order; values as [`Params::get`] gives them.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        let mut scan = Scan::new(self.text);
        std::iter::from_fn(move || if scan.separator(b';') { read_one(&mut scan).ok() } else { None })
    }

    /// The parameters as they came, with the leading semicolon; empty when there are none.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }
}

impl PartialEq for Params<'_> {
    fn eq(&self, other: &Self) -> bool {
        let said = |params: &Self| {
            params
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.map(unquoted)))
                .collect::<Vec<_>>()
        };
        self.text == other.text || said(self) == said(other)
    }
}

impl Eq for Params<'_> {}

/// Canonical: no white space around separators.
impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut scan = Scan::new(self.text);
        while scan.separator(b';') {
            let Ok(name) = scan.token() else { break };
            write!(f, ";{name}")?;
            if scan.separator(b'=') {
                let start = scan.at();
                if read_value(&mut scan).is_err() {
                    break;
                }
                f.write_str("=")?;
                write_one_line(f, scan.since(start))?;
            }
        }
        Ok(())
    }
}

fn read_one<'a>(scan: &mut Scan<'a>) -> Result<(&'a str, Option<&'a str>), SipError> {
    let name = scan.token().map_err(|error| SipError::new(ErrorKind::Parameter, error.offset))?;
    if scan.separator(b'=') { Ok((name, Some(read_value(scan)?))) } else { Ok((name, None)) }
}

fn read_value<'a>(scan: &mut Scan<'a>) -> Result<&'a str, SipError> {
    if scan.peek() == Some(b'"') {
        return scan.quoted();
    }
    let value = scan.run(VALUE);
    if value.is_empty() { Err(scan.error(ErrorKind::Parameter)) } else { Ok(value) }
}

/// What the inside of a quoted string says: escapes resolved, line folds as one space.
pub fn unquoted(inside: &str) -> Cow<'_, str> {
    if !inside.contains(['\\', '\r', '\n']) {
        return Cow::Borrowed(inside);
    }
    let mut text = one_line(inside).into_owned();
    let mut escaped = false;
    text.retain(|found| {
        escaped = found == '\\' && !escaped;
        !escaped
    });
    Cow::Owned(text)
}
