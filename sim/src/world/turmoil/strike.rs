//! The faults that turmoil has words for: crash and bounce, hold and release, and partition for a machine that stops
//! without a word, whose peers are left with half of a connection.

use std::cell::RefCell;

use confsim_core::time::{Duration, Instant};

use super::recorder::Recorder;
use super::{Hosts, Unable};
use crate::disk::Disk;
use crate::fault::{Fault, POOL};
use crate::scenario::Scenario;
use crate::trace::{Cast, HostChange, NodeId, Role, StepId};

/// Something that happens between two ticks.
#[derive(Debug)]
pub(super) struct Strike {
    /// When.
    pub(super) at: Duration,
    /// Which fault has it happen.
    pub(super) fault: u32,
    /// What.
    pub(super) deed: Deed,
}

/// What happens.
#[derive(Debug)]
pub(super) enum Deed {
    /// Hosts go down; the peers of their connections hear the end.
    Crash(Vec<NodeId>),
    /// They begin anew.
    Back { nodes: Vec<NodeId>, without_store: bool },
    /// A user could do nothing then.
    Missed { step: StepId, who: NodeId },
    /// A client's machine stops for good, and nobody hears of it.
    Vanish(NodeId),
    /// Nothing passes between two hosts.
    Hold([NodeId; 2]),
    /// What was held passes.
    Release([NodeId; 2]),
}

/// What `scenario` has happen, in the order of time.
///
/// # Errors
/// [`Unable::Fault`]: the first one that there is nothing for in turmoil.
pub(super) fn plan(scenario: &Scenario, cast: &Cast) -> Result<Vec<Strike>, Unable> {
    let mut strikes = Vec::new();
    for (fault, what) in (0..).zip(&scenario.faults) {
        let mut push = |at, deed| strikes.push(Strike { at, fault, deed });
        let unable = || Unable::Fault(what.clone());
        match what {
            Fault::Crash(crash) => {
                let nodes = nodes_of(cast, &crash.host);
                let back = crash.back.map_or(scenario.end, |back| back.at);
                for (index, step) in (0..).zip(&scenario.steps) {
                    let who = cast.find(&step.who).filter(|who| nodes.contains(who));
                    if let Some(who) = who.filter(|_| (crash.at..back).contains(&step.at)) {
                        push(step.at, Deed::Missed { step: StepId(index), who });
                    }
                }
                push(crash.at, Deed::Crash(nodes.clone()));
                if let Some(back) = crash.back {
                    push(back.at, Deed::Back { nodes, without_store: back.without_store });
                }
            }
            Fault::Pause(pause) => {
                let client = cast.find(&pause.host).filter(|node| node.role() == Role::Client);
                let for_good = pause.at + pause.lasts >= scenario.end;
                push(pause.at, Deed::Vanish(client.filter(|_| for_good).ok_or_else(unable)?));
            }
            Fault::Stall(stall) => {
                let [one, other] = &stall.line.between;
                let both = [cast.find(one), cast.find(other)];
                let [Some(one), Some(other)] = both else { return Err(unable()) };
                push(stall.at, Deed::Hold([one, other]));
                push(stall.at + stall.lasts, Deed::Release([one, other]));
            }
            _ => return Err(unable()),
        }
    }
    strikes.sort_by_key(|strike| strike.at);
    Ok(strikes)
}

/// The nodes of the host called `name`.
fn nodes_of(cast: &Cast, name: &str) -> Vec<NodeId> {
    if name == POOL { NodeId::POOL.to_vec() } else { cast.find(name).into_iter().collect() }
}

/// What faults strike.
pub(super) struct Target<'a, 's> {
    pub(super) sim: &'a mut turmoil::Sim<'s>,
    pub(super) hosts: &'a Hosts,
    pub(super) disk: &'a Disk,
    pub(super) recorder: &'a RefCell<Recorder>,
}

impl<'a> Target<'a, '_> {
    /// Has it happen now.
    pub(super) fn strike(&mut self, fault: u32, deed: &Deed) {
        let now = Instant::from_micros(self.sim.elapsed().as_micros() as u64);
        match deed {
            Deed::Crash(nodes) => {
                for node in nodes.iter().copied() {
                    self.sim.crash(self.host(node));
                    if node == NodeId::FACTORY {
                        self.disk.crash();
                    }
                    self.recorder.borrow_mut().down(now, node, fault, HostChange::Crashed);
                }
            }
            Deed::Back { nodes, without_store } => {
                for node in nodes.iter().copied() {
                    if node == NodeId::FACTORY {
                        if *without_store {
                            self.disk.wipe();
                        }
                        self.disk.power_on();
                    }
                    self.recorder.borrow_mut().back(now, node, fault);
                    self.sim.bounce(self.host(node));
                }
            }
            Deed::Missed { step, who } => self.recorder.borrow_mut().missed(now, *step, *who),
            Deed::Vanish(node) => {
                let (host, front_end) = (self.host(*node), self.host(NodeId::FRONT_END));
                // What a crash says last is lost on the way.
                self.sim.partition(host, front_end);
                self.sim.crash(host);
                self.sim.repair(host, front_end);
                self.recorder.borrow_mut().down(now, *node, fault, HostChange::Paused);
            }
            Deed::Hold([one, other]) => self.sim.hold(self.host(*one), self.host(*other)),
            Deed::Release([one, other]) => self.sim.release(self.host(*one), self.host(*other)),
        }
    }

    /// The host that a node is on.
    fn host(&self, node: NodeId) -> &'a str {
        let found = self.hosts.iter().find(|(_, nodes)| nodes.contains(&node));
        found.map_or("", |(name, _)| name)
    }
}
