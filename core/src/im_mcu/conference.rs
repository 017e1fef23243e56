//! One conference on the MCU.

use std::collections::BTreeMap;

use super::announced::Announced;
use super::call::Call;
use super::delivery::Delivery;
use super::history::History;
use super::leg::Leg;
use super::{Cx, Timer};
use crate::signal::DialogId;
use crate::time::Instant;
use crate::wire::cccp::Code;

/// A conference of this incarnation of the MCU; a URI may come again, its number does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConferenceId(pub(super) u64);

/// A conference.
#[derive(Clone, Debug)]
pub(super) struct Conference {
    pub(super) id: ConferenceId,
    /// The focus's URI, by which the focus speaks of it.
    pub(super) focus_uri: Box<str>,
    /// The MCU's URI, which clients call.
    pub(super) chat_uri: Box<str>,
    /// Whether the focus has locked it, as the MCU reports. Who may come is for the focus to say: it announces
    /// nobody else.
    pub(super) locked: bool,
    /// Those whom the focus let in and whose INVITE has not come yet.
    pub(super) announced: Announced,
    /// Those whom the MCU is calling, by [`Ask::Call`](super::Ask::Call) number.
    pub(super) calls: BTreeMap<u32, Call>,
    /// How many calls there have been.
    pub(super) called: u32,
    /// The sessions, in the order of their INVITEs.
    pub(super) legs: BTreeMap<DialogId, Leg>,
    /// The *current message ID* (IM-3-3-2-1-b).
    pub(super) next_message: u32,
    pub(super) history: History,
    /// Messages whose report is due, by Message-Id.
    pub(super) deliveries: BTreeMap<u32, Delivery>,
    /// Requests sent to legs and not yet answered, those to legs that are gone included (D-28).
    pub(super) outstanding: usize,
}

impl Conference {
    /// An empty conference, created `now`.
    pub(super) fn new(id: ConferenceId, focus_uri: &str, chat_uri: &str, locked: bool, now: Instant) -> Self {
        Self {
            id,
            focus_uri: focus_uri.into(),
            chat_uri: chat_uri.into(),
            locked,
            announced: Announced::default(),
            calls: BTreeMap::new(),
            called: 0,
            legs: BTreeMap::new(),
            next_message: 1,
            history: History::new(now),
            deliveries: BTreeMap::new(),
            outstanding: 0,
        }
    }

    /// Whether one more participant may be expected (D-28).
    pub(super) fn has_room(&self, limit: usize) -> bool {
        self.legs.len() + self.announced.len() + self.calls.len() < limit
    }

    /// How far the call of this endpoint has come, if there is or was one: the focus asks again when it may
    /// have missed the answer.
    pub(super) fn progress(&self, endpoint: &str) -> Option<Code> {
        if self.calls.values().any(|call| *call.participant.endpoint == *endpoint) {
            return Some(Code::Pending);
        }
        self.has_leg(endpoint).then_some(Code::Success)
    }

    /// Whether this endpoint has a session.
    pub(super) fn has_leg(&self, endpoint: &str) -> bool {
        self.legs.values().any(|leg| *leg.participant.endpoint == *endpoint)
    }

    /// Waits for those announced, while there are any.
    pub(super) fn watch_announced(&self, cx: &mut Cx<'_>) {
        match self.announced.next() {
            Some(at) => cx.set_timer(Timer::Announced(self.id), at),
            None => cx.clear_timer(Timer::Announced(self.id)),
        }
    }

    /// How many legs other than `dialog` a message would go to.
    pub(super) fn others(&self, dialog: DialogId) -> usize {
        self.legs.iter().filter(|(id, leg)| **id != dialog && leg.connected).count()
    }

    /// One of our requests has its answer, or never will.
    pub(super) fn finished(&mut self) {
        self.outstanding = self.outstanding.saturating_sub(1);
    }
}
