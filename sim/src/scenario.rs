//! What happens in a run, as data: who takes part, what they do when, and what goes wrong.
//!
//! A [`Scenario`] comes from a TOML file ([`from_toml`]), from Rust ([`Builder`]), from a seed
//! ([`generate`]) or from any bytes ([`from_bytes`]), and is the same type each time: whatever a random run finds can
//! be written down with [`to_toml`] and committed.

mod build;
mod cast;
mod check;
mod drawn;
mod file;
mod generate;
mod model;
mod named;
mod provisioning;
mod recipe;
mod rules;
mod words;

pub use build::{Builder, scenario};
pub use check::{Flaw, Place};
pub use drawn::Drawn;
pub use file::{FileError, from_toml, to_toml};
pub(crate) use file::{Quoted, versioned};
pub use generate::{Profile, generate};
pub use model::{
    Action, Answer, FORMAT_VERSION, Kind, Limits, Link, Links, MAX_PARTICIPANTS, Participant, Range,
    Scenario, Speech, Split, Step, Topology,
};
pub use named::{NAMED, Named, named};
pub use provisioning::{Deed, FactoryRules, Wish};
pub use recipe::{from_bytes, hostile_from_bytes, hostile_to_bytes, to_bytes};
pub use rules::{Admission, Autopromote, Rules};
pub use words::{DialogPart, Piece, Words};
