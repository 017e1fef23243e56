//! The delivery report about one forwarded message, `application/ms-imdn+xml` (IM-2-2-2-a…k).

use super::xml::{Ns, Reader, Writer, XmlError, XmlErrorKind, lexical};

#[cfg(feature = "arbitrary")]
mod arbitrary;

/// Most recipients of one report: the largest conference there is.
pub const MAX_RECIPIENTS: usize = 4096;
/// Most entries of one recipient.
pub const MAX_ENTRIES: usize = 16;

/// The report: whom the IM MCU could not reach, and why. Empty means that everybody was (IM-2-2-2-i).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Imdn {
    /// The Message-Id of the message it is about (IM-2-2-2-c).
    pub message_id: u32,
    /// The outcomes listed, failures at least (IM-2-2-2-j, IM-2-2-2-k).
    pub recipients: Vec<Recipient>,
}

/// How the forward to one client went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Recipient {
    /// The client, in the form `<sip:…;gruu>` with its brackets (EX-IM-4-2-2-a).
    pub uri: String,
    /// The SIP status of the forward (IM-2-2-2-f).
    pub status: u16,
    /// More about it, as pairs of key and value (IM-2-2-2-h).
    pub entries: Vec<(String, String)>,
}

impl Recipient {
    /// A forward without an answer in time (EX-IM-4-2-2-b). `uri` comes without brackets, `source` is the
    /// host name of the IM MCU.
    pub fn timed_out(uri: &str, source: &str) -> Self {
        let diagnostics = format!(r#"6001;source="{source}";reason="Request Timeout";component="ImMcu""#);
        Self {
            uri: format!("<{uri}>"),
            status: 408,
            entries: vec![("ms-diagnostics".to_owned(), diagnostics)],
        }
    }
}

impl Imdn {
    /// Reads a report. Elements of other namespaces are skipped.
    ///
    /// # Errors
    /// When it is no well-formed XML or not what the schema of MS-CONFIM 6.2 asks for, apart from order.
    pub fn parse(body: &[u8]) -> Result<Self, XmlError> {
        let mut reader = Reader::new(body)?;
        reader.root(Ns::Imdn, "imdn")?;
        let root = reader.error(XmlErrorKind::MissingElement("message-id"));
        let mut message_id = None;
        let mut recipients = Vec::new();
        while let Some(child) = reader.child()? {
            match (child.ns, child.local) {
                (Ns::Imdn, "message-id") => reader.once(&mut message_id, "message-id", |reader| {
                    reader.parse_text("message-id", lexical::unsigned_int)
                })?,
                (Ns::Imdn, "recipient") if recipients.len() == MAX_RECIPIENTS => {
                    return Err(XmlErrorKind::TooManyElements.at(child.offset));
                }
                (Ns::Imdn, "recipient") => recipients.push(recipient(&mut reader)?),
                _ => reader.skip()?,
            }
        }
        reader.finish()?;
        Ok(Self { message_id: message_id.ok_or(root)?, recipients })
    }

    /// The report without white space, byte for byte as EX-IM-4-2-1-l and EX-IM-4-2-2-a have it.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.declaration();
        writer.start("imdn");
        writer.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
        writer.attribute("xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
        writer.namespace("", Ns::Imdn);
        writer.element("message-id", &self.message_id.to_string());
        for recipient in &self.recipients {
            writer.start("recipient");
            writer.attribute("uri", &recipient.uri);
            writer.element("status", &recipient.status.to_string());
            for (key, value) in &recipient.entries {
                writer.start("entry");
                writer.element("key", key);
                writer.element("value", value);
                writer.end("entry");
            }
            writer.end("recipient");
        }
        writer.end("imdn");
        writer.finish()
    }
}

fn recipient(reader: &mut Reader<'_>) -> Result<Recipient, XmlError> {
    let uri = reader.required_attribute(Ns::None, "uri")?.into_owned();
    let missing = reader.error(XmlErrorKind::MissingElement("status"));
    let mut status = None;
    let mut entries = Vec::new();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::Imdn, "status") => {
                reader.once(&mut status, "status", |reader| reader.parse_text("status", sip_status))?;
            }
            (Ns::Imdn, "entry") if entries.len() == MAX_ENTRIES => {
                return Err(XmlErrorKind::TooManyElements.at(child.offset));
            }
            (Ns::Imdn, "entry") => entries.push(entry(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(Recipient { uri, status: status.ok_or(missing)?, entries })
}

fn entry(reader: &mut Reader<'_>) -> Result<(String, String), XmlError> {
    let (no_key, no_value) = (
        reader.error(XmlErrorKind::MissingElement("key")),
        reader.error(XmlErrorKind::MissingElement("value")),
    );
    let (mut key, mut value) = (None, None);
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::Imdn, "key") => reader.once(&mut key, "key", Reader::text)?,
            (Ns::Imdn, "value") => reader.once(&mut value, "value", Reader::text)?,
            _ => reader.skip()?,
        }
    }
    Ok((key.ok_or(no_key)?.into_owned(), value.ok_or(no_value)?.into_owned()))
}

/// A SIP status code, 100 to 699.
fn sip_status(text: &str) -> Option<u16> {
    let status = lexical::unsigned_int(text)?;
    u16::try_from(status).ok().filter(|status| (100..700).contains(status))
}
