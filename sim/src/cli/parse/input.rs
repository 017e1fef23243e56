//! Reading the input without ever holding more of it than any document may have.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use confsim_core::wire::sip::Limits;
use confsim_core::wire::xml::limits::MAX_DOCUMENT;

use super::{Fault, Source};

/// Most bytes of one input that is shown as a whole: the largest document there is in the largest message.
pub(super) const MAX_INPUT: usize = MAX_DOCUMENT + Limits::DEFAULT.head;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// The input of the command.
pub(super) struct Input<'a> {
    bytes: Box<dyn Read + 'a>,
    /// The file, for errors; empty for standard input.
    name: String,
}

impl Source {
    /// Opens the file, or takes standard input, which `-` names as well.
    pub(super) fn open<'a>(&self, stdin: &'a mut dyn Read) -> Result<Input<'a>, Fault> {
        let Some(path) = self.file.as_deref().filter(|path| *path != Path::new("-")) else {
            return Ok(Input { bytes: Box::new(stdin), name: String::new() });
        };
        let name = format!("{}: ", path.display());
        let file = File::open(path).map_err(|error| named(&name, &error))?;
        Ok(Input { bytes: Box::new(file), name })
    }
}

impl Input<'_> {
    /// Shows the whole input, or as much as is read. What is wrong with that much comes before its being cut
    /// short.
    pub(super) fn whole<T>(&mut self, view: impl FnOnce(&[u8]) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut bytes = Vec::new();
        let read = (&mut self.bytes).take(MAX_INPUT as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| named(&self.name, &error))?;
        let shown = view(&bytes)?;
        if bytes.len() > MAX_INPUT {
            return Err(Fault::malformed(&format!("more than {MAX_INPUT} bytes"), MAX_INPUT as u64));
        }
        Ok(shown)
    }

    /// The next bytes; none at the end.
    pub(super) fn chunk(&mut self) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; CHUNK];
        loop {
            match self.bytes.read(&mut bytes) {
                Ok(length) => {
                    bytes.truncate(length);
                    return Ok(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(named(&self.name, &error).into()),
            }
        }
    }
}

fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}{error}"))
}
