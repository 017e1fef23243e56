//! What a scenario must satisfy to be run.

use std::fmt;

use confsim_core::time::Duration;

use super::{Action, MAX_PARTICIPANTS, Piece, Range, Scenario, Speech, Split, Topology, Words};
use crate::fault::{Crash, Cut, Fault, Fill, Outage, POOL, Pause, Stall, When};
use crate::trace::ROLES;

/// The one role that stores something.
const FACTORY: &str = "factory";
/// A tick of the worlds that have one: parity asks for latencies of whole ticks.
const TICK: Duration = Duration::from_millis(10);
/// Parity: steps are at least this far apart.
const APART: Duration = Duration::from_millis(200);
/// Parity: the run is at most this long.
const SHORT: Duration = Duration::from_secs(120);

/// Something wrong in a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Flaw {
    /// Where.
    pub place: Place,
    /// What, in words.
    pub what: String,
}

/// A part of a scenario, lists counted from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// No part in particular.
    Whole,
    /// A participant.
    Participant(usize),
    /// A step.
    Step(usize),
    /// A fault.
    Fault(usize),
}

/// For people, who count from one.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("scenario"),
            Self::Participant(index) => write!(f, "participant {}", index + 1),
            Self::Step(index) => write!(f, "step {}", index + 1),
            Self::Fault(index) => write!(f, "fault {}", index + 1),
        }
    }
}

impl Flaw {
    pub(super) const fn step(index: usize, what: String) -> Self {
        Self { place: Place::Step(index), what }
    }

    pub(super) const fn fault(index: usize, what: String) -> Self {
        Self { place: Place::Fault(index), what }
    }

    pub(super) const fn whole(what: String) -> Self {
        Self { place: Place::Whole, what }
    }
}

impl Scenario {
    /// Whether this can be run; the first thing that is wrong otherwise.
    pub fn check(&self) -> Result<(), Flaw> {
        self.check_participants()?;
        let named = self.factory.check().map_err(Flaw::whole)?;
        if let Some(name) = named.into_iter().find(|name| !self.takes_part(name)) {
            return Err(Flaw::whole(format!("there is no participant called `{name}`")));
        }
        self.check_steps()?;
        for (index, fault) in self.faults.iter().enumerate() {
            self.check_fault(fault).map_err(|what| Flaw::fault(index, what))?;
        }
        let links = self.participants.iter().filter_map(|participant| participant.link);
        for link in links.chain([self.links.client, self.links.pool]) {
            if link.latency.low > link.latency.high {
                return Err(Flaw::whole("a latency range must go from low to high".to_owned()));
            }
        }
        if self.parity { self.check_parity() } else { Ok(()) }
    }

    fn check_participants(&self) -> Result<(), Flaw> {
        if self.participants.len() > MAX_PARTICIPANTS {
            return Err(Flaw::whole(format!("more than {MAX_PARTICIPANTS} participants")));
        }
        let mut seen = std::collections::BTreeSet::new();
        for (index, participant) in self.participants.iter().enumerate() {
            let name = participant.name.as_str();
            let improper = [name, participant.user()].into_iter().find(|name| !proper(name));
            let what = if let Some(name) = improper {
                format!("`{name}` is no name: a lower-case letter, then letters, digits and hyphens")
            } else if ROLES.contains(&name) || name == POOL {
                format!("`{name}` is the name of a role of the pool")
            } else if !seen.insert(name) {
                format!("there is a participant called `{name}` already")
            } else {
                continue;
            };
            return Err(Flaw { place: Place::Participant(index), what });
        }
        Ok(())
    }

