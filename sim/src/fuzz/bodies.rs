//! Bodies: what is read is written, reads back as the same value, and is written the same again.

use confsim_core::entropy::Entropy;
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::cccp::{CccpError, Request, Response};
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use confsim_core::wire::content_type::{ContentType, MediaType};
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::multipart::{MAX_DEPTH, Multipart};
use confsim_core::wire::provisioning::{Provisioning, ProvisioningQuery};
use confsim_core::wire::sdp::{ImSession, SdpError};
use confsim_core::wire::xml::XmlError;

/// An error that knows its place.
trait Placed {
    fn offset(&self) -> usize;
}

impl Placed for XmlError {
    fn offset(&self) -> usize {
        self.offset
    }
}

impl Placed for CccpError {
    fn offset(&self) -> usize {
        self.offset()
    }
}

impl Placed for SdpError {
    fn offset(&self) -> usize {
        self.offset
    }
}

macro_rules! round_trips {
    ($($target:ident: $parse:path, $write:path;)*) => {$(
        pub(super) fn $target(bytes: &[u8]) {
            match $parse(bytes) {
                Err(error) => assert!(Placed::offset(&error) <= bytes.len(), "{error} lies outside"),
                Ok(value) => {
                    let written = $write(&value);
                    let again = $parse(&written);
                    assert_eq!(again.as_ref(), Ok(&value));
                    assert_eq!(again.map(|again| $write(&again)).as_ref(), Ok(&written));
                }
            }
        }
    )*};
}

round_trips! {
    cccp_request: Request::parse, Request::write;
    cccp_response: Response::parse, Response::write;
    conference_info: conference_info::read, write_info;
    imdn: Imdn::parse, Imdn::write;
    capabilities: ImCapabilities::parse, ImCapabilities::write;
    conf_invite: ConfInvite::parse, ConfInvite::write;
    provisioning_query: ProvisioningQuery::parse, ProvisioningQuery::write;
    provisioning_answer: Provisioning::parse, Provisioning::write;
    sdp: ImSession::parse, ImSession::write;
}

fn write_info(info: &ConferenceInfo<'_>) -> Vec<u8> {
    conference_info::write(info)
}

/// Both documents of the package: their roots differ.
pub(super) fn provisioning(bytes: &[u8]) {
    provisioning_query(bytes);
    provisioning_answer(bytes);
}

/// The first line is the boundary, the rest the body.
pub(super) fn multipart(bytes: &[u8]) {
    let Some(line) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (boundary, body) = bytes.split_at(line);
    let Ok(boundary) = std::str::from_utf8(boundary.trim_ascii_end()) else { return };
    parts(boundary, body.get(1..).unwrap_or_default(), 1);
}

fn parts(boundary: &str, body: &[u8], depth: u8) {
    let content_type =
        ContentType::new(MediaType::MULTIPART_MIXED).with_param("boundary", boundary.to_owned());
    let Ok(content_type) = content_type else { return };
    match Multipart::parse(&content_type, body) {
        Err(error) => assert!(error.offset <= body.len(), "{error} lies outside"),
        Ok(multipart) => rewrite(&multipart, depth),
    }
}

fn rewrite(multipart: &Multipart<'_>, depth: u8) {
    assert!(depth <= MAX_DEPTH, "nested too deep");
    let boundary = multipart.boundary(&mut Entropy::named(0, "boundary"));
    let written = multipart.write(&boundary).unwrap_or_else(|error| panic!("cannot be written: {error}"));
    let content_type = ContentType::new(MediaType::MULTIPART_MIXED).with_param("boundary", boundary);
    let content_type = content_type.unwrap_or_else(|error| panic!("a fresh boundary: {error}"));
    let again =
        Multipart::parse(&content_type, &written).unwrap_or_else(|error| panic!("read again: {error}"));
    assert_eq!(again.preamble, multipart.preamble);
    assert!(again.closed);
    assert_eq!(again.parts.len(), multipart.parts.len());
    for (part, again) in multipart.parts.iter().zip(&again.parts) {
        assert!(part.fields().eq(again.fields()), "fields change when written");
        assert_eq!(part.body(), again.body());
        if let Some(Ok(nested)) = part.nested() {
            rewrite(&nested, depth + 1);
        }
    }
}
