//! What time and loss do to transactions and dialogs.

use super::T2;
use super::handle::{ClientTransaction, DialogId, ServerTransaction};
use super::machine::{Context, Machine, Outcome, Response};
use super::render;
use super::transaction::{ClientPhase, LayerTimer, ServerPhase};
use crate::node::Summary;
use crate::wire::sip::Method;

impl<M: Machine> Context<'_, M> {
    /// Sends a 2xx once more, at twice the pause (D-1). Who has stood still until the ACK is overdue sends none.
    pub(super) fn repeat_2xx(&mut self, dialog: DialogId) {
        let now = self.now;
        if self.layer.timers.is_due(LayerTimer::NoAck(dialog), now) {
            return;
        }
        let Some(waiting) =
            self.layer.dialogs.get_mut(dialog).and_then(|dialog| dialog.unacknowledged.as_mut())
        else {
            return;
        };
        waiting.pause = waiting.pause.times(2).min(T2);
        let (conn, pause) = (waiting.conn, waiting.pause);
        let (head, body, code) = (waiting.head.clone(), waiting.body.clone(), waiting.code);
        self.layer.timers.set(LayerTimer::Repeat(dialog), now + pause);
        // The connection it was first sent on may be lost, and the peer back on another (D-4).
        let peer = self.layer.dialogs.get(dialog).map(|dialog| dialog.peer.clone());
        let stands = self.layer.connections.contains_key(&conn);
        let newest = peer.and_then(|peer| self.layer.connection_to(&peer));
        let Some(conn) = Some(conn).filter(|_| stands).or(newest) else { return };
        self.transmit(conn, head, body, Summary::Response(code, Method::Invite));
    }

    /// The ACK is there, or will not come: stop repeating and let a held BYE go (D-6).
    pub(super) fn settle_2xx(&mut self, id: DialogId) -> bool {
        self.layer.timers.clear(LayerTimer::Repeat(id));
        self.layer.timers.clear(LayerTimer::NoAck(id));
        let Some(dialog) = self.layer.dialogs.get_mut(id) else { return false };
        dialog.unacknowledged.take().is_some()
    }

    pub(super) fn drop_client(&mut self, tx: ClientTransaction) {
        if let Some(key) = self.layer.clients.get(tx).map(|client| client.key.clone()) {
            self.layer.clients.remove(tx, &key);
        }
    }

    pub(super) fn drop_server(&mut self, tx: ServerTransaction) {
        if let Some(key) = self.layer.servers.get(tx).map(|server| server.key.clone()) {
            self.layer.servers.remove(tx, &key);
        }
    }

    /// Ends a client transaction without an answer.
    pub(super) fn give_up(&mut self, machine: &mut M, tx: ClientTransaction, outcome: Outcome) {
        let Some(key) = self.layer.clients.get(tx).map(|client| client.key.clone()) else { return };
        let Some(client) = self.layer.clients.remove(tx, &key) else { return };
        for timer in [LayerTimer::B(tx), LayerTimer::F(tx), LayerTimer::M(tx)] {
            self.layer.timers.clear(timer);
        }
        let answered = client.phase == ClientPhase::Accepted;
        if let Some(ask) = client.ask.filter(|_| !answered) {
            machine.response(self, Response { tx, dialog: client.dialog, ask, outcome });
        }
    }

    /// The tag that responses to `tx` carry: the dialog's if the request has one, else a new one.
    pub(super) fn local_tag(&mut self, tx: ServerTransaction) {
        let tag = self.layer.entropy.hex(10);
        if let Some(server) = self.layer.servers.get_mut(tx)
            && server.local_tag.is_none()
            && !render::has_tag(&server.request)
        {
            server.local_tag = Some(tag.into_boxed_str());
        }
    }

    /// Whether a final response may still be given.
    pub(super) fn is_open(&self, tx: ServerTransaction) -> bool {
        self.layer.servers.get(tx).is_some_and(|server| server.phase == ServerPhase::Open)
    }
}
