//! Forwarding: what a stateful proxy does to a message on its way (RFC 3261 section 16).

use std::sync::Arc;

use bytes::Bytes;

use super::dialog::Path;
use super::draft::Draft;
use super::handle::{ClientTransaction, ServerTransaction};
use super::machine::{Context, Machine, Request};
use super::render;
use super::transaction::{Client, ClientPhase, Sent, ServerPhase};
use crate::node::{ConnId, Summary};
use crate::wire::sip::{Message, Method, Name, StartLine, Writer};

/// A BYE for a party to a session that this node passes on, and that can no longer send one itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The Request-URI: the Contact of the party that is left.
    pub target: Box<str>,
    /// The route set, each as a Route value.
    pub routes: Vec<Box<str>>,
    /// The From value, with its tag.
    pub from: Box<str>,
    /// The To value, with its tag.
    pub to: Box<str>,
    /// The Call-ID.
    pub call_id: Box<str>,
    /// The CSeq number, higher than any that the party used.
    pub cseq: u32,
}

/// A URI as Route value.
pub fn on_route(uri: &str) -> Box<str> {
    format!("<{uri}>").into_boxed_str()
}

/// What changes in a request on its way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forwarding<'a> {
    /// A new Request-URI.
    pub target: Option<&'a str>,
    /// A Record-Route value to add.
    pub record_route: Option<&'a str>,
    /// How many Route values to take off the top: those that named this proxy.
    pub routes_used: usize,
    /// Take the last Route value off: it has become the Request-URI (RFC 3261 16.4, strict routing).
    pub last_route_used: bool,
    /// A header to add, as name and value.
    pub header: Option<(&'a str, &'a str)>,
}

