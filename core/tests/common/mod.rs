//! A node on a bench: texts in, texts out.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::fmt;

use bytes::Bytes;
use confsim_core::node::{Address, ConnId, Input, Node, Output, Transmit};
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Message, Method, Name};

/// A node under test and the present.
pub(crate) struct Bench<N: Node> {
    pub(crate) node: N,
    pub(crate) now: Instant,
    /// What the local user has seen and nobody has asked for yet.
    pub(crate) events: Vec<N::Event>,
    accepted: u32,
}

/// Something that left the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    Sent(Sent),
    Open(ConnId, Address),
    Close(ConnId),
    Garbage(ConnId),
}

/// A message that left the node.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) conn: ConnId,
    pub(crate) text: String,
    pub(crate) message: Message,
}

impl<N: Node> Bench<N> {
    /// A node before its start.
    pub(crate) fn new(node: N) -> Self {
        Self { node, now: Instant::ZERO, events: Vec::new(), accepted: 0 }
    }

    /// Gives one input, and takes everything that leaves the node on it.
    pub(crate) fn give(&mut self, input: Input<N::Command>) -> Vec<Out> {
        self.node.handle(self.now, input);
        let mut out = Vec::new();
        loop {
            match self.node.poll() {
                Output::Wait(_) => return out,
                Output::Send(transmit) => out.push(Out::Sent(self.sent(&transmit))),
                Output::Open { conn, to } => out.push(Out::Open(conn, to)),
                Output::Close { conn } => out.push(Out::Close(conn)),
                Output::Garbage { conn, .. } => out.push(Out::Garbage(conn)),
                Output::Event(event) => self.events.push(event),
                Output::Heard { .. } | Output::Fired { .. } => {}
            }
        }
    }

    fn sent(&self, transmit: &Transmit) -> Sent {
        let text = [&transmit.head[..], &transmit.body[..]].concat();
        let (message, surplus) = Message::parse_datagram(Bytes::from(text.clone())).expect("a SIP message");
        assert_eq!(surplus, 0);
        if message.is_request() || message.cseq().is_ok() {
            assert_eq!(message.summary(), transmit.summary);
        }
        let text = String::from_utf8(text).expect("UTF-8");
        Sent { at: self.now, conn: transmit.conn, text, message }
    }

    /// A connection from `peer`.
    pub(crate) fn accept(&mut self, peer: &str) -> ConnId {
        let conn = ConnId::accepted(self.accepted);
        self.accepted += 1;
        self.give(Input::Accepted { conn, from: Address::new(peer) });
        conn
    }

    /// A message arrives, written as [`sip`] reads it.
    pub(crate) fn hear(&mut self, conn: ConnId, text: &str) -> Vec<Sent> {
        messages(self.give(Input::Received { conn, bytes: Bytes::from(sip(text)) }))
    }

    /// The local user wants something.
    pub(crate) fn command(&mut self, command: N::Command) -> Vec<Sent> {
        messages(self.give(Input::Command(command)))
    }

    /// Time passes; every deadline on the way is kept.
    pub(crate) fn pass(&mut self, span: Duration) -> Vec<Sent> {
        let end = self.now + span;
        let mut sent = Vec::new();
        while let Output::Wait(Some(deadline)) = self.node.poll() {
            if deadline.at > end {
                break;
            }
            self.now = self.now.max(deadline.at);
            sent.extend(messages(self.give(Input::Timeout)));
        }
        self.now = end;
        sent
    }

    /// What the local user has seen since the last time.
    pub(crate) fn seen(&mut self) -> Vec<N::Event> {
        std::mem::take(&mut self.events)
    }
}

impl Sent {
    /// The first line.
    pub(crate) fn start(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    pub(crate) fn code(&self) -> Option<u16> {
        self.message.code()
    }

    pub(crate) fn is(&self, method: &Method) -> bool {
        self.message.is_request() && self.message.method() == method
    }

    pub(crate) fn header(&self, name: Name) -> &str {
        self.message.header(name).unwrap_or_default()
    }

    /// The tag of the To header.
    pub(crate) fn tag(&self) -> &str {
        self.message.to().ok().and_then(|to| to.tag()).unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &str {
        std::str::from_utf8(self.message.body()).unwrap_or_default()
    }

    /// A response to this request, written as [`sip`] reads it.
    pub(crate) fn response(&self, status: &str, tag: &str, more: &str) -> String {
        let mut text = format!("SIP/2.0 {status}\n");
        for field in self.message.fields() {
            match field.name() {
                Name::To if !tag.is_empty() && self.tag().is_empty() => {
                    text.push_str(&format!("To: {};tag={tag}\n", field.value()));
                }
                Name::Via | Name::From | Name::To | Name::CallId | Name::CSeq | Name::RecordRoute => {
                    text.push_str(&format!("{}: {}\n", field.spelling(), field.value()));
                }
                _ => {}
            }
        }
        text + more
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}: {}", self.at, self.conn, self.text)
    }
}

/// The bytes of a message written with plain line ends: head, empty line, body. Content-Length is added.
pub(crate) fn sip(text: &str) -> String {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let head = head.trim_end().replace('\n', "\r\n");
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The messages among what left a node.
pub(crate) fn messages(out: Vec<Out>) -> Vec<Sent> {
    out.into_iter()
        .filter_map(|out| match out {
            Out::Sent(sent) => Some(sent),
            _ => None,
        })
        .collect()
}

/// The first lines.
pub(crate) fn starts(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(Sent::start).collect()
}

/// The only one.
#[track_caller]
pub(crate) fn only(mut sent: Vec<Sent>) -> Sent {
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.remove(0)
}
