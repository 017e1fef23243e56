//! Requests of our own: in dialogs, outside dialogs, and taking them back.

use bytes::Bytes;

use super::TRANSACTION_TIMEOUT;
use super::dialog::Path;
use super::dialog::Usage;
use super::draft::Draft;
use super::handle::{ClientTransaction, DialogId};
use super::machine::{Context, Machine, Outside};
use super::render::{self, with_tag};
use super::transaction::{Client, ClientPhase, Creating, Key, LayerTimer, Sent, tuple};
use crate::node::{ConnId, Summary};
use crate::wire::sip::Method;

impl<M: Machine> Context<'_, M> {
    /// Sends a request in a dialog. `None`: the dialog is gone or ended, or there is no connection to its
    /// peer, so that no answer will come. A BYE ends the dialog; it waits for an outstanding ACK (D-6).
    pub fn request(
        &mut self,
        dialog: DialogId,
        method: Method,
        draft: &Draft,
        ask: M::Ask,
    ) -> Option<ClientTransaction> {
        let entry = self.layer.dialogs.get_mut(dialog).filter(|dialog| !dialog.ended)?;
        let conn = {
            let peer = entry.peer.clone();
            self.layer.connection_to(&peer)?
        };
        let tx = self.layer.clients.reserve();
        let entry = self.layer.dialogs.get_mut(dialog)?;
        if method == Method::Bye {
            entry.ended = true;
            if entry.unacknowledged.is_some() {
                entry.held_bye = Some((tx, draft.clone()));
                self.layer.held.insert(tx, ask);
                return Some(tx);
            }
        }
        self.request_now(tx, conn, dialog, method, draft, ask);
        Some(tx)
    }

    /// Sends a BENOTIFY in a dialog: no answer, no transaction. Whether it could be sent.
    pub fn benotify(&mut self, dialog: DialogId, draft: &Draft) -> bool {
        let Some(entry) = self.layer.dialogs.get(dialog).filter(|dialog| !dialog.ended) else { return false };
        let Some(conn) = self.layer.connection_to(&entry.peer) else { return false };
        let number = self.layer.clients.reserve().0;
        let branch = render::branch(number, self.layer.salt);
        let layer = &mut *self.layer;
        let via = render::via(layer.settings.address.as_str(), Some(&branch));
        let Some(entry) = layer.dialogs.get_mut(dialog) else { return false };
        let seq = entry.advance(draft.cseq());
        let (method, path) = (Method::Benotify, entry.path());
        let head = render::in_dialog(&mut layer.writer, entry, &method, (&path, &via), seq, draft);
        self.transmit(conn, head, draft.body().clone(), Summary::Request(Method::Benotify));
        true
    }

    /// Sends a request outside any dialog over `conn`. `None`: the connection is gone.
    pub fn send(&mut self, conn: ConnId, outside: &Outside<'_>, ask: M::Ask) -> Option<ClientTransaction> {
        if !self.layer.connections.contains_key(&conn) {
            return None;
        }
        let (tag, call_id) = (self.layer.entropy.hex(10), self.layer.entropy.call_id());
        let from = with_tag(outside.from, &tag);
        let seq = self.layer.cseq_for(outside.draft.cseq()).unwrap_or(1);
        let tx = self.layer.clients.reserve();
        let (via, key) = self.identify(tx, conn, &outside.method, (&call_id, &tag, None), seq);
        let usage = match outside.method {
            Method::Invite => Some(Usage::Invite),
            Method::Subscribe => Some(Usage::Subscribe),
            _ => None,
        };
        let creating = usage.map(|usage| Creating {
            usage,
            local_tag: tag.into(),
            local: from.as_str().into(),
            call_id: call_id.as_str().into(),
            contact: outside.contact.unwrap_or_default().into(),
            cseq: seq,
            answered: Vec::new(),
        });
        let sent = Sent {
            path: Path { target: outside.target.into(), routes: Vec::new() },
            via: via.into(),
            from: from.into(),
            to: outside.to.into(),
            call_id: call_id.into(),
            cseq: seq,
        };
        let writer = &mut self.layer.writer;
        let head = render::outside(writer, &sent, &outside.method, outside.contact, outside.draft);
        let client = Client {
            key: key.clone(),
            conn,
            method: outside.method.clone(),
            ask: Some(ask),
            dialog: None,
            phase: ClientPhase::Calling,
            cancel: false,
            sent,
            creating,
        };
        self.launch(tx, key, client, head, outside.draft.body().clone());
        Some(tx)
    }

    /// Asks the peer to give up on an INVITE of ours, as soon as it may; other requests are not cancelled
    /// (RFC 3261 9.1).
    pub fn cancel(&mut self, tx: ClientTransaction) {
        let client = self.layer.clients.get_mut(tx);
        let Some(client) = client.filter(|client| client.method == Method::Invite) else { return };
        match client.phase {
            ClientPhase::Calling => client.cancel = true,
            ClientPhase::Proceeding => self.send_cancel(tx),
            ClientPhase::Accepted => {}
        }
    }

    pub(super) fn send_cancel(&mut self, tx: ClientTransaction) {
        let Some(client) = self.layer.clients.get_mut(tx) else { return };
        client.cancel = false;
        // An INVITE that stays without final answer all the same counts as cancelled (RFC 3261 9.1).
        self.layer.timers.set(LayerTimer::B(tx), self.now + TRANSACTION_TIMEOUT);
        let (writer, sent) = (&mut self.layer.writer, &client.sent);
        let head = render::companion(writer, sent, &Method::Cancel, &sent.to);
        let conn = client.conn;
        let text = client.key.1.replace("INVITE", "CANCEL").into_boxed_str();
        let cancel = Client {
            key: (conn, text),
            conn,
            method: Method::Cancel,
            ask: None,
            dialog: None,
            phase: ClientPhase::Calling,
            cancel: false,
            sent: Sent::default(),
            creating: None,
        };
        let id = self.layer.clients.reserve();
        self.launch(id, cancel.key.clone(), cancel, head, Bytes::new());
    }

    /// Sends a request in a dialog under a handle that is reserved already.
    pub(super) fn request_now(
        &mut self,
        tx: ClientTransaction,
        conn: ConnId,
        dialog: DialogId,
        method: Method,
        draft: &Draft,
        ask: M::Ask,
    ) {
        let wish = self.layer.cseq_for(draft.cseq());
        let Some(entry) = self.layer.dialogs.get_mut(dialog) else { return };
        let seq = entry.advance(wish);
        if method == Method::Invite {
            entry.inviting = Some(tx);
        }
        let (call_id, own, peer) = (entry.call_id.clone(), entry.local_tag.clone(), entry.remote_tag.clone());
        let (via, key) = self.identify(tx, conn, &method, (&call_id, &own, Some(&peer)), seq);
        let layer = &mut *self.layer;
        let Some(entry) = layer.dialogs.get(dialog) else { return };
        let path = entry.path();
        let head = render::in_dialog(&mut layer.writer, entry, &method, (&path, &via), seq, draft);
        let sent = if method == Method::Invite {
            Sent {
                path,
                via: via.into(),
                from: entry.local.clone(),
                to: entry.remote.clone(),
                call_id,
                cseq: seq,
            }
        } else {
            Sent::default()
        };
        let client = Client {
            key: key.clone(),
            conn,
            method,
            ask: Some(ask),
            dialog: Some(dialog),
            phase: ClientPhase::Calling,
            cancel: false,
            sent,
            creating: None,
        };
        self.launch(tx, key, client, head, draft.body().clone());
    }

    /// The Via value and the key of a request of ours.
    pub(super) fn identify(
        &self,
        tx: ClientTransaction,
        conn: ConnId,
        method: &Method,
        (call_id, own, peer): (&str, &str, Option<&str>),
        seq: u32,
    ) -> (String, Key) {
        let settings = &self.layer.settings;
        let branch = settings.branches.then(|| render::branch(tx.0, self.layer.salt));
        let via = render::via(settings.address.as_str(), branch.as_deref());
        let text = match branch {
            Some(branch) => format!("{branch} {method}").into_boxed_str(),
            None => tuple(call_id, own, peer, seq, method),
        };
        (via, (conn, text))
    }

    /// Writes a request and waits for its answer.
    pub(super) fn launch(
        &mut self,
        tx: ClientTransaction,
        key: Key,
        client: Client<M::Ask>,
        head: Bytes,
        body: Bytes,
    ) {
        let (conn, method) = (client.conn, client.method.clone());
        if method == Method::Invite {
            self.layer.timers.set(LayerTimer::B(tx), self.now + TRANSACTION_TIMEOUT);
        } else {
            let timeout = self.layer.settings.request_timeout;
            self.layer.timers.set(LayerTimer::F(tx), self.now + timeout);
        }
        self.layer.clients.insert(tx, key, client);
        self.transmit(conn, head, body, Summary::Request(method));
    }
}
