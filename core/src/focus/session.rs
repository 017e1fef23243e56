//! The session timer of a focus dialog: 7200 s, refreshed by the client with UPDATE or re-INVITE (D-3,
//! EX-IM-4-1-1-e).

use super::conference::Conference;
use super::{Cx, Focus, Refusal, Timer};
use crate::signal::{DialogId, Draft, MIN_SE, Request, ServerTransaction, SessionTimer, TooSmall};
use crate::wire::sip::Message;

/// What may be sent in a focus dialog (EX-IM-4-1-1-d).
pub(super) const ALLOW: &str = "INVITE, BYE, ACK, CANCEL, INFO, UPDATE";

/// Why an INVITE goes no further.
pub(super) enum Obstacle {
    /// It is refused.
    Refused(Refusal),
    /// Its session interval is too small.
    IntervalTooSmall,
}

impl From<Refusal> for Obstacle {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Obstacle {
    /// Answers with it; RFC 4028 section 9: with what would be accepted.
    pub(super) fn answer(self, cx: &mut Cx<'_>, tx: ServerTransaction) {
        match self {
            Self::Refused(refusal) => refusal.answer(cx, tx),
            Self::IntervalTooSmall => {
                let draft = Draft::new().header("Min-SE", MIN_SE);
                Refusal::INTERVAL_TOO_SMALL.answer_with(cx, tx, draft);
            }
        }
    }
}

impl Focus {
    /// The session timer that a request gets; `None` without one (D-3). The client refreshes, whoever it says.
    pub(super) fn agree(&self, message: &Message) -> Result<Option<SessionTimer>, Obstacle> {
        let session = SessionTimer::agree(message, self.config.session_expires)
            .map_err(|TooSmall| Obstacle::IntervalTooSmall)?;
        Ok(session.map(|session| SessionTimer { ours: false, ..session }))
    }

    /// A re-INVITE: renews the session.
    pub(super) fn refresh(&mut self, cx: &mut Cx<'_>, request: &Request, dialog: DialogId) {
        if let Some((contact, draft)) = self.renewal(cx, request, dialog) {
            cx.accept(request.tx, "OK", &contact, &draft.header("Allow", ALLOW));
        }
    }

    /// An UPDATE: renews the session (RFC 3311, RFC 4028).
    pub(super) fn update(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let Some(dialog) = request.dialog else { return Refusal::NO_DIALOG.answer(cx, request.tx) };
        if let Some((contact, draft)) = self.renewal(cx, request, dialog) {
            cx.respond(request.tx, 200, "OK", &draft.header("Contact", contact));
        }
    }

    /// Our Contact and the headers that answer a renewal; `None`: it is refused.
    fn renewal(&mut self, cx: &mut Cx<'_>, request: &Request, dialog: DialogId) -> Option<(String, Draft)> {
        let session = self.agree(&request.message);
        let conference = self.conference_of(dialog).filter(|it| it.legs.contains_key(&dialog));
        match (conference, session) {
            (None, _) => Refusal::NO_DIALOG.answer(cx, request.tx),
            (_, Err(obstacle)) => obstacle.answer(cx, request.tx),
            (Some(conference), Ok(session)) => {
                let contact = focus_contact(conference);
                watch_session(cx, dialog, session);
                return Some((contact, session_headers(Draft::new(), session)));
            }
        }
        None
    }
}

/// Expects the next renewal in time.
pub(super) fn watch_session(cx: &mut Cx<'_>, dialog: DialogId, session: Option<SessionTimer>) {
    match session {
        Some(session) => cx.set_timer(Timer::Session(dialog), session.due(cx.now())),
        None => cx.clear_timer(Timer::Session(dialog)),
    }
}

/// The Contact of a focus dialog is the conference itself (EX-CWA-0-m).
pub(super) fn focus_contact(conference: &Conference) -> String {
    format!("<{}>;isfocus", conference.addresses.focus)
}

/// EX-IM-4-1-1-e; without session timers, nothing (D-3).
pub(super) fn session_headers(draft: Draft, session: Option<SessionTimer>) -> Draft {
    let draft = SessionTimer::announce(session, draft);
    if session.is_some() { draft.header("Supported", "timer") } else { draft }
}
