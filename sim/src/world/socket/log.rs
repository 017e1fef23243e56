//! What an operator is told: one line for each thing that begins, ends or fails.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use confsim_core::front_end::FrontEnd;
use confsim_core::node::{Address, ConnId, Input, Node, Output};
use confsim_core::signal::Endpoint;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method, Name, StartLine};
use confsim_core::{factory, focus, front_end, im_mcu};

use super::recording::Recording;
use crate::world::shell::{Ends, Tap};

/// How many lines may wait for whoever reads them; more are lost rather than waited for.
const LINES: usize = 16_384;

/// Takes lines and never makes anybody wait.
#[derive(Clone, Debug)]
pub struct Log {
    lines: SyncSender<String>,
    /// When the pool's time began, since the beginning of 1970.
    epoch: Duration,
}

impl Log {
    /// Writes to `out`, in a thread of its own. The pool's time begins `epoch` after the beginning of 1970.
    pub fn to(mut out: impl Write + Send + 'static, epoch: Duration) -> Self {
        let (lines, queue) = sync_channel::<String>(LINES);
        thread::spawn(move || {
            // It ends with the log, or with whoever read it.
            while let Ok(line) = queue.recv() {
                if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
        });
        Self { lines, epoch }
    }

    /// Adds a line with the time of day (UTC) before it.
    pub(super) fn line(&self, now: Instant, what: impl Display) {
        let since = self.epoch + Duration::from_micros(now.since(Instant::ZERO).as_micros());
        let (seconds, milliseconds) = (since.as_secs(), since.subsec_millis());
        let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
        let time = format_args!("{hours:02}:{minutes:02}:{:02}.{milliseconds:03}", seconds % 60);
        // A full queue has nobody who could be told.
        let _ = self.lines.try_send(format!("{time} {what}"));
    }
}

/// An event of a role that is worth a line.
pub(super) trait Loggable {
    /// The line, unless it says nothing to an operator.
    fn line(&self) -> Option<String>;
}

impl Loggable for front_end::Event {
    fn line(&self) -> Option<String> {
        Some(match self {
            Self::SignedIn { user } => format!("signed in   {user}"),
            Self::SignedOut { user } => format!("signed out  {user}"),
        })
    }
}

impl Loggable for factory::Event {
    fn line(&self) -> Option<String> {
        Some(match self {
            Self::Created { conference } => format!("created     {conference}"),
            Self::Expired { conference } => format!("expired     {conference}"),
            Self::StoreFailed { error } => format!("STORE       {error}"),
            // The focus says so as well.
            Self::Activated { .. } => return None,
        })
    }
}

impl Loggable for focus::Event {
    fn line(&self) -> Option<String> {
        Some(match self {
            Self::Activated(conference) => format!("active      {conference}"),
            Self::Deactivated(conference) => format!("inactive    {conference}"),
            Self::Stopped => return None,
        })
    }
}

impl Loggable for im_mcu::Event {
    fn line(&self) -> Option<String> {
        let Self::UnreadableCommand { offset } = self;
        Some(format!("UNREADABLE  a command of the focus, at byte {offset}"))
    }
}

/// Tells of a role's events, and calls back for each.
pub(super) struct Events<F> {
    pub(super) log: Log,
    pub(super) also: F,
}

impl<N: Node, F: FnMut(&N::Event)> Tap<N> for Events<F>
where
    N::Event: Loggable,
{
    fn up(&mut self, _: Instant, _: ConnId, _: Ends, _: Option<&Address>) {}

    fn input(&mut self, _: Instant, _: &Input<N::Command>) {}

    fn output(&mut self, now: Instant, output: &Output<N::Event>) {
        let Output::Event(event) = output else { return };
        if let Some(line) = event.line() {
            self.log.line(now, line);
        }
        (self.also)(event);
    }
}

/// Tells of what passes the front end, which is everything between users and the pool.
pub(super) struct Passing {
    log: Log,
    recording: Option<Recording>,
    peers: BTreeMap<ConnId, Address>,
}

impl Passing {
    pub(super) fn new(log: Log, recording: Option<Recording>) -> Self {
        Self { log, recording, peers: BTreeMap::new() }
    }

    /// Has it recorded, and tells when that is over before its time.
    fn record(&mut self, now: Instant, take: impl FnOnce(&mut Recording) -> bool) {
        if self.recording.as_mut().is_some_and(|recording| !take(recording)) {
            self.log.line(now, "TRACE       ends here: its file cannot be written, or not fast enough");
        }
    }

    fn heard(&self, now: Instant, message: &Message) {
        let opens = matches!(message.method(), Method::Invite | Method::Subscribe);
        if !opens && *message.method() != Method::Bye {
            return;
        }
        let (from, to) = (message.header(Name::From).map(uri), message.header(Name::To).map(uri));
        let (Some(from), Some(to)) = (from, to) else { return };
        let what = match (message.method(), message.code()) {
            (Method::Bye, None) => "ends       ".to_owned(),
            (Method::Invite, Some(200..300)) => "session    ".to_owned(),
            (Method::Subscribe, Some(200..300)) => "subscribed ".to_owned(),
            (method, Some(code @ 300..)) if opens => {
                let reason = match message.start() {
                    StartLine::Response { reason, .. } => reason,
                    StartLine::Request { .. } => "",
                };
                return self
                    .log
                    .line(now, format_args!("refused     {method} {from} -> {to}: {code} {reason}"));
            }
            _ => return,
        };
        self.log.line(now, format_args!("{what} {from} -> {to}"));
    }
}

impl Tap<Endpoint<FrontEnd>> for Passing {
    fn up(&mut self, now: Instant, conn: ConnId, ends: Ends, from: Option<&Address>) {
        self.record(now, |recording| recording.up(now, conn, ends, from));
        if let Some(from) = from {
            self.peers.insert(conn, from.clone());
        }
    }

    fn input(&mut self, now: Instant, input: &Input<std::convert::Infallible>) {
        self.record(now, |recording| recording.input(now, input));
        if let Input::Closed { conn } = input {
            self.peers.remove(conn);
        }
    }

    fn output(&mut self, now: Instant, output: &Output<front_end::Event>) {
        self.record(now, |recording| recording.output(now, output));
        match output {
            Output::Heard { message, .. } => self.heard(now, message),
            Output::Garbage { conn, error } => {
                let peer = self.peers.get(conn).map_or("a role", Address::as_str);
                self.log.line(now, format_args!("GARBAGE     from {peer}: {error}"));
            }
            Output::Close { conn } => {
                self.peers.remove(conn);
            }
            Output::Event(event) => {
                if let Some(line) = event.line() {
                    self.log.line(now, line);
                }
            }
            Output::Fired { .. } | Output::Send(_) | Output::Open { .. } | Output::Wait(_) => {}
        }
    }
}

/// The URI of a From or To value.
fn uri(value: &str) -> &str {
    let inner = value.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(value, |(uri, _)| uri)
}
