//! The activations of all conferences, and which of them each user has heard of last: versions start again with each
//! (D-12), and who has not heard of the next one yet may still show what was published in the one before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::dialog::DialogId;
use super::activation::Activation;
use crate::trace::NodeId;

/// A roster on its way to a user: dialog, whether in a request, CSeq.
pub(super) type Way = (DialogId, bool, u32);

/// All of them.
#[derive(Default)]
pub(super) struct Activations {
    current: BTreeMap<Arc<str>, Activation>,
    /// How many there have been; those that are over, by number.
    begun: u32,
    over: BTreeMap<u32, Activation>,
    /// Of which activation the rosters tell that are on their way to a user.
    under_way: BTreeMap<Way, u32>,
    /// Of which activation the last roster tells that a user has heard.
    hears: BTreeMap<(NodeId, Arc<str>), u32>,
}

impl Activations {
    /// The one that goes on, if one does.
    pub(super) fn current(&self, conference: &str) -> Option<&Activation> {
        self.current.get(conference)
    }

    /// The one that goes on; if there is none, one begins.
    pub(super) fn begin(&mut self, conference: &Arc<str>) -> &mut Activation {
        self.current.entry(conference.clone()).or_insert_with(|| {
            self.begun += 1;
            Activation::new(self.begun)
        })
    }

    /// A user is told of the activation with this number.
    pub(super) fn tell(&mut self, way: Way, number: u32) {
        self.under_way.insert(way, number);
    }

    /// What was on its way has been heard.
    pub(super) fn hear(&mut self, way: Way, user: NodeId, conference: &Arc<str>) {
        if let Some(number) = self.under_way.remove(&way) {
            self.hears.insert((user, conference.clone()), number);
        }
    }

    /// The one that a user's client shows: of which it has heard last.
    pub(super) fn shown_to(&mut self, to: &(NodeId, Arc<str>)) -> Option<&mut Activation> {
        let current = self.current.get_mut(&to.1);
        let heard = self.hears.get(to).filter(|heard| current.as_ref().is_none_or(|it| it.number != **heard));
        heard.and_then(|heard| self.over.get_mut(heard)).or(current)
    }

    /// The activation of a conference is over.
    pub(super) fn finish(&mut self, conference: &str) {
        if let Some(over) = self.current.remove(conference) {
            self.over.insert(over.number, over);
        }
    }

    /// All of them are over.
    pub(super) fn finish_all(&mut self) {
        let all = std::mem::take(&mut self.current);
        self.over.extend(all.into_values().map(|activation| (activation.number, activation)));
    }
}
