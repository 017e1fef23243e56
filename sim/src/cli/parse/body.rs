//! Bodies by their type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use confsim_core::wire::cccp::{CccpError, Request, Response};
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::conference_info;
use confsim_core::wire::content_type::{ContentType, MediaType};
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::multipart::{Multipart, MultipartError, Part};
use confsim_core::wire::provisioning::{Provisioning, ProvisioningQuery};
use confsim_core::wire::sdp::{ImSession, SdpErrorKind};
use confsim_core::wire::xml::{XmlError, XmlErrorKind};
use serde_json::{Value, json};

use super::{Fault, json as to_json, offset_in};

/// A body of this type; one of a type without typed view, or that describes another kind of session, comes
/// as it is.
pub(super) fn any(content_type: &ContentType<'_>, bytes: &[u8]) -> Result<Value, Fault> {
    let media = content_type.media();
    if *media == MediaType::CCCP {
        cccp(bytes)
    } else if *media == MediaType::CONFERENCE_INFO {
        to_json(&conference_info::read(bytes)?)
    } else if *media == MediaType::IMDN {
        to_json(&Imdn::parse(bytes)?)
    } else if *media == MediaType::CONF_INVITE {
        to_json(&ConfInvite::parse(bytes)?)
    } else if *media == MediaType::PROVISIONING {
        provisioning(bytes)
    } else if *media == MediaType::SDP {
        match ImSession::parse(bytes) {
            Err(error) if error.kind == SdpErrorKind::NoMessageMedia => Ok(opaque(bytes)),
            session => to_json(&session?),
        }
    } else if media.is_multipart() {
        parts(&Multipart::parse(content_type, bytes)?, bytes)
    } else {
        Ok(opaque(bytes))
    }
}

/// A request, or else a response.
pub(super) fn cccp(bytes: &[u8]) -> Result<Value, Fault> {
    match Request::parse(bytes) {
        Ok(request) => Ok(json!({ "request": to_json(&request)? })),
        Err(CccpError::Xml(XmlError { kind: XmlErrorKind::UnexpectedRoot(_), .. })) => {
            Ok(json!({ "response": to_json(&Response::parse(bytes)?)? }))
        }
        Err(error) => Err(error.into()),
    }
}

/// A query, or else its answer.
pub(super) fn provisioning(bytes: &[u8]) -> Result<Value, Fault> {
    match ProvisioningQuery::parse(bytes) {
        Ok(query) => Ok(json!({ "query": to_json(&query)? })),
        Err(XmlError { kind: XmlErrorKind::UnexpectedRoot(_), .. }) => {
            Ok(json!({ "answer": to_json(&Provisioning::parse(bytes)?)? }))
        }
        Err(error) => Err(error.into()),
    }
}

/// A multipart body without its Content-Type.
pub(super) fn multipart(boundary: Option<&str>, bytes: &[u8]) -> Result<Value, Fault> {
    let boundary = boundary.or_else(|| first_delimiter(bytes));
    let boundary = boundary.ok_or_else(|| Fault::malformed("no delimiter", bytes.len() as u64))?;
    let content_type = ContentType::new(MediaType::MULTIPART_MIXED).with_param("boundary", boundary)?;
    parts(&Multipart::parse(&content_type, bytes)?, bytes)
}

/// What follows the dashes of the first line that starts with two.
fn first_delimiter(bytes: &[u8]) -> Option<&str> {
    let line = bytes.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"--"))?;
    std::str::from_utf8(line.trim_ascii_end()).ok()?.strip_prefix("--")
}

/// The parts of a body; faults count from the start of `whole`, of which all parts are pieces.
fn parts(multipart: &Multipart<'_>, whole: &[u8]) -> Result<Value, Fault> {
    let parts = multipart
        .parts
        .iter()
        .map(|part| self::part(part).map_err(|fault| fault.shifted(offset_in(whole, part.body()))));
    let parts = parts.collect::<Result<Vec<Value>, Fault>>()?;
    Ok(json!({ "preamble": opaque(&multipart.preamble), "parts": parts, "closed": multipart.closed }))
}

fn part(part: &Part<'_>) -> Result<Value, Fault> {
    let fields: Vec<Value> = part.fields().map(|field| json!(field)).collect();
    let content = match part.nested() {
        Some(nested) => {
            nested.map_err(MultipartError::into).and_then(|nested| parts(&nested, part.body()))?
        }
        None => any(&part.content_type()?, part.body())?,
    };
    Ok(json!({ "fields": fields, "body": content }))
}

/// Bytes as they are: text where they are text.
pub(super) fn opaque(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}
