//! Writing a document.

use super::ConferenceInfo;
use crate::wire::xml::Writer;

/// Writes a document without white space between elements.
pub fn write(info: &ConferenceInfo<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.start("conference-info");
    writer.attribute("entity", &info.entity);
    writer.end("conference-info");
    writer.finish()
}
