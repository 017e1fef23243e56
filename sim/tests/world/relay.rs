//! Nodes of no protocol in particular, and how they can go wrong.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use confsim::trace::{Cast, NodeId, Role};
use confsim_core::client::{Command, Event};
use confsim_core::node::{Address, ConnId, Deadline, Dump, Input, Node, Output, Summary, Transmit};
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Framer, Limits, Method, Writer};

/// What the front end, or for some sins the client, does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sin {
    None,
    /// No sin: clients take a nap until [`WAKE`].
    Nap,
    /// No sin: clients answer what they hear with the same.
    Echo,
    /// Leaves a deadline standing that is due.
    StaleDeadline,
    /// Writes to a connection it does not have.
    WrongConnection,
    /// Opens a connection with an even number.
    WrongNumber,
    CloseTwice,
    /// Reports a message it was not sent.
    HearTwice,
    /// Never comes to the end of a drain.
    Babble,
    /// Connects again as soon as it is connected.
    Loop,
    /// Says what it hears far more often than anybody could read it.
    Flood,
}

/// When those wake who take a nap: when the first message of [`super::event`] reaches its recipients.
const WAKE: Instant = Instant::from_micros(1_040_000);

/// A front end that passes on every request to everybody else, or a client that says what it is told to.
pub(crate) struct Relay {
    role: Role,
    sin: Sin,
    framers: BTreeMap<ConnId, Framer>,
    out: VecDeque<Output<Event>>,
    nap: Option<Instant>,
    opened: u32,
    peer: Address,
}

impl Relay {
    pub(crate) fn new(node: NodeId, cast: &Cast, sin: Sin) -> Self {
        let peer = if node == NodeId::FRONT_END { NodeId::FACTORY } else { NodeId::FRONT_END };
        let peer = cast.address(peer);
        let (framers, out) = (BTreeMap::new(), VecDeque::new());
        Self { role: node.role(), sin, framers, out, nap: None, opened: 0, peer }
    }

    fn connect(&mut self) {
        self.out.push_back(Output::Open { conn: ConnId::opened(self.opened), to: self.peer.clone() });
        self.opened += 1;
    }

    fn send(&mut self, conn: ConnId, head: Bytes, body: Bytes) {
        let summary = Summary::Request(Method::Message);
        self.out.push_back(Output::Send(Transmit { conn, head, body, summary }));
    }

    fn received(&mut self, now: Instant, conn: ConnId, bytes: Bytes) {
        let Some(framer) = self.framers.get_mut(&conn) else { return };
        framer.push(bytes);
        while let Some(framed) = self.framers.get_mut(&conn).and_then(|framer| framer.next().unwrap()) {
            let heard = Output::Heard { conn, message: Arc::new(framed.message.clone()), end: framed.end };
            self.out.push_back(heard.clone());
            if self.role != Role::FrontEnd {
                if self.sin == Sin::Echo {
                    self.send(conn, framed.message.head().clone(), framed.message.body().clone());
                }
                continue;
            }
            for other in self.framers.keys().copied().filter(|other| *other != conn).collect::<Vec<_>>() {
                self.send(other, framed.message.head().clone(), framed.message.body().clone());
            }
            match self.sin {
                Sin::None | Sin::Nap | Sin::Echo | Sin::Babble => {}
                Sin::Loop => self.connect(),
                Sin::Flood => {
                    let other = self.framers.keys().copied().find(|other| *other != conn);
                    for _ in 0..250_000 {
                        let (head, body) = (framed.message.head().clone(), framed.message.body().clone());
                        self.send(other.unwrap_or(conn), head, body);
                    }
                }
                Sin::StaleDeadline => self.nap = Some(now + Duration::from_secs(1)),
                Sin::WrongConnection => self.send(ConnId::accepted(77), Bytes::new(), Bytes::new()),
                Sin::WrongNumber => {
                    self.out.push_back(Output::Open { conn: ConnId::accepted(77), to: self.peer.clone() });
                }
                Sin::CloseTwice => self.out.extend([Output::Close { conn }, Output::Close { conn }]),
                Sin::HearTwice => self.out.push_back(heard),
            }
        }
    }
}

impl Node for Relay {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Instant, input: Input<Command>) {
        match input {
            Input::Connected { .. } if self.sin == Sin::Loop && self.role == Role::FrontEnd => self.connect(),
            Input::Start | Input::Connected { .. } => {}
            Input::Accepted { conn, .. } => {
                self.framers.insert(conn, Framer::new(Limits::default()));
            }
            Input::Received { conn, bytes } => self.received(now, conn, bytes),
            Input::Closed { conn } => {
                self.framers.remove(&conn);
            }
            Input::Timeout if self.sin == Sin::Nap && self.nap == Some(now) => {
                self.nap = None;
                self.out.push_back(Output::Fired { timer: "nap" });
            }
            Input::Timeout => {}
            Input::Command(Command::SignIn) => {
                self.framers.insert(ConnId::opened(self.opened), Framer::new(Limits::default()));
                self.connect();
                self.nap = (self.sin == Sin::Nap).then_some(WAKE);
            }
            Input::Command(Command::Create { subject }) => {
                let mut writer = Writer::new();
                writer.start_request(&Method::Message, "sip:everybody@contoso.com");
                let head = writer.finish(subject.len());
                let known = self.framers.keys().next().copied();
                if let Some(conn) = known {
                    self.send(conn, head, Bytes::from(subject));
                }
            }
            Input::Command(_) => {}
        }
    }

    fn poll(&mut self) -> Output<Event> {
        if self.sin == Sin::Babble && self.role == Role::FrontEnd {
            return Output::Fired { timer: "babble" };
        }
        let deadline = self.nap.map(|at| Deadline { at, timer: "nap" });
        self.out.pop_front().unwrap_or(Output::Wait(deadline))
    }

    fn dump(&self) -> Dump {
        Dump::from([("connections", self.framers.len() as u64)])
    }
}
