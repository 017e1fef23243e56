//! Randomness as an input: one root seed, split into named streams.
//!
//! A stream depends on the root seed and its name alone, so a draw added to one stream never moves another.
//! The generator is SplitMix64 over a name hash. It is our own, so that a seed keeps its meaning for as long
//! as this file does, and it is for simulation only: who has seen one identifier can tell the next. A driver with
//! peers that it does not trust brings a generator of its own ([`Entropy::outside`]).

use std::fmt::Write as _;

/// A source of randomness, deterministic unless it is from outside.
#[derive(Clone, Debug)]
pub struct Entropy(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The state of SplitMix64.
    Stream(u64),
    /// Whatever the driver draws from.
    Outside(fn() -> u64),
}

impl Entropy {
    /// The stream called `name` under the root `seed`.
    pub fn named(seed: u64, name: &str) -> Self {
        Self(Source::Stream(mix(seed ^ hash(name.as_bytes()))))
    }

    /// What `draw` gives: 64 bits at a time that nobody can foresee, if identifiers are to be secret.
    pub const fn outside(draw: fn() -> u64) -> Self {
        Self(Source::Outside(draw))
    }

    /// A stream of its own for something called `name`, which begins where this one is now.
    pub fn split(&mut self, name: &str) -> Self {
        match self.0 {
            Source::Stream(_) => Self::named(self.bits(), name),
            Source::Outside(draw) => Self::outside(draw),
        }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        match &mut self.0 {
            Source::Stream(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                mix(*state)
            }
            Source::Outside(draw) => draw(),
        }
    }

    /// A number below `bound`; zero when `bound` is zero. The bias is below 2^-32 for bounds below 2^32.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below((high - low).saturating_add(1))
    }

    /// True `numerator` times out of `denominator`.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// One element of `items`, or `None` when there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.bits().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }

    /// `digits` (at most 16) lower-case hexadecimal digits, as used in tags and epids.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = format!("{:016x}", self.bits());
        text.truncate(digits);
        text
    }

    /// 32 upper-case hexadecimal digits, the form of a conference id (PRO-2-2-1-2).
    pub fn conference_id(&mut self) -> String {
        format!("{:016X}{:016X}", self.bits(), self.bits())
    }

    /// 32 lower-case hexadecimal digits, the form of a Call-ID.
    pub fn call_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.bits(), self.bits())
    }

    /// A GUID in braces and upper case, the form of an endpoint entity.
    pub fn guid(&mut self) -> String {
        let (high, low) = (self.bits(), self.bits());
        let mut text = String::with_capacity(38);
        let _ = write!(
            text,
            "{{{:08X}-{:04X}-{:04X}-{:04X}-{:012X}}}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        );
        text
    }
}

/// A 64-bit hash of `parts`, stable for ever: what the simulator draws delays and splits from.
pub fn hash_parts(parts: &[u64]) -> u64 {
    parts.iter().fold(0xCBF2_9CE4_8422_2325, |state, part| mix(state ^ *part))
}

/// FNV-1a over `bytes`, then mixed: stable for ever.
pub fn hash(bytes: &[u8]) -> u64 {
    mix(bytes.iter().fold(0xCBF2_9CE4_8422_2325, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    }))
}

/// The finaliser of SplitMix64.
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
