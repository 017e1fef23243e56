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

    /// The name of the element without its prefix.
    pub fn local_name(&self) -> &str {
        let tag = self.xml.strip_prefix('<').unwrap_or(&self.xml);
        let name = tag.split(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').next().unwrap_or(tag);
        name.rsplit(':').next().unwrap_or(name)
    }

    /// The same, independent of the document it was read from.
    pub fn into_owned(self) -> RawElement<'static> {
        RawElement { xml: Cow::Owned(self.xml.into_owned()) }
    }
}
