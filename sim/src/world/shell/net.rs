//! What the shell needs of a network.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use confsim_core::node::Address;
use confsim_core::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time;

/// Both ends of a connection, this node's first.
pub type Ends = (SocketAddr, SocketAddr);

/// A network: listeners, streams, and its time.
pub trait Net: Clone + Send + Sync + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// Something to accept connections from.
    type Listener: Send + 'static;
    /// What a listener accepts: a connection, or the beginning of one.
    type Arrival: Send + 'static;

    /// The next arrival, and who it is from as far as the network vouches for it.
    fn accept(
        &self,
        listener: &mut Self::Listener,
    ) -> impl Future<Output = io::Result<(Self::Arrival, Address)>> + Send;

    /// Makes a connection of an arrival. What takes time here keeps nobody else from arriving.
    fn welcome(&self, arrival: Self::Arrival) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Connects to `address`.
    fn connect(&self, address: &Address) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// The ends of a connection.
    fn ends(&self, stream: &Self::Stream) -> Ends;

    /// How many bytes may wait to be written; a peer that lets more pile up is cut.
    fn backlog(&self, stream: &Self::Stream) -> usize;

    /// The present, on the time line of the nodes.
    fn now(&self) -> Instant;

    /// A point on that time line as tokio's clock has it.
    fn moment(&self, at: Instant) -> time::Instant;
}
