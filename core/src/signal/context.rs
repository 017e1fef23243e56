//! What a machine can do.

use bytes::Bytes;

use super::dialog::{Dialog, DialogView, Unacknowledged, Usage};
use super::draft::Draft;
use super::handle::{DialogId, ServerTransaction};
use super::machine::{Context, Machine};
use super::render::{self, with_tag};
use super::transaction::{ClientPhase, LayerTimer, ServerPhase};
use super::{EARLY_MAX, T1, TRANSACTION_TIMEOUT};
use crate::entropy::Entropy;
use crate::node::{Address, ConnId, Output, Summary, Transmit};
use crate::time::Instant;
use crate::wire::sip::{Message, Method, Name};

impl<M: Machine> Context<'_, M> {
    /// The present.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Our own address.
    pub fn address(&self) -> &Address {
        &self.layer.settings.address
    }

    /// Where identifiers come from.
    pub fn entropy(&mut self) -> &mut Entropy {
        &mut self.layer.entropy
    }

    /// Shows something to the local user.
    pub fn event(&mut self, event: M::Event) {
        self.out.push_back(Output::Event(event));
    }

    /// Starts or moves a timer.
    pub fn set_timer(&mut self, timer: M::Timer, at: Instant) {
        self.timers.set(timer, at);
    }

    /// Stops a timer.
    pub fn clear_timer(&mut self, timer: M::Timer) {
        self.timers.clear(timer);
    }

    /// Connects to `to`. Messages may be sent on the connection at once; [`EARLY_MAX`] of them wait for it to
    /// come up, any more are lost.
    pub fn open(&mut self, to: &Address) -> ConnId {
        let conn = ConnId::opened(self.layer.opened);
        self.layer.opened += 1;
        self.layer.add_connection(conn, to.clone(), false);
        self.out.push_back(Output::Open { conn, to: to.clone() });
        conn
    }

    /// The newest connection with `peer`.
    pub fn connection_to(&self, peer: &Address) -> Option<ConnId> {
        self.layer.connection_to(peer)
    }

    /// Who is at the other end of `conn`.
    pub fn peer(&self, conn: ConnId) -> Option<&Address> {
        self.layer.connections.get(&conn).map(|connection| &connection.peer)
    }

    /// Closes a connection once what the machine does now is done; it hears of that as of any loss.
    pub fn close(&mut self, conn: ConnId) {
        self.layer.closing.push(conn);
    }

    /// Since when a message on `conn` has been incomplete, if one is.
    pub fn unfinished(&self, conn: ConnId) -> Option<Instant> {
        self.layer.connections.get(&conn).and_then(|connection| connection.unfinished)
    }

    /// A dialog, as far as a machine may look into it.
    pub fn dialog(&self, dialog: DialogId) -> Option<DialogView<'_>> {
        self.layer.dialogs.get(dialog).map(Dialog::view)
    }

    /// Answers a request. Nothing happens when it has its final answer already, or takes none (BENOTIFY).
    pub fn respond(&mut self, tx: ServerTransaction, code: u16, reason: &str, draft: &Draft) {
        if code > 100 {
            self.local_tag(tx);
        }
        let layer = &mut *self.layer;
        let Some(server) = layer.servers.get(tx).filter(|server| server.phase == ServerPhase::Open) else {
            return;
        };
        let head = render::response(&mut layer.writer, server, (code, reason), None, draft);
        self.answer(tx, code, head, draft.body().clone());
    }

    /// Accepts an INVITE or SUBSCRIBE with a 200: creates the dialog, or renews the one it came in.
    /// `contact` is our Contact value. The 200 to an INVITE is repeated until its ACK (D-1). `None`: nobody is
    /// there to be answered any more, its connection is gone, and the request is done with.
    pub fn accept(
        &mut self,
        tx: ServerTransaction,
        reason: &str,
        contact: &str,
        draft: &Draft,
    ) -> Option<DialogId> {
        self.local_tag(tx);
        let layer = &mut *self.layer;
        let server = layer.servers.get(tx).filter(|server| server.phase == ServerPhase::Open)?;
        let head = render::response(&mut layer.writer, server, (200, reason), Some(contact), draft);
        let (conn, invite) = (server.conn, *server.request.method() == Method::Invite);
        let id = match server.dialog {
            Some(id) => id,
            None => {
                let Some(peer) = self.peer(conn).cloned() else {
                    self.drop_server(tx);
                    return None;
                };
                let server = self.layer.servers.get(tx)?;
                let tag = server.local_tag.clone()?;
                let peer = next_hop(&server.request).unwrap_or(peer);
                let dialog = accepted(&server.request, tag, contact, peer);
                self.layer.dialogs.insert(dialog)
            }
        };
        if invite && let Some(dialog) = self.layer.dialogs.get_mut(id) {
            let (head, body) = (head.clone(), draft.body().clone());
            dialog.unacknowledged = Some(Unacknowledged { conn, head, body, code: 200, pause: T1 });
            dialog.invite_seq = dialog.remote_seq;
            self.layer.timers.set(LayerTimer::Repeat(id), self.now + T1);
            self.layer.timers.set(LayerTimer::NoAck(id), self.now + TRANSACTION_TIMEOUT);
        }
        self.answer(tx, 200, head, draft.body().clone());
        Some(id)
    }

    /// Writes a rendered response and moves the transaction on.
    pub(super) fn answer(&mut self, tx: ServerTransaction, code: u16, head: Bytes, body: Bytes) {
        let Some(server) = self.layer.servers.get_mut(tx) else { return };
        let (conn, method) = (server.conn, server.request.method().clone());
        if method == Method::Invite {
            server.last = Some((head.clone(), body.clone(), code));
        }
        match (code, &method) {
            (..=199, _) => {}
            (..=299, Method::Invite) if server.phase == ServerPhase::Accepted => {}
            (..=299, Method::Invite) => {
                server.phase = ServerPhase::Accepted;
                self.layer.timers.set(LayerTimer::L(tx), self.now + TRANSACTION_TIMEOUT);
            }
            (_, Method::Invite) => {
                server.phase = ServerPhase::Completed;
                self.layer.timers.set(LayerTimer::H(tx), self.now + TRANSACTION_TIMEOUT);
            }
            _ => self.drop_server(tx),
        }
        self.transmit(conn, head, body, Summary::Response(code, method));
    }

    /// Uses up a CSeq number of a dialog without sending anything: the first notification travelled in the
    /// response (EX-IM-4-1-1, `ms-piggyback-cseq`).
    pub fn use_number(&mut self, dialog: DialogId) -> u32 {
        self.layer.dialogs.get_mut(dialog).map_or(0, |dialog| dialog.advance(None))
    }

    /// Ends a dialog on this side without a word. What comes in it from now on matches nothing; a BYE that
    /// waits for an ACK is taken back.
    pub fn forget(&mut self, dialog: DialogId) {
        self.layer.timers.clear(LayerTimer::Repeat(dialog));
        self.layer.timers.clear(LayerTimer::NoAck(dialog));
        let Some(dialog) = self.layer.dialogs.remove(dialog) else { return };
        if let Some((tx, _)) = dialog.held_bye {
            self.layer.held.remove(&tx);
        }
        // An INVITE in it that has a provisional answer would wait for ever: its 2xx is repeated no longer.
        let inviting = dialog.inviting.and_then(|tx| Some((tx, self.layer.clients.get(tx)?.phase)));
        if let Some((tx, ClientPhase::Proceeding)) = inviting {
            self.layer.timers.set(LayerTimer::B(tx), self.now + TRANSACTION_TIMEOUT);
        }
    }

    /// Writes, if the connection still stands: at once, or when it is up.
    pub(super) fn transmit(&mut self, conn: ConnId, head: Bytes, body: Bytes, summary: Summary) {
        let Some(connection) = self.layer.connections.get_mut(&conn) else { return };
        let transmit = Transmit { conn, head, body, summary };
        match &mut connection.early {
            Some(early) if early.len() < EARLY_MAX => early.push(transmit),
            Some(_) => {}
            None => self.out.push_back(Output::Send(transmit)),
        }
    }
}

