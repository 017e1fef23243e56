//! Gathers what a page tells from the trace and its drawing.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use confsim_core::client::Event;
use confsim_core::node::Summary;
use confsim_core::wire::sip::{Limits, Message};

use super::changes::{Seen, changes};
use super::data::{Actor, Fault, Line, Page, Point, Property, Replica, Violation};
use super::names::Names;
use super::reports::Reports;
use super::{LINES, TEXTS, length};
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::{Cause, Emitted, MsgId, NodeId, Record, Trace};
use crate::view::Options;
use crate::view::drawing::{Drawing, Life, Sketch, What};
use crate::view::plain::{plain, plain_lines};

/// How much of one body is shown, in bytes: the first of these with which the page stays small enough.
const BODIES: [usize; 4] = [65_536, 8_192, 1_024, 128];

/// How much is shown of a body that is no text, in bytes.
const DUMPED: usize = 256;

/// Everything that the page tells.
pub(super) fn collect(
    scenario: &Scenario,
    trace: &Trace,
    verdict: &Verdict,
    options: &Options,
    sketch: &Sketch<'_>,
) -> Page {
    let drawing = &sketch.draw(sketch.window(LINES));
    let sent = trace.records().filter_map(|(_, record)| match record {
        Record::Emitted(sent) => Some((sent.id, sent)),
        _ => None,
    });
    let mut collector = Collector { drawing, trace, sent: sent.collect(), bodies: Vec::new(), most: 0 };
    let mut names = Names::of(scenario, trace, &collector.sent);
    let cut = collector.choose_bodies();
    let mut lines = collector.lines(&mut names);
    let replicas = collector.follow_rosters(&mut names, &mut lines);
    let shown = |life: &Life| match life {
        Life::Up => "up",
        Life::Still => "still",
        Life::Down => "down",
    };
    let actors = drawing.actors.iter().zip(&drawing.before);
    Page {
        title: plain(&scenario.title).into_owned(),
        text: plain_lines(&scenario.text),
        seed: options.seed.map(|seed| seed.to_string()),
        held: verdict.held(),
        part: drawing.part.clone(),
        cut,
        actors: actors.map(|(actor, life)| Actor { name: actor.name.clone(), life: shown(life) }).collect(),
        violations: collector.violations(verdict),
        properties: properties(verdict),
        reports: collector.reports(),
        faults: collector.faults(scenario, options),
        dialogs: names.dialogs.iter().map(|name| plain(name).into_owned()).collect(),
        conferences: names.conferences.iter().map(|name| plain(name).into_owned()).collect(),
        replicas,
        lines,
        bodies: collector.bodies,
    }
}

struct Collector<'a> {
    drawing: &'a Drawing,
    trace: &'a Trace,
    sent: BTreeMap<MsgId, &'a Emitted>,
    /// The different bodies.
    bodies: Vec<String>,
    /// Most bytes of one body.
    most: usize,
}

impl<'a> Collector<'a> {
    /// Decides how much of each body is shown, and says whether that is less than usual.
    fn choose_bodies(&mut self) -> bool {
        let heads: usize = self.messages().map(|sent| length(&sent.head)).sum();
        let bodies: BTreeSet<&Bytes> = self.messages().map(|sent| &sent.body).collect();
        let shown = |body: &Bytes, most: usize| length(body.get(..most).unwrap_or(body));
        let total = |most: usize| heads + bodies.iter().map(|body| shown(body, most)).sum::<usize>();
        let [usual, .., least] = BODIES;
        self.most = BODIES.into_iter().find(|most| total(*most) <= TEXTS).unwrap_or(least);
        self.most != usual
    }

