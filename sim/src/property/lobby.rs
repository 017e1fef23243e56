//! The lobby: who waits there is seen by presenters and himself, and sees himself only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dialog::Dialog;
use super::document::{Document, News};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::verdict::Finding;
use super::{Kind, Property, Verdict};
use crate::trace::NodeId;

/// Who sees whom.
pub(super) const VIEW: Property = Property {
    id: "lobby.view",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-13", "D-14"],
    sentence: "A user who waits in the lobby is shown to presenters and to himself alone; he is shown nobody \
               else, and neither what the conference is made of nor where to call.",
};

/// What has been shown of users, by conference.
#[derive(Default)]
pub(super) struct Lobby(BTreeMap<Arc<str>, Shown>);

/// Users by SIP URI, as they were shown last; who is gone stays as he was.
#[derive(Default)]
struct Shown {
    waiting: BTreeSet<String>,
    presenters: BTreeSet<String>,
}

impl Observe for Lobby {
    const TOPICS: &'static [Topic] = &[Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Said(spoken) => {
                let dialog = spoken.dialog.and_then(|id| scene.dialogs.get(id));
                if let (News::Roster(document), Some(dialog)) = (&spoken.news, dialog) {
                    let shown = self.0.entry(dialog.conference.clone()).or_default();
                    shown.learn(document);
                    shown.judge(scene, dialog, document, spoken, verdict);
                }
            }
            Sight::Crashed(NodeId::FOCUS) => self.0.clear(),
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, _: &mut Verdict) {}
}

impl Shown {
    fn learn(&mut self, document: &Document) {
        for user in document.root.users().filter(|user| !user.is_deleted()) {
            let Some(name) = user.attribute("entity") else { continue };
            keep(&mut self.waiting, name, user.waits());
            keep(&mut self.presenters, name, user.role() == "presenter");
        }
    }

    fn judge(
        &self,
        scene: &Scene,
        dialog: &Dialog,
        document: &Document,
        spoken: &Spoken<'_>,
        verdict: &mut Verdict,
    ) {
        if self.waiting.is_empty() {
            return;
        }
        verdict.exercise(&VIEW);
        let subscriber = scene.cast.uri(dialog.user);
        let waits = self.waiting.contains(subscriber);
        let others = || {
            let names = document.root.users().filter_map(|user| user.attribute("entity"));
            names.filter(|name| *name != subscriber)
        };
        let seen = if waits {
            others().next()
        } else if self.presenters.contains(subscriber) {
            None
        } else {
            others().find(|name| self.waiting.contains(*name))
        };
        let inside = waits && document.tells_of_the_inside();
        let words = match seen {
            Some(name) if waits => format!("shows {name} to {subscriber}, who waits in the lobby"),
            Some(name) => format!("shows {name}, who waits in the lobby, to the attendee {subscriber}"),
            None if inside => format!("tells {subscriber}, who waits in the lobby, where to call"),
            None => return,
        };
        let (at, who, messages) = (scene.at, scene.name(NodeId::FOCUS), vec![spoken.id]);
        verdict.violate(&VIEW, Finding { at, who, messages, words });
    }
}

fn keep(names: &mut BTreeSet<String>, name: &str, holds: bool) {
    if !holds {
        names.remove(name);
    } else if !names.contains(name) {
        names.insert(name.to_owned());
    }
}
