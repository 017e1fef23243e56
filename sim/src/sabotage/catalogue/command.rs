//! A focus that does not do what it is told to.

use confsim_core::wire::sip::Method;

use super::super::{Letter, Sabotage};
use super::{broken, hears, says};
use crate::trace::Role;

const OUTCOME: &str = "dial-out.outcome";

/// Whether it is that command of a user.
fn commands(letter: &Letter, command: &str) -> bool {
    letter.asks(&Method::Info) && letter.has("<request") && letter.has(command)
}

/// Whether it tells a user the final outcome of a call.
fn tells_a_call(letter: &Letter) -> bool {
    letter.asks(&Method::Info)
        && letter.has("<addUser")
        && letter.has("<response")
        && !letter.has("code=\"pending\"")
}

pub(super) const IGNORES_THE_LOCK: Sabotage = broken(
    Role::Focus,
    "focus-ignores-the-lock",
    "A lock is said to have succeeded, and nothing is locked.",
    "lock.holds",
    || {
        hears(|desk, letter| {
            let strikes = commands(&letter, "<modifyConferenceLock");
            desk.hear(if strikes { letter.swapping("<locked>true<", "<locked>false<") } else { letter });
        })
    },
);

pub(super) const ADMITS_WHO_IS_DENIED: Sabotage = broken(
    Role::Focus,
    "focus-admits-who-is-denied",
    "Who is to be sent away from the lobby is let in.",
    "lock.holds",
    || {
        hears(|desk, letter| {
            let strikes = commands(&letter, "<setLobbyAccess");
            desk.hear(if strikes { letter.swapping(">denied<", ">granted<") } else { letter });
        })
    },
);

pub(super) const SWAPS_ROLES: Sabotage = broken(
    Role::Focus,
    "focus-swaps-roles",
    "Who is to be promoted is demoted, and the other way round.",
    "roles.granted",
    || {
        hears(|desk, letter| {
            let strikes = commands(&letter, "<modifyUserRoles");
            desk.hear(match (strikes, letter.has(">attendee<")) {
                (true, true) => letter.swapping(">attendee<", ">presenter<"),
                (true, false) => letter.swapping(">presenter<", ">attendee<"),
                (false, _) => letter,
            });
        })
    },
);

pub(super) const ACCEPTS_FROM_ANYBODY: Sabotage = broken(
    Role::Focus,
    "focus-accepts-from-anybody",
    "Commands that are to be refused are accepted.",
    "authorisation.refused",
    || {
        says(|desk, letter| {
            let strikes = letter.answers(403, &Method::Info);
            desk.say(if strikes { letter.coded(202, "Accepted") } else { letter });
        })
    },
);

pub(super) const PRETENDS_THAT_CALLS_SUCCEED: Sabotage = broken(
    Role::Focus,
    "focus-pretends-that-calls-succeed",
    "A call that failed is said to have succeeded.",
    OUTCOME,
    || {
        says(|desk, letter| {
            let strikes = tells_a_call(&letter);
            desk.say(if strikes { letter.swapping("code=\"failure\"", "code=\"success\"") } else { letter });
        })
    },
);

pub(super) const KEEPS_THE_OUTCOME_OF_CALLS: Sabotage = broken(
    Role::Focus,
    "focus-keeps-the-outcome-of-calls",
    "Who had somebody called is not told what came of it.",
    OUTCOME,
    || {
        says(|desk, letter| {
            if !tells_a_call(&letter) {
                desk.say(letter);
            }
        })
    },
);

pub(super) const TELLS_THE_OUTCOME_TWICE: Sabotage = broken(
    Role::Focus,
    "focus-tells-the-outcome-twice",
    "Who had somebody called is told twice what came of it.",
    OUTCOME,
    || {
        says(|desk, letter| {
            let again = tells_a_call(&letter).then(|| letter.clone().again());
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again));
        })
    },
);

/// Whether it tells a user the result of a command other than a call.
fn tells_a_result(letter: &Letter) -> bool {
    letter.asks(&Method::Info) && letter.has("<response") && !letter.has("<addUser")
}

pub(super) const KEEPS_A_RESULT: Sabotage = broken(
    Role::Focus,
    "focus-keeps-a-result",
    "One result of a command in four is never told.",
    "command.answered",
    || {
        says(|desk, letter| {
            if !(tells_a_result(&letter) && desk.once_in(4)) {
                desk.say(letter);
            }
        })
    },
);

pub(super) const TELLS_A_RESULT_TWICE: Sabotage = broken(
    Role::Focus,
    "focus-tells-a-result-twice",
    "One result of a command in four is told twice.",
    "command.unasked",
    || {
        says(|desk, letter| {
            let again = (tells_a_result(&letter) && desk.once_in(4)).then(|| letter.clone().again());
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again));
        })
    },
);
