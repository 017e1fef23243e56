//! Servers that break the rules of transactions, dialogs and the link between them.

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Method, Name, PoolLink};

use super::super::{Desk, Letter, Sabotage, Saboteur};
use super::{broken, says};
use crate::scenario::Profile;
use crate::trace::Role;

const CSEQ: &str = "dialog.cseq";
const LINK: &str = "link.order";
const EXPIRED: &str = "session.expired";

/// Whether it is a request within a dialog that the server itself sends there.
fn within(letter: &Letter) -> bool {
    let own = [Method::Benotify, Method::Info, Method::Message];
    own.iter().any(|method| letter.asks(method)) && letter.header(Name::To).contains("tag=")
}

pub(super) const CHANGES_ITS_TAG: Sabotage = broken(
    Role::Focus,
    "focus-changes-its-tag",
    "One request in twelve has another From tag than its dialog.",
    "dialog.names",
    || {
        says(|desk, letter| {
            let strikes = within(&letter) && desk.once_in(12);
            let from = letter.header(Name::From).replacen("tag=", "tag=other", 1);
            desk.say(if strikes { letter.with(Name::From, from) } else { letter });
        })
    },
);

pub(super) const REPEATS_A_CSEQ: Sabotage =
    broken(Role::Focus, "focus-repeats-a-cseq", "One request in twelve has the CSeq before.", CSEQ, || {
        says(repeat_cseq)
    });

pub(super) const MCU_REPEATS_A_CSEQ: Sabotage =
    broken(Role::Mcu, "mcu-repeats-a-cseq", "One request in twelve has the CSeq before.", CSEQ, || {
        says(repeat_cseq)
    });

fn repeat_cseq(desk: &mut Desk, letter: Letter) {
    let strikes = within(&letter) && letter.cseq() > 1 && desk.once_in(12);
    let before = format!("{} {}", letter.cseq().saturating_sub(1), letter.message().method());
    desk.say(if strikes { letter.with(Name::CSeq, before) } else { letter });
}

pub(super) const FORGETS_ROUTES: Sabotage = broken(
    Role::Focus,
    "focus-forgets-routes",
    "One request in twelve has no Route.",
    "dialog.route",
    || {
        says(|desk, letter| {
            let strikes = within(&letter) && desk.once_in(12);
            desk.say(if strikes { letter.without(Name::Route) } else { letter });
        })
    },
);

pub(super) const NAMES_NO_ROUTE: Sabotage = broken(
    Role::Focus,
    "focus-names-no-route",
    "One notification in twelve has a Record-Route without a value.",
    "wire.heads",
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Benotify) && desk.once_in(12);
            desk.say(if strikes { letter.with(Name::RecordRoute, "") } else { letter });
        })
    },
);

pub(super) const NEVER_ANSWERS: Sabotage = broken(
    Role::Focus,
    "focus-never-answers",
    "One command in six is carried out and never answered.",
    "transaction.answered",
    || {
        says(|desk, letter| {
            if !(letter.answers(202, &Method::Info) && desk.once_in(6)) {
                desk.say(letter);
            }
        })
    },
);

pub(super) const ANSWERS_TWICE: Sabotage = broken(
    Role::Mcu,
    "mcu-answers-otherwise-again",
    "One message in twelve is accepted, and refused right after that.",
    "transaction.once",
    || {
        says(|desk, letter| {
            let strikes = letter.answers(202, &Method::Message) && desk.once_in(12);
            let again = strikes.then(|| letter.clone().coded(500, "Server Internal Error"));
            desk.say(letter);
            again.into_iter().for_each(|again| desk.say(again));
        })
    },
);

pub(super) const ANSWERS_ANOTHER: Sabotage = broken(
    Role::Mcu,
    "mcu-answers-another-request",
    "One answer to a message in twelve has the CSeq of the next one.",
    "transaction.unasked",
    || {
        says(|desk, letter| {
            let strikes = letter.answers(202, &Method::Message) && desk.once_in(12);
            let next = format!("{} MESSAGE", letter.cseq() + 1);
            desk.say(if strikes { letter.with(Name::CSeq, next) } else { letter });
        })
    },
);

pub(super) const FORGETS_ITS_TAG: Sabotage =
    broken(Role::Mcu, "mcu-forgets-its-tag", "One forward in twelve has no From tag.", "wire.framed", || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Message) && desk.once_in(12);
            let from = letter.header(Name::From).split(";tag=").next().unwrap_or_default().to_owned();
            desk.say(if strikes { letter.with(Name::From, from) } else { letter });
        })
    });

/// The 200 to an INVITE says something else in one of its headers.
fn accepts_with(name: Name, right: &'static str, wrong: &'static str) -> Box<dyn Saboteur> {
    says(move |desk, letter| {
        let value = letter.header(name).replacen(right, wrong, 1);
        let strikes = letter.answers(200, &Method::Invite) && !value.is_empty();
        desk.say(if strikes { letter.with(name, value) } else { letter });
    })
}

