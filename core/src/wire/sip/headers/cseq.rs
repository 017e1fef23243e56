//! CSeq (RFC 3261 section 20.16).

use std::fmt;

use super::super::grammar::Scan;
use super::super::{ErrorKind, Method, SipError};
use super::Header;

/// A sequence number and the method it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// The sequence number; all 32 bits are accepted although senders have to stay below 2^31.
    pub seq: u32,
    /// The method.
    pub method: Method,
}

impl<'a> Header<'a> for CSeq {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let error = scan.error(ErrorKind::Number);
        let seq = scan.number().ok().and_then(|seq| u32::try_from(seq).ok()).ok_or(error)?;
        let end = scan.at();
        scan.space();
        let error = scan.error(ErrorKind::Token);
        if scan.at() == end {
            return Err(error);
        }
        let method = Method::parse(scan.token()?).ok_or(error)?;
        scan.end()?;
        Ok(Self { seq, method })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, self.method)
    }
}
