//! Capsules into folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::file::{Told, manifest};
use super::{Case, Judged, MANIFEST, SCENARIO, Shrunk};
use crate::scenario::to_toml;
use crate::settle::told;
use crate::view::{As, Options, Unable, render};

/// Why a capsule could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system took no more: the disk is full, or nobody may write there.
    #[error("{}: {error}; the capsule was not written", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A view has no form for this run.
    #[error("{view} of {origin}: {error}; the capsule was not written")]
    View {
        /// Which view.
        view: &'static str,
        /// What was run.
        origin: String,
        /// Why.
        error: Unable,
    },
}

/// Writes a capsule into the folder `dir`, which is made where it is missing: `case`, its run with every record
/// kept ([`crate::trace::Keep::All`]), and how it was made smaller. A capsule that is there already is replaced.
///
/// # Errors
/// What the file system does not take; what is there then is no capsule.
pub fn write(dir: &Path, case: &Case, judged: &Judged, shrunk: Option<&Shrunk>) -> Result<(), WriteError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| WriteError::Io { path, error }
    };
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        fs::write(&path, bytes).map_err(at(&path))
    };
    fs::create_dir_all(dir).map_err(at(dir))?;
    let last = dir.join(MANIFEST);
    match fs::remove_file(&last) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&last)(error)),
        _ => {}
    }
    put(SCENARIO, to_toml(&case.scenario).as_bytes())?;
    let options = options(case, shrunk);
    for form in As::ALL {
        let view = render(*form, &case.scenario, &judged.outcome.trace, &judged.verdict, &options);
        let view =
            view.map_err(|error| WriteError::View { view: form.name(), origin: case.origin.clone(), error })?;
        put(form.file(), &view)?;
    }
    let failures = judged.failures(&case.scenario).into_iter().map(|(failure, _)| failure);
    let failure = failures.zip(judged.complaints()).next().map(|(failure, words)| {
        let not_at_rest =
            if failure.at_end { told(&case.scenario, &judged.outcome.trace) } else { Vec::new() };
        Told { failure, words, not_at_rest }
    });
    let replay = format!("confsim replay {}", quoted(dir));
    let digest = judged.outcome.trace.digest();
    put(MANIFEST, manifest(case, digest, &replay, failure, shrunk).as_bytes())
}

/// How the views of a capsule are drawn.
pub(crate) fn options(case: &Case, shrunk: Option<&Shrunk>) -> Options {
    Options { seed: Some(case.seed), needed: needed(shrunk), ..Options::default() }
}

/// Why each fault is needed, by its place in the scenario.
pub(crate) fn needed(shrunk: Option<&Shrunk>) -> BTreeMap<u32, String> {
    shrunk.iter().flat_map(|shrunk| (0..).zip(shrunk.without.iter().cloned())).collect()
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
