//! Elements of vocabularies this implementation does not read.

use crate::wire::xml::RawElement;
use crate::wire::xml::owned::owning;

/// An element kept as it came, with the schema generation it belongs to.
///
/// Microsoft's schemas grow by appending: an empty `separator` element stands before the elements of each newer
/// generation (EX-PRO-4-1-d).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension<'a> {
    /// How many separators stand before it: 0 is the oldest generation.
    pub generation: u8,
    /// The element.
    pub element: RawElement<'a>,
}

/// The newest generation told apart; what follows further separators counts as this one.
pub(crate) const NEWEST_GENERATION: u8 = 3;

owning!(Extension { generation, element });
