//! Capsules, their replay, and what is left of failures that are made smaller.

mod capsule;
mod generated;
mod planted;
mod replay;
mod settle;
mod smaller;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

/// Runs the program as in a shell at the top of the repository.
fn confsim(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confsim"))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program speaks UTF-8")
}

/// The only line of an error, which has to be one.
fn complaint(output: &Output) -> String {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// A folder for one test, which goes when the test is over.
struct Folder(PathBuf);

impl Folder {
    /// The folder of the test called `name`, empty.
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("confsim-{}-{name}", process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn name(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
