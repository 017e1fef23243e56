//! What is left of a run: a folder with everything that it takes to see it again, to understand it, and to make
//! it smaller.
//!
//! | file | is |
//! |---|---|
//! | `capsule.toml` | what was run and what came of it; it is written last: a folder without it is no capsule |
//! | `scenario.toml` | the scenario, faults and all ([`crate::scenario`] has its grammar) |
//! | the others | one for each view of the run ([`crate::view::As::ALL`]), such as `ladder.txt` |
//!
//! ```toml
//! version = 1
//! origin = "chaos:17"               # what it was found as
//! seed = 17                         # what all chance follows from
//! sabotage = "mcu-loses-typing"     # which nodes were broken, and how; absent when none were
//! digest = "00ff3d5a9c0d1e2f"       # the hash over everything that happened
//! replay = "confsim replay target/capsules/chaos-17"
//!
//! [failure]                         # absent when everything held
//! what = "roster.versions"          # the property, or contract.drain and the like: what a node owes its world
//! role = "client"                   # whose doing it is: front-end, factory, focus, mcu or client
//! kind = "uccp"                     # a client's kind: uccp, legacy, cwa
//! at-end = false                    # whether it was found only when the run was over
//! words = "roster.versions, at 3.2, focus (m41): …"  # for people
//! not-at-rest = ["bob waits for …"] # what is behind a failure at the end, for people; absent if it is nothing
//!
//! [shrunk]                          # absent when nobody has made it smaller
//! runs = 312                        # how many runs that took
//! without = ["everything holds"]    # what happens without each of the faults
//! ```
//! Unknown keys are errors.

mod case;
mod failure;
mod file;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

pub use case::{Case, Judged};
pub use failure::Failure;
pub use write::{WriteError, write};
pub(crate) use write::{needed, options};

use crate::scenario::{FileError, from_toml};

/// The version of the capsule's grammar that this code reads and writes.
pub const CAPSULE_VERSION: u32 = 1;

/// The file that makes a folder a capsule.
const MANIFEST: &str = "capsule.toml";
/// The file with the scenario.
const SCENARIO: &str = "scenario.toml";

/// A capsule as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capsule {
    /// What was run.
    pub case: Case,
    /// The hash over everything that happened.
    pub digest: u64,
    /// What was wrong.
    pub failure: Option<Failure>,
    /// How it was made smaller.
    pub shrunk: Option<Shrunk>,
}

/// What is known of a scenario that was made smaller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shrunk {
    /// How many runs it took.
    pub runs: u32,
    /// What happens without each of the faults, in the scenario's order: `everything holds`.
    pub without: Vec<String>,
}

/// Why a folder is no capsule.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{}: {error}; a capsule has a {MANIFEST} and a {SCENARIO}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {error}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and where.
        error: FileError,
    },
}

/// Reads the capsule in the folder `dir`.
///
/// # Errors
/// A file that is missing or wrong, with the line and the column.
pub fn read(dir: &Path) -> Result<Capsule, ReadError> {
    let text = |name: &str| {
        let path = dir.join(name);
        fs::read_to_string(&path).map_err(|error| ReadError::Io { path, error })
    };
    let wrong = |name: &str| {
        let path = dir.join(name);
        move |error| ReadError::Wrong { path, error }
    };
    let manifest = file::Manifest::read(&text(MANIFEST)?).map_err(wrong(MANIFEST))?;
    let scenario = from_toml(&text(SCENARIO)?).map_err(wrong(SCENARIO))?;
    Ok(manifest.capsule(scenario))
}
