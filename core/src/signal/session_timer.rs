//! Session timers (RFC 4028, D-3): how long a session stands without a refresh, and who refreshes it.
//!
//! Whoever accepts an INVITE, or a refresh, agrees with [`SessionTimer::agree`] and
//! [`SessionTimer::announce`]; whoever sent it reads [`SessionTimer::agreed`]. A peer that does not know
//! session timers has none, and is never expired by one.

use super::draft::Draft;
use crate::time::{Duration, Instant};
use crate::wire::sip::{Message, Refresher};

/// The shortest interval that anybody here takes, in seconds (RFC 4028 section 4, D-3).
pub const MIN_SE: u32 = 90;
/// At most this long before its end an unrefreshed session is given up (RFC 4028 section 10).
const HEAD_START: Duration = Duration::from_secs(32);

/// What two parties agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimer {
    /// How long the session stands without a refresh.
    pub interval: Duration,
    /// Whether the refreshes are ours to send.
    pub ours: bool,
}

/// The peer asks for an interval below [`MIN_SE`]: 422 with a Min-SE header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("session interval below {MIN_SE} seconds")]
pub struct TooSmall;

impl SessionTimer {
    /// What to agree to, given a request that creates or refreshes a session, and the longest interval to
    /// grant in seconds. `None`: the peer knows no session timers.
    ///
    /// # Errors
    /// [`TooSmall`], the peer's fault.
    pub fn agree(request: &Message, longest: u32) -> Result<Option<Self>, TooSmall> {
        if !request.supports("timer") {
            return Ok(None);
        }
        let asked = request.session_expires().ok().flatten();
        if asked.is_some_and(|asked| asked.seconds < MIN_SE) {
            return Err(TooSmall);
        }
        // A proxy on the way may insist on more than we want.
        let least = request.min_se().ok().flatten().unwrap_or(MIN_SE);
        let seconds = asked.map_or(longest, |asked| asked.seconds.min(longest)).max(least);
        let ours = asked.and_then(|asked| asked.refresher()) == Some(Refresher::Uas);
        Ok(Some(Self { interval: Duration::from_secs(u64::from(seconds)), ours }))
    }

    /// What the 2xx to a request of ours agrees to. Without a word there is no session timer.
    pub fn agreed(response: &Message) -> Option<Self> {
        let agreed = response.session_expires().ok().flatten()?;
        let ours = agreed.refresher() != Some(Refresher::Uas);
        Some(Self { interval: Duration::from_secs(u64::from(agreed.seconds.max(MIN_SE))), ours })
    }

    /// Adds the agreement to the 2xx.
    #[must_use]
    pub fn announce(session: Option<Self>, draft: Draft) -> Draft {
        let Some(session) = session else { return draft };
        let refresher = if session.ours { Refresher::Uas } else { Refresher::Uac };
        let draft = if session.ours { draft } else { draft.header("Require", "timer") };
        let value = format!("{};refresher={}", session.interval.as_secs(), refresher.as_str());
        draft.header("Session-Expires", value)
    }

    /// The headers of a refresh by us, who go on refreshing.
    pub fn refresh(self) -> Draft {
        let value = format!("{};refresher={}", self.interval.as_secs(), Refresher::Uac.as_str());
        Draft::new().header("Supported", "timer").header("Session-Expires", value)
    }

    /// When to refresh the session, or to give it up, counting from its last refresh `now`.
    pub fn due(self, now: Instant) -> Instant {
        if self.ours {
            return now + Duration::from_micros(self.interval.as_micros() / 2);
        }
        let head_start = HEAD_START.min(Duration::from_micros(self.interval.as_micros() / 3));
        now + (self.interval - head_start)
    }
}
