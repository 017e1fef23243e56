//! An IM MCU that reports wrongly.

use confsim_core::time::Duration;
use confsim_core::wire::sip::Method;

use super::super::{Clock, Letter, Sabotage};
use super::says;
use crate::scenario::Profile;
use crate::trace::Role;

/// A broken IM MCU.
const fn mcu(
    name: &'static str,
    sentence: &'static str,
    profile: Profile,
    saboteur: fn() -> Box<dyn super::Saboteur>,
) -> Sabotage {
    let (role, clock, property) = (Role::Mcu, Clock::RIGHT, "imdn.complete");
    Sabotage { name, sentence, role, property, profile, clock, saboteur }
}

fn is_report(letter: &Letter) -> bool {
    letter.asks(&Method::Benotify) && letter.carries("application/ms-imdn+xml")
}

pub(super) const FORGETS_A_REPORT: Sabotage =
    mcu("mcu-forgets-a-report", "One report in six is never sent.", Profile::Calm, || {
        says(|desk, letter| {
            if !(is_report(&letter) && desk.once_in(6)) {
                desk.say(letter);
            }
        })
    });

pub(super) const REPORTS_TWICE: Sabotage =
    mcu("mcu-reports-twice", "One report in six is sent twice.", Profile::Calm, || {
        says(|desk, letter| {
            let again = (is_report(&letter) && desk.once_in(6)).then(|| letter.clone().again());
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again));
        })
    });

pub(super) const REPORTS_BEFORE_ITS_ANSWER: Sabotage = mcu(
    "mcu-reports-before-its-answer",
    "A 202 comes two seconds late, after its report.",
    Profile::Calm,
    || {
        says(|desk, letter| {
            if letter.answers(202, &Method::Message) {
                desk.say_later(Duration::from_secs(2), letter);
            } else {
                desk.say(letter);
            }
        })
    },
);

pub(super) const REPORTS_TOO_EARLY: Sabotage =
    mcu("mcu-reports-too-early", "A forward counts as answered when it is sent.", Profile::Calm, || {
        says(|desk, letter| {
            let answer = letter.asks(&Method::Message).then(|| letter.response(200, "OK"));
            desk.say(letter);
            answer.into_iter().for_each(|answer| desk.hear(answer));
        })
    });

pub(super) const NAMES_THE_WRONG_RECIPIENT: Sabotage =
    mcu("mcu-names-the-wrong-recipient", "A report names somebody else.", Profile::Lossy, || {
        says(|desk, letter| {
            let strikes = is_report(&letter);
            desk.say(if strikes { letter.swapping("uri=\"&lt;sip:", "uri=\"&lt;sip:not-") } else { letter });
        })
    });

pub(super) const FORGETS_A_RECIPIENT: Sabotage =
    mcu("mcu-forgets-a-recipient", "A report leaves out the first who failed.", Profile::Lossy, || {
        says(|desk, letter| {
            let strikes = is_report(&letter);
            desk.say(if strikes { letter.cutting("<recipient", "</recipient>", "") } else { letter });
        })
    });

pub(super) const TELLS_ANOTHER_STATUS: Sabotage =
    mcu("mcu-tells-another-status", "Every failure is reported as 404.", Profile::Lossy, || {
        says(|desk, letter| {
            let strikes = is_report(&letter);
            desk.say(if strikes {
                letter.cutting("<status>", "</status>", "<status>404</status>")
            } else {
                letter
            });
        })
    });

pub(super) const REPORTS_ANOTHER_MESSAGE: Sabotage = mcu(
    "mcu-reports-another-message",
    "One report in six is about the message before.",
    Profile::Calm,
    || {
        says(|desk, letter| {
            let id: Option<u32> =
                letter.between("<message-id>", "</message-id>").and_then(|id| id.parse().ok());
            let strikes = is_report(&letter) && desk.once_in(6);
            desk.say(match id.filter(|id| strikes && *id > 1) {
                Some(id) => {
                    letter.swapping(&format!(">{id}</message-id>"), &format!(">{}</message-id>", id - 1))
                }
                None => letter,
            });
        })
    },
);
