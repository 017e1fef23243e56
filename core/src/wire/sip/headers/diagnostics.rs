//! ms-diagnostics and ms-diagnostics-public: why a request failed, for people who run servers (MS-OCER).

use std::borrow::Cow;
use std::fmt;

use super::super::grammar::Scan;
use super::super::{ErrorKind, Params, SipError, unquoted};
use super::Header;

/// A numbered reason: `3118;reason="Participant Removed"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnostics<'a> {
    /// The number of the reason.
    pub code: u32,
    /// Parameters.
    pub params: Params<'a>,
}

impl<'a> Diagnostics<'a> {
    /// The `reason` parameter, escapes resolved.
    pub fn reason(&self) -> Option<Cow<'a, str>> {
        self.params.value("reason").map(unquoted)
    }

    /// The `source` parameter: the host that says so.
    pub fn source(&self) -> Option<Cow<'a, str>> {
        self.params.value("source").map(unquoted)
    }

    /// The `component` parameter: the part of that host.
    pub fn component(&self) -> Option<Cow<'a, str>> {
        self.params.value("component").map(unquoted)
    }
}

impl<'a> Header<'a> for Diagnostics<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let error = scan.error(ErrorKind::Number);
        let code = scan.number().ok().and_then(|code| u32::try_from(code).ok()).ok_or(error)?;
        Ok(Self { code, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for Diagnostics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.code, self.params)
    }
}
