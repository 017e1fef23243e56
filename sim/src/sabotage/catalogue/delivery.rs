//! An IM MCU that does not deliver what it takes.

use confsim_core::wire::sip::Method;

use super::super::{Clock, Sabotage};
use super::says;
use crate::scenario::Profile;
use crate::trace::Role;

const COMPLETE: &str = "imdn.complete";

/// A broken IM MCU.
const fn mcu(
    name: &'static str,
    sentence: &'static str,
    property: &'static str,
    saboteur: fn() -> Box<dyn super::Saboteur>,
) -> Sabotage {
    Sabotage {
        name,
        sentence,
        role: Role::Mcu,
        property,
        profile: Profile::Calm,
        clock: Clock::RIGHT,
        saboteur,
    }
}

pub(super) const LOSES_A_FORWARD: Sabotage =
    mcu("mcu-loses-a-forward", "One forward in twelve is never sent.", COMPLETE, || {
        says(|desk, letter| {
            if !(letter.asks(&Method::Message) && desk.once_in(12)) {
                desk.say(letter);
            }
        })
    });

pub(super) const SAYS_200_FOR_202: Sabotage = mcu(
    "mcu-says-200-for-202",
    "One message in six is answered as if nobody else were there.",
    COMPLETE,
    || {
        says(|desk, letter| {
            let strikes = letter.answers(202, &Method::Message) && desk.once_in(6);
            desk.say(if strikes { letter.coded(200, "OK") } else { letter });
        })
    },
);

pub(super) const SAYS_202_FOR_200: Sabotage =
    mcu("mcu-says-202-for-200", "Who is alone is promised a report.", COMPLETE, || {
        says(|desk, letter| {
            let strikes = letter.answers(200, &Method::Message);
            desk.say(if strikes { letter.coded(202, "Accepted") } else { letter });
        })
    });

pub(super) const NEVER_ANSWERS: Sabotage = mcu(
    "mcu-never-answers",
    "One message in six is forwarded and reported, and never answered.",
    COMPLETE,
    || {
        says(|desk, letter| {
            if !(letter.answers(202, &Method::Message) && desk.once_in(6)) {
                desk.say(letter);
            }
        })
    },
);
