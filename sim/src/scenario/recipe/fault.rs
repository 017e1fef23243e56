//! Faults of a recipe, of the kinds and between the nodes that generated scenarios have them too, and on the link of
//! the pool.
//!
//! The byte `who` is a participant. Of `whom` three bits are the other party ([`PARTIES`]), the next bit turns the
//! direction round.

use confsim_core::time::Duration;

use super::{FAULT, Record, Stage, number, pick};
use crate::disk::Moment;
use crate::fault::{
    Back, Clock, ClockError, Crash, Cut, Fault, Fill, Harm, How, Line, Outage, POOL, Pause, Slow, Stall,
    When, Which,
};

/// The two that a message or a connection is between; `None` is the participant.
const PARTIES: [(Option<&str>, &str); 8] = [
    (None, "focus"),
    (None, "mcu"),
    (None, "focus"),
    (None, "mcu"),
    (None, "front-end"),
    (None, "factory"),
    (Some("focus"), "mcu"),
    (Some("focus"), "factory"),
];
/// The hosts that can be struck; `None` is the participant's.
const HOSTS: [Option<&str>; 8] = [
    None,
    Some("focus"),
    Some("mcu"),
    Some("front-end"),
    Some("factory"),
    Some(POOL),
    Some("focus"),
    Some("mcu"),
];
const METHODS: [&str; 12] = [
    "MESSAGE",
    "INVITE",
    "BYE",
    "SUBSCRIBE",
    "BENOTIFY",
    "INFO",
    "SERVICE",
    "ACK",
    "CANCEL",
    "REGISTER",
    "NOTIFY",
    "OPTIONS",
];
/// What answers the message that is meant, if it is a response.
const CODES: [Option<u16>; 8] =
    [None, Some(200), Some(202), Some(180), None, Some(100), Some(183), Some(481)];
const ANSWERS: [u16; 8] = [480, 486, 500, 503, 603, 408, 481, 488];
const HOWS: [How; 3] = [How::Fin, How::Rst, How::Silence];
const MOMENTS: [Moment; 3] = [Moment::Before, Moment::Within, Moment::After];
const TURNED: u8 = 8;

/// The smallest span of a fault, in milliseconds.
const TICK: u64 = 100;
/// The smallest of the long ones, in seconds.
const LONG_TICK: u64 = 50;
/// The first byte that stands for a long one.
const COARSE: u8 = 128;

/// What goes wrong.
pub(super) fn read(record: &Record, stage: Stage<'_>, at: Duration) -> Fault {
    let [a, b, c] = record.detail;
    let (lasts, line) = (span(a), || line(record, stage));
    match record.what & !FAULT & 15 {
        harm @ 0..6 => Fault::Message { harm: read_harm(harm, record), which: which(record, stage) },
        6 => {
            let line = line();
            let from = line.between.get(usize::from(record.whom & TURNED == 0)).cloned().unwrap_or_default();
            let bytes = 100 + 64 * u64::from(b);
            let when = if c & 1 == 0 { When::At(at) } else { When::After { bytes, from } };
            Fault::Cut(Cut { line, when, how: pick(&HOWS, a) })
        }
        7 => Fault::Refuse(line()),
        8 => {
            let line = line();
            let towards =
                line.between.get(usize::from(record.whom & TURNED == 0)).cloned().unwrap_or_default();
            Fault::Stall(Stall { line, towards, at, lasts })
        }
        9 => Fault::Slow(Slow { line: line(), by: Duration::from_millis(20 * u64::from(b)), at, lasts }),
        10 | 11 => {
            let host = host(record, stage);
            // In the end everything heals: only a participant may stay away.
            let returns = c & 1 == 0 || !stage.names.contains(&host);
            let back = returns.then_some(Back { at: at + lasts, without_store: c & 2 != 0 });
            Fault::Crash(Crash { host, at, back })
        }
        12 => Fault::Pause(Pause { host: host(record, stage), at, lasts }),
        13 => {
            let error = match b % 3 {
                0 => ClockError::Ahead(lasts),
                1 => ClockError::Fast(40 * u32::from(c)),
                _ => ClockError::Slow(40 * u32::from(c)),
            };
            Fault::Clock(Clock { node: node(record, stage), error })
        }
        14 => {
            let host = if stage.one_host { POOL } else { "factory" }.to_owned();
            let nth = 1 + u32::from(c) % 8;
            Fault::Outage(Outage { host, moment: pick(&MOMENTS, b), nth, back: Some(lasts) })
        }
        _ => Fault::Fill(Fill { node: "factory".to_owned(), at, lasts }),
    }
}

