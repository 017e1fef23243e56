//! Where and within which limits, in TOML.

use confsim_core::time::Duration;
use serde::Deserialize;

use super::value::{FileRange, FileSpan};
use crate::scenario::{Limits, Link, Links, Split, Topology};

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FileTopology {
    Pool,
    Split,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileLimits {
    forward_timeout: Option<FileSpan>,
    ringing_timeout: Option<FileSpan>,
    lobby_timeout: Option<FileSpan>,
    idle_timeout: Option<FileSpan>,
    link_timeout: Option<FileSpan>,
    session_expires: Option<FileSpan>,
    subscription_expires: Option<FileSpan>,
    registration: Option<FileSpan>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileLinks {
    client: Option<FileLink>,
    pool: Option<FileLink>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileLink {
    latency: FileRange,
    jitter: Option<FileSpan>,
    #[serde(default)]
    split: FileSplit,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FileSplit {
    #[default]
    Whole,
    Pieces,
}

impl FileTopology {
    pub(super) const fn topology(self) -> Topology {
        match self {
            Self::Pool => Topology::Pool,
            Self::Split => Topology::Split,
        }
    }
}

impl FileLinks {
    pub(super) fn links(self) -> Links {
        let defaults = Links::default();
        Links {
            client: self.client.map_or(defaults.client, FileLink::link),
            pool: self.pool.map_or(defaults.pool, FileLink::link),
        }
    }
}

impl FileLimits {
    pub(super) fn limits(self) -> Limits {
        let span = |limit: Option<FileSpan>| limit.map(|span| span.0);
        Limits {
            forward_timeout: span(self.forward_timeout),
            ringing_timeout: span(self.ringing_timeout),
            lobby_timeout: span(self.lobby_timeout),
            idle_timeout: span(self.idle_timeout),
            link_timeout: span(self.link_timeout),
            session_expires: span(self.session_expires),
            subscription_expires: span(self.subscription_expires),
            registration: span(self.registration),
        }
    }
}

impl FileLink {
    pub(super) fn link(self) -> Link {
        Link {
            latency: self.latency.0,
            jitter: self.jitter.map_or(Duration::ZERO, |span| span.0),
            split: match self.split {
                FileSplit::Whole => Split::Whole,
                FileSplit::Pieces => Split::Pieces,
            },
        }
    }
}
