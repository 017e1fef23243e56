//! Which messages got onto a wire.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{Fault, Harm, When};
use crate::scenario::Scenario;
use crate::trace::{Cause, Emitted, Fate as Loss, MsgId, Record, StepId, Trace};

/// What becomes of a message that is not simply written when it is emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It never gets onto a wire.
    Unwritten(Loss),
    /// Its connection is cut within it, when so many bytes have been written.
    Cut(Loss, u64),
    /// It is written when it is released.
    Kept,
    /// It is what a reader made of bytes that stray in the stream.
    Stray,
}

/// The fates of a trace's messages, but for those that are written when they are emitted.
pub(super) fn fates(scenario: &Scenario, trace: &Trace) -> BTreeMap<MsgId, Fate> {
    let mut finder = Finder {
        scenario,
        fates: BTreeMap::new(),
        fresh: Vec::new(),
        kept: BTreeSet::new(),
        made: BTreeSet::new(),
        step: None,
        spoken: BTreeSet::new(),
    };
    for (_, record) in trace.records() {
        finder.take(record);
    }
    finder.fates
}

struct Finder<'a> {
    scenario: &'a Scenario,
    fates: BTreeMap<MsgId, Fate>,
    /// Emitted, and nothing else has happened since: what is lost now was never written.
    fresh: Vec<MsgId>,
    /// Kept back, so far.
    kept: BTreeSet<MsgId>,
    /// Cuts that have been made.
    made: BTreeSet<u32>,
    /// The last step, and those that wrote what is no message.
    step: Option<StepId>,
    spoken: BTreeSet<u32>,
}

impl Finder<'_> {
    fn harm(&self, fault: u32) -> Option<Harm> {
        match self.scenario.faults.get(fault as usize)? {
            Fault::Message { harm, .. } => Some(*harm),
            _ => None,
        }
    }

    fn take(&mut self, record: &Record) {
        match record {
            Record::Emitted(sent) => self.emitted(sent),
            Record::Fault { fault, message: Some(id), .. } => {
                if matches!(self.harm(*fault), Some(Harm::Delay(_) | Harm::Hold)) {
                    self.fates.insert(*id, Fate::Kept);
                    self.kept.insert(*id);
                }
            }
            Record::Released { id } => {
                self.kept.remove(id);
                self.fresh = vec![*id];
            }
            Record::Lost { id, fate } => self.lost(*id, *fate),
            other => {
                match other {
                    Record::Fault { fault, message: None, .. } => drop(self.made.insert(*fault)),
                    Record::Step { step, .. } => self.step = Some(*step),
                    Record::Said { .. } => self.spoken.extend(self.step.map(|step| step.0)),
                    _ => {}
                }
                self.fresh.clear();
            }
        }
    }

    fn emitted(&mut self, sent: &Emitted) {
        let harm = if let Cause::Fault(fault) = sent.cause { self.harm(fault) } else { None };
        let spoken = matches!(sent.cause, Cause::Step(step) if self.spoken.contains(&step.0));
        // A copy is told of before either is written.
        if harm != Some(Harm::Duplicate) {
            self.fresh.clear();
        }
        if spoken || matches!(harm, Some(Harm::Corrupt(_))) {
            self.fates.insert(sent.id, Fate::Stray);
        } else {
            self.fresh.push(sent.id);
        }
    }

    fn lost(&mut self, id: MsgId, loss: Loss) {
        // What something else has happened to since is on its wire, and lost there.
        if !self.fresh.contains(&id) && !self.kept.contains(&id) {
            return;
        }
        self.fresh.retain(|other| *other != id);
        let cut = match loss {
            Loss::Fault(fault) if !self.made.contains(&fault) => self.scenario.faults.get(fault as usize),
            _ => None,
        };
        let fate = match cut {
            Some(Fault::Cut(cut)) => match cut.when {
                When::After { bytes, .. } => Fate::Cut(loss, bytes),
                When::At(_) => Fate::Unwritten(loss),
            },
            _ => Fate::Unwritten(loss),
        };
        self.fates.insert(id, fate);
    }
}
