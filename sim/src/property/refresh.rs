//! Session timers: granted within their limits, refreshed by those who can, and sessions ended where nobody does.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Method, Refresher};

use super::brief::Verb;
use super::dialog::{DialogId, Use};
use super::naming::{call_of, request_of};
use super::sight::{Observe, Scene, Sight, Spoken, Topic, Written};
use super::{Kind, Known, Property, Verdict};
use crate::trace::{MsgId, NodeId, Role};

/// What is granted.
pub(super) const GRANTED: Property = Property {
    id: "session.granted",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-3", "IM-3-1-f"],
    sentence: "Focus and IM MCU accept a client that knows session timers for 90 s at least and no longer than their \
               limit, to be refreshed by it, and one that does not for good.",
};

/// Who can refresh does.
pub(super) const REFRESHED: Property = Property {
    id: "session.refreshed",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-3", "IM-3-1-g"],
    sentence: "A client whose connection holds refreshes each of its sessions so early that no server has to give it \
               up.",
};

/// Nothing lasts.
pub(super) const EXPIRED: Property = Property {
    id: "session.expired",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &["D-3", "IM-3-2-d"],
    sentence: "A session that nobody refreshes has ended when its interval is over.",
};

/// The longest session intervals at focus and IM MCU when the scenario does not say (D-3), in seconds.
const LONGEST: [(NodeId, u64); 2] = [(NodeId::FOCUS, 7200), (NodeId::MCU, 600)];
/// The shortest (D-3).
const SHORTEST: u64 = 90;

/// How late, by its own clock, a server may end a session that is over: it may stand still just then.
const LATE: Duration = Duration::from_secs(30);

/// How long before the end of a session its server gives it up at most (RFC 4028 section 10).
const BEFORE_ITS_END: Duration = Duration::from_secs(32);

pub(super) struct Refresh {
    session_expires: Option<u64>,
    /// What INVITEs say that are not answered yet, by server and [`request_of`].
    invited: BTreeMap<(NodeId, (u64, u32)), Invited>,
    sessions: BTreeMap<DialogId, Session>,
    /// Calls, by [`call_of`], that a client has hung up on, whether or not its server hears of it.
    left: BTreeSet<u64>,
}

struct Invited {
    timer: bool,
    seconds: Option<u64>,
    refresher: Option<Refresher>,
}

/// A session with a timer, which the client refreshes.
struct Session {
    /// When it was last agreed upon, by its server's clock.
    since: Instant,
    interval: Duration,
    agreed: MsgId,
    /// See [`call_of`].
    call: u64,
}

impl Session {
    /// When a server gives it up: a third before it is over, and no more than 32 s (RFC 4028 section 10).
    fn due(&self) -> Instant {
        let third = Duration::from_micros(self.interval.as_micros() / 3);
        self.since + (self.interval - third.min(BEFORE_ITS_END))
    }
}

impl Observe for Refresh {
    const TOPICS: &'static [Topic] = &[Topic::Wrote, Topic::Heard, Topic::Said];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Wrote(Written { from, own: true, brief, .. })
                if from.role() == Role::Client && brief.verb == Verb::Bye && brief.code.is_none() =>
            {
                self.left.insert(brief.call);
            }
            Sight::Heard(spoken)
                if matches!(spoken.message.method(), Method::Invite | Method::Update)
                    && spoken.message.is_request() =>
            {
                self.invited(spoken);
            }
            Sight::Said(spoken) => match spoken.message.method() {
                Method::Invite | Method::Update => self.answered(scene, spoken, verdict),
                Method::Bye if spoken.message.is_request() => self.given_up(scene, spoken, verdict),
                _ => {}
            },
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, session) in &self.sessions {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| !dialog.lapsed) else { continue };
            // Who has left in time needs no refresh.
            let ended = dialog.ended.map(|(ended, _)| scene.shows(dialog.server, ended));
            let overdue = session.since + session.interval + LATE;
            if overdue > scene.clock(dialog.server) || ended.is_some_and(|ended| ended < session.due()) {
                continue;
            }
            verdict.exercise(&EXPIRED);
            // That a client which comes back late ends it itself is not its server's merit.
            if ended.is_none_or(|ended| ended > overdue) && !dialog.closed && !scene.pool_broken {
                let words = format!(
                    "agreed with {} on {} at {}; nobody has refreshed the session or ended it in time",
                    scene.name(dialog.user),
                    session.interval,
                    session.since
                );
                verdict.violate(&EXPIRED, scene.finding(dialog.server, &[session.agreed], words));
            }
        }
    }
}

