//! Whom the pool can reach, and when the last fault has let go.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::time::{Duration, Instant};

use crate::fault::Fault;
use crate::trace::{ConnectionId, HostChange, NodeId, Record, Role};

/// The connections of clients, and the faults so far.
#[derive(Default)]
pub(super) struct Reach {
    /// Connections that their clients take for up and no fault has cut.
    lines: BTreeMap<NodeId, BTreeSet<ConnectionId>>,
    /// Connections that a fault has cut or made stand still, whether or not their ends know.
    dead: BTreeMap<ConnectionId, Vec<Still>>,
    /// Members of the pool that have crashed and are not back.
    down: BTreeSet<NodeId>,
    /// The hosts of nodes that were paused.
    paused: BTreeMap<NodeId, Vec<Still>>,
    /// When the last fault that has struck lets go.
    harmed: Option<Instant>,
}

/// While nothing moves: since when, and until when if that ends.
#[derive(Clone, Copy)]
struct Still {
    since: Instant,
    until: Option<Instant>,
}

impl Reach {
    /// Something happens in a run with these faults.
    pub(super) fn see(&mut self, faults: &[Fault], at: Instant, record: &Record) {
        match record {
            Record::Up { who, connection } if who.role() == Role::Client => {
                self.lines.entry(*who).or_default().insert(*connection);
            }
            Record::Closed { who, connection, .. } | Record::Gone { who, connection } => {
                if let Some(lines) = self.lines.get_mut(who) {
                    lines.remove(connection);
                }
            }
            Record::Fault { fault, message, connection } => {
                self.harm(faults, at, *fault);
                match faults.get(*fault as usize).filter(|_| message.is_none()) {
                    Some(Fault::Cut(_)) => {
                        stops(&mut self.dead, *connection, at, None);
                        self.lines.values_mut().for_each(|lines| {
                            lines.remove(connection);
                        });
                    }
                    Some(Fault::Stall(stall)) => {
                        stops(&mut self.dead, *connection, at, Some(at + stall.lasts));
                    }
                    _ => {}
                }
            }
            Record::Host { who, fault, change } => {
                self.harm(faults, at, *fault);
                match change {
                    HostChange::Crashed if who.role() != Role::Client => drop(self.down.insert(*who)),
                    HostChange::Back { .. } => drop(self.down.remove(who)),
                    _ => {}
                }
                if *change == HostChange::Paused {
                    stops(&mut self.paused, *who, at, Some(at + lasts(faults, *fault)));
                }
            }
            _ => {}
        }
    }

    fn harm(&mut self, faults: &[Fault], at: Instant, fault: u32) {
        self.harmed = self.harmed.max(Some(at + lasts(faults, fault)));
    }

    /// When the last fault that has struck so far lets go.
    pub(super) const fn harmed(&self) -> Option<Instant> {
        self.harmed
    }

    /// Whether a member of the pool is down.
    pub(super) fn lacks_a_member(&self) -> bool {
        !self.down.is_empty()
    }

    /// Until when the host of `node` has stood still last, or does.
    pub(super) fn paused(&self, node: NodeId) -> Option<Instant> {
        self.paused.get(&node)?.iter().filter_map(|still| still.until).max()
    }

    /// Whether `node` has had `patience` from `at` till `now`, what its host stood still left aside.
    pub(super) fn has_had(&self, node: NodeId, patience: Duration, at: Instant, now: Instant) -> bool {
        passed(self.paused.get(&node), patience, at, now)
    }

    /// The same for what comes through `connection`.
    pub(super) fn has_passed(
        &self,
        connection: ConnectionId,
        patience: Duration,
        at: Instant,
        now: Instant,
    ) -> bool {
        passed(self.dead.get(&connection), patience, at, now)
    }

    /// Whether `client` has a connection that works.
    pub(super) fn has_line(&self, client: NodeId) -> bool {
        self.lines.get(&client).is_some_and(|lines| !lines.is_empty())
    }
}

fn stops<K: Ord>(still: &mut BTreeMap<K, Vec<Still>>, who: K, since: Instant, until: Option<Instant>) {
    still.entry(who).or_default().push(Still { since, until });
}

/// Whether `patience` from `at` is over `now`, or from when things move again as often as they stopped meanwhile. The
/// times when nothing moves come in the order of their beginnings.
fn passed(still: Option<&Vec<Still>>, patience: Duration, at: Instant, now: Instant) -> bool {
    let mut due = at + patience;
    for still in still.into_iter().flatten().filter(|still| still.until.is_none_or(|until| until > at)) {
        if still.since >= due {
            break;
        }
        let Some(until) = still.until else { return false };
        due = due.max(until + patience);
    }
    due <= now
}

/// How long a fault holds on once it has struck.
fn lasts(faults: &[Fault], fault: u32) -> Duration {
    faults.get(fault as usize).map(Fault::lasts).unwrap_or_default()
}
