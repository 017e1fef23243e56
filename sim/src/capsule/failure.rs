//! What went wrong, as far as it can go wrong in the same way in another run.

use std::fmt;

use confsim_core::time::Instant;

use super::Judged;
use crate::property;
use crate::scenario::{Kind, Scenario};
use crate::trace::{NodeId, Role};
use crate::world::{Breach, Rule};

/// The words for the roles.
const ROLES: [(Role, &str); 5] = [
    (Role::FrontEnd, "front-end"),
    (Role::Factory, "factory"),
    (Role::Focus, "focus"),
    (Role::Mcu, "mcu"),
    (Role::Client, "client"),
];

/// What went wrong. Two runs with equal ones failed alike: whatever the words, the names and the times were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The property that was violated, or the rule between nodes and worlds that was broken.
    pub what: &'static str,
    /// Whose doing it is.
    pub role: Role,
    /// Which kind of client, if it is one.
    pub kind: Option<Kind>,
    /// Whether it was found only when the run was over. A run that is cut short has such failures of its own.
    pub at_end: bool,
}

impl Failure {
    /// Every one of a run of `scenario`, and when it was found, as often as it was: a breach of contract first, before
    /// what came of it.
    pub(super) fn all(scenario: &Scenario, judged: &Judged) -> Vec<(Self, Instant)> {
        let Judged { outcome, verdict } = judged;
        let breach = outcome
            .broken
            .iter()
            .map(|Breach { at, who, rule, .. }| (Self::new(scenario, rule.name(), Some(*who), false), *at));
        let violations = verdict.violations().iter().map(|violation| {
            let (what, who) = (violation.property.id, outcome.trace.cast.find(&violation.who));
            (Self::new(scenario, what, who, violation.at == outcome.end), violation.at)
        });
        breach.chain(violations).collect()
    }

    fn new(scenario: &Scenario, what: &'static str, who: Option<NodeId>, at_end: bool) -> Self {
        let place = who.and_then(NodeId::participant);
        let kind = place.and_then(|place| scenario.participants.get(place)).map(|who| who.kind);
        // What is nobody's in particular is the network's, whose master is the front end.
        Self { what, role: who.map_or(Role::FrontEnd, NodeId::role), kind, at_end }
    }

    /// The word for whose doing it is.
    pub fn role(&self) -> &'static str {
        ROLES.iter().find(|(role, _)| *role == self.role).map_or("client", |(_, word)| word)
    }

    /// The role called `word`.
    pub(super) fn role_called(word: &str) -> Option<Role> {
        ROLES.iter().find(|(_, known)| *known == word).map(|(role, _)| *role)
    }

    /// The property or rule called `id`.
    pub(super) fn what_called(id: &str) -> Option<&'static str> {
        let rule = || Rule::NAMES.into_iter().find(|name| *name == id);
        property::find(id).map(|property| property.id).or_else(rule)
    }
}

/// `roster.versions of the focus`, `roster.convergence of a uccp client`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{} of a {} client", self.what, kind.word()),
            None => write!(f, "{} of the {}", self.what, self.role()),
        }
    }
}
