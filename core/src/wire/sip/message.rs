//! One SIP message: the bytes it came in, an index of its header fields, typed views on demand.

mod check;
mod head;
mod marks;
mod typed;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use bytes::{Buf, Bytes};
use bytestring::ByteString;

use self::head::{Entry, Head, Start};
use self::marks::Marks;
use super::grammar::one_line;
use super::{Elements, ErrorKind, Limits, Method, Name, SipError, Summary};

/// A SIP message as received. Cloning is cheap: the bytes are shared.
#[derive(Clone)]
pub struct Message {
    text: ByteString,
    head: Head,
    body: Bytes,
    marks: OnceLock<Marks>,
}

/// The first line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    /// A request line.
    Request {
        /// What is asked.
        method: &'a Method,
        /// Of whom, as it came; [`Message::request_uri`] reads it.
        uri: &'a str,
    },
    /// A status line.
    Response {
        /// The status code, 100 to 699.
        code: u16,
        /// The reason phrase as it came, possibly empty.
        reason: &'a str,
    },
}

/// One header field of a message.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    text: &'a str,
    entry: &'a Entry,
}

impl Message {
    /// Reads a whole datagram and tells how many bytes after the message are surplus. Without Content-Length
    /// the body is the rest; a body shorter than declared is an error (D-32).
    pub fn parse_datagram(mut datagram: Bytes) -> Result<(Self, usize), SipError> {
        let blank = leading_line_ends(&datagram);
        datagram.advance(blank);
        Self::read_datagram(datagram, Limits::DEFAULT).map_err(|error| error.shifted(blank as u64))
    }

    fn read_datagram(mut rest: Bytes, limits: Limits) -> Result<(Self, usize), SipError> {
        let window = rest.get(..limits.head.min(rest.len())).unwrap_or_default();
        let end = match memchr::memmem::find(window, b"\r\n\r\n") {
            Some(at) => at + 4,
            None if window.len() < rest.len() => {
                return Err(SipError::new(ErrorKind::HeadTooLong, limits.head as u64));
            }
            None => return Err(SipError::new(ErrorKind::NoEndOfHead, rest.len() as u64)),
        };
        let message = Self::from_parts(rest.split_to(end), Bytes::new(), limits)?;
        let length = message.content_length()?.unwrap_or(rest.len());
        if length > limits.body {
            return Err(SipError::new(ErrorKind::BodyTooLong, end as u64));
        }
        if length > rest.len() {
            return Err(SipError::new(ErrorKind::BodyTooShort, (end + rest.len()) as u64));
        }
        let message = message.with_body(rest.split_to(length));
        Ok((message, rest.len()))
    }

    /// A message of `head` (start line to empty line, both included) and `body`, which is taken as it is.
    pub fn from_parts(head: Bytes, body: Bytes, limits: Limits) -> Result<Self, SipError> {
        let text = head::text(head)?;
        let head = Head::read(&text, limits.fields)?;
        Ok(Self { text, head, body, marks: OnceLock::new() })
    }

    /// The same message with another body.
    #[must_use]
    pub fn with_body(self, body: Bytes) -> Self {
        Self { body, ..self }
    }

    /// Start line and header fields, up to and including the empty line.
    pub fn head(&self) -> &Bytes {
        self.text.as_bytes()
    }

