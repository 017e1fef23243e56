//! A front end that does not look who speaks.

use std::collections::BTreeMap;

use confsim_core::wire::sip::{Method, Name};

use super::super::{Clock, Desk, Letter, Sabotage, Saboteur};
use super::says;
use crate::scenario::Profile;
use crate::trace::Role;

const REFUSED: &str = "authorisation.refused";

pub(super) const ACCEPTS_WHAT_IT_REFUSES: Sabotage = Sabotage {
    name: "front-end-accepts-spoofed-requests",
    sentence: "Who speaks in another's name is told that all is well.",
    role: Role::FrontEnd,
    property: REFUSED,
    profile: Profile::HostilePeer,
    clock: Clock::RIGHT,
    saboteur: || {
        says(|desk, letter| {
            let strikes = letter.message().code() == Some(403);
            desk.say(if strikes { letter.coded(200, "OK") } else { letter });
        })
    },
};

pub(super) const LETS_ANYBODY_SPEAK: Sabotage = Sabotage {
    name: "front-end-lets-anybody-speak",
    sentence: "Requests in another's name are passed on.",
    role: Role::FrontEnd,
    property: REFUSED,
    profile: Profile::HostilePeer,
    clock: Clock::RIGHT,
    saboteur: || Box::<Credulous>::default(),
};

/// Shows the front end the registered user in every From, and the others what was said.
#[derive(Default)]
struct Credulous {
    /// Who has registered, by connection.
    users: BTreeMap<confsim_core::node::ConnId, String>,
    /// The From that was said, by Call-ID and CSeq.
    spoofed: BTreeMap<(String, u32), String>,
}

fn address(from: &str) -> Option<&str> {
    let (_, rest) = from.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address)
}

impl Saboteur for Credulous {
    fn hears(&mut self, desk: &mut Desk, letter: Letter) {
        let from = letter.header(Name::From).to_owned();
        let Some(said) = address(&from).filter(|_| letter.message().is_request()) else {
            return desk.hear(letter);
        };
        if letter.asks(&Method::Register) {
            self.users.insert(letter.conn(), said.to_owned());
        }
        match self.users.get(&letter.conn()).filter(|user| *user != said) {
            Some(user) => {
                let shown = from.replacen(said, user, 1);
                self.spoofed.insert((letter.call(), letter.cseq()), from);
                desk.hear(letter.with(Name::From, shown));
            }
            None => desk.hear(letter),
        }
    }

    fn says(&mut self, desk: &mut Desk, letter: Letter) {
        match self.spoofed.get(&(letter.call(), letter.cseq())).cloned() {
            Some(from) => desk.say(letter.with(Name::From, from)),
            None => desk.say(letter),
        }
    }
}

pub(super) const GRANTS_TOO_LONG: Sabotage = Sabotage {
    name: "front-end-grants-too-long",
    sentence: "A registration is granted for twice as long as it lasts.",
    role: Role::FrontEnd,
    property: "registration.granted",
    profile: Profile::Calm,
    clock: Clock::RIGHT,
    saboteur: || {
        says(|desk, letter| {
            let strikes = letter.answers(200, &Method::Register);
            desk.say(match letter.number(Name::Expires).filter(|_| strikes) {
                Some(seconds) => letter.with(Name::Expires, seconds * 2),
                None => letter,
            });
        })
    },
};
