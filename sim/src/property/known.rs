//! What a judge is told before a run begins.

use crate::fault::{Fault, Harm, Skew};
use crate::scenario::{Action, FactoryRules, Limits, Scenario};
use crate::trace::{Cast, NodeId};

/// What is known of a run before it begins: who takes part, and how the pool is set up.
///
/// A scenario tells all of it; of a recording of somebody else's system only the cast is known, and the settings are
/// taken for the documents' defaults.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who is who.
    pub cast: Cast,
    /// Settings of the pool that differ from its defaults.
    pub limits: Limits,
    /// What the focus factory allows.
    pub factory: FactoryRules,
    /// What goes wrong, by the numbers that records give.
    pub faults: Vec<Fault>,
    /// Who writes messages by hand, past the client.
    pub forgers: Vec<NodeId>,
}

impl Known {
    /// What `scenario` tells.
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            cast: scenario.cast(),
            limits: scenario.limits,
            factory: scenario.factory.clone(),
            faults: scenario.faults.clone(),
            forgers: forgers(scenario),
        }
    }

    /// A pool with the defaults of the documents, and nothing that goes wrong on purpose.
    pub fn strangers(cast: Cast) -> Self {
        let (limits, factory) = (Limits::default(), FactoryRules::default());
        Self { cast, limits, factory, faults: Vec::new(), forgers: Vec::new() }
    }

    /// By how much the nodes' clocks are wrong, by node number.
    pub(super) fn skews(&self) -> Vec<Skew> {
        let mut skews: Vec<_> = self.cast.nodes().map(|_| Skew::default()).collect();
        for fault in &self.faults {
            let Fault::Clock(clock) = fault else { continue };
            let place = self.cast.find(&clock.node).map(NodeId::index);
            if let Some(skew) = place.and_then(|place| skews.get_mut(place)) {
                skew.err(clock.error);
            }
        }
        skews
    }

    /// Whether fault `n` changes what a message says.
    pub(super) fn corrupts(&self, n: u32) -> bool {
        matches!(self.faults.get(n as usize), Some(Fault::Message { harm: Harm::Corrupt(_), .. }))
    }
}

/// Who writes messages by hand.
fn forgers(scenario: &Scenario) -> Vec<NodeId> {
    let forges = |name: &str| {
        scenario.steps.iter().any(|step| step.who == name && matches!(step.action, Action::Say(_)))
    };
    let all = (0..).zip(&scenario.participants).filter(|(_, participant)| forges(&participant.name));
    all.map(|(place, _)| NodeId::client(place)).collect()
}
