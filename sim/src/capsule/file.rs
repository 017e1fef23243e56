//! `capsule.toml`, in and out.

use std::fmt::Write as _;

use serde::Deserialize;
use toml::Spanned;

use super::{CAPSULE_VERSION, Capsule, Case, Failure, Shrunk};
use crate::sabotage::Sabotage;
use crate::scenario::{FileError, Kind, Quoted, Scenario, versioned};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(rename = "version")]
    _version: u32,
    origin: String,
    seed: u64,
    sabotage: Option<Spanned<String>>,
    digest: Spanned<String>,
    #[serde(rename = "replay")]
    _replay: String,
    failure: Option<FileFailure>,
    shrunk: Option<FileShrunk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileFailure {
    what: Spanned<String>,
    role: Spanned<String>,
    kind: Option<Spanned<String>>,
    at_end: bool,
    #[serde(rename = "words")]
    _words: String,
    #[serde(rename = "not-at-rest", default)]
    _not_at_rest: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileShrunk {
    runs: u32,
    without: Vec<String>,
}

/// What the file says.
pub(super) struct Manifest {
    origin: String,
    seed: u64,
    sabotage: Option<&'static Sabotage>,
    digest: u64,
    failure: Option<Failure>,
    shrunk: Option<Shrunk>,
}

impl Manifest {
    /// Reads the file's text.
    pub(super) fn read(text: &str) -> Result<Self, FileError> {
        let file: File = versioned(text, "capsule", CAPSULE_VERSION)?;
        let digest = known(text, &file.digest, "hash of 16 hexadecimal digits", |digits| {
            u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 16)
        })?;
        let sabotage = file.sabotage.as_ref();
        let sabotage = sabotage.map(|name| known(text, name, "saboteur", Sabotage::find)).transpose()?;
        let failure = file.failure.map(|failure| failure.failure(text)).transpose()?;
        let shrunk = file.shrunk.map(|FileShrunk { runs, without }| Shrunk { runs, without });
        Ok(Self { origin: file.origin, seed: file.seed, sabotage, digest, failure, shrunk })
    }

    /// The capsule with this scenario.
    pub(super) fn capsule(self, scenario: Scenario) -> Capsule {
        let Self { origin, seed, sabotage, digest, failure, shrunk } = self;
        Capsule { case: Case { origin, scenario, seed, sabotage }, digest, failure, shrunk }
    }
}

impl FileFailure {
    fn failure(&self, text: &str) -> Result<Failure, FileError> {
        let kind = |word: &str| Kind::ALL.into_iter().find(|kind| kind.word() == word);
        Ok(Failure {
            what: known(text, &self.what, "property or rule", Failure::what_called)?,
            role: known(text, &self.role, "role", Failure::role_called)?,
            kind: self.kind.as_ref().map(|word| known(text, word, "kind of client", kind)).transpose()?,
            at_end: self.at_end,
        })
    }
}

/// What `word` stands for; `what` says what it should be.
fn known<T>(
    text: &str,
    word: &Spanned<String>,
    what: &str,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, FileError> {
    let unknown = || FileError::new(text, Some(word.span()), format!("`{}` is no {what}", word.get_ref()));
    find(word.get_ref()).ok_or_else(unknown)
}

/// A failure with what it is in words, and what is behind it.
pub(super) struct Told {
    pub(super) failure: Failure,
    pub(super) words: String,
    pub(super) not_at_rest: Vec<String>,
}

/// Writes the file's text. `replay` is the command that runs the capsule again.
pub(super) fn manifest(
    case: &Case,
    digest: u64,
    replay: &str,
    failure: Option<Told>,
    shrunk: Option<&Shrunk>,
) -> String {
    let mut out = format!("version = {CAPSULE_VERSION}\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "origin = {}\nseed = {}", Quoted(&case.origin), case.seed);
    if let Some(Sabotage { name, .. }) = case.sabotage {
        let _ = writeln!(out, "sabotage = \"{name}\"");
    }
    let _ = writeln!(out, "digest = \"{digest:016x}\"\nreplay = {}", Quoted(replay));
    if let Some(Told { failure, words, not_at_rest }) = failure {
        let _ = writeln!(out, "\n[failure]\nwhat = \"{}\"\nrole = \"{}\"", failure.what, failure.role());
        if let Some(kind) = failure.kind {
            let _ = writeln!(out, "kind = \"{}\"", kind.word());
        }
        let _ = writeln!(out, "at-end = {}\nwords = {}", failure.at_end, Quoted(&words));
        if !not_at_rest.is_empty() {
            let _ = writeln!(out, "not-at-rest = {}", list(&not_at_rest));
        }
    }
    if let Some(Shrunk { runs, without }) = shrunk {
        let _ = writeln!(out, "\n[shrunk]\nruns = {runs}\nwithout = {}", list(without));
    }
    out
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<_> = texts.iter().map(|text| Quoted(text).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}
