//! The focus factory (MS-CONFPRO): provisions conferences.
//!
//! Clients send C3P commands in SERVICE requests to `…;opaque=app:conf:focusfactory` of the organizer; the
//! answer travels in the SIP response, with the C3P reason as reason phrase when it is a failure
//! (PRO-2-2-b, PRO-3-2-5-1-e). The focus asks over the pool link for a conference it is to activate.

mod activation;
mod commands;
mod conference;
mod config;
mod date_time;
mod envelope;
mod expiry;
mod journal;
mod passcode;
mod policy;
mod provision;
mod record;
mod settings;
mod store;
mod table;
mod told;
mod validation;

use std::convert::Infallible;

pub use self::config::Config;
use self::journal::Journal;
pub use self::policy::Policy;
pub use self::store::{MemoryStore, Store, StoreError};
use self::table::Table;
use crate::cryptography::Cryptography;
use crate::link::{Link, Side};
use crate::node::{Address, ConnId, Dump};
use crate::signal::{Context, Draft, Machine, Request, Response, TimerKey};
use crate::wire::sip::{Method, Name};

/// The focus factory as a machine.
#[derive(Debug)]
pub struct Factory {
    config: Config,
    journal: Journal,
    cryptography: Box<dyn Cryptography>,
    table: Table,
    /// Why there is no table.
    broken: Option<StoreError>,
    /// The link with the focus, from the start on.
    link: Option<Link<Ask, Timer>>,
    /// How many commands the focus was sent.
    commands: u64,
}

/// What an operator would log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A conference was created.
    Created {
        /// Its URI.
        conference: Box<str>,
    },
    /// The focus activated a conference.
    Activated {
        /// Its URI.
        conference: Box<str>,
    },
    /// A conference expired and was deleted.
    Expired {
        /// Its URI.
        conference: Box<str>,
    },
    /// A change was not made because the store would not take it, or the table could not be loaded.
    StoreFailed {
        /// Why.
        error: StoreError,
    },
}

/// What the factory asks of others: nothing but what the link needs.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    /// A request of the link.
    Link,
}

/// The factory's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The link's own.
    Link,
    /// The Conference Expiration Timer.
    Expiry,
}

impl TimerKey for Timer {
    fn name(self) -> &'static str {
        match self {
            Self::Link => "pool link",
            Self::Expiry => "conference expiration",
        }
    }
}

impl Factory {
    /// A factory that loads its table from `store` when it starts. If that fails, it answers `otherFailure` to every
    /// command.
    pub fn new(config: Config, store: Box<dyn Store>, cryptography: Box<dyn Cryptography>) -> Self {
        Self {
            config,
            journal: Journal::new(store),
            cryptography,
            table: Table::default(),
            broken: None,
            link: None,
            commands: 0,
        }
    }
}

impl Machine for Factory {
    type Command = Infallible;
    type Event = Event;
    type Ask = Ask;
    type Timer = Timer;

    fn start(&mut self, cx: &mut Context<'_, Self>) {
        match self.journal.load() {
            Ok(table) => self.table = table,
            Err(error) => {
                self.broken = Some(error.clone());
                cx.event(Event::StoreFailed { error });
            }
        }
        cx.set_timer(Timer::Expiry, cx.now() + self.config.expiry_interval);
        let epoch = cx.entropy().hex(8);
        let mut link = Link::new(self.config.focus.clone(), Side::Acceptor, &epoch, Ask::Link, Timer::Link);
        link.start(cx);
        self.link = Some(link);
    }

    fn command(&mut self, _cx: &mut Context<'_, Self>, command: Infallible) {
        match command {}
    }

    fn connected(&mut self, cx: &mut Context<'_, Self>, conn: ConnId) {
        if let Some(link) = self.link.as_mut().filter(|link| link.owns(cx, conn)) {
            link.connected(cx);
        }
    }

    fn disconnected(&mut self, cx: &mut Context<'_, Self>, _conn: ConnId, peer: &Address) {
        if let Some(link) = self.link.as_mut().filter(|_| *peer == self.config.focus) {
            link.disconnected(cx);
        }
    }

    fn request(&mut self, cx: &mut Context<'_, Self>, request: Request) {
        if *request.message.method() != Method::Service {
            let draft = Draft::new().header("Allow", Method::Service);
            return cx.respond(request.tx, 405, "Method Not Allowed", &draft);
        }
        if request.message.header(Name::PoolLink).is_none() {
            return self.service(cx, &request);
        }
        match self.link.as_mut().filter(|link| link.owns(cx, request.conn)) {
            Some(link) => {
                let news = link.request(cx, &request);
                self.hear_link(cx, news);
            }
            None => envelope::forbid(cx, request.tx, 3005, "No pool member"),
        }
    }

    fn response(&mut self, cx: &mut Context<'_, Self>, response: Response<Ask>) {
        let Some(link) = &mut self.link else { return };
        let news = link.response(cx, &response.outcome);
        self.hear_link(cx, news);
    }

    fn timer(&mut self, cx: &mut Context<'_, Self>, timer: Timer) {
        match (timer, &mut self.link) {
            (Timer::Expiry, _) => self.expire(cx),
            (Timer::Link, Some(link)) => link.timer(cx),
            (Timer::Link, None) => {}
        }
    }

    fn dump(&self, dump: &mut Dump) {
        dump.insert("conferences", self.table.len() as u64);
        dump.insert("link documents", self.link.as_ref().map_or(0, Link::outstanding));
    }
}
