//! The pool link (D-11): a reliable, ordered channel of documents between two pool members.
//!
//! Each document travels as the body of a SERVICE request between the two, in both directions over one
//! connection, with a header
//!
//! ```text
//! Pool-Link: EPOCH;seq=N;ack=M;peer=EPOCH
//! ```
//!
//! `EPOCH` names the sender's incarnation, `seq` counts its documents from 1 (0: no document, a greeting),
//! `ack` is the highest number taken over from the peer, and `peer` the incarnation the sender believes it
//! speaks to (absent in a greeting to a stranger). The 200 to the SERVICE carries the same header and no
//! body, and so acknowledges.
//!
//! * What is not acknowledged is kept, and sent again after [`RESEND`] and whenever the connection is back.
//! * A repeat is acknowledged and otherwise ignored; a document that skips a number is not taken over and
//!   comes again, in order. A document meant for an earlier incarnation is not taken over.
//! * A peer with a new epoch counts from 1 again: what waited for it is void, numbers start again on both
//!   sides, and the machine hears [`News::Fresh`] and sends its full state.
//! * An epoch is `INCARNATION` or, after the link has been renewed, `INCARNATION.N`. A peer of another
//!   incarnation was restarted and has lost its state; one that renewed the link has not
//!   ([`Link::meeting`]).
//! * A member that cannot get rid of [`OUTSTANDING_MAX`] documents renews the link: its memory stays bounded
//!   however long the peer is away, and what was given up is made good by the exchange of full states.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::node::{Address, ConnId};
use crate::signal::{Context, Draft, Machine, Outcome, Outside, Request, TimerKey};
use crate::time::Duration;
use crate::wire::sip::{Message, Method, Name, PoolLink};

/// How long a document may stay unacknowledged before it is sent again, and how long the opener of a lost
/// connection waits before it tries anew. Ours: far above a pool's round trip, far below timer F.
pub const RESEND: Duration = Duration::from_secs(2);

/// How many documents may wait for acknowledgement. Beyond that the link is renewed under a new epoch, which
/// both sides learn of as [`News::Fresh`].
pub const OUTSTANDING_MAX: usize = 4096;

/// What travels on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A C3P request or response.
    Command,
    /// A conference-info document: sessions of the IM MCU, full or partial.
    State,
}

impl Kind {
    fn content_type(self) -> &'static str {
        match self {
            Self::Command => "application/cccp+xml",
            Self::State => "application/conference-info+xml",
        }
    }
}

/// What a machine learns from its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The peer is new, or we are new to it: send it the full state.
    Fresh,
    /// The next document.
    Document(Kind, Bytes),
}

/// How a member met the peer that it has last heard of as [`News::Fresh`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// For the first time in this member's life: everything sent so far reaches it.
    First,
    /// Again, with its memory: documents may have been given up on either side.
    Again,
    /// Again, after it was restarted and has lost its memory.
    Restarted,
}

/// Which side opens the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// This one.
    Opener,
    /// The peer.
    Acceptor,
}

/// One end of a link. `A` is the machine's ask for the link's own requests, `T` the machine's timer for it.
#[derive(Clone, Debug)]
pub struct Link<A, T> {
    peer: Address,
    side: Side,
    /// What the member's epochs start with: its incarnation.
    incarnation: Box<str>,
    epoch: Box<str>,
    renewals: u32,
    peer_epoch: Option<Box<str>>,
    /// What the peer's epochs start with, once it has been met, and how that was last.
    peer_incarnation: Option<Box<str>>,
    meeting: Meeting,
    /// Whether there is a connection, up and not just asked for: what waits has been sent on it.
    up: bool,
    /// Whether the peer has spoken on the present connection.
    in_step: bool,
    sent: u64,
    taken: u64,
    waiting: BTreeMap<u64, (Kind, Bytes)>,
    ask: A,
    timer: T,
}

