//! Provisioning from the client's side: what it sends to a factory, and what its user gets to see (MS-CONFPRO 3.1).

mod answers;
#[path = "../common/mod.rs"]
mod common;
mod procedures;
mod requests;
#[path = "../common/sealer.rs"]
mod sealer;
mod stage;
