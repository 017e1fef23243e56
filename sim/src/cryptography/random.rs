//! Our randomness in the form that the cryptographic crates ask for.

use confsim_core::entropy::Entropy;
use rsa::rand_core::{CryptoRng, Error, RngCore};

/// Draws from a stream of the run.
pub(super) struct Random(pub(super) Entropy);

/// Said to be fit for keys because the interface asks for it: in the simulator, that equal runs give equal bytes
/// counts for more.
impl CryptoRng for Random {}

impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        (self.0.bits() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.bits()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes);
        Ok(())
    }
}
