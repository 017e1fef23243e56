//! Randomness that nobody can foresee.

use std::process;

use confsim_core::entropy::Entropy;
use rsa::rand_core::{OsRng, RngCore};

/// What the operating system draws.
pub fn unforeseeable() -> Entropy {
    Entropy::outside(draw)
}

fn draw() -> u64 {
    let mut word = [0; 8];
    // Who could foresee identifiers could speak in the sessions of others: rather nothing is served.
    if OsRng.try_fill_bytes(&mut word).is_err() {
        process::abort();
    }
    u64::from_ne_bytes(word)
}
