//! Start line and header fields: where everything stands.

use bytes::Bytes;
use bytestring::ByteString;

use super::super::grammar::{self, SPACE, Scan, TOKEN};
use super::super::headers::{CSeq, Header};
use super::super::{ErrorKind, Method, Name, SipError};

/// A stretch of the head.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Offsets fit: a head is shorter than 4 GiB by its limit.
    const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(super) const fn start(self) -> usize {
        self.start as usize
    }

    /// From the start of this one to the end of `last`.
    pub(super) const fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }

    /// Where `part` lies in `text`, which it was taken from.
    pub(super) fn within(text: &str, part: &str) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        let end = start.checked_add(part.len()).filter(|end| *end <= text.len())?;
        Some(Self::new(start, end))
    }

    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// The first line.
#[derive(Clone, Copy)]
pub(super) enum Start {
    Request { uri: Span },
    Response { code: u16, reason: Span },
}

/// Where one header field stands.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: Name,
    /// The name as it came.
    pub(super) spelling: Span,
    /// The value, without the white space around it.
    pub(super) value: Span,
    /// All of it, line end included.
    pub(super) line: Span,
}

/// What is known of a head once it is read.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) start: Start,
    pub(super) method: Method,
    pub(super) fields: Vec<Entry>,
}

/// The typical number of header fields, so that the index is allocated once.
const USUAL_FIELDS: usize = 24;

/// `head` as text.
pub(super) fn text(head: Bytes) -> Result<ByteString, SipError> {
    ByteString::try_from(head).map_err(|error| SipError::new(ErrorKind::NotUtf8, error.valid_up_to() as u64))
}

impl Head {
    /// Reads `text`, which must end with the empty line and nothing after it.
    pub(super) fn read(text: &str, limit: usize) -> Result<Self, SipError> {
        let mut at = line_end(text, 0)?;
        let (start, method) = read_start(text.get(..at).unwrap_or_default())?;
        let mut head = Self { start, method: method.unwrap_or(Method::Other("".into())), fields: Vec::new() };
        head.fields.reserve(USUAL_FIELDS);
        at += 2;
        loop {
            let end = line_end(text, at)?;
            if end == at {
                break;
            }
            if head.fields.len() == limit {
                return Err(SipError::new(ErrorKind::TooManyFields, at as u64));
            }
            let (entry, next) = read_field(text, at, end)?;
            head.fields.push(entry);
            at = next;
        }
        if at + 2 != text.len() {
            return Err(SipError::new(ErrorKind::Trailing, at as u64 + 2));
        }
        if let Start::Response { .. } = head.start {
            head.method = head.cseq_method(text).unwrap_or(head.method);
        }
        Ok(head)
    }

    fn cseq_method(&self, text: &str) -> Option<Method> {
        let entry = self.fields.iter().find(|entry| entry.name == Name::CSeq)?;
        CSeq::parse(entry.value.of(text)).ok().map(|cseq| cseq.method)
    }
}

/// The end of the line that starts at `at`, without its line end.
fn line_end(text: &str, at: usize) -> Result<usize, SipError> {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    match memchr::memchr2(b'\r', b'\n', rest) {
        None => Err(SipError::new(ErrorKind::NoEndOfHead, text.len() as u64)),
        Some(length) if rest.get(length..length + 2) == Some(b"\r\n") => Ok(at + length),
        Some(length) => Err(SipError::new(ErrorKind::BareLineEnd, (at + length) as u64)),
    }
}

/// Reads the field whose first line is `at..end`, folds included, and tells where the next one starts.
fn read_field(text: &str, at: usize, mut end: usize) -> Result<(Entry, usize), SipError> {
    let mut scan = Scan::new(text);
    scan.seek(at);
    let spelling = scan.run(TOKEN);
    while matches!(scan.peek(), Some(b' ' | b'\t')) {
        scan.seek(scan.at() + 1);
    }
    if spelling.is_empty() || !scan.eat(b':') {
        return Err(SipError::new(ErrorKind::Field, at as u64));
    }
    while matches!(text.as_bytes().get(end + 2), Some(b' ' | b'\t')) {
        end = line_end(text, end + 2)?;
    }
    let bytes = text.as_bytes();
    let mut start = scan.at();
    let mut stop = end;
    while start < stop && bytes.get(start).is_some_and(|byte| grammar::is(*byte, SPACE)) {
        start += 1;
    }
    while start < stop && bytes.get(stop - 1).is_some_and(|byte| grammar::is(*byte, SPACE)) {
        stop -= 1;
    }
    let entry = Entry {
        name: Name::parse(spelling),
        spelling: Span::new(at, at + spelling.len()),
        value: Span::new(start, stop),
        line: Span::new(at, end + 2),
    };
    Ok((entry, end + 2))
}

/// Reads the first line; the method is that of a request.
fn read_start(line: &str) -> Result<(Start, Option<Method>), SipError> {
    let malformed = SipError::new(ErrorKind::StartLine, 0);
    let first = line.find(' ').ok_or(malformed)?;
    let (before, _) = line.split_at_checked(first).ok_or(malformed)?;
    if before.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/")) {
        check_version(before, 0)?;
        return read_status(line, first + 1).map(|start| (start, None));
    }
    let method = Method::parse(before).ok_or(malformed)?;
    let last = line.rfind(' ').ok_or(malformed)?;
    let uri = line.get(first + 1..last).unwrap_or_default();
    if uri.is_empty() || uri.contains([' ', '\t']) {
        return Err(SipError::new(ErrorKind::StartLine, first as u64 + 1));
    }
    check_version(line.get(last + 1..).unwrap_or_default(), last + 1)?;
    Ok((Start::Request { uri: Span::new(first + 1, last) }, Some(method)))
}

/// Reads the status line from its code, at `at`, on.
fn read_status(line: &str, at: usize) -> Result<Start, SipError> {
    let error = SipError::new(ErrorKind::StatusCode, at as u64);
    let rest = line.get(at..).unwrap_or_default();
    let (digits, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(error);
    }
    let code = digits.parse().map_err(|_| error)?;
    if !(100..700).contains(&code) {
        return Err(error);
    }
    Ok(Start::Response { code, reason: Span::new(line.len() - reason.len(), line.len()) })
}

/// Fails unless `version`, found at `at`, is SIP/2.0.
fn check_version(version: &str, at: usize) -> Result<(), SipError> {
    if version.eq_ignore_ascii_case("SIP/2.0") {
        return Ok(());
    }
    let number = version.get(..4).filter(|start| start.eq_ignore_ascii_case("SIP/")).and(version.get(4..));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let other = number.and_then(|number| number.split_once('.'));
    let kind = match other {
        Some((major, minor)) if digits(major) && digits(minor) => ErrorKind::Version,
        _ => ErrorKind::StartLine,
    };
    Err(SipError::new(kind, at as u64))
}
