//! The factory's disk: when it loses power and when it is full.

use confsim_core::entropy::{hash, hash_parts};
use confsim_core::node::Output;

use super::queue::Due;
use super::{Actor, Engine};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::scenario::Scenario;
use crate::trace::{HostChange, NodeId, Record};
use crate::world::outcome::Breach;

/// The disk of a run, told at which commits the power is to fail.
pub(super) fn disk(scenario: &Scenario, seed: u64) -> Disk {
    let disk = Disk::new(hash_parts(&[seed, hash(b"disk")]));
    for fault in &scenario.faults {
        if let Fault::Outage(outage) = fault {
            disk.fail_at(outage.nth, outage.moment);
        }
    }
    disk
}

impl<N: Actor> Engine<'_, '_, N> {
    /// The power of the factory's host has failed in a commit: what made it write has been heard, and nothing it
    /// wanted to say gets out.
    pub(super) fn power_fails(&mut self, commit: u32) -> Result<(), Breach> {
        let node = NodeId::FACTORY;
        while let Some(actor) = self.seats.get_mut(node.index()).and_then(|seat| seat.node.as_mut()) {
            match actor.poll() {
                Output::Heard { conn, message, end } => drop(self.heard(node, conn, message, end)?),
                Output::Fired { timer } => {
                    self.log.record(self.now, Record::Timer { who: node, name: timer });
                }
                Output::Wait(_) => break,
                _ => {}
            }
        }
        let scenario = self.scenario;
        for (index, fault) in (0..).zip(&scenario.faults) {
            let Fault::Outage(outage) = fault else { continue };
            if outage.nth != commit {
                continue;
            }
            self.crash(index, &outage.host);
            if let Some(back) = outage.back {
                self.queue.push(self.now + back, 0, Due::Relief(index));
            }
        }
        Ok(())
    }

    /// The disk is full from now on, or has room again.
    pub(super) fn fill_disk(&mut self, fault: u32, full: bool) {
        self.disk.fill(full);
        let change = if full { HostChange::DiskFull } else { HostChange::DiskFree };
        self.change(NodeId::FACTORY, fault, change);
    }
}
