//! Multipart bodies: `alternative`, `mixed` and `related` (RFC 2046 section 5.1, RFC 2387), with binary
//! parts only (IM-3-3-1-4-1-d, IM-3-3-1-4-1-e).

use std::borrow::Cow;

use super::content_type::{ContentType, ContentTypeError, MediaType};
use super::sdp::AcceptTypes;
use crate::entropy::Entropy;

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod parse;
mod write;

/// Most parts of one body.
pub const MAX_PARTS: usize = 64;
/// Most header fields of one part.
pub const MAX_FIELDS: usize = 32;
/// Most bytes of one part's header.
pub const MAX_HEADER_BYTES: usize = 8 * 1024;
/// How deep multipart bodies may be nested, the outermost being the first.
pub const MAX_DEPTH: u8 = 4;
/// Most characters of a boundary (RFC 2046 section 5.1.1).
pub const MAX_BOUNDARY: usize = 70;

/// A multipart body, borrowing from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multipart<'a> {
    /// What stands before the first part, for readers that do not know multipart.
    pub preamble: Cow<'a, [u8]>,
    /// The parts, in order: of alternatives the plainest first.
    pub parts: Vec<Part<'a>>,
    /// Whether the closing delimiter was there. Without it the last part runs to the end of the body.
    pub closed: bool,
    depth: u8,
}

/// One part: header fields and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    body: Cow<'a, [u8]>,
    depth: u8,
}

/// The line that clients put before the first part (EX-IM-4-2-1-a).
pub const PREAMBLE: &[u8] = b"This is a multi-part message in MIME format.\r\n";

impl<'a> Multipart<'a> {
    /// A body of these parts.
    pub fn new(parts: Vec<Part<'a>>) -> Self {
        Self { preamble: Cow::Borrowed(PREAMBLE), parts, closed: true, depth: 1 }
    }

    /// Reads the body that `content_type` describes.
    ///
    /// # Errors
    /// See [`MultipartErrorKind`].
    pub fn parse(content_type: &ContentType<'_>, body: &'a [u8]) -> Result<Self, MultipartError> {
        parse::multipart(content_type, body, 1)
    }

    /// The body with `boundary` between the parts, in the layout of EX-IM-4-2-1-a.
    ///
    /// # Errors
    /// [`MultipartErrorKind::Boundary`] when `boundary` is not one, or would end a part early.
    pub fn write(&self, boundary: &str) -> Result<Vec<u8>, MultipartError> {
        write::multipart(self, boundary)
    }

    /// A boundary that no part contains.
    pub fn boundary(&self, entropy: &mut Entropy) -> String {
        write::boundary(self, entropy)
    }

    /// The alternative to send to someone who takes `accept`: the last that fits, since the last is the
    /// richest (IM-3-3-2-5-1-m, RFC 2046 section 5.1.4).
    pub fn best(&self, accept: &AcceptTypes) -> Option<&Part<'a>> {
        let fits = |part: &&Part<'a>| part.media().is_ok_and(|media| accept.accepts(&media));
        self.parts.iter().rev().find(fits)
    }

    /// The last part of this type.
    pub fn part(&self, media: &MediaType) -> Option<&Part<'a>> {
        self.parts.iter().rev().find(|part| part.media().is_ok_and(|own| own == *media))
    }

    /// The root of a `related` body: the part that `start` names, else the first (RFC 2387 section 3.2).
    pub fn root(&self, content_type: &ContentType<'_>) -> Option<&Part<'a>> {
        let start = content_type.param("start");
        let named = |part: &&Part<'a>| start.is_some() && part.field("Content-ID") == start;
        self.parts.iter().find(named).or(self.parts.first())
    }
}

impl<'a> Part<'a> {
    /// A part of this type with the transfer encoding that is the only one allowed, `binary`.
    pub fn new(content_type: &ContentType<'_>, body: impl Into<Cow<'a, [u8]>>) -> Self {
        let fields = vec![
            ("Content-Type".into(), content_type.to_string().into()),
            ("Content-Transfer-Encoding".into(), "binary".into()),
        ];
        Self { fields, body: body.into(), depth: 1 }
    }

    /// The header fields in order, unfolded, names as spelled.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of the first field called `name`, in any case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The part's type; `text/plain` when it has none (RFC 2046 section 5.1).
    ///
    /// # Errors
    /// When its Content-Type is malformed; the offset counts from the start of that value.
    pub fn content_type(&self) -> Result<ContentType<'_>, ContentTypeError> {
        self.field("Content-Type").map_or(Ok(ContentType::new(MediaType::TEXT_PLAIN)), ContentType::parse)
    }

    /// The content.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The part as a multipart body, if that is what it is.
    ///
    /// # Errors
    /// As [`Multipart::parse`], and [`MultipartErrorKind::TooDeep`]. The offset counts from the start of
    /// this part's body.
    pub fn nested(&self) -> Option<Result<Multipart<'_>, MultipartError>> {
        let content_type = self.content_type().ok()?;
        let nested = content_type.media().is_multipart();
        nested.then(|| parse::multipart(&content_type, &self.body, self.depth.saturating_add(1)))
    }

    fn media(&self) -> Result<MediaType, ContentTypeError> {
        Ok(self.content_type()?.media().clone())
    }
}

/// Why a body is no multipart body we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct MultipartError {
    /// The kind of fault, always the sender's.
    pub kind: MultipartErrorKind,
    /// Where, in bytes from the start of the body.
    pub offset: usize,
}

impl MultipartError {
    /// The SIP status that answers a request with such a body.
    pub fn status(&self) -> u16 {
        match self.kind {
            MultipartErrorKind::NotMultipart | MultipartErrorKind::TransferEncoding => 415,
            MultipartErrorKind::TooMany | MultipartErrorKind::TooDeep => 413,
            _ => 400,
        }
    }
}

/// The kinds of [`MultipartError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartErrorKind {
    /// The Content-Type is not `multipart`.
    #[error("the content type is not multipart")]
    NotMultipart,
    /// No boundary parameter, a malformed one, or one that the content contains.
    #[error("unusable boundary")]
    Boundary,
    /// The delimiter never occurs, or nothing stands between the delimiters.
    #[error("no part")]
    NoPart,
    /// A part's header is no list of `name: value` lines in UTF-8 before an empty line.
    #[error("malformed part header")]
    Field,
    /// A part's Content-Type is malformed.
    #[error("malformed Content-Type of a part")]
    ContentType,
    /// A part has another transfer encoding than `binary`.
    #[error("a transfer encoding other than binary")]
    TransferEncoding,
    /// More than [`MAX_PARTS`], [`MAX_FIELDS`] or [`MAX_HEADER_BYTES`].
    #[error("too many parts or header fields")]
    TooMany,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested too deep")]
    TooDeep,
}
