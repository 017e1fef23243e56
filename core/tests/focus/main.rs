//! The focus from outside: what clients, IM MCU and factory send it, and what it sends them.

mod commands;
#[path = "../common/mod.rs"]
mod common;
mod dial_out;
mod factory;
mod joining;
mod leaving;
mod lifetime;
mod lobby;
mod pool;
mod refusals;
mod subscriptions;