pub(super) const GRANTS_TOO_LONG: Sabotage = broken(
    Role::Mcu,
    "mcu-grants-too-long",
    "A session is granted for ten times as long as it lasts.",
    "session.granted",
    || accepts_with(Name::SessionExpires, "600", "6000"),
);

/// How a session is given up that nobody has refreshed.
fn gives_up(mut hang_up: impl FnMut(&mut Desk, Letter) + 'static) -> Box<dyn Saboteur> {
    // When each session was agreed upon last, and when two thirds of its interval are over: no server gives it up before
    // (RFC 4028 section 10).
    let mut late = BTreeMap::<String, Instant>::new();
    says(move |desk, letter| {
        if letter.answers(200, &Method::Invite) || letter.answers(200, &Method::Update) {
            let seconds = letter.message().session_expires().ok().flatten().map(|session| session.seconds);
            if let Some(seconds) = seconds {
                let most = Duration::from_micros(u64::from(seconds) * 2_000_000 / 3);
                late.insert(letter.call(), desk.now + most);
            }
        }
        let is_late = late.get(&letter.call()).is_some_and(|late| *late <= desk.now);
        if letter.asks(&Method::Bye) && is_late { hang_up(desk, letter) } else { desk.say(letter) }
    })
}

pub(super) const GIVES_UP_SILENTLY: Sabotage = Sabotage {
    profile: Profile::Churn,
    ..broken(
        Role::Focus,
        "focus-gives-up-silently",
        "Who has not refreshed his session gets no BYE.",
        EXPIRED,
        || gives_up(|_, _| ()),
    )
};

pub(super) const GIVES_UP_LATE: Sabotage = Sabotage {
    profile: Profile::Churn,
    ..broken(
        Role::Focus,
        "focus-gives-up-late",
        "Who has not refreshed his session gets the BYE two minutes late.",
        EXPIRED,
        || gives_up(|desk, letter| desk.say_later(Duration::from_secs(120), letter)),
    )
};

pub(super) const MCU_GIVES_UP_SILENTLY: Sabotage = Sabotage {
    profile: Profile::Churn,
    ..broken(
        Role::Mcu,
        "mcu-gives-up-silently",
        "Who has not refreshed his session gets no BYE.",
        EXPIRED,
        || gives_up(|_, _| ()),
    )
};

pub(super) const NAMES_ANOTHER_KEEP_ALIVE: Sabotage = broken(
    Role::Focus,
    "focus-names-another-keep-alive",
    "Who offers to keep the connection alive is given another time for it.",
    "session.keep-alive",
    || accepts_with(Name::MsKeepAlive, "timeout=300", "timeout=3000"),
);

/// The letter with another envelope, if it has one.
fn enveloped(letter: Letter, alter: impl FnOnce(&mut PoolLink<'_>)) -> Letter {
    let envelope = letter.message().pool_link().ok().flatten().map(|mut link| {
        alter(&mut link);
        link.to_string()
    });
    match envelope {
        Some(envelope) => letter.with(Name::PoolLink, envelope),
        None => letter,
    }
}

pub(super) const SKIPS_A_LINK_NUMBER: Sabotage = broken(
    Role::Mcu,
    "mcu-skips-a-link-number",
    "One document for the focus in twelve has the number after its own.",
    LINK,
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Service) && desk.once_in(12);
            desk.say(if strikes { enveloped(letter, |link| link.seq += 1) } else { letter });
        })
    },
);

pub(super) const ACKNOWLEDGES_TOO_MUCH: Sabotage = broken(
    Role::Mcu,
    "mcu-acknowledges-too-much",
    "One document for the focus in twelve acknowledges what has not come.",
    LINK,
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Service) && desk.once_in(12);
            desk.say(if strikes { enveloped(letter, |link| link.ack += 1) } else { letter });
        })
    },
);

pub(super) const ACKNOWLEDGES_NOTHING: Sabotage = broken(
    Role::Focus,
    "focus-acknowledges-nothing",
    "No document of another pool member is ever acknowledged.",
    "link.arrives",
    || says(|desk, letter| desk.say(enveloped(letter, |link| link.ack = 0))),
);

pub(super) const FORGETS_A_VIA: Sabotage = broken(
    Role::Mcu,
    "mcu-forgets-a-via",
    "One answer to a message in twelve has but the topmost Via.",
    "transaction.echo",
    || {
        says(|desk, letter| {
            let strikes = letter.answers(202, &Method::Message) && desk.once_in(12);
            let top = letter.header(Name::Via).to_owned();
            desk.say(if strikes { letter.with(Name::Via, top) } else { letter });
        })
    },
);
