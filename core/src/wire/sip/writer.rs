//! Writing heads: start line, header fields, Content-Length, the empty line.

use std::fmt::{self, Display, Write as _};

use bytes::{BufMut, Bytes, BytesMut};

use super::grammar::{TOKEN, all, is, write_one_line};
use super::{Field, Method, Name};

/// Writes the head of one message after the other into a buffer it reuses.
///
/// No value can break out of its line: line ends in values become one space, and bytes that may not stand in
/// a header name are left out of it; a field whose name has no others is not written.
#[derive(Debug, Default)]
pub struct Writer {
    buffer: BytesMut,
}

/// The room to start with: the typical head of the documents has 700 bytes.
const USUAL_HEAD: usize = 1024;

impl Writer {
    /// A writer with an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a request. Drops a head that was begun and not finished.
    pub fn start_request(&mut self, method: &Method, uri: impl Display) -> &mut Self {
        self.begin();
        self.value(method.as_str());
        self.buffer.put_u8(b' ');
        self.display(uri);
        self.buffer.put_slice(b" SIP/2.0\r\n");
        self
    }

    /// Begins a response. Drops a head that was begun and not finished.
    pub fn start_response(&mut self, code: u16, reason: &str) -> &mut Self {
        self.begin();
        self.buffer.put_slice(b"SIP/2.0 ");
        self.display(code);
        self.buffer.put_u8(b' ');
        self.value(reason);
        self.buffer.put_slice(b"\r\n");
        self
    }

    /// Adds a header field; `name` is a [`Name`] or text.
    pub fn header(&mut self, name: impl AsRef<str>, value: impl Display) -> &mut Self {
        if self.name(name.as_ref()) {
            self.display(value);
            self.buffer.put_slice(b"\r\n");
        }
        self
    }

    /// Adds a header field with a plain text value; quicker than [`Writer::header`].
    pub fn text(&mut self, name: impl AsRef<str>, value: &str) -> &mut Self {
        if self.name(name.as_ref()) {
            self.value(value);
            self.buffer.put_slice(b"\r\n");
        }
        self
    }

    /// Adds a field of another message as it came, folds included.
    pub fn copy(&mut self, field: &Field<'_>) -> &mut Self {
        self.buffer.put_slice(field.line().as_bytes());
        self
    }

    /// Adds Content-Length and the empty line, and gives the head away.
    pub fn finish(&mut self, content_length: usize) -> Bytes {
        self.header(Name::ContentLength, content_length);
        self.buffer.put_slice(b"\r\n");
        self.buffer.split().freeze()
    }

    fn begin(&mut self) {
        self.buffer.clear();
        self.buffer.reserve(USUAL_HEAD);
    }

    /// Writes a name and its colon; false, and nothing written, when no byte of it may stand in one.
    fn name(&mut self, name: &str) -> bool {
        let before = self.buffer.len();
        if all(name, TOKEN) {
            self.buffer.put_slice(name.as_bytes());
        } else {
            self.buffer.extend(name.bytes().filter(|byte| is(*byte, TOKEN)));
        }
        let some = self.buffer.len() > before;
        if some {
            self.buffer.put_slice(b": ");
        }
        some
    }

    fn display(&mut self, value: impl Display) {
        // Writing into memory does not fail, and a value that refuses to be shown is one with no text.
        let _ = write!(OneLine(&mut self.buffer), "{value}");
    }

    fn value(&mut self, value: &str) {
        let _ = OneLine(&mut self.buffer).write_str(value);
    }
}

/// Lets no line end through, not even one of a value that is written in pieces.
struct OneLine<'a>(&'a mut BytesMut);

impl fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write_one_line(self.0, text)
    }
}
