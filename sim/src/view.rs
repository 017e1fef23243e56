//! Runs as people look at them. Everything here is made from a [`crate::trace::Trace`], with one actor per
//! logical node and without any generated identifier: equal behaviour looks equal.

mod label;
mod ladder;
mod story;

pub use ladder::{Ladder, ladder};
