//! Centralized conferencing for instant messaging as sans-IO machines.
#![forbid(unsafe_code)]

pub mod client;
pub mod entropy;
pub mod link;
pub mod node;
pub mod signal;
pub mod time;
pub mod wire;
