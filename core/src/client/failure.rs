//! Telling the user what did not come about.

use std::sync::Arc;

use super::Client;
use super::api::{Event, Failure};
use crate::signal::{Context, Outcome};
use crate::wire::sip::StartLine;

/// The reason phrase of a failure.
pub(super) fn reason_of(outcome: &Outcome) -> &str {
    match outcome.message().map(|message| message.start()) {
        Some(StartLine::Response { reason, .. }) => reason,
        _ if outcome.status() == 408 => "no answer",
        _ => "connection lost",
    }
}

/// Tells the user that something did not come about.
pub(super) fn fail(
    cx: &mut Context<'_, Client>,
    what: &'static str,
    uri: &Arc<str>,
    status: u16,
    reason: &str,
) {
    let conference = Some(Arc::clone(uri));
    cx.event(Event::Failed(Failure { what, conference, status, reason: reason.to_owned() }));
}
