//! The lock: who comes while it is closed waits, or goes.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use confsim_core::wire::sip::Method;

use super::command::{Command, Progress};
use super::dialog::{Dialog, DialogId, Use};
use super::document::{Document, News};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Nobody but the organizer passes.
pub(super) const HOLDS: Property = Property {
    id: "lock.holds",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-14", "D-18", "PRO-2-2-1-2-ah", "PRO-2-2-1-2-ak", "PRO-2-2-1-3-b", "PRO-2-2-1-3-c"],
    sentence: "Who joins while the conference is locked, and is neither its organizer nor in it already, is \
               shown on hold and gets no IM session until setLobbyAccess lets him in or a presenter has him \
               called.",
};

/// By conference.
#[derive(Default)]
pub(super) struct Locks {
    doors: BTreeMap<Arc<str>, Door>,
}

#[derive(Default)]
struct Door {
    locked: bool,
    /// What it is about to become by commands without result yet: nobody may be there any more to hear of that.
    changing: Vec<bool>,
    /// Users who came while it was locked, by SIP URI, with the message that accepted them.
    held: BTreeMap<String, MsgId>,
    /// Users whom presenters are having called: the caller may be gone before the call has its result.
    called: BTreeSet<String>,
    /// Sessions with the focus that it has accepted: a 2xx that is repeated accepts nobody anew.
    known: BTreeSet<DialogId>,
}

impl Observe for Locks {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) => self.said(scene, spoken, verdict),
            Sight::Crashed(NodeId::FOCUS) => self.doors.clear(),
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, _: &mut Verdict) {}
}

impl Locks {
    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let begins = spoken.begins().filter(|_| spoken.node == NodeId::FOCUS);
        if let Some(door) = begins.and_then(|conference| self.doors.get_mut(conference)) {
            *door = Door { known: mem::take(&mut door.known), ..Door::default() };
        }
        let Some(dialog) = spoken.dialog.and_then(|id| scene.dialogs.get(id)) else { return };
        let door = self.doors.entry(dialog.conference.clone()).or_default();
        if let Some(progress) = spoken.progress {
            door.ordered(progress);
        }
        if let News::Roster(document) = &spoken.news {
            door.told(scene, document, spoken, verdict);
        }
        let accepts = *spoken.message.method() == Method::Invite
            && spoken.message.code().is_some_and(|code| (200..300).contains(&code));
        if accepts && !dialog.was_called() {
            door.accepted(scene, dialog, spoken, verdict);
        }
        if dialog.server == NodeId::FOCUS && dialog.uses == Use::Session && dialog.over() {
            door.left(scene, dialog);
        }
        if empty(scene, &dialog.conference) {
            door.forget();
        }
    }
}

impl Door {
    /// Nobody is there any more. Whom a presenter is having called may still come.
    fn forget(&mut self) {
        let (called, known) = (mem::take(&mut self.called), mem::take(&mut self.known));
        *self = Self { called, known, ..Self::default() };
    }

    /// A command is on its way, or has come about.
    fn ordered(&mut self, progress: &Progress) {
        let (command, code) = match progress {
            Progress::Accepted(command) => (command, None),
            Progress::Told { asked: Some(command), answer } => (command, answer.code.as_deref()),
            Progress::Told { asked: None, .. } => return,
        };
        if command.calls && command.name == "addUser" {
            return self.calls(command, code);
        }
        match (command.name.as_str(), command.value.as_deref()) {
            ("modifyConferenceLock", Some(value)) => self.turned(matches!(value, "true" | "1"), code),
            ("setLobbyAccess", Some("granted")) if code == Some("success") => {
                self.held.retain(|user, _| !command.users.contains(user));
            }
            _ => {}
        }
    }

    /// The lock is to be turned, or has its result.
    fn turned(&mut self, lock: bool, code: Option<&str>) {
        match code {
            None => self.changing.push(lock),
            Some("pending") => {}
            Some(result) => {
                self.settled(lock);
                if result == "success" {
                    self.locked = lock;
                }
            }
        }
    }

    /// A command has come about, and so have those before it, whose results nobody was there to hear.
    fn settled(&mut self, lock: bool) {
        if let Some(place) = self.changing.iter().position(|to| *to == lock) {
            self.changing.drain(..=place);
        }
    }

    fn calls(&mut self, command: &Command, code: Option<&str>) {
        let Some(user) = &command.user else { return };
        match code {
            None | Some("pending") => {
                self.called.insert(user.clone());
            }
            Some(result) => {
                self.called.remove(user);
                if result == "success" {
                    self.held.remove(user);
                }
            }
        }
    }

    fn told(&mut self, scene: &Scene, document: &Document, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        if let Some(locked) = document.locked().filter(|locked| *locked != self.locked) {
            self.locked = locked;
            self.settled(locked);
        }
        for user in document.root.users() {
            let Some(name) = user.attribute("entity") else { continue };
            // Gone, though a session of his may still wait for the ACK that lets its BYE go (D-6).
            if user.is_deleted() {
                self.held.remove(name);
            }
            if user.is_deleted() || user.waits() {
                continue;
            }
            if let Some(by) = self.held.remove(name).filter(|_| !self.called.remove(name)) {
                let words = format!(
                    "shows {name}, who came while the conference was locked, as if somebody had let him in"
                );
                verdict.violate(&HOLDS, scene.finding(NodeId::FOCUS, &[by, spoken.id], words));
            }
        }
    }

    /// A new session. The one with the IM MCU comes after that with the focus.
    fn accepted(&mut self, scene: &Scene, dialog: &Dialog, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let user = scene.cast.uri(dialog.user);
        // A 2xx that is sent again lets nobody in who was not in.
        if spoken.dialog.is_none_or(|id| !self.known.insert(id)) {
            return;
        }
        if dialog.server == NodeId::MCU {
            if let Some(by) = self.held.get(user) {
                let words = format!("accepts {user}, who waits in the lobby");
                verdict.violate(&HOLDS, scene.finding(NodeId::MCU, &[*by, spoken.id], words));
            }
            return;
        }
        let organizer = dialog.conference.split_once('#').is_some_and(|(organizer, _)| organizer == user);
        if dialog.connected.is_some() || organizer || !self.locked || self.changing.contains(&false) {
            return;
        }
        verdict.exercise(&HOLDS);
        let sessions = scene.dialogs.of(NodeId::FOCUS, Use::Session, &dialog.conference);
        let others = sessions.filter(|(id, _)| Some(*id) != spoken.dialog);
        let inside = others.into_iter().any(|(_, other)| !other.over() && scene.cast.uri(other.user) == user);
        if !inside {
            self.held.insert(user.to_owned(), spoken.id);
        }
    }

    /// Who has left does not wait any more.
    fn left(&mut self, scene: &Scene, dialog: &Dialog) {
        let user = scene.cast.uri(dialog.user);
        let mut sessions = scene.dialogs.of(NodeId::FOCUS, Use::Session, &dialog.conference);
        if sessions.all(|(_, other)| other.over() || scene.cast.uri(other.user) != user) {
            self.held.remove(user);
        }
    }
}

/// Whether nobody has a session with the focus any more: the next one begins the conference anew (D-12).
fn empty(scene: &Scene, conference: &str) -> bool {
    scene.dialogs.of(NodeId::FOCUS, Use::Session, conference).all(|(_, dialog)| dialog.over())
}
