//! When everybody has left and all timers have run out, nothing of it is left in any machine.

use confsim_core::node::Dump;
use confsim_core::time::{Duration, Instant};

use super::sight::{Observe, Scene, Sight, Topic};
use super::verdict::Finding;
use super::{Kind, Known, Need, Property, Verdict};
use crate::trace::{NodeId, Role};

/// Nothing is left.
pub(super) const NOTHING: Property = Property {
    id: "resources.leak",
    kind: Kind::Eventually,
    needs: &[Need::Dumps],
    requirements: &["D-1", "D-23", "D-28"],
    sentence: "When every session has ended, the conferences have been idle for long enough, and no message has \
               passed for as long as a transaction may last, no machine holds a dialog, transaction, \
               subscription, session, command, report or history.",
};

/// How long a conference without participants stays active when the scenario does not say.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);
/// How long a user's IM sessions may outlive his focus session, a pool member may take, and the like.
const GRACE: Duration = Duration::from_secs(60);
/// How long a transaction may last after its last message: 64 T1 (D-1), and a little.
const TRANSACTION: Duration = Duration::from_secs(40);

/// What belongs to nobody who could leave: who is registered, what is provisioned, what nodes are connected by.
const LASTING: [(Role, &[&str]); 5] = [
    (Role::Client, &["connections", "timers"]),
    (Role::FrontEnd, &["connections", "timers", "bindings"]),
    (Role::Factory, &["connections", "timers", "conferences"]),
    (Role::Focus, &["connections"]),
    (Role::Mcu, &["connections"]),
];

pub(super) struct Leak {
    idle_timeout: Duration,
    /// When something was last said or heard in a dialog of a conference.
    busy: Instant,
    /// When something was last written at all.
    spoken: Instant,
}

impl Leak {
    pub(super) fn new(known: &Known) -> Self {
        let idle_timeout = known.limits.idle_timeout.unwrap_or(IDLE_TIMEOUT);
        Self { idle_timeout, busy: Instant::ZERO, spoken: Instant::ZERO }
    }

    fn settled(&self, scene: &Scene) -> bool {
        scene.dialogs.all_sessions_ended()
            && scene.at >= self.busy + self.idle_timeout + GRACE
            && scene.at >= self.spoken + TRANSACTION
            // Who waits for a pool member that is down has something to wait for.
            && !scene.reach.lacks_a_member()
            && scene.reach.harmed().is_none_or(|harmed| scene.at >= harmed + GRACE)
    }
}

impl Observe for Leak {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Heard, Topic::Wrote, Topic::Passing, Topic::Left];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) | Sight::Heard(spoken) => {
                // Who is refused may have begun the conference all the same.
                if spoken.dialog.is_some() || spoken.begins().is_some() {
                    self.busy = scene.at;
                }
                self.spoken = scene.at;
            }
            Sight::Wrote(_) | Sight::Passing(_) => self.spoken = scene.at,
            Sight::Left(who, dump) if self.settled(scene) => judge(scene, who, dump, verdict),
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, _: &mut Verdict) {}
}

fn judge(scene: &Scene, who: NodeId, dump: &Dump, verdict: &mut Verdict) {
    // A client that a fault has kept from hearing of the end may wait for it much longer.
    if who.role() == Role::Client && scene.struck(who) {
        return;
    }
    verdict.exercise(&NOTHING);
    let lasting = LASTING.iter().find(|(role, _)| *role == who.role()).map_or(&[][..], |(_, kinds)| *kinds);
    let left: Vec<String> = dump
        .iter()
        .filter(|(kind, count)| **count > 0 && !lasting.contains(kind))
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    if !left.is_empty() {
        let words = format!("still holds {} after everybody has left", left.join(", "));
        let finding = Finding { at: scene.at, who: scene.name(who), messages: Vec::new(), words };
        verdict.violate(&NOTHING, finding);
    }
}
