//! A node with a saboteur around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use confsim_core::client::{Command, Event};
use confsim_core::entropy::Entropy;
use confsim_core::node::{ConnId, Deadline, Dump, Input, Node, Output};
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Framed, Framer, Limits, SipError};

use super::desk::{Desk, LATE};
use super::{Clock, Letter, Sabotage, Saboteur};
use crate::node::{Part, Peer};

/// A node that may be broken.
pub enum Sabotaged {
    /// It is not.
    Sound(Peer),
    /// It is.
    Broken(Box<Broken>),
}

/// A node whose messages pass through a saboteur, one by one.
///
/// What arrives is cut into messages here: the wire tap gets what was sent, with its place in the stream, and the node
/// what the saboteur makes of it.
pub struct Broken {
    node: Peer,
    saboteur: Box<dyn Saboteur>,
    clock: Clock,
    desk: Desk,
    framers: BTreeMap<ConnId, Framer>,
    deadline: Option<Deadline>,
}

impl Sabotaged {
    /// The node that `part` describes, broken by `sabotage` if that is about its role.
    pub fn new(part: Part<'_>, seed: u64, sabotage: &Sabotage) -> Self {
        if part.node.role() != sabotage.role {
            return Self::Sound(Peer::new(part));
        }
        let stream = format!("saboteur of {}#{}", part.cast.name(part.node), part.incarnation);
        Self::Broken(Box::new(Broken {
            saboteur: (sabotage.saboteur)(),
            clock: sabotage.clock,
            desk: Desk::new(Entropy::named(seed, &stream)),
            framers: BTreeMap::new(),
            deadline: None,
            node: Peer::new(part),
        }))
    }
}

impl Broken {
    /// Bytes arrive: each message that they complete goes to the saboteur, and to the node what he lets through.
    fn receive(&mut self, conn: ConnId, bytes: Bytes) {
        self.framers.entry(conn).or_default().push(bytes);
        while self.desk.open.contains(&conn) {
            match self.framers.get_mut(&conn).map_or(Ok(None), Framer::next) {
                Ok(Some(framed)) => self.hear(conn, framed),
                Ok(None) => return,
                Err(error) => return self.hang_up(conn, error),
            }
        }
    }

    fn hear(&mut self, conn: ConnId, framed: Framed) {
        let Framed { message, end } = framed;
        self.desk.outbox.push_back(Output::Heard { conn, message: Arc::new(message.clone()), end });
        self.saboteur.hears(&mut self.desk, Letter::new(conn, message));
        self.hand_over();
    }

    /// Lets the node hear what the saboteur has for it.
    fn hand_over(&mut self) {
        while let Some(letter) = self.desk.inbox.pop_front() {
            let (conn, message) = (letter.conn(), letter.message());
            if !self.desk.open.contains(&conn) {
                continue;
            }
            let mut bytes = BytesMut::from(message.head().as_ref());
            bytes.extend_from_slice(message.body());
            self.give(Input::Received { conn, bytes: bytes.freeze() });
        }
    }

    /// What arrives is no SIP: the node sees its connection go.
    fn hang_up(&mut self, conn: ConnId, error: SipError) {
        self.desk.outbox.push_back(Output::Garbage { conn, error });
        self.desk.outbox.push_back(Output::Close { conn });
        self.forget(conn);
        self.give(Input::Closed { conn });
    }

    fn forget(&mut self, conn: ConnId) {
        self.desk.open.remove(&conn);
        self.framers.remove(&conn);
    }

    /// Gives the node one input, and the saboteur what it makes of it.
    fn give(&mut self, input: Input<Command>) {
        self.node.handle(self.clock.shows(self.desk.now), input);
        loop {
            match self.node.poll() {
                Output::Send(transmit) => match Letter::written(transmit) {
                    Ok(letter) => self.saboteur.says(&mut self.desk, letter),
                    Err(transmit) => self.desk.outbox.push_back(Output::Send(transmit)),
                },
                Output::Event(event) => self.saboteur.shows(&mut self.desk, event),
                // The tap has got it as it was sent.
                Output::Heard { .. } => {}
                Output::Close { conn } => {
                    self.forget(conn);
                    self.desk.outbox.push_back(Output::Close { conn });
                }
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return;
                }
                other => self.desk.outbox.push_back(other),
            }
        }
    }

    /// When the node or the saboteur is to be woken.
    fn next(&self) -> Option<Deadline> {
        let own = self.deadline.map(|deadline| Deadline { at: self.clock.reaches(deadline.at), ..deadline });
        let late = self.desk.next_late().map(|at| Deadline { at, timer: LATE });
        match (own, late) {
            (Some(own), Some(late)) => Some(if late.at < own.at { late } else { own }),
            (own, late) => own.or(late),
        }
    }
}

impl Node for Broken {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Instant, input: Input<Command>) {
        self.desk.now = now;
        self.desk.release();
        match input {
            Input::Received { conn, bytes } => return self.receive(conn, bytes),
            Input::Accepted { conn, .. } | Input::Connected { conn } => {
                self.desk.open.insert(conn);
                self.framers.insert(conn, Framer::new(Limits::DEFAULT));
            }
            Input::Closed { conn } => self.forget(conn),
            Input::Start | Input::Timeout | Input::Command(_) => {}
        }
        self.give(input);
        self.hand_over();
    }

    fn poll(&mut self) -> Output<Event> {
        self.desk.outbox.pop_front().unwrap_or_else(|| Output::Wait(self.next()))
    }

    fn dump(&self) -> Dump {
        self.saboteur.holds(self.node.dump())
    }
}

impl Node for Sabotaged {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Instant, input: Input<Command>) {
        match self {
            Self::Sound(node) => node.handle(now, input),
            Self::Broken(node) => node.handle(now, input),
        }
    }

    fn poll(&mut self) -> Output<Event> {
        match self {
            Self::Sound(node) => node.poll(),
            Self::Broken(node) => node.poll(),
        }
    }

    fn dump(&self) -> Dump {
        match self {
            Self::Sound(node) => node.dump(),
            Self::Broken(node) => node.dump(),
        }
    }
}
