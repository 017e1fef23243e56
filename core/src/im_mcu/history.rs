//! The first 40 seconds of a conference, for those who come a little late (IM-3-3-2-1-f…h, D-23).

use super::config::Limits;
use super::format::InstantMessage;
use crate::signal::DialogId;
use crate::time::{Duration, Instant};

/// How long messages are recorded, from the creation of the conference on the MCU (IM-3-3-2-2-a). At the
/// very instant it ends the history is gone (D-23).
pub const HISTORY: Duration = Duration::from_secs(40);

/// The recorded messages, each with the dialog it came in.
#[derive(Clone, Debug)]
pub(super) struct History {
    until: Instant,
    messages: Vec<(DialogId, InstantMessage)>,
    bytes: usize,
}

impl History {
    /// The empty history of a conference created `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self { until: now + HISTORY, messages: Vec::new(), bytes: 0 }
    }

    /// When it ends.
    pub(super) fn until(&self) -> Instant {
        self.until
    }

    /// Whether messages are recorded and replayed: the *message history flag*.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        now < self.until
    }

    /// Whether a message of `size` bytes may come in addition.
    pub(super) fn has_room(&self, size: usize, limits: &Limits) -> bool {
        self.messages.len() < limits.history_messages && self.bytes + size <= limits.history_bytes
    }

    /// Records a message.
    pub(super) fn record(&mut self, author: DialogId, message: InstantMessage) {
        self.bytes += message.size();
        self.messages.push((author, message));
    }

    /// What a leg that is connected `now` has missed, in order: everything but its own.
    pub(super) fn missed(
        &mut self,
        now: Instant,
        leg: DialogId,
    ) -> impl Iterator<Item = &mut InstantMessage> {
        let open = self.is_open(now);
        let others = self.messages.iter_mut().filter(move |(author, _)| open && *author != leg);
        others.map(|(_, message)| message)
    }

    /// Forgets everything: the time is up.
    pub(super) fn clear(&mut self) {
        self.messages = Vec::new();
        self.bytes = 0;
    }

    /// How many messages are recorded.
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }
}
