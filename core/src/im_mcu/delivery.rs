//! What became of a message that went to others: the *MESSAGE forward status* (IM-3-3-2-1-i, D-25).

use super::leg::Participant;
use crate::signal::{DialogId, Draft, Outcome};
use crate::wire::content_type::MediaType;
use crate::wire::imdn::{Imdn, Recipient};
use crate::wire::sip::Name;

/// The forwards of one message.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// Who is to get the report.
    pub(super) author: DialogId,
    /// How many forwards have no result yet.
    open: usize,
    failures: Vec<Recipient>,
    /// Legs that have to end when the report is out (D-7).
    unreachable: Vec<DialogId>,
}

impl Delivery {
    /// Nothing forwarded so far.
    pub(super) fn new(author: DialogId) -> Self {
        Self { author, open: 0, failures: Vec::new(), unreachable: Vec::new() }
    }

    /// A forward left.
    pub(super) fn forwarded(&mut self) {
        self.open += 1;
    }

    /// A recipient to whom nothing was sent.
    pub(super) fn refused(&mut self, recipient: Recipient) {
        self.failures.push(recipient);
    }

    /// A forward has its result.
    pub(super) fn settled(&mut self, failure: Option<Recipient>) {
        self.open = self.open.saturating_sub(1);
        self.failures.extend(failure);
    }

    /// The leg does not answer, or does not know of the session.
    pub(super) fn gave_up_on(&mut self, leg: DialogId) {
        self.unreachable.push(leg);
    }

    /// Whether every forward has its result.
    pub(super) fn is_complete(&self) -> bool {
        self.open == 0
    }

    /// The legs that have to end now.
    pub(super) fn unreachable(self) -> Vec<DialogId> {
        self.unreachable
    }

    /// The report: the body of a BENOTIFY in the author's dialog (IM-3-3-2-5-2-j, -k).
    pub(super) fn report(&mut self, message: u32) -> Draft {
        let imdn = Imdn { message_id: message, recipients: std::mem::take(&mut self.failures) };
        Draft::new().content(MediaType::IMDN.as_str(), imdn.write())
    }
}

/// What the answer to a forward, or the lack of one, adds to the report. `source` is our host name.
pub(super) fn failure(recipient: &Participant, outcome: &Outcome, source: &str) -> Option<Recipient> {
    let status = outcome.status();
    if status < 300 {
        return None;
    }
    let diagnostics = outcome.message().and_then(|message| message.header(Name::MsDiagnostics));
    Some(match diagnostics {
        None if status == 408 => Recipient::timed_out(recipient.address(), source),
        None => recipient.failed(status),
        Some(text) => {
            let entries = vec![("ms-diagnostics".to_owned(), text.to_owned())];
            Recipient { entries, ..recipient.failed(status) }
        }
    })
}
