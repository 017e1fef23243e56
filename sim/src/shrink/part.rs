//! Parts of a scenario that can be taken out.

use std::collections::BTreeSet;

use super::base::Base;
use crate::scenario::{Action, Piece, Scenario, Speech, Step, Words};

/// A kind of part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Participant,
    Step,
    Fault,
}

impl Part {
    /// How many there are.
    pub(super) fn count(self, scenario: &Scenario) -> usize {
        match self {
            Self::Participant => scenario.participants.len(),
            Self::Step => scenario.steps.len(),
            Self::Fault => scenario.faults.len(),
        }
    }

    /// `base` without those `chosen`, and without what makes no sense without them. The other faults still mean the
    /// messages they struck; one whose message is gone as well goes too if `orphans` do, or strikes the next one like
    /// it.
    pub(super) fn without(self, base: &Base, chosen: &BTreeSet<usize>, orphans: bool) -> Scenario {
        let mut scenario = base.scenario.clone();
        let gone: BTreeSet<&str> = match self {
            Self::Participant => chosen
                .iter()
                .filter_map(|place| base.scenario.participants.get(*place))
                .map(|participant| participant.name.as_str())
                .collect(),
            _ => BTreeSet::new(),
        };
        let steps: BTreeSet<usize> = match self {
            Self::Step => chosen.clone(),
            _ => places(&base.scenario.steps, |step| names(step).iter().any(|name| gone.contains(name))),
        };
        let mut place = 0..;
        scenario.participants.retain(|participant| !gone.contains(participant.name.as_str()));
        scenario.steps.retain(|_| place.next().is_none_or(|place| !steps.contains(&place)));
        for step in &mut scenario.steps {
            if let Action::Create { rules, .. } = &mut step.action {
                rules.presenters.retain(|name| !gone.contains(name.as_str()));
                rules.attendees.retain(|name| !gone.contains(name.as_str()));
            }
        }
        let delegates = &mut scenario.factory.delegates;
        delegates.retain(|organizer, _| !gone.contains(organizer.as_str()));
        delegates.values_mut().for_each(|names| names.retain(|name| !gone.contains(name.as_str())));
        scenario.faults.clear();
        for (index, fault) in base.scenario.faults.iter().enumerate() {
            let is_chosen = self == Self::Fault && chosen.contains(&index);
            if is_chosen || fault.nodes().iter().any(|name| gone.contains(name)) {
                continue;
            }
            let (fault, is_orphan) = base.lineage.without(&base.scenario, index as u32, fault, &steps);
            if !(is_orphan && orphans) {
                scenario.faults.push(fault);
            }
        }
        scenario
    }
}

fn places<T>(all: &[T], is_one: impl Fn(&T) -> bool) -> BTreeSet<usize> {
    all.iter().enumerate().filter(|(_, one)| is_one(one)).map(|(place, _)| place).collect()
}

/// The participants without whom a step cannot be done.
fn names(step: &Step) -> Vec<&str> {
    let mut names = vec![step.who.as_str()];
    names.extend(step.action.user());
    if let Action::Say(Speech::Text(text)) = &step.action
        && let Ok(words) = Words::parse(text)
    {
        names.extend(words.0.iter().filter_map(Piece::participant));
    }
    names
}
