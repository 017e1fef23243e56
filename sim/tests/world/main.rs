//! Scenarios, the event world, and what is seen of it.

mod contract;
mod determinism;
mod event;
mod faults;
mod ladder;
mod ladders;
mod link_loss;
mod named;
mod recipe;
mod relay;
mod scenario_file;
mod wish_file;