impl Refresh {
    pub(super) fn new(known: &Known) -> Self {
        Self {
            session_expires: known.limits.session_expires.map(|limit| limit.as_micros() / 1_000_000),
            invited: BTreeMap::new(),
            sessions: BTreeMap::new(),
            left: BTreeSet::new(),
        }
    }

    fn invited(&mut self, spoken: &Spoken<'_>) {
        let asked = spoken.message.session_expires().ok().flatten();
        let invited = Invited {
            timer: spoken.message.supports("timer"),
            seconds: asked.map(|asked| u64::from(asked.seconds)),
            refresher: asked.and_then(|asked| asked.refresher()),
        };
        if let Some(name) = request_of(spoken.message) {
            self.invited.insert((spoken.node, name), invited);
        }
    }

    /// A server accepts a session, or its refresh.
    fn answered(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some(code @ 200..) = spoken.message.code() else { return };
        let Some(invited) =
            request_of(spoken.message).and_then(|name| self.invited.remove(&(spoken.node, name)))
        else {
            return;
        };
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return;
        };
        if code >= 300 || dialog.uses != Use::Session {
            return;
        }
        let granted = spoken.message.session_expires().ok().flatten();
        let refresher = granted.and_then(|granted| granted.refresher());
        let granted = granted.map(|granted| u64::from(granted.seconds));
        verdict.exercise(&GRANTED);
        if let Some(words) = self.fault(spoken.node, &invited, granted, refresher) {
            let words = format!("{words} to {}", scene.name(dialog.user));
            verdict.violate(&GRANTED, scene.finding(spoken.node, &[spoken.id], words));
        }
        let refreshed = self.sessions.remove(&id).is_some();
        if refreshed {
            verdict.exercise(&REFRESHED);
        }
        if let Some(seconds) = granted.filter(|_| refresher != Some(Refresher::Uas)) {
            let session = Session {
                since: scene.clock(spoken.node),
                interval: Duration::from_secs(seconds),
                agreed: spoken.id,
                call: call_of(spoken.message).unwrap_or_default(),
            };
            self.sessions.insert(id, session);
        }
    }

    /// What is wrong with this grant.
    fn fault(
        &self,
        server: NodeId,
        invited: &Invited,
        granted: Option<u64>,
        refresher: Option<Refresher>,
    ) -> Option<String> {
        let usual = LONGEST.iter().find(|(node, _)| *node == server).map_or(0, |(_, longest)| *longest);
        let own = self.session_expires.filter(|_| server == NodeId::FOCUS);
        let longest = own.unwrap_or(usual).max(SHORTEST);
        let most = invited.seconds.map_or(longest, |asked| asked.min(longest)).max(SHORTEST);
        let wanted = invited.refresher.unwrap_or(Refresher::Uac);
        match granted {
            None if invited.timer => Some("grants no session interval".to_owned()),
            Some(seconds) if !invited.timer => {
                Some(format!("grants {seconds} s, although the client knows no session timers,"))
            }
            Some(seconds) if !(SHORTEST..=most).contains(&seconds) => {
                Some(format!("grants {seconds} s; expected at most {most} s"))
            }
            Some(_) if refresher != Some(wanted) => Some("leaves the refreshes to the wrong side".to_owned()),
            _ => None,
        }
    }

    /// A server hangs up: if that is because of the timer, its client has not done what it should.
    fn given_up(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return;
        };
        let Some(session) = self.sessions.remove(&id) else { return };
        let now = scene.clock(dialog.server);
        if now < session.due() {
            return;
        }
        verdict.exercise(&EXPIRED);
        if now > session.since + session.interval + LATE && !scene.pool_broken {
            let words = format!(
                "agreed with {} on {} at {} and ends the session only now",
                scene.name(dialog.user),
                session.interval,
                session.since
            );
            verdict.violate(&EXPIRED, scene.finding(dialog.server, &[session.agreed, spoken.id], words));
        }
        let excused = scene.struck(dialog.user)
            || scene.pool_broken
            || scene.forges(dialog.user)
            || self.left.contains(&session.call);
        if !excused {
            let words = format!(
                "agreed on {} at {} and did not refresh its session with {}",
                session.interval,
                session.since,
                scene.name(dialog.server)
            );
            verdict.violate(&REFRESHED, scene.finding(dialog.user, &[session.agreed, spoken.id], words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_gives_up_a_third_before_the_end_and_at_most_32_s() {
        for (interval, due) in [(90, 60), (96, 64), (600, 568), (7200, 7168)] {
            let session = Session {
                since: Instant::ZERO,
                interval: Duration::from_secs(interval),
                agreed: MsgId(0),
                call: Default::default(),
            };
            assert_eq!(session.due(), Instant::ZERO + Duration::from_secs(due), "{interval}");
        }
    }
}
