//! Session-Expires (RFC 4028 section 4).

use std::fmt;

use super::super::grammar::Scan;
use super::super::{Params, SipError};
use super::Header;
use super::number::seconds;

/// The interval of a session timer and who keeps it going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires<'a> {
    /// Seconds.
    pub seconds: u32,
    /// Parameters, `refresher` among them.
    pub params: Params<'a>,
}

/// The side that refreshes a session, as seen from the transaction that negotiates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answers it.
    Uas,
}

impl Refresher {
    /// The value of the parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uac => "uac",
            Self::Uas => "uas",
        }
    }
}

impl SessionExpires<'_> {
    /// The `refresher` parameter; `None` when absent or neither `uac` nor `uas`.
    pub fn refresher(&self) -> Option<Refresher> {
        let value = self.params.value("refresher")?;
        [Refresher::Uac, Refresher::Uas].into_iter().find(|side| side.as_str().eq_ignore_ascii_case(value))
    }
}

impl<'a> Header<'a> for SessionExpires<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let seconds = seconds(&mut scan)?;
        Ok(Self { seconds, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for SessionExpires<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.seconds, self.params)
    }
}
