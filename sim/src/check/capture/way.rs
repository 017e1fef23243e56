//! One direction of a connection: its bytes in order, and the messages in them.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use confsim_core::wire::sip::{Framer, Message};

use crate::view::pcapng::Mark;

/// Most bytes that wait for a segment before them; then that is taken for lost to the capture.
const WAITING_MAX: usize = 1 << 20;

/// What a direction brings.
#[derive(Debug)]
pub(super) enum Found {
    /// A message, with what packets say of it, and where it ends.
    Message(Message, Vec<Mark>, u64),
    /// No message.
    Garbage(String),
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// The number of its first byte, once that is known.
    base: Option<u32>,
    /// How many bytes have been read in order.
    read: u64,
    /// What came too early, by its place.
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
    /// Where the reader of messages began, while it knows where they begin.
    framer: Option<(u64, Framer)>,
    /// What packets say, by where they begin.
    marks: VecDeque<(u64, Mark)>,
    /// Messages that have not been acknowledged, by where they end.
    due: VecDeque<(usize, u64)>,
    ended: Option<u64>,
}

impl Way {
    /// The SYN has this number.
    pub(super) fn begin(&mut self, seq: u32) {
        if self.base.is_none() {
            self.base = Some(seq.wrapping_add(1));
            self.framer = Some((0, Framer::default()));
        }
    }

    /// Whether its SYN has this number.
    pub(super) fn begins_with(&self, seq: u32) -> bool {
        self.base == Some(seq.wrapping_add(1))
    }

    /// Where a byte with this number is: near where reading has come to.
    fn place(&self, seq: u32) -> Option<u64> {
        let expected = self.base?.wrapping_add(self.read as u32);
        let ahead = i64::from(seq.wrapping_sub(expected) as i32);
        self.read.checked_add_signed(ahead)
    }

    /// Everything before this number has arrived: the messages that are, and whether the end is.
    pub(super) fn acked(&mut self, ack: u32) -> (Vec<usize>, bool) {
        let Some(place) = self.place(ack) else { return (Vec::new(), false) };
        let mut heard = Vec::new();
        while let Some((number, end)) = self.due.front().copied()
            && end <= place
        {
            heard.push(number);
            self.due.pop_front();
        }
        let end = self.ended.is_some_and(|ended| place > ended);
        // Acknowledged, but not captured.
        let beyond = self.ended.map_or(place, |ended| place.min(ended));
        if beyond > self.read && self.waiting.is_empty() {
            self.skip(beyond);
        }
        (heard, end)
    }

    /// The so many-th message of the capture ends here.
    pub(super) fn expect(&mut self, number: usize, end: u64) {
        self.due.push_back((number, end));
    }

    /// It ends behind these bytes; false when that was known.
    pub(super) fn end(&mut self, seq: u32, length: usize) -> bool {
        let place = self.place(seq).map(|place| place + length as u64);
        self.ended.is_none() && {
            self.ended = place;
            true
        }
    }

    /// Takes the bytes from this number on; what they complete.
    pub(super) fn data(&mut self, seq: u32, data: &[u8], marks: &[Mark]) -> Vec<Found> {
        let mut found = Vec::new();
        if data.is_empty() {
            return found;
        }
        if self.base.is_none() {
            self.base = Some(seq);
        }
        let Some(place) = self.place(seq) else { return found };
        self.marks.extend(marks.iter().map(|mark| (place, mark.clone())));
        if place > self.read {
            let fresh = self.waiting.insert(place, data.to_vec());
            self.waiting_bytes += data.len();
            self.waiting_bytes -= fresh.map_or(0, |old| old.len());
            if self.waiting_bytes > WAITING_MAX
                && let Some((first, _)) = self.waiting.first_key_value()
            {
                let first = *first;
                self.skip(first);
            }
        } else {
            self.take(place, data, &mut found);
        }
        while let Some(entry) = self.waiting.first_entry()
            && *entry.key() <= self.read
        {
            let (place, data) = entry.remove_entry();
            self.waiting_bytes -= data.len();
            self.take(place, &data, &mut found);
        }
        found
    }

    /// What lies before `place` is not in the capture.
    fn skip(&mut self, place: u64) {
        self.read = place;
        self.framer = None;
    }

    /// Takes bytes that begin where reading has come to, or before.
    fn take(&mut self, place: u64, data: &[u8], found: &mut Vec<Found>) {
        let known = usize::try_from(self.read - place).unwrap_or(usize::MAX);
        let Some(fresh) = data.get(known..).filter(|fresh| !fresh.is_empty()) else { return };
        if self.framer.is_none() && begins_message(fresh) {
            self.framer = Some((self.read, Framer::default()));
        }
        self.read += fresh.len() as u64;
        let Some((start, framer)) = &mut self.framer else { return };
        framer.push(Bytes::copy_from_slice(fresh));
        loop {
            match framer.next() {
                Ok(None) => return,
                Ok(Some(framed)) => {
                    let end = *start + framed.end;
                    let mut marks = Vec::new();
                    while let Some((place, _)) = self.marks.front()
                        && *place < end
                    {
                        marks.extend(self.marks.pop_front().map(|(_, mark)| mark));
                    }
                    found.push(Found::Message(framed.message, marks, end));
                }
                Err(error) => {
                    found.push(Found::Garbage(error.to_string()));
                    self.framer = None;
                    return;
                }
            }
        }
    }
}

/// Whether bytes begin like a message: a start line is looked for where the place of messages is not known.
fn begins_message(data: &[u8]) -> bool {
    let line = data.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let line = line.into_iter().find(|line| !line.is_empty()).unwrap_or_default();
    line.starts_with(b"SIP/2.0 ") || line.ends_with(b" SIP/2.0")
}
