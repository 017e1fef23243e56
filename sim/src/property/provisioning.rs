//! The focus factory: what its answers say fits together, whoever asks and whatever is lost.

mod acknowledged;
mod answer;
mod history;
mod linear;
mod plan;
mod reason;
mod table;
mod wish;

use std::collections::BTreeMap;

use confsim_core::wire::sip::{Message, Method, Name};

use self::acknowledged::Acknowledged;
use self::answer::Answer;
use self::history::{Asked, History, Order};
use self::reason::Rules;
use self::table::{Quota, Wishes, is_of_table};
use self::wish::{Key, Wish, key};
use super::sight::{Observe, Place, Scene, Sight, Spoken, Topic};
use super::verdict::Finding;
use super::{Kind, Known, Need, Property, Verdict};
use crate::fault::Fault;
use crate::trace::NodeId;

/// What clients see is what one after another would see.
pub(super) const LINEARIZABLE: Property = Property {
    id: "provisioning.linearizable",
    kind: Kind::Always,
    needs: &[Need::Scenario],
    requirements: &["PRO-3-2-1-a", "PRO-2-2-1-2-c", "PRO-2-2-1-1-j", "PRO-2-2-2-2-c"],
    sentence: "Every organizer's conferences, as organizer and delegates see them by requests that overlap, are lost or \
               repeated, are those that some order of the requests makes, each between its beginning and its answer.",
};

/// Nothing that was acknowledged is lost.
pub(super) const VERSIONS: Property = Property {
    id: "provisioning.versions",
    kind: Kind::Always,
    needs: &[],
    requirements: &["PRO-2-2-1-1-j", "PRO-2-2-3-2-c", "PRO-2-2-3-4-l", "PRO-2-2-3-5-h"],
    sentence: "A success of the factory fits what it has acknowledged before, also before a crash: no version is given \
               twice, no change is forgotten, and what is told of a conference is what was asked for.",
};

/// Nothing is refused without cause.
pub(super) const REASONS: Property = Property {
    id: "provisioning.reasons",
    kind: Kind::Always,
    needs: &[Need::Scenario],
    requirements: &["PRO-2-2-3-1-f", "PRO-2-2-3-1-p", "PRO-2-2-3-3-d", "PRO-2-2-3-1-ab"],
    sentence: "What the factory refuses it refuses for a reason that the request or the conferences it has acknowledged \
               give; a command of the organizer himself it does not turn away unread.",
};

/// Requests of two users about the same conferences overlap.
pub(super) const CONCURRENT: Property = Property {
    id: "provisioning.concurrent",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["PRO-2-2-l"],
    sentence: "While one client waits for the factory's answer, another one asks about the same organizer's conferences.",
};

/// A change of which nobody knows whether it was made.
pub(super) const DOUBT: Property = Property {
    id: "provisioning.doubt",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["PRO-3-1-6-a"],
    sentence: "A client that asked the factory for a change never gets its answer.",
};

/// How many conferences an organizer may have where the scenario does not say.
const CONFERENCES_MAX: usize = 1000;

/// The observer.
pub(super) struct Provisioning {
    rules: Rules,
    wishes: Wishes,
    /// What clients ask.
    history: History,
    /// What the factory has heard and not answered, with the wish's number.
    taken: BTreeMap<Key, (usize, Wish)>,
    acknowledged: Acknowledged,
    /// Whether the factory remembers what it acknowledged.
    durable: bool,
    /// Whether everything that is asked is asked by clients.
    honest: bool,
}

impl Provisioning {
    /// An observer of a run of which so much is known.
    pub(super) fn new(known: &Known) -> Self {
        let rules = &known.factory;
        let quota = Quota {
            conferences: rules.conferences.map_or(CONFERENCES_MAX, |most| most as usize),
            statics: usize::from(rules.static_meeting.unwrap_or(true)),
        };
        let wiped = |fault: &Fault| match fault {
            Fault::Crash(crash) => crash.back.is_some_and(|back| back.without_store),
            _ => false,
        };
        Self {
            rules: Rules::of(known),
            wishes: Wishes::new(quota),
            history: History::default(),
            taken: BTreeMap::new(),
            acknowledged: Acknowledged::default(),
            durable: !known.faults.iter().any(wiped),
            honest: known.forgers.is_empty(),
        }
    }

    /// A client asks.
    fn asked(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let (Some(key), Some(wish)) = (key(spoken.message), Wish::of(spoken.message)) else { return };
        let who = spoken.node;
        if self.history.others_wait(&wish.organizer, who) {
            verdict.exercise(&CONCURRENT);
        }
        let number = self.wishes.number(&wish);
        let (begun, answer) = (scene.tick, Answer::Unknown);
        self.history.asks(key, Asked { number, wish, who, begun, returned: None, answer });
    }

