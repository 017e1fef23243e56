//! An IM MCU that does not deliver what it takes.

use std::collections::BTreeMap;

use confsim_core::time::Duration;
use confsim_core::wire::sip::{Method, Name};

use super::super::{Desk, Letter, Sabotage, Saboteur};
use super::{broken, hears, says};
use crate::trace::Role;

const COMPLETE: &str = "imdn.complete";
const ONCE: &str = "delivery.once";

pub(super) const LOSES_A_FORWARD: Sabotage =
    broken(Role::Mcu, "mcu-loses-a-forward", "One forward in twelve is never sent.", ONCE, || {
        says(|desk, letter| {
            if !(letter.asks(&Method::Message) && desk.once_in(12)) {
                desk.say(letter);
            }
        })
    });

pub(super) const SAYS_200_FOR_202: Sabotage = broken(
    Role::Mcu,
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
    broken(Role::Mcu, "mcu-says-202-for-200", "Who is alone is promised a report.", COMPLETE, || {
        says(|desk, letter| {
            let strikes = letter.answers(200, &Method::Message);
            desk.say(if strikes { letter.coded(202, "Accepted") } else { letter });
        })
    });

pub(super) const NEVER_ANSWERS: Sabotage = broken(
    Role::Mcu,
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

pub(super) const FORWARDS_TWICE: Sabotage =
    broken(Role::Mcu, "mcu-forwards-twice", "One forward in twelve is sent twice.", "delivery.order", || {
        says(|desk, letter| {
            let again = (letter.asks(&Method::Message) && desk.once_in(12)).then(|| letter.clone().again());
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again));
        })
    });

pub(super) const FORWARDS_TO_THE_AUTHOR: Sabotage = broken(
    Role::Mcu,
    "mcu-forwards-to-the-author",
    "An author gets his own message.",
    "delivery.own",
    || Box::new(Echo { method: Method::Message, sent: BTreeMap::new(), author: None }),
);

pub(super) const ECHOES_TYPING: Sabotage =
    broken(Role::Mcu, "mcu-echoes-typing", "Who types is told that he types.", "info.others", || {
        Box::new(Echo { method: Method::Info, sent: BTreeMap::new(), author: None })
    });

/// Forwards to the author what goes to others.
struct Echo {
    /// What is forwarded.
    method: Method,
    /// The last of it that went to each session: the next one there looks the same.
    sent: BTreeMap<String, Letter>,
    /// The session that is being forwarded from.
    author: Option<String>,
}

impl Saboteur for Echo {
    fn hears(&mut self, desk: &mut Desk, letter: Letter) {
        self.author = letter.asks(&self.method).then(|| letter.call());
        desk.hear(letter);
    }

    fn says(&mut self, desk: &mut Desk, letter: Letter) {
        if !letter.asks(&self.method) {
            return desk.say(letter);
        }
        let earlier = self.author.take().filter(|author| *author != letter.call());
        let echo = earlier.and_then(|author| self.sent.get(&author)).map(|earlier| {
            let mut echo = earlier.clone().again().with_body(letter.message().body().clone());
            for name in [Name::MessageId, Name::MsSender, Name::ContentType] {
                echo = echo.with(name, letter.header(name));
            }
            echo
        });
        self.sent.insert(letter.call(), letter.clone());
        desk.say(letter);
        echo.into_iter().for_each(|echo| desk.say(echo));
    }
}

pub(super) const REPEATS_A_MESSAGE_ID: Sabotage = broken(
    Role::Mcu,
    "mcu-repeats-a-message-id",
    "One answer in six has the Message-Id before.",
    "delivery.serial",
    || {
        says(|desk, letter| {
            let answers = letter.answers(202, &Method::Message) || letter.answers(200, &Method::Message);
            let id = letter.number(Name::MessageId).filter(|id| answers && *id > 1 && desk.once_in(6));
            desk.say(match id {
                Some(id) => letter.with(Name::MessageId, id - 1),
                None => letter,
            });
        })
    },
);

pub(super) const LETS_MESSAGES_OVERTAKE: Sabotage = broken(
    Role::Mcu,
    "mcu-lets-messages-overtake",
    "One forward in six comes two seconds late.",
    "delivery.order",
    || {
        says(|desk, letter| {
            if letter.asks(&Method::Message) && desk.once_in(6) {
                desk.say_later(Duration::from_secs(2), letter);
            } else {
                desk.say(letter);
            }
        })
    },
);

pub(super) const NAMES_ANOTHER_AUTHOR: Sabotage = broken(
    Role::Mcu,
    "mcu-names-another-author",
    "One forward in six names somebody else as its author.",
    "delivery.sender",
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Message) && desk.once_in(6);
            desk.say(if strikes {
                letter.with(Name::MsSender, "\"Nobody\"<sip:nobody@contoso.com>")
            } else {
                letter
            });
        })
    },
);

pub(super) const FORGETS_THE_NAME: Sabotage = broken(
    Role::Mcu,
    "mcu-forgets-the-name",
    "A client without Ms-Sender gets the plain text without its author's name.",
    "delivery.form",
    || {
        says(|desk, letter| {
            let name = letter.header(Name::MsSender).split('"').nth(1).unwrap_or_default();
            let prefix = format!("{name}: ");
            let strikes = letter.asks(&Method::Message) && letter.text().starts_with(&prefix);
            desk.say(if strikes { letter.swapping(&prefix, "") } else { letter });
        })
    },
);

pub(super) const CALLS_RTF_PLAIN: Sabotage = broken(
    Role::Mcu,
    "mcu-calls-rtf-plain",
    "Rich text is forwarded as plain text.",
    "delivery.form",
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Message) && letter.carries("text/rtf");
            desk.say(if strikes { letter.with(Name::ContentType, "text/plain") } else { letter });
        })
    },
);

pub(super) const TAKES_ALL_FOR_MODERN: Sabotage = broken(
    Role::Mcu,
    "mcu-takes-all-for-modern",
    "Every client is taken for one that takes Ms-Sender.",
    "delivery.form",
    || {
        hears(|desk, letter| {
            let strikes = letter.asks(&Method::Invite) && !letter.message().supports("ms-sender");
            let supported = format!("{}, ms-sender", letter.header(Name::Supported));
            desk.hear(if strikes {
                letter.with(Name::Supported, supported.trim_start_matches(", "))
            } else {
                letter
            });
        })
    },
);

pub(super) const LOSES_TYPING: Sabotage = broken(
    Role::Mcu,
    "mcu-loses-typing",
    "One INFO in six is forwarded to all but one.",
    "info.forwarded",
    || {
        says(|desk, letter| {
            if !(letter.asks(&Method::Info) && desk.once_in(6)) {
                desk.say(letter);
            }
        })
    },
);