impl<M: Machine> Context<'_, M> {
    /// Passes a request on over `conn`. Its answers come back with `ask`, to be passed on by
    /// [`Context::relay`]. `None`: the connection is gone, or the request is a BENOTIFY, which has no answer.
    pub fn forward(
        &mut self,
        request: &Request,
        conn: ConnId,
        forwarding: Forwarding<'_>,
        ask: M::Ask,
    ) -> Option<ClientTransaction> {
        if !self.layer.connections.contains_key(&conn) {
            return None;
        }
        let message = &request.message;
        let tx = self.layer.clients.reserve();
        let (head, via, path) = self.forwarded(tx, message, forwarding);
        let method = message.method().clone();
        if method == Method::Benotify {
            self.transmit(conn, head, message.body().clone(), Summary::Request(method));
            return None;
        }
        let sent = if method == Method::Invite {
            let header = |name| Box::from(message.header(name).unwrap_or_default());
            Sent {
                path,
                via: via.into(),
                from: header(Name::From),
                to: header(Name::To),
                call_id: header(Name::CallId),
                cseq: message.cseq().map_or(0, |cseq| cseq.seq),
            }
        } else {
            Sent::default()
        };
        let branch = render::branch(tx.0, self.layer.salt);
        let key = (conn, format!("{branch} {method}").into_boxed_str());
        let client = Client {
            key: key.clone(),
            conn,
            method,
            ask: Some(ask),
            dialog: None,
            phase: ClientPhase::Calling,
            cancel: false,
            sent,
            creating: None,
        };
        self.launch(tx, key, client, head, message.body().clone());
        Some(tx)
    }

    /// Says BYE in the name of a party that is gone. `None`: the connection is gone.
    pub fn leave_for(
        &mut self,
        conn: ConnId,
        leaving: &Leaving,
        draft: &Draft,
        ask: M::Ask,
    ) -> Option<ClientTransaction> {
        if !self.layer.connections.contains_key(&conn) {
            return None;
        }
        let tx = self.layer.clients.reserve();
        let (call_id, seq, method) = (leaving.call_id.clone(), leaving.cseq, Method::Bye);
        let (via, key) = self.identify(tx, conn, &method, (&call_id, "", None), seq);
        let sent = Sent {
            path: Path { target: leaving.target.clone(), routes: leaving.routes.clone() },
            via: via.into(),
            from: leaving.from.clone(),
            to: leaving.to.clone(),
            call_id,
            cseq: seq,
        };
        let head = render::outside(&mut self.layer.writer, &sent, &method, None, draft);
        let client = Client {
            key: key.clone(),
            conn,
            method,
            ask: Some(ask),
            dialog: None,
            phase: ClientPhase::Calling,
            cancel: false,
            sent: Sent::default(),
            creating: None,
        };
        self.launch(tx, key, client, head, draft.body().clone());
        Some(tx)
    }

    /// Passes on an ACK to a 2xx, which belongs to no transaction.
    pub fn forward_ack(&mut self, message: &Arc<Message>, conn: ConnId, forwarding: Forwarding<'_>) {
        let number = self.layer.clients.reserve();
        let (head, ..) = self.forwarded(number, message, forwarding);
        self.transmit(conn, head, message.body().clone(), Summary::Request(Method::Ack));
    }

    /// Passes a response to a forwarded request back: without its topmost Via, otherwise as it came.
    pub fn relay(&mut self, tx: ServerTransaction, response: &Arc<Message>) {
        let Some(server) = self.layer.servers.get(tx) else { return };
        let StartLine::Response { code, reason } = response.start() else { return };
        // A 2xx passes after a 2xx, nothing passes after a failure (RFC 6026 7.2).
        let passes = match server.phase {
            ServerPhase::Open => true,
            ServerPhase::Accepted => (200..300).contains(&code),
            ServerPhase::Completed => false,
        };
        if !passes {
            return;
        }
        let head = relayed(&mut self.layer.writer, response, code, reason);
        self.answer(tx, code, head, response.body().clone());
    }

    /// Ends a server transaction without an answer: of a forwarded request other than INVITE that nobody
    /// answered (RFC 4320 section 4.2).
    pub fn abandon(&mut self, tx: ServerTransaction) {
        self.drop_server(tx);
    }

    /// The head of a forwarded request, with its Via value and its path.
    fn forwarded(
        &mut self,
        tx: ClientTransaction,
        message: &Message,
        forwarding: Forwarding<'_>,
    ) -> (Bytes, String, Path) {
        let branch = render::branch(tx.0, self.layer.salt);
        let via = render::via(self.layer.settings.address.as_str(), Some(&branch));
        let StartLine::Request { method, uri } = message.start() else { return Default::default() };
        let target = forwarding.target.unwrap_or(uri);
        let path = Path { target: target.into(), routes: remaining_routes(message, forwarding) };
        let writer = &mut self.layer.writer;
        writer.start_request(method, target).text(Name::Via, &via);
        if let Some(value) = forwarding.record_route {
            writer.text(Name::RecordRoute, value);
        }
        let hops = message.max_forwards().ok().flatten().unwrap_or(71).saturating_sub(1);
        writer.number(Name::MaxForwards, hops.into());
        for route in &path.routes {
            writer.text(Name::Route, route);
        }
        if let Some((name, value)) = forwarding.header {
            writer.text(name, value);
        }
        writer.copy_fields(message, |name| !matches!(name, Name::Route | Name::MaxForwards));
        (writer.finish(message.body().len()), via, path)
    }
}

/// The Route values that are left.
fn remaining_routes(message: &Message, forwarding: Forwarding<'_>) -> Vec<Box<str>> {
    let values: Vec<&str> = message.list(Name::Route).collect();
    let end = values.len().saturating_sub(usize::from(forwarding.last_route_used));
    let left = values.get(forwarding.routes_used..end).unwrap_or_default();
    left.iter().map(|value| Box::from(*value)).collect()
}

/// The head of a response without its topmost Via value.
fn relayed(writer: &mut Writer, response: &Message, code: u16, reason: &str) -> Bytes {
    // Some clients take a status line without a reason for none.
    writer.start_response(code, if reason.trim().is_empty() { "Unexplained" } else { reason });
    for value in response.list(Name::Via).skip(1) {
        writer.text(Name::Via, value);
    }
    writer.copy_fields(response, |name| name != Name::Via).finish(response.body().len())
}
