//! What a chat endpoint can render: `endpoint-capabilities` of MS-CONFIM 6.1 (IM-2-2-1-a…d).

use super::content_type::MediaType;
use super::sdp::AcceptTypes;
use super::xml::{Ns, Reader, Writer, XmlError};

#[cfg(feature = "arbitrary")]
mod arbitrary;

/// Most characters of `supported-im-formats` (schema of MS-CONFIM 6.1).
pub const MAX_FORMATS: usize = 512;
/// Most characters of `user-agent` (schema of MS-CONFIM 6.1).
pub const MAX_USER_AGENT: usize = 128;

/// The capabilities of one chat endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImCapabilities {
    /// The IM formats it renders (IM-2-2-1-b).
    pub formats: Option<AcceptTypes>,
    /// Its User-Agent (IM-2-2-1-c).
    pub user_agent: Option<String>,
}

impl ImCapabilities {
    /// Those of a client with this `accept-types` and User-Agent, cut to the limits of the schema: formats
    /// that do not fit are left out, the User-Agent is truncated.
    pub fn new(accept: &AcceptTypes, user_agent: Option<&str>) -> Self {
        let formats = match accept {
            AcceptTypes::Any => AcceptTypes::Any,
            // Nothing listed means text/plain (IM-2-2-5-k), which is how the documents print such a client.
            AcceptTypes::List(list) if list.is_empty() => AcceptTypes::List(vec![MediaType::TEXT_PLAIN]),
            AcceptTypes::List(list) => AcceptTypes::List(fitting(list)),
        };
        let user_agent = user_agent.map(|text| text.chars().take(MAX_USER_AGENT).collect());
        Self { formats: Some(formats), user_agent }
    }

    /// Reads an `endpoint-capabilities` element that stands alone.
    ///
    /// # Errors
    /// When it is no well-formed XML, or breaks the schema of MS-CONFIM 6.1.
    pub fn parse(document: &[u8]) -> Result<Self, XmlError> {
        let mut reader = Reader::new(document)?;
        reader.root(Ns::ImExtensions, "endpoint-capabilities")?;
        let capabilities = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(capabilities)
    }

    /// Reads the element that has just started.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, XmlError> {
        let mut capabilities = Self { formats: None, user_agent: None };
        while let Some(child) = reader.child()? {
            match (child.ns, child.local) {
                (Ns::ImExtensions, "supported-im-formats") => {
                    reader.once(&mut capabilities.formats, "supported-im-formats", |reader| {
                        reader.parse_text("supported-im-formats", formats)
                    })?;
                }
                (Ns::ImExtensions, "user-agent") => {
                    reader.once(&mut capabilities.user_agent, "user-agent", |reader| {
                        reader.parse_text("user-agent", user_agent)
                    })?;
                }
                _ => reader.skip()?,
            }
        }
        Ok(capabilities)
    }

    /// The element standing alone, with its namespace.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.start("msim:endpoint-capabilities");
        writer.namespace("msim", Ns::ImExtensions);
        self.content(&mut writer);
        writer.finish()
    }

    /// Writes the element into a document that declares `msim`.
    pub fn write_into(&self, writer: &mut Writer) {
        writer.start("msim:endpoint-capabilities");
        self.content(writer);
    }

    fn content(&self, writer: &mut Writer) {
        let formats = self.formats.as_ref().map(ToString::to_string);
        writer.optional_element("msim:supported-im-formats", formats.as_deref());
        writer.optional_element("msim:user-agent", self.user_agent.as_deref());
        writer.end("msim:endpoint-capabilities");
    }
}

/// As many of the formats, from the first, as [`MAX_FORMATS`] holds.
fn fitting(list: &[MediaType]) -> Vec<MediaType> {
    let mut length = 0;
    let fits = |media: &&MediaType| {
        length += media.as_str().len() + 1;
        length <= MAX_FORMATS + 1
    };
    list.iter().take_while(fits).cloned().collect()
}

fn formats(text: &str) -> Option<AcceptTypes> {
    if text.chars().count() > MAX_FORMATS {
        return None;
    }
    if text.trim_ascii().is_empty() {
        return Some(AcceptTypes::PLAIN_ONLY);
    }
    AcceptTypes::parse(text).ok()
}

fn user_agent(text: &str) -> Option<String> {
    (text.chars().count() <= MAX_USER_AGENT).then(|| text.to_owned())
}
