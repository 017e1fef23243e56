//! What a run leaves behind.

use confsim_core::node::ConnId;
use confsim_core::time::Instant;

use crate::trace::{Cause, NodeId, StepId, Trace};

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What happened.
    pub trace: Trace,
    /// When the run ended: the scenario's end unless something broke.
    pub end: Instant,
    /// How many messages were parsed and processed by a node.
    pub hops: u64,
    /// Faults, by their place in the scenario, that never found what they were to strike.
    pub idle_faults: Vec<u32>,
    /// Steps that could not be done: the conference they name did not exist, or the user's host was down.
    pub skipped: Vec<StepId>,
    /// What ended the run early: a node broke the contract between nodes and worlds, or things went round
    /// without time passing.
    pub broken: Option<Breach>,
}

/// A broken rule, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at {at} {name}: {rule}")]
pub struct Breach {
    /// When.
    pub at: Instant,
    /// Which node.
    pub who: NodeId,
    /// The node's name.
    pub name: String,
    /// Which rule.
    pub rule: Rule,
}

/// What nodes owe the world that drives them (see [`confsim_core::node`]).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// A drain that does not end, and what the last output followed from.
    #[error("more than {0} outputs after one input, the last because of {1:?}")]
    Drain(usize, Cause),
    /// Inputs that breed inputs without time passing, and who takes most of them.
    #[error("more than {0} inputs at one instant; of the next thousand {1}")]
    Instant(usize, String),
    /// Messages that pile up on the way to the node named.
    #[error("more than {0} messages to {1} unread")]
    Unread(usize, String),
    /// A deadline that is due is served by the time-out.
    #[error("timer `{0}` is still overdue after the time-out")]
    Overdue(&'static str),
    /// The connections a node opens are numbered in order, the odd ones only.
    #[error("opened connection {0} out of turn")]
    Numbering(ConnId),
    /// Only connections that are up take messages.
    #[error("sent {1} on connection {0}, which is not up")]
    NotUp(ConnId, &'static str),
    /// Only connections that are known and not closed can be closed.
    #[error("closed connection {0}, which it does not have")]
    NotOpen(ConnId),
    /// What a node hears is what was sent to it: each message ends where it ended on the sender's side.
    #[error("heard a message ending at byte {got} of connection {conn}, where none was sent")]
    Framing {
        /// The connection.
        conn: ConnId,
        /// The offset the node gave.
        got: u64,
    },
    /// After the last output comes the same last output.
    #[error("woke up by itself after the end of a drain")]
    Restless,
}

impl Rule {
    /// What rules are called where they stand beside properties.
    pub const NAMES: [&str; 9] = [
        "contract.drain",
        "contract.instant",
        "contract.unread",
        "contract.overdue",
        "contract.numbering",
        "contract.not-up",
        "contract.not-open",
        "contract.framing",
        "contract.restless",
    ];

    /// Its name, without the particulars.
    pub const fn name(&self) -> &'static str {
        let [drain, instant, unread, overdue, numbering, not_up, not_open, framing, restless] = Self::NAMES;
        match self {
            Self::Drain(..) => drain,
            Self::Instant(..) => instant,
            Self::Unread(..) => unread,
            Self::Overdue(_) => overdue,
            Self::Numbering(_) => numbering,
            Self::NotUp(..) => not_up,
            Self::NotOpen(_) => not_open,
            Self::Framing { .. } => framing,
            Self::Restless => restless,
        }
    }
}
