//! What can be wrong with SIP input.

use thiserror::Error;

use super::Name;

/// Malformed or unacceptable SIP input. Always the sender's fault; never carries the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset}")]
pub struct SipError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where: bytes from the start of what was read. That is the stream for a [`Framer`](super::Framer), the
    /// message for a datagram and for the typed views of a message, the text for `parse` functions of values.
    pub offset: u64,
}

/// The kinds of [`SipError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ErrorKind {
    /// The input ends before the empty line that closes the head.
    #[error("no end of the header section")]
    NoEndOfHead,
    /// The head is longer than [`Limits::head`](super::Limits::head).
    #[error("header section too long")]
    HeadTooLong,
    /// More header fields than [`Limits::fields`](super::Limits::fields).
    #[error("too many header fields")]
    TooManyFields,
    /// The body is longer than [`Limits::body`](super::Limits::body).
    #[error("body too long")]
    BodyTooLong,
    /// The head is not UTF-8.
    #[error("header section is not UTF-8")]
    NotUtf8,
    /// A carriage return without line feed, or the reverse.
    #[error("lone carriage return or line feed")]
    BareLineEnd,
    /// The first line is neither a request line nor a status line.
    #[error("malformed start line")]
    StartLine,
    /// A SIP version other than 2.0.
    #[error("unsupported SIP version")]
    Version,
    /// A status code outside 100 to 699.
    #[error("invalid status code")]
    StatusCode,
    /// A header line without a token and a colon.
    #[error("malformed header field")]
    Field,
    /// A stream message without Content-Length, so that its end is unknown (D-32).
    #[error("missing Content-Length")]
    ContentLengthMissing,
    /// More than one Content-Length.
    #[error("repeated Content-Length")]
    ContentLengthRepeated,
    /// Content-Length is no number.
    #[error("invalid Content-Length")]
    ContentLengthInvalid,
    /// A datagram shorter than its Content-Length says (D-32).
    #[error("body shorter than Content-Length")]
    BodyTooShort,
    /// A header field the message must have is not there.
    #[error("missing {0}")]
    Missing(Name),
    /// A header field that may stand once stands more often.
    #[error("repeated {0}")]
    Repeated(Name),
    /// The method of CSeq is not that of the request line.
    #[error("CSeq names another method")]
    CSeqMismatch,
    /// A malformed URI.
    #[error("malformed URI")]
    Uri,
    /// A URI in a place where its embedded header fields may not stand.
    #[error("URI with header fields")]
    UriHeaders,
    /// A malformed host or port.
    #[error("malformed host or port")]
    Host,
    /// A quoted string without its closing quote.
    #[error("unterminated quoted string")]
    Quote,
    /// A display name that is neither a quoted string nor tokens.
    #[error("malformed display name")]
    DisplayName,
    /// A token is missing.
    #[error("expected a token")]
    Token,
    /// A malformed parameter.
    #[error("malformed parameter")]
    Parameter,
    /// A number is missing, malformed or out of range.
    #[error("invalid number")]
    Number,
    /// Something stands where the value should have ended.
    #[error("unexpected text")]
    Trailing,
    /// The value is empty.
    #[error("empty value")]
    Empty,
}

impl SipError {
    /// An error of `kind` at `offset`.
    pub const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// The same error in an input that has `bytes` more in front.
    #[must_use]
    pub const fn shifted(self, bytes: u64) -> Self {
        Self { kind: self.kind, offset: self.offset.saturating_add(bytes) }
    }

    /// The status code to answer with, should the request be answerable at all (RFC 3261 section 21.4).
    pub const fn status(self) -> u16 {
        match self.kind {
            ErrorKind::HeadTooLong | ErrorKind::TooManyFields | ErrorKind::BodyTooLong => 413,
            ErrorKind::Version => 505,
            _ => 400,
        }
    }
}
