//! What those who are in a conference do next.

use std::collections::BTreeSet;

use confsim_core::entropy::Entropy;

use super::Profile;
use crate::scenario::{Action, Participant, Rules};

/// What one can do in a conference, besides saying something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Typing,
    Leave,
    Eject,
    Lock,
    Unlock,
    Promote,
    Demote,
    Invite,
    ConfInvite,
    LobbyAdmit,
    LobbyDeny,
    GetState,
    Refresh,
    SetFormats,
    End,
}

/// Each act, with how often it may come at most, against a send's nine.
const ACTS: [(Act, u64); 15] = [
    (Act::Typing, 3),
    (Act::Leave, 3),
    (Act::Eject, 3),
    (Act::Lock, 1),
    (Act::Unlock, 1),
    (Act::Promote, 2),
    (Act::Demote, 2),
    (Act::Invite, 2),
    (Act::ConfInvite, 1),
    (Act::LobbyAdmit, 3),
    (Act::LobbyDeny, 1),
    (Act::GetState, 1),
    (Act::Refresh, 1),
    (Act::SetFormats, 1),
    (Act::End, 1),
];

/// Formats that a client may take from some moment on.
const FORMATS: [&str; 3] = ["text/plain", "text/plain text/rtf", "text/plain text/rtf multipart/alternative"];

/// How often those who are in a conference do what, out of the sum.
pub(super) struct Acts {
    send: u64,
    others: Vec<(Act, u64)>,
    rich: bool,
}

/// A conference, as far as the generator follows it.
pub(super) struct Room {
    conference: String,
    organizer: usize,
    present: BTreeSet<usize>,
    locked: bool,
    /// Those whose clients can wait in its lobby.
    patient: BTreeSet<usize>,
    /// Those who have come while it was locked.
    waiting: BTreeSet<usize>,
}

impl Room {
    /// A conference with its organizer in it.
    pub(super) fn new(conference: &str, organizer: usize, people: &[Participant], rules: &Rules) -> Self {
        let waits = |(_, one): &(usize, &Participant)| one.lobby && !rules.no_lobby;
        Self {
            conference: conference.to_owned(),
            organizer,
            present: BTreeSet::from([organizer]),
            locked: rules.locked,
            patient: people.iter().enumerate().filter(waits).map(|(one, _)| one).collect(),
            waiting: BTreeSet::new(),
        }
    }

    /// Somebody comes in; the name of the conference.
    pub(super) fn enter(&mut self, who: usize) -> String {
        self.present.insert(who);
        if self.locked && who != self.organizer && self.patient.contains(&who) {
            self.waiting.insert(who);
        }
        self.conference.clone()
    }

    fn leave(&mut self, who: usize) {
        self.present.remove(&who);
        self.waiting.remove(&who);
    }

    /// Somebody who may lets one in who waits, or sends him away: as often the one as the other.
    fn decides(&mut self, draw: &mut Entropy, people: &[Participant]) -> Option<Action> {
        let waiting: Vec<_> = self.waiting.iter().copied().collect();
        let guest = draw.pick(&waiting).copied()?;
        let (conference, user) = (self.conference.clone(), people.get(guest)?.name.clone());
        self.waiting.remove(&guest);
        if draw.chance(1, 2) {
            return Some(Action::LobbyAdmit { conference, user });
        }
        self.present.remove(&guest);
        Some(Action::LobbyDeny { conference, user })
    }
}

impl Acts {
    /// Some seeds do without some of it.
    pub(super) fn draw(draw: &mut Entropy, profile: Profile) -> Self {
        let restless = if profile == Profile::Churn { 3 } else { 1 };
        let mut weight = |act, most| {
            let often = match act {
                Act::Leave | Act::Eject => restless,
                _ => 1,
            };
            let usual = matches!(act, Act::Typing | Act::Leave | Act::Eject);
            let used = if usual { draw.chance(3, 4) } else { draw.chance(1, 3) };
            (act, if used { often * draw.between(1, most) } else { 0 })
        };
        let others = ACTS.into_iter().map(|(act, most)| weight(act, most)).collect();
        Self { send: draw.between(1, 10), others, rich: draw.chance(1, 3) }
    }

    /// What participant `who` does next, and what that makes of who is there.
    pub(super) fn next(
        &self,
        draw: &mut Entropy,
        who: usize,
        people: &[Participant],
        room: &mut Room,
        count: u64,
    ) -> Action {
        if !room.present.contains(&who) {
            return Action::Join { conference: room.enter(who) };
        }
        if who == room.organizer
            && !room.waiting.is_empty()
            && draw.chance(3, 4)
            && let Some(decision) = room.decides(draw, people)
        {
            return decision;
        }
        let sum: u64 = self.others.iter().map(|(_, weight)| weight).sum();
        let mut dice = draw.below(self.send + sum);
        let chosen = self.others.iter().find(|(_, weight)| {
            let hit = dice < *weight;
            dice = dice.saturating_sub(*weight);
            hit
        });
        chosen.and_then(|(act, _)| action(draw, *act, who, people, room)).unwrap_or_else(|| {
            let rich = self.rich && draw.chance(1, 2);
            let (format, text) = if rich {
                ("text/rtf", format!("{{\\rtf1 message {count}}}"))
            } else {
                ("text/plain", format!("message {count}"))
            };
            Action::Send { conference: room.conference.clone(), format: format.to_owned(), text }
        })
    }
}

/// One act; `None` if there is nobody to do it to, or `who` has no right to and leaves it at that.
fn action(
    draw: &mut Entropy,
    act: Act,
    who: usize,
    people: &[Participant],
    room: &mut Room,
) -> Option<Action> {
    let conference = room.conference.clone();
    // That those try who may not, and are refused, is part of the game, but not too often.
    let may = who == room.organizer || draw.chance(1, 5);
    let mut other = |is_present: bool| {
        let others: Vec<_> =
            (0..people.len()).filter(|one| *one != who && room.present.contains(one) == is_present).collect();
        let found = draw.pick(&others).copied()?;
        Some((found, people.get(found)?.name.clone()))
    };
    Some(match act {
        Act::Typing => Action::Typing { conference },
        Act::GetState => Action::GetState { conference },
        Act::Refresh => Action::Refresh { conference },
        Act::Leave => {
            room.leave(who);
            Action::Leave { conference }
        }
        Act::SetFormats => Action::SetFormats { conference, formats: (*draw.pick(&FORMATS)?).to_owned() },
        Act::ConfInvite => Action::ConfInvite { conference, user: other(false)?.1 },
        _ if !may => return None,
        Act::Eject => {
            let (victim, user) = other(true)?;
            if who == room.organizer {
                room.leave(victim);
            }
            Action::Eject { conference, user }
        }
        Act::Lock => {
            room.locked |= who == room.organizer;
            Action::Lock { conference }
        }
        Act::Unlock => {
            room.locked &= who != room.organizer;
            Action::Unlock { conference }
        }
        Act::Promote => Action::Promote { conference, user: other(true)?.1 },
        Act::Demote => Action::Demote { conference, user: other(true)?.1 },
        Act::Invite => Action::Invite { conference, user: other(false)?.1 },
        Act::LobbyAdmit => Action::LobbyAdmit { conference, user: other(true)?.1 },
        Act::LobbyDeny => Action::LobbyDeny { conference, user: other(true)?.1 },
        Act::End => {
            room.present.clear();
            room.waiting.clear();
            Action::End { conference }
        }
    })
}
