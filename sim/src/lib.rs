//! Deterministic simulation of centralized instant-messaging conferences: scenarios, the worlds they run in,
//! faults, and the trace that everything shown and checked comes from.
#![forbid(unsafe_code)]

pub mod capsule;
pub mod check;
pub mod cli;
pub mod covers;
pub mod cryptography;
pub mod disk;
pub mod durable;
pub mod fault;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub mod node;
pub mod property;
pub mod sabotage;
pub mod scenario;
pub mod settle;
pub mod shrink;
pub mod span;
pub mod sweep;
pub mod trace;
pub mod view;
pub mod world;
