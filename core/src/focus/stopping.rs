//! The end of a focus' life, when its operator wants it to end well.

use super::conference::ConferenceId;
use super::pool::Links;
use super::{Cx, Event, Focus};

/// How far a focus' life is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It takes joins.
    Serving,
    /// It takes none any more and ends what there is.
    Stopping,
    /// There is nothing left to end.
    Stopped,
}

impl Focus {
    /// Ends every conference, and refuses those who wait for one.
    pub(super) fn stop(&mut self, cx: &mut Cx<'_>) {
        self.stage = Stage::Stopping;
        for activation in std::mem::take(&mut self.activating).into_values() {
            self.ids.remove(activation.key());
            activation.refuse(cx);
        }
        let active: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in active {
            self.deactivate(cx, id);
        }
        self.tell_stopped(cx);
    }

    /// Says so once nothing is left to wait for.
    pub(super) fn tell_stopped(&mut self, cx: &mut Cx<'_>) {
        let told = self.links.as_ref().is_none_or(|links| Links::outstanding(links) == 0);
        let ended = self.conferences.is_empty() && self.ending.is_empty();
        if self.stage == Stage::Stopping && ended && told {
            self.stage = Stage::Stopped;
            cx.event(Event::Stopped);
        }
    }
}
