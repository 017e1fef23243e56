//! What passes between clients and the pool, kept in a file.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use confsim_core::front_end;
use confsim_core::node::{Address, ConnId, Input, Output};
use confsim_core::time::Instant;

use crate::view::jsonl::streams::Streams;
use crate::view::pcapng::Capture;
use crate::world::shell::Ends;

/// How many pieces may wait to be written; a medium that is slower ends the recording, which is without gaps.
const PIECES: usize = 65_536;

/// A recording as it grows. It ends when it is dropped.
pub struct Recording {
    tape: Tape,
    pieces: Option<SyncSender<Vec<u8>>>,
}

/// What is written.
enum Tape {
    Packets(Box<Capture>),
    Lines(Streams),
}

/// What a recording looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A capture file, for Wireshark and `confsim check`.
    Pcapng,
    /// JSON lines, for programs and `confsim check`.
    Jsonl,
}

impl Recording {
    /// Writes to `out`, in a thread of its own, whose result tells whether all of it is there. The pool's time begins
    /// `epoch` after the beginning of 1970.
    pub fn to(
        mut out: impl Write + Send + 'static,
        format: Format,
        epoch: Duration,
    ) -> (Self, JoinHandle<io::Result<()>>) {
        let (pieces, queue) = sync_channel::<Vec<u8>>(PIECES);
        let writer = thread::spawn(move || {
            while let Ok(piece) = queue.recv() {
                out.write_all(&piece)?;
            }
            out.flush()
        });
        let tape = match format {
            Format::Pcapng => Tape::Packets(Box::new(Capture::new(epoch))),
            Format::Jsonl => Tape::Lines(Streams::new(epoch)),
        };
        (Self { tape, pieces: Some(pieces) }, writer)
    }

    pub(super) fn up(&mut self, now: Instant, conn: ConnId, ends: Ends, from: Option<&Address>) -> bool {
        // Roles have no sockets.
        if from.is_some() && ends.0.port() != 0 {
            match &mut self.tape {
                Tape::Packets(capture) => capture.opened(now, conn, ends.1, ends.0),
                Tape::Lines(streams) => streams.opened(now, conn, ends.1, ends.0),
            }
        }
        self.pass_on()
    }

    pub(super) fn input<C>(&mut self, now: Instant, input: &Input<C>) -> bool {
        match input {
            Input::Received { conn, bytes } => self.written(now, *conn, false, bytes),
            Input::Closed { conn } => self.closed(now, *conn, false),
            _ => return true,
        }
        self.pass_on()
    }

    pub(super) fn output(&mut self, now: Instant, output: &Output<front_end::Event>) -> bool {
        match output {
            Output::Send(transmit) => {
                self.written(now, transmit.conn, true, &transmit.head);
                self.written(now, transmit.conn, true, &transmit.body);
            }
            Output::Close { conn } => self.closed(now, *conn, true),
            _ => return true,
        }
        self.pass_on()
    }

    fn written(&mut self, now: Instant, conn: ConnId, server: bool, bytes: &[u8]) {
        match &mut self.tape {
            Tape::Packets(capture) => capture.written(now, conn, server, bytes),
            Tape::Lines(streams) => streams.written(now, conn, server, bytes),
        }
    }

    fn closed(&mut self, now: Instant, conn: ConnId, server: bool) {
        match &mut self.tape {
            Tape::Packets(capture) => capture.closed(now, conn, server),
            Tape::Lines(streams) => streams.closed(now, conn, server),
        }
    }

    /// False, once, when the recording ends before its time.
    fn pass_on(&mut self) -> bool {
        let piece = match &mut self.tape {
            Tape::Packets(capture) => capture.drain(),
            Tape::Lines(streams) => streams.drain(),
        };
        let Some(pieces) = self.pieces.as_ref().filter(|_| !piece.is_empty()) else { return true };
        let kept = pieces.try_send(piece);
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = kept {
            self.pieces = None;
            return false;
        }
        true
    }
}