/// The record of a fault and when it strikes, if there is one.
pub(super) fn write(fault: &Fault, stage: Stage<'_>) -> Option<(Duration, Record)> {
    let record =
        |what: u8, (who, whom), detail| Record { what: what | FAULT, who, whom, detail, ..Record::default() };
    Some(match fault {
        Fault::Message { harm, which } => {
            let parties = parties(&which.from, &which.to, stage)?;
            let method = number(&METHODS, &&*which.method)?;
            let code = number(&CODES, &which.code)?;
            let (what, at, byte) = match harm {
                Harm::Drop => (0, Duration::ZERO, 0),
                Harm::Hold => (1, Duration::ZERO, 0),
                Harm::Delay(span) => (2, Duration::ZERO, lasting(*span)),
                Harm::Duplicate => (3, Duration::ZERO, 0),
                Harm::Corrupt(byte) => (4, Duration::ZERO, u8::try_from(byte / 6).unwrap_or(u8::MAX)),
                Harm::Answer(status) => (5, Duration::ZERO, number(&ANSWERS, status)?),
            };
            let nth = u8::try_from(which.nth.saturating_sub(1)).ok().filter(|nth| *nth < 16)?;
            (at, record(what, parties, [method | nth << 4, code, byte]))
        }
        Fault::Cut(Cut { line, when, how }) => {
            let (who, whom) = ends(line, stage)?;
            let how = number(&HOWS, how)?;
            match when {
                When::At(at) => (*at, record(6, (who, whom), [how, 0, 0])),
                When::After { bytes, from } => {
                    let turned = line.between.get(1) != Some(from);
                    let whom = if turned { whom ^ TURNED } else { whom };
                    let bytes = u8::try_from(bytes.saturating_sub(100) / 64).unwrap_or(u8::MAX);
                    (Duration::ZERO, record(6, (who, whom), [how, bytes, 1]))
                }
            }
        }
        Fault::Refuse(line) => (Duration::ZERO, record(7, ends(line, stage)?, [0; 3])),
        Fault::Stall(Stall { line, towards, at, lasts }) => {
            let (who, whom) = ends(line, stage)?;
            let whom = if line.between.get(1) == Some(towards) { whom } else { whom ^ TURNED };
            (*at, record(8, (who, whom), [lasting(*lasts), 0, 0]))
        }
        Fault::Slow(Slow { line, by, at, lasts }) => {
            let by = u8::try_from(by.as_micros() / 20_000).unwrap_or(u8::MAX);
            (*at, record(9, ends(line, stage)?, [lasting(*lasts), by, 0]))
        }
        Fault::Crash(Crash { host, at, back }) => {
            let lasts = back.map_or(0, |back| lasting(back.at - *at));
            let bits = u8::from(back.is_none()) | u8::from(back.is_some_and(|back| back.without_store)) << 1;
            (*at, record(10, struck(host, stage)?, [lasts, 0, bits]))
        }
        Fault::Pause(Pause { host, at, lasts }) => {
            (*at, record(12, struck(host, stage)?, [lasting(*lasts), 0, 0]))
        }
        Fault::Clock(Clock { node, error }) => {
            let ppm = |ppm: u32| u8::try_from(ppm / 40).unwrap_or(u8::MAX);
            let detail = match error {
                ClockError::Ahead(span) => [lasting(*span), 0, 0],
                ClockError::Fast(fast) => [0, 1, ppm(*fast)],
                ClockError::Slow(slow) => [0, 2, ppm(*slow)],
            };
            (Duration::ZERO, record(13, struck(node, stage)?, detail))
        }
        Fault::Outage(Outage { moment, nth, back, .. }) => {
            let nth = u8::try_from(nth.saturating_sub(1)).ok().filter(|nth| *nth < 8)?;
            let detail = [back.map_or(0, lasting), number(&MOMENTS, moment)?, nth];
            (Duration::ZERO, record(14, (0, 0), detail))
        }
        Fault::Fill(Fill { at, lasts, .. }) => (*at, record(15, (0, 0), [lasting(*lasts), 0, 0])),
    })
}

