//! Cutting streams where turmoil never would.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use confsim_core::entropy::hash_parts;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::TcpStream;

use crate::world::shell::Ends;

/// A stream whose writes leave in pieces: turmoil delivers each write as it was made, so that a reader would
/// never see half a message.
#[derive(Debug)]
pub(super) struct Splitter {
    stream: TcpStream,
    ends: Ends,
    draws: Option<u64>,
    ordinal: u64,
}

impl Splitter {
    /// Cuts at places drawn from `draws`, or not at all.
    pub(super) fn new(stream: TcpStream, ends: Ends, draws: Option<u64>) -> Self {
        Self { stream, ends, draws, ordinal: 0 }
    }

    pub(super) fn ends(&self) -> Ends {
        self.ends
    }

    /// How much of `length` bytes the next write takes.
    fn portion(&mut self, length: usize) -> usize {
        let Some(draws) = self.draws else { return length };
        self.ordinal += 1;
        let draw = hash_parts(&[draws, self.ordinal]);
        // Half of the writes stay whole.
        if draw & 1 == 0 { length } else { 1 + (draw >> 1) as usize % length.max(1) }
    }
}

impl AsyncRead for Splitter {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Splitter {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let portion = self.portion(bytes.len()).min(bytes.len());
        Pin::new(&mut self.stream).poll_write(cx, bytes.get(..portion).unwrap_or(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
