//! What those who are in a conference do next.

use confsim_core::entropy::Entropy;

use super::Profile;
use crate::scenario::{Action, Participant};

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
    present: Vec<bool>,
}

impl Room {
    /// A conference with its organizer in it.
    pub(super) fn new(conference: &str, organizer: usize, people: usize) -> Self {
        let present = (0..people).map(|one| one == organizer).collect();
        Self { conference: conference.to_owned(), organizer, present }
    }

    /// Somebody comes in; the name of the conference.
    pub(super) fn enter(&mut self, who: usize) -> String {
        self.set(who, true);
        self.conference.clone()
    }

    fn set(&mut self, who: usize, is_present: bool) {
        if let Some(place) = self.present.get_mut(who) {
            *place = is_present;
        }
    }

    fn has(&self, who: usize) -> bool {
        self.present.get(who).copied().unwrap_or_default()
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
        if !room.has(who) {
            return Action::Join { conference: room.enter(who) };
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
            (0..people.len()).filter(|one| *one != who && room.has(*one) == is_present).collect();
        let found = draw.pick(&others).copied()?;
        Some((found, people.get(found)?.name.clone()))
    };
    Some(match act {
        Act::Typing => Action::Typing { conference },
        Act::GetState => Action::GetState { conference },
        Act::Refresh => Action::Refresh { conference },
        Act::Leave => {
            room.set(who, false);
            Action::Leave { conference }
        }
        Act::SetFormats => Action::SetFormats { conference, formats: (*draw.pick(&FORMATS)?).to_owned() },
        Act::ConfInvite => Action::ConfInvite { conference, user: other(false)?.1 },
        _ if !may => return None,
        Act::Eject => {
            let (victim, user) = other(true)?;
            if who == room.organizer {
                room.set(victim, false);
            }
            Action::Eject { conference, user }
        }
        Act::Lock => Action::Lock { conference },
        Act::Unlock => Action::Unlock { conference },
        Act::Promote => Action::Promote { conference, user: other(true)?.1 },
        Act::Demote => Action::Demote { conference, user: other(true)?.1 },
        Act::Invite => Action::Invite { conference, user: other(false)?.1 },
        Act::LobbyAdmit => Action::LobbyAdmit { conference, user: other(true)?.1 },
        Act::LobbyDeny => Action::LobbyDeny { conference, user: other(true)?.1 },
        Act::End => {
            room.present.fill(false);
            Action::End { conference }
        }
    })
}
