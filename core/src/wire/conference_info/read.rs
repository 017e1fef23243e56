//! Reading a document.

use super::ConferenceInfo;
use crate::wire::xml::{Ns, Reader, XmlError};

/// Reads a `conference-info` document, borrowing from it.
pub fn read(document: &[u8]) -> Result<ConferenceInfo<'_>, XmlError> {
    let mut reader = Reader::new(document)?;
    reader.root(Ns::ConferenceInfo, "conference-info")?;
    reader.skip()?;
    reader.finish()?;
    Ok(ConferenceInfo::default())
}
