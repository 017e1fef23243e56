//! Header values: one file per family. Their `Display` is the canonical form, which reads back as the same
//! value.

mod credentials;
mod cseq;
mod diagnostics;
mod event;
mod keep_alive;
mod number;
mod pool_link;
mod reason;
mod session_expires;
mod subscription_state;
mod via;

pub use credentials::Credentials;
pub use cseq::CSeq;
pub use diagnostics::Diagnostics;
pub use event::Event;
pub use keep_alive::KeepAlive;
pub use number::{Delta, Number};
pub use pool_link::PoolLink;
pub use reason::Reason;
pub use session_expires::{Refresher, SessionExpires};
pub use subscription_state::{SubscriptionState, Substate};
pub use via::Via;

use super::grammar::trim;
use super::{ErrorKind, SipError};

/// A header value that can be read from text.
pub trait Header<'a>: Sized {
    /// Reads one value, all of `text`. Offsets in errors count from the start of `text`.
    fn parse(text: &'a str) -> Result<Self, SipError>;
}

/// Any value that is not empty.
impl<'a> Header<'a> for &'a str {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        match trim(text) {
            "" => Err(SipError::new(ErrorKind::Empty, 0)),
            value => Ok(value),
        }
    }
}
