//! The contract between a protocol node and whoever drives it. See the crate documentation for its rules.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::time::Instant;
pub use crate::wire::sip::Summary;
use crate::wire::sip::{Message, SipError};

/// A connection of one node, numbered by that node's side: odd when the node opened it, even when it
/// accepted it. Numbers are never reused within an incarnation of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(u32);

impl ConnId {
    /// The lowest of all.
    pub(crate) const FIRST: Self = Self(0);
    /// The highest of all.
    pub(crate) const LAST: Self = Self(u32::MAX);

    /// The `n`-th connection that the node opens, counting from zero.
    pub const fn opened(n: u32) -> Self {
        Self(n * 2 + 1)
    }

    /// The `n`-th connection that the node accepts, counting from zero.
    pub const fn accepted(n: u32) -> Self {
        Self(n * 2)
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a node listens, as the driver understands it: a host name and port, never resolved by core.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

impl Address {
    /// An address with the given text.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a driver tells a node. After each input the node is drained with [`Node::poll`] until
/// [`Output::Wait`], before the next input.
#[derive(Clone, Debug)]
pub enum Input<C> {
    /// The node's life begins: it opens its connections. The first input, given once.
    Start,
    /// Somebody connected. `from` is the peer's address as the driver vouches for it.
    Accepted {
        /// The new connection, an even number.
        conn: ConnId,
        /// Who is at the other end.
        from: Address,
    },
    /// A connection asked for with [`Output::Open`] is up.
    Connected {
        /// The connection.
        conn: ConnId,
    },
    /// Bytes arrived, split and merged in any way a stream may.
    Received {
        /// The connection.
        conn: ConnId,
        /// At least one byte.
        bytes: Bytes,
    },
    /// The connection is gone, or could not be opened. Nothing more comes from it.
    Closed {
        /// The connection.
        conn: ConnId,
    },
    /// The deadline of the last [`Output::Wait`] has come. Spurious ones change nothing.
    Timeout,
    /// The local user wants something.
    Command(C),
}

/// One message to write: a head of its own and a body that may be shared by many recipients.
#[derive(Clone, Debug)]
pub struct Transmit {
    /// The connection to write to.
    pub conn: ConnId,
    /// Start line and headers, up to and including the empty line.
    pub head: Bytes,
    /// The body, as long as the head's Content-Length says.
    pub body: Bytes,
    /// What it is.
    pub summary: Summary,
}

/// What a node wants, or wants known. [`Output::Wait`] ends every drain.
///
/// Order carries meaning: everything between a [`Output::Heard`] or [`Output::Fired`] and the next one was
/// caused by it; before the first of a drain, the input itself was the cause.
#[derive(Clone, Debug)]
pub enum Output<E> {
    /// A message was read from `conn` and is about to be acted upon: the wire tap's copy.
    Heard {
        /// The connection.
        conn: ConnId,
        /// The very value the machine sees.
        message: Arc<Message>,
        /// How many bytes of this connection's inbound stream are used up with this message.
        end: u64,
    },
    /// What came from `conn` is no SIP; the node closes the connection.
    Garbage {
        /// The connection.
        conn: ConnId,
        /// What is wrong with it, with the offset in the inbound stream.
        error: SipError,
    },
    /// A timer fired.
    Fired {
        /// Its name.
        timer: &'static str,
    },
    /// Write a message, on a connection that is up.
    Send(Transmit),
    /// Connect to `to`; answered with [`Input::Connected`] or [`Input::Closed`].
    Open {
        /// The new connection, an odd number.
        conn: ConnId,
        /// Where to.
        to: Address,
    },
    /// Close the connection after everything written so far. No [`Input::Closed`] follows.
    Close {
        /// The connection.
        conn: ConnId,
    },
    /// Something the local user sees.
    Event(E),
    /// Nothing more to do until an input arrives or the deadline comes.
    Wait(Option<Deadline>),
}

/// When a node next needs [`Input::Timeout`], and for which timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Instant,
    /// The timer's name.
    pub timer: &'static str,
}

/// What is left in a node, by kind of thing: the end-of-run dump that leak checks read.
pub type Dump = BTreeMap<&'static str, u64>;

/// A protocol node, driven from outside.
pub trait Node {
    /// What its local user can ask for.
    type Command;
    /// What its local user gets to see.
    type Event;

    /// Takes one input at `now`, which never lies before the `now` of an earlier call.
    fn handle(&mut self, now: Instant, input: Input<Self::Command>);

    /// The next output; [`Output::Wait`] once there is nothing more, and again if asked again.
    fn poll(&mut self) -> Output<Self::Event>;

    /// What the node holds now.
    fn dump(&self) -> Dump;
}
