//! Scenarios, the event world, and what is seen of it.

mod determinism;
mod event;
mod ladder;
mod named;
mod relay;
mod scenario_file;
