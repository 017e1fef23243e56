//! A run as a Mermaid sequence diagram, for pages that draw them: reviews, issues, step summaries.

use std::fmt::Write as _;

use super::drawing::{Drawing, Line, NoteKind, Sketch, What};
use super::ladder::span;

/// Most characters of a diagram: Mermaid draws none with more than 50,000 unless it is configured to, and the
/// last lines need some.
const MOST: usize = 48_000;

/// Longest note, in characters.
const NOTE: usize = 160;

/// Most lines of a diagram; that many are never small enough.
const LINES: usize = 2_000;

/// Draws a run, or as much of it as Mermaid takes: what leads to the first violation, or else the beginning.
pub(super) fn mermaid(title: &str, sketch: &Sketch<'_>) -> String {
    let mut window = sketch.window(LINES);
    // The window shrinks to what fits; it is where people look first.
    loop {
        let drawing = sketch.draw(window.clone());
        let out = diagram(title, &drawing);
        if out.len() <= MOST || window.is_empty() {
            return out;
        }
        window = sketch.window(window.len() * 3 / 4);
    }
}

fn diagram(title: &str, drawing: &Drawing) -> String {
    let mut out = head(title, drawing);
    if let Some(part) = drawing.part.as_ref().filter(|_| !drawing.actors.is_empty()) {
        let ends = span_of(0, drawing.actors.len() - 1);
        let _ = writeln!(out, "  note over {ends}: {}", escape(part));
    }
    out.extend(drawing.lines.iter().map(|line| block(drawing, line)));
    out
}

fn head(title: &str, drawing: &Drawing) -> String {
    let mut out = format!("sequenceDiagram\n  accTitle: {}\n", escape(title));
    for (lane, actor) in drawing.actors.iter().enumerate() {
        let _ = writeln!(out, "  participant {} as {}", id(lane), escape(&actor.name));
    }
    out
}

fn block(drawing: &Drawing, line: &Line) -> String {
    let mut out = String::new();
    let (from, to) = ends(drawing, line);
    let text = match &line.what {
        What::Deed { text, .. } | What::Life { text, .. } | What::Break { text, .. } => text.as_str(),
        What::Arrow(arrow) => &arrow.label,
        What::Verdict => "at the end",
    };
    let about = line.notes.iter().filter(|note| note.kind == NoteKind::About);
    let about: String = about.map(|note| format!(" {}", note.text)).collect();
    let shown = escape(&clip(&format!("{text}{about}")));
    let _ = match &line.what {
        What::Arrow(arrow) => {
            let head = if arrow.heard.is_some() { "->>" } else { "-x" };
            let took = arrow.heard.map(|heard| span(line.at, heard)).filter(|took| !took.is_empty());
            let took = took.map(|took| format!(", {took}")).unwrap_or_default();
            writeln!(out, "  {}{head}{}: {} {shown}{}", id(from), id(to), line.at, escape(&took))
        }
        What::Break { .. } => {
            writeln!(out, "  {}--x{}: {} connection {shown}", id(from), id(to), line.at)
        }
        What::Deed { .. } | What::Life { .. } | What::Verdict => {
            writeln!(out, "  note over {}: {} {shown}", span_of(from, to), line.at)
        }
    };
    for note in line.notes.iter().filter(|note| note.kind != NoteKind::About) {
        let _ = writeln!(out, "  note over {}: {}", span_of(from, to), escape(&clip(&note.text)));
    }
    if line.violations.is_empty() {
        return out;
    }
    format!("  rect rgba(255, 0, 0, 0.2)\n{out}  end\n")
}

/// Between which lanes a line is drawn.
fn ends(drawing: &Drawing, line: &Line) -> (usize, usize) {
    match &line.what {
        What::Deed { who, .. } | What::Life { who, .. } => (drawing.lane(*who), drawing.lane(*who)),
        What::Arrow(arrow) => (drawing.lane(arrow.from), drawing.lane(arrow.to)),
        What::Break { between: [one, other], .. } => (drawing.lane(*one), drawing.lane(*other)),
        What::Verdict => (0, drawing.actors.len().saturating_sub(1)),
    }
}

fn span_of(from: usize, to: usize) -> String {
    if from == to { id(from) } else { format!("{},{}", id(from.min(to)), id(from.max(to))) }
}

/// No name that a peer or a scenario chose becomes a word of the diagram's own language.
fn id(lane: usize) -> String {
    format!("p{lane}")
}

fn clip(text: &str) -> String {
    let mut short: String = text.chars().take(NOTE).collect();
    if text.chars().nth(NOTE).is_some() {
        short.push('…');
    }
    short
}

/// Text that Mermaid takes for nothing else: what may have a meaning goes as a number.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'A'..='Z' | 'a'..='z' | '0'..='9' | ' ' | '.' | ',' | '-' | '/' | '…' => out.push(letter),
            letter => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
        }
    }
    out
}
