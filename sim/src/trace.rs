//! The record of a run: everything that is shown, checked or exported comes from here.
//!
//! A world tells what happens as it happens, as [`Record`]s to [`Observer`]s; a [`Trace`] keeps them, all or
//! the last ones, and folds every one into a [`Digest`] by which two runs can be compared byte for byte.

mod cast;
mod difference;
mod digest;
mod fold;
mod record;
mod store;

pub(crate) use cast::ROLES;
pub use cast::{Cast, NodeId, Role};
pub use difference::difference;
pub use digest::Digest;
pub use record::{
    Cause, ConnectionId, Emitted, Fate, Heard, HostChange, MsgId, Observer, Opened, Record, Skip, StepId,
};
pub use store::{Keep, RING, Trace};
