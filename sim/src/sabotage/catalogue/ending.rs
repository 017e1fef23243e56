//! Servers that do not end what is to end, or not in order.

use std::collections::BTreeMap;

use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

use super::super::{Desk, Letter, Sabotage};
use super::{broken, hears, says};
use crate::trace::Role;

const SILENCE: &str = "dialog.silence";
const ORDER: &str = "eviction.order";

/// Whether it ends a subscription.
fn terminates(letter: &Letter) -> bool {
    letter.asks(&Method::Benotify) && letter.header(Name::SubscriptionState).starts_with("terminated")
}

pub(super) const EJECTS_WITHOUT_A_WORD: Sabotage = broken(
    Role::Focus,
    "focus-ejects-without-a-word",
    "The subscription of who is ejected ends without the terminated notification.",
    "eviction.ends",
    || {
        says(|desk, letter| {
            if !terminates(&letter) {
                desk.say(letter);
            }
        })
    },
);

pub(super) const KEEPS_THE_SESSION: Sabotage = broken(
    Role::Focus,
    "focus-keeps-the-session",
    "A BYE is answered, and the session kept.",
    SILENCE,
    || hears(answer_bye),
);

pub(super) const KEEPS_THE_LEG: Sabotage =
    broken(Role::Mcu, "mcu-keeps-the-session", "A BYE is answered, and the session kept.", SILENCE, || {
        hears(answer_bye)
    });

fn answer_bye(desk: &mut Desk, letter: Letter) {
    if letter.asks(&Method::Bye) {
        desk.say(letter.response(200, "OK"));
    } else {
        desk.hear(letter);
    }
}

pub(super) const NOTIFIES_AFTER_THE_END: Sabotage = broken(
    Role::Focus,
    "focus-notifies-after-the-end",
    "The last change is told again after the subscription has ended.",
    SILENCE,
    || {
        let mut last = BTreeMap::new();
        says(move |desk, letter| {
            if terminates(&letter) {
                let again: Option<Letter> = last.remove(&letter.call());
                desk.say(letter);
                again.into_iter().for_each(|again| desk.say(again.again().again()));
                return;
            }
            if letter.asks(&Method::Benotify) {
                last.insert(letter.call(), letter.clone());
            }
            desk.say(letter);
        })
    },
);

pub(super) const HANGS_UP_FIRST: Sabotage = broken(
    Role::Focus,
    "focus-hangs-up-first",
    "The terminated notification comes a second after the BYE.",
    "conference.ends",
    || {
        says(|desk, letter| {
            if terminates(&letter) {
                desk.say_later(Duration::from_secs(1), letter);
            } else {
                desk.say(letter);
            }
        })
    },
);

pub(super) const LEAVES_ONE_BEHIND: Sabotage = broken(
    Role::Focus,
    "focus-leaves-some-behind",
    "A third of the users are never told that it is over for them.",
    "conference.ends",
    || {
        let mut fates = BTreeMap::new();
        says(move |desk, letter| {
            if terminates(&letter) || letter.asks(&Method::Bye) {
                let user = letter.header(Name::To).split(';').next().unwrap_or_default().to_owned();
                if *fates.entry(user).or_insert_with(|| desk.once_in(3)) {
                    return;
                }
            }
            desk.say(letter);
        })
    },
);

pub(super) const FORWARDS_AFTER_THE_END: Sabotage = broken(
    Role::Mcu,
    "mcu-forwards-after-the-end",
    "Who has been ejected gets the last message once more.",
    SILENCE,
    || {
        let mut last = BTreeMap::new();
        says(move |desk, letter| {
            let bye = letter.asks(&Method::Bye);
            let again: Option<Letter> = if bye { last.remove(&letter.call()) } else { None };
            if letter.asks(&Method::Message) {
                last.insert(letter.call(), letter.clone());
            }
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again.again().again()));
        })
    },
);

pub(super) const EJECTS_WITHOUT_A_BYE: Sabotage =
    broken(Role::Focus, "focus-ejects-without-a-bye", "The focus never hangs up.", ORDER, || {
        says(|desk, letter| {
            if !letter.asks(&Method::Bye) {
                desk.say(letter);
            }
        })
    });

pub(super) const MCU_EJECTS_WITHOUT_A_BYE: Sabotage =
    broken(Role::Mcu, "mcu-ejects-without-a-bye", "The IM MCU never hangs up.", ORDER, || {
        says(|desk, letter| {
            if !letter.asks(&Method::Bye) {
                desk.say(letter);
            }
        })
    });

pub(super) const KEEPS_EMPTY_CONFERENCES: Sabotage = broken(
    Role::Focus,
    "focus-keeps-empty-conferences",
    "The IM MCU is not told that a conference is over.",
    "conference.idle",
    || {
        says(|desk, letter| {
            if !(letter.asks(&Method::Service) && letter.has("<request") && letter.has("<deleteConference")) {
                desk.say(letter);
            }
        })
    },
);
