//! The system's sockets, and connections within the process, as the shell's network.

use std::collections::BTreeMap;
use std::future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use confsim_core::node::Address;
use confsim_core::time::Instant;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time;
use tokio_rustls::TlsAcceptor;

use super::stream::Stream;
use crate::world::shell::{Ends, Net};

/// How many bytes wait between two roles before the writer does, which costs nothing but a copy.
const PIPE: usize = 256 * 1024;

/// How many connections may wait for a role to accept them.
const KNOCKING: usize = 64;

/// How many bytes may wait for a client: several rosters of a thousand (see `Limits` of the wire layer).
const CLIENT_BACKLOG: usize = 8 * 1024 * 1024;

/// How many bytes may wait for a role, which is never slow for long.
const ROLE_BACKLOG: usize = 512 * 1024 * 1024;

/// After how long a silent connection is asked whether anybody is there, and how often and when again.
const KEEPALIVE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 4;

/// The network as one role of the pool sees it.
#[derive(Clone)]
pub(super) struct Sockets {
    /// What the others know the role by.
    own: Address,
    roles: Roles,
    start: time::Instant,
}

/// Where each role of the process is to be reached.
#[derive(Clone, Default)]
pub(super) struct Roles(Arc<Mutex<BTreeMap<Address, mpsc::Sender<Knock>>>>);

/// A role connects to another one.
type Knock = (DuplexStream, Address);

/// Where a role accepts connections.
pub(super) enum Listener {
    /// From clients.
    Tcp(TcpListener),
    /// From clients that encrypt.
    Tls(TcpListener, TlsAcceptor),
    /// From other roles.
    Inside(mpsc::Receiver<Knock>),
}

/// Who has just connected.
pub(super) enum Arrival {
    Whole(Stream),
    /// The handshake is still to come.
    Tls(TcpStream, TlsAcceptor),
}

impl Sockets {
    /// The network as `own` sees it, and where the other roles connect to it.
    pub(super) fn new(own: &Address, roles: &Roles, start: time::Instant) -> (Self, Listener) {
        let (knock, knocks) = mpsc::channel(KNOCKING);
        roles.0.lock().unwrap_or_else(PoisonError::into_inner).insert(own.clone(), knock);
        let net = Self { own: own.clone(), roles: roles.clone(), start };
        (net, Listener::Inside(knocks))
    }
}

impl Net for Sockets {
    type Stream = Stream;
    type Listener = Listener;
    type Arrival = Arrival;

    async fn accept(&self, listener: &mut Listener) -> io::Result<(Arrival, Address)> {
        match listener {
            Listener::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                prepare(&stream)?;
                Ok((Arrival::Whole(Stream::Tcp(stream)), Address::new(&from.to_string())))
            }
            Listener::Tls(listener, acceptor) => {
                let (stream, from) = listener.accept().await?;
                prepare(&stream)?;
                Ok((Arrival::Tls(stream, acceptor.clone()), Address::new(&from.to_string())))
            }
            Listener::Inside(knocks) => match knocks.recv().await {
                Some((stream, from)) => Ok((Arrival::Whole(Stream::Inside(stream)), from)),
                // No role is left to connect.
                None => future::pending().await,
            },
        }
    }

    async fn welcome(&self, arrival: Arrival) -> io::Result<Stream> {
        match arrival {
            Arrival::Whole(stream) => Ok(stream),
            Arrival::Tls(stream, acceptor) => Ok(Stream::Tls(Box::new(acceptor.accept(stream).await?))),
        }
    }

    async fn connect(&self, address: &Address) -> io::Result<Stream> {
        let role = self.roles.0.lock().unwrap_or_else(PoisonError::into_inner).get(address).cloned();
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let (here, there) = duplex(PIPE);
        role.ok_or_else(refused)?.send((there, self.own.clone())).await.map_err(|_| refused())?;
        Ok(Stream::Inside(here))
    }

    fn ends(&self, stream: &Stream) -> Ends {
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let ends = stream.socket().map(|socket| (socket.local_addr(), socket.peer_addr()));
        ends.map_or((nowhere, nowhere), |(own, peer)| (own.unwrap_or(nowhere), peer.unwrap_or(nowhere)))
    }

    fn backlog(&self, stream: &Stream) -> usize {
        if stream.socket().is_some() { CLIENT_BACKLOG } else { ROLE_BACKLOG }
    }

    fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn moment(&self, at: Instant) -> time::Instant {
        // Never early: a node that is asked too soon has nothing to do, and is asked again.
        self.start + Duration::from_micros(at.since(Instant::ZERO).as_micros())
    }
}

/// Messages leave at once, and a peer that is gone without a word is found out.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(stream).set_tcp_keepalive(&keepalive.with_retries(KEEPALIVE_RETRIES))
}
