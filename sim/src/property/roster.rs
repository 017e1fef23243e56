//! Rosters: every subscriber is told every version, and everybody ends up with the same.
//!
//! Presenters, other participants, and each user in the lobby see rosters of their own (D-13); which one a
//! subscriber is to see, his own entry in it tells.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::{Event, RosterView, UserView};

use super::dialogs::{Dialog, DialogId, Use};
use super::document::{Document, News};
use super::element::{Element, State};
use super::members;
use super::naming::conference_named;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::verdict::Finding;
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
    conferences: BTreeMap<Arc<str>, Conference>,
    /// How many activations there have been; those that are over, by number.
    begun: u32,
    over: BTreeMap<u32, Conference>,
    subscribers: BTreeMap<DialogId, Subscriber>,
    /// Rosters on their way to a user: dialog, whether in a request, CSeq; and of which activation they tell.
    under_way: BTreeMap<(DialogId, bool, u32), u32>,
    /// Of which activation the last roster tells that a user has heard.
    hears: BTreeMap<(NodeId, Arc<str>), u32>,
    /// The conferences that clients show, by their URIs.
    names: BTreeMap<String, Arc<str>>,
    /// What each client shows last.
    shown: BTreeMap<(NodeId, Arc<str>), Shown>,
}

/// One activation of a conference (D-12).
#[derive(Default)]
struct Conference {
    /// Which of all activations.
    number: u32,
    newest: u32,
    versions: BTreeMap<(u32, View), Known>,
    /// The last step from one replica to the next, by identity: who has the same replica makes the same step.
    step: Option<(Arc<Element>, Arc<Document>, Arc<Element>)>,
    /// The last roster that was seen without its lobby, and what was seen then.
    cut: Option<(Arc<Element>, Arc<Element>)>,
}

/// What a subscriber sees (D-13, D-14).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum View {
    /// Everybody: presenters.
    Everyone,
    /// Everybody but the lobby.
    Admitted,
    /// This user, who waits in the lobby.
    Oneself(String),
}

impl View {
    fn of(user: &str, waits: bool, role: &str) -> Self {
        match role {
            _ if waits => Self::Oneself(user.to_owned()),
            "presenter" => Self::Everyone,
            _ => Self::Admitted,
        }
    }

    /// The view of `user`, whose replica this is.
    fn of_replica(user: &str, roster: &Element) -> Self {
        roster.user(user).map_or(Self::Admitted, |own| Self::of(user, own.waits(), own.role()))
    }

    /// The view of `user`, whose client shows this.
    fn of_shown(user: &str, shown: &RosterView) -> Self {
        let waits = |own: &UserView| own.endpoints.values().any(|endpoint| endpoint.status == "on-hold");
        shown.get(user).map_or(Self::Admitted, |own| Self::of(user, waits(own), &own.role))
    }
}

/// A version as first seen.
struct Known {
    roster: Arc<Element>,
    said: MsgId,
    /// A roster that a client showed before this one, and who is not the same value in it: others show the same.
    turn: Option<(Arc<Element>, Vec<Arc<str>>)>,
}

/// What a client shows.
#[derive(Default)]
struct Shown {
    version: u32,
    /// The roster that the documents make, and the same as it was shown, where the two were found alike.
    alike: Option<(Arc<Element>, Arc<RosterView>)>,
}

/// What one subscription has been told.
struct Subscriber {
    version: u32,
    roster: Arc<Element>,
    said: MsgId,
    /// CSeq of the last message that told it something, and whether its user has heard that one.
    cseq: u32,
    heard: bool,
    /// A violation was found: its roster is not to be relied upon until the next full document.
    unsure: bool,
}

