//! One connection as TCP has it.

use std::collections::VecDeque;

use bytes::Bytes;
use confsim_core::entropy::hash_parts;
use confsim_core::wire::sip::Framer;

use super::segment::Socket;
use crate::fault::How;
use crate::trace::{MsgId, NodeId};

/// A connection: end 0 opened it, way 0 leads away from it.
pub(super) struct Line {
    pub(super) nodes: [Option<NodeId>; 2],
    pub(super) sockets: [Socket; 2],
    pub(super) stage: Stage,
    pub(super) ways: [Way; 2],
    /// How a fault has cut it.
    pub(super) cut: Option<How>,
    /// What the next packet is to say.
    pub(super) comments: Vec<String>,
}

/// How far a connection has come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The opener has knocked.
    Asked,
    /// The acceptor has answered.
    Answered,
    /// It is up.
    Up,
}

/// One direction.
pub(super) struct Way {
    /// The number of its SYN.
    start: u32,
    /// Bytes written, and bytes known to have arrived.
    pub(super) sent: u64,
    pub(super) acked: u64,
    /// Whether its end has been sent, and whether that has arrived.
    pub(super) fin: bool,
    pub(super) fin_acked: bool,
    /// Whether it has been reset.
    pub(super) reset: bool,
    /// Messages under way, with where they end.
    due: VecDeque<(MsgId, u64)>,
    /// What reads the stream, from this place on, since it has carried what is no message.
    astray: Option<(u64, Framer)>,
}

impl Line {
    pub(super) fn new(number: u32, nodes: [Option<NodeId>; 2], sockets: [Socket; 2], stage: Stage) -> Self {
        let way = |side| Way {
            start: hash_parts(&[u64::from(number), side]) as u32,
            sent: 0,
            acked: 0,
            fin: false,
            fin_acked: false,
            reset: false,
            due: VecDeque::new(),
            astray: None,
        };
        Self { nodes, sockets, stage, ways: [way(0), way(1)], cut: None, comments: Vec::new() }
    }

    /// Which end `node` is.
    pub(super) fn side(&self, node: NodeId) -> usize {
        usize::from(self.nodes[0] != Some(node))
    }
}

impl Way {
    /// The number of the byte at `offset`.
    pub(super) const fn seq(&self, offset: u64) -> u32 {
        self.start.wrapping_add(1).wrapping_add(offset as u32)
    }

    /// The number that comes next.
    pub(super) const fn next(&self) -> u32 {
        self.seq(self.sent).wrapping_add(self.fin as u32)
    }

    /// The number that its reader waits for.
    pub(super) const fn expected(&self) -> u32 {
        self.seq(self.acked).wrapping_add(self.fin_acked as u32)
    }

    /// The number of its SYN.
    pub(super) const fn syn(&self) -> u32 {
        self.start
    }

    /// Whether something may still be written.
    pub(super) const fn open(&self) -> bool {
        !self.fin && !self.reset
    }

    /// Whether all that was written has arrived.
    pub(super) const fn settled(&self) -> bool {
        self.sent == self.acked
    }

    /// A message ends where the writing has come to.
    pub(super) fn expect(&mut self, id: MsgId) {
        self.due.push_back((id, self.sent));
    }

    /// What is written from now on need not be messages.
    pub(super) fn stray(&mut self) {
        self.astray.get_or_insert_with(|| (self.sent, Framer::default()));
    }

    /// Bytes are written.
    pub(super) fn wrote(&mut self, bytes: &[u8]) {
        self.sent += bytes.len() as u64;
        if let Some((_, framer)) = &mut self.astray {
            framer.push(Bytes::copy_from_slice(bytes));
        }
    }

    /// The reader acts upon a message: up to where it has read.
    pub(super) fn heard(&mut self, id: MsgId) {
        let place = self.due.iter().position(|(due, _)| *due == id);
        let end = match (&mut self.astray, place) {
            (Some((start, framer)), place) => {
                let known = place.and_then(|place| self.due.get(place)).map(|(_, end)| *end);
                match known.filter(|end| *end <= *start) {
                    Some(end) => Some(end),
                    None => framer.next().ok().flatten().map(|framed| *start + framed.end),
                }
            }
            (None, Some(place)) => self.due.get(place).map(|(_, end)| *end),
            (None, None) => None,
        };
        let Some(end) = end else { return };
        while self.due.front().is_some_and(|(_, due)| *due <= end) {
            self.due.pop_front();
        }
        self.acked = self.acked.max(end.min(self.sent));
    }
}
