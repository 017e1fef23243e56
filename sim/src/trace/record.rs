//! What a world reports, one record at a time.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use confsim_core::client;
use confsim_core::node::{Dump, Summary};
use confsim_core::time::Instant;
use confsim_core::wire::sip::Message;

use super::NodeId;

/// A message on one hop, numbered in the order of emission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MsgId(pub u32);

/// A connection between two nodes, numbered in the order of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// A step of the scenario, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

/// Sees what happens, as it happens.
///
/// Records come in causal order with times that never decrease. An observer sees what a wire tap and the users
/// see, never what a node thinks.
pub trait Observer {
    /// `record` happened at `at`.
    fn observe(&mut self, at: Instant, record: &Record);
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Record {
    /// A user did what the scenario says, or could not.
    Step {
        /// Which step.
        step: StepId,
        /// Who.
        who: NodeId,
        /// Why it was not done, if it was not.
        skipped: Option<Skip>,
    },
    /// A node wrote a message.
    Emitted(Emitted),
    /// A message that a fault has kept back goes on its way.
    Released {
        /// Which.
        id: MsgId,
    },
    /// A node read a message, and is about to act upon it.
    Heard(Heard),
    /// A message will not arrive.
    Lost {
        /// Which.
        id: MsgId,
        /// Why.
        fate: Fate,
    },
    /// A node read what is no SIP, and hung up.
    Garbage {
        /// Which node.
        who: NodeId,
        /// From which connection.
        connection: ConnectionId,
        /// What is wrong with it.
        error: String,
    },
    /// A user sees something.
    Event {
        /// Who.
        who: NodeId,
        /// Why.
        cause: Cause,
        /// What.
        event: client::Event,
    },
    /// A timer fired.
    Timer {
        /// In which node.
        who: NodeId,
        /// Its name.
        name: &'static str,
    },
    /// A connection is being opened.
    Opened(Opened),
    /// A node knows that its connection is up.
    Up {
        /// Which node.
        who: NodeId,
        /// Which connection.
        connection: ConnectionId,
    },
    /// A node closes its end.
    Closed {
        /// Which node.
        who: NodeId,
        /// Which connection.
        connection: ConnectionId,
        /// Why.
        cause: Cause,
    },
    /// A node sees that its connection is gone, or never came up.
    Gone {
        /// Which node.
        who: NodeId,
        /// Which connection.
        connection: ConnectionId,
    },
    /// A fault of the scenario struck.
    Fault {
        /// Which, by its place in the list.
        fault: u32,
        /// The message it struck, if it is about one.
        message: Option<MsgId>,
        /// The connection it struck.
        connection: ConnectionId,
    },
    /// A participant wrote bytes that are no SIP message.
    Said {
        /// Who.
        who: NodeId,
        /// On which connection.
        connection: ConnectionId,
        /// What.
        bytes: Bytes,
    },
    /// A fault of the scenario struck a node itself, or lets go of it.
    Host {
        /// Which node.
        who: NodeId,
        /// Which fault, by its place in the list.
        fault: u32,
        /// What that makes of it.
        change: HostChange,
    },
    /// The run is over; what is left in a node.
    End {
        /// Which node.
        who: NodeId,
        /// What it holds.
        dump: Dump,
    },
}

/// Why a step was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// The conference that the step names does not exist.
    NoConference,
    /// The user's host is down.
    Down,
    /// The user has no connection, which the step needs.
    NotConnected,
    /// The step names something that was never seen: a dialog, for example.
    Unknown,
}

/// What becomes of a node when its host is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostChange {
    /// It is gone, with its memory and its connections.
    Crashed,
    /// It begins again, for the so many-th time.
    Back {
        /// Which life this is, counting from 1.
        incarnation: u32,
    },
    /// It stands still.
    Paused,
    /// It goes on.
    Resumed,
    /// Its clock has an error from now on.
    Clock,
    /// Its disk takes nothing more.
    DiskFull,
    /// Its disk has room again.
    DiskFree,
}

/// A message as it was written.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// Its number.
    pub id: MsgId,
    /// Who wrote it.
    pub from: NodeId,
    /// Who is at the other end of the connection.
    pub to: NodeId,
    /// Who said it: differs from `from` where a proxy passes it on.
    pub origin: NodeId,
    /// The connection.
    pub connection: ConnectionId,
    /// What led to it.
    pub cause: Cause,
    /// What it is.
    pub summary: Summary,
    /// Start line and headers, up to and including the empty line.
    pub head: Bytes,
    /// The body.
    pub body: Bytes,
}

/// A message as it was read.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The number it was emitted under.
    pub id: MsgId,
    /// Who wrote it.
    pub from: NodeId,
    /// Who read it.
    pub to: NodeId,
    /// Who said it: differs from `from` where a proxy passes it on.
    pub origin: NodeId,
    /// The connection.
    pub connection: ConnectionId,
    /// When it was emitted.
    pub emitted: Instant,
    /// The very value the node's machine sees.
    pub message: Arc<Message>,
}

/// A new connection, named for people by who opens it to whom and how many there were before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its number.
    pub connection: ConnectionId,
    /// Who opens it.
    pub opener: NodeId,
    /// To whom; `None` when nobody listens at the address.
    pub acceptor: Option<NodeId>,
    /// Which of the connections between these two, in either direction, counting from 1.
    pub nth: u32,
}

/// What led to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The beginning of the node's life.
    Start,
    /// What a user did.
    Step(StepId),
    /// A message that was read.
    Message(MsgId),
    /// A timer that fired.
    Timer(&'static str),
    /// A connection that came up, was lost, or carried no SIP.
    Connection(ConnectionId),
    /// A fault of the scenario, by its place in the list: nobody said this.
    Fault(u32),
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A fault of the scenario (by its place in the list) took it out.
    Fault(u32),
    /// Its connection ended first.
    Connection,
}

impl fmt::Display for MsgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}
