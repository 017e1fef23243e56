//! The tasks around one connection.

use bytes::{Bytes, BytesMut};
use confsim_core::node::{Address, ConnId, Transmit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::net::Net;

/// How many messages may wait to be written; a peer that lets more pile up is cut.
const OUTGOING: usize = 4096;

/// How much one read takes at most.
const READ: usize = 16 * 1024;

/// What the tasks report.
pub(super) enum News<S> {
    /// Somebody connected.
    Accepted {
        /// The connection.
        stream: S,
        /// Who.
        from: Address,
    },
    /// A connection we asked for is up.
    Connected {
        /// Which.
        conn: ConnId,
        /// The connection.
        stream: S,
    },
    /// Bytes came.
    Received {
        /// From which connection.
        conn: ConnId,
        /// The bytes.
        bytes: Bytes,
    },
    /// A connection is gone, or did not come up.
    Closed {
        /// Which.
        conn: ConnId,
    },
}

/// One connection as the shell holds it. Dropping it closes the connection after what is queued.
pub(super) struct Connection {
    outgoing: Option<mpsc::Sender<Transmit>>,
    reader: Option<AbortHandle>,
}

impl Connection {
    /// A connection that is being opened.
    pub(super) const fn pending() -> Self {
        Self { outgoing: None, reader: None }
    }

    /// Puts reader and writer to work.
    pub(super) fn start<S>(conn: ConnId, stream: S, news: mpsc::Sender<News<S>>) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (input, output) = split(stream);
        let (outgoing, queue) = mpsc::channel(OUTGOING);
        tokio::spawn(write(output, queue));
        let reader = tokio::spawn(read(conn, input, news)).abort_handle();
        Self { outgoing: Some(outgoing), reader: Some(reader) }
    }

    /// Queues a message; false when the queue is full.
    pub(super) fn write(&mut self, transmit: Transmit) -> bool {
        match &self.outgoing {
            Some(outgoing) => !matches!(outgoing.try_send(transmit), Err(mpsc::error::TrySendError::Full(_))),
            None => true,
        }
    }

    /// Gives up on the peer: nothing more is written, and the shell hears that the connection is gone.
    pub(super) fn cut<S: Send + 'static>(&mut self, conn: ConnId, news: mpsc::Sender<News<S>>) {
        self.outgoing = None;
        tokio::spawn(async move { news.send(News::Closed { conn }).await });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            reader.abort();
        }
    }
}

/// Accepts until the listener fails.
pub(super) fn accept<T: Net>(net: T, listener: T::Listener, news: mpsc::Sender<News<T::Stream>>) {
    tokio::spawn(async move {
        while let Ok((stream, from)) = net.accept(&listener).await {
            if news.send(News::Accepted { stream, from }).await.is_err() {
                return;
            }
        }
    });
}

/// Connects once.
pub(super) fn connect<T: Net>(net: T, conn: ConnId, to: Address, news: mpsc::Sender<News<T::Stream>>) {
    tokio::spawn(async move {
        let report = match net.connect(&to).await {
            Ok(stream) => News::Connected { conn, stream },
            Err(_) => News::Closed { conn },
        };
        news.send(report).await
    });
}

async fn read<S: AsyncRead>(conn: ConnId, mut input: ReadHalf<S>, news: mpsc::Sender<News<S>>) {
    loop {
        let mut bytes = BytesMut::with_capacity(READ);
        let report = match input.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => News::Closed { conn },
            Ok(_) => News::Received { conn, bytes: bytes.freeze() },
        };
        let over = matches!(report, News::Closed { .. });
        if news.send(report).await.is_err() || over {
            return;
        }
    }
}

async fn write<S: AsyncWrite>(mut output: WriteHalf<S>, mut queue: mpsc::Receiver<Transmit>) {
    while let Some(transmit) = queue.recv().await {
        let written = async {
            output.write_all(&transmit.head).await?;
            output.write_all(&transmit.body).await?;
            output.flush().await
        };
        if written.await.is_err() {
            return;
        }
    }
    // The peer reads the end of the stream either way; a failure here has nobody to tell.
    let _ = output.shutdown().await;
}
