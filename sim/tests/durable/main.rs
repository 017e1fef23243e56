//! Conferences in a file: the store by itself, and below a focus factory at work.

mod factory;
mod medium;
mod store;