    fn check_steps(&self) -> Result<(), Flaw> {
        let mut last = Duration::ZERO;
        for (index, step) in self.steps.iter().enumerate() {
            let flaw = |what| Err(Flaw::step(index, what));
            if step.at < last {
                return flaw("it comes before the step above it".to_owned());
            }
            if step.at > self.end {
                return flaw("it comes after the end of the run".to_owned());
            }
            last = step.at;
            let mut names = vec![step.who.as_str()];
            names.extend(step.action.user());
            if let Action::Create { rules, .. } = &step.action {
                names.extend(rules.members());
            }
            if let Action::Say(Speech::Text(text)) = &step.action {
                let words = Words::parse(text).map_err(|what| Flaw::step(index, what))?;
                names.extend(words.0.iter().filter_map(Piece::participant));
            }
            if let Action::Provision(wish) = &step.action {
                wish.check().map_err(|what| Flaw::step(index, what))?;
            }
            if let Some(name) = names.into_iter().find(|name| !self.takes_part(name)) {
                return flaw(format!("there is no participant called `{name}`"));
            }
        }
        Ok(())
    }

    fn check_fault(&self, fault: &Fault) -> Result<(), String> {
        match fault {
            Fault::Cut(Cut { line, when: When::After { from: end, .. }, .. })
            | Fault::Stall(Stall { line, towards: end, .. })
                if !line.between.contains(end) =>
            {
                return Err(format!("`{end}` is no end of that connection"));
            }
            Fault::Crash(Crash { host, at, back }) => {
                if back.is_some_and(|back| back.at <= *at) {
                    return Err(format!("`{host}` must crash before it comes back"));
                }
                return self.check_host(host);
            }
            Fault::Pause(Pause { host, .. }) => return self.check_host(host),
            Fault::Outage(Outage { host, .. }) if host != FACTORY && host != POOL => {
                return Err(format!("`{host}` stores nothing"));
            }
            Fault::Outage(Outage { host, .. }) => return self.check_host(host),
            Fault::Fill(Fill { node, .. }) if node != FACTORY => {
                return Err(format!("`{node}` has no disk"));
            }
            _ => {}
        }
        fault.nodes().into_iter().try_for_each(|name| self.check_node(name))
    }

    fn check_host(&self, name: &str) -> Result<(), String> {
        if name == POOL {
            Ok(())
        } else if self.topology == Topology::Pool && ROLES.contains(&name) {
            Err(format!("all roles share one host here: say `{POOL}` instead of `{name}`"))
        } else {
            self.check_node(name)
        }
    }

    fn check_node(&self, name: &str) -> Result<(), String> {
        if self.takes_part(name) || ROLES.contains(&name) {
            Ok(())
        } else {
            Err(format!("there is no node called `{name}`"))
        }
    }

    fn check_parity(&self) -> Result<(), Flaw> {
        let even =
            |range: Range| range.low == range.high && range.low.as_micros().is_multiple_of(TICK.as_micros());
        let what = if [self.links.client]
            .into_iter()
            .chain((self.topology == Topology::Split).then_some(self.links.pool))
            .any(|link| !even(link.latency) || link.jitter != Duration::ZERO || link.split != Split::Whole)
        {
            "parity asks for fixed latencies of whole 10 ms, no jitter, and whole writes"
        } else if self.participants.iter().any(|participant| participant.link.is_some()) {
            "parity asks for one link for all participants"
        } else if !self.faults.is_empty() {
            "parity asks for a scenario without faults"
        } else if self.steps.iter().any(|step| matches!(step.action, Action::Say(_))) {
            "parity asks for steps that clients do: no `say`"
        } else if self.end > SHORT {
            "parity asks for a run of at most 120 s"
        } else if self.steps.windows(2).any(|pair| matches!(pair, [a, b] if b.at - a.at < APART)) {
            "parity asks for steps at least 200 ms apart"
        } else {
            return Ok(());
        };
        Err(Flaw::whole(what.to_owned()))
    }

    fn takes_part(&self, name: &str) -> bool {
        self.participants.iter().any(|participant| participant.name == name)
    }
}

/// Whether this can be the name of a participant, or of a user.
fn proper(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.bytes().all(plain) && name.starts_with(|first: char| first.is_ascii_lowercase())
}
