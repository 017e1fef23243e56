//! Finding the delimiters and reading the parts between them, each byte once per level of nesting.

use std::borrow::Cow;

use memchr::memchr;
use memchr::memmem::Finder;

use super::{
    MAX_BOUNDARY, MAX_DEPTH, MAX_FIELDS, MAX_HEADER_BYTES, MAX_PARTS, Multipart, MultipartError,
    MultipartErrorKind as Kind, Part,
};
use crate::wire::content_type::ContentType;

fn fail<T>(kind: Kind, offset: usize) -> Result<T, MultipartError> {
    Err(MultipartError { kind, offset })
}

pub(super) fn multipart<'a>(
    content_type: &ContentType<'_>,
    body: &'a [u8],
    depth: u8,
) -> Result<Multipart<'a>, MultipartError> {
    if !content_type.media().is_multipart() {
        return fail(Kind::NotMultipart, 0);
    }
    if depth > MAX_DEPTH {
        return fail(Kind::TooDeep, 0);
    }
    let Some(boundary) = content_type.boundary().filter(|boundary| is_boundary(boundary)) else {
        return fail(Kind::Boundary, 0);
    };
    let mut delimiters = Delimiters::new(body, boundary);
    let Some(mut open) = delimiters.next() else { return fail(Kind::NoPart, body.len()) };
    let preamble = Cow::Borrowed(body.get(..open.content_end).unwrap_or_default());
    let mut parts = Vec::new();
    while !open.closes {
        if parts.len() == MAX_PARTS {
            return fail(Kind::TooMany, open.next_start);
        }
        let start = open.next_start;
        let close = delimiters.next();
        let end = close.as_ref().map_or(body.len(), |close| close.content_end.max(start));
        parts.push(part(body.get(start..end).unwrap_or_default(), start, depth)?);
        let Some(close) = close else {
            return Ok(Multipart { preamble, parts, closed: false, depth });
        };
        open = close;
    }
    if parts.is_empty() {
        return fail(Kind::NoPart, open.next_start);
    }
    Ok(Multipart { preamble, parts, closed: true, depth })
}

/// RFC 2046 section 5.1.1, widened to every visible character, since senders are.
pub(super) fn is_boundary(text: &str) -> bool {
    (1..=MAX_BOUNDARY).contains(&text.len())
        && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
        && !text.ends_with(' ')
}

/// Whether a line of `bytes` would be taken for a delimiter.
pub(super) fn has_delimiter(bytes: &[u8], boundary: &str) -> bool {
    Delimiters::new(bytes, boundary).next().is_some()
}

/// A delimiter line.
struct Delimiter {
    /// Where the content before it ends: before the line break that belongs to the delimiter.
    content_end: usize,
    /// Where what follows its line starts.
    next_start: usize,
    /// It is the last.
    closes: bool,
}

struct Delimiters<'a> {
    body: &'a [u8],
    finder: Finder<'a>,
    dashed: usize,
    from: usize,
}

impl<'a> Delimiters<'a> {
    fn new(body: &'a [u8], boundary: &str) -> Self {
        let dashed = format!("--{boundary}");
        Self { body, dashed: dashed.len(), finder: Finder::new(dashed.as_bytes()).into_owned(), from: 0 }
    }

    /// The delimiter whose dashes start at `at`, unless the line goes on with something else.
    fn at(&self, at: usize) -> Option<Delimiter> {
        let before = self.body.get(..at)?;
        let content_end = match before {
            [] => 0,
            [.., b'\r', b'\n'] => at - 2,
            [.., b'\n'] => at - 1,
            _ => return None,
        };
        let mut rest = self.body.get(at + self.dashed..)?;
        let closes = rest.starts_with(b"--");
        if closes {
            rest = rest.get(2..)?;
        }
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line_end = match rest.get(padding..)? {
            [] => 0,
            [b'\r'] | [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return None,
        };
        Some(Delimiter { content_end, next_start: self.body.len() - rest.len() + padding + line_end, closes })
    }
}

impl Iterator for Delimiters<'_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        loop {
            let rest = self.body.get(self.from..)?;
            let at = self.from + self.finder.find(rest)?;
            if let Some(delimiter) = self.at(at) {
                self.from = delimiter.next_start;
                return Some(delimiter);
            }
            // A delimiter starts a line: nothing more on this one can be it.
            self.from = at + memchr(b'\n', self.body.get(at..)?)? + 1;
        }
    }
}

/// Reads one part: header fields, an empty line, content. `start` is its place in the body.
fn part(bytes: &[u8], start: usize, depth: u8) -> Result<Part<'_>, MultipartError> {
    let mut fields: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    let mut at = 0;
    let mut value_start = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let length = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = line_text(rest.get(..length).unwrap_or_default(), start + at)?;
        let line_start = at;
        at += length;
        if line.is_empty() {
            break;
        }
        if at > MAX_HEADER_BYTES {
            return fail(Kind::TooMany, start + line_start);
        }
        if line.starts_with([' ', '\t']) {
            let Some((_, value)) = fields.last_mut() else { return fail(Kind::Field, start + line_start) };
            unfold(value, line.trim_ascii());
            continue;
        }
        check_last(&fields, start + value_start)?;
        if fields.len() == MAX_FIELDS {
            return fail(Kind::TooMany, start + line_start);
        }
        let (name, value) = field(line, start + line_start)?;
        value_start = line_start + line.len() - value.len();
        fields.push((Cow::Borrowed(name), Cow::Borrowed(value.trim_ascii_end())));
    }
    check_last(&fields, start + value_start)?;
    Ok(Part { fields, body: Cow::Borrowed(bytes.get(at..).unwrap_or_default()), depth })
}

/// Appends a continuation line after one space, unless there is nothing on either side of it.
fn unfold<'a>(value: &mut Cow<'a, str>, line: &'a str) {
    if value.is_empty() {
        *value = Cow::Borrowed(line);
    } else if !line.is_empty() {
        value.to_mut().extend([" ", line]);
    }
}

/// A header line as text, without its end.
fn line_text(line: &[u8], offset: usize) -> Result<&str, MultipartError> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => return fail(Kind::Field, offset + error.valid_up_to()),
    };
    match text.bytes().position(|byte| byte.is_ascii_control() && byte != b'\t') {
        Some(at) => fail(Kind::Field, offset + at),
        None => Ok(text),
    }
}

/// `name: value`, the value with its trailing white space.
fn field(line: &str, offset: usize) -> Result<(&str, &str), MultipartError> {
    let Some((name, value)) = line.split_once(':') else { return fail(Kind::Field, offset) };
    match name.bytes().position(|byte| !byte.is_ascii_graphic()) {
        None if !name.is_empty() => Ok((name, value.trim_ascii_start())),
        at => fail(Kind::Field, offset + at.unwrap_or(0)),
    }
}

/// Judges the field that is complete now that the next line is known.
fn check_last(fields: &[(Cow<'_, str>, Cow<'_, str>)], offset: usize) -> Result<(), MultipartError> {
    let Some((name, value)) = fields.last() else { return Ok(()) };
    if name.eq_ignore_ascii_case("Content-Transfer-Encoding") && !value.eq_ignore_ascii_case("binary") {
        return fail(Kind::TransferEncoding, offset);
    }
    if name.eq_ignore_ascii_case("Content-Type")
        && let Err(error) = ContentType::parse(value)
    {
        return fail(Kind::ContentType, offset + error.offset);
    }
    Ok(())
}
