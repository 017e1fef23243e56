//! The node: connections, framing, demultiplexing, and the order in which a machine gets to hear of things.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::layer::{Layer, Settings};
use super::machine::{Context, Machine, Outcome};
use super::timers::{TimerKey, Timers};
use super::transaction::LayerTimer;
use crate::entropy::Entropy;
use crate::node::{ConnId, Deadline, Dump, Input, Node, Output};
use crate::time::Instant;
use crate::wire::sip::Message;

/// A machine with its transactions, dialogs and connections: a complete node.
#[derive(Debug)]
pub struct Endpoint<M: Machine> {
    machine: M,
    layer: Layer<M::Ask>,
    timers: Timers<M::Timer>,
    out: VecDeque<Output<M::Event>>,
    now: Instant,
}

impl<M: Machine> Endpoint<M> {
    /// A node made of `machine`, drawing its identifiers from `entropy`.
    pub fn new(machine: M, settings: Settings, entropy: Entropy) -> Self {
        let layer = Layer::new(settings, entropy);
        Self { machine, layer, timers: Timers::new(), out: VecDeque::new(), now: Instant::ZERO }
    }

    /// The machine and the context it acts in.
    fn parts(&mut self) -> (&mut M, Context<'_, M>) {
        let Self { machine, layer, timers, out, now } = self;
        (machine, Context { now: *now, layer, timers, out })
    }

    fn received(&mut self, conn: ConnId, bytes: Bytes) {
        let Some(connection) = self.layer.connections.get_mut(&conn) else { return };
        connection.framer.push(bytes);
        loop {
            let Some(connection) = self.layer.connections.get_mut(&conn) else { return };
            match connection.framer.next() {
                Ok(Some(framed)) => {
                    connection.unfinished = None;
                    let message = Arc::new(framed.message);
                    self.out.push_back(Output::Heard {
                        conn,
                        message: Arc::clone(&message),
                        end: framed.end,
                    });
                    self.heard(conn, message);
                }
                Ok(None) => {
                    let idle = connection.framer.is_idle();
                    connection.unfinished =
                        if idle { None } else { connection.unfinished.or(Some(self.now)) };
                    return;
                }
                Err(error) => {
                    self.out.push_back(Output::Garbage { conn, error });
                    self.out.push_back(Output::Close { conn });
                    self.closed(conn);
                    return;
                }
            }
        }
    }

    fn heard(&mut self, conn: ConnId, message: Arc<Message>) {
        let (machine, mut cx) = self.parts();
        if message.is_request() {
            cx.hear_request(machine, conn, message);
        } else {
            cx.hear_response(machine, conn, message);
        }
    }

    fn closed(&mut self, conn: ConnId) {
        let Some(connection) = self.layer.remove_connection(conn) else { return };
        let (machine, mut cx) = self.parts();
        let waiting: Vec<_> =
            cx.layer.clients.iter().filter(|(_, client)| client.conn == conn).map(|(id, _)| id).collect();
        for tx in waiting {
            cx.give_up(machine, tx, Outcome::ConnectionLost);
        }
        machine.disconnected(&mut cx, conn, &connection.peer);
    }

    /// Fires what is due, the layer's timers before the machine's at one instant (D-6).
    fn fire(&mut self) {
        loop {
            let now = self.now;
            let machine_first = match (self.layer.timers.next(), self.timers.next()) {
                (Some(layer), Some(machine)) => machine.at < layer.at,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if machine_first {
                let Some(timer) = self.timers.pop(now) else { return };
                self.out.push_back(Output::Fired { timer: timer.name() });
                let (machine, mut cx) = self.parts();
                machine.timer(&mut cx, timer);
            } else {
                let Some(timer) = self.layer.timers.pop(now) else { return };
                self.out.push_back(Output::Fired { timer: timer.name() });
                self.fire_layer(timer);
            }
        }
    }

    fn fire_layer(&mut self, timer: LayerTimer) {
        let (machine, mut cx) = self.parts();
        match timer {
            LayerTimer::B(tx) | LayerTimer::F(tx) => cx.give_up(machine, tx, Outcome::TimedOut),
            LayerTimer::M(tx) => cx.drop_client(tx),
            LayerTimer::H(tx) | LayerTimer::L(tx) => cx.drop_server(tx),
            LayerTimer::Repeat(dialog) => cx.repeat_2xx(dialog),
            LayerTimer::NoAck(dialog) => {
                cx.settle_2xx(dialog);
                // Who has said BYE already is done with the dialog.
                if !cx.release_bye(machine, dialog) {
                    machine.unacknowledged(&mut cx, dialog);
                }
            }
        }
    }

    fn deadline(&self) -> Option<Deadline> {
        match (self.layer.timers.next(), self.timers.next()) {
            (Some(layer), Some(machine)) if machine.at < layer.at => Some(machine),
            (Some(layer), _) => Some(layer),
            (None, machine) => machine,
        }
    }
}

impl<M: Machine> Node for Endpoint<M> {
    type Command = M::Command;
    type Event = M::Event;

    fn handle(&mut self, now: Instant, input: Input<Self::Command>) {
        debug_assert!(now >= self.now, "time runs backwards: {} after {}", now, self.now);
        self.now = now;
        match input {
            Input::Start => {
                let (machine, mut cx) = self.parts();
                machine.start(&mut cx);
            }
            Input::Accepted { conn, from } => {
                self.layer.add_connection(conn, from, true);
                let (machine, mut cx) = self.parts();
                machine.connected(&mut cx, conn);
            }
            Input::Connected { conn } => {
                let Some(connection) = self.layer.connections.get_mut(&conn) else { return };
                let early = connection.early.take();
                self.out.extend(early.into_iter().flatten().map(Output::Send));
                let (machine, mut cx) = self.parts();
                machine.connected(&mut cx, conn);
            }
            Input::Received { conn, bytes } => self.received(conn, bytes),
            Input::Closed { conn } => self.closed(conn),
            Input::Timeout => self.fire(),
            Input::Command(command) => {
                let (machine, mut cx) = self.parts();
                machine.command(&mut cx, command);
            }
        }
        while let Some(conn) = self.layer.closing.pop() {
            if self.layer.connections.contains_key(&conn) {
                self.out.push_back(Output::Close { conn });
                self.closed(conn);
            }
        }
    }

    fn poll(&mut self) -> Output<Self::Event> {
        self.out.pop_front().unwrap_or_else(|| Output::Wait(self.deadline()))
    }

    fn dump(&self) -> Dump {
        let mut dump = Dump::new();
        dump.insert("connections", self.layer.connections.len() as u64);
        dump.insert("server transactions", self.layer.servers.len() as u64);
        dump.insert("client transactions", self.layer.clients.len() as u64);
        dump.insert("dialogs", self.layer.dialogs.len() as u64);
        dump.insert("timers", (self.timers.len() + self.layer.timers.len()) as u64);
        self.machine.dump(&mut dump);
        dump
    }
}
