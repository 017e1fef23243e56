//! The text ladder: actors side by side, time downwards.
//!
//! ```text
//!      time   took     alice           bob             focus
//!  7.000000            o ejects bob    |               |
//!  7.000000   30 ms    |--INFO------------------------>|            deleteUser
//!  7.030000            |               |✗--BENOTIFY----|            v4 partial
//! ```
//! A line stands where its message was sent; `took` is how long it was on the way, and `✗` stands for an
//! arrow head that never came.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use confsim_core::time::Instant;

use super::story::{Line, What, story};
use crate::scenario::Scenario;
use crate::trace::{Cast, NodeId, Trace};

/// Characters from one actor to the next: room for `200 SUBSCRIBE` and an arrow.
const LANE: usize = 17;

/// How to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// Draw every hop, with the front end as an actor and all that happens below the protocol.
    pub hops: bool,
}

/// Draws a run.
pub fn ladder(scenario: &Scenario, trace: &Trace, how: Ladder) -> String {
    let lines = story(scenario, trace, how.hops);
    let actors = actors(&lines, &trace.cast);
    let page = Page { actors: &actors, cast: &trace.cast };
    let mut out = format!("{:>12} {:>9}  ", "time", "took");
    for actor in &actors {
        let _ = write!(out, "{:<LANE$}", trace.cast.name(*actor));
    }
    let mut text = out.trim_end().to_owned() + "\n";
    for line in &lines {
        text.push_str(page.draw(line).trim_end());
        text.push('\n');
    }
    text
}

/// Everybody who does anything: participants, then the front end, then the roles.
fn actors(lines: &[Line], cast: &Cast) -> Vec<NodeId> {
    let mut seen = BTreeSet::new();
    for line in lines {
        match line.what {
            What::Deed { who, .. } => {
                seen.insert(who);
            }
            What::Arrow { from, to, .. } => seen.extend([from, to]),
        }
    }
    let roles = [NodeId::FRONT_END, NodeId::FOCUS, NodeId::MCU, NodeId::FACTORY];
    let clients = cast.nodes().filter(|node| node.participant().is_some());
    clients.chain(roles).filter(|node| seen.contains(node)).collect()
}

struct Page<'a> {
    actors: &'a [NodeId],
    cast: &'a Cast,
}

impl Page<'_> {
    fn draw(&self, line: &Line) -> String {
        let mut row = Row::new(self.actors.len());
        let mut took = String::new();
        let mut notes = line.notes.join("; ");
        match &line.what {
            What::Deed { who, text } => {
                row.put(self.lane(*who), "o ");
                if text.chars().count() + 3 < LANE {
                    row.put(self.lane(*who) + 2, text);
                } else {
                    let rest = if notes.is_empty() { String::new() } else { format!(": {notes}") };
                    notes = format!("{} {text}{rest}", self.cast.name(*who));
                }
            }
            What::Arrow { from, to, label, heard } => {
                took = heard.map(|heard| span(line.at, heard)).unwrap_or_default();
                row.arrow(self.lane(*from), self.lane(*to), label, heard.is_some());
            }
        }
        format!("{:>12} {took:>9}  {}  {notes}", line.at.to_string(), row.0.iter().collect::<String>())
    }

    /// Where an actor's line is.
    fn lane(&self, actor: NodeId) -> usize {
        self.actors.iter().position(|one| *one == actor).unwrap_or_default() * LANE
    }
}

/// How long it took, in milliseconds: `30 ms`, `0.5 ms`; nothing for no time.
fn span(from: Instant, to: Instant) -> String {
    let micros = to.since(from).as_micros();
    if micros == 0 {
        return String::new();
    }
    let text = format!("{}.{:03}", micros / 1_000, micros % 1_000);
    format!("{} ms", text.trim_end_matches('0').trim_end_matches('.'))
}

/// One row of characters, with every actor's line in it.
struct Row(Vec<char>);

impl Row {
    fn new(actors: usize) -> Self {
        let width = actors * LANE;
        Self((0..width).map(|place| if place % LANE == 0 { '|' } else { ' ' }).collect())
    }

    fn put(&mut self, at: usize, text: &str) {
        for (place, letter) in self.0.iter_mut().skip(at).zip(text.chars()) {
            *place = letter;
        }
    }

    /// `|--LABEL---->|`, with the head at `to`.
    fn arrow(&mut self, from: usize, to: usize, label: &str, arrives: bool) {
        let (left, right) = (from.min(to), from.max(to));
        if left == right {
            return self.put(left, &format!("@ {label}"));
        }
        for place in self.0.iter_mut().take(right).skip(left + 1) {
            *place = '-';
        }
        let head = match (arrives, to == right) {
            (false, _) => "✗",
            (true, true) => ">",
            (true, false) => "<",
        };
        self.put(if to == right { right - 1 } else { left + 1 }, head);
        self.put(left + 3, label);
    }
}
