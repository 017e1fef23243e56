//! When the faults are over, everybody catches up: whatever was struck before.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::Event;
use confsim_core::time::{Duration, Instant};

use super::command::Term;
use super::dialog::{Dialog, DialogId};
use super::document::{Document, News};
use super::element::State;
use super::naming::conference_named;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::verdict::Finding;
use super::{Kind, Need, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Everybody catches up in the end.
pub(super) const EVERYBODY: Property = Property {
    id: "roster.settled",
    kind: Kind::Eventually,
    needs: &[Need::Events],
    requirements: &["D-4", "D-13"],
    sentence: "When no fault has struck for two minutes and the roster changes once more, each client that has a \
               subscription and a connection shows that change, whatever was struck before.",
};

/// How long after the last fault everything has healed that heals: endpoints without a connection have left (D-4).
const HEALED: Duration = Duration::from_secs(125);
/// How long news may be under way, with a gap to be filled on the slowest of links.
const PATIENCE: Duration = Duration::from_secs(25);

#[derive(Default)]
pub(super) struct Settled {
    conferences: BTreeMap<Arc<str>, Newest>,
    /// What each subscription was sent last.
    sent: BTreeMap<DialogId, (u32, MsgId)>,
    /// What each client shows, that takes itself for a participant.
    shown: BTreeMap<(NodeId, String), u32>,
}

/// The newest version of a roster.
#[derive(Clone, Copy)]
struct Newest {
    version: u32,
    since: Instant,
}

impl Observe for Settled {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Heard, Topic::Event, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, _: &mut Verdict) {
        match sight {
            Sight::Said(spoken) if spoken.node == NodeId::FOCUS => {
                if let News::Roster(document) = &spoken.news {
                    self.said(scene, spoken, document);
                }
            }
            Sight::Heard(spoken) => {
                if let Some(Term::Ends(conference)) = spoken.term() {
                    self.ends(scene, conference);
                }
            }
            Sight::Event(who, Event::Joined { conference }) => self.shows(who, conference, 0),
            Sight::Event(who, Event::Roster { conference, version, .. }) => {
                self.shows(who, conference, *version);
            }
            Sight::Event(who, Event::Ended { conference, .. }) => {
                if let Some(name) = conference_named(conference) {
                    self.shown.remove(&(who, name));
                }
            }
            Sight::Crashed(NodeId::FOCUS) => self.conferences.clear(),
            Sight::Crashed(who) => self.shown.retain(|(client, _), _| *client != who),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, (version, said)) in &self.sent {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.live()) else { continue };
            let Some(newest) = self.conferences.get(&dialog.conference).copied() else { continue };
            let is_calm = scene.reach.harmed().is_none_or(|harmed| newest.since >= harmed + HEALED);
            if is_calm && scene.at >= newest.since + PATIENCE && scene.reach.has_line(dialog.user) {
                self.judge(scene, dialog, (*version, *said), newest, verdict);
            }
        }
    }
}

impl Settled {
    /// Its subscriptions end with it, whether or not there is a connection to tell their clients (D-11).
    fn ends(&mut self, scene: &Scene, conference: &str) {
        self.conferences.remove(conference);
        let of_others = |id: &DialogId| scene.dialogs.get(*id).is_none_or(|it| *it.conference != *conference);
        self.sent.retain(|id, _| of_others(id));
    }

    fn shows(&mut self, who: NodeId, conference: &str, version: u32) {
        if let Some(name) = conference_named(conference) {
            self.shown.insert((who, name), version);
        }
    }

    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, document: &Document) {
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return;
        };
        self.sent.insert(id, (document.version, spoken.id));
        let newest = Newest { version: document.version, since: scene.at };
        let known = self.conferences.entry(Arc::clone(&dialog.conference)).or_insert(newest);
        // A full one with an older version belongs to a conference that begins anew (D-12).
        if known.version < newest.version || (document.state == State::Full && newest.version < known.version)
        {
            *known = newest;
        }
    }

    fn judge(
        &self,
        scene: &Scene,
        dialog: &Dialog,
        (sent, said): (u32, MsgId),
        newest: Newest,
        verdict: &mut Verdict,
    ) {
        let place = (dialog.user, dialog.conference.to_string());
        let Some(shown) = self.shown.get(&place).copied() else { return };
        verdict.exercise(&EVERYBODY);
        if shown == newest.version {
            return;
        }
        let words = format!(
            "shows version {shown}, was sent {sent}; {} is out since {}, and nothing was in the way",
            newest.version, newest.since
        );
        let (who, messages) = (scene.name(dialog.user), vec![said]);
        verdict.violate(&EVERYBODY, Finding { at: scene.at, who, messages, words });
    }
}
