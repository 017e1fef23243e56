//! Rosters: every subscriber is told every version, and everybody ends up with the same.
//!
//! Presenters, other participants, and each user in the lobby see rosters of their own (D-13); which one a
//! subscriber is to see, his own entry in it tells.

mod activation;
mod activations;
mod published;
mod screens;
mod subscriber;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::{Event, RosterView};

use self::activation::Activation;
use self::activations::Activations;
use self::screens::Screens;
use self::subscriber::{Subscriber, version_fault};
use self::view::View;
use super::dialog::{Dialog, DialogId, Use};
use super::document::{Document, News};
use super::element::{Element, State};
use super::members;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Need, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Versions without gaps.
pub(super) const VERSIONS: Property = Property {
    id: "roster.versions",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-12", "D-13", "EX-IM-4-1-1-q", "EX-IM-4-1-1-s"],
    sentence: "Each roster document a subscriber is sent carries the version after the last one, a full one the \
               current version, and nobody is left behind.",
};

/// Equal replicas.
pub(super) const REPLICAS: Property = Property {
    id: "roster.replicas",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-12", "D-13", "EX-IM-4-1-1-s", "EX-IM-4-3-1-j", "EX-IM-4-3-2-e"],
    sentence: "Rosters at the same version are the same for all who may see the same, whether built from a full \
               document or from partial ones, by this observer or by a client; who may not see the lobby sees \
               what presenters see without it.",
};

/// Everybody catches up.
pub(super) const CONVERGENCE: Property = Property {
    id: "roster.convergence",
    kind: Kind::Eventually,
    needs: &[Need::Events],
    requirements: &["D-13"],
    sentence: "At the end every subscribed client shows the newest version that reached it.",
};

#[derive(Default)]
pub(super) struct Rosters {
    activations: Activations,
    subscribers: BTreeMap<DialogId, Subscriber>,
    screens: Screens,
}

impl Observe for Rosters {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Heard, Topic::Event, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) if spoken.node == NodeId::FOCUS => self.said(scene, spoken, verdict),
            Sight::Heard(spoken) => self.heard(scene, spoken),
            Sight::Event(who, Event::Roster { conference, version, roster }) => {
                self.shown(scene, who, (conference, *version, roster), verdict);
            }
            // Versions start again (D-12).
            Sight::Crashed(NodeId::FOCUS) => {
                self.activations.finish_all();
                self.screens.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, subscriber) in &self.subscribers {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.live()) else { continue };
            let Some(activation) = self.activations.current(&dialog.conference) else { continue };
            if subscriber.version < activation.newest && !scene.struck(dialog.user) && !scene.pool_broken {
                let words = format!(
                    "{} was left at version {} although version {} was published",
                    scene.name(dialog.user),
                    subscriber.version,
                    activation.newest
                );
                verdict.violate(&VERSIONS, scene.finding(NodeId::FOCUS, &[subscriber.said], words));
            }
            self.caught_up(scene, dialog, subscriber, verdict);
        }
        self.members(scene, verdict);
    }
}

