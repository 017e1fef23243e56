//! Two runs beside each other: where they part, and what each has that the other has not.

use std::fmt::Write as _;

use confsim_core::time::Instant;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::drawing::{Drawing, Sketch};
use super::ladder::{TextLine, lines, names};
use super::plain::plain;
use super::{Options, Trace};
use crate::property::Verdict;
use crate::scenario::Scenario;

/// Lines shown before and after what differs.
const AROUND: usize = 3;

/// Most lines of each run that are compared after the first difference, and how many at a time before it.
const MOST: usize = 3_000;

/// One run of two.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What was run.
    pub scenario: &'a Scenario,
    /// What happened.
    pub trace: &'a Trace,
    /// What was found.
    pub verdict: &'a Verdict,
    /// How it is drawn.
    pub options: &'a Options,
}

/// The ladders of two runs, aligned by what happens and not by when: lines of the first alone begin with `-`, those
/// of the second alone with `+`. Each line has the times of both. Of long runs some thousand lines after the first
/// difference are compared.
pub fn diff(one: Side<'_>, other: Side<'_>) -> String {
    let sketches = [one, other].map(Side::sketch);
    let Beginning { lines: alike, late } = Beginning::of(&sketches);
    if sketches.iter().all(|sketch| sketch.len() == alike) {
        return match late {
            None => "no difference\n".to_owned(),
            Some([here, there]) => {
                format!(
                    "no difference but in times, first at {here} of the first run, at {there} of the second\n"
                )
            }
        };
    }
    let begin = alike.saturating_sub(AROUND);
    let end = |sketch: &Sketch<'_>| sketch.len().min(alike + MOST);
    let mut drawings = sketches.each_ref().map(|sketch| sketch.draw(begin..end(sketch)));
    align(&mut drawings);
    let drawn = drawings.each_ref().map(|drawing| lines(drawing).collect::<Vec<_>>());
    let at = |lines: &Vec<TextLine>| {
        lines.get(alike - begin).map_or("the end".to_owned(), |line| line.at.to_string())
    };
    let [here, there] = drawn.each_ref().map(at);
    let mut out = format!("first difference: at {here} of the first run, at {there} of the second\n");
    let _ = writeln!(out, "- the first: {}\n+ the second: {}\n", one.name(), other.name());
    let _ = writeln!(out, "  {:>12} {:>12}  {}", "first", "second", names(&drawings[0]));
    if begin > 0 {
        let _ = writeln!(out, "  {begin} lines alike");
    }
    compare(&mut out, &drawn);
    let rest = sketches.iter().map(|sketch| sketch.len() - end(sketch)).max().unwrap_or_default();
    if rest > 0 {
        let _ = writeln!(out, "\n{rest} more lines were not compared; see them with --from");
    }
    out
}

/// The lines of both, aligned.
fn compare(out: &mut String, [mine, others]: &[Vec<TextLine>; 2]) {
    let rests = |lines: &[TextLine]| lines.iter().map(|line| line.rest.clone()).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &rests(mine), &rests(others));
    for (place, op) in ops.iter().enumerate() {
        let (old, new) = (op.old_range(), op.new_range());
        let (mine, others) = (mine.get(old).unwrap_or_default(), others.get(new).unwrap_or_default());
        if matches!(op, DiffOp::Equal { .. }) {
            let begin = if place == 0 { 0 } else { AROUND };
            let end = if place + 1 == ops.len() { 0 } else { AROUND };
            equal(out, mine, others, [begin, end]);
            continue;
        }
        for line in mine {
            let _ = writeln!(out, "- {:>12} {:>12}  {}", line.at.to_string(), "", line.rest);
        }
        for line in others {
            let _ = writeln!(out, "+ {:>12} {:>12}  {}", "", line.at.to_string(), line.rest);
        }
    }
}

/// Lines that both runs have: the first and the last so many of them, and how many there are between.
fn equal(out: &mut String, mine: &[TextLine], others: &[TextLine], [begin, end]: [usize; 2]) {
    let hidden = mine.len().saturating_sub(begin + end);
    for (number, (mine, others)) in mine.iter().zip(others).enumerate() {
        if number < begin || number >= begin + hidden {
            let (one, other) = (mine.at.to_string(), others.at.to_string());
            let _ = writeln!(out, "  {one:>12} {other:>12}  {}", mine.rest);
        } else if number == begin {
            let _ = writeln!(out, "  {hidden} lines alike");
        }
    }
}

/// What two runs begin with.
struct Beginning {
    /// How many lines both have.
    lines: usize,
    /// When the first of them is that has other times, in each run.
    late: Option<[Instant; 2]>,
}

impl Beginning {
    fn of(sketches: &[Sketch<'_>; 2]) -> Self {
        let least = sketches.iter().map(Sketch::len).min().unwrap_or_default();
        let mut found = Self { lines: 0, late: None };
        for begin in (0..least).step_by(MOST) {
            let mut drawings = sketches.each_ref().map(|sketch| sketch.draw(begin..least.min(begin + MOST)));
            align(&mut drawings);
            let [mine, others] = drawings.each_ref().map(lines);
            for (mine, others) in mine.zip(others) {
                if mine.rest != others.rest {
                    return found;
                }
                found.lines += 1;
                if mine.at != others.at || mine.took != others.took {
                    found.late.get_or_insert([mine.at, others.at]);
                }
            }
        }
        found
    }
}

impl<'a> Side<'a> {
    fn sketch(self) -> Sketch<'a> {
        Sketch::of(self.scenario, self.trace, self.verdict, self.options)
    }

    /// Its title, and the seed where that is known.
    fn name(&self) -> String {
        let seed = self.options.seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        format!("{}{seed}", plain(&self.scenario.title))
    }
}

/// Gives two drawings the actors of both: those of the first in their order, before its last ones those whom only
/// the second has.
fn align(drawings: &mut [Drawing; 2]) {
    let [mine, others] = drawings.each_ref().map(|drawing| drawing.actors.clone());
    let mut actors = mine;
    for (place, actor) in others.iter().enumerate() {
        if !actors.contains(actor) {
            actors.insert(place.min(actors.len()), actor.clone());
        }
    }
    drawings.iter_mut().for_each(|drawing| drawing.align(&actors));
}
