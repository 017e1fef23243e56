//! Registrations: granted for no longer than was asked for, and kept by the clients that can.

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::Method;

use super::naming::request_of;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Known, Property, Verdict};
use crate::trace::{NodeId, Role};

/// What is granted.
pub(super) const REGISTERED: Property = Property {
    id: "registration.granted",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-8"],
    sentence: "A REGISTER is granted for no longer than was asked for and the limit is, and not for nothing.",
};

/// Who can register again does.
pub(super) const KEPT: Property = Property {
    id: "registration.kept",
    kind: Kind::Always,
    needs: &[],
    requirements: &["D-4", "D-8"],
    sentence: "A client whose connection holds registers again before its registration is over.",
};

/// The longest registration when the scenario does not say, in seconds.
const REGISTRATION: u64 = 7200;
/// How late a client may be seen to register: latencies, a host that stands still, a clock that is slow.
const MARGIN: Duration = Duration::from_secs(120);

pub(super) struct Registrations {
    /// The longest that is granted, in seconds.
    longest: u64,
    /// What REGISTERs ask for, by client and [`request_of`].
    asked: BTreeMap<(NodeId, (u64, u32)), u64>,
    /// Until when each client is registered.
    registered: BTreeMap<NodeId, Instant>,
}

impl Observe for Registrations {
    const TOPICS: &'static [Topic] = &[Topic::Passing, Topic::Heard, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Passing(spoken) if *spoken.message.method() == Method::Register => self.asked(spoken),
            Sight::Heard(spoken)
                if *spoken.message.method() == Method::Register && spoken.node.role() == Role::Client =>
            {
                self.granted(scene, spoken, verdict);
            }
            Sight::Crashed(who) => drop(self.registered.remove(&who)),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (who, until) in &self.registered {
            if *until + MARGIN <= scene.at && !scene.struck(*who) && !scene.forges(*who) {
                let words = format!("was registered until {until} and has not registered again");
                verdict.violate(&KEPT, scene.finding(*who, &[], words));
            }
        }
    }
}

impl Registrations {
    pub(super) fn new(known: &Known) -> Self {
        let longest = known.limits.registration.map(|limit| limit.as_micros() / 1_000_000);
        Self { longest: longest.unwrap_or(REGISTRATION), asked: BTreeMap::new(), registered: BTreeMap::new() }
    }

    /// A client asks.
    fn asked(&mut self, spoken: &Spoken<'_>) {
        let Some(name) = request_of(spoken.message).filter(|_| spoken.peer.role() == Role::Client) else {
            return;
        };
        let in_contact = spoken.message.contact().ok().flatten();
        let in_contact = in_contact.and_then(|contact| contact.param("expires")??.parse().ok());
        let asked = in_contact.or(spoken.message.expires().ok().flatten().map(u64::from));
        self.asked.insert((spoken.peer, name), asked.unwrap_or(REGISTRATION));
    }

    /// A client is answered.
    fn granted(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let (who, message) = (spoken.node, spoken.message);
        let Some(asked) = request_of(message).and_then(|name| self.asked.remove(&(who, name))) else {
            return;
        };
        if message.code() != Some(200) {
            return;
        }
        let granted = message.expires().ok().flatten().map(u64::from);
        let contacts = message.contacts().filter_map(Result::ok);
        let granted =
            contacts.filter_map(|contact| contact.param("expires")??.parse().ok()).max().or(granted);
        verdict.exercise(&REGISTERED);
        let granted = granted.unwrap_or_default();
        let fits = if asked == 0 { granted == 0 } else { (1..=asked.min(self.longest)).contains(&granted) };
        if !fits {
            let words =
                format!("is registered for {granted} s; asked for {asked} s, at most {}", self.longest);
            verdict.violate(&REGISTERED, scene.finding(who, &[spoken.id], words));
        }
        let before = self.registered.insert(who, scene.at + Duration::from_secs(granted));
        if asked == 0 {
            self.registered.remove(&who);
        } else if let Some(until) = before.filter(|_| !scene.struck(who) && !scene.forges(who)) {
            verdict.exercise(&KEPT);
            if scene.at > until + MARGIN {
                let words = format!("was registered until {until} and registers again only now");
                verdict.violate(&KEPT, scene.finding(who, &[spoken.id], words));
            }
        }
    }
}
