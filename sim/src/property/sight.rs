//! What observers see of a run.

use std::collections::BTreeSet;

use bytes::Bytes;
use confsim_core::client::Event;
use confsim_core::node::{Dump, Summary};
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method};

use super::Verdict;
use super::brief::Brief;
use super::command::{Command, Progress, Term};
use super::dialog::{Dialog, DialogId, Use};
use super::dialogs::Dialogs;
use super::document::News;
use super::letter::Letter;
use super::reach::Reach;
use super::verdict::Finding;
use crate::fault::Skew;
use crate::trace::{Cast, ConnectionId, MsgId, NodeId};

/// One thing an observer sees.
#[derive(Clone, Copy)]
pub(super) enum Sight<'a> {
    /// The focus or the IM MCU says something of its own.
    Said(&'a Spoken<'a>),
    /// A node reads something and acts upon it next.
    Heard(&'a Spoken<'a>),
    /// The front end reads something, to pass it on or to answer it.
    Passing(&'a Spoken<'a>),
    /// A node writes something.
    Sent {
        /// Its number.
        id: MsgId,
        /// Who writes it.
        node: NodeId,
        /// The message that led to it.
        cause: MsgId,
        /// What it is.
        summary: &'a Summary,
    },
    /// A node writes a message, of its own or passed on: what its text says.
    Wrote(&'a Written<'a>),
    /// A node reads a message: what its text says.
    Read(&'a Reading<'a>),
    /// A message of provisioning passes a place.
    Service(Place, &'a Spoken<'a>),
    /// A user sees something.
    Event(NodeId, &'a Event),
    /// A node reads what is no SIP, for this reason.
    Garbage(NodeId, &'a str),
    /// A connection is gone, as seen by one of its ends.
    Gone(NodeId, ConnectionId),
    /// A node has closed its end of a connection.
    Closed(NodeId, ConnectionId),
    /// A node has lost its memory.
    Crashed(NodeId),
    /// The run is over, and this is left in a node.
    Left(NodeId, &'a Dump),
}

/// What observers are to be shown: the kinds of [`Sight`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Said,
    Heard,
    Passing,
    Sent,
    Wrote,
    Read,
    Service,
    Event,
    Garbage,
    /// [`Sight::Gone`] and [`Sight::Closed`].
    Connection,
    Crashed,
    Left,
}

impl Sight<'_> {
    /// Its kind.
    #[inline(always)]
    pub(super) const fn topic(&self) -> Topic {
        match self {
            Self::Said(_) => Topic::Said,
            Self::Heard(_) => Topic::Heard,
            Self::Passing(_) => Topic::Passing,
            Self::Sent { .. } => Topic::Sent,
            Self::Wrote(_) => Topic::Wrote,
            Self::Read(_) => Topic::Read,
            Self::Service(..) => Topic::Service,
            Self::Event(..) => Topic::Event,
            Self::Garbage(..) => Topic::Garbage,
            Self::Gone(..) | Self::Closed(..) => Topic::Connection,
            Self::Crashed(_) => Topic::Crashed,
            Self::Left(..) => Topic::Left,
        }
    }
}

/// Where a message between a client and the focus factory is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Its client writes it.
    ClientSays,
    /// The factory reads it.
    FactoryHears,
    /// The factory writes it.
    FactorySays,
    /// Its client reads it.
    ClientHears,
}

/// A message and where it was said or heard.
pub(super) struct Spoken<'a> {
    /// Its number on this hop.
    pub(super) id: MsgId,
    /// Who says it, or hears it.
    pub(super) node: NodeId,
    /// Who is at the other end of the connection.
    pub(super) peer: NodeId,
    /// On which connection.
    pub(super) connection: ConnectionId,
    /// What it says.
    pub(super) message: &'a Message,
    /// The dialog of the focus or the IM MCU it belongs to, if it is known, as this message leaves it.
    pub(super) dialog: Option<DialogId>,
    /// What it tells of the roster, if the focus says it.
    pub(super) news: News,
    /// The command in it, if the focus or the IM MCU says or hears it.
    pub(super) command: Option<&'a Command>,
    /// What becomes of a command by it, if the focus says it.
    pub(super) progress: Option<&'a Progress>,
    /// Whether it carries the next document on the link to the IM MCU, which hears it (D-11).
    pub(super) fresh: bool,
}

impl<'a> Spoken<'a> {
    /// Nothing but the message.
    pub(super) const fn new(
        id: MsgId,
        node: NodeId,
        peer: NodeId,
        connection: ConnectionId,
        message: &'a Message,
    ) -> Self {
        let (news, dialog, command, progress) = (News::Nothing, None, None, None);
        Self { id, node, peer, connection, message, dialog, news, command, progress, fresh: false }
    }

