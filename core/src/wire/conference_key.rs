//! The conference key, which is the passcode of anonymous users: content of `conference-key` (PRO-2-2-1-2-f).
//!
//! Between client and factory it travels enveloped: `cms-data`, base64 of a CMS EnvelopedData, and the `issuing-server`
//! of the certificate it was enveloped for, by itself or in `opaque` as getEncryptionKey told it (MS-CONFPRO 3.2.5.2,
//! 3.2.5.5). Over the pool link it travels in the clear, as `passcode`; that form is ours (D-18).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::xml::{Ns, RawElement, Reader, Writer, XmlError};

/// A conference key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConferenceKey {
    /// Enveloped for the holder of a certificate.
    Enveloped {
        /// The CMS EnvelopedData, DER.
        cms_data: Vec<u8>,
        /// The server that issued the certificate.
        issuing_server: Option<String>,
    },
    /// In the clear.
    Passcode(String),
}

impl ConferenceKey {
    /// Reads the content of `conference-key`; `None` when there is no key in it.
    pub fn read(content: &[RawElement<'_>]) -> Option<Self> {
        let (mut cms_data, mut server) = (None, None);
        for element in content {
            let mut reader = Reader::new(element.as_str().as_bytes()).ok()?;
            let root = reader.any_root().ok()?;
            match (root.ns, root.local) {
                (Ns::ConferenceExtensions, "passcode") => {
                    return reader.text().ok().map(|text| Self::Passcode(text.into_owned()));
                }
                (Ns::ConferenceExtensions, "cms-data") => cms_data = decode(&reader.text().ok()?),
                (Ns::ConferenceExtensions, "issuing-server") => {
                    server = Some(reader.token().ok()?.into_owned());
                }
                (Ns::ConferenceExtensions, "opaque") => server = issuing_server(&mut reader).ok()?.or(server),
                _ => {}
            }
        }
        Some(Self::Enveloped { cms_data: cms_data?, issuing_server: server })
    }

    /// Writes the content of `conference-key`.
    pub fn write(&self) -> Vec<RawElement<'static>> {
        match self {
            Self::Passcode(passcode) => {
                raw("msci:passcode", |writer| writer.text(passcode)).into_iter().collect()
            }
            Self::Enveloped { cms_data, issuing_server } => {
                let cms = raw("msci:cms-data", |writer| writer.text(&encode(cms_data)));
                let opaque = issuing_server.as_ref().and_then(|server| {
                    raw("msci:opaque", |writer| writer.element("msci:issuing-server", server))
                });
                cms.into_iter().chain(opaque).collect()
            }
        }
    }
}

/// Base64, as certificates and enveloped keys are written.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads base64 that may be broken into lines; `None` for anything else, and for nothing.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())
}

fn issuing_server(reader: &mut Reader<'_>) -> Result<Option<String>, XmlError> {
    let mut server = None;
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceExtensions, "issuing-server") => server = Some(reader.token()?.into_owned()),
            _ => reader.skip()?,
        }
    }
    Ok(server)
}

/// An element that stands for itself.
fn raw(name: &'static str, content: impl FnOnce(&mut Writer)) -> Option<RawElement<'static>> {
    let mut writer = Writer::new();
    writer.start(name);
    writer.namespace("msci", Ns::ConferenceExtensions);
    content(&mut writer);
    writer.end(name);
    let text = String::from_utf8(writer.finish()).ok()?;
    RawElement::parse(&text).ok().map(RawElement::into_owned)
}
