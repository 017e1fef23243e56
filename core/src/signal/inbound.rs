//! What a message belongs to, and what the layer does about it before the machine hears of it.

use std::sync::Arc;

use bytes::Bytes;

use super::TRANSACTION_TIMEOUT;
use super::dialog::Dialog;
use super::draft::Draft;
use super::handle::{ClientTransaction, DialogId, ServerTransaction};
use super::machine::{Context, Machine, Outcome, Request, Response};
use super::render;
use super::transaction::{
    Client, ClientPhase, Creating, LayerTimer, Server, ServerPhase, key_of, key_outside,
};
use crate::node::{ConnId, Summary};
use crate::wire::sip::{Message, Method, Name, NameAddr};

/// Whose INVITE comes before the last one is answered is told to wait, at random, less than so many seconds
/// (RFC 3261 14.2).
const RETRY_AFTER: u64 = 11;

impl<M: Machine> Context<'_, M> {
    pub(super) fn hear_request(&mut self, machine: &mut M, conn: ConnId, message: Arc<Message>) {
        match message.method() {
            Method::Ack => return self.hear_ack(machine, conn, &message),
            Method::Cancel => return self.hear_cancel(machine, conn, &message),
            _ => {}
        }
        let key = key_of(conn, &message);
        if let Some(tx) = self.layer.servers.find(&key) {
            return self.answer_again(tx);
        }
        if !message.is_complete() {
            return self.refuse(conn, &message, 400, "Bad Request");
        }
        let dialog = self.dialog_of(&message);
        if let Some(id) = dialog
            && !self.in_order(id, &message)
        {
            return self.refuse(conn, &message, 500, "CSeq out of order");
        }
        if let Some(id) = dialog
            && let Some((code, reason, draft)) = self.in_the_way(id, &message)
        {
            return self.answer_directly(conn, &message, (code, reason), None, &draft);
        }
        let tx = self.layer.servers.reserve();
        if let Some(dialog) = dialog.and_then(|id| self.layer.dialogs.get_mut(id))
            && *message.method() == Method::Invite
        {
            dialog.invited = Some(tx);
        }
        if *message.method() != Method::Benotify {
            let request = Arc::clone(&message);
            let (local_tag, phase) = (None, ServerPhase::Open);
            let server = Server { key: key.clone(), conn, request, dialog, local_tag, phase, last: None };
            self.layer.servers.insert(tx, key, server);
        }
        machine.request(self, Request { tx, dialog, conn, message });
    }

    /// A repeated request gets what the first one got, if that much is known.
    fn answer_again(&mut self, tx: ServerTransaction) {
        let Some(server) = self.layer.servers.get(tx) else { return };
        let (conn, method) = (server.conn, server.request.method().clone());
        if let Some((head, body, code)) = server.last.clone() {
            self.transmit(conn, head, body, Summary::Response(code, method));
        }
    }

    /// Refuses what nobody takes an interest in. A BENOTIFY has no answer.
    fn refuse(&mut self, conn: ConnId, request: &Arc<Message>, code: u16, reason: &str) {
        if *request.method() != Method::Benotify {
            self.answer_directly(conn, request, (code, reason), None, &Draft::new());
        }
    }

    /// Why an offer cannot be taken in a dialog now: it crosses one of ours, or comes before the last one is
    /// answered (RFC 3261 14.2, RFC 3311 5.2).
    fn in_the_way(&mut self, id: DialogId, message: &Message) -> Option<(u16, &'static str, Draft)> {
        let offers = match message.method() {
            Method::Invite => true,
            Method::Update => !message.body().is_empty(),
            _ => false,
        };
        let dialog = self.layer.dialogs.get(id).filter(|_| offers)?;
        let inviting = dialog.inviting.and_then(|tx| self.layer.clients.get(tx));
        if inviting.is_some_and(|client| client.phase != ClientPhase::Accepted) {
            return Some((491, "Request Pending", Draft::new()));
        }
        dialog.invited.filter(|tx| self.is_open(*tx))?;
        let pause = self.layer.entropy.below(RETRY_AFTER);
        Some((500, "Server Internal Error", Draft::new().header("Retry-After", pause)))
    }

    /// Answers without a transaction: for what is refused before anybody takes an interest in it. The To tag
    /// is a new one if none is given.
    fn answer_directly(
        &mut self,
        conn: ConnId,
        request: &Arc<Message>,
        (code, reason): (u16, &str),
        tag: Option<Box<str>>,
        draft: &Draft,
    ) {
        let tag = tag.unwrap_or_else(|| self.layer.entropy.hex(10).into());
        let server = Server {
            key: (conn, "".into()),
            conn,
            request: Arc::clone(request),
            dialog: None,
            local_tag: Some(tag),
            phase: ServerPhase::Open,
            last: None,
        };
        let writer = &mut self.layer.writer;
        let head = render::response(writer, &server, (code, reason), None, draft);
        let method = request.cseq().map_or_else(|_| request.method().clone(), |cseq| cseq.method);
        self.transmit(conn, head, Bytes::new(), Summary::Response(code, method));
    }

    /// The dialog that a request names, if it comes from the peer of that dialog: who knows the tags of others
    /// is not one of them (D-8).
    fn dialog_of(&self, message: &Message) -> Option<DialogId> {
        let call_id = message.header(Name::CallId)?;
        let own = message.to_tag()?;
        let id = self.layer.dialogs.find(own, message.from_tag().unwrap_or_default(), call_id)?;
        let from = message.from().ok()?;
        let peer = NameAddr::parse(&self.layer.dialogs.get(id)?.remote).ok()?;
        let same = peer.uri.as_str() == from.uri.as_str() || peer.uri.address() == from.uri.address();
        same.then_some(id)
    }

    /// Takes note of a request's CSeq and Contact; false when it comes out of order (RFC 3261 12.2.2).
    fn in_order(&mut self, id: DialogId, message: &Message) -> bool {
        let Some(dialog) = self.layer.dialogs.get_mut(id) else { return true };
        let Ok(cseq) = message.cseq() else { return false };
        if dialog.remote_seq.is_some_and(|last| cseq.seq <= last) {
            return false;
        }
        dialog.remote_seq = Some(cseq.seq);
        dialog.refresh_target(message);
        true
    }

    fn hear_ack(&mut self, machine: &mut M, conn: ConnId, message: &Arc<Message>) {
        let key = key_of(conn, message);
        if let Some(tx) = self.layer.servers.find(&key)
            && self.layer.servers.get(tx).is_some_and(|server| server.phase == ServerPhase::Completed)
        {
            self.layer.timers.clear(LayerTimer::H(tx));
            return self.drop_server(tx);
        }
        let Some(id) = self.dialog_of(message) else { return machine.stray_ack(self, conn, message) };
        let seq = message.cseq().map_or(0, |cseq| cseq.seq);
        if self.layer.dialogs.get(id).is_some_and(|dialog| dialog.invite_seq == Some(seq))
            && self.settle_2xx(id)
        {
            machine.acknowledged(self, id);
            self.release_bye(machine, id);
        }
    }

    /// Sends the BYE that waited for an ACK. Whether there was one.
    pub(super) fn release_bye(&mut self, machine: &mut M, id: DialogId) -> bool {
        let Some(dialog) = self.layer.dialogs.get_mut(id) else { return false };
        let Some((tx, draft)) = dialog.held_bye.take() else { return false };
        let peer = dialog.peer.clone();
        let Some(ask) = self.layer.held.remove(&tx) else { return false };
        match self.layer.connection_to(&peer) {
            Some(conn) => self.request_now(tx, conn, id, Method::Bye, &draft, ask),
            None => {
                let (dialog, outcome) = (Some(id), Outcome::ConnectionLost);
                machine.response(self, Response { tx, dialog, ask, outcome });
            }
        }
        true
    }

    fn hear_cancel(&mut self, machine: &mut M, conn: ConnId, message: &Arc<Message>) {
        let Some(tx) = self.layer.servers.find(&key_of(conn, message)) else {
            let gone = (481, "Call leg/Transaction does not exist");
            return self.answer_directly(conn, message, gone, None, &Draft::new());
        };
        // It has the tag of the answers to the INVITE (RFC 3261 9.2).
        self.local_tag(tx);
        let tag = self.layer.servers.get(tx).and_then(|server| server.local_tag.clone());
        self.answer_directly(conn, message, (200, "OK"), tag, &Draft::new());
        if self.is_open(tx) {
            machine.cancelled(self, tx);
        }
    }

    pub(super) fn hear_response(&mut self, machine: &mut M, conn: ConnId, message: Arc<Message>) {
        let clients = &self.layer.clients;
        let outside = || key_outside(conn, &message).and_then(|key| clients.find(&key));
        let Some(tx) = clients.find(&key_of(conn, &message)).or_else(outside) else { return };
        let Some(client) = self.layer.clients.get_mut(tx) else { return };
        let code = message.code().unwrap_or_default();
        let invite = client.method == Method::Invite;
        match code {
            ..=199 => self.hear_provisional(machine, tx, message),
            ..=299 if invite => self.hear_2xx(machine, tx, message),
            _ if invite && client.phase == ClientPhase::Accepted => {}
            _ => {
                let Some(client) = self.finish_client(tx) else { return };
                if invite {
                    self.acknowledge_failure(&client, &message);
                }
                let dialog = client.dialog.or_else(|| self.subscribed(&client, code, &message));
                if let Some(ask) = client.ask {
                    machine.response(self, Response { tx, dialog, ask, outcome: Outcome::Final(message) });
                }
            }
        }
    }

    fn hear_provisional(&mut self, machine: &mut M, tx: ClientTransaction, message: Arc<Message>) {
        let Some(client) = self.layer.clients.get_mut(tx) else { return };
        if client.phase == ClientPhase::Accepted {
            return;
        }
        // Once it rings, only a CANCEL sets a limit, or the end of its dialog.
        let stands = client.dialog.is_none_or(|dialog| self.layer.dialogs.get(dialog).is_some());
        if stands && client.phase == ClientPhase::Calling {
            self.layer.timers.clear(LayerTimer::B(tx));
        }
        client.phase = ClientPhase::Proceeding;
        let (dialog, ask, cancel) = (client.dialog, client.ask.clone(), client.cancel);
        if cancel {
            self.send_cancel(tx);
        }
        if let Some(ask) = ask {
            machine.response(self, Response { tx, dialog, ask, outcome: Outcome::Provisional(message) });
        }
    }

    /// A 2xx to an INVITE: ACK it, each copy again (D-1), and tell the machine of each dialog once.
    fn hear_2xx(&mut self, machine: &mut M, tx: ClientTransaction, message: Arc<Message>) {
        let Some(client) = self.layer.clients.get_mut(tx) else { return };
        let again = client.phase == ClientPhase::Accepted;
        client.phase = ClientPhase::Accepted;
        let (ask, conn) = (client.ask.clone(), client.conn);
        let (dialog, news) = match (client.dialog, client.creating.as_mut()) {
            (Some(dialog), _) => (Some(dialog), !again),
            // Forwarded: a proxy passes on every copy (RFC 6026 7.2).
            (None, None) => (None, true),
            (None, Some(creating)) => {
                let tag = message.to().ok().and_then(|to| to.tag().map(Box::<str>::from)).unwrap_or_default();
                if creating.answered.contains(&tag) {
                    (self.layer.dialogs.find(&creating.local_tag, &tag, &creating.call_id), false)
                } else {
                    creating.answered.push(tag);
                    let creating = creating.clone();
                    (self.created(conn, creating, &message), true)
                }
            }
        };
        // Counted from the first 2xx, however many follow (RFC 6026 7.2).
        if !again {
            self.layer.timers.clear(LayerTimer::B(tx));
            self.layer.timers.set(LayerTimer::M(tx), self.now + TRANSACTION_TIMEOUT);
        }
        if let Some(id) = dialog {
            if let Some(dialog) = self.layer.dialogs.get_mut(id) {
                dialog.refresh_target(&message);
            }
            // A copy of an earlier one may come when a later INVITE is under way.
            if let Ok(cseq) = message.cseq() {
                self.acknowledge(id, cseq.seq);
            }
        }
        if let Some(ask) = ask.filter(|_| news) {
            machine.response(self, Response { tx, dialog, ask, outcome: Outcome::Final(message) });
        }
    }

    /// Takes out a client transaction that has its final answer.
    fn finish_client(&mut self, tx: ClientTransaction) -> Option<Client<M::Ask>> {
        self.layer.timers.clear(LayerTimer::B(tx));
        self.layer.timers.clear(LayerTimer::F(tx));
        let key = self.layer.clients.get(tx)?.key.clone();
        self.layer.clients.remove(tx, &key)
    }

    /// The dialog that a successful SUBSCRIBE created.
    fn subscribed(&mut self, client: &Client<M::Ask>, code: u16, message: &Message) -> Option<DialogId> {
        let creating = client.creating.clone().filter(|_| (200..300).contains(&code))?;
        self.created(client.conn, creating, message)
    }

    /// The dialog that a 2xx creates at the side that asked for it (RFC 3261 12.1.2).
    fn created(&mut self, conn: ConnId, creating: Creating, message: &Message) -> Option<DialogId> {
        let to = message.to().ok()?;
        let contact = message.contacts().find_map(Result::ok);
        let target = contact.map_or_else(|| to.uri.as_str().into(), |contact| contact.uri.as_str().into());
        let mut routes: Vec<Box<str>> = message.list(Name::RecordRoute).map(Box::from).collect();
        routes.reverse();
        let dialog = Dialog {
            usage: creating.usage,
            remote_tag: to.tag().unwrap_or_default().into(),
            call_id: creating.call_id,
            local: creating.local,
            remote: message.header(Name::To)?.into(),
            target,
            routes,
            contact: creating.contact,
            local_seq: creating.cseq,
            remote_seq: None,
            peer: self.peer(conn)?.clone(),
            invite_seq: None,
            inviting: None,
            invited: None,
            unacknowledged: None,
            held_bye: None,
            ended: false,
            local_tag: creating.local_tag,
        };
        Some(self.layer.dialogs.insert(dialog))
    }

    /// Sends the ACK for the 2xx to INVITE `seq`, which travels in the dialog (RFC 3261 13.2.2.4).
    fn acknowledge(&mut self, id: DialogId, seq: u32) {
        let Some(dialog) = self.layer.dialogs.get(id) else { return };
        let Some(conn) = self.layer.connection_to(&dialog.peer) else { return };
        let number = self.layer.clients.reserve();
        let (call_id, tag) = (dialog.call_id.clone(), dialog.local_tag.clone());
        let (via, _) = self.identify(number, conn, &Method::Ack, (&call_id, &tag, None), seq);
        let layer = &mut *self.layer;
        let Some(dialog) = layer.dialogs.get(id) else { return };
        let (method, path) = (Method::Ack, dialog.path());
        let head = render::in_dialog(&mut layer.writer, dialog, &method, (&path, &via), seq, &Draft::new());
        self.transmit(conn, head, Bytes::new(), Summary::Request(Method::Ack));
    }

    /// Sends the ACK for a failure, which belongs to the transaction (RFC 3261 17.1.1.3).
    fn acknowledge_failure(&mut self, client: &Client<M::Ask>, message: &Message) {
        let to = message.header(Name::To).unwrap_or(&client.sent.to);
        let head = render::companion(&mut self.layer.writer, &client.sent, &Method::Ack, to);
        self.transmit(client.conn, head, Bytes::new(), Summary::Request(Method::Ack));
    }
}
