//! The turmoil world: the async shell over simulated sockets.
//!
//! Every role of the pool is a host of its own; participants are tasks in a few client hosts, since turmoil's
//! cost grows with the cube of its hosts. Ticks are [`TICK`] long, latencies are whole ticks, and a splitter
//! around every stream cuts what turmoil would carry whole. Faults are the event world's: this world shows
//! that the shell tells the same story.

mod net;
mod recorder;
mod splitter;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use confsim_core::client::Command;
use confsim_core::node::Node;
use tokio::sync::mpsc;
use tokio::time;

use self::net::Simulated;
use self::recorder::{Recorder, RoleTap};
use super::event::Part;
use super::outcome::Outcome;
use super::shell::{CONNECTIONS, Shell};
use crate::disk::Disk;
use crate::node::Peer;
use crate::scenario::{Action, Scenario};
use crate::trace::{Cast, Keep, NodeId, Observer, Role, StepId};

/// How far one step of turmoil moves time. Deliveries happen at its ends only.
pub const TICK: Duration = Duration::from_millis(10);

/// How many hosts the participants share.
const CLIENT_HOSTS: usize = 4;

/// Connections that may wait for one listener, and segments on one connection: turmoil panics beyond.
const TCP_CAPACITY: usize = 4096;

/// A run that this world cannot do.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// Faults are the event world's.
    #[error("the scenario has faults, which only the event world can strike: use `--world event`")]
    Faults,
    /// What is written past a client is the event world's as well.
    #[error("the scenario has a `say`, which only the event world can write: use `--world event`")]
    Say,
    /// A host failed.
    #[error("turmoil: {0}")]
    Host(String),
}

/// Runs `scenario` under `seed`. Observers see the records after the run, in the order of their times.
pub fn run(scenario: &Scenario, seed: u64, observers: &mut [&mut dyn Observer]) -> Result<Outcome, Unable> {
    if !scenario.faults.is_empty() {
        return Err(Unable::Faults);
    }
    if scenario.steps.iter().any(|step| matches!(step.action, Action::Say(_))) {
        return Err(Unable::Say);
    }
    let cast = Cast::of(scenario);
    let recorder = Rc::new(RefCell::new(Recorder::new(cast.clone())));
    let mut sim = turmoil::Builder::new()
        .tick_duration(TICK)
        .epoch(SystemTime::UNIX_EPOCH)
        .rng_seed(seed)
        .simulation_duration(span(scenario.end) + TICK.saturating_mul(4))
        .tcp_capacity(TCP_CAPACITY)
        .build();
    for node in cast.nodes().filter(|node| node.role() != Role::Client) {
        let stage = Stage::new(scenario, seed, &cast, vec![node], &recorder);
        sim.host(host(&cast, node), move || stage.clone().play());
    }
    for group in 0..CLIENT_HOSTS.min(scenario.participants.len()) {
        let nodes = cast.nodes().filter(|node| node.participant().is_some_and(|n| n % CLIENT_HOSTS == group));
        let stage = Stage::new(scenario, seed, &cast, nodes.collect(), &recorder);
        sim.host(format!("clients-{group}"), move || stage.clone().play());
    }
    link(&sim, scenario, &cast);
    while sim.elapsed() < span(scenario.end) + TICK {
        sim.step().map_err(|error| Unable::Host(error.to_string()))?;
    }
    drop(sim);
    let recorder = Rc::try_unwrap(recorder).map_err(|_| Unable::Host("a host outlived the run".into()))?;
    Ok(recorder.into_inner().outcome(scenario, observers, Keep::All))
}

/// The nodes that share a host.
#[derive(Clone)]
struct Stage {
    scenario: Rc<Scenario>,
    seed: u64,
    cast: Cast,
    nodes: Vec<NodeId>,
    recorder: Rc<RefCell<Recorder>>,
}

impl Stage {
    fn new(
        scenario: &Scenario,
        seed: u64,
        cast: &Cast,
        nodes: Vec<NodeId>,
        recorder: &Rc<RefCell<Recorder>>,
    ) -> Self {
        let (cast, recorder) = (cast.clone(), Rc::clone(recorder));
        Self { scenario: Rc::new(scenario.clone()), seed, cast, nodes, recorder }
    }

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
        let part = Part::new(node, &self.cast, &self.scenario, self.seed, 1, &Disk::new(self.seed));
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
        let start = time::Instant::now();
        for (index, step) in (0..).zip(&self.scenario.steps) {
            if self.cast.find(&step.who) != Some(node) {
                continue;
            }
            time::sleep_until(start + span(step.at)).await;
            let command = self.recorder.borrow_mut().step(StepId(index), node, &step.action);
            if let Some(command) = command
                && commands.send(command).await.is_err()
            {
                return;
            }
        }
        time::sleep_until(start + span(self.scenario.end)).await;
    }
}

/// Sets the latency of every link a connection can take.
fn link(sim: &turmoil::Sim<'_>, scenario: &Scenario, cast: &Cast) {
    let roles: Vec<_> = cast.nodes().filter(|node| node.role() != Role::Client).collect();
    for one in &roles {
        for other in roles.iter().filter(|other| *other > one) {
            let latency = whole_ticks(scenario.links.pool.latency.low);
            sim.set_link_latency(host(cast, *one), host(cast, *other), latency);
        }
    }
    for group in 0..CLIENT_HOSTS.min(scenario.participants.len()) {
        let latency = whole_ticks(scenario.links.client.latency.low);
        sim.set_link_latency(format!("clients-{group}"), host(cast, NodeId::FRONT_END), latency);
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