impl Observe for Rosters {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Heard, Topic::Event, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) if spoken.node == NodeId::FOCUS => self.said(scene, spoken, verdict),
            Sight::Heard(spoken) => self.heard(scene, spoken),
            Sight::Event(who, Event::Roster { conference, version, roster }) => {
                self.shown(scene, who, conference, *version, roster, verdict);
            }
            // Versions start again (D-12).
            Sight::Crashed(NodeId::FOCUS) => {
                let all = std::mem::take(&mut self.conferences);
                self.over.extend(all.into_values().map(|conference| (conference.number, conference)));
                self.shown.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, subscriber) in &self.subscribers {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.live()) else { continue };
            let Some(conference) = self.conferences.get(&dialog.conference) else { continue };
            if subscriber.version < conference.newest && !scene.struck(dialog.user) && !scene.pool_broken {
                let words = format!(
                    "{} was left at version {} although version {} was published",
                    scene.name(dialog.user),
                    subscriber.version,
                    conference.newest
                );
                verdict.violate(&VERSIONS, finding(scene, NodeId::FOCUS, &[subscriber.said], words));
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
            let Some(conference) = self.conferences.get(&dialog.conference) else { continue };
            let sees_all =
                View::of_replica(scene.cast.uri(dialog.user), &subscriber.roster) == View::Everyone;
            let current = subscriber.version == conference.newest && !subscriber.unsure;
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
                verdict.violate(&VERSIONS, finding(scene, NodeId::FOCUS, &[spoken.id], words));
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
        let message = spoken.message;
        let place = message.cseq().map(|cseq| (id, message.is_request(), cseq.seq));
        if let Some(activation) = place.ok().and_then(|place| self.under_way.remove(&place)) {
            self.hears.insert((dialog.user, dialog.conference.clone()), activation);
        }
        if let Some(subscriber) = self.subscribers.get_mut(&id)
            && message.cseq().is_ok_and(|cseq| cseq.seq == subscriber.cseq)
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
        if let Some(over) = self.conferences.remove(conference) {
            self.over.insert(over.number, over);
        }
        self.shown.retain(|(_, shown), _| **shown != *conference);
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
        let conference = self.conferences.entry(dialog.conference.clone()).or_insert_with(|| {
            self.begun += 1;
            Conference { number: self.begun, ..Conference::default() }
        });
        let before = self.subscribers.get(&id);
        verdict.exercise(&VERSIONS);
        let fault = version_fault(conference, before, document, scene.cast.name(dialog.user));
        let wrong = fault.is_some();
        if let Some(words) = fault {
            let messages: Vec<MsgId> = before.map(|b| b.said).into_iter().chain([spoken.id]).collect();
            verdict.violate(&VERSIONS, finding(scene, NodeId::FOCUS, &messages, words));
        }
        let mut roster = conference.step(before.map(|before| &before.roster), document);
        let unsure = match document.state {
            State::Full => false,
            State::Partial | State::Deleted => wrong || before.is_none_or(|before| before.unsure),
        };
        let version = document.version;
        if !unsure {
            let view = View::of_replica(scene.cast.uri(dialog.user), &roster);
            match conference.compare(version, view, &roster, spoken.id, verdict) {
                // One value for all who have the same: the next step is then taken once.
                Ok(same) => roster = same,
                Err((said, words)) => {
                    let messages = [said, spoken.id];
                    verdict.violate(&REPLICAS, finding(scene, NodeId::FOCUS, &messages, words));
                }
            }
            conference.newest = conference.newest.max(version);
        }
        let cseq = spoken.message.cseq().map_or(0, |cseq| cseq.seq);
        self.under_way.insert((id, spoken.message.is_request(), cseq), conference.number);
        let subscriber = Subscriber { version, roster, said: spoken.id, cseq, heard: false, unsure };
        self.subscribers.insert(id, subscriber);
    }

    /// The name of a conference that a client shows.
    fn name_of(&mut self, uri: &str) -> Option<Arc<str>> {
        if let Some(known) = self.names.get(uri) {
            return Some(known.clone());
        }
        let name: Arc<str> = conference_named(uri)?.into();
        self.names.insert(uri.to_owned(), name.clone());
        Some(name)
    }

    /// A client shows a roster.
    fn shown(
        &mut self,
        scene: &Scene,
        who: NodeId,
        uri: &str,
        version: u32,
        shown: &Arc<RosterView>,
        verdict: &mut Verdict,
    ) {
        let Some(name) = self.name_of(uri) else { return };
        let key = (who, name);
        let current = self.conferences.get_mut(&key.1);
        let heard = self.hears.get(&key).filter(|heard| current.as_ref().is_none_or(|c| c.number != **heard));
        let Some(conference) = heard.and_then(|heard| self.over.get_mut(heard)).or(current) else { return };
        let place = self.shown.entry(key).or_default();
        let before = std::mem::replace(place, Shown { version, alike: None }).alike;
        let view = View::of_shown(scene.cast.uri(who), shown);
        let newest = conference.newest;
        let known = conference.versions.get_mut(&(version, view));
        if known.is_none() && version <= newest {
            return;
        }
        verdict.exercise(&REPLICAS);
        let said = known.as_ref().map(|known| known.said);
        let words = match known {
            None => Some(format!("shows version {version}, which nobody published")),
            Some(known) => {
                let user = known.unlike(shown, before.as_ref());
                place.alike = user.is_none().then(|| (known.roster.clone(), Arc::clone(shown)));
                user.map(|user| {
                    format!("shows {user} at version {version} otherwise than the documents make it")
                })
            }
        };
        if let Some(words) = words {
            let messages: Vec<MsgId> = said.into_iter().collect();
            verdict.violate(&REPLICAS, finding(scene, who, &messages, words));
        }
    }

    /// A client that heard the last thing it was told shows it, unless a fault kept it from asking again.
    fn caught_up(&self, scene: &Scene, dialog: &Dialog, subscriber: &Subscriber, verdict: &mut Verdict) {
        if !subscriber.heard || scene.struck(dialog.user) || scene.pool_broken {
            return;
        }
        verdict.exercise(&CONVERGENCE);
        let shown =
            self.shown.get(&(dialog.user, dialog.conference.clone())).map_or(0, |shown| shown.version);
        if shown != subscriber.version {
            let words = format!("shows version {shown} in the end, having been sent {}", subscriber.version);
            verdict.violate(&CONVERGENCE, finding(scene, dialog.user, &[subscriber.said], words));
        }
    }
}

