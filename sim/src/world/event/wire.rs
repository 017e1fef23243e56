//! Connections: two ways of bytes, each in order, with a delay and cuts drawn from the connection's name.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use confsim_core::entropy::{hash, hash_parts};
use confsim_core::node::{ConnId, Summary};
use confsim_core::time::{Duration, Instant};

use super::plan::Pair;
use crate::scenario::{Link, Split};
use crate::trace::{Cause, Fate, MsgId, NodeId};

/// What a draw is for.
#[derive(Clone, Copy)]
enum Draw {
    Latency,
    Jitter,
    Pieces,
    Place,
    Merge,
    Tie,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Wire {
    /// Side 0 opened it.
    pub(super) ends: [End; 2],
    /// Way `s` leads from side `s` to the other.
    pub(super) ways: [Way; 2],
    /// Which of the connections between its two nodes, counting from 1.
    nth: u32,
    /// Until when a fault makes it slower, and by how much.
    pub(super) slow: Option<(Instant, Duration)>,
    draws: u64,
    link: Link,
    latency: Duration,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) node: NodeId,
    pub(super) conn: ConnId,
    pub(super) state: State,
}

/// What an end's node knows of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not up yet.
    Opening,
    /// Up.
    Up,
    /// Closed by the node, or the node was told that it is gone.
    Closed,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Way {
    parcels: VecDeque<Parcel>,
    /// Messages under way, by where they end in the stream.
    due: VecDeque<Underway>,
    written: u64,
    arrived: u64,
    writes: u64,
    last: Instant,
    stamp: u32,
    /// The fault that cut this way, if one did: what is written now is lost.
    pub(super) severed: Option<u32>,
    /// What made the stream carry something else than the messages that were written to it.
    pub(super) astray: Option<Cause>,
}

/// What moves along a way.
#[derive(Debug)]
pub(super) enum Item {
    /// The opener knocks.
    Knock,
    /// The acceptor has opened.
    Open,
    /// Part of the stream.
    Bytes(Bytes),
    /// The end of the stream.
    End,
}

#[derive(Debug)]
struct Parcel {
    at: Instant,
    tie: u64,
    item: Item,
}

/// A message that has been written and not been heard.
#[derive(Clone, Debug)]
pub(super) struct Underway {
    pub(super) id: MsgId,
    pub(super) origin: NodeId,
    pub(super) emitted: Instant,
    pub(super) summary: Summary,
    /// Offset in the stream right after it.
    pub(super) end: u64,
}

/// When the head of a way is due: what goes into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeadDue {
    pub(super) at: Instant,
    pub(super) tie: u64,
    pub(super) stamp: u32,
}

impl Wire {
    /// A connection called `name`, with everything about it drawn from `seed` and that name.
    pub(super) fn new(seed: u64, name: &str, nth: u32, link: Link, ends: [End; 2]) -> Self {
        let mut wire = Self {
            ends,
            ways: [Way::default(), Way::default()],
            nth,
            slow: None,
            draws: hash_parts(&[seed, hash(name.as_bytes())]),
            link,
            latency: link.latency.low,
        };
        let spread = (link.latency.high - link.latency.low).as_micros();
        wire.latency =
            link.latency.low + Duration::from_micros(wire.draw(Draw::Latency, 0, 0) % (spread + 1));
        wire
    }

    /// What it is called in faults.
    pub(super) fn pair(&self) -> Pair {
        let [one, other] = self.ends;
        Pair::new(one.node, other.node, self.nth)
    }

    fn draw(&self, what: Draw, side: usize, ordinal: u64) -> u64 {
        hash_parts(&[self.draws, what as u64, side as u64, ordinal])
    }

    /// Puts a signal on the way from `side`, behind what is there. What the queue must be told, if anything.
    pub(super) fn signal(&mut self, side: usize, now: Instant, item: Item) -> Option<HeadDue> {
        let ordinal = self.count(side);
        let at = self.arrival(side, now, ordinal);
        let tie = self.draw(Draw::Tie, side, ordinal);
        self.ways.get_mut(side)?.push(Parcel { at, tie, item })
    }

    /// Counts a write that does not take place, so that later ones draw what they would have drawn.
    pub(super) fn count(&mut self, side: usize) -> u64 {
        self.ways.get_mut(side).map_or(0, |way| {
            way.writes += 1;
            way.writes
        })
    }

    fn arrival(&self, side: usize, now: Instant, ordinal: u64) -> Instant {
        let jitter = match self.link.jitter.as_micros() {
            0 => 0,
            most => self.draw(Draw::Jitter, side, ordinal) % (most + 1),
        };
        let slow = self.slow.filter(|(until, _)| now < *until).map_or(Duration::ZERO, |(_, by)| by);
        let last = self.ways.get(side).map_or(now, |way| way.last);
        (now + self.latency + slow + Duration::from_micros(jitter)).max(last)
    }

