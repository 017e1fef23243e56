//! In which form a message reaches whom (IM-3-3-2-5-1-j…p, D-27).

use bytes::Bytes;

use super::leg::{Abilities, Participant};
use crate::signal::Draft;
use crate::wire::content_type::{ContentType, ContentTypeError, MediaType};
use crate::wire::multipart::Multipart;
use crate::wire::sip::{Message, Name};

/// A message on its way to many. Every form of it is written once, when first needed; all who get the same
/// form share its headers and body.
#[derive(Clone, Debug)]
pub(super) struct InstantMessage {
    id: u32,
    /// The Ms-Sender value.
    sender: Box<str>,
    /// What goes before the text where Ms-Sender says nothing.
    name: Box<str>,
    user: Box<str>,
    content_type: ContentType<'static>,
    /// The Content-Type as its author wrote it.
    content_type_text: Box<str>,
    body: Bytes,
    /// The types of the parts, if it is a multipart body that can be read.
    parts: Vec<Option<MediaType>>,
    drafts: Vec<(Form, Draft)>,
}

/// A form of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it came.
    Whole,
    /// One part of a multipart body, by its index.
    Part(usize),
    /// Text with the author's name before it.
    Named,
    /// A part that is text, with the author's name before it.
    NamedPart(usize),
}

impl InstantMessage {
    /// The message that `author` sent as `request` and that got the Message-Id `id`.
    ///
    /// # Errors
    /// When the Content-Type is malformed. A message without one is text/plain.
    pub(super) fn new(id: u32, author: &Participant, request: &Message) -> Result<Self, ContentTypeError> {
        let field = request.fields().find(|field| field.name() == Name::ContentType);
        let text = field.map_or("text/plain".into(), |field| field.unfolded());
        let content_type = ContentType::parse(&text)?.into_owned();
        let body = request.body().clone();
        let parts = match Multipart::parse(&content_type, &body) {
            Ok(multipart) => {
                let media = |part: &crate::wire::multipart::Part<'_>| {
                    part.content_type().ok().map(|content_type| content_type.media().clone())
                };
                multipart.parts.iter().map(media).collect()
            }
            Err(_) => Vec::new(),
        };
        Ok(Self {
            id,
            sender: author.sender().into(),
            name: author.display().into(),
            user: author.user.clone(),
            content_type,
            content_type_text: text.into(),
            body,
            parts,
            drafts: Vec::new(),
        })
    }

    /// Its Message-Id.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// How many bytes it holds on to, forms left aside.
    pub(super) fn size(&self) -> usize {
        self.body.len()
    }

    /// What to send to a client; `None` when it can take no form of the message: 415.
    pub(super) fn draft(&mut self, client: &Abilities) -> Option<&Draft> {
        let form = self.form(client)?;
        let at = match self.drafts.iter().position(|(known, _)| *known == form) {
            Some(at) => at,
            None => {
                let draft = self.write(form)?;
                self.drafts.push((form, draft));
                self.drafts.len() - 1
            }
        };
        self.drafts.get(at).map(|(_, draft)| draft)
    }

    fn form(&self, client: &Abilities) -> Option<Form> {
        let media = self.content_type.media();
        if !client.ms_sender {
            return match self.plain_part() {
                _ if *media == MediaType::TEXT_PLAIN => Some(Form::Named),
                part => part.map(Form::NamedPart),
            };
        }
        // Only alternatives are chosen from; any other type goes out as it is, and the client decides.
        if *media != MediaType::MULTIPART_ALTERNATIVE || client.formats.accepts(media) {
            return Some(Form::Whole);
        }
        // The last that fits: the richest comes last (RFC 2046 5.1.4).
        let fits =
            |part: &Option<MediaType>| part.as_ref().is_some_and(|media| client.formats.accepts(media));
        self.parts.iter().rposition(fits).map(Form::Part)
    }

    fn plain_part(&self) -> Option<usize> {
        self.parts.iter().position(|part| *part == Some(MediaType::TEXT_PLAIN))
    }

    fn write(&self, form: Form) -> Option<Draft> {
        let draft = Draft::new().header("Ms-Sender", &self.sender).header("Message-Id", self.id);
        Some(match form {
            Form::Whole => draft.content(&self.content_type_text, self.body.clone()),
            Form::Part(at) => {
                let (content_type, body) = self.part(at)?;
                draft.content(&content_type, body)
            }
            Form::Named => {
                draft.content(&self.content_type_text, self.named(&self.content_type, &self.body)?)
            }
            Form::NamedPart(at) => {
                let (content_type, body) = self.part(at)?;
                let named = self.named(&ContentType::parse(&content_type).ok()?, &body)?;
                draft.content(&content_type, named)
            }
        })
    }

    /// Content-Type and body of one part.
    fn part(&self, at: usize) -> Option<(String, Bytes)> {
        let multipart = Multipart::parse(&self.content_type, &self.body).ok()?;
        let part = multipart.parts.get(at)?;
        let content_type = part.field("Content-Type").unwrap_or(MediaType::TEXT_PLAIN.as_str());
        Some((content_type.to_owned(), Bytes::copy_from_slice(part.body())))
    }

    /// `Name: text`, in the character set of the text; `None` for one in which our letters are not ASCII.
    fn named(&self, content_type: &ContentType<'_>, text: &[u8]) -> Option<Bytes> {
        let charset = content_type.charset().unwrap_or("us-ascii").to_ascii_lowercase();
        if charset.starts_with("utf-16") || charset.starts_with("utf-32") {
            return None;
        }
        let name = if charset == "utf-8" || self.name.is_ascii() { &self.name } else { &self.user };
        let mut body = Vec::with_capacity(name.len() + 2 + text.len());
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(b": ");
        body.extend_from_slice(text);
        Some(body.into())
    }
}
