//! The reports of all messages, and how their forwards come to an outcome: by an answer, or by the end of the session or
//! of its connection.

use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use confsim_core::time::Instant;

use super::super::dialog::DialogId;
use super::report::{Forward, Report, SESSION_ENDED, TIMED_OUT};
use crate::trace::ConnectionId;

/// A message: its conference and its Message-Id.
pub(super) type MessageKey = (Arc<str>, u32);

/// All of them.
#[derive(Default)]
pub(super) struct Reports {
    all: BTreeMap<MessageKey, Report>,
    /// Forwards under way: session and CSeq of the forward, to the message it belongs to.
    running: BTreeMap<(DialogId, u32), MessageKey>,
    /// The last forward to each session: when, and of which message.
    last: BTreeMap<DialogId, (Instant, MessageKey)>,
    /// Sessions that are over for the MCU, whether or not it has said so yet, and since when.
    silent: BTreeMap<DialogId, Instant>,
}

impl Reports {
    /// Each of them, with its message.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&MessageKey, &Report)> {
        self.all.iter()
    }

    /// That of one message.
    pub(super) fn get_mut(&mut self, message: &MessageKey) -> Option<&mut Report> {
        self.all.get_mut(message)
    }

    /// A message is accepted.
    pub(super) fn insert(&mut self, message: MessageKey, report: Report) {
        self.all.insert(message, report);
    }

    /// Since when a session is over for the MCU, if it is.
    pub(super) fn silent_since(&self, session: DialogId) -> Option<Instant> {
        self.silent.get(&session).copied()
    }

    /// A message is forwarded, in a request with this CSeq.
    pub(super) fn forward(&mut self, message: MessageKey, cseq: u32, mut forward: Forward) {
        let (to, at) = (forward.to, forward.at);
        let before = self.last.insert(to, (at, message.clone()));
        let twin = before.filter(|(then, _)| *then == at).map(|(_, message)| message);
        forward.twin = twin.is_some();
        if let Some(report) = self.all.get_mut(&message) {
            report.forwards.push(forward);
        }
        self.running.insert((to, cseq), message);
        if let Some(other) = twin.and_then(|message| self.all.get_mut(&message)?.forward_to(to)) {
            other.twin = true;
        }
    }

    /// A request with this CSeq in a session is answered. Whether that was a forward.
    pub(super) fn answered(&mut self, (session, cseq): (DialogId, u32), code: u16, at: Instant) -> bool {
        let Some(message) = self.running.get(&(session, cseq)).cloned() else { return false };
        if let Some(forward) = self.all.get_mut(&message).and_then(|report| report.forward_to(session)) {
            forward.settle(code, at);
        }
        self.give_up_after(&message);
        true
    }

    /// Sessions that are over by now, though the BYE of one whose 2xx waits for its ACK is still to come (D-6).
    pub(super) fn give_up(&mut self, sessions: &[DialogId], at: Instant) {
        for session in sessions {
            self.silent.entry(*session).or_insert(at);
        }
        for forward in self.forwards().filter(|forward| sessions.contains(&forward.to)) {
            forward.settle(SESSION_ENDED, at);
        }
    }

    /// When the last forward of a message has its outcome, the sessions end that are not there any more (D-7): then,
    /// however late an MCU whose host stands still gets round to it.
    pub(super) fn give_up_after(&mut self, message: &MessageKey) {
        let lost = self.all.get(message).and_then(Report::sessions_lost);
        if let Some((over, known)) = lost.filter(|(over, _)| !over.is_empty()) {
            self.give_up(&over, known);
        }
    }

    /// The report of a message is due: what has timed out by then has done so in turn, and each may have been the end of a
    /// session, also where the author who would be told of it has left.
    pub(super) fn time_out(&mut self, message: &MessageKey, now: Instant) {
        if self
            .all
            .get(message)
            .is_some_and(|report| report.forwards.iter().any(|forward| forward.is_late(now)))
        {
            self.time_out_all(now);
        }
    }

    fn time_out_all(&mut self, now: Instant) {
        let all =
            self.all.iter().flat_map(|(message, report)| report.forwards.iter().zip(iter::repeat(message)));
        let late = all.filter(|(forward, _)| forward.is_late(now));
        let mut late: Vec<_> =
            late.map(|(forward, message)| (forward.due, message.clone(), forward.to)).collect();
        late.sort();
        for (due, message, to) in late {
            if let Some(forward) = self.all.get_mut(&message).and_then(|report| report.forward_to(to)) {
                forward.settle(TIMED_OUT, due);
            }
            self.give_up_after(&message);
        }
    }

    /// A session ends: what runs towards it has failed. How many forwards that is the outcome of.
    pub(super) fn ended(&mut self, session: DialogId, at: Instant) -> u64 {
        if self.forwards().any(|forward| forward.to == session && forward.is_late(at)) {
            self.time_out_all(at);
        }
        let towards = self.forwards().filter(|forward| forward.to == session);
        towards.map(|forward| u64::from(forward.settle(SESSION_ENDED, at) == Some(SESSION_ENDED))).sum()
    }

    /// A connection is gone, and with it what runs on it.
    pub(super) fn gone(&mut self, connection: ConnectionId, at: Instant) {
        for forward in self.forwards().filter(|forward| forward.connection == connection) {
            forward.settle(SESSION_ENDED, at);
        }
    }

    /// The focus closes a conference.
    pub(super) fn close(&mut self, conference: &str, at: Instant) {
        for (_, report) in self.all.iter_mut().filter(|((of, _), _)| **of == *conference) {
            report.closed.get_or_insert(at);
        }
    }

    fn forwards(&mut self) -> impl Iterator<Item = &mut Forward> {
        self.all.values_mut().flat_map(|report| &mut report.forwards)
    }
}
