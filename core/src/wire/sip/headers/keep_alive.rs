//! ms-keep-alive: who sends CRLF keep-alives on a connection, and how often (MS-CONMGMT).

use std::fmt;

use super::super::grammar::Scan;
use super::super::{Params, SipError};
use super::Header;
use super::number::seconds_of;

/// `UAC;hop-hop=yes`, or the server's answer `UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive<'a> {
    /// `UAC` or `UAS`, as spelled.
    pub role: &'a str,
    /// Parameters.
    pub params: Params<'a>,
}

impl KeepAlive<'_> {
    /// True when the parameter called `name` says `yes`.
    pub fn says_yes(&self, name: &str) -> bool {
        self.params.value(name).is_some_and(|value| value.eq_ignore_ascii_case("yes"))
    }

    /// The `timeout` parameter, in seconds.
    pub fn timeout(&self) -> Option<u32> {
        self.params.value("timeout").and_then(seconds_of)
    }
}

impl<'a> Header<'a> for KeepAlive<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let role = scan.token()?;
        Ok(Self { role, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for KeepAlive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.role, self.params)
    }
}
