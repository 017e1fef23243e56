//! What clients have asked the factory and what each was told: the history of their calls, and whether some order of the
//! calls about one organizer's conferences explains it.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::linear::{Call, Found, bit, search};
use super::table::{Table, Wishes};
use super::wish::{Key, Wish};
use crate::trace::{MsgId, NodeId};

/// All that was asked.
#[derive(Default)]
pub(super) struct History {
    asked: Vec<Asked>,
    /// What has no answer yet, by its place among all.
    waiting: BTreeMap<Key, usize>,
}

/// A wish as its client sees it.
pub(super) struct Asked {
    /// The number of the wish.
    pub(super) number: usize,
    pub(super) wish: Wish,
    pub(super) who: NodeId,
    /// When it was asked, by sight.
    pub(super) begun: u64,
    /// When and by which message it was answered.
    pub(super) returned: Option<(u64, MsgId)>,
    pub(super) answer: Answer,
}

/// Whether the calls about one organizer's conferences have an order.
pub(super) enum Order<'a> {
    /// They have.
    Found,
    /// They have none: so many they are, and these answers at best are left unexplained.
    None(usize, Vec<&'a Asked>),
    /// The search was given up.
    TooMuch,
}

impl History {
    /// Whether somebody else waits for an answer about the conferences of `organizer`.
    pub(super) fn others_wait(&self, organizer: &str, who: NodeId) -> bool {
        let mut others = self.waiting.values().filter_map(|place| self.asked.get(*place));
        others.any(|asked| asked.wish.organizer == organizer && asked.who != who)
    }

    /// A client asks.
    pub(super) fn asks(&mut self, key: Key, asked: Asked) {
        self.waiting.insert(key, self.asked.len());
        self.asked.push(asked);
    }

    /// A client hears an answer.
    pub(super) fn told(&mut self, key: &Key, answer: Answer, returned: (u64, MsgId)) {
        if let Some(asked) = self.waiting.remove(key).and_then(|place| self.asked.get_mut(place)) {
            asked.answer = answer;
            asked.returned = Some(returned);
        }
    }

    /// How many clients have asked for a change and do not know whether it was made.
    pub(super) fn doubts(&self) -> u64 {
        let lost = |asked: &&Asked| asked.wish.changes() && asked.answer == Answer::Unknown;
        self.asked.iter().filter(lost).count() as u64
    }

    /// Whose conferences somebody has asked about.
    pub(super) fn organizers(&self) -> Vec<&str> {
        let mut organizers: Vec<&str> =
            self.asked.iter().map(|asked| asked.wish.organizer.as_str()).collect();
        organizers.sort_unstable();
        organizers.dedup();
        organizers
    }

    /// Whether the calls about one organizer's conferences have an order.
    pub(super) fn order(&self, organizer: &str, wishes: &Wishes) -> Order<'_> {
        let calls: Vec<&Asked> = self
            .asked
            .iter()
            .filter(|asked| asked.wish.organizer == organizer && asked.answer != Answer::Rejected)
            .filter(|asked| asked.wish.changes() || asked.answer != Answer::Unknown)
            .collect();
        let spans: Vec<Call> = calls
            .iter()
            .map(|asked| Call {
                begun: asked.begun,
                returned: asked.returned.filter(|_| asked.answer != Answer::Unknown).map(|(tick, _)| tick),
            })
            .collect();
        let step = |place: usize, table: &Table| {
            let asked = calls.get(place)?;
            wishes.turn(asked.number, &asked.wish, &asked.answer).step(table)
        };
        match search(&spans, Table::new(), step) {
            Found::Order => Order::Found,
            Found::TooMuch => Order::TooMuch,
            Found::None(best) => {
                let left = calls.iter().enumerate().filter(|(place, _)| best & bit(*place) == 0);
                let left = left.map(|(_, asked)| *asked).filter(|asked| asked.answer != Answer::Unknown);
                Order::None(calls.len(), left.collect())
            }
        }
    }
}
