//! Budgets, each measured beside its limit in the same run: the corpus, and the table of ratios.
//!
//! The benchmarks are the `[[bench]]` files. Each measures our code and, beside it, the thing that bounds it
//! on the same bytes, and ends with a table of ratios against the budgets. Times are never asserted.
#![forbid(unsafe_code)]

mod corpus;
mod goal;
mod ratio;

pub use corpus::{conference_info, messages, roster};
pub use goal::{Goal, print_goals};
pub use ratio::{Budget, print};
