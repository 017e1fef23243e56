//! The session timer of a leg (RFC 4028, D-3).

use super::leg::Session;
use crate::signal::Draft;
use crate::time::{Duration, Instant};
use crate::wire::sip::{Message, Refresher};

/// The interval the MCU asks for, in seconds (EX-IM-4-1-1).
pub const SESSION_EXPIRES: u32 = 600;
/// The shortest interval it takes, in seconds (RFC 4028 section 4).
pub const MIN_SE: u32 = 90;
/// At most this long before its end an unrefreshed session is given up (RFC 4028 section 10).
const HEAD_START: Duration = Duration::from_secs(32);

/// The client asks for an interval below [`MIN_SE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooSmall;

impl Session {
    /// What to agree to, given a request that creates or refreshes a session; `None`: no timer.
    pub(super) fn agree(request: &Message) -> Result<Option<Self>, TooSmall> {
        if !request.supports("timer") {
            return Ok(None);
        }
        let asked = request.session_expires().ok().flatten();
        if asked.is_some_and(|asked| asked.seconds < MIN_SE) {
            return Err(TooSmall);
        }
        // A proxy on the way may insist on more than we want.
        let least = request.min_se().ok().flatten().unwrap_or(MIN_SE);
        let seconds = asked.map_or(SESSION_EXPIRES, |asked| asked.seconds.min(SESSION_EXPIRES)).max(least);
        let ours = asked.and_then(|asked| asked.refresher()) == Some(Refresher::Uas);
        Ok(Some(Self { interval: Duration::from_secs(u64::from(seconds)), ours }))
    }

    /// What the 2xx to an INVITE of ours agrees to. Without a word the client knows no session timer.
    pub(super) fn agreed(response: &Message) -> Option<Self> {
        let agreed = response.session_expires().ok().flatten()?;
        let ours = agreed.refresher() != Some(Refresher::Uas);
        Some(Self { interval: Duration::from_secs(u64::from(agreed.seconds.max(MIN_SE))), ours })
    }

    /// Adds the agreement to the 2xx.
    pub(super) fn announce(session: Option<Self>, draft: Draft) -> Draft {
        let Some(session) = session else { return draft };
        let refresher = if session.ours { Refresher::Uas } else { Refresher::Uac };
        let draft = if session.ours { draft } else { draft.header("Require", "timer") };
        let value = format!("{};refresher={}", session.interval.as_secs(), refresher.as_str());
        draft.header("Session-Expires", value)
    }

    /// The headers of a refresh by the MCU, which goes on refreshing.
    pub(super) fn refresh(self) -> Draft {
        let value = format!("{};refresher={}", self.interval.as_secs(), Refresher::Uac.as_str());
        Draft::new().header("Supported", "timer").header("Session-Expires", value)
    }

    /// When to refresh the session, or to give it up, counting from its last refresh `now`.
    pub(super) fn due(self, now: Instant) -> Instant {
        if self.ours {
            return now + Duration::from_micros(self.interval.as_micros() / 2);
        }
        let head_start = HEAD_START.min(Duration::from_micros(self.interval.as_micros() / 3));
        now + (self.interval - head_start)
    }
}
