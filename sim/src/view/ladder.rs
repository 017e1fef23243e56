//! The text ladder: actors side by side, time downwards.
//!
//! ```text
//!      time   took     alice           bob             focus
//!  7.000000            o ejects bob    |               |
//!  7.000000   30 ms    |--INFO------------------------>|            deleteUser
//!  7.030000            |               |✗--BENOTIFY----|            v4 partial
//!  8.000000            |               |=cut===========|            FAULT: cut the 1st connection …
//!  9.000000            |               |               o crashes
//!  9.500000            |               o says
//! ```
//! A line stands where its message was sent; `took` is how long it was on the way, and `✗` stands for an
//! arrow head that never came. The line of an actor whose host is down has a gap, and dots while it stands
//! still.

use confsim_core::time::Instant;

use super::Options;
use super::drawing::{Drawing, Life, Line, Sketch, What};
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::Trace;

/// Characters from one actor to the next: room for `200 SUBSCRIBE` and an arrow.
const LANE: usize = 17;

/// Most lines of one ladder, and most characters of their lanes: what editors open without complaint.
const MOST: usize = 10_000;
const MOST_TEXT: usize = 16_000_000;

/// Most lines of an excerpt.
const EXCERPT: usize = 160;

/// How to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// Draw every hop, with the front end as an actor and all that happens below the protocol.
    pub hops: bool,
}

/// Draws a run that nobody has judged.
pub fn ladder(scenario: &Scenario, trace: &Trace, how: Ladder) -> String {
    let options = Options { hops: how.hops, ..Options::default() };
    text(&Sketch::of(scenario, trace, &Verdict::default(), &options))
}

/// Draws what leads to the first violation of a run and some of what follows it, or else its beginning.
pub fn excerpt(scenario: &Scenario, trace: &Trace, verdict: &Verdict) -> String {
    let options = Options::default();
    let sketch = Sketch::of(scenario, trace, verdict, &options);
    drawn(&sketch.draw(sketch.window(EXCERPT)))
}

/// Draws a run, or of a long one what leads to the first violation, or else the beginning.
pub(super) fn text(sketch: &Sketch<'_>) -> String {
    drawn(&fitting(sketch))
}

fn drawn(drawing: &Drawing) -> String {
    let part = drawing.part.as_ref().map(|part| format!("{part}\n"));
    // A terminal shows the end of it, a file the beginning.
    let mut text = part.iter().map(|part| format!("{part}\n")).collect::<String>();
    if part.is_some() && drawing.lines.is_empty() {
        return text;
    }
    text.push_str(&format!("{:>12} {:>9}  {}\n", "time", "took", names(drawing)));
    for TextLine { at, took, rest } in lines(drawing) {
        text.push_str(format!("{:>12} {took:>9}  {rest}", at.to_string()).trim_end());
        text.push('\n');
    }
    text.extend(part.iter().map(|part| format!("\n{part}")));
    text
}

/// As much of a run as one ladder has room for: fewer lines of many actors.
fn fitting(sketch: &Sketch<'_>) -> Drawing {
    let mut most = MOST;
    loop {
        let drawing = sketch.draw(sketch.window(most));
        let least = MOST_TEXT / (LANE * drawing.actors.len().max(1));
        if drawing.lines.len() <= least {
            return drawing;
        }
        most = least;
    }
}

/// A line in its parts.
pub(super) struct TextLine {
    /// When it began.
    pub(super) at: Instant,
    /// How long it took.
    pub(super) took: String,
    /// What it is.
    pub(super) rest: String,
}

/// The actors above their lines.
pub(super) fn names(drawing: &Drawing) -> String {
    let names: String = drawing.actors.iter().map(|actor| format!("{:<LANE$}", actor.name)).collect();
    names.trim_end().to_owned()
}

/// Every line.
pub(super) fn lines(drawing: &Drawing) -> impl Iterator<Item = TextLine> {
    drawing.lives().map(|(line, lives)| draw(drawing, line, &lives))
}

fn draw(drawing: &Drawing, line: &Line, lives: &[Life]) -> TextLine {
    let mut row = Row::new(lives);
    let mut took = String::new();
    let mut notes = line.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join("; ");
    match &line.what {
        What::Deed { who, text } | What::Life { who, text, .. } => {
            let lane = drawing.lane(*who);
            row.put(lane * LANE, "o ");
            if text.chars().count() + 3 < LANE {
                row.put(lane * LANE + 2, text);
            } else {
                let rest = if notes.is_empty() { String::new() } else { format!(": {notes}") };
                let name = drawing.actors.get(lane).map_or("", |actor| &actor.name);
                notes = format!("{name} {text}{rest}");
            }
        }
        What::Arrow(arrow) => {
            took = arrow.heard.map(|heard| span(line.at, heard)).unwrap_or_default();
            let ends = [drawing.lane(arrow.from) * LANE, drawing.lane(arrow.to) * LANE];
            row.arrow(ends, &arrow.label, arrow.heard.is_some());
        }
        What::Break { between: [one, other], text } => {
            row.bar([drawing.lane(*one) * LANE, drawing.lane(*other) * LANE], text);
        }
        What::Verdict => {}
    }
    let rest = format!("{}  {notes}", row.0.iter().collect::<String>());
    TextLine { at: line.at, took, rest: rest.trim_end().to_owned() }
}

/// How long it took, in milliseconds: `30 ms`, `0.5 ms`; nothing for no time.
pub(super) fn span(from: Instant, to: Instant) -> String {
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
    fn new(lives: &[Life]) -> Self {
        let mut row = Self(vec![' '; lives.len() * LANE]);
        for (lane, life) in lives.iter().enumerate() {
            let line = match life {
                Life::Up => "|",
                Life::Still => ":",
                Life::Down => " ",
            };
            row.put(lane * LANE, line);
        }
        row
    }

    fn put(&mut self, at: usize, text: &str) {
        for (place, letter) in self.0.iter_mut().skip(at).zip(text.chars()) {
            *place = letter;
        }
    }

    /// `|--LABEL---->|`, with the head at `to`.
    fn arrow(&mut self, [from, to]: [usize; 2], label: &str, arrives: bool) {
        let (left, right) = (from.min(to), from.max(to));
        if left == right {
            return self.put(left, &format!("@ {label}"));
        }
        self.fill(left, right, '-');
        let head = match (arrives, to == right) {
            (false, _) => "✗",
            (true, true) => ">",
            (true, false) => "<",
        };
        self.put(if to == right { right - 1 } else { left + 1 }, head);
        self.put(left + 3, label);
    }

    /// `|=TEXT=======|`.
    fn bar(&mut self, [one, other]: [usize; 2], text: &str) {
        let (left, right) = (one.min(other), one.max(other));
        self.fill(left, right, '=');
        self.put(left + 2, text);
    }

    fn fill(&mut self, left: usize, right: usize, with: char) {
        for place in self.0.iter_mut().take(right).skip(left + 1) {
            *place = with;
        }
    }
}