/// From a tenth of a second to 12.8 s by tenths, then from 50 s to 107 minutes by 50 s.
fn span(byte: u8) -> Duration {
    match byte.checked_sub(COARSE) {
        None => Duration::from_millis(TICK * (1 + u64::from(byte))),
        Some(more) => Duration::from_secs(LONG_TICK * (1 + u64::from(more))),
    }
}

/// The byte that comes closest to `span`, from below.
fn lasting(span: Duration) -> u8 {
    let (fine, coarse) = (span.as_micros() / 1_000 / TICK, span.as_secs() / LONG_TICK);
    let byte = if fine <= COARSE.into() || coarse == 0 {
        fine.clamp(1, COARSE.into()) - 1
    } else {
        coarse - 1 + u64::from(COARSE)
    };
    u8::try_from(byte).unwrap_or(u8::MAX)
}

fn read_harm(harm: u8, record: &Record) -> Harm {
    let [_, _, byte] = record.detail;
    match harm {
        0 => Harm::Drop,
        1 => Harm::Hold,
        2 => Harm::Delay(span(byte)),
        3 => Harm::Duplicate,
        4 => Harm::Corrupt(6 * u32::from(byte)),
        _ => Harm::Answer(pick(&ANSWERS, byte)),
    }
}

/// The two parties, in the order in which they are listed or turned round.
fn pair(record: &Record, stage: Stage<'_>) -> [String; 2] {
    let (one, other) = pick(&PARTIES, record.whom & 7);
    let one = one.map_or_else(|| stage.name(record.who), str::to_owned);
    if record.whom & TURNED == 0 { [one, other.to_owned()] } else { [other.to_owned(), one] }
}

fn which(record: &Record, stage: Stage<'_>) -> Which {
    let [method, code, _] = record.detail;
    let [from, to] = pair(record, stage);
    // Nobody answers what is not asked.
    let silent = matches!(pick(&METHODS, method & 15), "ACK" | "BENOTIFY");
    Which {
        nth: 1 + u32::from(method >> 4),
        code: pick(&CODES, code).filter(|_| !silent),
        method: pick(&METHODS, method & 15).to_owned(),
        from,
        to,
    }
}

/// A connection: of a participant to the front end, or between two roles.
fn line(record: &Record, stage: Stage<'_>) -> Line {
    let between = match pick(&PARTIES, record.whom & 7) {
        (None, _) => [stage.name(record.who), "front-end".to_owned()],
        (Some(one), other) => [one.to_owned(), other.to_owned()],
    };
    Line { nth: 1, between }
}

fn host(record: &Record, stage: Stage<'_>) -> String {
    match pick(&HOSTS, record.whom & 7) {
        None => stage.name(record.who),
        Some(_) if stage.one_host => POOL.to_owned(),
        Some(role) => role.to_owned(),
    }
}

fn node(record: &Record, stage: Stage<'_>) -> String {
    match pick(&HOSTS, record.whom & 7) {
        None => stage.name(record.who),
        Some(POOL) => "focus".to_owned(),
        Some(role) => role.to_owned(),
    }
}

/// The bytes for who and whom that stand for a message's parties.
fn parties(from: &str, to: &str, stage: Stage<'_>) -> Option<(u8, u8)> {
    let find = |one: &str, other: &str| {
        let who = stage.place(one);
        let listed = if who.is_some() { None } else { Some(one) };
        Some((who.unwrap_or_default(), number(&PARTIES, &(listed, other))?))
    };
    find(from, to).or_else(|| find(to, from).map(|(who, whom)| (who, whom | TURNED)))
}

/// Those that stand for a connection, the end that is listed second not turned round.
fn ends(line: &Line, stage: Stage<'_>) -> Option<(u8, u8)> {
    let [one, other] = &line.between;
    (line.nth == 1).then(|| parties(one, other, stage).map(|(who, whom)| (who, whom & !TURNED))).flatten()
}

/// Those that stand for a host.
fn struck(host: &str, stage: Stage<'_>) -> Option<(u8, u8)> {
    match stage.place(host) {
        Some(who) => Some((who, 0)),
        None => Some((0, number(&HOSTS, &Some(host))?)),
    }
}
