//! Roles: they change by modifyUserRoles, and by nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::wire::sip::Method;

use super::command::Progress;
use super::dialog::{Dialog, Use};
use super::document::{Document, News};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// A role is what a command made it.
pub(super) const GRANTED: Property = Property {
    id: "roles.granted",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-33", "EX-CWA-0-g"],
    sentence: "While a user is in the conference his role changes when modifyUserRoles succeeds and only then, to \
               what it says; the organizer is presenter all the time.",
};

/// By conference.
#[derive(Default)]
pub(super) struct Roles {
    conferences: BTreeMap<Arc<str>, BTreeMap<String, Standing>>,
}

/// What is known of a user.
#[derive(Default)]
struct Standing {
    /// The role shown last.
    shown: Option<String>,
    /// The role a command has given him since, and the message that says so.
    given: Option<(String, MsgId)>,
}

impl Observe for Roles {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) => self.said(scene, spoken, verdict),
            Sight::Crashed(NodeId::FOCUS) => self.conferences.clear(),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (conference, users) in &self.conferences {
            for (user, standing) in users {
                let Some((role, by)) = &standing.given else { continue };
                let mut subscriptions = scene.dialogs.of(NodeId::FOCUS, Use::Subscription, conference);
                if subscriptions.any(|(_, dialog)| dialog.live()) && !scene.pool_broken {
                    let words = format!("made {user} {role} and never showed it");
                    verdict.violate(&GRANTED, scene.finding(NodeId::FOCUS, &[*by], words));
                }
            }
        }
    }
}

impl Roles {
    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let done = spoken.progress.and_then(Progress::success);
        // Each activation gives roles anew (D-12).
        if let Some(conference) = spoken.begins().filter(|_| spoken.node == NodeId::FOCUS) {
            self.conferences.remove(conference);
        }
        let Some(dialog) = spoken.dialog.and_then(|id| scene.dialogs.get(id)) else { return };
        let users = self.conferences.entry(dialog.conference.clone()).or_default();
        if let Some((user, role)) = done
            .filter(|it| it.name == "modifyUserRoles")
            .and_then(|it| it.user.clone().zip(it.value.clone()))
        {
            verdict.exercise(&GRANTED);
            let standing = users.entry(user).or_default();
            let already = standing.shown.as_deref() == Some(role.as_str());
            standing.given = (!already).then_some((role, spoken.id));
        }
        if let News::Roster(document) = &spoken.news {
            told(users, scene, dialog, document, spoken, verdict);
        }
        let over = dialog.server == NodeId::FOCUS && dialog.uses == Use::Session && dialog.ended.is_some();
        if over && !present(scene, dialog) {
            // Nobody may have been there to be shown that he left.
            users.remove(scene.cast.uri(dialog.user));
        }
        if *spoken.message.method() == Method::Invite && dialog.server == NodeId::FOCUS {
            // Who comes, comes with the role that is his.
            users.remove(scene.cast.uri(dialog.user));
        }
    }
}

/// Whether the user of `dialog` has a session with the focus.
fn present(scene: &Scene, dialog: &Dialog) -> bool {
    let user = scene.cast.uri(dialog.user);
    let mut sessions = scene.dialogs.of(NodeId::FOCUS, Use::Session, &dialog.conference);
    sessions.any(|(_, other)| other.ended.is_none() && scene.cast.uri(other.user) == user)
}

fn told(
    users: &mut BTreeMap<String, Standing>,
    scene: &Scene,
    dialog: &Dialog,
    document: &Document,
    spoken: &Spoken<'_>,
    verdict: &mut Verdict,
) {
    for user in document.root.users() {
        let Some(name) = user.attribute("entity") else { continue };
        if user.is_deleted() {
            users.remove(name);
            continue;
        }
        let role = user.role();
        let organizer = dialog.conference.split_once('#').is_some_and(|(organizer, _)| organizer == name);
        let standing = users.entry(name.to_owned()).or_default();
        let words = match (&standing.shown, &standing.given) {
            _ if organizer && role != "presenter" => Some(format!("shows the organizer, {name}, as {role}")),
            (_, Some((given, _))) if given != role => {
                Some(format!("shows {name} as {role}, whom a command has made {given}"))
            }
            (Some(shown), None) if shown != role => {
                Some(format!("shows {name} as {role}, who was {shown}; no command has changed that"))
            }
            _ => None,
        };
        let by = standing.given.take().map(|(_, by)| by);
        standing.shown = Some(role.to_owned());
        if let Some(words) = words {
            let messages: Vec<MsgId> = by.into_iter().chain([spoken.id]).collect();
            verdict.violate(&GRANTED, scene.finding(NodeId::FOCUS, &messages, words));
        }
    }
}
