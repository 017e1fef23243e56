//! Elements kept as they came.

use std::borrow::Cow;

/// A well-formed element of somebody else's vocabulary, kept as text so that it can be sent on.
///
/// It stands for itself: every prefix in it is declared in it, so it may be written anywhere. What the surrounding
/// document declared was added to its start tag when it was read; a prefix nobody declared was bound to
/// `urn:x-undeclared:PREFIX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawElement<'a> {
    xml: Cow<'a, str>,
}

impl<'a> RawElement<'a> {
    pub(super) const fn trusted(xml: Cow<'a, str>) -> Self {
        Self { xml }
    }

    /// The text of the element.
    pub fn as_str(&self) -> &str {
        &self.xml
    }

    /// The same, independent of the document it was read from.
    pub fn into_owned(self) -> RawElement<'static> {
        RawElement { xml: Cow::Owned(self.xml.into_owned()) }
    }
}