    /// Writes `bytes` on the way from `side`. What the queue must be told, if anything.
    pub(super) fn write(
        &mut self,
        side: usize,
        now: Instant,
        ordinal: u64,
        mut bytes: Bytes,
    ) -> Option<HeadDue> {
        let at = self.arrival(side, now, ordinal);
        let tie = self.draw(Draw::Tie, side, ordinal);
        let mut pieces = 1;
        if self.link.split == Split::Pieces {
            pieces += self.draw(Draw::Pieces, side, ordinal) % Split::MOST;
            if self.draw(Draw::Merge, side, ordinal).is_multiple_of(4)
                && self.ways.get_mut(side)?.merge(&bytes)
            {
                return None;
            }
        }
        let mut head = None;
        for piece in 1..pieces {
            if bytes.len() < 2 {
                break;
            }
            let place =
                self.draw(Draw::Place, side, ordinal * Split::MOST + piece) % (bytes.len() as u64 - 1);
            let front = bytes.split_to(1 + place as usize);
            head = head.or(self.ways.get_mut(side)?.write(at, tie, front));
        }
        head.or(self.ways.get_mut(side)?.write(at, tie, bytes))
    }
}

impl Way {
    /// Bytes written so far.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Notes that a message ends where the next write will end.
    pub(super) fn expect(&mut self, message: Underway) {
        self.due.push_back(message);
    }

    /// How many messages have been written and not been heard.
    pub(super) fn unread(&self) -> usize {
        self.due.len()
    }

    /// The message that ends at `end`, which must be the next.
    pub(super) fn heard(&mut self, end: u64) -> Option<Underway> {
        if self.due.front()?.end == end { self.due.pop_front() } else { None }
    }

    /// The messages that end before `end`: those that were swallowed by what strayed.
    pub(super) fn swallowed(&mut self, end: u64) -> impl Iterator<Item = MsgId> + use<> {
        let count = self.due.partition_point(|message| message.end < end);
        self.due.drain(..count).map(|message| message.id).collect::<Vec<_>>().into_iter()
    }

    /// Lets nothing arrive before `until`. When the head is due then.
    pub(super) fn stall(&mut self, until: Instant) -> Option<HeadDue> {
        for parcel in &mut self.parcels {
            parcel.at = parcel.at.max(until);
        }
        self.last = self.last.max(until);
        self.stamp += 1;
        self.head()
    }

    /// Everything written and not heard: lost now.
    pub(super) fn forget(&mut self) -> impl Iterator<Item = MsgId> + use<> {
        std::mem::take(&mut self.due).into_iter().map(|message| message.id)
    }

    /// Throws away what is under way. What has arrived in full stays: its reader may be about to read it.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = MsgId> + use<> {
        self.parcels.clear();
        self.stamp += 1;
        let arrived = self.due.partition_point(|message| message.end <= self.arrived);
        self.due.split_off(arrived).into_iter().map(|message| message.id)
    }

    /// The fate of what is written on this way now, if it is not to arrive.
    pub(super) fn fate(&self) -> Option<Fate> {
        self.severed.map(Fate::Fault)
    }

    /// Takes the head off if `stamp` is that of the way; with when the next is due.
    pub(super) fn arrive(&mut self, stamp: u32) -> Option<(Item, Option<HeadDue>)> {
        if stamp != self.stamp {
            return None;
        }
        let parcel = self.parcels.pop_front()?;
        self.stamp += 1;
        if let Item::Bytes(bytes) = &parcel.item {
            self.arrived += bytes.len() as u64;
        }
        Some((parcel.item, self.head()))
    }

    fn head(&self) -> Option<HeadDue> {
        self.parcels.front().map(|parcel| HeadDue { at: parcel.at, tie: parcel.tie, stamp: self.stamp })
    }

    fn push(&mut self, parcel: Parcel) -> Option<HeadDue> {
        self.last = parcel.at;
        self.parcels.push_back(parcel);
        if self.parcels.len() == 1 { self.head() } else { None }
    }

    fn write(&mut self, at: Instant, tie: u64, bytes: Bytes) -> Option<HeadDue> {
        self.written += bytes.len() as u64;
        self.push(Parcel { at, tie, item: Item::Bytes(bytes) })
    }

    /// Adds `bytes` to the last parcel, if that carries bytes.
    fn merge(&mut self, bytes: &Bytes) -> bool {
        let Some(Parcel { item: Item::Bytes(tail), .. }) = self.parcels.back_mut() else {
            return false;
        };
        let mut joined = BytesMut::with_capacity(tail.len() + bytes.len());
        joined.extend_from_slice(tail);
        joined.extend_from_slice(bytes);
        *tail = joined.freeze();
        self.written += bytes.len() as u64;
        true
    }
}
