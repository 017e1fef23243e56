//! Writing a multipart body.

use super::parse::{has_delimiter, is_boundary};
use super::{MAX_PARTS, Multipart, MultipartError, MultipartErrorKind as Kind};
use crate::entropy::Entropy;

pub(super) fn multipart(body: &Multipart<'_>, boundary: &str) -> Result<Vec<u8>, MultipartError> {
    let fail = |kind| Err(MultipartError { kind, offset: 0 });
    if !is_boundary(boundary) || collides(body, boundary) {
        return fail(Kind::Boundary);
    }
    match body.parts.len() {
        0 => return fail(Kind::NoPart),
        count if count > MAX_PARTS => return fail(Kind::TooMany),
        _ => {}
    }
    let content: usize = body.parts.iter().map(|part| part.body.len() + 256).sum();
    let mut out = Vec::with_capacity(body.preamble.len() + content);
    out.extend_from_slice(&body.preamble);
    if !body.preamble.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    for part in &body.parts {
        out.extend([b"--", boundary.as_bytes(), b"\r\n"].concat());
        for (name, value) in part.fields() {
            out.extend([name, ": ", value, "\r\n"].concat().bytes());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&part.body);
        out.extend_from_slice(b"\r\n");
    }
    out.extend([b"--", boundary.as_bytes(), b"--\r\n"].concat());
    Ok(out)
}

pub(super) fn boundary(body: &Multipart<'_>, entropy: &mut Entropy) -> String {
    loop {
        let candidate = format!("----=_NextPart_{}", entropy.hex(16));
        if !collides(body, &candidate) {
            return candidate;
        }
    }
}

fn collides(body: &Multipart<'_>, boundary: &str) -> bool {
    has_delimiter(&body.preamble, boundary)
        || body.parts.iter().any(|part| has_delimiter(&part.body, boundary))
}
