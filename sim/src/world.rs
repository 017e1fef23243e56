//! Worlds: what connects the nodes of a run, moves time, and reports to the trace.

mod dialogs;
pub mod event;
mod origin;
mod outcome;
mod script;
pub mod shell;
pub mod socket;
pub mod turmoil;

pub use outcome::{Breach, Outcome, Rule};