/// Where requests of the dialog that `request` creates go first, if not to who sent it: a proxy that does not
/// stay on the path (D-10) left the first Record-Route to another.
fn next_hop(request: &Message) -> Option<Address> {
    let first = request.record_routes().find_map(Result::ok)?.uri;
    let sender = request.top_via().ok()?;
    let hop = match first.port() {
        Some(port) => format!("{}:{port}", first.host()),
        None => first.host().to_owned(),
    };
    (hop != sender.sent_by().to_string()).then(|| Address::new(&hop))
}

/// The dialog that a request creates at the side that accepts it (RFC 3261 12.1.1).
fn accepted(request: &Message, tag: Box<str>, contact: &str, peer: Address) -> Dialog {
    let header = |name| request.header(name).unwrap_or_default();
    let from = request.from().ok();
    let target = request.contacts().find_map(Result::ok).map(|contact| contact.uri.as_str().into());
    let seq = request.cseq().map_or(0, |cseq| cseq.seq);
    Dialog {
        usage: if *request.method() == Method::Subscribe { Usage::Subscribe } else { Usage::Invite },
        remote_tag: from.as_ref().and_then(|from| from.tag()).unwrap_or_default().into(),
        call_id: header(Name::CallId).into(),
        local: with_tag(header(Name::To), &tag).into(),
        remote: header(Name::From).into(),
        target: target.or_else(|| from.map(|from| from.uri.as_str().into())).unwrap_or_default(),
        routes: request.list(Name::RecordRoute).map(Box::from).collect(),
        contact: contact.into(),
        local_seq: 0,
        remote_seq: Some(seq),
        peer,
        invite_seq: Some(seq),
        inviting: None,
        invited: None,
        unacknowledged: None,
        held_bye: None,
        ended: false,
        local_tag: tag,
    }
}