impl Conference {
    fn step(&mut self, before: Option<&Arc<Element>>, document: &Arc<Document>) -> Arc<Element> {
        if let (Some((from, by, to)), Some(before)) = (&self.step, before)
            && Arc::ptr_eq(from, before)
            && Arc::ptr_eq(by, document)
        {
            return to.clone();
        }
        let after = document.apply(before);
        if let Some(before) = before {
            self.step = Some((before.clone(), document.clone(), after.clone()));
        }
        after
    }

    /// The version `version` as it is known to who has this view, if `roster` is equal to it or the first of
    /// it; else what it differs from, and how. What presenters see tells what others see.
    fn compare(
        &mut self,
        version: u32,
        view: View,
        roster: &Arc<Element>,
        said: MsgId,
        verdict: &mut Verdict,
    ) -> Result<Arc<Element>, (MsgId, String)> {
        if view == View::Everyone {
            let without = self.without_lobby(roster);
            self.compare_alike((version, View::Admitted), &without, said, verdict)?;
        }
        self.compare_alike((version, view), roster, said, verdict)
    }

    fn compare_alike(
        &mut self,
        key: (u32, View),
        roster: &Arc<Element>,
        said: MsgId,
        verdict: &mut Verdict,
    ) -> Result<Arc<Element>, (MsgId, String)> {
        let version = key.0;
        let Some(known) = self.versions.get(&key) else {
            self.versions.insert(key, Known { roster: roster.clone(), said, turn: None });
            return Ok(roster.clone());
        };
        verdict.exercise(&REPLICAS);
        if known.roster == *roster {
            return Ok(known.roster.clone());
        }
        let place = known.roster.difference(roster).unwrap_or_default();
        Err((known.said, format!("version {version} differs between two subscribers at {place}")))
    }

    fn without_lobby(&mut self, roster: &Arc<Element>) -> Arc<Element> {
        if let Some((from, to)) = &self.cut
            && Arc::ptr_eq(from, roster)
        {
            return to.clone();
        }
        let without = roster.without_lobby();
        self.cut = Some((roster.clone(), without.clone()));
        without
    }
}

impl Known {
    /// A user whom `shown` has otherwise than this version. Where a client showed `before` what was alike, only those
    /// are looked at who are not the same values as then, on either side.
    fn unlike(
        &mut self,
        shown: &RosterView,
        before: Option<&(Arc<Element>, Arc<RosterView>)>,
    ) -> Option<String> {
        let Self { roster, turn, .. } = self;
        let differs = |user: &str| match (roster.user(user), shown.get(user)) {
            (None, None) => false,
            (Some(known), Some(view)) => !alike(known, view),
            _ => true,
        };
        let Some((old, old_shown)) = before else {
            let known = roster.users().filter_map(|user| user.attribute("entity"));
            let mut users = known.chain(shown.iter().map(|(user, _)| &**user));
            return users.find(|user| differs(user)).map(str::to_owned);
        };
        if !turn.as_ref().is_some_and(|(from, _)| Arc::ptr_eq(from, old)) {
            *turn = Some((old.clone(), roster.users_changed_since(old)));
        }
        let told = turn.iter().flat_map(|(_, users)| users);
        told.chain(shown.changed_since(old_shown)).find(|user| differs(user)).map(|user| user.to_string())
    }
}

/// What is wrong with the version of `document` for a subscriber called `name` who has got `before`.
fn version_fault(
    conference: &Conference,
    before: Option<&Subscriber>,
    document: &Document,
    name: &str,
) -> Option<String> {
    let version = document.version;
    match (document.state, before) {
        (State::Deleted, _) => Some(format!("sent {name} a deleted roster")),
        (_, _) if version == 0 => Some(format!("sent {name} a roster without version; they start at 1")),
        (State::Partial, None) => Some(format!("sent {name} a partial roster first; expected a full one")),
        (State::Partial, Some(before)) if version != before.version + 1 => Some(format!(
            "sent {name} version {version} after version {}; expected version {}",
            before.version,
            before.version + 1
        )),
        (State::Full, _) if version < conference.newest => Some(format!(
            "sent {name} the full roster of version {version}; expected the current one, {}",
            conference.newest
        )),
        _ => None,
    }
}

fn alike(user: &Element, view: &UserView) -> bool {
    let endpoints: Vec<&Arc<Element>> = user.all("endpoint").collect();
    user.child("display-text").map(|name| name.text()) == view.display_name.as_deref()
        && user.role() == view.role
        && endpoints.len() == view.endpoints.len()
        && endpoints.iter().all(|endpoint| {
            let shown = endpoint.attribute("entity").and_then(|entity| view.endpoints.get(entity));
            shown.is_some_and(|shown| {
                endpoint.attribute("session-type") == Some(shown.session.as_str())
                    && endpoint.child("status").map_or("", |status| status.text()) == shown.status
            })
        })
}

fn finding(scene: &Scene, who: NodeId, messages: &[MsgId], words: String) -> Finding {
    Finding { at: scene.at, who: scene.name(who), messages: messages.to_vec(), words }
}
