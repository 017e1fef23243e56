//! Clients that mislead their users.

use std::collections::BTreeMap;

use confsim_core::client::Event;
use confsim_core::wire::sip::{Method, Name};

use super::super::Sabotage;
use super::{broken, hears, says, shows};
use crate::trace::Role;

pub(super) const SHOWS_AN_OLD_ROSTER: Sabotage = broken(
    Role::Client,
    "client-shows-an-old-roster",
    "One change in six is not shown.",
    "roster.convergence",
    || {
        shows(|desk, event| {
            if !(matches!(event, Event::Roster { .. }) && desk.once_in(6)) {
                desk.show(event);
            }
        })
    },
);

pub(super) const HIDES_ITS_EJECTION: Sabotage = broken(
    Role::Client,
    "client-hides-its-ejection",
    "The user is not told that he is out.",
    "eviction.ends",
    || {
        shows(|desk, event| {
            if !matches!(event, Event::Ended { .. }) {
                desk.show(event);
            }
        })
    },
);

pub(super) const IGNORES_A_GAP: Sabotage = broken(
    Role::Client,
    "client-ignores-a-gap",
    "Versions that were missed are counted as seen.",
    "roster.replicas",
    || {
        // What is to be taken off the versions of each subscription.
        let mut missed = BTreeMap::<String, u32>::new();
        hears(move |desk, letter| {
            if letter.answers(200, &Method::Subscribe) {
                missed.remove(&letter.call());
            }
            let version: Option<u32> =
                letter.between(" version=\"", "\"").and_then(|version| version.parse().ok());
            let Some(version) = version.filter(|_| letter.asks(&Method::Benotify)) else {
                return desk.hear(letter);
            };
            let missed = missed.entry(letter.call()).or_default();
            if letter.has(" state=\"full\" version=") {
                *missed = 0;
            } else if desk.once_in(6) {
                *missed += 1;
                return;
            }
            let shown = version.saturating_sub(*missed);
            desk.hear(letter.swapping(&format!(" version=\"{version}\""), &format!(" version=\"{shown}\"")));
        })
    },
);

pub(super) const SHOWS_ANOTHER_TEXT: Sabotage = broken(
    Role::Client,
    "client-shows-another-text",
    "One message in six is shown without its text.",
    "user.reads",
    || {
        shows(|desk, event| match event {
            Event::Received { conference, message_id, sender, content_type, .. } if desk.once_in(6) => {
                let body = bytes::Bytes::new();
                desk.show(Event::Received { conference, message_id, sender, content_type, body });
            }
            event => desk.show(event),
        })
    },
);

pub(super) const FORGETS_A_REPORT: Sabotage =
    broken(Role::Client, "client-forgets-a-report", "One report in six is not shown.", "user.told", || {
        shows(|desk, event| {
            if !(matches!(event, Event::Delivered { .. }) && desk.once_in(6)) {
                desk.show(event);
            }
        })
    });

pub(super) const ANSWERS_NEWS: Sabotage =
    broken(Role::Client, "client-answers-news", "A BENOTIFY is answered.", "transaction.unasked", || {
        hears(|desk, letter| {
            let answer = letter.asks(&Method::Benotify).then(|| letter.response(200, "OK"));
            desk.hear(letter);
            answer.into_iter().for_each(|answer| desk.say(answer));
        })
    });

pub(super) const ACKNOWLEDGES_ANOTHER: Sabotage = broken(
    Role::Client,
    "client-acknowledges-another",
    "An ACK has the number after that of its INVITE.",
    "dialog.ack",
    || {
        says(|desk, letter| {
            let strikes = letter.asks(&Method::Ack);
            let next = format!("{} ACK", letter.cseq() + 1);
            desk.say(if strikes { letter.with(Name::CSeq, next) } else { letter });
        })
    },
);

pub(super) const NEVER_REFRESHES: Sabotage =
    broken(Role::Client, "client-never-refreshes", "No session is refreshed.", "session.refreshed", || {
        says(|desk, letter| {
            let within = letter.header(Name::To).contains("tag=");
            let refreshes = letter.asks(&Method::Invite) || letter.asks(&Method::Update);
            if !(within && refreshes) {
                desk.say(letter);
            }
        })
    });

pub(super) const NEVER_REGISTERS_AGAIN: Sabotage = broken(
    Role::Client,
    "client-never-registers-again",
    "The registration is not renewed.",
    "registration.kept",
    || {
        let mut registered = false;
        says(move |desk, letter| {
            let registers = letter.asks(&Method::Register);
            let again = registers && registered;
            registered |= registers;
            if !again || letter.header(Name::Expires) == "0" {
                desk.say(letter);
            }
        })
    },
);
