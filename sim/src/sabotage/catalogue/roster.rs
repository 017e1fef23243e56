//! A focus that tells the wrong roster.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::wire::sip::Method;

use super::super::{Letter, Sabotage};
use super::{broken, says};
use crate::trace::Role;

const VERSIONS: &str = "roster.versions";
const REPLICAS: &str = "roster.replicas";
/// What stands around the version, and the state before it, in a document's root.
const VERSION: (&str, &str) = (" version=\"", "\"");
const PARTIAL: &str = " state=\"partial\" version=";
const FULL: &str = " state=\"full\" version=";
const ATTENDEE: &str = "<entry>attendee</entry>";
const PRESENTER: &str = "<entry>presenter</entry>";

/// Whether it carries a roster document.
fn is_roster(letter: &Letter) -> bool {
    letter.carries("application/conference-info+xml")
}

/// Whether it tells a change.
fn is_news(letter: &Letter) -> bool {
    letter.asks(&Method::Benotify) && is_roster(letter)
}

fn version(letter: &Letter) -> Option<u32> {
    letter.between(VERSION.0, VERSION.1)?.parse().ok()
}

pub(super) const SKIPS_A_VERSION: Sabotage = broken(
    Role::Focus,
    "focus-skips-a-version",
    "One change in twelve is not told to one of the subscribers.",
    VERSIONS,
    || {
        says(|desk, letter| {
            if !(is_news(&letter) && desk.once_in(12)) {
                desk.say(letter);
            }
        })
    },
);

pub(super) const REPEATS_A_VERSION: Sabotage = broken(
    Role::Focus,
    "focus-repeats-a-version",
    "One change in twelve carries the version before it.",
    VERSIONS,
    || {
        says(|desk, letter| {
            let strikes = is_news(&letter) && desk.once_in(12);
            match version(&letter).filter(|version| strikes && *version > 1) {
                Some(version) => {
                    let (old, new) =
                        (format!(" version=\"{version}\""), format!(" version=\"{}\"", version - 1));
                    desk.say(letter.swapping(&old, &new));
                }
                None => desk.say(letter),
            }
        })
    },
);

pub(super) const CALLS_PARTIAL_FULL: Sabotage = broken(
    Role::Focus,
    "focus-calls-partial-full",
    "One change in six is said to be the full state.",
    REPLICAS,
    || {
        says(|desk, letter| {
            let strikes = is_news(&letter) && desk.once_in(6);
            desk.say(if strikes { letter.swapping(PARTIAL, FULL) } else { letter });
        })
    },
);

pub(super) const CALLS_FULL_PARTIAL: Sabotage = broken(
    Role::Focus,
    "focus-calls-full-partial",
    "The state that answers a subscription is said to be a change.",
    VERSIONS,
    || {
        says(|desk, letter| {
            let strikes = letter.answers(200, &Method::Subscribe) && is_roster(&letter);
            desk.say(if strikes { letter.swapping(FULL, PARTIAL) } else { letter });
        })
    },
);

pub(super) const FORGETS_A_SUBSCRIBER: Sabotage = broken(
    Role::Focus,
    "focus-forgets-a-subscriber",
    "After some change, one in twelve, a subscriber is told no further one.",
    VERSIONS,
    || {
        let mut forgotten = BTreeSet::new();
        says(move |desk, letter| {
            if is_news(&letter) {
                if forgotten.contains(&letter.call()) {
                    return;
                }
                if desk.once_in(12) {
                    forgotten.insert(letter.call());
                }
            }
            desk.say(letter);
        })
    },
);

pub(super) const TELLS_OLD_NEWS: Sabotage = broken(
    Role::Focus,
    "focus-tells-old-news",
    "One change in six tells what the change before it told.",
    REPLICAS,
    || {
        let mut told = BTreeMap::new();
        says(move |desk, letter| {
            let users = letter.between("<users", "</users>").map(str::to_owned);
            let Some(users) = users.filter(|_| is_news(&letter)) else { return desk.say(letter) };
            let before = told.insert(letter.call(), users);
            match before.filter(|_| desk.once_in(6)) {
                Some(before) => {
                    desk.say(letter.cutting("<users", "</users>", &format!("<users{before}</users>")));
                }
                None => desk.say(letter),
            }
        })
    },
);

pub(super) const TELLS_SOME_ANOTHER_NAME: Sabotage = broken(
    Role::Focus,
    "focus-tells-some-another-name",
    "In one document in six the first user has another name.",
    REPLICAS,
    || {
        says(|desk, letter| {
            let strikes = is_roster(&letter) && desk.once_in(6);
            desk.say(if strikes { letter.swapping("<display-text>", "<display-text>Dr. ") } else { letter });
        })
    },
);

