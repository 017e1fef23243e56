//! A conference without anybody in it comes to an end.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::Method;

use super::command::Term;
use super::dialog::Use;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Known, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// It ends.
pub(super) const ENDS: Property = Property {
    id: "conference.idle",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &["D-12", "IM-3-b", "IM-3-c"],
    sentence: "When the last session with the focus has ended, nobody is left whom the IM MCU has called, and nobody \
               has joined for the idle time-out, the focus tells the IM MCU to delete the conference.",
};

/// How long it may be without participants when the scenario does not say.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);
/// How much later the command may be heard: pool time-outs, repeats, clocks.
const MARGIN: Duration = Duration::from_secs(120);
/// How much earlier: what a clock may be wrong by meanwhile.
const CLOCK: Duration = Duration::from_secs(10);

pub(super) struct Idle {
    timeout: Duration,
    /// Conferences that the IM MCU serves, and when somebody was last seen in them.
    served: BTreeMap<Arc<str>, (Instant, MsgId)>,
}

impl Idle {
    pub(super) fn new(known: &Known) -> Self {
        let timeout = known.limits.idle_timeout.unwrap_or(IDLE_TIMEOUT);
        Self { timeout, served: BTreeMap::new() }
    }

    fn commanded(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        match spoken.term() {
            Some(Term::Begins(conference)) => {
                self.served.entry(conference.into()).or_insert((scene.at, spoken.id));
            }
            Some(Term::Ends(conference)) => {
                let served = self.served.remove(conference);
                if served.is_some_and(|(since, _)| since + self.timeout <= scene.at + CLOCK) {
                    verdict.exercise(&ENDS);
                }
            }
            None => {}
        }
    }
}

impl Observe for Idle {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken)
                if spoken.node == NodeId::MCU && *spoken.message.method() == Method::Service =>
            {
                self.commanded(scene, spoken, verdict);
            }
            Sight::Said(spoken) | Sight::Heard(spoken) => {
                let dialog = spoken.dialog.and_then(|id| scene.dialogs.get(id));
                if let Some((at, _)) = dialog.and_then(|dialog| self.served.get_mut(&*dialog.conference)) {
                    *at = scene.at;
                }
            }
            Sight::Crashed(NodeId::MCU) => self.served.clear(),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (conference, (since, created)) in &self.served {
            let mut sessions = scene.dialogs.of(NodeId::FOCUS, Use::Session, conference);
            let mut called = scene.dialogs.of(NodeId::MCU, Use::Session, conference);
            let empty = sessions.all(|(_, session)| session.ended.is_some())
                // Who was called is in the conference without a session with the focus (EX-IM-4-1-2-o).
                && called.all(|(_, session)| session.ended.is_some() || !session.was_called());
            let over = *since + self.timeout + MARGIN <= scene.at;
            if over && empty && !scene.pool_broken {
                let words =
                    format!("nobody has been in {conference} since {since}; the IM MCU still serves it");
                verdict.violate(&ENDS, scene.finding(NodeId::FOCUS, &[*created], words));
            }
        }
    }
}
