//! The tasks around one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use confsim_core::node::{Address, ConnId, Transmit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time;

use super::net::Net;

/// What a message that waits to be written costs besides its bytes.
const WAITING: usize = size_of::<Transmit>();

/// How much one read takes, in bytes; what an idle connection costs.
const READ: usize = 4096;

/// How much one read takes on a connection that has more to say.
const READ_MORE: usize = 64 * 1024;

/// How much is written at a time, in bytes, unless one message is longer.
const WRITE: usize = 64 * 1024;

/// How long a closed connection may take to write what is queued.
const LINGER: Duration = Duration::from_secs(10);

/// How long an arrival may take to become a connection.
const WELCOME: Duration = Duration::from_secs(10);

/// How long a listener rests when it cannot accept: the system has no room for another connection now.
const REST: Duration = Duration::from_millis(50);

/// What the tasks report.
pub(super) enum News<S> {
    /// Somebody connected.
    Accepted {
        /// The connection.
        stream: S,
        /// Who.
        from: Address,
        /// The place that the connection takes.
        place: OwnedSemaphorePermit,
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
    tasks: Option<Tasks>,
    /// Given back with the connection.
    _place: Option<OwnedSemaphorePermit>,
}

/// What works on a connection that is up.
struct Tasks {
    /// Bounded by the bytes that wait.
    outgoing: mpsc::UnboundedSender<Transmit>,
    /// Bytes that wait, and how many may.
    waiting: Arc<AtomicUsize>,
    backlog: usize,
    reader: AbortHandle,
    writer: AbortHandle,
    /// Dropped, it tells the writer to come to an end.
    _open: oneshot::Sender<()>,
}

impl Connection {
    /// A connection that is being opened.
    pub(super) const fn pending() -> Self {
        Self { tasks: None, _place: None }
    }

    /// Puts reader and writer to work. Of what is to be written, `backlog` bytes may wait.
    pub(super) fn start<S>(
        conn: ConnId,
        stream: S,
        backlog: usize,
        place: Option<OwnedSemaphorePermit>,
        news: mpsc::Sender<News<S>>,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (input, output) = split(stream);
        let (outgoing, queue) = mpsc::unbounded_channel();
        let (open, closed) = oneshot::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let writing = write(output, queue, Arc::clone(&waiting));
        let writer = tokio::spawn(async move {
            tokio::select! {
                biased;
                () = writing => {}
                () = linger(closed) => {}
            }
        });
        let reader = tokio::spawn(read(conn, input, news)).abort_handle();
        let writer = writer.abort_handle();
        let tasks = Tasks { outgoing, waiting, backlog, reader, writer, _open: open };
        Self { tasks: Some(tasks), _place: place }
    }

    /// Queues a message; false when too much is queued already.
    pub(super) fn write(&mut self, transmit: Transmit) -> bool {
        let Some(tasks) = &self.tasks else { return true };
        let length = cost(&transmit);
        let waiting = tasks.waiting.fetch_add(length, Ordering::Relaxed);
        // One message may always wait, however long it is.
        if waiting > 0 && waiting + length > tasks.backlog {
            return false;
        }
        // Where the writer is gone its reader is about to say so.
        let _ = tasks.outgoing.send(transmit);
        true
    }

    /// Gives up on the peer: nothing more is written, and the shell hears that the connection is gone.
    pub(super) fn cut<S: Send + 'static>(&mut self, conn: ConnId, news: mpsc::Sender<News<S>>) {
        if let Some(tasks) = self.tasks.take() {
            tasks.reader.abort();
            tasks.writer.abort();
            tokio::spawn(async move { news.send(News::Closed { conn }).await });
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(tasks) = &self.tasks {
            tasks.reader.abort();
        }
    }
}

/// Accepts for as long as anybody listens to the news. Who finds no place is sent away at once.
pub(super) fn accept<T: Net>(
    net: T,
    mut listener: T::Listener,
    places: Arc<Semaphore>,
    news: mpsc::Sender<News<T::Stream>>,
) {
    tokio::spawn(async move {
        while !news.is_closed() {
            let Ok((arrival, from)) = net.accept(&mut listener).await else {
                time::sleep(REST).await;
                continue;
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
            let (net, news) = (net.clone(), news.clone());
            tokio::spawn(async move {
                if let Ok(Ok(stream)) = time::timeout(WELCOME, net.welcome(arrival)).await {
                    // Nobody is left to be told when this fails.
                    let _ = news.send(News::Accepted { stream, from, place }).await;
                }
            });
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
    let mut buffer = vec![0; READ];
    loop {
        let report = match input.read(&mut buffer).await {
            Ok(0) | Err(_) => News::Closed { conn },
            // Copied, so that what is kept of a message keeps no more than that in memory.
            Ok(length) => {
                let bytes = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                if length == buffer.len() {
                    buffer.resize(READ_MORE, 0);
                }
                News::Received { conn, bytes }
            }
        };
        let over = matches!(report, News::Closed { .. });
        if news.send(report).await.is_err() || over {
            return;
        }
    }
}

/// What a message costs while it waits.
fn cost(transmit: &Transmit) -> usize {
    WAITING + transmit.head.len() + transmit.body.len()
}

/// Writes what is queued, as much at a time as there is.
async fn write<S: AsyncWrite>(
    mut output: WriteHalf<S>,
    mut queue: mpsc::UnboundedReceiver<Transmit>,
    waiting: Arc<AtomicUsize>,
) {
    let mut buffer = BytesMut::new();
    while let Some(first) = queue.recv().await {
        buffer.clear();
        let (mut next, mut written) = (Some(first), 0);
        while let Some(transmit) = next {
            written += cost(&transmit);
            buffer.extend_from_slice(&transmit.head);
            buffer.extend_from_slice(&transmit.body);
            next = if buffer.len() < WRITE { queue.try_recv().ok() } else { None };
        }
        if output.write_all(&buffer).await.is_err() || output.flush().await.is_err() {
            return;
        }
        waiting.fetch_sub(written, Ordering::Relaxed);
        // A roster of a thousand is written once; its buffer need not stay.
        if buffer.capacity() > WRITE * 4 {
            buffer = BytesMut::new();
        }
    }
    // The peer reads the end of the stream either way; a failure here has nobody to tell.
    let _ = output.shutdown().await;
}

/// Over some time after the shell has closed the connection.
async fn linger(closed: oneshot::Receiver<()>) {
    // Nothing is ever sent: it ends when the other side is dropped.
    let _ = closed.await;
    time::sleep(LINGER).await;
}
