//! A client from outside: what its user wants, what it sends, what its user gets to see.

#[path = "../common/mod.rs"]
mod common;

mod calls;
mod commands;
mod joining;
mod leaving;
mod messages;
mod registration;
mod rejoin;
mod roster_view;
mod session;
mod stage;
