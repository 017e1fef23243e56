//! How much a message may hold.

/// The bounds of one message, checked before anything is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Start line and header fields, in bytes.
    pub head: usize,
    /// Header fields.
    pub fields: usize,
    /// Body, in bytes.
    pub body: usize,
}

impl Limits {
    /// The bounds we use. No document names any: the longest head of the documents' examples has 3 kB and 20
    /// fields, the largest body is the full conference document, about 1 kB per participant (we want
    /// for 1,000 of them).
    pub const DEFAULT: Self = Self { head: 64 * 1024, fields: 256, body: 4 * 1024 * 1024 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
