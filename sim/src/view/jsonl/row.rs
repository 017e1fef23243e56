//! The lines, as serde knows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::EventRow;
use super::text::Text;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(super) enum Row {
    /// The first one.
    Trace(Header),
    Step {
        at: u64,
        step: u32,
        who: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skipped: Option<SkipRow>,
    },
    Emitted {
        at: u64,
        id: u32,
        from: String,
        to: String,
        origin: String,
        connection: u32,
        cause: String,
        summary: String,
        head: Text,
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        body: Text,
    },
    Released {
        at: u64,
        id: u32,
    },
    Heard {
        at: u64,
        id: u32,
        from: String,
        to: String,
        origin: String,
        connection: u32,
        emitted: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Text>,
    },
    Lost {
        at: u64,
        id: u32,
        fate: String,
    },
    Garbage {
        at: u64,
        who: String,
        connection: u32,
        error: String,
    },
    Event {
        at: u64,
        who: String,
        cause: String,
        event: EventRow,
    },
    Timer {
        at: u64,
        who: String,
        name: String,
    },
    Opened {
        at: u64,
        connection: u32,
        opener: String,
        acceptor: Option<String>,
        nth: u32,
    },
    Up {
        at: u64,
        who: String,
        connection: u32,
    },
    Closed {
        at: u64,
        who: String,
        connection: u32,
        cause: String,
    },
    Gone {
        at: u64,
        who: String,
        connection: u32,
    },
    Fault {
        at: u64,
        fault: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<u32>,
        connection: u32,
    },
    Said {
        at: u64,
        who: String,
        connection: u32,
        bytes: Text,
    },
    Host {
        at: u64,
        who: String,
        fault: u32,
        change: ChangeRow,
    },
    End {
        at: u64,
        who: String,
        left: BTreeMap<String, u64>,
    },
    /// The last one.
    Verdict(VerdictRow),
}

/// What the first line says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) scenario: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seed: Option<u64>,
    pub(super) nodes: Vec<String>,
    pub(super) forgotten: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
}

/// Why a step was not done.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SkipRow {
    NoConference,
    Down,
    NotConnected,
    Unknown,
}

/// What became of a host.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ChangeRow {
    Crashed,
    /// Which life begins.
    Back(u32),
    Paused,
    Resumed,
    Clock,
    DiskFull,
    DiskFree,
}

/// What the last line says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct VerdictRow {
    pub(super) tallies: Vec<TallyRow>,
    pub(super) violations: Vec<ViolationRow>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TallyRow {
    pub(super) property: String,
    pub(super) exercised: u64,
    pub(super) violated: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ViolationRow {
    pub(super) property: String,
    pub(super) at: u64,
    pub(super) who: String,
    pub(super) messages: Vec<u32>,
    pub(super) words: String,
}
