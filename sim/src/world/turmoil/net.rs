//! turmoil's sockets as the shell's network.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use confsim_core::entropy::{hash, hash_parts};
use confsim_core::node::Address;
use confsim_core::time::Instant;
use tokio::time;
use turmoil::net::{TcpListener, TcpStream};

use super::splitter::Splitter;
use crate::scenario::{Scenario, Split};
use crate::trace::{Cast, NodeId};
use crate::world::shell::{Ends, Net};

/// How many bytes may wait to be written to one connection.
const BACKLOG: usize = 16 * 1024 * 1024;

/// The network as one node sees it.
#[derive(Clone)]
pub(super) struct Simulated {
    /// What the cuts of this node's streams are drawn from.
    draws: u64,
    split: bool,
    cast: Arc<Cast>,
}

impl Simulated {
    pub(super) fn new(seed: u64, scenario: &Scenario, cast: &Cast, node: NodeId) -> Self {
        let draws = hash_parts(&[seed, hash(cast.name(node).as_bytes())]);
        let split = scenario.links.client.split == Split::Pieces;
        Self { draws, split, cast: Arc::new(cast.clone()) }
    }

    /// Listens at `address`.
    pub(super) async fn bind(&self, address: &Address) -> io::Result<TcpListener> {
        let (_, port) = parts(address)?;
        TcpListener::bind(("0.0.0.0", port)).await
    }

    fn wrap(&self, stream: TcpStream) -> io::Result<Splitter> {
        let ends = (stream.local_addr()?, stream.peer_addr()?);
        let draws = hash_parts(&[self.draws, ends.0.port().into(), ends.1.port().into()]);
        Ok(Splitter::new(stream, ends, self.split.then_some(draws)))
    }

    /// Who connects from `host`: a role of the pool, or somebody at a port of a client host.
    fn name(&self, host: Option<String>, port: u16) -> Address {
        let host = host.unwrap_or_default();
        let role = self
            .cast
            .nodes()
            .map(|node| self.cast.address(node))
            .find(|address| address.as_str().rsplit_once(':').is_some_and(|(name, _)| name == host));
        role.unwrap_or_else(|| Address::new(&format!("{host}:{port}")))
    }
}

impl Net for Simulated {
    type Stream = Splitter;
    type Listener = TcpListener;
    type Arrival = Splitter;

    async fn accept(&self, listener: &mut TcpListener) -> io::Result<(Splitter, Address)> {
        let (stream, from) = listener.accept().await?;
        let name = self.name(turmoil::reverse_lookup(from.ip()), from.port());
        Ok((self.wrap(stream)?, name))
    }

    async fn welcome(&self, arrival: Splitter) -> io::Result<Splitter> {
        Ok(arrival)
    }

    async fn connect(&self, address: &Address) -> io::Result<Splitter> {
        self.wrap(TcpStream::connect(parts(address)?).await?)
    }

    fn ends(&self, stream: &Splitter) -> Ends {
        stream.ends()
    }

    fn backlog(&self, _: &Splitter) -> usize {
        BACKLOG
    }

    fn now(&self) -> Instant {
        Instant::from_micros(turmoil::sim_elapsed().unwrap_or_default().as_micros() as u64)
    }

    fn moment(&self, at: Instant) -> time::Instant {
        time::Instant::now() + Duration::from_micros(at.since(self.now()).as_micros())
    }
}

fn parts(address: &Address) -> io::Result<(&str, u16)> {
    let parts = address.as_str().rsplit_once(':');
    parts.and_then(|(host, port)| Some((host, port.parse().ok()?))).ok_or(io::ErrorKind::InvalidInput.into())
}
