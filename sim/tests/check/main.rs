//! Recordings are judged as the runs were that they are of.

mod captures;
mod strangers;
mod verdicts;
