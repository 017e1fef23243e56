//! Who may not do something is refused, and nothing comes of it.
//!
//! Roles are read from the rosters that the focus publishes, identities from what the front end lets pass.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use confsim_core::node::Summary;
use confsim_core::wire::sip::{Method, StartLine, Uri};

use super::dialog::{Dialog, Use};
use super::document::{Document, News};
use super::element::State;
use super::naming::{address, conference_of, is_from, request_of};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Need, Property, Verdict};
use crate::trace::{ConnectionId, MsgId, NodeId, Role};

/// Refused, and nothing else.
pub(super) const REFUSED: Property = Property {
    id: "authorisation.refused",
    kind: Kind::Always,
    needs: &[Need::Causes],
    requirements: &["D-8", "D-10", "D-11", "D-20"],
    sentence: "A request of one who may not make it (an attendee, a stranger to the dialog or to the roster, a \
               client that speaks as somebody else, as a pool member or for another conference) is refused at \
               once, and whoever hears it sends nothing else for it.",
};

/// Commands for presenters only (MS-CONFBAS facts 2), next to having others called.
const PRESENTERS_ONLY: [&str; 6] = [
    "deleteUser",
    "modifyUserRoles",
    "modifyConferenceLock",
    "setLobbyAccess",
    "deleteConference",
    "modifyConference",
];

#[derive(Default)]
pub(super) struct Authorisation {
    /// The published role by conference and user.
    roles: BTreeMap<(String, String), String>,
    /// The last document read: one goes to all subscribers.
    last: Option<Arc<Document>>,
    /// Who says to be whom, by connection: nobody is asked for a proof when he registers.
    registered: BTreeSet<(ConnectionId, String)>,
    acts: BTreeMap<MsgId, Act>,
    /// Requests heard before, by connection: a repeat is not answered anew, and a CANCEL of one is no act of its own.
    known: BTreeSet<(NodeId, ConnectionId, (u64, u32), Method)>,
}

/// Something done by one who may not.
struct Act {
    node: NodeId,
    /// What it is, in words.
    words: String,
    refused: bool,
}

impl Observe for Authorisation {
    const TOPICS: &'static [Topic] =
        &[Topic::Heard, Topic::Passing, Topic::Said, Topic::Sent, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) | Sight::Passing(spoken) => self.heard(scene, spoken),
            Sight::Said(spoken) if spoken.node == NodeId::FOCUS => self.said(scene, spoken),
            Sight::Sent { id, node, cause, summary } => self.sent(scene, (id, node, cause), summary, verdict),
            Sight::Crashed(NodeId::FOCUS) => self.roles.clear(),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, act) in self.acts.iter().filter(|(_, act)| !act.refused) {
            let words = format!("never refused {}", act.words);
            verdict.violate(&REFUSED, scene.finding(act.node, &[*id], words));
        }
    }
}

impl Authorisation {
    fn heard(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let message = spoken.message;
        if *message.method() == Method::Register
            && let Ok(from) = message.from()
        {
            self.registered.insert((spoken.connection, from.uri.address()));
            return;
        }
        let told = matches!(message.method(), Method::Ack | Method::Benotify);
        if !message.is_request() || told || spoken.node.role() == Role::Client {
            return;
        }
        // A client has its connection to itself; those of pool members carry many, whose names may collide (D-2).
        let words = if spoken.node == NodeId::FRONT_END {
            self.is_new(spoken).then(|| self.transgression(scene, spoken)).flatten()
        } else {
            self.transgression(scene, spoken).filter(|_| self.is_new(spoken))
        };
        if let Some(words) = words {
            self.acts.insert(spoken.id, Act { node: spoken.node, words, refused: false });
        }
    }

    /// Whether a request has not been heard on this connection before.
    fn is_new(&mut self, spoken: &Spoken<'_>) -> bool {
        let method = match spoken.message.method() {
            Method::Cancel => Method::Invite,
            method => method.clone(),
        };
        let key = request_of(spoken.message).map(|it| (spoken.node, spoken.connection, it, method));
        key.is_some_and(|key| self.known.insert(key))
    }