pub(super) const SHOWS_THE_LOBBY: Sabotage = broken(
    Role::Focus,
    "focus-shows-the-lobby",
    "Who may not see the lobby is told of it all the same.",
    "lobby.view",
    || {
        let mut told = BTreeMap::new();
        says(move |desk, letter| {
            let Some(version) = version(&letter).filter(|_| is_news(&letter)) else {
                return desk.say(letter);
            };
            let key =
                (letter.header(confsim_core::wire::sip::Name::From).split(';').take(3).collect(), version);
            let key: (String, u32) = key;
            match (letter.has("<user "), told.get(&key).cloned()) {
                (false, Some(body)) => desk.say(letter.with_body(body)),
                (true, _) => {
                    told.insert(key, letter.message().body().clone());
                    desk.say(letter);
                }
                _ => desk.say(letter),
            }
        })
    },
);

pub(super) const PROMOTES_EVERYBODY: Sabotage = broken(
    Role::Focus,
    "focus-promotes-everybody",
    "Everybody is shown as presenter.",
    "roles.granted",
    || {
        says(|desk, letter| {
            let shown = is_roster(&letter).then(|| letter.text().replace(ATTENDEE, PRESENTER));
            desk.say(match shown {
                Some(body) => letter.with_body(body),
                None => letter,
            });
        })
    },
);

pub(super) const DEMOTES_THE_ORGANIZER: Sabotage = broken(
    Role::Focus,
    "focus-demotes-the-organizer",
    "In one change in six the presenters are attendees.",
    "roles.granted",
    || {
        says(|desk, letter| {
            let strikes = is_news(&letter) && letter.has(PRESENTER) && desk.once_in(6);
            let shown = strikes.then(|| letter.text().replace(PRESENTER, ATTENDEE));
            desk.say(match shown {
                Some(body) => letter.with_body(body),
                None => letter,
            });
        })
    },
);

pub(super) const KEEPS_WHO_HAS_LEFT: Sabotage = broken(
    Role::Focus,
    "focus-keeps-who-has-left",
    "A change that takes somebody out of the roster says nothing.",
    REPLICAS,
    || {
        says(|desk, letter| {
            let strikes = is_news(&letter) && letter.has(" state=\"deleted\"");
            desk.say(if strikes {
                letter.cutting("<users", "</users>", "<users state=\"partial\"/>")
            } else {
                letter
            });
        })
    },
);

pub(super) const FORGETS_FORMATS: Sabotage = broken(
    Role::Focus,
    "focus-forgets-formats",
    "Every client is shown as one that takes plain text only.",
    "roster.formats",
    || {
        says(|desk, letter| {
            let (start, end) = ("<msim:supported-im-formats>", "</msim:supported-im-formats>");
            let mut parts = letter.text().split(start);
            let mut body = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let rest = part.split_once(end).map_or(part, |(_, rest)| rest);
                body = format!("{body}{start}text/plain{end}{rest}");
            }
            desk.say(if is_roster(&letter) { letter.with_body(body) } else { letter });
        })
    },
);

pub(super) const WRITES_NO_STATE: Sabotage = broken(
    Role::Focus,
    "focus-writes-an-unknown-state",
    "In one document in six the state of the users is no state.",
    "wire.documents",
    || {
        says(|desk, letter| {
            let strikes = is_roster(&letter) && desk.once_in(6);
            desk.say(if strikes {
                letter.swapping("<users state=\"", "<users state=\"rather-")
            } else {
                letter
            });
        })
    },
);

pub(super) const LEAVES_THE_NAMESPACE: Sabotage = broken(
    Role::Focus,
    "focus-leaves-the-namespace",
    "In one document in six the users have no namespace.",
    "wire.rosters",
    || {
        says(|desk, letter| {
            let strikes = is_roster(&letter) && desk.once_in(6);
            desk.say(if strikes { letter.swapping("<users ", "<users xmlns=\"\" ") } else { letter });
        })
    },
);

pub(super) const CONCEALS_WHO_LEAVES: Sabotage = broken(
    Role::Mcu,
    "mcu-conceals-who-leaves",
    "The focus is told of a session that has ended as if it went on.",
    "roster.members",
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Service) && is_roster(&letter);
            let shown = strikes.then(|| letter.text().replace(" state=\"deleted\"", " state=\"full\""));
            desk.say(match shown {
                Some(body) => letter.with_body(body),
                None => letter,
            });
        })
    },
);
