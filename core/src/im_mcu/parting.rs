//! Parting with legs: whoever says good-bye, what was on its way to them has failed (D-25).

use std::collections::VecDeque;

use super::conference::Conference;
use super::leg::Leg;
use super::{Ask, Cx, Timer};
use crate::signal::{DialogId, Draft};
use crate::wire::sip::Method;

/// Who says good-bye to a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// The MCU, by a BYE.
    Said,
    /// The participant has.
    Heard,
}

impl Conference {
    /// Takes legs out, and those that cannot be reached once the reports about them are out. Every forward
    /// still open to one of them has failed (D-25).
    pub(super) fn release(
        &mut self,
        cx: &mut Cx<'_>,
        dialogs: Vec<DialogId>,
        farewell: Farewell,
    ) -> Vec<(DialogId, Leg)> {
        let mut waiting: VecDeque<_> = dialogs.into_iter().map(|dialog| (dialog, farewell)).collect();
        let mut gone = Vec::new();
        while let Some((dialog, farewell)) = waiting.pop_front() {
            let Some(leg) = self.legs.remove(&dialog) else { continue };
            cx.clear_timer(Timer::Session(dialog));
            if farewell == Farewell::Said {
                bye(cx, dialog);
            }
            for message in &leg.outstanding {
                if let Some(delivery) = self.deliveries.get_mut(message) {
                    delivery.settled(Some(leg.participant.failed(503)));
                }
                let unreachable = self.report(cx, *message);
                waiting.extend(unreachable.into_iter().map(|dialog| (dialog, Farewell::Said)));
            }
            gone.push((dialog, leg));
        }
        gone
    }
}

/// Says good-bye. The dialog stays until the answer, but nobody listens to it any more.
pub(super) fn bye(cx: &mut Cx<'_>, dialog: DialogId) {
    if cx.request(dialog, Method::Bye, &Draft::new(), Ask::Bye).is_none() {
        cx.forget(dialog);
    }
}