    /// A client hears an answer.
    fn told(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        if let Some(key) = key(spoken.message) {
            self.history.told(&key, Answer::of(spoken.message), (scene.tick, spoken.id));
        }
    }

    /// The factory hears a wish. What it has heard before and not answered by now it may have done or not.
    fn taken(&mut self, spoken: &Spoken<'_>) {
        for (_, (number, wish)) in std::mem::take(&mut self.taken) {
            let turn = self.wishes.turn(number, &wish, &Answer::Unknown);
            self.acknowledged.perhaps(wish.organizer.clone(), |table| turn.step(table));
        }
        let (Some(key), Some(wish)) = (key(spoken.message), Wish::of(spoken.message)) else { return };
        let number = self.wishes.number(&wish);
        self.taken.insert(key, (number, wish));
    }

    /// The factory answers.
    fn answered(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((number, wish)) = key(spoken.message).and_then(|key| self.taken.remove(&key)) else {
            return;
        };
        let answer = Answer::of(spoken.message);
        let property = match &answer {
            Answer::Done(_) => &VERSIONS,
            Answer::Refused(_) => &REASONS,
            Answer::Rejected => return self.turned_away(scene, spoken, &wish, verdict),
            Answer::Unknown => return,
        };
        let find = |words| scene.finding(NodeId::FACTORY, &[spoken.id], words);
        let Wish { command, organizer, id, .. } = &wish;
        if let Answer::Refused(reason) = &answer
            && !is_of_table(reason)
            && !self.rules.justify(&wish, reason)
        {
            let words = format!(
                "{command} {id} of {organizer} is refused with {reason}, for which it gives no cause"
            );
            verdict.violate(property, find(words));
        }
        if !self.durable || !self.acknowledged.knows(organizer) {
            return;
        }
        verdict.exercise(property);
        let turn = self.wishes.turn(number, &wish, &answer);
        let fits = self.acknowledged.certainly(organizer.clone(), |table| turn.step(table));
        if let Err(expected) = fits {
            let words = format!("{command} {id} of {organizer} is answered with {answer}; {expected}");
            verdict.violate(property, find(words));
        }
    }

    /// The factory has not looked at a command, which is for its organizer to give.
    fn turned_away(&self, scene: &Scene, spoken: &Spoken<'_>, wish: &Wish, verdict: &mut Verdict) {
        let from = spoken.message.from().ok().map(|from| from.uri.address());
        if self.honest && from.as_deref() == Some(wish.organizer.as_str()) {
            let code = spoken.message.code().unwrap_or_default();
            let words = format!("turns {} of {} away with {code}", wish.command, wish.organizer);
            verdict.violate(&REASONS, scene.finding(NodeId::FACTORY, &[spoken.id], words));
        }
    }

    /// Whether the calls about one organizer's conferences have an order.
    fn judge(&self, scene: &Scene, organizer: &str, verdict: &mut Verdict) {
        match self.history.order(organizer, &self.wishes) {
            Order::Found => verdict.exercise(&LINEARIZABLE),
            Order::TooMuch => {}
            Order::None(calls, left) => {
                verdict.exercise(&LINEARIZABLE);
                let first =
                    left.first().map(|it| format!("{} {}: {}", it.wish.command, it.wish.id, it.answer));
                let words = format!(
                    "{calls} requests about the conferences of {organizer} have no order that explains their \
                     answers; at best these are left: {}",
                    first.unwrap_or_default()
                );
                let messages = left.iter().filter_map(|asked| asked.returned).map(|(_, id)| id).collect();
                let who = left.first().map_or_else(String::new, |asked| scene.name(asked.who));
                verdict.violate(&LINEARIZABLE, Finding { at: scene.at, who, messages, words });
            }
        }
    }
}

impl Observe for Provisioning {
    const TOPICS: &'static [Topic] = &[Topic::Service];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        let Sight::Service(place, spoken) = sight else { return };
        match (place, spoken.message.code()) {
            (Place::ClientSays, None) => self.asked(scene, spoken, verdict),
            (Place::ClientHears, Some(200..)) => self.told(scene, spoken),
            (Place::FactoryHears, None) => self.taken(spoken),
            (Place::FactorySays, Some(200..)) => self.answered(scene, spoken, verdict),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&DOUBT, self.history.doubts());
        if !self.durable || !self.honest {
            return;
        }
        for organizer in self.history.organizers() {
            self.judge(scene, organizer, verdict);
        }
    }
}

/// Whether a message is between a client and its factory, and not between members of the pool.
pub(super) fn is_service(message: &Message) -> bool {
    *message.method() == Method::Service && message.header(Name::PoolLink).is_none()
}
