//! The session description of an IM session: an `m=message` line and its `accept-types` (IM-2-2-5-a…m,
//! RFC 4566, RFC 3264).
//!
//! Everything else an offer may hold is kept just well enough to refuse it line by line in the answer.

use std::fmt;

use crate::wire::content_type::MediaType;

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod parse;
mod write;

/// Most lines of a description. An IM session needs seven; an offer with audio and video about sixty.
pub const MAX_LINES: usize = 512;
/// Most media descriptions.
pub const MAX_MEDIA: usize = 32;
/// Most formats in `accept-types`.
pub const MAX_ACCEPT_TYPES: usize = 64;

/// The port of an `m=message` line; nobody connects to it (IM-2-2-5-c, IM-2-2-5-f).
pub const PORT: u16 = 5060;

/// The IM formats one side takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptTypes {
    /// `*`: all of them. Only the IM MCU says so (IM-3-1-2-5-d).
    Any,
    /// These, and `text/plain` in any case (IM-2-2-5-l). Without a list nothing else (IM-2-2-5-k).
    List(Vec<MediaType>),
}

impl AcceptTypes {
    /// Nothing but `text/plain`: what a missing attribute means.
    pub const PLAIN_ONLY: Self = Self::List(Vec::new());

    /// Whether a message of this type may be sent to that side.
    pub fn accepts(&self, media: &MediaType) -> bool {
        *media == MediaType::TEXT_PLAIN
            || match self {
                Self::Any => true,
                Self::List(list) => list.contains(media),
            }
    }

    /// Reads the value of `accept-types`, or of any other list of formats between white space.
    /// The same format twice counts once.
    ///
    /// # Errors
    /// [`SdpErrorKind::AcceptTypes`] for an empty list, something that is no media type, or more than
    /// [`MAX_ACCEPT_TYPES`] of them.
    pub fn parse(text: &str) -> Result<Self, SdpError> {
        parse::accept_types(text, 0)
    }
}

/// As in the attribute: `*`, or formats with one space between them.
impl fmt::Display for AcceptTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::List(list) => {
                for (at, media) in list.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { " " })?;
                    fmt::Display::fmt(media, f)?;
                }
                Ok(())
            }
        }
    }
}

/// An offer or an answer for one IM session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImSession {
    /// The address in `o=` and `c=`: an IP address or a host name. Never connected to.
    pub address: String,
    /// The version in `o=`, higher in every changed description of a session (RFC 3264 section 8).
    pub version: u64,
    /// The formats its sender takes.
    pub accept: AcceptTypes,
    /// The stream is refused: port zero (note of IM-2-2-5-f).
    pub rejected: bool,
    /// Other media described before the IM session.
    pub before: Vec<OtherMedia>,
    /// Other media described after it, a second `m=message` included.
    pub after: Vec<OtherMedia>,
}

/// A media description that is no IM session. Written with port zero: this stack takes part in none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OtherMedia {
    /// `audio`, `video` and so on.
    pub kind: String,
    /// `RTP/AVP` and so on.
    pub protocol: String,
    /// The formats as written, with single spaces.
    pub formats: String,
}

impl ImSession {
    /// An offer of an IM session and nothing else, from `address`, taking `accept`.
    pub fn offer(address: impl Into<String>, accept: AcceptTypes) -> Self {
        Self {
            address: address.into(),
            version: 0,
            accept,
            rejected: false,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// The answer to this offer by someone at `address` who takes `accept`: the same media lines in the
    /// same order, all but the IM session refused (RFC 3264 section 6).
    pub fn answer(&self, address: impl Into<String>, accept: AcceptTypes) -> Self {
        Self {
            address: address.into(),
            version: 0,
            accept,
            rejected: self.rejected,
            before: self.before.clone(),
            after: self.after.clone(),
        }
    }

    /// Reads a description.
    ///
    /// # Errors
    /// See [`SdpErrorKind`].
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        parse::session(body)
    }

    /// The description as printed in the documents: seven lines that end in CRLF (EX-IM-4-1-1).
    pub fn write(&self) -> Vec<u8> {
        write::session(self)
    }
}

/// Why a description was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct SdpError {
    /// The kind of fault, always the sender's.
    pub kind: SdpErrorKind,
    /// Where, in bytes from the start of the body.
    pub offset: usize,
}

impl SdpError {
    /// The SIP status that answers a request with such a body.
    pub fn status(&self) -> u16 {
        match self.kind {
            SdpErrorKind::NoMessageMedia => 488,
            _ => 400,
        }
    }
}

/// The kinds of [`SdpError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpErrorKind {
    /// The body is no UTF-8 or holds a NUL or a lone CR.
    #[error("an octet that has no place in SDP")]
    Octet,
    /// A line that is no letter, `=` and value.
    #[error("a line of the form x=value was expected")]
    Line,
    /// The first line is not `v=0`.
    #[error("v=0 was expected")]
    Version,
    /// No well-formed `o=` line where it belongs.
    #[error("malformed or missing origin")]
    Origin,
    /// A malformed `c=` line.
    #[error("malformed connection data")]
    Connection,
    /// A malformed `m=` line.
    #[error("malformed media description")]
    Media,
    /// A malformed `accept-types` attribute.
    #[error("malformed accept-types")]
    AcceptTypes,
    /// No `m=message` line: well-formed, but no offer of an IM session.
    #[error("no m=message over sip")]
    NoMessageMedia,
    /// More than [`MAX_LINES`] lines or [`MAX_MEDIA`] media.
    #[error("too many lines or media")]
    TooLong,
}
