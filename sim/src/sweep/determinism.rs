//! Whether a run comes out the same again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use confsim_core::client;
use confsim_core::node::{Dump, Input, Node, Output};
use confsim_core::time::Instant;

use super::Ran;
use crate::node::{Part, Peer};
use crate::trace::{self, Keep, NodeId};
use crate::world::event::{self, Actor};

/// How many further runs are made to find out where two of them part.
const ATTEMPTS: usize = 8;

/// Runs the scenario of `ran` again, with nodes from `make`; if the hash is another one, says where the runs part. No
/// observer watches: what a run is must not depend on who does.
pub fn difference<N: Actor>(ran: &Ran, make: &impl Fn(Part<'_>) -> N) -> Option<String> {
    let scenario = ran.draw.scenario();
    let again = |keep| event::run_with(&scenario, ran.draw.seed, keep, &mut [], make).trace;
    let second = again(Keep::Last(0)).digest();
    if second == ran.digest {
        return None;
    }
    let first = again(Keep::All);
    let found = (0..ATTEMPTS).find_map(|_| trace::difference(&first, &again(Keep::All)));
    Some(found.unwrap_or_else(|| {
        let hashes = format!("{:016x}, then {second:016x}", ran.digest);
        format!("its hash is {hashes}, but with the whole trace kept all runs are equal")
    }))
}

/// Nodes that are not deterministic, to see whether anybody notices: each front end knows how many there were before
/// it, in all runs.
#[derive(Debug, Default)]
pub struct Fickle(Arc<AtomicU64>);

/// A node of [`Fickle`].
#[derive(Debug)]
pub struct FickleNode {
    inner: Peer,
    others: Option<u64>,
}

impl Fickle {
    /// The node that `part` describes.
    pub fn node(&self, part: Part<'_>) -> FickleNode {
        let others = (part.node == NodeId::FRONT_END).then(|| self.0.fetch_add(1, Ordering::Relaxed));
        FickleNode { inner: Peer::new(part), others }
    }
}

impl Node for FickleNode {
    type Command = client::Command;
    type Event = client::Event;

    fn handle(&mut self, now: Instant, input: Input<client::Command>) {
        self.inner.handle(now, input);
    }

    fn poll(&mut self) -> Output<client::Event> {
        self.inner.poll()
    }

    fn dump(&self) -> Dump {
        let mut dump = self.inner.dump();
        dump.extend(self.others.map(|others| ("others", others)));
        dump
    }
}
