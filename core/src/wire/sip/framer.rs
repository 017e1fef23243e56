//! Cutting a byte stream into messages (RFC 3261 sections 7.5 and 18.3).

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem::Finder;

use super::message::leading_line_ends;
use super::{ErrorKind, Limits, Message, SipError};

/// Cuts a stream into messages, however it was split on its way.
///
/// Line ends between messages (keep-alives) are skipped. A message must have exactly one valid Content-Length
/// (D-32). After an error the rest of the stream has no known structure: the error comes again for ever.
#[derive(Debug)]
pub struct Framer {
    limits: Limits,
    /// Finds [`END`].
    end: Finder<'static>,
    /// Unread bytes, while they are those of one received chunk.
    chunk: Bytes,
    /// Unread bytes, once they came in several chunks; then `chunk` is empty.
    gathered: BytesMut,
    /// How many unread bytes are known to hold no end of the head.
    scanned: usize,
    /// The head that was read while its body is not complete, and the length of that body.
    pending: Option<(Message, usize)>,
    /// Bytes of the stream before the unread ones.
    offset: u64,
    failed: Option<SipError>,
}

/// A message and where in the stream it ends.
#[derive(Clone, Debug)]
pub struct Framed {
    /// The message.
    pub message: Message,
    /// Bytes of the stream up to the end of the message.
    pub end: u64,
}

/// What ends a head.
const END: &[u8; 4] = b"\r\n\r\n";

impl Framer {
    /// A framer at the start of a stream.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            end: Finder::new(END),
            chunk: Bytes::new(),
            gathered: BytesMut::new(),
            scanned: 0,
            pending: None,
            offset: 0,
            failed: None,
        }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: Bytes) {
        if self.failed.is_some() {
            return;
        }
        if self.chunk.is_empty() && self.gathered.is_empty() {
            self.chunk = bytes;
            return;
        }
        if self.gathered.is_empty() {
            let chunk = std::mem::take(&mut self.chunk);
            self.gathered.reserve(chunk.len() + bytes.len());
            self.gathered.extend_from_slice(&chunk);
        }
        self.gathered.extend_from_slice(&bytes);
    }

    /// The next complete message, or `None` until more bytes come. Offsets in errors are those of the stream.
    #[expect(clippy::should_implement_trait, reason = "an iterator could not go on after None")]
    pub fn next(&mut self) -> Result<Option<Framed>, SipError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.read().inspect_err(|error| {
            self.failed = Some(*error);
            self.chunk = Bytes::new();
            self.gathered = BytesMut::new();
            self.pending = None;
        })
    }

    /// True when the stream could end here: no message has begun.
    pub fn is_idle(&self) -> bool {
        self.failed.is_none() && self.pending.is_none() && self.unread().is_empty()
    }

    fn read(&mut self) -> Result<Option<Framed>, SipError> {
        if self.pending.is_none() {
            self.skip_line_ends();
            let Some(length) = self.find_head()? else { return Ok(None) };
            let start = self.offset;
            let message = Message::from_parts(self.take(length), Bytes::new(), self.limits)
                .map_err(|error| error.shifted(start))?;
            let missing = SipError::new(ErrorKind::ContentLengthMissing, length as u64);
            let declared = message.content_length().and_then(|found| found.ok_or(missing));
            let body = declared.map_err(|error| error.shifted(start))?;
            if body > self.limits.body {
                return Err(SipError::new(ErrorKind::BodyTooLong, self.offset));
            }
            self.pending = Some((message, body));
        }
        self.finish()
    }

    /// Completes the pending message if all its body is there.
    fn finish(&mut self) -> Result<Option<Framed>, SipError> {
        let Some((message, length)) = self.pending.take() else { return Ok(None) };
        if self.unread().len() < length {
            self.pending = Some((message, length));
            return Ok(None);
        }
        let body = self.take(length);
        Ok(Some(Framed { message: message.with_body(body), end: self.offset }))
    }

    /// The length of the head that is next, once its end has come.
    fn find_head(&mut self) -> Result<Option<usize>, SipError> {
        let unread = self.unread();
        let from = self.scanned.saturating_sub(END.len() - 1);
        let window = unread.get(from..unread.len().min(self.limits.head)).unwrap_or_default();
        if let Some(at) = self.end.find(window) {
            self.scanned = 0;
            return Ok(Some(from + at + END.len()));
        }
        if unread.len() >= self.limits.head {
            return Err(SipError::new(ErrorKind::HeadTooLong, self.offset + self.limits.head as u64));
        }
        self.scanned = unread.len();
        Ok(None)
    }

    fn skip_line_ends(&mut self) {
        let skip = leading_line_ends(self.unread());
        if skip > 0 {
            self.scanned = 0;
            self.offset += skip as u64;
            if self.gathered.is_empty() { self.chunk.advance(skip) } else { self.gathered.advance(skip) }
        }
    }

    fn unread(&self) -> &[u8] {
        if self.gathered.is_empty() { &self.chunk } else { &self.gathered }
    }

    /// Takes the next `length` bytes, which are there.
    fn take(&mut self, length: usize) -> Bytes {
        self.offset += length as u64;
        if self.gathered.is_empty() {
            return self.chunk.split_to(length.min(self.chunk.len()));
        }
        let length = length.min(self.gathered.len());
        self.gathered.split_to(length).freeze()
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new(Limits::DEFAULT)
    }
}
