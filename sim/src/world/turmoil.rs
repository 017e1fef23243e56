//! The turmoil world: the async shell over simulated sockets.
//!
//! Every role of the pool is a host of its own; participants are tasks in a few client hosts, since turmoil's
//! cost grows with the cube of its hosts. Ticks are [`TICK`] long, latencies are whole ticks, and a splitter
//! around every stream cuts what turmoil would carry whole. Most faults are the event world's: this world shows
//! that the shell tells the same story. It plays those that turmoil has words for (`strike`).

mod net;
mod recorder;
mod splitter;
mod strike;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use confsim_core::client::Command;
use confsim_core::node::Node;
use tokio::sync::mpsc;
use tokio::time;

use self::net::Simulated;
use self::recorder::{Recorder, RoleTap};
use self::strike::{Strike, Target};
use super::outcome::Outcome;
use super::shell::{CONNECTIONS, Shell};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::node::{Part, Peer};
use crate::scenario::{Action, Scenario, Step};
use crate::trace::{Cast, Keep, NodeId, Observer, Role, StepId};

/// How far one step of turmoil moves time. Deliveries happen at its ends only.
pub const TICK: Duration = Duration::from_millis(10);

/// How many hosts the participants share.
const CLIENT_HOSTS: usize = 4;

/// Connections that may wait for one listener, and segments on one connection: turmoil panics beyond.
const TCP_CAPACITY: usize = 4096;

/// How far apart steps have to be so that no tick decides between them, in microseconds.
const SPACE: u64 = 200_000;

/// A run that this world cannot do.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// There is no such thing in turmoil.
    #[error("this world cannot `{0}`: use `--world event`")]
    Fault(Fault),
    /// What is written past a client is the event world's as well.
    #[error("the scenario has a `say`, which only the event world can write: use `--world event`")]
    Say,
    /// A host failed.
    #[error("turmoil: {0}")]
    Host(String),
}

/// Runs `scenario` under `seed`. Observers see the records after the run, in the order of their times.
pub fn run(scenario: &Scenario, seed: u64, observers: &mut [&mut dyn Observer]) -> Result<Outcome, Unable> {
    if scenario.steps.iter().any(|step| matches!(step.action, Action::Say(_))) {
        return Err(Unable::Say);
    }
    let cast = scenario.cast();
    let strikes = strike::plan(scenario, &cast)?;
    let hosts = hosts(scenario, &cast);
    let disk = Disk::new(seed);
    let recorder = Rc::new(RefCell::new(Recorder::new(cast.clone())));
    let mut sim = turmoil::Builder::new()
        .tick_duration(TICK)
        .epoch(SystemTime::UNIX_EPOCH)
        .rng_seed(seed)
        .simulation_duration(span(scenario.end) + TICK.saturating_mul(4))
        .tcp_capacity(TCP_CAPACITY)
        .build();
    for (name, nodes) in &hosts {
        let (scenario, cast, nodes) = (Rc::new(scenario.clone()), cast.clone(), nodes.clone());
        let (recorder, disk) = (Rc::clone(&recorder), disk.clone());
        let stage = Stage { scenario, seed, cast, nodes, recorder, disk };
        sim.host(&**name, move || stage.clone().play());
    }
    link(&sim, scenario, &hosts);
    let mut strikes = strikes.into_iter().peekable();
    while sim.elapsed() < span(scenario.end) + TICK {
        while let Some(Strike { fault, deed, .. }) = strikes.next_if(|next| span(next.at) <= sim.elapsed()) {
            let mut target = Target { sim: &mut sim, hosts: &hosts, disk: &disk, recorder: &recorder };
            target.strike(fault, &deed);
        }
        sim.step().map_err(|error| Unable::Host(error.to_string()))?;
    }
    drop(sim);
    let recorder = Rc::try_unwrap(recorder).map_err(|_| Unable::Host("a host outlived the run".into()))?;
    Ok(recorder.into_inner().outcome(scenario, observers, Keep::All))
}

/// Why a scenario cannot be compared message by message with its run in the event world, if it cannot.
pub fn incomparable(scenario: &Scenario) -> Option<&'static str> {
    let close = |pair: &[Step]| matches!(pair, [a, b] if b.at.as_micros() - a.at.as_micros() < SPACE);
    if !scenario.faults.is_empty() {
        Some("faults")
    } else if scenario.steps.iter().any(|step| matches!(step.action, Action::Say(_))) {
        Some("what is written past a client")
    } else if scenario.participants.iter().any(|participant| participant.link.is_some()) {
        Some("links of their own")
    } else if scenario.steps.windows(2).any(close) {
        Some("races that a tick decides")
    } else {
        None
    }
}

/// The nodes that share a host.
#[derive(Clone)]
struct Stage {
    scenario: Rc<Scenario>,
    seed: u64,
    cast: Cast,
    nodes: Vec<NodeId>,
    recorder: Rc<RefCell<Recorder>>,
    disk: Disk,
}

