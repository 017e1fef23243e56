//! Servers that break the rules of dialogs.

use confsim_core::wire::sip::{Method, Name};

use super::super::{Clock, Sabotage};
use super::says;
use crate::scenario::Profile;
use crate::trace::Role;

pub(super) const CHANGES_ITS_TAG: Sabotage = Sabotage {
    name: "focus-changes-its-tag",
    sentence: "The answer to one SUBSCRIBE in four has another To tag than what follows.",
    role: Role::Focus,
    property: "roster.convergence",
    profile: Profile::Calm,
    clock: Clock::RIGHT,
    saboteur: || {
        says(|desk, letter| {
            let strikes = letter.answers(200, &Method::Subscribe) && desk.once_in(4);
            let to = strikes.then(|| letter.header(Name::To).replacen("tag=", "tag=other", 1));
            desk.say(match to {
                Some(to) => letter.with(Name::To, to),
                None => letter,
            });
        })
    },
};
