//! The scenario type.

mod action;
mod participant;
mod surroundings;

use confsim_core::time::Duration;

pub use self::action::{Action, Speech};
pub use self::participant::{Answer, Kind, Participant};
pub use self::surroundings::{Limits, Link, Links, Range, Split, Topology};
use super::FactoryRules;
use crate::fault::Fault;

/// The version of the scenario file's grammar that this code reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// Most participants one scenario may have: node numbers are 16 bits wide, with room for the roles.
pub const MAX_PARTICIPANTS: usize = 60_000;

/// One run, but for its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// One line: what this is about.
    pub title: String,
    /// One paragraph: what happens and what it shows. May be empty.
    pub text: String,
    /// Where the pool's roles run.
    pub topology: Topology,
    /// The SIP domain of pool and participants.
    pub domain: String,
    /// When the run ends. Everything that is to settle must have settled by then.
    pub end: Duration,
    /// Whether every world must tell the same story: asks for fixed latencies of whole ticks, steps well
    /// apart, a short run and no faults.
    pub parity: bool,
    /// What connections are like.
    pub links: Links,
    /// Settings of the pool that differ from its defaults.
    pub limits: Limits,
    /// What the focus factory allows.
    pub factory: FactoryRules,
    /// Who takes part, in a stable order.
    pub participants: Vec<Participant>,
    /// What they do, ordered by time.
    pub steps: Vec<Step>,
    /// What goes wrong; each item can be removed without touching the others.
    pub faults: Vec<Fault>,
    /// Requirement ids that this scenario is there to show.
    pub covers: Vec<String>,
    /// Properties (by id) that a run must have exercised.
    pub exercises: Vec<String>,
}

/// Somebody does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, since the start of the run.
    pub at: Duration,
    /// Who, by participant name.
    pub who: String,
    /// What.
    pub action: Action,
}
