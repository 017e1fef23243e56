//! Commands to the focus: whoever gives one learns what came of it, once.

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};

use super::command::Progress;
use super::dialog::{Dialog, DialogId};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// What came of it.
pub(super) const ANSWERED: Property = Property {
    id: "command.answered",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &["D-7", "D-20", "EX-IM-4-1-2-c", "EX-IM-4-3-1-k"],
    sentence: "Each command that the focus accepts with 202 gets its result by INFO while the dialog that it was given \
               in lives.",
};

/// Only what was asked.
pub(super) const UNASKED: Property = Property {
    id: "command.unasked",
    kind: Kind::Never,
    needs: &[],
    requirements: &["D-7", "EX-IM-4-1-2-d", "EX-IM-4-3-1-l"],
    sentence: "The focus tells a client the result of a command that it has not accepted from it, or that it has told \
               before, or of another command under its number.",
};

/// How long a command may take besides a call: the pool's time and its repeats.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Default)]
pub(super) struct Answers {
    open: BTreeMap<(DialogId, String), (String, Instant, MsgId)>,
}

impl Observe for Answers {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) => self.said(scene, spoken, verdict),
            Sight::Crashed(NodeId::FOCUS) => self.open.clear(),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for ((asker, _), (name, at, accepted)) in &self.open {
            let alive = scene.dialogs.get(*asker).is_some_and(Dialog::live);
            if alive && *at + PATIENCE <= scene.at && !scene.pool_broken {
                let words = format!("accepted {name} at {at} and never told what came of it");
                verdict.violate(&ANSWERED, scene.finding(NodeId::FOCUS, &[*accepted], words));
            }
        }
    }
}

impl Answers {
    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some(asker) = spoken.dialog else { return };
        match spoken.progress {
            Some(Progress::Accepted(command)) => {
                let key = (asker, command.request_id.clone());
                self.open.insert(key, (command.name.clone(), scene.at, spoken.id));
            }
            Some(Progress::Told { asked, answer }) => {
                verdict.exercise(&UNASKED);
                if answer.code.as_deref() != Some("pending") {
                    verdict.exercise(&ANSWERED);
                    self.open.remove(&(asker, answer.request_id.clone()));
                }
                let asked = asked.as_ref().map_or("nothing", |asked| asked.name.as_str());
                if asked != answer.name {
                    let words = format!(
                        "tells the result of {} number {}; asked was {asked}",
                        answer.name, answer.request_id
                    );
                    verdict.violate(&UNASKED, scene.finding(NodeId::FOCUS, &[spoken.id], words));
                }
            }
            None => {}
        }
    }
}
