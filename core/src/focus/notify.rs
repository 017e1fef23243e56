//! Telling subscribers: every version to every one of them (D-13), one body for all who see the same.

use bytes::Bytes;

use super::conference::{Conference, Subscription, Term};
use super::documents;
use super::roster::{Change, View};
use super::{Ask, Cx};
use crate::signal::{DialogId, Draft};
use crate::time::Instant;
use crate::wire::conference_info::{self, ConferenceInfo};
use crate::wire::sip::Method;

/// What BENOTIFYs to a subscription without end of its own say, whatever time has passed (EX-IM-4-1-1-o).
const EXTENDED_EXPIRES: u32 = 3600;

/// Why a subscription ends on the server's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The participant was ejected (EX-IM-4-3-1-c).
    Removed,
    /// His focus dialog ended, or the conference did (RFC 3265 section 3.2.4).
    NoResource,
    /// It was not refreshed in time.
    TimedOut,
}

/// Sends the change to every subscriber; nothing when nothing changed.
pub(super) fn publish(cx: &mut Cx<'_>, conference: &mut Conference, change: Option<Change>) {
    let Some(change) = change else { return };
    let mut round = Round { change: &change, now: cx.now(), shown: None, blank: None };
    let dialogs: Vec<DialogId> = conference.subscriptions.keys().copied().collect();
    for dialog in dialogs {
        round.tell(cx, conference, dialog);
    }
}

/// Sends one subscriber the full picture.
pub(super) fn publish_full(cx: &mut Cx<'_>, conference: &mut Conference, dialog: DialogId) {
    let Some(subscription) = conference.subscriptions.get(&dialog) else { return };
    let view = conference.roster.view_of(&subscription.user);
    let draft = notification(subscription.term, cx.now(), full_body(conference, &subscription.user, view));
    let sent = send(cx, subscription, dialog, &draft);
    if let Some(subscription) = conference.subscriptions.get_mut(&dialog) {
        subscription.view = sent.then_some(view);
    }
}

/// The full picture for a subscriber.
pub(super) fn full_body(conference: &Conference, user: &str, view: View) -> Bytes {
    body(&documents::full(conference, user, view))
}

/// Ends a subscription: the last notification, then silence.
pub(super) fn terminate(cx: &mut Cx<'_>, subscription: &Subscription, dialog: DialogId, end: End) {
    let reason = match end {
        End::Removed => "ParticipantRemoved",
        End::NoResource => "noresource",
        End::TimedOut => "timeout",
    };
    let mut draft = Draft::new()
        .header("Event", "conference")
        .header("subscription-state", format_args!("terminated;expires=0;reason={reason}"))
        .header("Expires", 0);
    if end == End::Removed {
        draft = draft.header("ms-diagnostics-public", PARTICIPANT_REMOVED);
    }
    send(cx, subscription, dialog, &draft);
    cx.forget(dialog);
}

/// The diagnosis that goes with an ejection (EX-IM-4-3-1-d).
pub(super) const PARTICIPANT_REMOVED: &str = "3118;reason=\"Participant Removed\"";

/// One change on its way to all subscribers: bodies are written once and shared.
struct Round<'a> {
    change: &'a Change,
    now: Instant,
    shown: Option<(Bytes, Draft)>,
    blank: Option<(Bytes, Draft)>,
}

impl Round<'_> {
    fn tell(&mut self, cx: &mut Cx<'_>, conference: &mut Conference, dialog: DialogId) {
        let Some(subscription) = conference.subscriptions.get(&dialog) else { return };
        let view = conference.roster.view_of(&subscription.user);
        if subscription.view != Some(view) {
            return publish_full(cx, conference, dialog);
        }
        let visible = match view {
            View::Everyone => true,
            View::Admitted => !self.change.hidden,
            View::Oneself => self.change.is_about(&subscription.user),
        };
        let slot = if visible { &mut self.shown } else { &mut self.blank };
        let (body, draft) = slot.get_or_insert_with(|| {
            let body = if visible {
                body(&documents::delta(conference, self.change))
            } else {
                body(&documents::blank(conference))
            };
            (body.clone(), notification(Term::Dialog, self.now, body))
        });
        let sent = match subscription.term {
            Term::Dialog => send(cx, subscription, dialog, draft),
            term => send(cx, subscription, dialog, &notification(term, self.now, body.clone())),
        };
        if let Some(subscription) = conference.subscriptions.get_mut(&dialog).filter(|_| !sent) {
            subscription.view = None;
        }
    }
}

fn body(info: &ConferenceInfo<'_>) -> Bytes {
    conference_info::write(info).into()
}

fn notification(term: Term, now: Instant, body: Bytes) -> Draft {
    let left = match term {
        Term::Dialog => u64::from(EXTENDED_EXPIRES),
        Term::Until(end) => end.since(now).as_secs(),
    };
    Draft::new()
        .content(conference_info::CONTENT_TYPE, body)
        .header("Event", "conference")
        .header("subscription-state", format_args!("active;expires={left}"))
}

/// Whether it could be sent: without a connection to the front end it cannot.
fn send(cx: &mut Cx<'_>, subscription: &Subscription, dialog: DialogId, draft: &Draft) -> bool {
    if subscription.best_effort {
        cx.benotify(dialog, draft)
    } else {
        cx.request(dialog, Method::Notify, draft, Ask::Notify).is_some()
    }
}
