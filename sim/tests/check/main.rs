//! Recordings are judged as the runs were that they are of.

mod captures;
mod sabotaged;
mod strangers;
mod verdicts;