    /// Dialog and CSeq number: the same for a request within a dialog and its answers.
    pub(super) fn key(&self) -> Option<(DialogId, u32)> {
        Some((self.dialog?, self.message.cseq().ok()?.seq))
    }

    /// The conference that a pool member tells another to serve: it has just become active, or is told again.
    pub(super) fn begins(&self) -> Option<&'a str> {
        let command = self.command.filter(|_| *self.message.method() == Method::Service)?;
        match command.term()? {
            Term::Begins(conference) => Some(conference),
            Term::Ends(_) => None,
        }
    }

    /// What the IM MCU hears of a conference as a whole for the first time.
    pub(super) fn term(&self) -> Option<Term<'a>> {
        self.command.filter(|_| self.fresh)?.term()
    }
}

/// Somebody writes a message.
pub(super) struct Written<'a> {
    pub(super) id: MsgId,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    /// Who said it first.
    pub(super) origin: NodeId,
    /// Whether it says this of its own, and passes nothing on.
    pub(super) own: bool,
    pub(super) connection: ConnectionId,
    /// The message that led to it, if one did.
    pub(super) cause: Option<MsgId>,
    pub(super) letter: &'a Letter<'a>,
    pub(super) brief: Brief,
    /// Start line and headers.
    pub(super) head: &'a Bytes,
    pub(super) body: &'a Bytes,
}

/// Somebody reads a message.
pub(super) struct Reading<'a> {
    pub(super) id: MsgId,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) connection: ConnectionId,
    pub(super) brief: Brief,
    /// Start line and headers.
    pub(super) head: &'a [u8],
}

/// What all observers know alike.
pub(super) struct Scene {
    /// Who is who.
    pub(super) cast: Cast,
    /// Now.
    pub(super) at: Instant,
    /// The number of this sight: they are ordered also within one instant.
    pub(super) tick: u64,
    /// By how much the nodes' clocks are wrong, by node number.
    pub(super) skews: Vec<Skew>,
    /// The dialogs of the focus and of the IM MCU.
    pub(super) dialogs: Dialogs,
    /// Whether a connection between pool members has been broken: what they owe may then be unpaid.
    pub(super) pool_broken: bool,
    /// Clients, by node number, whose connection has been broken or whose subscriptions a fault has struck.
    pub(super) struck: Vec<bool>,
    /// Participants who write messages by hand.
    pub(super) forgers: Vec<NodeId>,
    /// Connections that carry what no node wrote.
    pub(super) tainted: BTreeSet<ConnectionId>,
    /// Whom the pool can reach, and when the last fault has let go.
    pub(super) reach: Reach,
}

/// Judges one family of properties.
pub(super) trait Observe {
    /// What it is to be shown.
    const TOPICS: &'static [Topic];

    /// Something is seen, of these topics.
    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict);

    /// The run is over.
    fn end(&mut self, scene: &Scene, verdict: &mut Verdict);
}

impl Scene {
    /// What the clock of `node` shows at `at`: a node is judged by its own clock.
    pub(super) fn shows(&self, node: NodeId, at: Instant) -> Instant {
        self.skews.get(node.index()).map_or(at, |skew| skew.shows(at))
    }

    /// What the clock of `node` shows now.
    pub(super) fn clock(&self, node: NodeId) -> Instant {
        self.shows(node, self.at)
    }

    /// Whether a fault has struck what `client` needs to keep up.
    pub(super) fn struck(&self, client: NodeId) -> bool {
        self.struck.get(client.index()).copied().unwrap_or_default()
    }

    /// Whether `who` writes messages by hand: such a one is not judged.
    pub(super) fn forges(&self, who: NodeId) -> bool {
        self.forgers.contains(&who)
    }

    /// Whether something travels on `connection` that no node wrote.
    pub(super) fn is_tainted(&self, connection: ConnectionId) -> bool {
        self.tainted.contains(&connection)
    }

    /// The session with the IM MCU that something is said or heard in.
    pub(super) fn mcu_session(&self, spoken: &Spoken<'_>) -> Option<(DialogId, &Dialog)> {
        let id = spoken.dialog?;
        let dialog = self.dialogs.get(id)?;
        (dialog.server == NodeId::MCU && dialog.uses == Use::Session).then_some((id, dialog))
    }

    /// What `who` did now, shown by these messages.
    pub(super) fn finding(&self, who: NodeId, messages: &[MsgId], words: String) -> Finding {
        Finding { at: self.at, who: self.name(who), messages: messages.to_vec(), words }
    }

    /// The name of a node.
    pub(super) fn name(&self, node: NodeId) -> String {
        self.cast.name(node).to_owned()
    }
}
