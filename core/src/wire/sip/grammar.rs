//! Character classes and the cursor that the value readers share (RFC 3261 section 25.1).

use std::borrow::Cow;
use std::fmt;

use super::{ErrorKind, SipError};

/// `token`.
pub(super) const TOKEN: u8 = 1;
/// What may stand in the user part of a URI, `:` and `%` included.
pub(super) const USER: u8 = 2;
/// What may stand in URI parameters and embedded header fields, separators included.
pub(super) const URI: u8 = 4;
/// What may stand in a host name or an IPv4 address; the underscore is there because it occurs.
pub(super) const HOST: u8 = 8;
/// What may stand unquoted in the value of a header parameter: a token, a host or an address.
pub(super) const VALUE: u8 = 16;
/// Linear white space; line ends only stand where a value is folded.
pub(super) const SPACE: u8 = 32;
/// What may stand in an IPv6 address. RFC 5118 section 4.10 asks receivers to be liberal here.
pub(super) const IPV6: u8 = 64;

const CLASSES: &[u8; 256] = &classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        let mut class = 0;
        if letter.is_ascii_alphanumeric() {
            class = TOKEN | USER | URI | HOST | VALUE;
        }
        if within(letter, b"-.!%*_+`'~") {
            class |= TOKEN | VALUE;
        }
        if within(letter, b"-_.!~*'()&=+$,;?/:%") {
            class |= USER;
        }
        // Visible characters a header parameter or a URI in angle brackets cannot be confused by.
        if letter.is_ascii_graphic() && !within(letter, b"<>\"\\^`{|}") {
            class |= URI;
        }
        if within(letter, b"-._") {
            class |= HOST;
        }
        // Real clients leave base64, URIs and addresses unquoted.
        if within(letter, b"[]:/@=&$?(){}|#") {
            class |= VALUE;
        }
        if letter.is_ascii_hexdigit() || within(letter, b":.") {
            class |= IPV6;
        }
        if within(letter, b" \t\r\n") {
            class |= SPACE;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

const fn within(letter: u8, set: &[u8]) -> bool {
    let mut index = 0;
    while index < set.len() {
        if set[index] == letter {
            return true;
        }
        index += 1;
    }
    false
}

/// True when `byte` is of one of the `class`es.
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|found| found & class != 0)
}

/// True when every byte of `text` is of one of the `class`es.
pub(super) fn all(text: &str, class: u8) -> bool {
    text.bytes().all(|byte| is(byte, class))
}

/// `text` without the white space around it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Writes `text` without line ends: each run of them, with the white space after it, is one space.
pub(super) fn write_one_line(out: &mut impl fmt::Write, mut text: &str) -> fmt::Result {
    while let Some(at) = memchr::memchr2(b'\r', b'\n', text.as_bytes()) {
        let (line, rest) = text.split_at_checked(at).unwrap_or_default();
        out.write_str(line)?;
        out.write_char(' ')?;
        text = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }
    out.write_str(text)
}

/// `text` as [`write_one_line`] writes it.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    // Writing into memory does not fail.
    let _ = write_one_line(&mut line, text);
    Cow::Owned(line)
}

/// A cursor over one header value.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Bytes before the cursor.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Moves the cursor to `at`.
    pub(super) const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What follows the cursor.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What stands from `start` to the cursor.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Steps over `byte` if it is next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over white space; mostly there is none.
    pub(super) fn space(&mut self) {
        while self.peek().is_some_and(|byte| is(byte, SPACE)) {
            self.at += 1;
        }
    }

    /// Steps over `byte` and the white space around it; stays in place if it is not next.
    pub(super) fn separator(&mut self, byte: u8) -> bool {
        let start = self.at;
        self.space();
        if self.eat(byte) {
            self.space();
            return true;
        }
        self.at = start;
        false
    }

    /// The longest run of `class`, possibly empty.
    pub(super) fn run(&mut self, class: u8) -> &'a str {
        let start = self.at;
        let bytes = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at += bytes.iter().position(|byte| !is(*byte, class)).unwrap_or(bytes.len());
        self.since(start)
    }

    /// A token.
    pub(super) fn token(&mut self) -> Result<&'a str, SipError> {
        let token = self.run(TOKEN);
        if token.is_empty() { Err(self.error(ErrorKind::Token)) } else { Ok(token) }
    }

    /// A decimal number of at most 20 digits and 64 bits.
    pub(super) fn number(&mut self) -> Result<u64, SipError> {
        let start = self.at;
        let error = self.error(ErrorKind::Number);
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.since(start).parse().map_err(|_| error)
    }

    /// A quoted string whose opening quote is next: what stands between the quotes, escapes untouched.
    pub(super) fn quoted(&mut self) -> Result<&'a str, SipError> {
        let error = self.error(ErrorKind::Quote);
        if !self.eat(b'"') {
            return Err(error);
        }
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    let inside = self.since(start);
                    self.at += 1;
                    return Ok(inside);
                }
                b'\\' => {
                    self.at += 1;
                    if matches!(self.peek(), Some(b'\r' | b'\n')) {
                        return Err(error);
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        Err(error)
    }

    /// Fails unless nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), SipError> {
        self.space();
        if self.peek().is_none() { Ok(()) } else { Err(self.error(ErrorKind::Trailing)) }
    }

    /// An error at the cursor.
    pub(super) const fn error(&self, kind: ErrorKind) -> SipError {
        SipError::new(kind, self.at as u64)
    }
}
