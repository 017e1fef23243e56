//! What a message came of, back to the step of the scenario, so that a fault goes on meaning the message it struck when
//! there are fewer before it.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::node::Summary;
use confsim_core::time::{Duration, Instant};

use crate::fault::{Cut, Fault, Line, Outage, When};
use crate::scenario::{Action, Deed, Scenario};
use crate::trace::{Cast, Cause, ConnectionId, Emitted, NodeId, Observer, Opened, Record};

/// The step that led to something, by its place; `None` for what the nodes did on their own.
type Root = Option<u32>;

/// For each fault that counts messages or bytes, what it counted.
#[derive(Clone, Debug)]
pub(super) struct Lineage {
    cast: Cast,
    /// By message number.
    roots: Vec<Root>,
    counts: BTreeMap<u32, Count>,
    /// When a fault struck a host.
    crashes: BTreeMap<u32, Duration>,
}

/// What one fault waits for, and has counted so far.
#[derive(Clone, Debug)]
struct Count {
    wants: Wanted,
    /// Every message that counted, the one that was struck last, with its size in bytes.
    seen: Vec<(Root, u64)>,
    is_over: bool,
}

#[derive(Clone, Debug)]
enum Wanted {
    Message { from: NodeId, to: NodeId, what: Summary },
    Bytes { from: NodeId, line: Line, connection: Option<ConnectionId> },
}

impl Lineage {
    /// For a run of `scenario` that is about to begin.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let cast = scenario.cast();
        let counts = (0..).zip(&scenario.faults).filter_map(|(index, fault)| {
            let wants = Wanted::of(fault, &cast)?;
            Some((index, Count { wants, seen: Vec::new(), is_over: false }))
        });
        let counts = counts.collect();
        Self { cast, roots: Vec::new(), counts, crashes: BTreeMap::new() }
    }

    /// What `fault`, the one numbered `index` of `scenario`, is called where the steps `gone` are gone, and whether
    /// what it struck goes with them.
    pub(super) fn without(
        &self,
        scenario: &Scenario,
        index: u32,
        fault: &Fault,
        gone: &BTreeSet<usize>,
    ) -> (Fault, bool) {
        let is_gone = |root: Root| root.is_some_and(|step| gone.contains(&(step as usize)));
        let mut fault = fault.clone();
        if let Fault::Outage(Outage { nth, .. }) = &mut fault {
            let before = self.crashes.get(&index).copied().unwrap_or_default();
            let stored = gone.iter().filter_map(|step| scenario.steps.get(*step));
            let stored = stored.filter(|step| step.at <= before && stores(&step.action)).count();
            *nth = nth.saturating_sub(stored as u32).max(1);
        }
        let Some(Count { seen, is_over: true, .. }) = self.counts.get(&index) else { return (fault, false) };
        let Some(((struck, _), before)) = seen.split_last() else { return (fault, false) };
        let fewer = before.iter().filter(|(root, _)| is_gone(*root));
        match &mut fault {
            Fault::Message { which, .. } => which.nth = (seen.len() - fewer.count()) as u32,
            Fault::Cut(Cut { when: When::After { bytes, .. }, .. }) => {
                *bytes = bytes.saturating_sub(fewer.map(|(_, size)| size).sum());
            }
            _ => {}
        }
        (fault, is_gone(*struck))
    }

    fn root(&self, cause: Cause) -> Root {
        match cause {
            Cause::Step(step) => Some(step.0),
            Cause::Message(id) => self.roots.get(id.0 as usize).copied().flatten(),
            Cause::Start | Cause::Timer(_) | Cause::Connection(_) | Cause::Fault(_) => None,
        }
    }

    fn emitted(&mut self, emitted: &Emitted) {
        let root = self.root(emitted.cause);
        self.roots.push(root);
        // What a fault writes in somebody's place meets no other fault.
        if matches!(emitted.cause, Cause::Fault(_)) {
            return;
        }
        let size = (emitted.head.len() + emitted.body.len()) as u64;
        for count in self.counts.values_mut() {
            let counts = match &count.wants {
                Wanted::Message { from, to, what } => {
                    (*from, *to) == (emitted.origin, emitted.to) && *what == emitted.summary
                }
                Wanted::Bytes { from, connection, .. } => {
                    *from == emitted.from && *connection == Some(emitted.connection)
                }
            };
            if counts && !count.is_over {
                count.seen.push((root, size));
            }
        }
    }

    fn opened(&mut self, opened: &Opened) {
        let Some(acceptor) = opened.acceptor else { return };
        let ends = [opened.opener, acceptor].map(|node| self.cast.name(node));
        for count in self.counts.values_mut() {
            let Wanted::Bytes { line, connection, .. } = &mut count.wants else { continue };
            if line.nth == opened.nth && ends.iter().all(|end| line.between.iter().any(|one| one == end)) {
                *connection = Some(opened.connection);
            }
        }
    }
}

impl Wanted {
    fn of(fault: &Fault, cast: &Cast) -> Option<Self> {
        match fault {
            Fault::Message { which, .. } => Some(Self::Message {
                from: cast.find(&which.from)?,
                to: cast.find(&which.to)?,
                what: which.summary()?,
            }),
            Fault::Cut(Cut { line, when: When::After { from, .. }, .. }) => {
                Some(Self::Bytes { from: cast.find(from)?, line: line.clone(), connection: None })
            }
            _ => None,
        }
    }
}

/// Whether a factory stores something when a user does this, as far as one can tell beforehand.
fn stores(action: &Action) -> bool {
    match action {
        Action::Create { .. } => true,
        Action::Provision(wish) => matches!(
            wish.deed,
            Deed::Provision { .. } | Deed::CreateStatic { .. } | Deed::Modify { .. } | Deed::Delete { .. }
        ),
        _ => false,
    }
}

impl Observer for Lineage {
    fn observe(&mut self, at: Instant, record: &Record) {
        match record {
            Record::Emitted(emitted) => self.emitted(emitted),
            Record::Opened(opened) => self.opened(opened),
            Record::Fault { fault, .. } => {
                if let Some(count) = self.counts.get_mut(fault) {
                    count.is_over = true;
                }
            }
            Record::Host { fault, .. } => {
                self.crashes.entry(*fault).or_insert(at.since(Instant::ZERO));
            }
            _ => {}
        }
    }
}
