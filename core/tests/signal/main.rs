//! The signalling layer under a machine that does what the test says.

mod acceptance;
mod cancel;
#[path = "../common/mod.rs"]
mod common;
mod connections;
mod identity;
mod offers;
mod stage;
mod transactions;
