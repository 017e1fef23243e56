//! What an organizer's conferences can be, and what each command makes of them: the observer's own account.

use std::collections::BTreeMap;

use super::answer::{Answer, Told};
use super::plan::Plan;
use super::wish::Wish;

/// A conference as somebody asked for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conference {
    pub(super) version: u32,
    pub(super) is_static: bool,
    /// The wish that made it so, by its number; `None` when that is not known.
    pub(super) plan: Option<usize>,
}

/// An organizer's conferences by their ids.
pub(super) type Table = BTreeMap<String, Conference>;

/// What bounds an organizer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    /// How many conferences there may be, not counting a static one.
    pub(super) conferences: usize,
    /// How many static ones.
    pub(super) statics: usize,
}

/// What all wishes were for, by the numbers they got, and what bounds each organizer.
pub(super) struct Wishes {
    plans: Vec<Plan>,
    quota: Quota,
}

impl Wishes {
    /// None yet.
    pub(super) const fn new(quota: Quota) -> Self {
        Self { plans: Vec::new(), quota }
    }

    /// The number of the next wish.
    pub(super) fn number(&mut self, wish: &Wish) -> usize {
        self.plans.push(wish.plan.clone());
        self.plans.len() - 1
    }

    /// The wish with this number, answered so.
    pub(super) fn turn<'a>(&'a self, number: usize, wish: &'a Wish, answer: &'a Answer) -> Turn<'a> {
        Turn { number, wish, answer, wishes: self }
    }
}

/// A wish and its answer.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    /// The number of the wish.
    number: usize,
    wish: &'a Wish,
    answer: &'a Answer,
    wishes: &'a Wishes,
}

impl Turn<'_> {
    /// What `table` is after this turn; `None` when it cannot have been `table` that was found.
    pub(super) fn step(&self, table: &Table) -> Option<Table> {
        match self.answer {
            Answer::Done(told) => self.done(table, told),
            Answer::Refused(reason) => self.refused(table, reason).then(|| table.clone()),
            Answer::Rejected => Some(table.clone()),
            Answer::Unknown => self.effect(table),
        }
    }

    /// What `table` is when the wish is granted, whatever is told; `None` when it cannot be.
    fn effect(&self, table: &Table) -> Option<Table> {
        let Wish { command, id, version, .. } = self.wish;
        let found = table.get(id);
        let is_static = self.wish.is_static == Some(true);
        let mut after = table.clone();
        match command.as_str() {
            "addConference" => {
                let (held, most) = self.held(table, is_static);
                if found.is_some() || held >= most {
                    return None;
                }
                let made = Conference { version: 1, is_static, plan: Some(self.number) };
                after.insert(id.clone(), made);
            }
            "modifyConference" => {
                let found = found.filter(|it| it.version == *version && !it.is_static && !is_static)?;
                let version = found.version.checked_add(1)?;
                after.insert(id.clone(), Conference { version, is_static, plan: Some(self.number) });
            }
            "deleteConference" => {
                found.filter(|it| it.is_static == is_static)?;
                after.remove(id);
            }
            _ => {}
        }
        Some(after)
    }

    fn done(&self, table: &Table, told: &Told) -> Option<Table> {
        let after = self.effect(table)?;
        let one = match told.conferences.as_slice() {
            [one] => Some(one),
            _ => None,
        };
        let right = match self.wish.command.as_str() {
            "addConference" | "modifyConference" => {
                let (id, version, _) = one?;
                *id == self.wish.id && after.get(id).is_some_and(|made| made.version == *version)
            }
            "getConference" => {
                let (id, version, plan) = one?;
                let found = table.get(id).filter(|_| *id == self.wish.id)?;
                found.version == *version && self.shows(found, plan)
            }
            "getConferences" => self.lists(table, told),
            _ => true,
        };
        right.then_some(after)
    }

    /// Whether `told` is what `conference` was asked to be.
    fn shows(&self, conference: &Conference, told: &Plan) -> bool {
        let asked = conference
            .plan
            .filter(|_| !conference.is_static)
            .and_then(|number| self.wishes.plans.get(number));
        asked.is_none_or(|asked| asked.difference(told, &self.wish.organizer).is_none())
    }

    fn lists(&self, table: &Table, told: &Told) -> bool {
        let is_static = self.wish.is_static == Some(true);
        let mut expected: Vec<_> = table
            .iter()
            .filter(|(_, conference)| conference.is_static == is_static)
            .map(|(id, conference)| (id, conference.version))
            .collect();
        let mut found: Vec<_> = told.conferences.iter().map(|(id, version, _)| (id, *version)).collect();
        expected.sort();
        found.sort();
        expected == found
    }

    /// Whether `table` is a reason to refuse so. Reasons that lie in the wish itself fit any table.
    fn refused(&self, table: &Table, reason: &str) -> bool {
        let found = table.get(&self.wish.id);
        let is_static = self.wish.is_static == Some(true);
        let (held, most) = self.held(table, is_static);
        match (reason, self.wish.command.as_str()) {
            ("conferenceExistsAlready", _) => found.is_some(),
            ("conferenceDoesNotExist", _) => found.is_none(),
            ("invalidVersion", "modifyConference") => {
                found.is_some_and(|found| found.version != self.wish.version)
            }
            ("staticFlagDoesntMatch", _) => found.is_some_and(|found| found.is_static != is_static),
            ("maxConferencesExceeded", _) => !is_static && held >= most,
            ("maxStaticMeetingsExceeded", _) => is_static && held >= most,
            ("invalidStaticMeetingRequest", "modifyConference") => {
                is_static || found.is_some_and(|found| found.is_static)
            }
            _ => true,
        }
    }

    /// How many conferences of a kind there are, and how many there may be.
    fn held(&self, table: &Table, is_static: bool) -> (usize, usize) {
        let held = table.values().filter(|conference| conference.is_static == is_static).count();
        (held, if is_static { self.wishes.quota.statics } else { self.wishes.quota.conferences })
    }
}

/// Whether a refusal for this reason says something about the table, and not about the wish alone.
pub(super) fn is_of_table(reason: &str) -> bool {
    matches!(
        reason,
        "conferenceExistsAlready"
            | "conferenceDoesNotExist"
            | "invalidVersion"
            | "staticFlagDoesntMatch"
            | "maxConferencesExceeded"
            | "maxStaticMeetingsExceeded"
            | "invalidStaticMeetingRequest"
    )
}
