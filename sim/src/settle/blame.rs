//! Which fault is behind something.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::trace::{Cause, ConnectionId, Fate, MsgId, NodeId, Record};

/// What each fault has struck.
pub(super) struct Blame<'a> {
    faults: &'a [Fault],
    messages: BTreeMap<MsgId, u32>,
    connections: BTreeMap<ConnectionId, u32>,
    /// The last one to strike each node itself.
    hosts: BTreeMap<NodeId, u32>,
    /// The last one to strike each node, or a connection of it.
    nodes: BTreeMap<NodeId, u32>,
    ways: BTreeMap<MsgId, ConnectionId>,
    /// The next hop of a message that was passed on.
    next: BTreeMap<MsgId, MsgId>,
    ends: BTreeMap<ConnectionId, [Option<NodeId>; 2]>,
    lost: BTreeMap<MsgId, Fate>,
}

impl<'a> Blame<'a> {
    /// Nothing has happened yet.
    pub(super) const fn new(faults: &'a [Fault]) -> Self {
        Self {
            faults,
            messages: BTreeMap::new(),
            connections: BTreeMap::new(),
            hosts: BTreeMap::new(),
            nodes: BTreeMap::new(),
            ways: BTreeMap::new(),
            next: BTreeMap::new(),
            ends: BTreeMap::new(),
            lost: BTreeMap::new(),
        }
    }

    pub(super) fn see(&mut self, record: &Record) {
        match record {
            Record::Emitted(emitted) => {
                self.ways.insert(emitted.id, emitted.connection);
                if let Cause::Message(before) = emitted.cause
                    && emitted.origin != emitted.from
                {
                    self.next.insert(before, emitted.id);
                }
            }
            Record::Opened(opened) => {
                self.ends.insert(opened.connection, [Some(opened.opener), opened.acceptor]);
            }
            Record::Fault { fault, message, connection } => {
                if let Some(message) = message {
                    self.messages.insert(*message, *fault);
                } else {
                    self.connections.insert(*connection, *fault);
                }
                for node in self.ends.get(connection).into_iter().flatten().flatten() {
                    self.nodes.insert(*node, *fault);
                }
            }
            Record::Lost { id, fate } => {
                self.lost.insert(*id, *fate);
            }
            Record::Host { who, fault, .. } => {
                self.hosts.insert(*who, *fault);
                self.nodes.insert(*who, *fault);
            }
            _ => {}
        }
    }

    /// The hop that a message has come to.
    pub(super) fn last_hop(&self, mut id: MsgId) -> MsgId {
        while let Some(next) = self.next.get(&id).filter(|next| **next > id) {
            id = *next;
        }
        id
    }

    /// Whether a message never arrived.
    pub(super) fn is_lost(&self, id: MsgId) -> bool {
        self.lost.contains_key(&self.last_hop(id))
    }

    /// What became of a message: the fault that struck it, or the connection it was on.
    pub(super) fn of_message(&self, id: MsgId) -> Option<Fault> {
        let id = self.last_hop(id);
        let by_fate = match self.lost.get(&id) {
            Some(Fate::Fault(fault)) => Some(fault),
            _ => None,
        };
        let by_connection = || self.connections.get(self.ways.get(&id)?);
        self.find(by_fate.or_else(|| self.messages.get(&id)).or_else(by_connection))
    }

    /// The last fault to strike a node itself.
    pub(super) fn of_host(&self, node: NodeId) -> Option<Fault> {
        self.find(self.hosts.get(&node))
    }

    /// The last fault to strike a node or one of its connections.
    pub(super) fn of_node(&self, node: NodeId) -> Option<Fault> {
        self.find(self.nodes.get(&node))
    }

    fn find(&self, fault: Option<&u32>) -> Option<Fault> {
        self.faults.get(*fault? as usize).cloned()
    }
}
