//! One activation of a conference (D-12): its versions, each as it was first seen in each view. Steps that many
//! subscribers take alike are taken once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::super::document::Document;
use super::super::element::Element;
use super::published::Published;
use super::view::View;
use crate::trace::MsgId;

/// One activation of a conference (D-12).
#[derive(Default)]
pub(super) struct Activation {
    /// Which of all activations.
    pub(super) number: u32,
    /// The newest version.
    pub(super) newest: u32,
    versions: BTreeMap<(u32, View), Published>,
    /// The last step from one replica to the next, by identity: who has the same replica makes the same step.
    step: Option<(Arc<Element>, Arc<Document>, Arc<Element>)>,
    /// The last roster that was seen without its lobby, and what was seen then.
    cut: Option<(Arc<Element>, Arc<Element>)>,
}

impl Activation {
    /// The activation with this number, of which nothing is known yet.
    pub(super) fn new(number: u32) -> Self {
        Self { number, ..Self::default() }
    }

    /// What `document` makes of the replica `before`.
    pub(super) fn step(&mut self, before: Option<&Arc<Element>>, document: &Arc<Document>) -> Arc<Element> {
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

    /// A version in a view, if it has been seen.
    pub(super) fn published(&mut self, version: u32, view: View) -> Option<&mut Published> {
        self.versions.get_mut(&(version, view))
    }

    /// A version in a view as it was first seen. If it is first seen now, as `roster`, it is kept, and there is none.
    pub(super) fn publish(
        &mut self,
        version: u32,
        view: View,
        roster: &Arc<Element>,
        said: MsgId,
    ) -> Option<&Published> {
        match self.versions.entry((version, view)) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(place) => {
                place.insert(Published::new(roster.clone(), said));
                None
            }
        }
    }

    /// What those see of `roster` who may not see the lobby.
    pub(super) fn without_lobby(&mut self, roster: &Arc<Element>) -> Arc<Element> {
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
