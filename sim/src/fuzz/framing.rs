//! Streams: the same messages and the same error, however the bytes are cut.

use arbitrary::Unstructured;
use bytes::Bytes;
use confsim_core::wire::sip::{Framer, Limits, Message, SipError};

/// What a stream yields: messages with where they end, and how it ended.
#[derive(Debug, PartialEq)]
struct Yield {
    messages: Vec<(Message, u64)>,
    error: Option<SipError>,
    idle: bool,
}

/// Bounds small enough for fuzzing to reach them.
const LIMITS: Limits = Limits { head: 2048, fields: 24, body: 1024 };

/// The last sixteenth of the input says how the rest of it is cut.
pub(super) fn framing(bytes: &[u8]) {
    let (stream, cuts) = bytes.split_at(bytes.len() - bytes.len() / 16);
    let whole = read(std::iter::once(stream));
    let mut cuts = Unstructured::new(cuts);
    let mut rest = stream;
    let chunks = std::iter::from_fn(|| {
        let length = usize::from(cuts.arbitrary::<u8>().unwrap_or(0)).min(rest.len()).max(1);
        let (chunk, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(chunk)
    });
    let pieces = read(chunks);
    assert_eq!(pieces, whole);
    for (message, end) in whole.messages {
        let length = message.head().len() + message.body().len();
        let end = end as usize;
        assert_eq!(stream.get(end - length..end), Some(&*[&**message.head(), &**message.body()].concat()));
    }
}

fn read<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Yield {
    let mut framer = Framer::new(LIMITS);
    let mut messages = Vec::new();
    let mut error = None;
    for chunk in chunks {
        framer.push(Bytes::copy_from_slice(chunk));
        loop {
            match framer.next() {
                Ok(Some(framed)) => messages.push((framed.message, framed.end)),
                Ok(None) => break,
                Err(found) => {
                    error = Some(found);
                    break;
                }
            }
        }
    }
    Yield { messages, error, idle: framer.is_idle() }
}