    /// The messages that are shown.
    fn messages(&self) -> impl Iterator<Item = &'a Emitted> {
        self.drawing.lines.iter().filter_map(|line| match &line.what {
            What::Arrow(arrow) => self.sent.get(&arrow.message).copied(),
            _ => None,
        })
    }

    fn lines(&mut self, names: &mut Names) -> Vec<Line> {
        let mut known = BTreeMap::new();
        let drawing = self.drawing;
        let mut shown = Vec::with_capacity(drawing.lines.len());
        for line in &drawing.lines {
            let mut out = Line {
                at: line.at.as_micros(),
                notes: line.notes.iter().map(|note| (note.kind.as_str(), note.text.clone())).collect(),
                cause: line.cause,
                violations: line.violations.clone(),
                ..Line::default()
            };
            let (kind, ends, label) = match &line.what {
                What::Deed { who, text } => ("deed", [*who, *who], text.as_str()),
                What::Break { between, text } => ("break", *between, text.as_str()),
                What::Life { who, life, text } => {
                    out.life = Some(match life {
                        Life::Up => "up",
                        Life::Still => "still",
                        Life::Down => "down",
                    });
                    ("life", [*who, *who], text.as_str())
                }
                What::Arrow(arrow) => {
                    out.heard = arrow.heard.map(|at| at.as_micros());
                    ("arrow", [arrow.from, arrow.to], arrow.label.as_str())
                }
                What::Verdict => ("verdict", [NodeId::FRONT_END; 2], ""),
            };
            out.kind = kind;
            label.clone_into(&mut out.label);
            [out.a, out.b] = ends.map(|node| drawing.lane(node));
            if let What::Arrow(arrow) = &line.what
                && let Some(sent) = self.sent.get(&arrow.message).copied()
            {
                out.message = Some(sent.id.0);
                self.tell_message(&mut out, sent, names, &mut known);
            }
            shown.push(out);
        }
        shown
    }

    /// What a message is, says, and belongs to.
    fn tell_message(
        &mut self,
        line: &mut Line,
        sent: &Emitted,
        names: &mut Names,
        known: &mut BTreeMap<Bytes, usize>,
    ) {
        let (Summary::Request(method) | Summary::Response(_, method)) = &sent.summary;
        line.method = Some(plain(&method.to_string()).into_owned());
        let head = String::from_utf8_lossy(&sent.head);
        line.conference = names.conference_in(&head);
        let message = Message::from_parts(sent.head.clone(), sent.body.clone(), Limits::DEFAULT).ok();
        if let Some(call) = message.as_ref().and_then(|message| message.call_id().ok()) {
            let name = |lane: usize| self.drawing.actors.get(lane).map_or("", |actor| &actor.name);
            let (from, to) = (name(line.a), name(line.b));
            line.dialog = Some(names.dialog(call, || format!("{method} {from} → {to}")));
        }
        line.head = Some(plain_lines(&head));
        if sent.body.is_empty() {
            return;
        }
        let next = self.bodies.len();
        let place = *known.entry(sent.body.clone()).or_insert(next);
        if place == next {
            self.bodies.push(body(&sent.body, self.most));
        }
        line.body = Some(place);
    }

    /// Who saw which version when, and what that changed.
    fn follow_rosters(&self, names: &mut Names, lines: &mut [Line]) -> Vec<Replica> {
        let mut seen = Seen::default();
        let mut replicas: BTreeMap<(NodeId, usize), Vec<Point>> = BTreeMap::new();
        for (at, record) in self.trace.records() {
            let Record::Event { who, cause, event: Event::Roster { conference, version, roster } } = record
            else {
                continue;
            };
            let before = seen.now(*who, conference, roster);
            let line = match cause {
                Cause::Message(id) => self.drawing.line_of(*id),
                _ => None,
            };
            let (Some(line), Some(place)) = (line, names.conference_in(conference)) else { continue };
            let changes = changes(before, roster, &self.trace.cast);
            let point = Point { at: at.as_micros(), version: *version, users: roster.len(), line };
            replicas.entry((*who, place)).or_default().push(point);
            if let Some(line) = lines.get_mut(line) {
                line.changes.extend(changes.iter().map(|change| plain(change).into_owned()));
            }
        }
        let replica = |((who, conference), points)| Replica {
            who: plain(self.trace.cast.name(who)).into_owned(),
            conference,
            points,
        };
        replicas.into_iter().map(replica).collect()
    }

    fn reports(&self) -> Vec<super::data::Report> {
        let mut reports = Reports::default();
        for sent in self.sent.values() {
            reports.emitted(sent, self.drawing.line_of(sent.id), &self.trace.cast);
        }
        reports.finish()
    }

    fn violations(&self, verdict: &Verdict) -> Vec<Violation> {
        let line = |place: usize| self.drawing.lines.iter().position(|line| line.violations.contains(&place));
        let told = (0..).zip(verdict.violations()).map(|(place, violation)| Violation {
            property: violation.property.id,
            at: violation.at.as_micros(),
            words: plain(&format!("{}: {}", violation.who, violation.words)).into_owned(),
            line: line(place),
        });
        told.collect()
    }

    fn faults(&self, scenario: &Scenario, options: &Options) -> Vec<Fault> {
        let mut struck: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (place, line) in self.drawing.lines.iter().enumerate() {
            for fault in &line.faults {
                struck.entry(*fault).or_default().push(place);
            }
        }
        let fault = |(place, fault): (u32, &crate::fault::Fault)| Fault {
            text: plain(&fault.to_string()).into_owned(),
            needed: options.needed.get(&place).map(|why| plain(why).into_owned()),
            lines: struck.remove(&place).unwrap_or_default(),
        };
        (0..).zip(&scenario.faults).map(fault).collect()
    }
}

/// The properties, those that do not hold first.
fn properties(verdict: &Verdict) -> Vec<Property> {
    let mut tallies: Vec<_> = verdict.tallies().iter().collect();
    tallies.sort_by_key(|tally| tally.violated == 0);
    let property = |tally: &&crate::property::Tally| Property {
        id: tally.property.id,
        kind: tally.property.kind.as_str(),
        sentence: tally.property.sentence,
        requirements: tally.property.requirements.join(", "),
        exercised: tally.exercised,
        violated: tally.violated,
    };
    tallies.iter().map(property).collect()
}

/// The text of a body, as much of it as there is room for; of other bytes a dump.
fn body(bytes: &[u8], most: usize) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let dump = bytes.chunks(16).take(DUMPED / 16);
        let dump = dump.map(|row| row.iter().map(|byte| format!("{byte:02x} ")).collect::<String>() + "\n");
        return format!("{} bytes that are no text:\n{}", bytes.len(), dump.collect::<String>());
    };
    let end = text.floor_char_boundary(most.min(text.len()));
    let (shown, rest) = text.split_at(end);
    let mut shown = plain_lines(shown);
    if !rest.is_empty() {
        shown.push_str(&format!("\n… {} more bytes", rest.len()));
    }
    shown
}
