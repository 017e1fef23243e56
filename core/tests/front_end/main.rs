//! The front end: registrar and stateful proxy (D-8 to D-10).

#[path = "../common/mod.rs"]
mod common;
mod endpoints;
mod forking;
mod real_clients;
mod registrar;
mod routing;
mod sessions;
mod stage;
