//! The scenario's faults, each waiting for what it is to strike.

use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::Method;

use crate::fault::{Fault, Harm, How, When};
use crate::scenario::Scenario;
use crate::trace::{Cast, NodeId};

/// All faults of one run.
#[derive(Debug, Default)]
pub(super) struct Plan {
    strikes: Vec<Strike>,
    cuts: Vec<Cutting>,
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

/// A fault that waits for a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cutting {
    pub(super) fault: u32,
    pub(super) how: How,
    between: [NodeId; 2],
    nth: u32,
    trigger: Trigger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    At(Instant),
    After { bytes: u64, from: NodeId },
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

    fn add(&mut self, index: u32, fault: &Fault, cast: &Cast) -> Option<()> {
        match fault {
            Fault::Message { harm, which } => {
                let method = Method::parse(&which.method)?;
                self.strikes.push(Strike {
                    fault: index,
                    from: cast.find(&which.from)?,
                    to: cast.find(&which.to)?,
                    what: match which.code {
                        Some(code) => Summary::Response(code, method),
                        None => Summary::Request(method),
                    },
                    spare: which.nth.checked_sub(1)?,
                    harm: *harm,
                });
            }
            Fault::Cut(cut) => {
                let [one, other] = &cut.between;
                self.cuts.push(Cutting {
                    fault: index,
                    how: cut.how,
                    between: [cast.find(one)?, cast.find(other)?],
                    nth: cut.nth,
                    trigger: match &cut.when {
                        When::At(at) => Trigger::At(Instant::ZERO + *at),
                        When::After { bytes, from } => {
                            Trigger::After { bytes: *bytes, from: cast.find(from)? }
                        }
                    },
                });
            }
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

    /// The faults that strike by the clock, with their times.
    pub(super) fn clocked(&self) -> Vec<(u32, Instant)> {
        let clocked = |cut: &Cutting| match cut.trigger {
            Trigger::At(at) => Some((cut.fault, at)),
            Trigger::After { .. } => None,
        };
        self.cuts.iter().filter_map(clocked).collect()
    }

    /// The cut numbered `fault`, with the connection it is for.
    pub(super) fn cut(&self, fault: u32) -> Option<(Cutting, [NodeId; 2], u32)> {
        self.cuts.iter().find(|cut| cut.fault == fault).map(|cut| (*cut, cut.between, cut.nth))
    }

    /// The cut that waits for bytes which `from` writes on the `nth` connection to `to`, and for how many.
    pub(super) fn cut_after(&self, from: NodeId, to: NodeId, nth: u32) -> Option<(Cutting, u64)> {
        self.cuts.iter().find_map(|cut| match cut.trigger {
            Trigger::After { bytes, from: writer }
                if writer == from
                    && cut.nth == nth
                    && (cut.between == [from, to] || cut.between == [to, from]) =>
            {
                Some((*cut, bytes))
            }
            _ => None,
        })
    }

    /// Whether there is any fault that a message could meet.
    pub(super) fn is_empty(&self) -> bool {
        self.strikes.is_empty() && self.cuts.is_empty()
    }

    /// Faults that have not struck.
    pub(super) fn idle(&self) -> Vec<u32> {
        (0..).zip(&self.struck).filter(|(_, struck)| !**struck).map(|(fault, _)| fault).collect()
    }
}