    /// What is wrong with a request, in words.
    fn transgression(&self, scene: &Scene, spoken: &Spoken<'_>) -> Option<String> {
        let message = spoken.message;
        if spoken.node == NodeId::FRONT_END
            && (spoken.peer.role() != Role::Client || is_from(message, &scene.cast, spoken.peer))
        {
            return None;
        }
        if *message.method() != Method::Service
            && let Some(dialog) = spoken.dialog.and_then(|id| scene.dialogs.get(id))
        {
            return self.overstepped(scene, dialog, spoken);
        }
        let from = message.from().ok()?.uri.address();
        if spoken.node == NodeId::FRONT_END {
            let pretends = !self.registered.contains(&(spoken.connection, from.clone()));
            return pretends.then(|| format!("{}, who says to be {from}", scene.name(spoken.peer)));
        }
        if *message.method() == Method::Service {
            let outside = spoken.peer == NodeId::FRONT_END;
            return outside.then(|| format!("{from}, who speaks as a pool member"));
        }
        // One that is somebody else's is not said to be his.
        if let Some(dialog) =
            scene.dialogs.of_client(spoken.node, message).and_then(|id| scene.dialogs.get(id))
        {
            let owner = scene.cast.key(dialog.user);
            return (owner != from).then(|| format!("{from}, who speaks in a dialog of {owner}"));
        }
        uninvited(scene, spoken, &from)
    }

    /// A command that the user whose dialog this is may not give.
    fn overstepped(&self, scene: &Scene, dialog: &Dialog, spoken: &Spoken<'_>) -> Option<String> {
        if dialog.server != NodeId::FOCUS || *spoken.message.method() != Method::Info || !dialog.live() {
            return None;
        }
        let (command, user) = (spoken.command?, scene.cast.key(dialog.user));
        let name = &command.name;
        if command.conference.as_deref().is_some_and(|conference| conference != &*dialog.conference) {
            return Some(format!("{name} of {user} for another conference"));
        }
        let others =
            name == "addUser" && command.user.as_deref().and_then(address).is_some_and(|it| it != user);
        if !others && !PRESENTERS_ONLY.contains(&name.as_str()) {
            return None;
        }
        // Without a subscriber nobody is told of roles.
        let mut subscriptions = scene.dialogs.of(NodeId::FOCUS, Use::Subscription, &dialog.conference);
        let role = self.roles.get(&(dialog.conference.to_string(), user.to_owned()))?;
        (role == "attendee" && subscriptions.any(|(_, subscription)| subscription.live()))
            .then(|| format!("{name} of {user}, an attendee"))
    }

    /// The focus publishes roles, or admits somebody in whichever role.
    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some(dialog) = spoken.dialog.and_then(|id| scene.dialogs.get(id)) else { return };
        if let News::Roster(document) = &spoken.news {
            if !self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, document)) {
                self.publish(&dialog.conference, document);
                self.last = Some(Arc::clone(document));
            }
        } else if *spoken.message.method() == Method::Invite {
            let user = scene.cast.key(dialog.user).to_owned();
            self.roles.remove(&(dialog.conference.to_string(), user));
        }
    }

    fn publish(&mut self, conference: &str, document: &Document) {
        for user in document.root.users() {
            let Some(entity) = user.attribute("entity").and_then(address) else { continue };
            let key = (conference.to_owned(), entity);
            if document.state == State::Deleted || user.attribute("state") == Some("deleted") {
                self.roles.remove(&key);
            } else if !user.role().is_empty() {
                self.roles.insert(key, user.role().to_owned());
            }
        }
    }

    /// Somebody sends something for a request that was heard.
    fn sent(
        &mut self,
        scene: &Scene,
        (id, node, cause): (MsgId, NodeId, MsgId),
        summary: &Summary,
        verdict: &mut Verdict,
    ) {
        let Some(act) = self.acts.get_mut(&cause).filter(|act| act.node == node) else { return };
        match summary {
            Summary::Response(..=199, _) => {}
            Summary::Response(400.., _) if !act.refused => {
                act.refused = true;
                verdict.exercise(&REFUSED);
            }
            other => {
                let words = format!("sends {other} for {}", act.words);
                verdict.violate(&REFUSED, scene.finding(node, &[cause, id], words));
            }
        }
    }
}

/// A call of the IM MCU by one who has no session with the focus (D-10).
fn uninvited(scene: &Scene, spoken: &Spoken<'_>, from: &str) -> Option<String> {
    let message = spoken.message;
    let StartLine::Request { uri, .. } = message.start() else { return None };
    let uri = Uri::parse(uri).ok()?;
    let calls = *message.method() == Method::Invite && uri.opaque()?.starts_with("app:conf:chat:");
    let conference = conference_of(&uri).filter(|_| calls && spoken.node == NodeId::FOCUS)?;
    let mut sessions = scene.dialogs.of(NodeId::FOCUS, Use::Session, &conference);
    let joined = sessions.any(|(_, session)| session.ended.is_none() && scene.cast.key(session.user) == from);
    (!joined).then(|| format!("{from}, who is not in the conference and calls the IM MCU"))
}
