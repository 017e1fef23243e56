//! TOML in.

mod participant;
pub(super) mod step;
mod surroundings;
mod value;

use std::ops::Range as Bytes;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use self::participant::FileParticipant;
use self::step::FileStep;
use self::surroundings::{FileLimits, FileLinks, FileTopology};
use self::value::FileSpan;
use crate::fault::Fault;
use crate::scenario::{FORMAT_VERSION, FactoryRules, Flaw, Place, Scenario};

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
    let file: File = versioned(text, "scenario", FORMAT_VERSION)?;
    let places = Places::of(&file);
    let located = |flaw: Flaw| FileError::new(text, places.find(flaw.place), flaw.what);
    let scenario = file.scenario().map_err(located)?;
    scenario.check().map_err(located)?;
    Ok(scenario)
}

/// Reads the text of a file of this `kind`. One of another version is told so, rather than that its keys are unknown.
pub(crate) fn versioned<T: DeserializeOwned>(text: &str, kind: &str, version: u32) -> Result<T, FileError> {
    let syntax = |error: toml::de::Error| FileError::new(text, error.span(), error.message().to_owned());
    let preface: Preface = toml::from_str(text).map_err(syntax)?;
    let found = *preface.version.get_ref();
    if found != version {
        let what = format!("this program reads {kind} version {version}, not {found}");
        return Err(FileError::new(text, Some(preface.version.span()), what));
    }
    toml::from_str(text).map_err(syntax)
}

impl FileError {
    /// Something wrong at `span` of `text`; at its beginning where nobody knows.
    pub(crate) fn new(text: &str, span: Option<Bytes<usize>>, what: String) -> Self {
        let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            what,
        }
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

/// What is read first.
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

impl File {
    fn scenario(self) -> Result<Scenario, Flaw> {
        let fault = |(index, fault): (usize, Spanned<String>)| {
            fault.get_ref().parse::<Fault>().map_err(|error| Flaw::fault(index, error.to_string()))
        };
        let step = |(index, step): (usize, Spanned<FileStep>)| {
            step.into_inner().step().map_err(|what| Flaw::step(index, what))
        };
        Ok(Scenario {
            title: self.title,
            text: self.text,
            topology: self.topology.topology(),
            domain: self.domain,
            end: self.end.0,
            parity: self.parity,
            links: self.links.links(),
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
