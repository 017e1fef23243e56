//! The scenario's faults, each waiting for what it is to strike.

use confsim_core::node::Summary;
use confsim_core::time::Instant;

use super::queue::Due;
use crate::fault::{Cut, Fault, Harm, How, Line, When};
use crate::scenario::Scenario;
use crate::trace::{Cast, NodeId};

/// All faults of one run.
#[derive(Debug, Default)]
pub(super) struct Plan {
    strikes: Vec<Strike>,
    cuts: Vec<Cutting>,
    refusals: Vec<(u32, Pair)>,
    /// Whether each fault has struck.
    struck: Vec<bool>,
}

/// A fault that waits for a message.
#[derive(Debug)]
struct Strike {
    fault: u32,
    from: NodeId,
    to: NodeId,
    what: Summary,
    /// How many such messages pass before the one to strike.
    spare: u32,
    harm: Harm,
}

/// A fault that waits for bytes on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cutting {
    pub(super) fault: u32,
    pub(super) how: How,
    /// How many bytes.
    pub(super) after: u64,
    from: NodeId,
    pair: Pair,
}

/// A connection by its two nodes, the lower one first, and how many there were before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    nodes: [NodeId; 2],
    nth: u32,
}

impl Pair {
    /// The `nth` connection between two nodes.
    pub(super) fn new(one: NodeId, other: NodeId, nth: u32) -> Self {
        Self { nodes: [one.min(other), one.max(other)], nth }
    }

    /// The connection that `line` means.
    pub(super) fn of(line: &Line, cast: &Cast) -> Option<Self> {
        let [one, other] = &line.between;
        Some(Self::new(cast.find(one)?, cast.find(other)?, line.nth))
    }
}

impl Plan {
    /// The faults of `scenario`. One that names nobody stays idle; a checked scenario has none of these.
    pub(super) fn of(scenario: &Scenario, cast: &Cast) -> Self {
        let mut plan = Self { struck: vec![false; scenario.faults.len()], ..Self::default() };
        for (index, fault) in (0..).zip(&scenario.faults) {
            plan.add(index, fault, cast);
        }
        plan
    }

    fn add(&mut self, fault: u32, what: &Fault, cast: &Cast) -> Option<()> {
        match what {
            Fault::Message { harm, which } => self.strikes.push(Strike {
                fault,
                from: cast.find(&which.from)?,
                to: cast.find(&which.to)?,
                what: which.summary()?,
                spare: which.nth.checked_sub(1)?,
                harm: *harm,
            }),
            Fault::Cut(Cut { line, when: When::After { bytes, from }, how }) => {
                let (from, pair) = (cast.find(from)?, Pair::of(line, cast)?);
                self.cuts.push(Cutting { fault, how: *how, after: *bytes, from, pair });
            }
            Fault::Refuse(line) => self.refusals.push((fault, Pair::of(line, cast)?)),
            Fault::Cut(_)
            | Fault::Stall(_)
            | Fault::Slow(_)
            | Fault::Crash(_)
            | Fault::Pause(_)
            | Fault::Outage(_)
            | Fault::Fill(_)
            | Fault::Clock(_) => {}
        }
        Some(())
    }

    /// What is to happen to a message that `from` says and that is about to reach `to`. Each one that matches
    /// counts, for every fault that waits for one like it; the first fault whose turn it is strikes.
    pub(super) fn message(&mut self, from: NodeId, to: NodeId, what: &Summary) -> Option<(u32, Harm)> {
        let mut hit = None;
        self.strikes.retain_mut(|strike| {
            if strike.from != from || strike.to != to || strike.what != *what {
                return true;
            }
            if strike.spare > 0 {
                strike.spare -= 1;
                return true;
            }
            if hit.is_some() {
                // Another fault has this one: this fault takes the next.
                return true;
            }
            hit = Some((strike.fault, strike.harm));
            false
        });
        if let Some((fault, _)) = hit {
            self.strike(fault);
        }
        hit
    }

    /// Notes that a fault has struck.
    pub(super) fn strike(&mut self, fault: u32) {
        if let Some(struck) = self.struck.get_mut(fault as usize) {
            *struck = true;
        }
    }

    /// The fault that keeps this connection from coming up.
    pub(super) fn refusal(&self, pair: Pair) -> Option<u32> {
        self.refusals.iter().find(|(_, refused)| *refused == pair).map(|(fault, _)| *fault)
    }

    /// The cut that waits for bytes which `from` writes on this connection.
    pub(super) fn cut_after(&self, from: NodeId, pair: Pair) -> Option<Cutting> {
        self.cuts.iter().find(|cut| cut.from == from && cut.pair == pair).copied()
    }

    /// Whether there is no fault that a message could meet.
    pub(super) fn is_empty(&self) -> bool {
        self.strikes.is_empty() && self.cuts.is_empty()
    }

    /// Faults that have not struck.
    pub(super) fn idle(&self) -> Vec<u32> {
        (0..).zip(&self.struck).filter(|(_, struck)| !**struck).map(|(fault, _)| fault).collect()
    }
}

/// What the clock does to a run with the fault numbered `index`: when it strikes, when it lets go.
pub(super) fn clocked(index: u32, fault: &Fault) -> Vec<(Instant, Due)> {
    let strike = |at| (Instant::ZERO + at, Due::Fault(index));
    let relief = |at| (Instant::ZERO + at, Due::Relief(index));
    match fault {
        Fault::Cut(Cut { when: When::At(at), .. }) => vec![strike(*at)],
        Fault::Stall(stall) => vec![strike(stall.at)],
        Fault::Slow(slow) => vec![strike(slow.at)],
        Fault::Crash(crash) => {
            std::iter::once(strike(crash.at)).chain(crash.back.map(|back| relief(back.at))).collect()
        }
        Fault::Pause(pause) => vec![strike(pause.at), relief(pause.at + pause.lasts)],
        Fault::Fill(fill) => vec![strike(fill.at), relief(fill.at + fill.lasts)],
        Fault::Message { .. } | Fault::Cut(_) | Fault::Refuse(_) | Fault::Outage(_) | Fault::Clock(_) => {
            Vec::new()
        }
    }
}
