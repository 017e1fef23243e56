//! Where the pool runs, what connections are like, and the limits that are set.

use confsim_core::time::Duration;

/// Where the pool's roles run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// All roles on one host: no latency between them.
    Pool,
    /// Each role on a host of its own.
    Split,
}

/// What connections are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    /// Between a participant and the front end, unless the participant has a link of its own.
    pub client: Link,
    /// Between pool hosts, where they are apart.
    pub pool: Link,
}

/// What one connection is like, in each direction alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// One-way delay, drawn once per connection.
    pub latency: Range,
    /// Added per chunk: up to this much. Order within a direction is kept.
    pub jitter: Duration,
    /// How the byte stream is cut into chunks.
    pub split: Split,
}

/// A span of time, fixed or drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// At least this.
    pub low: Duration,
    /// At most this.
    pub high: Duration,
}

/// How a byte stream is cut into chunks on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// What was written at one go arrives at one go.
    Whole,
    /// Writes arrive whole or in up to [`Split::MOST`] pieces cut at any byte, drawn per write.
    Pieces,
}

/// Settings of the pool; `None` leaves the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How long the IM MCU waits for the answer to a forwarded MESSAGE (D-26; default 32 s).
    pub forward_timeout: Option<Duration>,
    /// How long somebody whom the MCU calls may ring (default 60 s).
    pub ringing_timeout: Option<Duration>,
    /// How long one may wait in the lobby (default 30 min).
    pub lobby_timeout: Option<Duration>,
    /// How long a conference without participants stays active (default 10 min).
    pub idle_timeout: Option<Duration>,
    /// How long a pool member may take over a command of another one (default 10 s).
    pub link_timeout: Option<Duration>,
    /// The longest session interval that the focus grants (D-3; default 7200 s), in whole seconds.
    pub session_expires: Option<Duration>,
    /// The longest subscription that the focus grants (D-5; default 3600 s), in whole seconds.
    pub subscription_expires: Option<Duration>,
    /// The longest registration that the front end grants (default 7200 s).
    pub registration: Option<Duration>,
}

impl Range {
    /// No choice: always `span`.
    pub const fn fixed(span: Duration) -> Self {
        Self { low: span, high: span }
    }
}

impl Split {
    /// Most pieces that one write is cut into.
    pub const MOST: u64 = 4;
}

impl Link {
    /// A link with a fixed delay, no jitter, and no splitting.
    pub const fn fixed(latency: Duration) -> Self {
        Self { latency: Range::fixed(latency), jitter: Duration::ZERO, split: Split::Whole }
    }
}

/// Participants 20 ms from the pool, pool hosts 1 ms apart.
impl Default for Links {
    fn default() -> Self {
        Self { client: Link::fixed(Duration::from_millis(20)), pool: Link::fixed(Duration::from_millis(1)) }
    }
}
