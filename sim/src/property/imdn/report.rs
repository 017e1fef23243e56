//! What has to be reported of one message: to whom it was to go, each forward of it with its outcome, and whether an
//! IMDN tells exactly that.

use confsim_core::time::Instant;
use confsim_core::wire::imdn::Imdn;

use super::super::dialog::DialogId;
use super::super::sight::Scene;
use crate::trace::{ConnectionId, MsgId};

/// The outcome of a forward without an answer in time (EX-IM-4-2-2-b).
pub(super) const TIMED_OUT: u16 = 408;

/// The outcome of a forward whose session ended without an answer (D-25).
pub(super) const SESSION_ENDED: u16 = 503;

/// What is known of one message that was answered 200 or 202. Times are those of the MCU's clock.
pub(super) struct Report {
    pub(super) author: DialogId,
    pub(super) answered: MsgId,
    pub(super) at: Instant,
    /// A 202: an IMDN is to follow.
    pub(super) follows: bool,
    /// When, by sight, the message was heard: who was connected then gets it as new, not as history.
    pub(super) heard: u64,
    /// Everybody who took part when it was answered, but for the author's session.
    pub(super) recipients: Vec<DialogId>,
    pub(super) forwards: Vec<Forward>,
    pub(super) notified: Option<(Instant, MsgId)>,
    /// When the focus had the conference closed: sessions and forwards end at once, and BYEs may wait (D-6).
    pub(super) closed: Option<Instant>,
}

/// A forward of it to one session.
pub(super) struct Forward {
    pub(super) to: DialogId,
    pub(super) said: MsgId,
    pub(super) at: Instant,
    /// When it times out.
    pub(super) due: Instant,
    pub(super) connection: ConnectionId,
    /// Another forward to this session began at the same instant. When both time out, either one's end may be
    /// taken for that of the session, and so for that of the other.
    pub(super) twin: bool,
    pub(super) outcome: Option<(u16, Instant)>,
}

impl Report {
    /// The forward to this session.
    pub(super) fn forward_to(&mut self, session: DialogId) -> Option<&mut Forward> {
        self.forwards.iter_mut().find(|forward| forward.to == session)
    }

    /// The sessions that are not there any more by the outcomes of the forwards to them, and when the last outcome
    /// was known; nothing before that.
    pub(super) fn sessions_lost(&self) -> Option<(Vec<DialogId>, Instant)> {
        let outcomes: Option<Vec<(u16, Instant)>> =
            self.forwards.iter().map(|forward| forward.outcome).collect();
        let outcomes = outcomes?;
        let known = outcomes.iter().map(|(_, at)| *at).max()?;
        let all = self.forwards.iter().zip(outcomes);
        Some((all.filter(|(_, (code, _))| lost(*code)).map(|(forward, _)| forward.to).collect(), known))
    }

    /// What is wrong with the content of `imdn`. A session that ends at this very instant counts as ended.
    pub(super) fn fault(&self, scene: &Scene, imdn: &Imdn) -> Option<String> {
        let mut told: Vec<(&str, u16)> = imdn
            .recipients
            .iter()
            .map(|recipient| (recipient.uri.trim_matches(['<', '>']), recipient.status))
            .filter(|(_, status)| *status >= 300)
            .collect();
        for forward in &self.forwards {
            let uri = scene.dialogs.get(forward.to).map_or("", |dialog| dialog.contact.as_str());
            let listed = |status| told.iter().position(|entry| *entry == (uri, status));
            match forward.outcome {
                Some((status @ 300.., _)) => {
                    let place = listed(status).or_else(|| forward.also().and_then(listed));
                    let Some(place) = place else {
                        return Some(format!("does not list {uri} with {status}"));
                    };
                    told.swap_remove(place);
                }
                Some(_) => {}
                None => {
                    if let Some(place) = listed(SESSION_ENDED) {
                        told.swap_remove(place);
                    }
                }
            }
        }
        for recipient in &self.recipients {
            let Some(dialog) = scene.dialogs.get(*recipient) else { continue };
            if self.forwards.iter().any(|forward| forward.to == *recipient) {
                continue;
            }
            match told.iter().position(|(uri, _)| *uri == dialog.contact) {
                Some(place) => drop(told.swap_remove(place)),
                None => return Some(format!("does not list {}, who got no forward", dialog.contact)),
            }
        }
        let (uri, status) = told.first()?;
        Some(format!("lists {uri} with {status}, whose forward did not end so"))
    }
}

impl Forward {
    /// Whether it has timed out by now, though nobody has said so yet.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        self.outcome.is_none() && self.due <= now
    }

    /// Takes an outcome, unless there is one already; after the time-out there is (D-6). The outcome taken.
    pub(super) fn settle(&mut self, status: u16, at: Instant) -> Option<u16> {
        if self.outcome.is_some() {
            return None;
        }
        let outcome = if at >= self.due { (TIMED_OUT, self.due) } else { (status, at) };
        self.outcome = Some(outcome);
        Some(outcome.0)
    }

    /// What else may be told of its outcome.
    fn also(&self) -> Option<u16> {
        let (status, _) = self.outcome?;
        let other = if status == TIMED_OUT { SESSION_ENDED } else { TIMED_OUT };
        (self.twin && [TIMED_OUT, SESSION_ENDED].contains(&status)).then_some(other)
    }
}

/// Whether a session is over that such an answer is heard in (RFC 3261 12.2.1.2).
pub(super) const fn lost(code: u16) -> bool {
    matches!(code, 408 | 481)
}
