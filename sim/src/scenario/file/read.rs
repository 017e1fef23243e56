//! TOML in.

use std::ops::Range as Bytes;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::super::build::capitalised;
use super::super::{
    Action, Admission, Answer, Autopromote, FORMAT_VERSION, FactoryRules, Flaw, Kind, Limits, Link, Links,
    Participant, Place, Range, Rules, Scenario, Speech, Split, Step, Topology, parse_span,
};
use crate::fault::Fault;
use confsim_core::time::Duration;

/// Why a file is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct FileError {
    /// The line, counting from 1.
    pub line: usize,
    /// The column in characters, counting from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

/// Reads a scenario file and checks it.
pub fn from_toml(text: &str) -> Result<Scenario, FileError> {
    let syntax = |error: toml::de::Error| error_at(text, error.span(), error.message().to_owned());
    let preface: Preface = toml::from_str(text).map_err(syntax)?;
    if *preface.version.get_ref() != FORMAT_VERSION {
        let what = format!(
            "this program reads scenario version {FORMAT_VERSION}, not {}",
            preface.version.get_ref()
        );
        return Err(error_at(text, Some(preface.version.span()), what));
    }
    let file: File = toml::from_str(text).map_err(syntax)?;
    let places = Places::of(&file);
    let located = |flaw: Flaw| error_at(text, places.find(flaw.place), flaw.what);
    let scenario = file.scenario().map_err(located)?;
    scenario.check().map_err(located)?;
    Ok(scenario)
}

fn error_at(text: &str, span: Option<Bytes<usize>>, what: String) -> FileError {
    let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    FileError {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        what,
    }
}

/// Where the parts of a file stand.
struct Places {
    participants: Vec<Bytes<usize>>,
    steps: Vec<Bytes<usize>>,
    faults: Vec<Bytes<usize>>,
}

impl Places {
    fn of(file: &File) -> Self {
        Self {
            participants: file.participants.iter().map(Spanned::span).collect(),
            steps: file.steps.iter().map(Spanned::span).collect(),
            faults: file.faults.iter().map(Spanned::span).collect(),
        }
    }

    fn find(&self, place: Place) -> Option<Bytes<usize>> {
        match place {
            Place::Whole => None,
            Place::Participant(index) => self.participants.get(index).cloned(),
            Place::Step(index) => self.steps.get(index).cloned(),
            Place::Fault(index) => self.faults.get(index).cloned(),
        }
    }
}

/// Read first, so that a file of another version is told so rather than that its keys are unknown.
#[derive(Deserialize)]
struct Preface {
    version: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(rename = "version")]
    _version: u32,
    title: String,
    #[serde(default)]
    text: String,
    topology: FileTopology,
    #[serde(default = "default_domain")]
    domain: String,
    end: FileSpan,
    #[serde(default)]
    parity: bool,
    #[serde(default)]
    covers: Vec<String>,
    #[serde(default)]
    exercises: Vec<String>,
    #[serde(default)]
    limits: FileLimits,
    #[serde(default)]
    factory: FactoryRules,
    #[serde(default)]
    links: FileLinks,
    #[serde(default)]
    participants: Vec<Spanned<FileParticipant>>,
    #[serde(default)]
    steps: Vec<Spanned<FileStep>>,
    #[serde(default)]
    faults: Vec<Spanned<String>>,
}

