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
    /// Connections that a fault has cut or made stand still, whether or not their ends know: since when, and until
    /// when if that ends.
    dead: BTreeMap<ConnectionId, (Instant, Option<Instant>)>,
    /// Members of the pool that have crashed and are not back.
    down: BTreeSet<NodeId>,
    /// Until when the hosts of nodes stand still that were paused.
    paused: BTreeMap<NodeId, Instant>,
    /// When the last fault that has struck lets go.
    harmed: Option<Instant>,
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
                        self.deaden(*connection, at, None);
                        self.lines.values_mut().for_each(|lines| {
                            lines.remove(connection);
                        });
                    }
                    Some(Fault::Stall(stall)) => self.deaden(*connection, at, Some(at + stall.lasts)),
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
                    let until = at + lasts(faults, *fault);
                    self.paused.entry(*who).and_modify(|known| *known = until.max(*known)).or_insert(until);
                }
            }
            _ => {}
        }
    }

    fn deaden(&mut self, connection: ConnectionId, at: Instant, until: Option<Instant>) {
        let known = self.dead.entry(connection).or_insert((at, until));
        known.1 = known.1.zip(until).map(|(one, other)| one.max(other));
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
        self.paused.get(&node).copied()
    }

    /// Since when nothing comes through on `connection` for a fault, and until when if that ends.
    pub(super) fn dead(&self, connection: ConnectionId) -> Option<(Instant, Option<Instant>)> {
        self.dead.get(&connection).copied()
    }

    /// Whether `client` has a connection that works.
    pub(super) fn has_line(&self, client: NodeId) -> bool {
        self.lines.get(&client).is_some_and(|lines| !lines.is_empty())
    }
}

/// How long a fault holds on once it has struck.
fn lasts(faults: &[Fault], fault: u32) -> Duration {
    faults.get(fault as usize).map(Fault::lasts).unwrap_or_default()
}