impl Rosters {
    /// What presenters are told in the end, for each conference once.
    fn members(&self, scene: &Scene, verdict: &mut Verdict) {
        let mut judged: Vec<&str> = Vec::new();
        for (id, subscriber) in &self.subscribers {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.live()) else { continue };
            let Some(activation) = self.activations.current(&dialog.conference) else { continue };
            let sees_all =
                View::of_replica(scene.cast.uri(dialog.user), &subscriber.roster) == View::Everyone;
            let current = subscriber.version == activation.newest && !subscriber.unsure;
            if sees_all && current && !scene.pool_broken && !judged.contains(&&*dialog.conference) {
                judged.push(&dialog.conference);
                members::judge(scene, &dialog.conference, subscriber.said, &subscriber.roster, verdict);
            }
        }
    }

    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return self.perhaps_new(spoken);
        };
        if dialog.uses == Use::Session {
            self.perhaps_over(scene, dialog);
            return;
        }
        match &spoken.news {
            News::Nothing => {}
            News::Unreadable => {
                let words = "sent a roster document that cannot be read".to_owned();
                verdict.violate(&VERSIONS, scene.finding(NodeId::FOCUS, &[spoken.id], words));
            }
            News::Roster(document) => self.told(scene, id, dialog, spoken, document, verdict),
        }
    }

    /// A user has heard something; a BYE of his may have ended the conference.
    fn heard(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return;
        };
        if dialog.uses == Use::Session {
            self.perhaps_over(scene, dialog);
            return;
        }
        if spoken.node != dialog.user {
            return;
        }
        let Ok(cseq) = spoken.message.cseq() else { return };
        let way = (id, spoken.message.is_request(), cseq.seq);
        self.activations.hear(way, dialog.user, &dialog.conference);
        if let Some(subscriber) = self.subscribers.get_mut(&id)
            && cseq.seq == subscriber.cseq
        {
            subscriber.heard = true;
        }
    }

    /// The focus tells the IM MCU of a conference when it becomes active: versions may start again. It does so too when
    /// the MCU has forgotten it; then they go on, and the next one is taken as it comes.
    fn perhaps_new(&mut self, spoken: &Spoken<'_>) {
        if let Some(conference) = spoken.begins() {
            self.finish(conference);
        }
    }

    /// An activation is over. Who has not heard so yet may still show what was published in it.
    fn finish(&mut self, conference: &str) {
        self.activations.finish(conference);
        self.screens.forget(conference);
    }

    /// When the last session with the focus is over, so is the activation, and versions may start again.
    fn perhaps_over(&mut self, scene: &Scene, dialog: &Dialog) {
        let gone = dialog.server == NodeId::FOCUS && dialog.over();
        let mut others = scene.dialogs.of(NodeId::FOCUS, Use::Session, &dialog.conference);
        if gone && others.all(|(_, other)| other.over()) {
            self.finish(&dialog.conference);
        }
    }

    /// A subscriber is sent a document.
    fn told(
        &mut self,
        scene: &Scene,
        id: DialogId,
        dialog: &Dialog,
        spoken: &Spoken<'_>,
        document: &Arc<Document>,
        verdict: &mut Verdict,
    ) {
        let activation = self.activations.begin(&dialog.conference);
        let before = self.subscribers.get(&id);
        verdict.exercise(&VERSIONS);
        let fault = version_fault(activation.newest, before, document, scene.cast.name(dialog.user));
        let wrong = fault.is_some();
        if let Some(words) = fault {
            let messages: Vec<MsgId> = before.map(|b| b.said).into_iter().chain([spoken.id]).collect();
            verdict.violate(&VERSIONS, scene.finding(NodeId::FOCUS, &messages, words));
        }
        let mut roster = activation.step(before.map(|before| &before.roster), document);
        let unsure = match document.state {
            State::Full => false,
            State::Partial | State::Deleted => wrong || before.is_none_or(|before| before.unsure),
        };
        let version = document.version;
        if !unsure {
            let view = View::of_replica(scene.cast.uri(dialog.user), &roster);
            match compare(activation, (version, view), &roster, spoken.id, verdict) {
                // One value for all who have the same: the next step is then taken once.
                Ok(same) => roster = same,
                Err((said, words)) => {
                    let messages = [said, spoken.id];
                    verdict.violate(&REPLICAS, scene.finding(NodeId::FOCUS, &messages, words));
                }
            }
            activation.newest = activation.newest.max(version);
        }
        let cseq = spoken.message.cseq().map_or(0, |cseq| cseq.seq);
        let number = activation.number;
        self.activations.tell((id, spoken.message.is_request(), cseq), number);
        let subscriber = Subscriber { version, roster, said: spoken.id, cseq, heard: false, unsure };
        self.subscribers.insert(id, subscriber);
    }

    /// A client shows a roster.
    fn shown(
        &mut self,
        scene: &Scene,
        who: NodeId,
        (uri, version, roster): (&str, u32, &Arc<RosterView>),
        verdict: &mut Verdict,
    ) {
        let client = (who, scene.cast.uri(who));
        let shown = self.screens.show(&mut self.activations, client, uri, version, roster);
        let Some(compared) = shown else { return };
        verdict.exercise(&REPLICAS);
        if let Err((said, words)) = compared {
            verdict.violate(&REPLICAS, scene.finding(who, said.as_slice(), words));
        }
    }

    /// A client that heard the last thing it was told shows it, unless a fault kept it from asking again.
    fn caught_up(&self, scene: &Scene, dialog: &Dialog, subscriber: &Subscriber, verdict: &mut Verdict) {
        if !subscriber.heard || scene.struck(dialog.user) || scene.pool_broken {
            return;
        }
        verdict.exercise(&CONVERGENCE);
        let shown = self.screens.version(dialog.user, &dialog.conference);
        if shown != subscriber.version {
            let words = format!("shows version {shown} in the end, having been sent {}", subscriber.version);
            verdict.violate(&CONVERGENCE, scene.finding(dialog.user, &[subscriber.said], words));
        }
    }
}

/// The version as it is known to who has this view, if `roster` is equal to it or the first of it; else what it differs
/// from, and how. What presenters see tells what others see.
fn compare(
    activation: &mut Activation,
    (version, view): (u32, View),
    roster: &Arc<Element>,
    said: MsgId,
    verdict: &mut Verdict,
) -> Result<Arc<Element>, (MsgId, String)> {
    if view == View::Everyone {
        let without = activation.without_lobby(roster);
        compare(activation, (version, View::Admitted), &without, said, verdict)?;
    }
    let Some(known) = activation.publish(version, view, roster, said) else { return Ok(roster.clone()) };
    verdict.exercise(&REPLICAS);
    if known.roster == *roster {
        return Ok(known.roster.clone());
    }
    let place = known.roster.difference(roster).unwrap_or_default();
    Err((known.said, format!("version {version} differs between two subscribers at {place}")))
}
