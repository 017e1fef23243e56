//! Requests.

use std::borrow::Cow;

use super::command::Command;
use crate::wire::xml::owned::borrowing;

/// A `request` (MS-CONFPRO 2.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Unique among the sender's outstanding requests.
    pub request_id: u64,
    /// Who asks: a SIP URI.
    pub from: Cow<'a, str>,
    /// Who is asked: the URI of the factory or of the conference.
    pub to: Cow<'a, str>,
    /// `C3PVersion`; absent means [`VERSION`](super::VERSION).
    pub version: Option<u32>,
    /// What is asked.
    pub command: Command<'a>,
}

borrowing!(Request { request_id, from, to, version, command });
