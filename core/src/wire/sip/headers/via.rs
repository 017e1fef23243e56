//! Via (RFC 3261 section 20.42).

use std::fmt;

use super::super::grammar::Scan;
use super::super::uri::{read_host, read_port};
use super::super::{ErrorKind, Params, SipError};
use super::Header;

/// The start of every branch that RFC 3261 made.
const MAGIC_COOKIE: &str = "z9hG4bK";

/// One hop of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// The transport as spelled, any token.
    pub transport: &'a str,
    /// The host of the sender, an IPv6 address with its brackets.
    pub host: &'a str,
    /// The port of the sender, if given.
    pub port: Option<u16>,
    /// Parameters, the `ms-…` ones included.
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// The `branch` parameter; UCCP clients send none (D-2).
    pub fn branch(&self) -> Option<&'a str> {
        self.params.value("branch")
    }

    /// The branch, if it is one of RFC 3261: the magic cookie and more.
    pub fn rfc3261_branch(&self) -> Option<&'a str> {
        self.branch().filter(|branch| branch.len() > MAGIC_COOKIE.len() && branch.starts_with(MAGIC_COOKIE))
    }

    /// The `received` parameter.
    pub fn received(&self) -> Option<&'a str> {
        self.params.value("received")
    }

    /// The parameter called `name` (any case): `None` when absent, `Some(None)` without a value.
    pub fn param(&self, name: &str) -> Option<Option<&'a str>> {
        self.params.get(name)
    }

    /// `host[:port]`, as the sender calls itself.
    pub const fn sent_by(&self) -> SentBy<'a> {
        SentBy { host: self.host, port: self.port }
    }
}

/// How a sender calls itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentBy<'a> {
    /// The host.
    pub host: &'a str,
    /// The port, if given.
    pub port: Option<u16>,
}

impl fmt::Display for SentBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl<'a> Header<'a> for Via<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let error = scan.error(ErrorKind::Version);
        let protocol = scan.token()?;
        let versioned = scan.separator(b'/') && scan.token()? == "2.0" && scan.separator(b'/');
        if !protocol.eq_ignore_ascii_case("SIP") || !versioned {
            return Err(error);
        }
        let transport = scan.token()?;
        let end = scan.at();
        scan.space();
        if scan.at() == end {
            return Err(scan.error(ErrorKind::Host));
        }
        let host = read_host(&mut scan)?;
        let port = if scan.separator(b':') { Some(read_port(&mut scan)?) } else { None };
        Ok(Self { transport, host, port, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}{}", self.transport, self.sent_by(), self.params)
    }
}
