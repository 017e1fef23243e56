//! The socket world: the whole pool in one process, for clients on real sockets.
//!
//! The four roles are the machines of the other worlds, each in a shell of its own. They are connected within
//! the process, by streams that carry the same bytes as sockets would: nobody from outside can pass for a
//! member of the pool (D-11), and it needs no port but the one that clients connect to.

mod certificate;
mod log;
mod net;
mod random;
mod recording;
mod stream;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use confsim_core::cryptography::Cryptography;
use confsim_core::entropy::Entropy;
use confsim_core::factory::{self, Factory, Store};
use confsim_core::focus::{self, Focus};
use confsim_core::front_end::{self, FrontEnd};
use confsim_core::im_mcu::{self, ImMcu};
use confsim_core::node::{Address, Node};
use confsim_core::signal::{Endpoint, Settings};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time;

pub use self::certificate::{Certificate, CertificateError};
pub use self::log::Log;
use self::log::{Events, Loggable, Passing};
use self::net::{Listener, Roles, Sockets};
pub use self::random::unforeseeable;
pub use self::recording::{Format, Recording};
use super::shell::Shell;

/// How long ending all dialogs may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long the last words take from role to role.
const PASSAGE: Duration = Duration::from_millis(250);

/// What a pool is made of.
#[derive(Debug)]
pub struct Config {
    /// What it calls itself in Via and Record-Route, as host and port; where it listens unless given.
    pub name: Option<String>,
    /// Where to listen for TCP.
    pub tcp: Vec<SocketAddr>,
    /// Where to listen for TLS, and the certificate.
    pub tls: Option<(SocketAddr, Certificate)>,
    /// Hosts whose word is taken for who somebody is (D-8).
    pub trusted: Vec<String>,
    /// How many clients may be connected at a time.
    pub connections: usize,
    /// How long a connection may stay without a registration, and a message on it incomplete.
    pub patience: confsim_core::time::Duration,
    /// Where conferences are kept.
    pub store: Box<dyn Store>,
    /// When it begins to serve, since the beginning of 1970.
    pub epoch: Duration,
    /// What conference keys are encrypted for.
    pub keys: Box<dyn Cryptography>,
    /// What identifiers are drawn from, unless it is what nobody can foresee.
    pub seed: Option<u64>,
}

/// A pool that listens.
pub struct Pool {
    config: Config,
    name: Address,
    tcp: Vec<TcpListener>,
    tls: Option<(TcpListener, tokio_rustls::TlsAcceptor)>,
    certificate: Option<String>,
}

/// Why a pool does not start.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// It cannot listen.
    #[error("{0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// It has nowhere to listen.
    #[error("nowhere to listen")]
    Nowhere,
    /// TLS cannot be had.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl Pool {
    /// Begins to listen. Nobody is answered before [`Pool::run`].
    ///
    /// # Errors
    /// [`Unable`]: where it cannot listen, or what is wrong with its certificate.
    pub async fn bind(config: Config) -> Result<Self, Unable> {
        let bind =
            async |address| TcpListener::bind(address).await.map_err(|error| Unable::Listen(address, error));
        let mut tcp = Vec::new();
        for address in &config.tcp {
            tcp.push(bind(*address).await?);
        }
        let (mut tls, mut made) = (None, None);
        if let Some((address, certificate)) = &config.tls {
            let (acceptor, pem) = certificate.acceptor()?;
            tls = Some((bind(*address).await?, acceptor));
            made = pem;
        }
        let listener = tcp.first().or(tls.as_ref().map(|(listener, _)| listener)).ok_or(Unable::Nowhere)?;
        let name = match &config.name {
            Some(name) => name.clone(),
            None => local(listener).map_or_else(String::new, |address| address.to_string()),
        };
        Ok(Self { config, name: Address::new(&name), tcp, tls, certificate: made })
    }

    /// Where it listens: for TCP, and for TLS.
    pub fn listens(&self) -> (Vec<SocketAddr>, Option<SocketAddr>) {
        (self.tcp.iter().filter_map(local).collect(), self.tls.as_ref().and_then(|(tls, _)| local(tls)))
    }

    /// The certificate in PEM, if it was made now.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Serves until `stop`, and then ends what goes on.
    pub async fn run(self, log: Log, recording: Option<Recording>, stop: impl Future<Output = ()>) {
        let Self { config, name, tcp, tls, .. } = self;
        let members = Members::new(&name);
        let start = time::Instant::now();
        let hall = Hall { roles: Roles::default(), start, seed: config.seed, log: log.clone() };

        let (net, inside) = Sockets::new(&name, &hall.roles, start);
        let outside = tcp.into_iter().map(Listener::Tcp);
        let encrypted = tls.map(|(listener, acceptor)| Listener::Tls(listener, acceptor));
        let listeners: Vec<_> = outside.chain(encrypted).chain([inside]).collect();
        let front_end = FrontEnd::new(members.front_end(&config));

        let (stopped, all_ended) = oneshot::channel();
        let mut stopped = Some(stopped);
        let tell = move |event: &focus::Event| {
            if *event == focus::Event::Stopped
                && let Some(stopped) = stopped.take()
            {
                // Whoever waited has lost patience.
                let _ = stopped.send(());
            }
        };
        let factory = Factory::new(members.factory(config.epoch), config.store, config.keys);
        let factory = hall.play("factory", &members.factory, factory, |_| {});
        let im_mcu = ImMcu::new(members.im_mcu(&name));
        let im_mcu = hall.play("mcu", &members.im_mcu, im_mcu, |_| {});
        let focus = hall.play("focus", &members.focus, Focus::new(members.focus(&name)), tell);
        let node = hall.node("front-end", &name, front_end);
        let (commands, queue) = mpsc::channel(1);
        let shell = Shell::new(node, net, Passing::new(log, recording), config.connections);
        let front_end = tokio::spawn(shell.run(listeners, queue));

        stop.await;
        // Neither fails unless the focus is gone, and then there is nothing to end.
        let _ = focus.0.send(focus::Command::Stop).await;
        let _ = time::timeout(FAREWELL, all_ended).await;
        time::sleep(PASSAGE).await;
        drop(commands);
        let _ = front_end.await;
        drop((factory, im_mcu, focus));
        time::sleep(PASSAGE).await;
    }
}

