//! The invitation to a conference that one user sends another, `application/ms-conf-invite+xml`
//! (EX-CWA-0-i).

use std::borrow::Cow;

use super::xml::{Ns, Reader, Writer, XmlError, XmlErrorKind, lexical};

#[cfg(feature = "arbitrary")]
mod arbitrary;

/// The only version there is.
pub const VERSION: &str = "2.0";

/// Another medium that may take part in a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Medium {
    /// `audio`.
    Audio,
    /// `video`.
    Video,
    /// `applicationsharing`.
    ApplicationSharing,
    /// `data`.
    Data,
}

impl Medium {
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Audio, "audio"),
        (Self::Video, "video"),
        (Self::ApplicationSharing, "applicationsharing"),
        (Self::Data, "data"),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, own)| *own == name).map(|(medium, _)| *medium)
    }

    /// The element name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(own, _)| *own == self).map_or("", |(_, name)| *name)
    }
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConfInvite {
    /// The conference, as the URI of its focus.
    pub focus_uri: String,
    /// What it is about; empty if nothing is said.
    pub subject: String,
    /// The conversation that it continues.
    pub conversation_id: Option<String>,
    /// Instant messaging takes part.
    pub im: Option<ImInvite>,
    /// The other media, each at most once, and whether it is available.
    pub media: Vec<(Medium, bool)>,
}

/// What an invitation says about instant messaging.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImInvite {
    /// Whether there is any.
    pub available: bool,
    /// Whether it comes on top of another medium.
    pub additional: Option<bool>,
    /// The message that started it all; empty in what clients send.
    pub first_im: Option<String>,
}

impl ConfInvite {
    /// An invitation to the IM part of a conference, as EX-CWA-0-i.
    pub fn new(focus_uri: impl Into<String>, subject: impl Into<String>) -> Self {
        let im = ImInvite { available: true, additional: Some(false), first_im: Some(String::new()) };
        Self {
            focus_uri: focus_uri.into(),
            subject: subject.into(),
            conversation_id: None,
            im: Some(im),
            media: Vec::new(),
        }
    }

    /// Reads an invitation. Elements nobody knows are skipped.
    ///
    /// # Errors
    /// When it is no well-formed XML, of another version, or lacks its focus URI.
    pub fn parse(body: &[u8]) -> Result<Self, XmlError> {
        let mut reader = Reader::new(body)?;
        reader.root(Ns::None, "Conferencing")?;
        let missing = reader.error(XmlErrorKind::MissingElement("focus-uri"));
        reader.parse_attribute(Ns::None, "version", |text| (text == VERSION).then_some(()))?;
        let (mut focus_uri, mut subject, mut conversation_id, mut im) = (None, None, None, None);
        let mut media: Vec<(Medium, bool)> = Vec::new();
        while let Some(child) = reader.child()? {
            match (child.ns, child.local) {
                (Ns::None, "focus-uri") => {
                    reader.once(&mut focus_uri, "focus-uri", |reader| reader.parse_text("focus-uri", uri))?;
                }
                (Ns::None, "subject") => reader.once(&mut subject, "subject", Reader::text)?,
                (Ns::None, "conversation-id") => {
                    reader.once(&mut conversation_id, "conversation-id", Reader::token)?;
                }
                (Ns::None, "im") => reader.once(&mut im, "im", im_invite)?,
                (Ns::None, name) => match Medium::from_name(name) {
                    Some(medium) if media.iter().any(|(own, _)| *own == medium) => {
                        return Err(XmlErrorKind::RepeatedElement(medium.name()).at(child.offset));
                    }
                    Some(medium) => media.push((medium, available(&mut reader)?)),
                    None => reader.skip()?,
                },
                _ => reader.skip()?,
            }
        }
        reader.finish()?;
        let focus_uri = focus_uri.ok_or(missing)?;
        let subject = subject.unwrap_or_default().into_owned();
        let conversation_id = conversation_id.map(Cow::into_owned);
        Ok(Self { focus_uri, subject, conversation_id, im, media })
    }

    /// The invitation without white space.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.start("Conferencing");
        writer.attribute("version", VERSION);
        writer.element("focus-uri", &self.focus_uri);
        match &*self.subject {
            "" => writer.empty("subject"),
            subject => writer.element("subject", subject),
        }
        writer.optional_element("conversation-id", self.conversation_id.as_deref());
        if let Some(im) = &self.im {
            writer.start("im");
            writer.attribute("available", lexical::boolean_text(im.available));
            writer.optional_attribute("additional", im.additional.map(lexical::boolean_text));
            match im.first_im.as_deref() {
                Some("") => writer.empty("first-im"),
                text => writer.optional_element("first-im", text),
            }
            writer.end("im");
        }
        for (medium, available) in &self.media {
            writer.start(medium.name());
            writer.attribute("available", lexical::boolean_text(*available));
            writer.end(medium.name());
        }
        writer.end("Conferencing");
        writer.finish()
    }
}

fn im_invite(reader: &mut Reader<'_>) -> Result<ImInvite, XmlError> {
    let available = reader.parse_attribute(Ns::None, "available", lexical::boolean)?.unwrap_or(false);
    let additional = reader.parse_attribute(Ns::None, "additional", lexical::boolean)?;
    let mut first_im = None;
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::None, "first-im") => reader.once(&mut first_im, "first-im", Reader::text)?,
            _ => reader.skip()?,
        }
    }
    Ok(ImInvite { available, additional, first_im: first_im.map(Cow::into_owned) })
}

/// The flag of another medium's element, read to its end.
fn available(reader: &mut Reader<'_>) -> Result<bool, XmlError> {
    let available = reader.parse_attribute(Ns::None, "available", lexical::boolean)?.unwrap_or(false);
    reader.skip()?;
    Ok(available)
}

/// A URI, which printed invitations surround with line breaks.
fn uri(text: &str) -> Option<String> {
    let uri = lexical::token(text);
    let whole = !uri.is_empty() && !uri.contains(char::is_whitespace);
    whole.then(|| uri.to_owned())
}
