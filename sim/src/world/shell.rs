//! The async shell: one node on real or simulated sockets.
//!
//! A shell owns a node and is the only one to touch it. Around it run small tasks that own nothing but a
//! socket: one accepts, one per connection reads, one per connection writes, one per attempt connects. They
//! report to the shell through one queue, so that the node sees one input at a time and is drained before the
//! next (rules 1 and 2 of [`confsim_core`]). The same code runs under turmoil and on the system's sockets:
//! it is generic over [`Net`].

mod connection;
mod net;

pub use net::{Ends, Net};

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::node::{Address, ConnId, Deadline, Input, Node, Output, Transmit};
use confsim_core::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time;

use self::connection::{Connection, News};

/// How many inputs may wait for the node; beyond that the tasks that bring them wait.
const INPUTS: usize = 1024;

/// How many inputs the node takes in a row before others get a turn.
const BATCH: usize = 64;

/// How many accepted connections a node has at most, unless told otherwise.
pub const CONNECTIONS: usize = 16_384;

/// Sees what the shell does, for a trace. The end of a connection is named by both socket addresses.
pub trait Tap<N: Node> {
    /// A connection is up at this node's end; `from` tells who opened it, unless this node did.
    fn up(&mut self, now: Instant, conn: ConnId, ends: Ends, from: Option<&Address>);

    /// The node said this. [`Output::Wait`] is not shown.
    fn output(&mut self, now: Instant, output: &Output<N::Event>);

    /// The node is about to get this input.
    fn input(&mut self, now: Instant, input: &Input<N::Command>);
}

/// What a shell is made of.
pub struct Shell<N: Node, T: Net, P> {
    node: N,
    net: T,
    tap: P,
    connections: BTreeMap<ConnId, Connection>,
    accepted: u32,
    places: Arc<Semaphore>,
    deadline: Option<Deadline>,
    news: mpsc::Sender<News<T::Stream>>,
    inbox: mpsc::Receiver<News<T::Stream>>,
}

impl<N: Node, T: Net, P: Tap<N>> Shell<N, T, P> {
    /// A shell around `node`, which accepts at most `connections` at a time.
    pub fn new(node: N, net: T, tap: P, connections: usize) -> Self {
        let (news, inbox) = mpsc::channel(INPUTS);
        let places = Arc::new(Semaphore::new(connections));
        let (connections, accepted, deadline) = (BTreeMap::new(), 0, None);
        Self { node, net, tap, connections, accepted, places, deadline, news, inbox }
    }

    /// Runs until `commands` ends, which is the local user's way to go. What is written by then still leaves.
    pub async fn run(
        mut self,
        listeners: impl IntoIterator<Item = T::Listener>,
        mut commands: mpsc::Receiver<N::Command>,
    ) -> N {
        for listener in listeners {
            connection::accept(self.net.clone(), listener, Arc::clone(&self.places), self.news.clone());
        }
        self.give(Input::Start);
        loop {
            let due = self.deadline.map(|deadline| self.net.moment(deadline.at));
            // Timers fire before the inputs of their instant (D-6): the order of the arms is the rule.
            tokio::select! {
                biased;
                () = time::sleep_until(due.unwrap_or_else(time::Instant::now)), if due.is_some() => {
                    self.give(Input::Timeout);
                }
                command = commands.recv() => match command {
                    Some(command) => self.give(Input::Command(command)),
                    None => return self.node,
                },
                Some(news) = self.inbox.recv() => self.hear_all(news),
            }
        }
    }

    /// Takes what tasks have reported, until a timer is due: to set the alarm for one costs more than most inputs.
    fn hear_all(&mut self, first: News<T::Stream>) {
        self.hear(first);
        for _ in 1..BATCH {
            let due = self.deadline.is_some_and(|deadline| deadline.at <= self.net.now());
            match self.inbox.try_recv() {
                Ok(news) if !due => self.hear(news),
                Ok(news) => {
                    // It came after the timer was due (D-6).
                    self.give(Input::Timeout);
                    self.hear(news);
                }
                Err(_) => return,
            }
        }
    }

    /// Takes what a task reports.
    fn hear(&mut self, news: News<T::Stream>) {
        match news {
            News::Accepted { stream, from, place } => {
                let conn = ConnId::accepted(self.accepted);
                self.accepted += 1;
                self.start(conn, stream, Some((&from, place)));
                self.give(Input::Accepted { conn, from });
            }
            News::Connected { conn, stream } => {
                if self.connections.contains_key(&conn) {
                    self.start(conn, stream, None);
                    self.give(Input::Connected { conn });
                }
            }
            News::Received { conn, bytes } => {
                if self.connections.contains_key(&conn) {
                    self.give(Input::Received { conn, bytes });
                }
            }
            News::Closed { conn } => {
                if self.connections.remove(&conn).is_some() {
                    self.give(Input::Closed { conn });
                }
            }
        }
    }

    /// Puts a connection's tasks to work.
    fn start(&mut self, conn: ConnId, stream: T::Stream, from: Option<(&Address, OwnedSemaphorePermit)>) {
        let (from, place) = from.unzip();
        self.tap.up(self.net.now(), conn, self.net.ends(&stream), from);
        let backlog = self.net.backlog(&stream);
        let connection = Connection::start(conn, stream, backlog, place, self.news.clone());
        self.connections.insert(conn, connection);
    }

    /// Gives the node one input, drains it, and does what it wants.
    fn give(&mut self, input: Input<N::Command>) {
        let now = self.net.now();
        self.tap.input(now, &input);
        self.node.handle(now, input);
        loop {
            let output = self.node.poll();
            if let Output::Wait(deadline) = output {
                self.deadline = deadline;
                return;
            }
            self.tap.output(now, &output);
            match output {
                Output::Send(transmit) => self.write(transmit),
                Output::Open { conn, to } => {
                    self.connections.insert(conn, Connection::pending());
                    connection::connect(self.net.clone(), conn, to, self.news.clone());
                }
                Output::Close { conn } => {
                    self.connections.remove(&conn);
                }
                Output::Heard { .. }
                | Output::Garbage { .. }
                | Output::Fired { .. }
                | Output::Event(_)
                | Output::Wait(_) => {}
            }
        }
    }

    /// Queues a message; a reader so slow that the queue is full loses its connection.
    fn write(&mut self, transmit: Transmit) {
        let conn = transmit.conn;
        let full = self.connections.get_mut(&conn).is_some_and(|connection| !connection.write(transmit));
        if full && let Some(connection) = self.connections.get_mut(&conn) {
            connection.cut(conn, self.news.clone());
        }
    }
}
