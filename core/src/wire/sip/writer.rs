//! Writing heads: start line, header fields, Content-Length, the empty line.

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;

use super::grammar::{TOKEN, all, is, write_one_line};
use super::{Field, Message, Method, Name};

/// Writes the head of one message after the other into a buffer it reuses.
///
/// No value can break out of its line: line ends in values become one space, and bytes that may not stand in
/// a header name are left out of it; a field whose name has no others is not written.
#[derive(Debug, Default)]
pub struct Writer {
    buffer: Vec<u8>,
}

impl Writer {
    /// A writer with an empty buffer.
    pub const fn new() -> Self {
        Self { buffer: Vec::new() }
    }

    /// Begins a request. Drops a head that was begun and not finished.
    pub fn start_request(&mut self, method: &Method, uri: impl Display) -> &mut Self {
        self.buffer.clear();
        self.value(method.as_str());
        self.buffer.push(b' ');
        self.display(uri);
        self.buffer.extend_from_slice(b" SIP/2.0\r\n");
        self
    }

    /// Begins a response. Drops a head that was begun and not finished.
    pub fn start_response(&mut self, code: u16, reason: &str) -> &mut Self {
        self.buffer.clear();
        self.buffer.extend_from_slice(b"SIP/2.0 ");
        self.digits(u64::from(code));
        self.buffer.push(b' ');
        self.value(reason);
        self.end_line()
    }

    /// Adds a header field; `name` is a [`Name`] or text.
    pub fn header(&mut self, name: impl AsRef<str>, value: impl Display) -> &mut Self {
        if self.name(name.as_ref()) {
            self.display(value);
            self.end_line();
        }
        self
    }

    /// Adds a header field with a plain text value; quicker than [`Writer::header`].
    pub fn text(&mut self, name: impl AsRef<str>, value: &str) -> &mut Self {
        if self.name(name.as_ref()) {
            self.value(value);
            self.end_line();
        }
        self
    }

    /// Adds a header field with a number; quicker than [`Writer::header`].
    pub fn number(&mut self, name: impl AsRef<str>, value: u64) -> &mut Self {
        if self.name(name.as_ref()) {
            self.digits(value);
            self.end_line();
        }
        self
    }

    /// Adds a field of another message as it came, folds included.
    pub fn copy(&mut self, field: &Field<'_>) -> &mut Self {
        self.buffer.extend_from_slice(field.line().as_bytes());
        self
    }

    /// Adds a field of another message with its long name.
    fn long(&mut self, field: &Field<'_>) {
        match field.spelling().len() {
            1 if field.name() != Name::Other => {
                self.text(field.name(), &field.unfolded());
            }
            _ => {
                self.copy(field);
            }
        }
    }

    /// Adds the fields of `message` that `keep` accepts, as they came but with long names. Content-Length is never among them.
    pub fn copy_fields(&mut self, message: &Message, keep: impl Fn(Name) -> bool) -> &mut Self {
        let keep = |name| name != Name::ContentLength && keep(name);
        // Some clients know long names only.
        if message.fields().any(|field| field.spelling().len() == 1) {
            for field in message.fields().filter(|field| keep(field.name())) {
                self.long(&field);
            }
            return self;
        }
        for lines in message.stretches(keep) {
            self.buffer.extend_from_slice(lines.as_bytes());
        }
        self
    }

    /// Adds fields that were rendered before by code that keeps every value on its line.
    pub(crate) fn rendered(&mut self, lines: &str) -> &mut Self {
        self.buffer.extend_from_slice(lines.as_bytes());
        self
    }

    /// Adds Content-Length and the empty line, and gives the head away.
    pub fn finish(&mut self, content_length: usize) -> Bytes {
        self.buffer.extend_from_slice(b"Content-Length: ");
        self.digits(content_length as u64);
        self.buffer.extend_from_slice(b"\r\n\r\n");
        Bytes::copy_from_slice(&self.buffer)
    }

    fn end_line(&mut self) -> &mut Self {
        self.buffer.extend_from_slice(b"\r\n");
        self
    }

    /// Writes a name and its colon; false, and nothing written, when no byte of it may stand in one.
    fn name(&mut self, name: &str) -> bool {
        let before = self.buffer.len();
        if all(name, TOKEN) {
            self.buffer.extend_from_slice(name.as_bytes());
        } else {
            self.buffer.extend(name.bytes().filter(|byte| is(*byte, TOKEN)));
        }
        let some = self.buffer.len() > before;
        if some {
            self.buffer.extend_from_slice(b": ");
        }
        some
    }

    fn digits(&mut self, number: u64) {
        // A u64 has at most 20 digits; they are made from the last to the first.
        let mut digits = [b'0'; 20];
        let mut rest = number;
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
            length += 1;
            if rest == 0 {
                break;
            }
        }
        let start = digits.len() - length;
        self.buffer.extend_from_slice(digits.get(start..).unwrap_or_default());
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
struct OneLine<'a>(&'a mut Vec<u8>);

impl fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_none() {
            self.0.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        write_one_line(&mut Verbatim(self.0), text)
    }
}

/// Appends as it is.
struct Verbatim<'a>(&'a mut Vec<u8>);

impl fmt::Write for Verbatim<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
