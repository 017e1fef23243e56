//! A capture of real connections, as it grows.
//!
//! The tap is in the process, behind TLS: what is captured is what is said. Ports and addresses are those of the sockets
//! (of IPv6, the last four bytes of the address), but that a pool which shares a host with its clients gets an address of
//! its own, by which it is told from them; a server's port for TLS is told as the one for TCP, since that is how the
//! bytes are to be read.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use confsim_core::node::ConnId;
use confsim_core::time::{Duration, Instant};

use super::block::{File, Interface};
use super::segment::{ACK, FIN, PSH, SYN, Segment, Socket};
use super::{EPOCH, SEGMENT};

/// The ports of SIP over TLS and over TCP (RFC 3261 section 19.1.2).
const SIPS: u16 = 5061;
const SIP: u16 = 5060;

/// Stands for a pool on the loopback address (RFC 5737: for documentation).
const POOL: [u8; 4] = [192, 0, 2, 1];

/// Connections that are captured.
pub(crate) struct Capture {
    file: File,
    /// From the zero of capture files to that of the connections.
    offset: Duration,
    lines: BTreeMap<ConnId, Line>,
    packets: u16,
}

/// One connection: the client's end first, and what each has written.
struct Line {
    ends: [Socket; 2],
    written: [u32; 2],
}

impl Capture {
    /// A capture whose time begins `epoch` after the beginning of 1970.
    pub(crate) fn new(epoch: std::time::Duration) -> Self {
        let since = epoch.saturating_sub(std::time::Duration::from_secs(EPOCH));
        let offset = Duration::from_micros(u64::try_from(since.as_micros()).unwrap_or(u64::MAX));
        Self { file: File::new(&[], &[]), offset, lines: BTreeMap::new(), packets: 0 }
    }

    /// A client has connected.
    pub(crate) fn opened(&mut self, at: Instant, conn: ConnId, client: SocketAddr, server: SocketAddr) {
        let mut ends = [client, server].map(socket);
        if ends[1].port == SIPS {
            ends[1].port = SIP;
        }
        if server.ip().is_loopback() {
            ends[1].address = POOL;
        }
        self.lines.insert(conn, Line { ends, written: [0; 2] });
        for (side, flags) in [(0, SYN), (1, SYN | ACK)] {
            self.packet(at, conn, side, flags, &[]);
            if let Some(line) = self.lines.get_mut(&conn) {
                line.written[side] = 1;
            }
        }
        self.packet(at, conn, 0, ACK, &[]);
    }

    /// The client, or the server, has written this.
    pub(crate) fn written(&mut self, at: Instant, conn: ConnId, server: bool, bytes: &[u8]) {
        let side = usize::from(server);
        for piece in bytes.chunks(SEGMENT) {
            self.packet(at, conn, side, PSH | ACK, piece);
            if let Some(line) = self.lines.get_mut(&conn) {
                line.written[side] = line.written[side].wrapping_add(piece.len() as u32);
            }
        }
    }

    /// One of them has hung up.
    pub(crate) fn closed(&mut self, at: Instant, conn: ConnId, server: bool) {
        self.packet(at, conn, usize::from(server), FIN | ACK, &[]);
        self.lines.remove(&conn);
    }

    /// What has been captured since the last time.
    pub(crate) fn drain(&mut self) -> Vec<u8> {
        self.file.drain()
    }

    fn packet(&mut self, at: Instant, conn: ConnId, side: usize, flags: u8, data: &[u8]) {
        let Some(line) = self.lines.get(&conn) else { return };
        let (from, to) = (line.ends[side], line.ends[1 - side]);
        let ack = if flags & ACK == 0 { 0 } else { line.written[1 - side] };
        let segment = Segment { from, to, seq: line.written[side], ack, flags, data };
        self.packets = self.packets.wrapping_add(1);
        let packet = segment.packet(self.packets);
        self.file.packet(at + self.offset, Interface::Wire, &packet, &[]);
    }
}

fn socket(address: SocketAddr) -> Socket {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.octets(),
        IpAddr::V6(ip) => {
            let [.., a, b, c, d] = ip.octets();
            [a, b, c, d]
        }
    };
    Socket { address: ip, port: address.port() }
}
