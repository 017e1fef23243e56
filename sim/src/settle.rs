//! Why a run did not come to rest, in words: who misses which version of a roster, which session one side has and the
//! other has not, which request waits for its answer, what a node still has to do; each since when, and because of
//! which fault.
//!
//! When the faults have stopped a run goes on until everything must have settled. Whether it has is for the
//! properties to say; this tells what is behind it. It reads the trace with every record ([`crate::trace::Keep::All`]).

mod blame;
mod request;
mod roster;
mod session;

use std::fmt;

use confsim_core::time::Instant;
use confsim_core::wire::sip::{Limits, Message};

use self::blame::Blame;
use self::request::Requests;
use self::roster::Rosters;
use self::session::Sessions;
use crate::fault::Fault;
use crate::scenario::Scenario;
use crate::trace::{Cast, Emitted, HostChange, NodeId, Record, Trace};

/// What a node holds only as long as it has something to do.
const WORK: [&str; 11] = [
    "calls",
    "commands",
    "forwarded invitations",
    "forwarded requests",
    "link documents",
    "open forwards",
    "open reports",
    "requests outstanding",
    "ringing calls",
    "waiting INVITEs",
    "waiting joins",
];

/// Most of it that people are told.
const TOLD: usize = 20;

/// Something that is not at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrest {
    /// Whose.
    pub who: NodeId,
    /// What it is.
    pub what: String,
    /// Since when, where that is known.
    pub since: Option<Instant>,
    /// What brought it about, if it was a fault.
    pub fault: Option<Fault>,
}

/// `bob shows version 7 of the roster, 9 is out; since 12.300000; because of `drop …``
impl fmt::Display for Unrest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(since) = self.since {
            write!(f, "; since {since}")?;
        }
        match &self.fault {
            Some(fault) => write!(f, "; because of `{fault}`"),
            None => Ok(()),
        }
    }
}

/// What is not at rest at the end of a run of `scenario`, in the order of rosters, sessions, requests and work.
pub fn unrest(scenario: &Scenario, trace: &Trace) -> Vec<Unrest> {
    let mut watch = Watch {
        cast: &trace.cast,
        blame: Blame::new(&scenario.faults),
        rosters: Rosters::default(),
        sessions: Sessions::default(),
        requests: Requests::default(),
        work: Vec::new(),
        now: Instant::ZERO,
    };
    for (at, record) in trace.records() {
        watch.now = at;
        watch.see(record);
    }
    watch.tell()
}

/// [`unrest`] for people: so much of it as one can read.
pub fn told(scenario: &Scenario, trace: &Trace) -> Vec<String> {
    let all = unrest(scenario, trace);
    let mut words: Vec<String> = all.iter().take(TOLD).map(ToString::to_string).collect();
    if all.len() > TOLD {
        words.push(format!("and {} more", all.len() - TOLD));
    }
    words
}

/// What all watchers are told of a message.
struct Said<'a> {
    at: Instant,
    /// Who wrote it on this hop, who is at the other end, and whose word it is.
    emitted: &'a Emitted,
    message: &'a Message,
}

impl Said<'_> {
    /// Whether this is the first hop.
    fn is_own(&self) -> bool {
        self.emitted.from == self.emitted.origin
    }
}

struct Watch<'a> {
    cast: &'a Cast,
    blame: Blame<'a>,
    rosters: Rosters,
    sessions: Sessions,
    requests: Requests,
    work: Vec<Unrest>,
    now: Instant,
}

impl Watch<'_> {
    fn see(&mut self, record: &Record) {
        self.blame.see(record);
        let at = self.now;
        match record {
            Record::Emitted(emitted) => {
                let parsed = Message::from_parts(emitted.head.clone(), emitted.body.clone(), Limits::DEFAULT);
                if let Ok(message) = parsed {
                    let said = Said { at, emitted, message: &message };
                    self.rosters.said(&said);
                    self.sessions.said(&said);
                    self.requests.said(&said);
                }
            }
            Record::Heard(heard) => {
                self.sessions.heard(at, heard);
                self.requests.heard(heard);
            }
            Record::Event { who, event, .. } => self.rosters.shown(*who, event),
            Record::Host { who, change: HostChange::Crashed, .. } => {
                self.rosters.crashed(*who);
                self.sessions.crashed(at, *who);
                self.requests.crashed(*who);
            }
            Record::End { who, dump } => {
                let work = dump.iter().filter(|(kind, count)| **count > 0 && WORK.contains(kind));
                let (name, fault) = (self.cast.name(*who), self.blame.of_host(*who));
                self.work.extend(work.map(|(kind, count)| Unrest {
                    who: *who,
                    what: format!("{name} still has {count} {kind}"),
                    since: None,
                    fault: fault.clone(),
                }));
            }
            _ => {}
        }
    }

    fn tell(self) -> Vec<Unrest> {
        let Self { cast, blame, rosters, sessions, requests, work, now } = self;
        let mut all = rosters.unrest(cast, &blame, &sessions);
        all.extend(sessions.unrest(cast, &blame));
        all.extend(requests.unrest(cast, &blame, now));
        all.extend(work);
        all
    }
}