fn default_domain() -> String {
    "contoso.com".to_owned()
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FileTopology {
    Pool,
    Split,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileLimits {
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
struct FileLinks {
    client: Option<FileLink>,
    pool: Option<FileLink>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileLink {
    latency: FileRange,
    jitter: Option<FileSpan>,
    #[serde(default)]
    split: FileSplit,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FileSplit {
    #[default]
    Whole,
    Pieces,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileParticipant {
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

const fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FileKind {
    #[default]
    Uccp,
    Legacy,
    Cwa,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileStep {
    at: FileSpan,
    who: String,
    pub(super) what: FileVerb,
    conference: Option<String>,
    subject: Option<String>,
    user: Option<String>,
    format: Option<String>,
    text: Option<String>,
    formats: Option<String>,
    admission: Option<FileWord<Admission>>,
    locked: Option<bool>,
    lobby: Option<bool>,
    autopromote: Option<FileWord<Autopromote>>,
    presenters: Option<Vec<String>>,
    attendees: Option<Vec<String>>,
    bytes: Option<FileBytes>,
    pub(super) document: Option<String>,
    pub(super) id: Option<String>,
    pub(super) passcode: Option<String>,
    pub(super) version: Option<u32>,
    #[serde(rename = "static")]
    pub(super) is_static: Option<bool>,
    pub(super) with_passcode: Option<bool>,
    pub(super) on_behalf_of: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FileVerb {
    SignIn,
    Create,
    Join,
    Send,
    Typing,
    Eject,
    LobbyAdmit,
    LobbyDeny,
    Lock,
    Unlock,
    Promote,
    Demote,
    Invite,
    ConfInvite,
    End,
    GetState,
    Refresh,
    SetFormats,
    Leave,
    Say,
    Provision,
    CreateStatic,
    Modify,
    Delete,
    Get,
    List,
    GetEncryptionKey,
    GetMcuTypes,
    GetCapabilities,
}

#[derive(Clone, Copy)]
struct FileSpan(Duration);

impl<'de> Deserialize<'de> for FileSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_span(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no time like 1.2s, 20ms or 350us")))
    }
}

#[derive(Clone, Copy)]
struct FileRange(Range);

impl<'de> Deserialize<'de> for FileRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a time like \"20ms\" or two like [\"1ms\", \"50ms\"]")]
        enum Form {
            One(FileSpan),
            Two([FileSpan; 2]),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::One(span) => Range::fixed(span.0),
            Form::Two([low, high]) => Range { low: low.0, high: high.0 },
        }))
    }
}

impl File {
    fn scenario(self) -> Result<Scenario, Flaw> {
        let fault = |(index, fault): (usize, Spanned<String>)| {
            fault.get_ref().parse::<Fault>().map_err(|error| Flaw::fault(index, error.to_string()))
        };
        let step = |(index, step): (usize, Spanned<FileStep>)| {
            step.into_inner().step().map_err(|what| Flaw::step(index, what))
        };
        let defaults = Links::default();
        Ok(Scenario {
            title: self.title,
            text: self.text,
            topology: match self.topology {
                FileTopology::Pool => Topology::Pool,
                FileTopology::Split => Topology::Split,
            },
            domain: self.domain,
            end: self.end.0,
            parity: self.parity,
            links: Links {
                client: self.links.client.map_or(defaults.client, FileLink::link),
                pool: self.links.pool.map_or(defaults.pool, FileLink::link),
            },
            limits: self.limits.limits(),
            factory: self.factory,
            participants: self.participants.into_iter().map(|one| one.into_inner().participant()).collect(),
            steps: self.steps.into_iter().enumerate().map(step).collect::<Result<_, _>>()?,
            faults: self.faults.into_iter().enumerate().map(fault).collect::<Result<_, _>>()?,
            covers: self.covers,
            exercises: self.exercises,
        })
    }
}

impl FileLimits {
    fn limits(self) -> Limits {
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
    fn link(self) -> Link {
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

impl FileParticipant {
    fn participant(self) -> Participant {
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

impl FileStep {
    fn step(mut self) -> Result<Step, String> {
        let (at, who) = (self.at.0, std::mem::take(&mut self.who));
        let action = self.action()?;
        let verb = action.verb();
        let surplus = [
            ("conference", self.conference.is_some()),
            ("subject", self.subject.is_some()),
            ("user", self.user.is_some()),
            ("format", self.format.is_some()),
            ("text", self.text.is_some()),
            ("formats", self.formats.is_some()),
            ("admission", self.admission.is_some()),
            ("locked", self.locked.is_some()),
            ("lobby", self.lobby.is_some()),
            ("autopromote", self.autopromote.is_some()),
            ("presenters", self.presenters.is_some()),
            ("attendees", self.attendees.is_some()),
            ("bytes", self.bytes.is_some()),
        ];
        let surplus = surplus.into_iter().find_map(|(key, given)| given.then_some(key));
        match surplus.or_else(|| self.surplus_of_wish()) {
            Some(key) => Err(format!("`{key}` has no meaning for `{verb}`")),
            None => Ok(Step { at, who, action }),
        }
    }

    /// Takes what the verb needs and leaves the rest.
    fn action(&mut self) -> Result<Action, String> {
        if let Some(wish) = self.wish()? {
            return Ok(Action::Provision(Box::new(wish)));
        }
        match self.what {
            FileVerb::SignIn => return Ok(Action::SignIn),
            FileVerb::Say => return Ok(Action::Say(self.speech()?)),
            _ => {}
        }
        let conference = self.conference()?;
        Ok(match self.what {
            FileVerb::Create => {
                let subject = self.subject.take().unwrap_or_default();
                Action::Create { conference, subject, rules: self.rules() }
            }
            FileVerb::Join => Action::Join { conference },
            FileVerb::Send => Action::Send {
                conference,
                format: self.format.take().unwrap_or_else(|| "text/plain".to_owned()),
                text: self.text.take().ok_or("`text` is missing")?,
            },
            FileVerb::Typing => Action::Typing { conference },
            FileVerb::Eject => Action::Eject { conference, user: self.user()? },
            FileVerb::LobbyAdmit => Action::LobbyAdmit { conference, user: self.user()? },
            FileVerb::LobbyDeny => Action::LobbyDeny { conference, user: self.user()? },
            FileVerb::Lock => Action::Lock { conference },
            FileVerb::Unlock => Action::Unlock { conference },
            FileVerb::Promote => Action::Promote { conference, user: self.user()? },
            FileVerb::Demote => Action::Demote { conference, user: self.user()? },
            FileVerb::Invite => Action::Invite { conference, user: self.user()? },
            FileVerb::ConfInvite => Action::ConfInvite { conference, user: self.user()? },
            FileVerb::End => Action::End { conference },
            FileVerb::GetState => Action::GetState { conference },
            FileVerb::Refresh => Action::Refresh { conference },
            FileVerb::SetFormats => {
                Action::SetFormats { conference, formats: self.formats.take().ok_or("`formats` is missing")? }
            }
            FileVerb::Leave => Action::Leave { conference },
            verb => return Err(format!("`{verb:?}` takes no conference")),
        })
    }

    fn rules(&mut self) -> Rules {
        Rules {
            admission: self.admission.take().map(|word| word.0).unwrap_or_default(),
            locked: self.locked.take().unwrap_or_default(),
            no_lobby: !self.lobby.take().unwrap_or(true),
            autopromote: self.autopromote.take().map(|word| word.0).unwrap_or_default(),
            presenters: self.presenters.take().unwrap_or_default(),
            attendees: self.attendees.take().unwrap_or_default(),
        }
    }

    pub(super) fn conference(&mut self) -> Result<String, String> {
        self.conference.take().ok_or_else(|| "`conference` is missing".to_owned())
    }

    fn user(&mut self) -> Result<String, String> {
        self.user.take().ok_or_else(|| "`user` is missing".to_owned())
    }

    fn speech(&mut self) -> Result<Speech, String> {
        match (self.text.take(), self.bytes.take()) {
            (Some(text), None) => Ok(Speech::Text(text)),
            (None, Some(bytes)) => Ok(Speech::Bytes(bytes.0)),
            _ => Err("`text` or `bytes` is missing, or one of them is too much".to_owned()),
        }
    }
}

/// One word of a few.
#[derive(Clone, Copy)]
struct FileWord<T>(T);

/// What has words in scenario files.
trait Worded: Copy + 'static {
    /// Every value with its word.
    const WORDS: &'static [(Self, &'static str)];
}

impl Worded for Admission {
    const WORDS: &'static [(Self, &'static str)] = &Self::ALL;
}

impl Worded for Autopromote {
    const WORDS: &'static [(Self, &'static str)] = &Self::ALL;
}

