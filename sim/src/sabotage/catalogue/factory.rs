//! A focus factory that does not keep what it is told.

use std::collections::BTreeMap;

use confsim_core::wire::sip::{Method, Name};

use super::super::{Desk, Letter, Sabotage, Saboteur};
use super::{broken, hears, says};
use crate::trace::Role;

/// Whether it answers that command of a user with success.
fn succeeds(letter: &Letter, command: &str) -> bool {
    letter.answers(200, &Method::Service) && letter.has("code=\"success\"") && letter.has(command)
}

/// Whether it is that command of a user.
fn commands(letter: &Letter, command: &str) -> bool {
    letter.asks(&Method::Service) && letter.header(Name::PoolLink).is_empty() && letter.has(command)
}

fn version(letter: &Letter) -> Option<u32> {
    letter.between(" version=\"", "\"")?.parse().ok()
}

pub(super) const KEEPS_THE_VERSION: Sabotage = broken(
    Role::Factory,
    "factory-keeps-the-version",
    "A change is told with the version that was changed.",
    "provisioning.versions",
    || {
        says(|desk, letter| {
            let changed =
                version(&letter).filter(|version| succeeds(&letter, "<modifyConference") && *version > 1);
            desk.say(match changed {
                Some(version) => letter
                    .swapping(&format!(" version=\"{version}\""), &format!(" version=\"{}\"", version - 1)),
                None => letter,
            });
        })
    },
);

pub(super) const TAKES_STALE_WRITES: Sabotage = broken(
    Role::Factory,
    "factory-takes-stale-writes",
    "A change of an old version is made to the newest.",
    "provisioning.linearizable",
    || Box::<Overwriting>::default(),
);

/// Puts the newest version into every change.
#[derive(Default)]
struct Overwriting {
    /// The newest version told, by the conference's id.
    newest: BTreeMap<String, u32>,
}

impl Saboteur for Overwriting {
    fn hears(&mut self, desk: &mut Desk, letter: Letter) {
        let id = conference(&letter);
        let newest = self.newest.get(id).copied().filter(|_| commands(&letter, "<modifyConference"));
        desk.hear(match (newest, version(&letter)) {
            (Some(newest), Some(version)) if newest > version => {
                letter.swapping(&format!(" version=\"{version}\""), &format!(" version=\"{newest}\""))
            }
            _ => letter,
        });
    }

    fn says(&mut self, desk: &mut Desk, letter: Letter) {
        let told = succeeds(&letter, "<addConference") || succeeds(&letter, "<modifyConference");
        if let Some(version) = version(&letter).filter(|_| told) {
            self.newest.insert(conference(&letter).to_owned(), version);
        }
        desk.say(letter);
    }
}

/// The id of the conference that is told of.
fn conference(letter: &Letter) -> &str {
    letter.between("conference-id>", "<").unwrap_or_default()
}

pub(super) const LOSES_A_CHANGE: Sabotage = broken(
    Role::Factory,
    "factory-loses-a-change",
    "A conference is stored under another subject.",
    "provisioning.versions",
    || {
        hears(|desk, letter| {
            let strikes = commands(&letter, "<addConference") || commands(&letter, "<modifyConference");
            desk.hear(if strikes { letter.swapping("<subject>", "<subject>old ") } else { letter });
        })
    },
);

pub(super) const PRETENDS_TO_DELETE: Sabotage = broken(
    Role::Factory,
    "factory-pretends-to-delete",
    "One deletion in two succeeds, and nothing is deleted.",
    "provisioning.linearizable",
    || {
        hears(|desk, letter| {
            let strikes = commands(&letter, "<deleteConference") && desk.once_in(2);
            if strikes { desk.say(deleted(&letter)) } else { desk.hear(letter) }
        })
    },
);

/// What the factory says when it has deleted a conference.
fn deleted(letter: &Letter) -> Letter {
    let attribute = |name: &str| letter.between(&format!(" {name}=\""), "\"").unwrap_or_default();
    let (id, from, to) = (attribute("requestId"), attribute("to"), attribute("from"));
    let body = format!(
        "<response xmlns=\"urn:ietf:params:xml:ns:cccp\" requestId=\"{id}\" C3PVersion=\"1\" from=\"{from}\" \
         to=\"{to}\" code=\"success\"><deleteConference/></response>"
    );
    let answer = letter.response(200, "OK");
    let to = format!("{};tag=undeleted", answer.header(Name::To));
    answer.with(Name::To, to).with(Name::ContentType, "application/cccp+xml").with_body(body)
}

pub(super) const HIDES_A_CONFERENCE: Sabotage = broken(
    Role::Factory,
    "factory-hides-a-conference",
    "The list of conferences lacks the first one.",
    "provisioning.linearizable",
    || {
        says(|desk, letter| {
            let strikes = succeeds(&letter, "<getConferences");
            desk.say(if strikes {
                letter.cutting("<conference-info ", "</conference-info>", "")
            } else {
                letter
            });
        })
    },
);

pub(super) const GIVES_ANOTHER_REASON: Sabotage = broken(
    Role::Factory,
    "factory-gives-another-reason",
    "Every refusal says that the conference does not exist.",
    "provisioning.reasons",
    || {
        says(|desk, letter| {
            let strikes = letter.has("code=\"failure\"") && letter.has("reason=\"");
            desk.say(if strikes {
                letter.cutting("reason=\"", "\"", "reason=\"conferenceDoesntExist\"")
            } else {
                letter
            });
        })
    },
);

pub(super) const KNOWS_NO_ORGANIZER: Sabotage = broken(
    Role::Factory,
    "factory-knows-no-organizer",
    "One command in two of a client is answered 404.",
    "provisioning.reasons",
    || {
        hears(|desk, letter| {
            if commands(&letter, "") && desk.once_in(2) {
                let answer = letter.response(404, "Not Found");
                let to = format!("{};tag=unknown", answer.header(Name::To));
                desk.say(answer.with(Name::To, to));
            } else {
                desk.hear(letter);
            }
        })
    },
);
