//! Media types and the `Content-Type` value (RFC 3261 section 25.1, RFC 2045 section 5.1).

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod parse;

/// Most parameters of one Content-Type. Real ones have two; the bound keeps a hostile value cheap.
pub const MAX_PARAMS: usize = 16;

/// A type and subtype, held in lower case since their case has no meaning (RFC 2045 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(Cow<'static, str>);

impl MediaType {
    /// `text/plain`, which everybody understands (IM-2-2-5-l).
    pub const TEXT_PLAIN: Self = Self(Cow::Borrowed("text/plain"));
    /// `text/rtf`.
    pub const TEXT_RTF: Self = Self(Cow::Borrowed("text/rtf"));
    /// `text/html`.
    pub const TEXT_HTML: Self = Self(Cow::Borrowed("text/html"));
    /// `image/gif`, a drawing.
    pub const IMAGE_GIF: Self = Self(Cow::Borrowed("image/gif"));
    /// `application/x-ms-ink`, a drawing with its strokes.
    pub const INK: Self = Self(Cow::Borrowed("application/x-ms-ink"));
    /// `multipart/alternative`: the same message in several formats.
    pub const MULTIPART_ALTERNATIVE: Self = Self(Cow::Borrowed("multipart/alternative"));
    /// `multipart/mixed`: several bodies in one.
    pub const MULTIPART_MIXED: Self = Self(Cow::Borrowed("multipart/mixed"));
    /// `multipart/related`: a root body and what it refers to.
    pub const MULTIPART_RELATED: Self = Self(Cow::Borrowed("multipart/related"));
    /// `application/sdp`.
    pub const SDP: Self = Self(Cow::Borrowed("application/sdp"));
    /// `application/cccp+xml`: a conference control request or response.
    pub const CCCP: Self = Self(Cow::Borrowed("application/cccp+xml"));
    /// `application/conference-info+xml`: a roster notification (RFC 4575).
    pub const CONFERENCE_INFO: Self = Self(Cow::Borrowed("application/conference-info+xml"));
    /// `application/ms-imdn+xml`: the report about a forwarded message.
    pub const IMDN: Self = Self(Cow::Borrowed("application/ms-imdn+xml"));
    /// `application/ms-conf-invite+xml`: the invitation of one user by another.
    pub const CONF_INVITE: Self = Self(Cow::Borrowed("application/ms-conf-invite+xml"));
    /// `application/vnd-microsoft-roaming-provisioning-v2+xml`: what a client asks its pool at sign-in.
    pub const PROVISIONING: Self =
        Self(Cow::Borrowed("application/vnd-microsoft-roaming-provisioning-v2+xml"));

    const KNOWN: [Self; 14] = [
        Self::TEXT_PLAIN,
        Self::TEXT_RTF,
        Self::TEXT_HTML,
        Self::IMAGE_GIF,
        Self::INK,
        Self::MULTIPART_ALTERNATIVE,
        Self::MULTIPART_MIXED,
        Self::MULTIPART_RELATED,
        Self::SDP,
        Self::CCCP,
        Self::CONFERENCE_INFO,
        Self::IMDN,
        Self::CONF_INVITE,
        Self::PROVISIONING,
    ];

    /// Reads `type/subtype`, with white space around the slash allowed (IM-2-2-5-j).
    ///
    /// # Errors
    /// [`ContentTypeErrorKind::MediaType`] when it is anything else.
    pub fn parse(text: &str) -> Result<Self, ContentTypeError> {
        parse::media_type(text)
    }

    /// The part before the slash.
    pub fn ty(&self) -> &str {
        self.0.split_once('/').map_or("", |(ty, _)| ty)
    }

    /// The part after the slash.
    pub fn subtype(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, subtype)| subtype)
    }

    /// `type/subtype` in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the body consists of parts.
    pub fn is_multipart(&self) -> bool {
        self.ty() == "multipart"
    }

    fn of(ty: &str, subtype: &str) -> Self {
        let is = |known: &Self| {
            ty.eq_ignore_ascii_case(known.ty()) && subtype.eq_ignore_ascii_case(known.subtype())
        };
        Self::KNOWN.into_iter().find(is).unwrap_or_else(|| {
            let mut text = String::with_capacity(ty.len() + 1 + subtype.len());
            text.extend([ty, "/", subtype]);
            text.make_ascii_lowercase();
            Self(Cow::Owned(text))
        })
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One parameter of a Content-Type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Param<'a> {
    /// As it was spelled; compared without regard to case.
    name: Cow<'a, str>,
    /// The value without quotes and escapes; `None` for a flag.
    value: Option<Cow<'a, str>>,
}

