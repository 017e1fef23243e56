//! Where two runs that should be equal part.

use confsim_core::node::Summary;
use confsim_core::time::Instant;

use super::fold::fold;
use super::{Cast, Digest, Emitted, Record, Trace};

/// Longest line of a message that is quoted, in characters.
const QUOTE: usize = 80;

/// The first record in which two traces differ, in words; `None` if they are equal. Both must have kept all records.
pub fn difference(one: &Trace, other: &Trace) -> Option<String> {
    let (mut left, mut right) = (one.records(), other.records());
    for place in 1_usize.. {
        let (mine, theirs) = match (left.next(), right.next()) {
            (None, None) => return None,
            (Some(mine), Some(theirs)) if hash(mine) == hash(theirs) => continue,
            pair => pair,
        };
        let words = |record: Option<(Instant, &Record)>, cast| match record {
            Some((at, record)) => format!("at {at} {}", describe(cast, record)),
            None => "nothing more happens".to_owned(),
        };
        let detail = match (mine, theirs) {
            (Some((_, Record::Emitted(mine))), Some((_, Record::Emitted(theirs)))) => lines(mine, theirs),
            _ => String::new(),
        };
        let (mine, theirs) = (words(mine, &one.cast), words(theirs, &other.cast));
        return Some(format!("record {place}: in one run {mine}, in the other {theirs}{detail}"));
    }
    None
}

fn hash((at, record): (Instant, &Record)) -> u64 {
    let mut digest = Digest::default();
    fold(&mut digest, at, record);
    digest.value()
}

/// What a record says, in a few words.
fn describe(cast: &Cast, record: &Record) -> String {
    let name = |node| cast.name(node);
    match record {
        Record::Step { step, who, skipped } => {
            let skipped = skipped.map(|why| format!(", skipped: {why:?}")).unwrap_or_default();
            format!("{} does step {}{skipped}", name(*who), step.0 + 1)
        }
        Record::Emitted(message) => {
            let (from, to) = (name(message.from), name(message.to));
            format!("{from} writes {} to {to} ({})", title(&message.summary), message.id)
        }
        Record::Heard(message) => {
            let (from, to) = (name(message.from), name(message.to));
            format!("{to} reads {} from {from} ({})", title(&message.message.summary()), message.id)
        }
        Record::Lost { id, .. } => format!("{id} is lost"),
        Record::Released { id, .. } => format!("{id} goes on"),
        Record::Garbage { who, connection, error } => {
            format!("{} reads no SIP on {connection}: {error}", name(*who))
        }
        Record::Event { who, event, .. } => {
            let event = format!("{event:?}");
            format!("{} sees {}", name(*who), shortened(&event))
        }
        Record::Timer { who, name: timer } => format!("the timer `{timer}` of {} fires", name(*who)),
        Record::Opened(opened) => format!("{} opens {}", name(opened.opener), opened.connection),
        Record::Up { who, connection } => format!("{connection} of {} is up", name(*who)),
        Record::Closed { who, connection, .. } => format!("{} closes {connection}", name(*who)),
        Record::Gone { who, connection } => format!("{connection} of {} is gone", name(*who)),
        Record::Fault { fault, connection, .. } => format!("fault {} strikes {connection}", fault + 1),
        Record::Said { who, connection, bytes } => {
            format!("{} writes {} bytes by hand on {connection}", name(*who), bytes.len())
        }
        Record::Host { who, fault, change } => {
            format!("fault {} strikes the host of {}: {change:?}", fault + 1, name(*who))
        }
        Record::End { who, dump } => format!("the run ends and {} holds {dump:?}", name(*who)),
    }
}

fn title(summary: &Summary) -> String {
    match summary {
        Summary::Request(method) => method.to_string(),
        Summary::Response(code, method) => format!("{code} {method}"),
    }
}

/// The first line in which two messages differ.
fn lines(one: &Emitted, other: &Emitted) -> String {
    let whole = |message: &Emitted| [&message.head[..], &message.body[..]].concat();
    let (one, other) = (whole(one), whole(other));
    let (mut mine, mut theirs) = (one.split(|byte| *byte == b'\n'), other.split(|byte| *byte == b'\n'));
    for line in 1_usize.. {
        match (mine.next(), theirs.next()) {
            (None, None) => break,
            (mine, theirs) if mine == theirs => {}
            (mine, theirs) => {
                let quoted = |line: Option<&[u8]>| match line {
                    Some(line) => format!("`{}`", shortened(String::from_utf8_lossy(line).trim_end())),
                    None => "missing".to_owned(),
                };
                return format!("; its line {line} is {} and {}", quoted(mine), quoted(theirs));
            }
        }
    }
    String::new()
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTE).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
