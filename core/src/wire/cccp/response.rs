//! Responses.

use std::borrow::Cow;

use super::VERSION;
use super::outcome::CommandResult;
use super::request::Request;
use crate::wire::xml::lexical::{enumerated, spelling};
use crate::wire::xml::owned::{borrowing, plain};

/// A `response` (MS-CONFPRO 2.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response<'a> {
    /// That of the request.
    pub request_id: u64,
    /// The `to` of the request.
    pub from: Cow<'a, str>,
    /// The `from` of the request.
    pub to: Cow<'a, str>,
    /// `C3PVersion`; absent means [`VERSION`].
    pub version: Option<u32>,
    /// How it went.
    pub code: Code,
    /// The MCU whose result this is.
    pub responder: Option<Cow<'a, str>>,
    /// The result of the command.
    pub result: CommandResult<'a>,
}

/// How a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Code {
    /// It succeeded.
    Success,
    /// It is still being worked on; a final response follows.
    Pending,
    /// It failed.
    Failure,
}

impl Code {
    const SPELLINGS: [(Self, &'static str); 3] =
        [(Self::Success, "success"), (Self::Pending, "pending"), (Self::Failure, "failure")];

    /// The code spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        enumerated(&Self::SPELLINGS, text)
    }

    /// As it is spelled on the wire.
    pub fn as_str(self) -> &'static str {
        spelling(&Self::SPELLINGS, self)
    }
}

impl<'a> Response<'a> {
    /// A response to a request: its id, its addresses swapped, no responder.
    pub fn to(request: &Request<'a>, code: Code, result: CommandResult<'a>) -> Self {
        Self {
            request_id: request.request_id,
            from: request.to.clone(),
            to: request.from.clone(),
            version: Some(VERSION),
            code,
            responder: None,
            result,
        }
    }
}

plain!(Code);
borrowing!(Response { request_id, from, to, version, code, responder, result });
