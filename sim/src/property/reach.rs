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

    /// Whether `node` has had `patience` from `at` till `now`, the times left aside when its host stood still, or the
    /// connection it hears `through`.
    pub(super) fn has_had(
        &self,
        node: NodeId,
        through: Option<ConnectionId>,
        patience: Duration,
        at: Instant,
        now: Instant,
    ) -> bool {
        let line = through.and_then(|connection| self.dead.get(&connection));
        let stills = self.paused.get(&node).into_iter().chain(line).flatten();
        passed(stills.copied().collect(), patience, at, now)
    }

    /// Whether `client` has a connection that works.
    pub(super) fn has_line(&self, client: NodeId) -> bool {
        self.lines.get(&client).is_some_and(|lines| !lines.is_empty())
    }
}

fn stops<K: Ord>(still: &mut BTreeMap<K, Vec<Still>>, who: K, since: Instant, until: Option<Instant>) {
    still.entry(who).or_default().push(Still { since, until });
}

/// Whether `patience` from `at` is over `now`, or from when things move again as often as they stopped meanwhile.
fn passed(mut stills: Vec<Still>, patience: Duration, at: Instant, now: Instant) -> bool {
    stills.sort_unstable_by_key(|still| still.since);
    let mut due = at + patience;
    for still in stills.into_iter().filter(|still| still.until.is_none_or(|until| until > at)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// When three seconds are over that begin at 10 s, to the second.
    fn due(stills: &[(u64, Option<u64>)]) -> Option<u64> {
        let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
        let still = |(since, until): &(u64, Option<u64>)| Still { since: at(*since), until: until.map(at) };
        let stills: Vec<Still> = stills.iter().map(still).collect();
        (0..60).find(|now| passed(stills.clone(), Duration::from_secs(3), at(10), at(*now)))
    }

    #[test]
    fn time_is_counted_anew_from_when_things_move_again() {
        assert_eq!(due(&[]), Some(13));
        assert_eq!(due(&[(5, Some(10)), (13, Some(20))]), Some(13), "before, and behind");
        assert_eq!(due(&[(5, Some(11))]), Some(14), "at the beginning");
        assert_eq!(due(&[(15, Some(20)), (12, Some(16))]), Some(23), "one after the other");
        assert_eq!(due(&[(11, Some(20)), (12, Some(14))]), Some(23), "one within the other");
        assert_eq!(due(&[(11, Some(12)), (14, None)]), None, "for good");
        assert_eq!(due(&[(11, Some(12)), (15, None)]), Some(15), "for good, too late");
    }
}
