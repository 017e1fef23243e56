//! The focus factory: what its answers say fits together, whoever asks and whatever is lost.

mod linear;
mod reason;
mod table;
mod wish;

use std::collections::BTreeMap;

use confsim_core::wire::sip::{Message, Method, Name};

use self::linear::{Call, Found, bit, search};
use self::reason::Rules;
use self::table::{Quota, Table, Turn, is_of_table};
use self::wish::{Answer, Plan, Wish};
use super::sight::{Observe, Place, Scene, Sight, Spoken, Topic};
use super::verdict::Finding;
use super::{Kind, Known, Need, Property, Verdict};
use crate::fault::Fault;
use crate::trace::{MsgId, NodeId};

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

/// Most tables that are kept in mind for one organizer while it is open which one there is.
const TABLES_MAX: usize = 64;

/// How many conferences an organizer may have where the scenario does not say.
const CONFERENCES_MAX: usize = 1000;

/// Tells a request, and its answer, from others: who asks, Call-ID and number.
type Key = (String, String, u32);

/// The observer.
pub(super) struct Provisioning {
    rules: Rules,
    quota: Quota,
    /// What every wish was for, by the number it got.
    plans: Vec<Plan>,
    /// What clients ask.
    asked: Vec<Asked>,
    waiting: BTreeMap<Key, usize>,
    /// What the factory has heard and not answered, with the wish's number.
    taken: BTreeMap<Key, (usize, Wish)>,
    /// What may be in the factory's table, by organizer; nothing when its answers make no sense any more.
    known: BTreeMap<String, Vec<Table>>,
    /// Whether the factory remembers what it acknowledged.
    durable: bool,
    /// Whether everything that is asked is asked by clients.
    honest: bool,
}

