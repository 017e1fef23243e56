//! What passes between clients and a pool on real sockets, as JSON lines: one for each piece that was read or written.
//!
//! ```json
//! {"streams":{"version":1,"epoch":1795284000000000}}
//! {"opened":{"at":120,"connection":0,"client":"127.0.0.1:40312","server":"127.0.0.1:5060"}}
//! {"sent":{"at":340,"connection":0,"by":"client","bytes":"REGISTER sip:contoso.com SIP/2.0\\r\\n…"}}
//! {"closed":{"at":900,"connection":0,"by":"server"}}
//! ```
//! Times are microseconds since `epoch`, which is one since the beginning of 1970. To be judged it is made the capture
//! file that would have been written in its place.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use confsim_core::node::ConnId;
use confsim_core::time::Instant;
use serde::{Deserialize, Serialize};

use super::read::{Fault, row};
use super::text::Text;
use crate::view::pcapng::Capture;

/// The version of the format that this code reads and writes.
const VERSION: u32 = 1;

/// How such a file begins.
const BEGINNING: &[u8] = b"{\"streams\":";

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Line {
    Streams { version: u32, epoch: u64 },
    Opened { at: u64, connection: u32, client: SocketAddr, server: SocketAddr },
    Sent { at: u64, connection: u32, by: Side, bytes: Text },
    Closed { at: u64, connection: u32, by: Side },
}

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Side {
    Client,
    Server,
}

/// Connections that are told of as they go on.
pub(crate) struct Streams {
    lines: Vec<u8>,
    numbers: BTreeMap<ConnId, u32>,
    opened: u32,
}

impl Streams {
    /// Those of a pool whose time begins `epoch` after the beginning of 1970.
    pub(crate) fn new(epoch: Duration) -> Self {
        let epoch = u64::try_from(epoch.as_micros()).unwrap_or(u64::MAX);
        let mut streams = Self { lines: Vec::new(), numbers: BTreeMap::new(), opened: 0 };
        streams.line(&Line::Streams { version: VERSION, epoch });
        streams
    }

    /// A client has connected.
    pub(crate) fn opened(&mut self, at: Instant, conn: ConnId, client: SocketAddr, server: SocketAddr) {
        let connection = self.opened;
        self.opened += 1;
        self.numbers.insert(conn, connection);
        self.line(&Line::Opened { at: at.as_micros(), connection, client, server });
    }

    /// The client, or the server, has written this.
    pub(crate) fn written(&mut self, at: Instant, conn: ConnId, server: bool, bytes: &[u8]) {
        let Some(connection) = self.numbers.get(&conn).copied().filter(|_| !bytes.is_empty()) else { return };
        self.line(&Line::Sent { at: at.as_micros(), connection, by: side(server), bytes: Text::of(bytes) });
    }

    /// One of them has hung up.
    pub(crate) fn closed(&mut self, at: Instant, conn: ConnId, server: bool) {
        let Some(connection) = self.numbers.remove(&conn) else { return };
        self.line(&Line::Closed { at: at.as_micros(), connection, by: side(server) });
    }

    /// What has been told since the last time.
    pub(crate) fn drain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }

    fn line(&mut self, line: &Line) {
        // Writing numbers and texts to memory cannot fail.
        if serde_json::to_writer(&mut self.lines, line).is_ok() {
            self.lines.push(b'\n');
        }
    }
}

fn side(server: bool) -> Side {
    if server { Side::Server } else { Side::Client }
}

/// Whether a file is of this kind.
pub(crate) fn is_streams(file: &[u8]) -> bool {
    file.starts_with(BEGINNING)
}

/// The capture file that tells the same. A last line that was not finished is left out.
///
/// # Errors
/// [`Fault`] says which line is none.
pub(crate) fn capture(file: &[u8]) -> Result<Vec<u8>, Fault> {
    let end = file.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let whole = file.get(..end).unwrap_or_default();
    let mut capture = Capture::new(Duration::ZERO);
    for (text, number) in whole.split(|byte| *byte == b'\n').zip(1..) {
        let wrong = |what: &str| Fault { line: number, column: 1, what: what.to_owned() };
        match row(text, number)? {
            Line::Streams { version, epoch } if number == 1 && version == VERSION => {
                capture = Capture::new(Duration::from_micros(epoch));
            }
            Line::Streams { .. } => {
                return Err(wrong("no version that this program reads, or not the first line"));
            }
            Line::Opened { at, connection, client, server } => {
                capture.opened(Instant::from_micros(at), ConnId::accepted(connection), client, server);
            }
            Line::Sent { at, connection, by, bytes } => {
                let bytes = bytes.bytes().map_err(|_| wrong("bytes that are no base64"))?;
                let server = by == Side::Server;
                capture.written(Instant::from_micros(at), ConnId::accepted(connection), server, &bytes);
            }
            Line::Closed { at, connection, by } => {
                let server = by == Side::Server;
                capture.closed(Instant::from_micros(at), ConnId::accepted(connection), server);
            }
        }
    }
    Ok(capture.drain())
}
