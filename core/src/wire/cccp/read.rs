//! Reading envelopes.

use super::error::CccpError;
use super::request::Request;
use super::response::Response;

pub(super) fn request(_document: &[u8]) -> Result<Request<'_>, CccpError> {
    Err(CccpError::NoCommand { offset: 0 })
}

pub(super) fn response(_document: &[u8]) -> Result<Response<'_>, CccpError> {
    Err(CccpError::NoCommand { offset: 0 })
}
