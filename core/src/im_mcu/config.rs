//! What an IM MCU is told.

use crate::node::Address;
use crate::time::Duration;

/// The session interval the MCU asks for, in seconds (EX-IM-4-1-1).
pub const SESSION_EXPIRES: u32 = 600;

/// The surroundings and bounds of an IM MCU.
#[derive(Clone, Debug)]
pub struct Config {
    /// The focus it serves: the only pool member whose commands count (D-11).
    pub focus: Address,
    /// The front end, through which clients are reached.
    pub front_end: Address,
    /// How long a user whom it calls may ring (MS-CONFBAS facts 7, row 8); below the three minutes that
    /// clients wait for news of a call.
    pub ringing_timeout: Duration,
    /// Its bounds.
    pub limits: Limits,
}

/// How much one conference may hold (D-28). No document names any bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Legs, those announced included. A delivery report has room for as many recipients.
    pub legs: usize,
    /// Recorded messages.
    pub history_messages: usize,
    /// Bytes of the recorded bodies.
    pub history_bytes: usize,
    /// Requests forwarded and not yet answered.
    pub forwards: usize,
}

impl Config {
    /// An IM MCU of the pool of `focus` and `front_end`, with the usual bounds.
    pub fn new(focus: Address, front_end: Address) -> Self {
        Self { focus, front_end, ringing_timeout: Duration::from_secs(60), limits: Limits::DEFAULT }
    }
}

impl Limits {
    /// 1,000 participants (the largest conference we measure) who all miss 60 messages in a row fit into the
    /// queue; 40 seconds of messages at five in a second fit into the history.
    pub const DEFAULT: Self = Self {
        legs: crate::wire::imdn::MAX_RECIPIENTS,
        history_messages: 256,
        history_bytes: 4 * 1024 * 1024,
        forwards: 64 * 1024,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
