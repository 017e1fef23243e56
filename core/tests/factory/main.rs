//! The focus factory from outside: commands over SERVICE, the pool link, the store (MS-CONFPRO 2.2, 3.2).

mod activation;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod delegation;
mod envelope;
mod expiry;
mod hostile;
mod keys;
mod model;
mod modifying;
mod policies;
mod reasons;
#[path = "../common/sealer.rs"]
mod sealer;
mod settings;
mod stage;
mod static_meetings;
mod store;
