//! Reason (RFC 3326): why a request was sent.

use std::borrow::Cow;
use std::fmt;

use super::super::grammar::Scan;
use super::super::{Params, SipError, unquoted};
use super::Header;
use super::number::number_of;

/// One reason: `SIP;cause=481;text="Participant Removed"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason<'a> {
    /// The protocol the cause belongs to, as spelled.
    pub protocol: &'a str,
    /// Parameters.
    pub params: Params<'a>,
}

impl<'a> Reason<'a> {
    /// The `cause` parameter: for `SIP` a status code.
    pub fn cause(&self) -> Option<u16> {
        self.params.value("cause").and_then(number_of).and_then(|cause| u16::try_from(cause).ok())
    }

    /// The `text` parameter, escapes resolved.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.params.value("text").map(unquoted)
    }
}

impl<'a> Header<'a> for Reason<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let protocol = scan.token()?;
        Ok(Self { protocol, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.protocol, self.params)
    }
}
