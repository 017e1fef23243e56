//! Participants in TOML.

use confsim_core::time::Duration;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::surroundings::FileLink;
use crate::scenario::build::capitalised;
use crate::scenario::{Answer, Kind, Participant};
use crate::span::parse_span;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileParticipant {
    name: String,
    user: Option<String>,
    domain: Option<String>,
    passcode: Option<String>,
    #[serde(default)]
    kind: FileKind,
    display_name: Option<String>,
    link: Option<FileLink>,
    #[serde(default)]
    answers: FileAnswer,
    timer: Option<bool>,
    #[serde(default = "yes")]
    autoextend: bool,
    #[serde(default = "yes")]
    rejoin: bool,
    #[serde(default)]
    lobby: bool,
}

pub(super) const fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FileKind {
    #[default]
    Uccp,
    Legacy,
    Cwa,
}

impl FileParticipant {
    pub(super) fn participant(self) -> Participant {
        Participant {
            display_name: self.display_name.unwrap_or_else(|| capitalised(&self.name)),
            name: self.name,
            user: self.user,
            domain: self.domain,
            passcode: self.passcode,
            kind: match self.kind {
                FileKind::Uccp => Kind::Uccp,
                FileKind::Legacy => Kind::Legacy,
                FileKind::Cwa => Kind::Cwa,
            },
            link: self.link.map(FileLink::link),
            answer: self.answers.0,
            timer: self.timer,
            autoextend: self.autoextend,
            lobby: self.lobby,
            rejoin: self.rejoin,
        }
    }
}

/// `accept`, `accept after 3s`, `decline` or `ignore`.
pub(super) struct FileAnswer(Answer);

impl Default for FileAnswer {
    fn default() -> Self {
        Self(Answer::Accept(Duration::ZERO))
    }
}

impl<'de> Deserialize<'de> for FileAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let answer = match text.as_str() {
            "accept" => Some(Answer::Accept(Duration::ZERO)),
            "decline" => Some(Answer::Decline),
            "ignore" => Some(Answer::Ignore),
            other => other.strip_prefix("accept after ").and_then(parse_span).map(Answer::Accept),
        };
        let wrong = || format!("`{text}` is none of accept, accept after 3s, decline and ignore");
        answer.map(Self).ok_or_else(|| D::Error::custom(wrong()))
    }
}
