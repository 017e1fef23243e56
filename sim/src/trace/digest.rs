//! A rolling hash over a run.

/// A 64-bit hash of everything fed into it, in order. Its own code, so that it stays the same for ever; fast
/// because every byte of every message goes through it; not a cryptographic hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    state: u64,
}

impl Default for Digest {
    fn default() -> Self {
        Self { state: 0x243F_6A88_85A3_08D3 }
    }
}

impl Digest {
    /// Goes on where the hash of everything so far was `value`.
    pub(super) const fn resumed(value: u64) -> Self {
        Self { state: value }
    }

    /// Takes in a number.
    pub fn number(&mut self, number: u64) {
        self.state = fold(self.state ^ number, 0x9E37_79B9_7F4A_7C15);
    }

    /// Takes in bytes and their count.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        let (pairs, rest) = bytes.as_chunks::<16>();
        for pair in pairs {
            let word = u128::from_le_bytes(*pair);
            self.state = fold(self.state ^ (word as u64), 0xD1B5_4A32_D192_ED03 ^ ((word >> 64) as u64));
        }
        let word = tail(bytes, rest.len());
        self.state = fold(self.state ^ (word as u64), 0x8CB9_2BA7_2F3D_8DD7 ^ ((word >> 64) as u64));
    }

    /// The hash of everything so far.
    pub const fn value(self) -> u64 {
        self.state
    }
}

/// The last bytes of `bytes`, fewer than 16, as a number; read in as large pieces as there are.
fn tail(bytes: &[u8], count: usize) -> u128 {
    if let Some(last) = bytes.last_chunk() {
        // What stands before them is shifted out.
        return u128::from_le_bytes(*last).checked_shr(8 * (16 - count) as u32).unwrap_or_default();
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let last = u128::from(u64::from_le_bytes(*last)) >> (8 * (16 - count));
        return u128::from(u64::from_le_bytes(*first)) | (last << 64);
    }
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u128::from(*byte))
}

/// The two halves of a product, xored: every input bit reaches every output bit. Adding the first operand
/// back keeps the state from being lost when the second is zero.
const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64).wrapping_add(a.rotate_left(31))
}