impl Stage {
    /// Plays every node's part to the end of the run.
    async fn play(self) -> turmoil::Result {
        let mut parts = tokio::task::JoinSet::new();
        let local = tokio::task::LocalSet::new();
        for node in self.nodes.clone() {
            parts.spawn_local_on(self.clone().part(node), &local);
        }
        // A part that fails or panics fails its host, and so the run.
        local
            .run_until(async move {
                while let Some(part) = parts.join_next().await {
                    part??;
                }
                Ok(())
            })
            .await
    }

    async fn part(self, node: NodeId) -> turmoil::Result {
        let incarnation = self.recorder.borrow().incarnation(node);
        let part = Part::new(node, &self.cast, &self.scenario, self.seed, incarnation, &self.disk);
        let tap = RoleTap::new(node, Rc::clone(&self.recorder));
        let net = Simulated::new(self.seed, &self.scenario, &self.cast, node);
        let address = self.cast.address(node);
        let listener = match node.role() {
            Role::Client => None,
            _ => Some(net.bind(&address).await?),
        };
        let (commands, queue) = mpsc::channel(1);
        let shell = Shell::new(Peer::new(part), net, tap, CONNECTIONS);
        let (left, ()) = tokio::join!(shell.run(listener, queue), self.script(node, commands));
        self.recorder.borrow_mut().end(node, left.dump());
        Ok(())
    }

    /// Does what the scenario says `node` does, and ends its shell when the run is over.
    async fn script(&self, node: NodeId, commands: mpsc::Sender<Command>) {
        // A host that is back takes up what there is still to do.
        let (start, begun) = (time::Instant::now(), turmoil::sim_elapsed().unwrap_or_default());
        for (index, step) in (0..).zip(&self.scenario.steps) {
            let Some(wait) = span(step.at).checked_sub(begun) else { continue };
            if self.cast.find(&step.who) != Some(node) {
                continue;
            }
            time::sleep_until(start + wait).await;
            let command = self.recorder.borrow_mut().step(StepId(index), node, &step.action);
            if let Some(command) = command
                && commands.send(command).await.is_err()
            {
                return;
            }
        }
        time::sleep_until(start + span(self.scenario.end).saturating_sub(begun)).await;
    }
}

/// The hosts by their names, and who is on each. A participant whom something happens to has one of his own.
type Hosts = Vec<(String, Vec<NodeId>)>;

fn hosts(scenario: &Scenario, cast: &Cast) -> Hosts {
    let struck = scenario.faults.iter().flat_map(Fault::nodes).filter_map(|name| cast.find(name));
    let struck: BTreeSet<NodeId> = struck.filter(|node| node.role() == Role::Client).collect();
    let roles = cast.nodes().filter(|node| node.role() != Role::Client);
    let mut hosts: Hosts = roles.map(|node| (host(cast, node), vec![node])).collect();
    for group in 0..CLIENT_HOSTS {
        let in_group = |node: &NodeId| node.participant().is_some_and(|n| n % CLIENT_HOSTS == group);
        let nodes: Vec<_> = cast.nodes().filter(|node| in_group(node) && !struck.contains(node)).collect();
        if !nodes.is_empty() {
            hosts.push((format!("clients-{group}"), nodes));
        }
    }
    hosts.extend(struck.into_iter().map(|node| (format!("client-{}", cast.name(node)), vec![node])));
    hosts
}

/// Sets the latency of every link a connection can take.
fn link(sim: &turmoil::Sim<'_>, scenario: &Scenario, hosts: &Hosts) {
    let inside = |nodes: &[NodeId]| nodes.iter().all(|node| node.role() != Role::Client);
    let front_end = |nodes: &[NodeId]| nodes.contains(&NodeId::FRONT_END);
    for (index, (one, ours)) in hosts.iter().enumerate() {
        for (other, theirs) in hosts.iter().skip(index + 1) {
            let link = match (inside(ours), inside(theirs)) {
                (true, true) => scenario.links.pool,
                (true, false) if front_end(ours) => scenario.links.client,
                _ => continue,
            };
            sim.set_link_latency(&**one, &**other, whole_ticks(link.latency.low));
        }
    }
}

/// A latency as this world can have it: at least one tick, rounded up to whole ones.
fn whole_ticks(latency: confsim_core::time::Duration) -> Duration {
    let tick = TICK.as_micros() as u64;
    let ticks = latency.as_micros().div_ceil(tick).max(1);
    Duration::from_micros(ticks * tick)
}

/// The name of the host that a role of the pool runs on.
fn host(cast: &Cast, node: NodeId) -> String {
    let address = cast.address(node);
    address.as_str().rsplit_once(':').map_or_else(String::new, |(host, _)| host.to_owned())
}

fn span(span: confsim_core::time::Duration) -> Duration {
    Duration::from_micros(span.as_micros())
}