/// What the roles have in common.
struct Hall {
    roles: Roles,
    start: time::Instant,
    seed: Option<u64>,
    log: Log,
}

/// A role at work, and how to speak to it.
type Playing<N> = (mpsc::Sender<<N as Node>::Command>, JoinHandle<N>);

impl Hall {
    fn node<M: confsim_core::signal::Machine>(&self, role: &str, own: &Address, machine: M) -> Endpoint<M> {
        let entropy = self.seed.map_or_else(unforeseeable, |seed| Entropy::named(seed, role));
        Endpoint::new(machine, Settings::new(own.clone()), entropy)
    }

    /// Puts a role to work that only other roles speak to.
    fn play<M>(
        &self,
        role: &str,
        own: &Address,
        machine: M,
        also: impl FnMut(&M::Event) + Send + 'static,
    ) -> Playing<Endpoint<M>>
    where
        M: confsim_core::signal::Machine + Send + 'static,
        M::Command: Send,
        M::Event: Loggable + Send,
        M::Ask: Send,
        M::Timer: Send,
    {
        let (net, inside) = Sockets::new(own, &self.roles, self.start);
        let (commands, queue) = mpsc::channel(1);
        let tap = Events { log: self.log.clone(), also };
        let shell = Shell::new(self.node(role, own, machine), net, tap, super::shell::CONNECTIONS);
        (commands, tokio::spawn(shell.run([inside], queue)))
    }
}

/// What the members of the pool call each other.
struct Members {
    factory: Address,
    focus: Address,
    im_mcu: Address,
}

impl Members {
    /// The names appear in Via and Record-Route, next to the pool's own.
    fn new(name: &Address) -> Self {
        let host = name.as_str().rsplit_once(':').map_or(name.as_str(), |(host, _)| host);
        let member = |role: &str| Address::new(&format!("{role}.{host}:5061"));
        Self { factory: member("factory"), focus: member("focus"), im_mcu: member("mcu") }
    }

    fn front_end(&self, config: &Config) -> front_end::Config {
        let mut own = front_end::Config::new(self.factory.clone(), self.focus.clone(), self.im_mcu.clone());
        own.trusted = config.trusted.iter().map(|host| Address::new(host)).collect();
        own.patience = Some(config.patience);
        own.transport = Some(if config.tcp.is_empty() { "tls" } else { "tcp" });
        own
    }

    fn factory(&self, epoch: Duration) -> factory::Config {
        let mut config = factory::Config::new(self.focus.clone());
        config.epoch = i64::try_from(epoch.as_secs()).unwrap_or(i64::MAX);
        config
    }

    fn focus(&self, front_end: &Address) -> focus::Config {
        focus::Config::new(front_end.clone(), self.im_mcu.clone(), self.factory.clone())
    }

    fn im_mcu(&self, front_end: &Address) -> im_mcu::Config {
        im_mcu::Config::new(self.focus.clone(), front_end.clone())
    }
}

fn local(listener: &TcpListener) -> Option<SocketAddr> {
    listener.local_addr().ok()
}
