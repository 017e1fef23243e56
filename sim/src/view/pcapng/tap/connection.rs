//! Connections as TCP has them: the handshake, segments with their numbers, and how they end.

use super::super::SEGMENT;
use super::super::block::Interface;
use super::super::host::{NOWHERE, PORT, address};
use super::super::line::{Line, Stage};
use super::super::segment::{ACK, FIN, PSH, RST, SYN, Segment, Socket};
use super::Tap;
use crate::fault::How;
use crate::trace::{ConnectionId, NodeId, Opened};

/// The first port that connections are opened from, and how many there are (RFC 6335).
const FIRST_PORT: u16 = 49152;
const PORTS: u32 = 16384;

impl Tap<'_> {
    /// The connection; of one whose beginning is not told it is only known who has it.
    pub(super) fn line(&mut self, connection: ConnectionId, from: NodeId, to: NodeId) {
        if !self.lines.contains_key(&connection) {
            let ends = if from.index() >= to.index() { (from, to) } else { (to, from) };
            let sockets = self.sockets(ends.0, Some(ends.1));
            let line = Line::new(connection.0, [Some(ends.0), Some(ends.1)], sockets, Stage::Up);
            self.lines.insert(connection, line);
        }
    }

    fn sockets(&mut self, opener: NodeId, acceptor: Option<NodeId>) -> [Socket; 2] {
        let from = address(opener);
        let count = self.opened.entry(from).or_default();
        let near = Socket { address: from, port: FIRST_PORT + (*count % PORTS) as u16 };
        *count += 1;
        [near, Socket { address: acceptor.map_or(NOWHERE, address), port: PORT }]
    }

    pub(super) fn opened(&mut self, opened: Opened) {
        let sockets = self.sockets(opened.opener, opened.acceptor);
        let nodes = [Some(opened.opener), opened.acceptor];
        self.lines.insert(opened.connection, Line::new(opened.connection.0, nodes, sockets, Stage::Asked));
        self.send(opened.connection, 0, SYN, &[]);
    }

    pub(super) fn up(&mut self, who: NodeId, connection: ConnectionId) {
        let Some(line) = self.lines.get(&connection) else { return };
        let stage = if line.side(who) == 0 { Stage::Up } else { Stage::Answered };
        self.come_up(connection, stage);
    }

    /// Completes the handshake as far as `stage`.
    fn come_up(&mut self, connection: ConnectionId, stage: Stage) {
        let Some(line) = self.lines.get_mut(&connection) else { return };
        let before = line.stage;
        if before == Stage::Asked {
            line.stage = Stage::Answered;
            self.send(connection, 1, SYN | ACK, &[]);
        }
        if before != Stage::Up && stage == Stage::Up {
            if let Some(line) = self.lines.get_mut(&connection) {
                line.stage = Stage::Up;
            }
            self.send(connection, 0, ACK, &[]);
        }
    }

    /// Bytes go onto a connection.
    pub(super) fn stream(&mut self, connection: ConnectionId, side: usize, bytes: &[u8]) {
        let Some(line) = self.lines.get(&connection) else { return };
        if !line.ways[side].open() || bytes.is_empty() {
            return;
        }
        self.come_up(connection, Stage::Up);
        let mut left = bytes.len().div_ceil(SEGMENT);
        for data in bytes.chunks(SEGMENT) {
            left -= 1;
            self.send(connection, side, if left == 0 { ACK | PSH } else { ACK }, data);
        }
    }

    /// Sends one segment, and counts it.
    pub(super) fn send(&mut self, connection: ConnectionId, side: usize, flags: u8, data: &[u8]) {
        let Some(line) = self.lines.get_mut(&connection) else { return };
        let [way, other] = match &line.ways {
            [one, two] if side == 0 => [one, two],
            [one, two] => [two, one],
        };
        let seq = if flags & SYN == 0 { way.next() } else { way.syn() };
        let ack = if flags & ACK == 0 { 0 } else { other.expected() };
        let (from, to) = (line.sockets[side], line.sockets[1 - side]);
        let segment = Segment { from, to, seq, ack, flags, data };
        let id = self.packets.entry(from.address).or_default();
        *id = id.wrapping_add(1);
        let packet = segment.packet(*id);
        let comments = std::mem::take(&mut line.comments);
        line.ways[side].wrote(data);
        line.ways[side].fin |= flags & FIN != 0;
        line.ways[side].reset |= flags & RST != 0;
        self.file.packet(self.at, Interface::Wire, &packet, &comments);
    }

    /// A node closes its end.
    pub(super) fn closed(&mut self, who: NodeId, connection: ConnectionId) {
        let Some(line) = self.lines.get(&connection) else { return };
        let side = line.side(who);
        if line.stage == Stage::Asked || !line.ways[side].open() {
            return;
        }
        self.come_up(connection, Stage::Up);
        self.send(connection, side, FIN | ACK, &[]);
    }

    /// A node sees the end of its connection.
    pub(super) fn gone(&mut self, who: NodeId, connection: ConnectionId) {
        let Some(line) = self.lines.get(&connection) else { return };
        let side = line.side(who);
        let peer = 1 - side;
        if line.stage == Stage::Asked {
            return self.send(connection, peer, RST | ACK, &[]);
        }
        let told = &line.ways[peer];
        let ended = told.fin || (line.cut == Some(How::Fin) && told.open());
        if told.reset || line.ways[side].reset {
            return;
        }
        if !ended || !told.settled() {
            return self.reset(connection, peer);
        }
        if told.open() {
            self.send(connection, peer, FIN | ACK, &[]);
        }
        let Some(line) = self.lines.get_mut(&connection) else { return };
        line.ways[peer].fin_acked = true;
        // Who is cut off is told so by what cut the connection, not by the other end.
        if line.ways[side].open() && line.cut.is_none() {
            self.send(connection, side, FIN | ACK, &[]);
        } else {
            self.send(connection, side, ACK, &[]);
        }
        let Some(line) = self.lines.get_mut(&connection) else { return };
        if line.ways[side].fin_acked || line.ways[side].open() {
            return;
        }
        if line.ways[side].settled() {
            line.ways[side].fin_acked = true;
            self.send(connection, peer, ACK, &[]);
        } else {
            self.reset(connection, peer);
        }
    }

    /// A connection ends abruptly, as one end is told by the other.
    fn reset(&mut self, connection: ConnectionId, side: usize) {
        self.send(connection, side, RST | ACK, &[]);
    }
}
