//! Worlds: what connects the nodes of a run, moves time, and reports to the trace.

pub mod event;
mod outcome;

pub use outcome::{Breach, Outcome, Rule};