impl<'de, T: Worded> Deserialize<'de> for FileWord<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let found = T::WORDS.iter().find(|(_, word)| *word == text);
        found.map(|(value, _)| Self(*value)).ok_or_else(|| {
            let words: Vec<_> = T::WORDS.iter().map(|(_, word)| *word).collect();
            D::Error::custom(format!("`{text}` is none of {}", words.join(", ")))
        })
    }
}

/// `accept`, `accept after 3s`, `decline` or `ignore`.
struct FileAnswer(Answer);

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

/// Bytes as pairs of hexadecimal digits, with or without spaces between them.
struct FileBytes(Vec<u8>);

impl<'de> Deserialize<'de> for FileBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Vec<u32> = text
            .split_ascii_whitespace()
            .flat_map(str::chars)
            .filter_map(|digit| digit.to_digit(16))
            .collect();
        let others = text.chars().any(|letter| !letter.is_ascii_hexdigit() && !letter.is_ascii_whitespace());
        let (pairs, odd) = digits.as_chunks::<2>();
        if others || !odd.is_empty() {
            return Err(D::Error::custom(format!("`{text}` are no bytes like `0d 0a`")));
        }
        Ok(Self(pairs.iter().map(|[high, low]| (high * 16 + low) as u8).collect()))
    }
}
