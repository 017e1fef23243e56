//! Whether an element is complete.

use crate::wire::xml::owned::plain;

/// How an element relates to what the receiver knows (RFC 4575 section 4.4). Absent means [`State::Full`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum State {
    /// The element is complete and replaces what was known.
    #[default]
    Full,
    /// The element holds what changed.
    Partial,
    /// The element is gone.
    Deleted,
}

impl State {
    const SPELLINGS: [(Self, &'static str); 3] =
        [(Self::Full, "full"), (Self::Partial, "partial"), (Self::Deleted, "deleted")];

    /// The state spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        crate::wire::xml::lexical::enumerated(&Self::SPELLINGS, text)
    }

    /// As it is spelled on the wire.
    pub fn as_str(self) -> &'static str {
        crate::wire::xml::lexical::spelling(&Self::SPELLINGS, self)
    }
}

plain!(State);
