//! Two runs beside each other: where they part, and what each has that the other has not.

use std::fmt::Write as _;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::drawing::{Actor, Drawing};
use super::ladder::{TextLine, lines, names};
use super::{Options, Trace};
use crate::property::Verdict;
use crate::scenario::Scenario;

/// Lines shown before and after what differs.
const AROUND: usize = 3;

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
/// of the second alone with `+`. Each line has the times of both.
pub fn diff(one: Side<'_>, other: Side<'_>) -> String {
    let mut drawings = [one, other].map(Side::draw);
    let actors = together(&drawings);
    drawings.iter_mut().for_each(|drawing| drawing.align(&actors));
    let [mine, others] = drawings.each_ref().map(|drawing| lines(drawing).collect::<Vec<_>>());
    let told = |lines: &[TextLine]| lines.iter().map(|line| line.rest.clone()).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &told(&mine), &told(&others));
    let mut out = String::new();
    let Some(first) = ops.iter().find(|op| !matches!(op, DiffOp::Equal { .. })) else {
        return "no difference but in times\n".to_owned();
    };
    let at = |lines: &[TextLine], place: usize| {
        lines.get(place).map_or("the end".to_owned(), |line| line.at.to_string())
    };
    let (here, there) = (at(&mine, first.old_range().start), at(&others, first.new_range().start));
    let _ = writeln!(out, "first difference: at {here} of the first run, at {there} of the second\n");
    let _ = writeln!(out, "  {:>12} {:>12}  {}", "first", "second", names(&drawings[0]));
    for (place, op) in ops.iter().enumerate() {
        let (old, new) = (op.old_range(), op.new_range());
        if matches!(op, DiffOp::Equal { .. }) {
            let begin = if place == 0 { 0 } else { AROUND.min(old.len()) };
            let end = if place + 1 == ops.len() { 0 } else { AROUND.min(old.len() - begin) };
            for (number, (mine, others)) in
                mine.iter().skip(old.start).zip(others.iter().skip(new.start)).take(old.len()).enumerate()
            {
                if number < begin || number >= old.len() - end {
                    let _ = writeln!(
                        out,
                        "  {:>12} {:>12}  {}",
                        mine.at.to_string(),
                        others.at.to_string(),
                        mine.rest
                    );
                } else if number == begin {
                    let _ = writeln!(out, "  {} lines alike", old.len() - begin - end);
                }
            }
            continue;
        }
        for line in mine.get(old).unwrap_or_default() {
            let _ = writeln!(out, "- {:>12} {:>12}  {}", line.at.to_string(), "", line.rest);
        }
        for line in others.get(new).unwrap_or_default() {
            let _ = writeln!(out, "+ {:>12} {:>12}  {}", "", line.at.to_string(), line.rest);
        }
    }
    out
}

impl Side<'_> {
    fn draw(self) -> Drawing {
        Drawing::of(self.scenario, self.trace, self.verdict, self.options.hops, &self.options.needed)
    }
}

/// The actors of both: those of the first in their order, before its last ones those whom only the second has.
fn together([one, other]: &[Drawing; 2]) -> Vec<Actor> {
    let mut actors = one.actors.clone();
    for (place, actor) in other.actors.iter().enumerate() {
        if !actors.contains(actor) {
            actors.insert(place.min(actors.len()), actor.clone());
        }
    }
    actors
}
