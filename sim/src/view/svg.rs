//! A run as a picture: a ladder in SVG, legible on light and dark ground.

use std::fmt::Write as _;

use super::drawing::{Drawing, Life, Line, NoteKind, Sketch, What};
use super::ladder::span;
use super::markup::escape;

/// Most lines of one picture: what viewers draw without complaint.
const MOST: usize = 2_000;

/// Longest note, in characters; the page shows them whole.
const NOTE: usize = 110;

const LEFT: usize = 168;
const LANE: usize = 118;
const ROW: usize = 26;
const TOP: usize = 64;
const NOTES: usize = 700;

const STYLE: &str = include_str!("svg.css");

/// Draws a run, or of a long one what leads to the first violation, or else the beginning.
pub(super) fn svg(title: &str, sketch: &Sketch<'_>) -> String {
    let drawing = sketch.draw(sketch.window(MOST));
    let lanes = drawing.actors.len();
    let width = LEFT + lanes * LANE + NOTES;
    let height = TOP + (drawing.lines.len() + 1) * ROW;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n",
        escape(title)
    );
    let mut heading = title.to_owned();
    if let Some(part) = &drawing.part {
        let _ = write!(heading, ": {part}");
    }
    let _ = writeln!(out, "<text class=\"title\" x=\"16\" y=\"24\">{}</text>", escape(&heading));
    for (lane, actor) in drawing.actors.iter().enumerate() {
        let _ =
            writeln!(out, "<text class=\"actor\" x=\"{}\" y=\"52\">{}</text>", x(lane), escape(&actor.name));
    }
    let lives: Vec<_> = drawing.lives().map(|(_, lives)| lives).collect();
    out.push_str(&lifelines(&lives, lanes));
    for (row, line) in drawing.lines.iter().enumerate() {
        draw(&mut out, &drawing, line, row, width);
    }
    out.push_str("</svg>\n");
    out
}

/// The actors' lines, with a gap while a host is down, dotted while it stands still.
fn lifelines(lives: &[Vec<Life>], lanes: usize) -> String {
    let mut out = String::new();
    for lane in 0..lanes {
        let life = |row: usize| lives.get(row).and_then(|lives| lives.get(lane)).copied();
        let mut row = 0;
        while let Some(now) = life(row) {
            let end = (row..=lives.len()).find(|row| life(*row) != Some(now)).unwrap_or(lives.len());
            let class = match now {
                Life::Up => "life",
                Life::Still => "life still",
                Life::Down => "life down",
            };
            let (from, to) = (TOP + row * ROW, TOP + end * ROW);
            let _ = writeln!(
                out,
                "<line class=\"{class}\" x1=\"{0}\" x2=\"{0}\" y1=\"{from}\" y2=\"{to}\"/>",
                x(lane)
            );
            row = end;
        }
    }
    out
}

fn draw(out: &mut String, drawing: &Drawing, line: &Line, row: usize, width: usize) {
    let top = TOP + row * ROW;
    let y = top + ROW * 2 / 3;
    let class = if line.violations.is_empty() { "" } else { " violated" };
    let _ = write!(out, "<g class=\"row{class}\">");
    if !line.violations.is_empty() {
        let _ = write!(out, "<rect class=\"mark\" x=\"0\" y=\"{top}\" width=\"{width}\" height=\"{ROW}\"/>");
    }
    let _ = write!(out, "<text class=\"time\" x=\"84\" y=\"{}\">{}</text>", y + 4, line.at);
    match &line.what {
        What::Deed { who, text } | What::Life { who, text, .. } => {
            let at = x(drawing.lane(*who));
            let _ = write!(
                out,
                "<circle class=\"deed\" cx=\"{at}\" cy=\"{y}\" r=\"4\"/>\
                 <text class=\"said\" x=\"{}\" y=\"{}\">{}</text>",
                at + 9,
                y + 4,
                escape(text)
            );
        }
        What::Arrow(arrow) => {
            let took = arrow.heard.map(|heard| span(line.at, heard)).unwrap_or_default();
            let _ = write!(out, "<text class=\"took\" x=\"144\" y=\"{}\">{took}</text>", y + 4);
            let (from, to) = (x(drawing.lane(arrow.from)), x(drawing.lane(arrow.to)));
            self::arrow(out, [from, to], y, &arrow.label, arrow.heard.is_some());
        }
        What::Break { between: [one, other], text } => {
            let (one, other) = (x(drawing.lane(*one)), x(drawing.lane(*other)));
            let (left, right) = (one.min(other), one.max(other));
            let _ = write!(
                out,
                "<rect class=\"bar\" x=\"{left}\" y=\"{}\" width=\"{}\" height=\"5\"/>\
                 <text class=\"label\" x=\"{}\" y=\"{}\">{}</text>",
                y - 2,
                (right - left).max(5),
                left.midpoint(right),
                y - 5,
                escape(text)
            );
        }
        What::Verdict => {}
    }
    notes(out, line, LEFT + drawing.actors.len() * LANE - LANE / 2, y + 4);
    out.push_str("</g>\n");
}

fn arrow(out: &mut String, [from, to]: [usize; 2], y: usize, label: &str, heard: bool) {
    let right = to > from;
    let end = if right { to.saturating_sub(2) } else { to + 2 };
    // One that never arrives ends before it gets there.
    let end = if heard { end } else { (from + 5 * to) / 6 };
    let back = |by: usize| if right { end.saturating_sub(by) } else { end + by };
    let label_at = from.midpoint(to);
    if from == to {
        let _ = write!(out, "<circle class=\"deed\" cx=\"{from}\" cy=\"{y}\" r=\"4\"/>");
    } else if heard {
        let _ = write!(
            out,
            "<path class=\"arrow\" d=\"M{from} {y}H{end}\"/>\
             <path class=\"head\" d=\"M{end} {y}L{0} {1}L{0} {2}Z\"/>",
            back(8),
            y - 4,
            y + 4
        );
    } else {
        let _ = write!(
            out,
            "<path class=\"arrow lost\" d=\"M{from} {y}H{end}\"/>\
             <path class=\"cross\" d=\"M{0} {2}L{1} {3}M{0} {3}L{1} {2}\"/>",
            end.saturating_sub(5),
            end + 5,
            y - 5,
            y + 5
        );
    }
    let _ = write!(out, "<text class=\"label\" x=\"{label_at}\" y=\"{}\">{}</text>", y - 4, escape(label));
}

fn notes(out: &mut String, line: &Line, at: usize, y: usize) {
    if line.notes.is_empty() {
        return;
    }
    let _ = write!(out, "<text class=\"note\" x=\"{at}\" y=\"{y}\">");
    let mut room = NOTE;
    // What is wrong comes first: the rest may not fit.
    let mut notes: Vec<_> = line.notes.iter().collect();
    notes.sort_by_key(|note| note.kind != NoteKind::Violated);
    for (place, note) in notes.into_iter().enumerate() {
        if room == 0 {
            break;
        }
        let space = if place == 0 { "" } else { "; " };
        let mut text: String = note.text.chars().take(room).collect();
        room = room.saturating_sub(note.text.chars().count() + 2);
        if room == 0 {
            text.push('…');
        }
        let _ = write!(out, "<tspan class=\"{}\">{space}{}</tspan>", note.kind.as_str(), escape(&text));
    }
    out.push_str("</text>");
}

fn x(lane: usize) -> usize {
    LEFT + lane * LANE
}
