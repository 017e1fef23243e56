//! What a protocol machine is to the signalling layer.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;

use super::draft::Draft;
use super::handle::{ClientTransaction, DialogId, ServerTransaction};
use super::layer::Layer;
use super::timers::{TimerKey, Timers};
use crate::node::{Address, ConnId, Dump, Output};
use crate::time::Instant;
use crate::wire::sip::{Message, Method};

/// A protocol machine above transactions and dialogs.
pub trait Machine: Sized {
    /// What its local user can ask for.
    type Command;
    /// What its local user gets to see.
    type Event;
    /// What a machine remembers of a request it sent, given back with the answer.
    type Ask: Clone + Debug;
    /// Its timers.
    type Timer: TimerKey;

    /// The node's life begins.
    fn start(&mut self, _cx: &mut Context<'_, Self>) {}

    /// The local user wants something.
    fn command(&mut self, cx: &mut Context<'_, Self>, command: Self::Command);

    /// A connection is up, opened by either side.
    fn connected(&mut self, _cx: &mut Context<'_, Self>, _conn: ConnId) {}

    /// A connection is gone. Requests waiting on it have had their [`Outcome::ConnectionLost`] already.
    fn disconnected(&mut self, _cx: &mut Context<'_, Self>, _conn: ConnId, _peer: &Address) {}

    /// A request other than ACK and CANCEL, to be answered exactly once, except BENOTIFY, which has no
    /// answer.
    fn request(&mut self, cx: &mut Context<'_, Self>, request: Request);

    /// The peer cancelled a request that has no final answer yet; the CANCEL itself is answered.
    fn cancelled(&mut self, _cx: &mut Context<'_, Self>, _tx: ServerTransaction) {}

    /// The ACK of our 2xx to an INVITE arrived, for the first time.
    fn acknowledged(&mut self, _cx: &mut Context<'_, Self>, _dialog: DialogId) {}

    /// No ACK came within 64 · T1 (D-1), and the machine has said no BYE that waits for it (D-6).
    fn unacknowledged(&mut self, _cx: &mut Context<'_, Self>, _dialog: DialogId) {}

    /// An ACK that belongs to none of our transactions and dialogs: a proxy passes it on.
    fn stray_ack(&mut self, _cx: &mut Context<'_, Self>, _conn: ConnId, _message: &Arc<Message>) {}

    /// An answer, or the lack of one.
    fn response(&mut self, cx: &mut Context<'_, Self>, response: Response<Self::Ask>);

    /// A timer fired.
    fn timer(&mut self, cx: &mut Context<'_, Self>, timer: Self::Timer);

    /// Adds what the machine holds to the end-of-run dump.
    fn dump(&self, dump: &mut Dump);
}

/// A machine's hands: everything it does goes through here.
#[derive(Debug)]
pub struct Context<'a, M: Machine> {
    pub(super) now: Instant,
    pub(super) layer: &'a mut Layer<M::Ask>,
    pub(super) timers: &'a mut Timers<M::Timer>,
    pub(super) out: &'a mut VecDeque<Output<M::Event>>,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// The handle to answer it by.
    pub tx: ServerTransaction,
    /// The dialog it belongs to, if it matches one of ours.
    pub dialog: Option<DialogId>,
    /// Where it came from.
    pub conn: ConnId,
    /// The message, shared with the wire tap.
    pub message: Arc<Message>,
}

/// What became of a request that we sent.
#[derive(Clone, Debug)]
pub struct Response<A> {
    /// The request.
    pub tx: ClientTransaction,
    /// The dialog it was sent in or has just created.
    pub dialog: Option<DialogId>,
    /// What the machine gave along when sending.
    pub ask: A,
    /// The news.
    pub outcome: Outcome,
}

/// What became of a request that we sent, itself.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A provisional response; more follows.
    Provisional(Arc<Message>),
    /// The final response. To a forwarded INVITE, further 2xx may follow (RFC 6026).
    Final(Arc<Message>),
    /// None came in time (timers B and F).
    TimedOut,
    /// The connection went away first.
    ConnectionLost,
}

impl Outcome {
    /// The SIP status this amounts to: 408 for a time-out, 503 for a lost connection (RFC 3261 8.1.3.1).
    pub fn status(&self) -> u16 {
        match self {
            Self::Provisional(message) | Self::Final(message) => message.code().unwrap_or(0),
            Self::TimedOut => 408,
            Self::ConnectionLost => 503,
        }
    }

    /// The response, if there is one.
    pub fn message(&self) -> Option<&Arc<Message>> {
        match self {
            Self::Provisional(message) | Self::Final(message) => Some(message),
            Self::TimedOut | Self::ConnectionLost => None,
        }
    }

    /// Whether the request succeeded.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// Whether a dialog in which a request fares so is over (RFC 3261 12.2.1.2, D-7).
    pub fn ends_dialog(&self) -> bool {
        matches!(self.status(), 408 | 481)
    }

    /// Whether more is to come.
    pub fn is_provisional(&self) -> bool {
        matches!(self, Self::Provisional(_))
    }
}

/// A request outside any dialog. An INVITE or SUBSCRIBE creates one when it succeeds.
#[derive(Clone, Debug)]
pub struct Outside<'a> {
    /// The method.
    pub method: Method,
    /// The Request-URI.
    pub target: &'a str,
    /// The From value without tag, in name-addr form, with any parameters such as `;epid=…` behind it.
    pub from: &'a str,
    /// The To value, in name-addr form.
    pub to: &'a str,
    /// The Contact value, for requests that need one.
    pub contact: Option<&'a str>,
    /// Everything else.
    pub draft: &'a Draft,
}
