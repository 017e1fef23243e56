//! Files that a command is to write when it is done: opened before it begins, so that hours of work are not done for
//! nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// A file that can be written.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    file: File,
}

impl Output {
    /// Opens or creates `path`, and the folders that it is in; what is in it stays until something is written.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        let file = made.and_then(|()| OpenOptions::new().write(true).create(true).truncate(false).open(path));
        let file = file.map_err(|error| format!("{}: {error}; nothing was run", path.display()))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The folder that it is in, without links and dots.
    pub(super) fn folder(&self) -> Result<PathBuf, String> {
        let file = self.path.canonicalize().map_err(|error| self.lost(&error))?;
        Ok(file.parent().unwrap_or(&file).to_owned())
    }

    /// Forgets what was in the file; what is no regular file has nothing to forget.
    pub(super) fn clear(&mut self) -> Result<(), String> {
        let clear = |file: &mut File| {
            if file.metadata()?.is_file() {
                file.set_len(0)?;
                file.rewind()?;
            }
            Ok(())
        };
        clear(&mut self.file).map_err(|error| self.lost(&error))
    }

    /// Writes more at the end.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.flush());
        written.map_err(|error| self.lost(&error))
    }

    fn lost(&self, error: &io::Error) -> String {
        format!("{}: {error}; the result was not written", self.path.display())
    }
}
