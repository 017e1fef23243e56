//! `confsim serve` as real clients meet it: the program, started, and bytes over sockets.

mod caller;
mod hostile;
mod keeping;
mod pool;
mod sessions;
mod starting;
