//! Subscription-State (RFC 3265 section 7.2.3).

use std::fmt;

use super::super::grammar::Scan;
use super::super::{Params, SipError};
use super::Header;
use super::number::seconds_of;

/// The state of a subscription as a notification tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionState<'a> {
    /// The state.
    pub state: Substate<'a>,
    /// Parameters.
    pub params: Params<'a>,
}

/// What a subscription may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substate<'a> {
    /// Notifications will come.
    Active,
    /// Not decided yet.
    Pending,
    /// Over.
    Terminated,
    /// Another token.
    Other(&'a str),
}

impl<'a> Substate<'a> {
    fn of(token: &'a str) -> Self {
        [Self::Active, Self::Pending, Self::Terminated]
            .into_iter()
            .find(|state| state.as_str().eq_ignore_ascii_case(token))
            .unwrap_or(Self::Other(token))
    }

    /// The state as text.
    pub const fn as_str(self) -> &'a str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Terminated => "terminated",
            Self::Other(token) => token,
        }
    }
}

impl<'a> SubscriptionState<'a> {
    /// The `expires` parameter, in seconds.
    pub fn expires(&self) -> Option<u32> {
        self.params.value("expires").and_then(seconds_of)
    }

    /// The `retry-after` parameter, in seconds.
    pub fn retry_after(&self) -> Option<u32> {
        self.params.value("retry-after").and_then(seconds_of)
    }

    /// The `reason` parameter; the documents use `ParticipantRemoved` besides those of RFC 3265.
    pub fn reason(&self) -> Option<&'a str> {
        self.params.value("reason")
    }
}

impl<'a> Header<'a> for SubscriptionState<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let state = Substate::of(scan.token()?);
        Ok(Self { state, params: Params::read(&mut scan)? })
    }
}

impl fmt::Display for SubscriptionState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.state.as_str(), self.params)
    }
}
