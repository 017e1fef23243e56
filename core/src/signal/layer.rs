//! What a node keeps below its machine: connections, transactions, dialogs, timers.

use std::collections::{BTreeMap, BTreeSet};

use super::TRANSACTION_TIMEOUT;
use super::dialog::Dialogs;
use super::handle::{ClientTransaction, ServerTransaction};
use super::timers::Timers;
use super::transaction::{Client, LayerTimer, Server, Table};
use crate::entropy::Entropy;
use crate::node::{Address, ConnId, Transmit};
use crate::time::{Duration, Instant};
use crate::wire::sip::{Framer, Writer};

/// What an endpoint is told about itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its address: the sent-by of its Via headers.
    pub address: Address,
    /// Whether its requests carry a Via branch; UCCP-like clients send none (D-2).
    pub branches: bool,
    /// Whether CSeq numbers run over all its requests, in dialogs and outside (EX-CWA-0-d), from a number of
    /// its choosing; else every dialog counts from 1.
    pub one_cseq: bool,
    /// How long a request other than INVITE may stay unanswered: timer F, 64 · T1 (D-26).
    pub request_timeout: Duration,
}

impl Settings {
    /// The settings of RFC 3261 for a node at `address`.
    pub fn new(address: Address) -> Self {
        Self { address, branches: true, one_cseq: false, request_timeout: TRANSACTION_TIMEOUT }
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) peer: Address,
    /// What was sent before the connection came up; `None` once it is up.
    pub(super) early: Option<Vec<Transmit>>,
    pub(super) framer: Framer,
    /// Since when a message that has begun is incomplete.
    pub(super) unfinished: Option<Instant>,
}

/// Everything below the machine.
#[derive(Debug)]
pub(super) struct Layer<A> {
    pub(super) settings: Settings,
    pub(super) entropy: Entropy,
    /// Makes our branches differ from those of other nodes and incarnations.
    pub(super) salt: u64,
    pub(super) connections: BTreeMap<ConnId, Connection>,
    /// The same by who is at the other end.
    by_peer: BTreeSet<(Address, ConnId)>,
    pub(super) opened: u32,
    /// Connections that the machine wants closed.
    pub(super) closing: Vec<ConnId>,
    /// The last CSeq number, if they run over all requests.
    pub(super) cseq: Option<u32>,
    pub(super) servers: Table<ServerTransaction, Server>,
    pub(super) clients: Table<ClientTransaction, Client<A>>,
    pub(super) dialogs: Dialogs,
    /// The asks of BYEs that wait for an ACK.
    pub(super) held: BTreeMap<ClientTransaction, A>,
    pub(super) timers: Timers<LayerTimer>,
    /// Writes every head, in a buffer it keeps.
    pub(super) writer: Writer,
}

/// The first CSeq number is below this, if it is of our choosing; the limit is 2^31 (RFC 3261 8.1.1.5).
const FIRST_CSEQ: u64 = 10_000;

impl<A> Layer<A> {
    /// Without connections, and drawing its identifiers from `entropy`.
    pub(super) fn new(settings: Settings, mut entropy: Entropy) -> Self {
        let salt = entropy.bits() >> 32;
        let cseq = settings.one_cseq.then(|| entropy.below(FIRST_CSEQ) as u32);
        Self {
            settings,
            entropy,
            salt,
            connections: BTreeMap::new(),
            by_peer: BTreeSet::new(),
            opened: 0,
            closing: Vec::new(),
            cseq,
            servers: Table::new(),
            clients: Table::new(),
            dialogs: Dialogs::default(),
            held: BTreeMap::new(),
            timers: Timers::new(),
            writer: Writer::new(),
        }
    }

    /// The CSeq number that a request should have: the one that `wish`es for it, or the next over all requests.
    pub(super) fn cseq_for(&mut self, wish: Option<u32>) -> Option<u32> {
        if wish.is_none() {
            self.cseq = self.cseq.map(|last| last.saturating_add(1));
        }
        wish.or(self.cseq)
    }

    /// The newest connection with `peer`.
    pub(super) fn connection_to(&self, peer: &Address) -> Option<ConnId> {
        let all = (peer.clone(), ConnId::FIRST)..=(peer.clone(), ConnId::LAST);
        self.by_peer.range(all).next_back().map(|(_, conn)| *conn)
    }

    pub(super) fn remove_connection(&mut self, conn: ConnId) -> Option<Connection> {
        let connection = self.connections.remove(&conn)?;
        self.by_peer.remove(&(connection.peer.clone(), conn));
        Some(connection)
    }

    /// A new connection, which is `up` when the peer opened it.
    pub(super) fn add_connection(&mut self, conn: ConnId, peer: Address, up: bool) {
        let early = (!up).then(Vec::new);
        self.by_peer.insert((peer.clone(), conn));
        self.connections
            .insert(conn, Connection { peer, early, framer: Framer::default(), unfinished: None });
    }
}