impl<A: Clone, T: TimerKey> Link<A, T> {
    /// A link with `peer`, in the incarnation `epoch` of this member.
    pub fn new(peer: Address, side: Side, epoch: &str, ask: A, timer: T) -> Self {
        Self {
            peer,
            side,
            incarnation: epoch.into(),
            epoch: epoch.into(),
            renewals: 0,
            peer_epoch: None,
            peer_incarnation: None,
            meeting: Meeting::First,
            up: false,
            in_step: false,
            sent: 0,
            taken: 0,
            waiting: BTreeMap::new(),
            ask,
            timer,
        }
    }

    /// Whether `conn` is this link's connection: the only place its commands count (D-11).
    pub fn owns<M: Machine>(&self, cx: &Context<'_, M>, conn: ConnId) -> bool {
        cx.peer(conn) == Some(&self.peer)
    }

    /// Opens the connection, if that is this side's part.
    pub fn start<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>) {
        if self.side == Side::Opener {
            cx.open(&self.peer);
        }
    }

    /// The connection is up: greet, and send again what waits.
    pub fn connected<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>) {
        self.up = true;
        self.greet(cx);
        self.send_waiting(cx);
    }

    /// The connection is gone.
    pub fn disconnected<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>) {
        self.up = false;
        self.in_step = false;
        cx.set_timer(self.timer, cx.now() + RESEND);
    }

    /// The link's timer fired: open again, or send again what waits.
    pub fn timer<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>) {
        if cx.connection_to(&self.peer).is_some() {
            if !self.is_in_step() {
                self.greet(cx);
            }
            self.send_waiting(cx);
        } else {
            self.start(cx);
        }
    }

    /// Sends a document; it arrives once and in order, unless one of the two is restarted.
    pub fn send<M: Machine<Ask = A, Timer = T>>(
        &mut self,
        cx: &mut Context<'_, M>,
        kind: Kind,
        document: impl Into<Bytes>,
    ) {
        if self.waiting.len() >= OUTSTANDING_MAX {
            self.start_over();
        }
        // One that runs already has its own due: steady traffic must not put it off for ever.
        if self.waiting.is_empty() {
            cx.set_timer(self.timer, cx.now() + RESEND);
        }
        self.sent += 1;
        let document = document.into();
        self.waiting.insert(self.sent, (kind, document.clone()));
        // A stranger is greeted first; documents follow once it has shown its epoch. What waited before goes first.
        if self.peer_epoch.is_some() && self.up {
            self.transmit(cx, self.sent, Some((kind, document)));
        }
    }

    /// A SERVICE request from the peer: answers it, and says what is new.
    pub fn request<M: Machine<Ask = A, Timer = T>>(
        &mut self,
        cx: &mut Context<'_, M>,
        request: &Request,
    ) -> Vec<News> {
        let mut news = Vec::new();
        let Some(envelope) = envelope(&request.message) else {
            cx.respond(request.tx, 400, "Bad Request", &Draft::new());
            return news;
        };
        self.meet(cx, envelope.epoch, &mut news);
        let current = envelope.peer.is_none_or(|epoch| *epoch == *self.epoch);
        if current {
            self.acknowledged(cx, envelope.ack);
        }
        if current && envelope.peer.is_some() && envelope.seq == self.taken + 1 {
            self.taken = envelope.seq;
            news.extend(document(&request.message));
        }
        let draft = Draft::new().header("Pool-Link", self.envelope(envelope.seq));
        cx.respond(request.tx, 200, "OK", &draft);
        news
    }

    /// The answer to a request of the link.
    pub fn response<M: Machine<Ask = A, Timer = T>>(
        &mut self,
        cx: &mut Context<'_, M>,
        outcome: &Outcome,
    ) -> Vec<News> {
        let mut news = Vec::new();
        if let Some(envelope) = outcome.message().and_then(|message| envelope(message)) {
            self.meet(cx, envelope.epoch, &mut news);
            if envelope.peer.is_some_and(|epoch| *epoch == *self.epoch) {
                self.acknowledged(cx, envelope.ack);
            }
        }
        news
    }

    /// Whether the peer has spoken on the present connection: it need not be greeted any more.
    fn is_in_step(&self) -> bool {
        self.in_step && self.peer_epoch.is_some()
    }

    /// How the peer was met the last time it was [`News::Fresh`].
    pub fn meeting(&self) -> Meeting {
        self.meeting
    }

    /// How many documents wait for acknowledgement.
    pub fn outstanding(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// Takes note of who the peer is now.
    fn meet<M: Machine<Ask = A, Timer = T>>(
        &mut self,
        cx: &mut Context<'_, M>,
        epoch: &str,
        news: &mut Vec<News>,
    ) {
        self.in_step = true;
        let stranger = self.peer_epoch.is_none();
        if self.peer_epoch.as_deref() == Some(epoch) {
            return;
        }
        self.peer_epoch = Some(epoch.into());
        let incarnation = epoch.split('.').next().unwrap_or(epoch);
        self.meeting = match self.peer_incarnation.as_deref() {
            None => Meeting::First,
            Some(known) if known == incarnation => Meeting::Again,
            Some(_) => Meeting::Restarted,
        };
        self.peer_incarnation = Some(incarnation.into());
        self.taken = 0;
        if !stranger {
            self.sent = 0;
            self.waiting.clear();
        }
        news.push(News::Fresh);
        self.send_waiting(cx);
    }

    /// Says who is there, again and again until the peer does.
    fn greet<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>) {
        self.transmit(cx, 0, None);
        if !self.is_in_step() {
            cx.set_timer(self.timer, cx.now() + RESEND);
        }
    }

    /// Renews the link: gives up what waits, and the peer's idea of this member with it.
    fn start_over(&mut self) {
        self.renewals += 1;
        self.epoch = format!("{}.{}", self.incarnation, self.renewals).into();
        self.peer_epoch = None;
        self.sent = 0;
        self.taken = 0;
        self.waiting.clear();
    }

    fn acknowledged<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>, ack: u64) {
        let before = self.waiting.len();
        self.waiting.retain(|seq, _| *seq > ack);
        if self.waiting.is_empty() {
            cx.clear_timer(self.timer);
        } else if self.waiting.len() < before {
            cx.set_timer(self.timer, cx.now() + RESEND);
        }
    }

    fn send_waiting<M: Machine<Ask = A, Timer = T>>(&mut self, cx: &mut Context<'_, M>) {
        if self.peer_epoch.is_some() {
            for (seq, document) in self.waiting.clone() {
                self.transmit(cx, seq, Some(document));
            }
        }
        if !self.waiting.is_empty() {
            cx.set_timer(self.timer, cx.now() + RESEND);
        } else if self.is_in_step() {
            cx.clear_timer(self.timer);
        }
    }

    fn transmit<M: Machine<Ask = A, Timer = T>>(
        &self,
        cx: &mut Context<'_, M>,
        seq: u64,
        document: Option<(Kind, Bytes)>,
    ) {
        let Some(conn) = cx.connection_to(&self.peer) else { return };
        let mut draft = Draft::new().header("Pool-Link", self.envelope(seq));
        if let Some((kind, document)) = document {
            draft = draft.content(kind.content_type(), document);
        }
        let target = format!("sip:{}", self.peer);
        let outside = Outside {
            method: Method::Service,
            target: &target,
            from: &format!("<sip:{}>", cx.address()),
            to: &format!("<{target}>"),
            contact: None,
            draft: &draft,
        };
        cx.send(conn, &outside, self.ask.clone());
    }

    fn envelope(&self, seq: u64) -> PoolLink<'_> {
        PoolLink { epoch: &self.epoch, seq, ack: self.taken, peer: self.peer_epoch.as_deref() }
    }
}

fn envelope(message: &Message) -> Option<PoolLink<'_>> {
    message.pool_link().ok().flatten()
}

/// The document that a SERVICE of the link carries.
fn document(message: &Message) -> Option<News> {
    let content_type = message.header(Name::ContentType)?;
    let kind = [Kind::Command, Kind::State].into_iter().find(|kind| kind.content_type() == content_type)?;
    Some(News::Document(kind, message.body().clone()))
}
