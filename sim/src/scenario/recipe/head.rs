//! The head of a recipe: byte by byte
//!
//! * flags: one host, client links split, pool links split, everybody leaves at the end;
//! * the seed of the run;
//! * milliseconds: least latency of the clients' links, how much more it may be, their jitter, latency in the pool;
//! * limits: forward time-out, ringing, lobby, idle conference, session, each short or the default;
//! * how many participants there are, less one;
//! * for each of six participants: two bits of software, two of what becomes of calls, waits in the lobby, does not
//!   auto-extend, does not rejoin, is another endpoint of the one before.

use confsim_core::time::Duration;

use super::{NAMES, PEOPLE_MOST, number, pick};
use crate::scenario::build::empty;
use crate::scenario::{Answer, Kind, Limits, Link, Links, Participant, Range, Scenario, Split, Topology};

/// How long it is.
pub(super) const HEAD: usize = 8 + PEOPLE_MOST;

const ONE_HOST: u8 = 1;
const CLIENT_SPLIT: u8 = 2;
const POOL_SPLIT: u8 = 4;
const DEPARTS: u8 = 8;

const LOBBY: u8 = 0x10;
const NO_AUTOEXTEND: u8 = 0x20;
const NO_REJOIN: u8 = 0x40;
const SECOND: u8 = 0x80;

const KINDS: [Kind; 4] = [Kind::Uccp, Kind::Legacy, Kind::Cwa, Kind::Uccp];
const ANSWERS: [Answer; 4] =
    [Answer::Accept(Duration::ZERO), Answer::Accept(Duration::from_secs(3)), Answer::Decline, Answer::Ignore];

/// The bytes.
pub(super) struct Head([u8; HEAD]);

impl Head {
    /// The first bytes of a recipe; what is missing is zero.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut head = [0; HEAD];
        for (place, byte) in head.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self(head)
    }

    /// Whether all roles of the pool share a host.
    pub(super) const fn one_host(&self) -> bool {
        self.0[0] & ONE_HOST != 0
    }

    /// Whether everybody leaves at the end.
    pub(super) const fn departs(&self) -> bool {
        self.0[0] & DEPARTS != 0
    }

    /// The seed of the run.
    pub(super) fn seed(&self) -> u64 {
        self.0[1].into()
    }

    /// A scenario in which nothing happens yet.
    pub(super) fn scenario(&self) -> Scenario {
        let [flags, _, low, more, jitter, pool, limits, people, kinds @ ..] = self.0;
        let millis = |millis: u8| Duration::from_millis(millis.into());
        let split = |bit| if flags & bit == 0 { Split::Whole } else { Split::Pieces };
        let mut scenario = empty("From bytes");
        scenario.topology = if self.one_host() { Topology::Pool } else { Topology::Split };
        scenario.links = Links {
            client: Link {
                latency: Range { low: millis(low), high: millis(low) + millis(more) },
                jitter: millis(jitter),
                split: split(CLIENT_SPLIT),
            },
            pool: Link { split: split(POOL_SPLIT), ..Link::fixed(millis(pool)) },
        };
        scenario.limits = read_limits(limits);
        let people = 1 + usize::from(people) % PEOPLE_MOST;
        let cast = NAMES.iter().zip(kinds).take(people).enumerate();
        scenario.participants = cast.map(|(place, (name, bits))| participant(place, name, bits)).collect();
        scenario
    }
}

/// The head that comes closest to `scenario`.
pub(super) fn write(scenario: &Scenario, seed: u8) -> [u8; HEAD] {
    let Links { client, pool } = scenario.links;
    let millis = |span: Duration| u8::try_from(span.as_micros() / 1_000).unwrap_or(u8::MAX);
    let flag = |bit, set| if set { bit } else { 0 };
    let (low, high) = (client.latency.low.as_micros(), client.latency.high.as_micros());
    let people = scenario.participants.len().clamp(1, PEOPLE_MOST);
    let mut head = [0; HEAD];
    let first = [
        flag(ONE_HOST, scenario.topology == Topology::Pool)
            | flag(CLIENT_SPLIT, client.split == Split::Pieces)
            | flag(POOL_SPLIT, pool.split == Split::Pieces),
        seed,
        millis(client.latency.low),
        millis(Duration::from_micros(high.saturating_sub(low))),
        millis(client.jitter),
        millis(pool.latency.low),
        write_limits(scenario.limits),
        u8::try_from(people - 1).unwrap_or_default(),
    ];
    let mut before: Option<&Participant> = None;
    let people = scenario.participants.iter().map(|one| {
        let kind = number(&KINDS, &one.kind).unwrap_or_default();
        let answer = match one.answer {
            Answer::Accept(Duration::ZERO) => 0,
            Answer::Accept(_) => 1,
            Answer::Decline => 2,
            Answer::Ignore => 3,
        };
        let second = before.is_some_and(|before| before.user() == one.user());
        before = Some(one);
        kind | answer << 2
            | flag(LOBBY, one.lobby)
            | flag(NO_AUTOEXTEND, !one.autoextend)
            | flag(NO_REJOIN, !one.rejoin)
            | flag(SECOND, second)
    });
    for (place, byte) in head.iter_mut().zip(first.into_iter().chain(people)) {
        *place = byte;
    }
    head
}

fn participant(place: usize, name: &str, bits: u8) -> Participant {
    let before = place.checked_sub(1).and_then(|before| NAMES.get(before)).filter(|_| bits & SECOND != 0);
    Participant {
        kind: pick(&KINDS, bits & 3),
        answer: pick(&ANSWERS, bits >> 2 & 3),
        lobby: bits & LOBBY != 0,
        autoextend: bits & NO_AUTOEXTEND == 0,
        rejoin: bits & NO_REJOIN == 0,
        user: before.map(|name| (*name).to_owned()),
        ..Participant::new(name)
    }
}

/// The limits with their short values, by bit.
fn read_limits(bits: u8) -> Limits {
    let short = |bit: u8, seconds| (bits >> bit & 1 != 0).then(|| Duration::from_secs(seconds));
    Limits {
        forward_timeout: short(0, 8),
        ringing_timeout: short(1, 5),
        lobby_timeout: short(2, 5),
        idle_timeout: short(3, 60),
        session_expires: short(4, 600),
        ..Limits::default()
    }
}

fn write_limits(limits: Limits) -> u8 {
    let Limits { forward_timeout, ringing_timeout, lobby_timeout, idle_timeout, session_expires, .. } =
        limits;
    let set = [forward_timeout, ringing_timeout, lobby_timeout, idle_timeout, session_expires];
    (0..).zip(set).map(|(bit, limit)| u8::from(limit.is_some()) << bit).sum()
}
