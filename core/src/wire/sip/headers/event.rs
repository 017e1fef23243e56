//! Event (RFC 3265 section 7.2.1).

use std::fmt;

use super::super::grammar::Scan;
use super::super::{Params, SipError};
use super::Header;

/// An event package and what identifies the subscription in its dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The package with its templates, as spelled: `conference`, `presence.winfo`.
    pub package: &'a str,
    /// Parameters, `id` among them.
    pub params: Params<'a>,
}

impl<'a> Event<'a> {
    /// The `id` parameter.
    pub fn id(&self) -> Option<&'a str> {
        self.params.value("id")
    }
}

impl<'a> Header<'a> for Event<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let package = scan.token()?;
        Ok(Self { package, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.package, self.params)
    }
}
