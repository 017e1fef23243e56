//! An IM MCU that tells the wrong history.

use std::collections::BTreeMap;

use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

use super::super::{Clock, Letter, Sabotage};
use super::says;
use crate::scenario::Profile;
use crate::trace::Role;

/// A broken IM MCU.
const fn mcu(
    name: &'static str,
    sentence: &'static str,
    clock: Clock,
    saboteur: fn() -> Box<dyn super::Saboteur>,
) -> Sabotage {
    let (role, profile, property) = (Role::Mcu, Profile::Calm, "history.replay");
    Sabotage { name, sentence, role, property, profile, clock, saboteur }
}

/// The newest Message-Id forwarded in each conference.
#[derive(Default)]
struct Newest(BTreeMap<String, u32>);

impl Newest {
    /// Whether the letter forwards what was forwarded before, to others.
    fn is_history(&mut self, letter: &Letter) -> bool {
        let forward = letter.asks(&Method::Message);
        let Some(id) = letter.number(Name::MessageId).filter(|_| forward) else { return false };
        let newest = self.0.entry(conference(letter)).or_default();
        let earlier = id < *newest;
        *newest = id.max(*newest);
        earlier
    }
}

/// The chat URI that a letter of the IM MCU comes from.
fn conference(letter: &Letter) -> String {
    letter.header(Name::From).split('>').next().unwrap_or_default().to_owned()
}

pub(super) const KEEPS_IT_TOO_LONG: Sabotage =
    mcu("mcu-keeps-history-too-long", "Forty seconds take forty-one.", Clock::slow_by(24_500), || {
        says(|desk, letter| desk.say(letter))
    });

pub(super) const LEAVES_IT_OUT: Sabotage =
    mcu("mcu-leaves-history-out", "One message of the history in four is left out.", Clock::RIGHT, || {
        let mut newest = Newest::default();
        says(move |desk, letter| {
            if !(newest.is_history(&letter) && desk.once_in(4)) {
                desk.say(letter);
            }
        })
    });

pub(super) const TURNS_IT_ROUND: Sabotage = mcu(
    "mcu-turns-history-round",
    "One message of the history in four comes after the others.",
    Clock::RIGHT,
    || {
        let mut newest = Newest::default();
        says(move |desk, letter| {
            if newest.is_history(&letter) && desk.once_in(4) {
                desk.say_later(Duration::from_millis(1), letter);
            } else {
                desk.say(letter);
            }
        })
    },
);

pub(super) const TELLS_IT_TWICE: Sabotage =
    mcu("mcu-tells-history-twice", "One message of the history in four comes twice.", Clock::RIGHT, || {
        let mut newest = Newest::default();
        says(move |desk, letter| {
            let again = (newest.is_history(&letter) && desk.once_in(4)).then(|| letter.clone().again());
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again));
        })
    });
