//! What clients show: which version of a roster each has got to, and whether that is what the documents make of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::client::RosterView;

use super::super::element::Element;
use super::super::naming::conference_named;
use super::activations::Activations;
use super::view::View;
use crate::trace::{MsgId, NodeId};

/// What all of them show last.
#[derive(Default)]
pub(super) struct Screens {
    /// The conferences that clients show, by their URIs.
    names: BTreeMap<String, Arc<str>>,
    shown: BTreeMap<(NodeId, Arc<str>), Shown>,
}

/// What a client shows.
#[derive(Default)]
struct Shown {
    version: u32,
    /// The roster that the documents make, and the same as it was shown, where the two were found alike.
    alike: Option<(Arc<Element>, Arc<RosterView>)>,
}

impl Screens {
    /// The version that a client shows; zero before it shows one.
    pub(super) fn version(&self, who: NodeId, conference: &Arc<str>) -> u32 {
        self.shown.get(&(who, conference.clone())).map_or(0, |shown| shown.version)
    }

    /// The activation of a conference is over: what is shown next is not to be compared with what was shown in it.
    pub(super) fn forget(&mut self, conference: &str) {
        self.shown.retain(|(_, shown), _| **shown != *conference);
    }

    /// All activations are over.
    pub(super) fn clear(&mut self) {
        self.shown.clear();
    }

    /// A client shows a roster. Where there is something to compare it with: what is wrong with it, and which message
    /// told its version.
    pub(super) fn show(
        &mut self,
        activations: &mut Activations,
        (who, user): (NodeId, &str),
        uri: &str,
        version: u32,
        roster: &Arc<RosterView>,
    ) -> Option<Result<(), (Option<MsgId>, String)>> {
        let key = (who, self.name_of(uri)?);
        let activation = activations.shown_to(&key)?;
        let place = self.shown.entry(key).or_default();
        let before = std::mem::replace(place, Shown { version, alike: None }).alike;
        let newest = activation.newest;
        let Some(known) = activation.published(version, View::of_shown(user, roster)) else {
            if version <= newest {
                return None;
            }
            return Some(Err((None, format!("shows version {version}, which nobody published"))));
        };
        let unlike = known.unlike(roster, before.as_ref());
        place.alike = unlike.is_none().then(|| (known.roster.clone(), Arc::clone(roster)));
        Some(match unlike {
            None => Ok(()),
            Some(user) => {
                let words = format!("shows {user} at version {version} otherwise than the documents make it");
                Err((Some(known.said), words))
            }
        })
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
}
