//! What a machine adds to a message of its own: headers, a body, now and then a CSeq number.

use std::fmt::{self, Display, Write};

use bytes::Bytes;

/// The part of a message that the machine decides; the layer adds start line, Via, From, To, Call-ID, CSeq,
/// Route, Content-Length.
///
/// A draft is rendered once and can serve many recipients; its body is shared by all of them.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    lines: String,
    body: Bytes,
    cseq: Option<u32>,
}

impl Draft {
    /// Nothing in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the header `name: value`. Line breaks in the value become blanks, so that no value can pose as
    /// a header of its own.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Display) -> Self {
        self.push(name, value);
        self
    }

    /// Adds the header if there is a value for it.
    #[must_use]
    pub fn header_if(mut self, name: &str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.push(name, value);
        }
        self
    }

    /// Sets body and Content-Type.
    #[must_use]
    pub fn content(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.push("Content-Type", content_type);
        self.body = body.into();
        self
    }

    /// Asks for this CSeq number instead of the dialog's next one, if it is higher.
    #[must_use]
    pub fn numbered(mut self, cseq: u32) -> Self {
        self.cseq = Some(cseq);
        self
    }

    /// The rendered headers, each line with its CRLF.
    pub(super) fn lines(&self) -> &str {
        &self.lines
    }

    /// The body.
    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// The CSeq number asked for.
    pub(super) fn cseq(&self) -> Option<u32> {
        self.cseq
    }

    fn push(&mut self, name: &str, value: impl Display) {
        let _ = write!(OneLine(&mut self.lines), "{name}: {value}");
        self.lines.push_str("\r\n");
    }
}

/// Writes text with its line breaks turned into blanks.
struct OneLine<'a>(&'a mut String);

impl Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().any(|byte| byte == b'\r' || byte == b'\n') {
            self.0.extend(text.chars().map(|c| if matches!(c, '\r' | '\n') { ' ' } else { c }));
        } else {
            self.0.push_str(text);
        }
        Ok(())
    }
}