/// A `Content-Type` value: media type and parameters in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType<'a> {
    media: MediaType,
    params: Vec<Param<'a>>,
}

impl<'a> ContentType<'a> {
    /// A Content-Type without parameters.
    pub const fn new(media: MediaType) -> Self {
        Self { media, params: Vec::new() }
    }

    /// Adds a parameter.
    ///
    /// # Errors
    /// [`ContentTypeErrorKind::Param`] when `name` is no token or `value` has a control character, and
    /// [`ContentTypeErrorKind::TooManyParams`]. The offset is that within `name` or `value`.
    pub fn with_param(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) -> Result<Self, ContentTypeError> {
        let (name, value) = (name.into(), value.into());
        let wrong = |kind, offset| ContentTypeError { kind, offset };
        if !is_token(&name) {
            let offset = name.bytes().position(|byte| !is_token_byte(byte)).unwrap_or(0);
            return Err(wrong(ContentTypeErrorKind::Param, offset));
        }
        if let Some(offset) = value.bytes().position(|byte| byte.is_ascii_control()) {
            return Err(wrong(ContentTypeErrorKind::Param, offset));
        }
        if self.params.len() >= MAX_PARAMS {
            return Err(wrong(ContentTypeErrorKind::TooManyParams, 0));
        }
        self.params.push(Param { name, value: Some(value) });
        Ok(self)
    }

    /// Reads a header value.
    ///
    /// # Errors
    /// See [`ContentTypeErrorKind`].
    pub fn parse(text: &'a str) -> Result<Self, ContentTypeError> {
        parse::content_type(text)
    }

    /// The media type.
    pub fn media(&self) -> &MediaType {
        &self.media
    }

    /// The value of the first parameter called `name`, in any case; empty for a flag.
    pub fn param(&self, name: &str) -> Option<&str> {
        let param = self.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))?;
        Some(param.value.as_deref().unwrap_or(""))
    }

    /// The parameters in order: name and, unless it is a flag, value.
    pub fn params(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.params.iter().map(|param| (&*param.name, param.value.as_deref()))
    }

    /// What separates the parts of a multipart body.
    pub fn boundary(&self) -> Option<&str> {
        self.param("boundary")
    }

    /// The character set of a text.
    pub fn charset(&self) -> Option<&str> {
        self.param("charset")
    }

    /// The font of a text, opaque to everybody but clients (EX-IM-4-2-1-b).
    pub fn msgr(&self) -> Option<&str> {
        self.param("msgr")
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> ContentType<'static> {
        let own = |param: Param<'_>| Param {
            name: Cow::Owned(param.name.into_owned()),
            value: param.value.map(|value| Cow::Owned(value.into_owned())),
        };
        ContentType { media: self.media, params: self.params.into_iter().map(own).collect() }
    }
}

/// Canonical: parameters after `; `, quoted where their value is no token.
impl fmt::Display for ContentType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.media, f)?;
        for param in &self.params {
            write!(f, "; {}", param.name)?;
            let Some(value) = &param.value else { continue };
            // Clients write the base64 of `msgr` bare, slashes and all (EX-IM-4-2-1-b).
            let bare = is_token(value) || (param.name.eq_ignore_ascii_case("msgr") && is_base64(value));
            f.write_str("=")?;
            if bare {
                f.write_str(value)?;
            } else {
                write_quoted(f, value)?;
            }
        }
        Ok(())
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    f.write_str("\"")?;
    for piece in value.split_inclusive(['"', '\\']) {
        match piece.strip_suffix(['"', '\\']) {
            Some(plain) if piece.ends_with('"') => write!(f, "{plain}\\\"")?,
            Some(plain) => write!(f, "{plain}\\\\")?,
            None => f.write_str(piece)?,
        }
    }
    f.write_str("\"")
}

/// What is wrong with a Content-Type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct ContentTypeError {
    /// The kind of fault, always the writer's.
    pub kind: ContentTypeErrorKind,
    /// Where, in bytes from the start of the value.
    pub offset: usize,
}

/// The kinds of [`ContentTypeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentTypeErrorKind {
    /// No `type/subtype` of two tokens.
    #[error("a media type of two tokens was expected")]
    MediaType,
    /// A parameter that is no `name`, `name=token` or `name="text"`.
    #[error("malformed parameter")]
    Param,
    /// A quoted value without its end.
    #[error("the quoted value is not closed")]
    OpenQuote,
    /// More than [`MAX_PARAMS`] parameters.
    #[error("more than {MAX_PARAMS} parameters")]
    TooManyParams,
}

/// RFC 3261 section 25.1, `token`.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

fn is_base64(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

/// White space of a header value, line ends of a fold included.
fn is_lws(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r' | '\n')
}
