//! Writing envelopes.

use super::request::Request;
use super::response::Response;

pub(super) fn request(_request: &Request<'_>) -> Vec<u8> {
    Vec::new()
}

pub(super) fn response(_response: &Response<'_>) -> Vec<u8> {
    Vec::new()
}
