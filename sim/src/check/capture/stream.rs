//! Connections out of segments, and messages out of connections.

use std::collections::BTreeMap;

use bytes::Bytes;
use confsim_core::wire::sip::Message;

use super::packet::{Segment, Socket};
use super::way::{Found, Way};
use crate::view::pcapng::Mark;

/// Most connections of one capture, and most marks of one packet; later ones are not followed.
const LINES_MAX: usize = 65_536;

/// Something that a capture shows.
#[derive(Debug)]
pub(super) struct Happening {
    /// When, in microseconds of Unix time.
    pub(super) at: u64,
    /// On which connection.
    pub(super) line: usize,
    pub(super) what: What,
}

/// What it shows; sides are those that do something, 0 the one that opened the connection.
#[derive(Debug)]
pub(super) enum What {
    Opened,
    Up(usize),
    /// A message is complete, the so many-th of the capture.
    Said {
        side: usize,
        number: usize,
        message: Message,
        marks: Vec<Mark>,
    },
    /// All of a message has been acknowledged.
    Heard(usize),
    /// Something is written past a client.
    Forged {
        side: usize,
        bytes: Bytes,
    },
    /// What comes to `side` is no SIP.
    Garbage {
        side: usize,
        error: String,
    },
    Closed(usize),
    Gone(usize),
    /// A host is struck, or let go of: no connection's affair.
    Host(Mark),
    /// Told beside the connection: it never got there.
    Told {
        side: usize,
        bytes: Bytes,
        marks: Vec<Mark>,
    },
}

/// A connection.
#[derive(Debug)]
pub(super) struct Line {
    /// Its ends, the one that opened it first.
    pub(super) sockets: [Socket; 2],
    ways: [Way; 2],
    up: bool,
    /// Whether any message has come over it.
    pub(super) sip: bool,
    /// Whether a fault has cut it: each end is then told of it as if the other one had closed.
    cut: bool,
}

/// All connections of a capture.
#[derive(Default)]
pub(super) struct Streams {
    pub(super) lines: Vec<Line>,
    pub(super) happenings: Vec<Happening>,
    current: BTreeMap<(Socket, Socket), usize>,
    messages: usize,
}

impl Streams {
    /// Takes the next segment.
    pub(super) fn segment(&mut self, at: u64, segment: &Segment<'_>, marks: &[Mark]) {
        let Some((number, side)) = self.place(at, segment) else { return };
        let Some(line) = self.lines.get_mut(number) else { return };
        let mut found = Vec::new();
        let [own, other] = match &mut line.ways {
            [one, two] if side == 0 => [one, two],
            [one, two] => [two, one],
        };
        let mut acked_end = false;
        if let Some(ack) = segment.ack {
            let (heard, end) = other.acked(ack);
            acked_end = end;
            found.extend(heard.into_iter().map(What::Heard));
        }
        if segment.syn {
            own.begin(segment.seq);
            if side == 1 {
                found.push(What::Up(1));
            }
        } else if !line.up && side == 0 {
            line.up = true;
            found.push(What::Up(0));
        }
        if marks.contains(&Mark::Forged) {
            found.push(What::Forged { side, bytes: Bytes::copy_from_slice(segment.data) });
        }
        if !segment.syn {
            for read in own.data(segment.seq, segment.data, marks) {
                line.sip |= matches!(read, Found::Message(..));
                found.push(match read {
                    Found::Message(message, marks, end) => {
                        let number = self.messages;
                        self.messages += 1;
                        own.expect(number, end);
                        What::Said { side, number, message, marks }
                    }
                    Found::Garbage(error) => What::Garbage { side: 1 - side, error },
                });
            }
        }
        if segment.rst {
            found.push(What::Gone(1 - side));
        } else if segment.fin && own.end(segment.seq, segment.data.len()) {
            found.push(match (line.cut, acked_end) {
                (true, _) => What::Gone(1 - side),
                // An answer to the end that the other side has made.
                (false, true) => What::Gone(side),
                (false, false) => What::Closed(side),
            });
        }
        self.happenings.extend(found.into_iter().map(|what| Happening { at, line: number, what }));
    }

    /// Takes what is told beside the connection of two sockets.
    pub(super) fn told(
        &mut self,
        at: u64,
        from: Socket,
        to: Socket,
        data: &[u8],
        marks: Vec<Mark>,
        cut: bool,
    ) {
        if let Some(host) = marks.iter().find(|mark| matches!(mark, Mark::Host(..))) {
            let what = What::Host(host.clone());
            self.happenings.push(Happening { at, line: usize::MAX, what });
            return;
        }
        let Some(number) = self.current.get(&pair(from, to)).copied() else { return };
        let Some(line) = self.lines.get_mut(number) else { return };
        line.cut |= cut;
        let side = usize::from(line.sockets[0] != from);
        let what = What::Told { side, bytes: Bytes::copy_from_slice(data), marks };
        self.happenings.push(Happening { at, line: number, what });
    }

    /// The connection that a segment belongs to, and the side it comes from.
    fn place(&mut self, at: u64, segment: &Segment<'_>) -> Option<(usize, usize)> {
        let key = pair(segment.from, segment.to);
        let opens = segment.syn && segment.ack.is_none();
        let known = self.current.get(&key).copied();
        // The same knock again is no new connection.
        let again = known.and_then(|number| self.lines.get(number)).is_some_and(|line| {
            !line.up && line.sockets[0] == segment.from && line.ways[0].begins_with(segment.seq)
        });
        if let (Some(number), true) = (known, !opens || again) {
            return Some((number, usize::from(self.lines.get(number)?.sockets[0] != segment.from)));
        }
        if self.lines.len() >= LINES_MAX {
            return None;
        }
        // Of a connection whose beginning is not there the one that listens has the lower port, as a rule.
        let from_opener = opens || (!segment.syn && segment.from.port >= segment.to.port);
        let sockets = if from_opener { [segment.from, segment.to] } else { [segment.to, segment.from] };
        let number = self.lines.len();
        let ways = [Way::default(), Way::default()];
        self.lines.push(Line { sockets, ways, up: !opens, sip: false, cut: false });
        self.current.insert(key, number);
        self.happenings.push(Happening { at, line: number, what: What::Opened });
        Some((number, usize::from(!from_opener)))
    }
}

fn pair(one: Socket, other: Socket) -> (Socket, Socket) {
    (one.min(other), one.max(other))
}
