//! Conversions from and to the messages of the [`rsip`](https://docs.rs/rsip) crate, for code that lives with
//! it.
//!
//! rsip knows a closed set of methods and a smaller grammar of URIs than these protocols use; what it cannot
//! say is an [`RsipError`], never a silently different message. Its header values are plain text, taken over
//! unfolded and under full names. Of reason phrases it keeps those of codes it does not know.

use bytes::Bytes;
use rsip::headers::header::Tokenizer;
use thiserror::Error;

use super::{Field, Limits, Message, Method, Name, SipError, StartLine, Uri, Writer};

/// What cannot be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RsipError {
    /// rsip does not know the method.
    #[error("rsip has no such method")]
    Method,
    /// rsip reads the URI as something else, or not at all.
    #[error("rsip cannot express the URI")]
    Uri,
    /// rsip does not take the header field.
    #[error("rsip cannot express the header field at byte {0}")]
    Header(usize),
    /// What rsip holds is no valid message.
    #[error(transparent)]
    Sip(#[from] SipError),
}

impl TryFrom<&Method> for rsip::Method {
    type Error = RsipError;

    fn try_from(method: &Method) -> Result<Self, RsipError> {
        let found = method.as_str().parse::<Self>().map_err(|_| RsipError::Method)?;
        // rsip ignores case, methods do not.
        if found.to_string() == method.as_str() { Ok(found) } else { Err(RsipError::Method) }
    }
}

impl TryFrom<&Uri<'_>> for rsip::Uri {
    type Error = RsipError;

    fn try_from(uri: &Uri<'_>) -> Result<Self, RsipError> {
        let found = Self::try_from(uri.as_str()).map_err(|_| RsipError::Uri)?;
        let user = found.auth.as_ref().map(|auth| auth.user.as_str());
        // rsip spells known transports its own way; that much is the same URI.
        let same = found.to_string().eq_ignore_ascii_case(uri.as_str()) && user == uri.user();
        if same { Ok(found) } else { Err(RsipError::Uri) }
    }
}

impl TryFrom<&Field<'_>> for rsip::Header {
    type Error = RsipError;

    fn try_from(field: &Field<'_>) -> Result<Self, RsipError> {
        let name = if field.spelling().len() == 1 && field.name() != Name::Other {
            field.name().as_str()
        } else {
            field.spelling()
        };
        let value = field.unfolded();
        Tokenizer::from((name.as_bytes(), value.as_bytes()))
            .try_into()
            .map_err(|_| RsipError::Header(field.offset()))
    }
}

impl TryFrom<&Message> for rsip::SipMessage {
    type Error = RsipError;

    fn try_from(message: &Message) -> Result<Self, RsipError> {
        let fields = message.fields().map(|field| rsip::Header::try_from(&field));
        let headers = rsip::Headers::from(fields.collect::<Result<Vec<_>, _>>()?);
        let (version, body) = (rsip::Version::V2, message.body().to_vec());
        Ok(match message.start() {
            StartLine::Request { method, .. } => {
                let uri = rsip::Uri::try_from(&message.request_uri()?)?;
                rsip::Request { method: method.try_into()?, uri, version, headers, body }.into()
            }
            StartLine::Response { code, reason } => {
                let status_code = match rsip::StatusCode::from(code) {
                    rsip::StatusCode::Other(code, _) => rsip::StatusCode::Other(code, reason.to_owned()),
                    known => known,
                };
                rsip::Response { status_code, version, headers, body }.into()
            }
        })
    }
}

/// Content-Length is set anew from the body.
impl TryFrom<&rsip::SipMessage> for Message {
    type Error = RsipError;

    fn try_from(message: &rsip::SipMessage) -> Result<Self, RsipError> {
        let mut writer = Writer::new();
        let (headers, body) = match message {
            rsip::SipMessage::Request(request) => {
                let method = Method::parse(&request.method.to_string()).ok_or(RsipError::Method)?;
                writer.start_request(&method, &request.uri);
                (&request.headers, &request.body)
            }
            rsip::SipMessage::Response(response) => {
                writer.start_response(response.status_code.code(), &phrase(&response.status_code));
                (&response.headers, &response.body)
            }
        };
        for header in headers.iter() {
            let line = header.to_string();
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            if Name::parse(name) != Name::ContentLength {
                writer.text(name, value.trim());
            }
        }
        let body = Bytes::copy_from_slice(body);
        Ok(Self::from_parts(writer.finish(body.len()), body, Limits::DEFAULT)?)
    }
}

/// The reason phrase: rsip knows it as an identifier (`NotFound`).
fn phrase(code: &rsip::StatusCode) -> String {
    if let rsip::StatusCode::Other(_, reason) = code {
        return reason.clone();
    }
    let mut phrase = String::new();
    for letter in code.to_string().chars().skip_while(|letter| *letter != ' ').skip(1) {
        if letter.is_ascii_uppercase() && phrase.ends_with(|last: char| last.is_ascii_lowercase()) {
            phrase.push(' ');
        }
        phrase.push(letter);
    }
    phrase
}