    /// The body.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The first line.
    pub fn start(&self) -> StartLine<'_> {
        match self.head.start {
            Start::Request { uri } => {
                StartLine::Request { method: &self.head.method, uri: uri.of(&self.text) }
            }
            Start::Response { code, reason } => StartLine::Response { code, reason: reason.of(&self.text) },
        }
    }

    /// True for a request.
    pub const fn is_request(&self) -> bool {
        matches!(self.head.start, Start::Request { .. })
    }

    /// The status code of a response.
    pub const fn code(&self) -> Option<u16> {
        match self.head.start {
            Start::Request { .. } => None,
            Start::Response { code, .. } => Some(code),
        }
    }

    /// The method of a request; of a response the one its CSeq names, empty if it cannot be read.
    pub const fn method(&self) -> &Method {
        &self.head.method
    }

    /// What the message is, for traces.
    pub fn summary(&self) -> Summary {
        match self.head.start {
            Start::Request { .. } => Summary::Request(self.head.method.clone()),
            Start::Response { code, .. } => Summary::Response(code, self.head.method.clone()),
        }
    }

    /// The header fields in order.
    pub fn fields(&self) -> Fields<'_> {
        Fields { text: &self.text, entries: self.head.fields.iter() }
    }

    /// The first value of the header called `name`, as it came (possibly folded over lines).
    pub fn header(&self, name: Name) -> Option<&str> {
        self.first(name).map(|field| field.value())
    }

    /// The first field called `name`.
    pub(super) fn first(&self, name: Name) -> Option<Field<'_>> {
        self.fields().next_named(name)
    }

    /// All values of the header called `name`, in order, comma lists in one piece.
    pub fn headers(&self, name: Name) -> impl Iterator<Item = &str> {
        let mut fields = self.fields();
        std::iter::from_fn(move || fields.next_named(name).map(|field| field.value()))
    }

    /// All elements of the header called `name`: repeats and comma lists taken together, empty ones left out.
    pub fn list(&self, name: Name) -> impl Iterator<Item = &str> {
        self.headers(name).flat_map(Elements::of).filter(|element| !element.is_empty())
    }

    /// The first value of a header this crate has no name for (any case).
    pub fn other(&self, spelling: &str) -> Option<&str> {
        self.fields().find(|field| field.spelling().eq_ignore_ascii_case(spelling)).map(|field| field.value())
    }
}

/// Header fields side by side, in one piece each.
impl Message {
    /// The lines of the fields whose name `keep` accepts, neighbours taken together.
    pub(super) fn stretches(&self, keep: impl Fn(Name) -> bool) -> impl Iterator<Item = &str> {
        let mut entries = self.head.fields.iter();
        std::iter::from_fn(move || {
            let first = entries.by_ref().find(|entry| keep(entry.name))?.line;
            let last = entries.by_ref().take_while(|entry| keep(entry.name)).last();
            Some(first.to(last.map_or(first, |entry| entry.line)).of(&self.text))
        })
    }
}

/// The number of bytes in the line ends at the start of `bytes`: keep-alives (RFC 3261 section 7.5).
pub(super) fn leading_line_ends(bytes: &[u8]) -> usize {
    bytes.chunks_exact(2).take_while(|pair| *pair == b"\r\n").count() * 2
}

/// Start line, number of fields and body length; the content is not for logs.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("start", &self.start())
            .field("fields", &self.head.fields.len())
            .field("body", &self.body.len())
            .finish()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.body == other.body
    }
}

impl Eq for Message {}

/// The header fields of a message, in order.
#[derive(Clone)]
pub struct Fields<'a> {
    text: &'a str,
    entries: std::slice::Iter<'a, Entry>,
}

impl<'a> Fields<'a> {
    /// The next field called `name`; those before it are skipped.
    pub(super) fn next_named(&mut self, name: Name) -> Option<Field<'a>> {
        let entry = self.entries.by_ref().find(|entry| entry.name == name)?;
        Some(Field { text: self.text, entry })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        self.entries.next().map(|entry| Field { text: self.text, entry })
    }
}

impl<'a> Field<'a> {
    /// The name, if known.
    pub const fn name(&self) -> Name {
        self.entry.name
    }

    /// The name as it came.
    pub fn spelling(&self) -> &'a str {
        self.entry.spelling.of(self.text)
    }

    /// The value as it came, without the white space around it; it may be folded over lines.
    pub fn value(&self) -> &'a str {
        self.entry.value.of(self.text)
    }

    /// The whole field as it came, line end included.
    pub fn line(&self) -> &'a str {
        self.entry.line.of(self.text)
    }

    /// Where in the message the value starts.
    pub const fn offset(&self) -> usize {
        self.entry.value.start()
    }

    /// The value in one line: every fold is one space.
    pub fn unfolded(&self) -> Cow<'a, str> {
        one_line(self.value())
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.spelling(), self.value())
    }
}

/// Equal if they are the same byte for byte.
impl PartialEq for Field<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.line() == other.line()
    }
}

impl Eq for Field<'_> {}