/// A wish as its client sees it.
struct Asked {
    number: usize,
    wish: Wish,
    who: NodeId,
    begun: (u64, MsgId),
    returned: Option<(u64, MsgId)>,
    answer: Answer,
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
            quota,
            plans: Vec::new(),
            asked: Vec::new(),
            waiting: BTreeMap::new(),
            taken: BTreeMap::new(),
            known: BTreeMap::new(),
            durable: !known.faults.iter().any(wiped),
            honest: known.forgers.is_empty(),
        }
    }

    fn number(&mut self, wish: &Wish) -> usize {
        self.plans.push(wish.plan.clone());
        self.plans.len() - 1
    }

    /// A client asks.
    fn asked(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let (Some(key), Some(wish)) = (key(spoken.message), Wish::of(spoken.message)) else { return };
        let others = self.waiting.values().filter_map(|place| self.asked.get(*place));
        if others.into_iter().any(|it| it.wish.organizer == wish.organizer && it.who != spoken.node) {
            verdict.exercise(&CONCURRENT);
        }
        let number = self.number(&wish);
        let begun = (scene.tick, spoken.id);
        self.waiting.insert(key, self.asked.len());
        let (who, answer) = (spoken.node, Answer::Unknown);
        self.asked.push(Asked { number, wish, who, begun, returned: None, answer });
    }

    /// A client hears an answer.
    fn told(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some(place) = key(spoken.message).and_then(|key| self.waiting.remove(&key)) else { return };
        if let Some(asked) = self.asked.get_mut(place) {
            asked.answer = Answer::of(spoken.message);
            asked.returned = Some((scene.tick, spoken.id));
        }
    }

    /// The factory hears a wish. What it has heard before and not answered by now it may have done or not.
    fn taken(&mut self, spoken: &Spoken<'_>) {
        for (_, (number, wish)) in std::mem::take(&mut self.taken) {
            let turn = self.turn(number, &wish, &Answer::Unknown);
            let after: Vec<Table> =
                self.tables(&wish.organizer).iter().filter_map(|it| turn.step(it)).collect();
            let mut tables = self.tables(&wish.organizer);
            tables.extend(after);
            self.remember(wish.organizer, tables);
        }
        let (Some(key), Some(wish)) = (key(spoken.message), Wish::of(spoken.message)) else { return };
        let number = self.number(&wish);
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
        let find = |words| Finding {
            at: scene.at,
            who: scene.name(NodeId::FACTORY),
            messages: vec![spoken.id],
            words,
        };
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
        if !self.durable {
            return;
        }
        let tables = self.tables(organizer);
        if tables.is_empty() {
            return;
        }
        verdict.exercise(property);
        let turn = self.turn(number, &wish, &answer);
        let after: Vec<Table> = tables.iter().filter_map(|table| turn.step(table)).collect();
        if after.is_empty() {
            let expected = tables.first().map(describe).unwrap_or_default();
            let words =
                format!("{command} {id} of {organizer} is answered with {}; {expected}", tell(&answer));
            verdict.violate(property, find(words));
        }
        self.remember(wish.organizer, after);
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

    /// What may be in the table of an organizer; at first nothing.
    fn tables(&self, organizer: &str) -> Vec<Table> {
        self.known.get(organizer).cloned().unwrap_or_else(|| vec![Table::new()])
    }

    fn remember(&mut self, organizer: String, mut tables: Vec<Table>) {
        tables.sort();
        tables.dedup();
        if tables.len() > TABLES_MAX {
            tables.clear();
        }
        self.known.insert(organizer, tables);
    }

    fn turn<'a>(&'a self, number: usize, wish: &'a Wish, answer: &'a Answer) -> Turn<'a> {
        Turn { number, wish, answer, wishes: &self.plans, quota: self.quota }
    }

    /// Whether the calls about one organizer's conferences have an order.
    fn judge(&self, scene: &Scene, organizer: &str, verdict: &mut Verdict) {
        let calls: Vec<&Asked> = self
            .asked
            .iter()
            .filter(|asked| asked.wish.organizer == organizer && asked.answer != Answer::Rejected)
            .filter(|asked| asked.wish.changes() || asked.answer != Answer::Unknown)
            .collect();
        let spans: Vec<Call> = calls
            .iter()
            .map(|asked| Call {
                begun: asked.begun.0,
                returned: asked.returned.filter(|_| asked.answer != Answer::Unknown).map(|(tick, _)| tick),
            })
            .collect();
        let step = |place: usize, table: &Table| {
            let asked = calls.get(place)?;
            self.turn(asked.number, &asked.wish, &asked.answer).step(table)
        };
        match search(&spans, Table::new(), step) {
            Found::Order => verdict.exercise(&LINEARIZABLE),
            Found::TooMuch => {}
            Found::None(best) => {
                verdict.exercise(&LINEARIZABLE);
                let left = (0..calls.len())
                    .filter(|place| best & bit(*place) == 0)
                    .filter_map(|place| calls.get(place));
                let left: Vec<&&Asked> = left.filter(|asked| asked.answer != Answer::Unknown).collect();
                let first = left
                    .first()
                    .map(|it| format!("{} {}: {}", it.wish.command, it.wish.id, tell(&it.answer)));
                let words = format!(
                    "{} requests about the conferences of {organizer} have no order that explains their answers; at \
                     best these are left: {}",
                    calls.len(),
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
        let lost = self.asked.iter().filter(|asked| asked.wish.changes() && asked.answer == Answer::Unknown);
        lost.for_each(|_| verdict.exercise(&DOUBT));
        if !self.durable || !self.honest {
            return;
        }
        let mut organizers: Vec<&str> =
            self.asked.iter().map(|asked| asked.wish.organizer.as_str()).collect();
        organizers.sort_unstable();
        organizers.dedup();
        for organizer in organizers {
            self.judge(scene, organizer, verdict);
        }
    }
}

/// The request that a message is, or answers.
fn key(message: &Message) -> Option<Key> {
    let from = message.from().ok()?.uri.address();
    Some((from, message.header(Name::CallId)?.to_owned(), message.cseq().ok()?.seq))
}

/// Whether a message is between a client and its factory, and not between members of the pool.
pub(super) fn is_service(message: &Message) -> bool {
    *message.method() == Method::Service && message.header(Name::PoolLink).is_none()
}

fn tell(answer: &Answer) -> String {
    match answer {
        Answer::Done(told) => {
            let told: Vec<_> =
                told.conferences.iter().map(|(id, version, _)| format!("{id} v{version}")).collect();
            format!("success [{}]", told.join(", "))
        }
        Answer::Refused(reason) => reason.clone(),
        Answer::Rejected => "a rejection".to_owned(),
        Answer::Unknown => "nothing".to_owned(),
    }
}

fn describe(table: &Table) -> String {
    let conferences = table.iter().map(|(id, conference)| format!("{id} v{}", conference.version));
    format!("acknowledged is [{}]", conferences.collect::<Vec<_>>().join(", "))
}
