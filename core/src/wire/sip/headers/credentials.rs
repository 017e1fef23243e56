//! The authentication family: Authorization, WWW-Authenticate, Authentication-Info and their Proxy- forms.
//!
//! Nothing here checks credentials; NTLM, Kerberos and Digest parameters are carried as they are.

use std::fmt;

use super::super::grammar::{Scan, one_line, trim, write_one_line};
use super::super::{Elements, ErrorKind, SipError};
use super::Header;

/// A scheme and its parameters: `NTLM qop="auth", realm="SIP Communications Service"`. Authentication-Info of
/// RFC 3261 has no scheme; then it is empty.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The scheme as spelled, possibly empty.
    pub scheme: &'a str,
    params: &'a str,
}

impl<'a> Credentials<'a> {
    /// The value of the parameter called `name` (any case), without its quotes.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn elements(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        Elements::of(self.params).filter(|element| !element.is_empty())
    }

    /// All parameters in order, values without their quotes; what is no `name=value` is left out.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.elements().filter_map(|element| {
            let (name, value) = element.split_once('=')?;
            let value = trim(value);
            let inside = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            Some((trim(name), inside.unwrap_or(value)))
        })
    }
}

impl<'a> Header<'a> for Credentials<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let start = scan.at();
        let mut scheme = scan.token()?;
        let end = scan.at();
        scan.space();
        match scan.peek() {
            Some(b'=') => {
                scheme = "";
                scan.seek(start);
            }
            Some(_) if scan.at() == end => return Err(scan.error(ErrorKind::Token)),
            _ => {}
        }
        let start = scan.at();
        let params = trim(scan.rest());
        let mut elements = Elements::of(params);
        while let Some((at, element)) = elements.step() {
            if element.starts_with('=') {
                return Err(SipError::new(ErrorKind::Parameter, (start + at) as u64));
            }
        }
        Ok(Self { scheme, params })
    }
}

/// Equal if scheme and parameters are written the same, white space aside.
impl PartialEq for Credentials<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.elements().map(one_line).eq(other.elements().map(one_line))
    }
}

impl Eq for Credentials<'_> {}

/// Canonical: one comma and one space between parameters.
impl fmt::Display for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme)?;
        let mut before = if self.scheme.is_empty() { "" } else { " " };
        for element in self.elements() {
            f.write_str(before)?;
            write_one_line(f, element)?;
            before = ", ";
        }
        Ok(())
    }
}
