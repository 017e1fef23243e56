//! Bytes, causes and names as text.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use confsim_core::node::Summary;
use confsim_core::wire::sip::Method;
use serde::{Deserialize, Serialize};

use crate::trace::{Cause, ConnectionId, Fate, MsgId, StepId};

/// Most different names (of timers, commands, kinds of things left) that one file may use, and their longest: a whole
/// pool has some hundred.
const NAMES_MAX: usize = 1024;
const NAME_LENGTH_MAX: usize = 64;

/// Bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Text {
    /// UTF-8.
    Plain(String),
    /// Anything else.
    Binary {
        /// With padding.
        base64: String,
    },
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Text {
    pub(super) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Plain(text.to_owned()),
            Err(_) => Self::Binary { base64: BASE64.encode(bytes) },
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Plain(text) if text.is_empty())
    }

    /// The bytes; or the text that stands for none.
    pub(super) fn bytes(self) -> Result<Bytes, String> {
        match self {
            Self::Plain(text) => Ok(Bytes::from(text)),
            Self::Binary { base64 } => BASE64.decode(&base64).map(Bytes::from).map_err(|_| base64),
        }
    }
}

/// Names that the program itself knows for all its life: a file's names live as long, which their number bounds.
#[derive(Default)]
pub(super) struct Names(BTreeSet<&'static str>);

impl Names {
    /// `name` for good; nothing if there are too many, or it is too long.
    pub(super) fn keep(&mut self, name: &str) -> Option<&'static str> {
        if let Some(known) = self.0.get(name) {
            return Some(known);
        }
        if self.0.len() >= NAMES_MAX || name.len() > NAME_LENGTH_MAX {
            return None;
        }
        let kept: &'static str = Box::leak(name.into());
        self.0.insert(kept);
        Some(kept)
    }
}

pub(super) fn write_cause(cause: Cause) -> String {
    match cause {
        Cause::Start => "start".to_owned(),
        Cause::Step(step) => format!("step {}", step.0),
        Cause::Message(id) => format!("message {}", id.0),
        Cause::Timer(name) => format!("timer {name}"),
        Cause::Connection(connection) => format!("connection {}", connection.0),
        Cause::Fault(fault) => format!("fault {fault}"),
    }
}

pub(super) fn read_cause(text: &str, names: &mut Names) -> Option<Cause> {
    if text == "start" {
        return Some(Cause::Start);
    }
    let (kind, which) = text.split_once(' ')?;
    Some(match kind {
        "step" => Cause::Step(StepId(which.parse().ok()?)),
        "message" => Cause::Message(MsgId(which.parse().ok()?)),
        "timer" => Cause::Timer(names.keep(which)?),
        "connection" => Cause::Connection(ConnectionId(which.parse().ok()?)),
        "fault" => Cause::Fault(which.parse().ok()?),
        _ => return None,
    })
}

pub(super) fn write_fate(fate: Fate) -> String {
    match fate {
        Fate::Fault(fault) => format!("fault {fault}"),
        Fate::Connection => "connection".to_owned(),
    }
}

pub(super) fn read_fate(text: &str) -> Option<Fate> {
    match text.strip_prefix("fault ") {
        Some(fault) => fault.parse().ok().map(Fate::Fault),
        None => (text == "connection").then_some(Fate::Connection),
    }
}

/// `INVITE`, or `200 INVITE` for the answer to one.
pub(super) fn write_summary(summary: &Summary) -> String {
    match summary {
        Summary::Request(method) => method.to_string(),
        Summary::Response(code, method) => format!("{code} {method}"),
    }
}

pub(super) fn read_summary(text: &str) -> Option<Summary> {
    match text.split_once(' ') {
        None => Method::parse(text).map(Summary::Request),
        // A response whose CSeq cannot be read has no method.
        Some((code, "")) => Some(Summary::Response(code.parse().ok()?, Method::Other("".into()))),
        Some((code, method)) => Some(Summary::Response(code.parse().ok()?, Method::parse(method)?)),
    }
}
