//! Steps of a recipe. Of the byte `whom`, three bits are a participant and one the conference.

use super::{CONFERENCES, Record, Stage, number, pick};
use crate::scenario::generate::WITNESS;
use crate::scenario::{Action, Admission, Autopromote, Deed, Rules, Wish};

/// Formats of messages; with `best` the client chooses.
const FORMATS: [&str; 4] = ["text/plain", "text/rtf", "best", "text/html"];
/// Formats that a client may take from some moment on.
const TAKEN: [&str; 4] = [
    "text/plain",
    "text/plain text/rtf",
    "text/plain text/rtf multipart/alternative",
    "text/plain text/html",
];

/// The actions by their number. Those who are left out need texts that bytes are unlikely to hit.
const VERBS: [&str; 25] = [
    "sign-in",
    "create",
    "join",
    "send",
    "typing",
    "eject",
    "lobby-admit",
    "lobby-deny",
    "lock",
    "unlock",
    "promote",
    "demote",
    "invite",
    "conf-invite",
    "end",
    "get-state",
    "refresh",
    "set-formats",
    "leave",
    "create-static",
    "list",
    "get-encryption-key",
    "get-mcu-types",
    "get-capabilities",
    "wait",
];

const LOCKED: u8 = 4;
const NO_LOBBY: u8 = 8;

/// A record by which time passes and nothing else: for times that need more digits than one record has.
pub(super) const WAIT: Record = Record { what: 24, who: 0, whom: 0, detail: [0; 3], when: [0; 2] };

/// What somebody does; `None` is to wait.
pub(super) fn read(record: &Record, stage: Stage<'_>, count: usize) -> Option<Action> {
    let conference = || pick(&CONFERENCES, record.whom >> 3 & 1).to_owned();
    let user = || stage.name(record.whom & 7);
    let [detail, ..] = record.detail;
    let conference_only = |make: fn(String) -> Action| make(conference());
    Some(match pick(&VERBS, record.what) {
        "wait" => return None,
        "sign-in" => Action::SignIn,
        "create" => Action::Create {
            conference: conference(),
            subject: String::new(),
            rules: rules(record.detail, stage),
        },
        "join" => conference_only(|conference| Action::Join { conference }),
        "send" => Action::Send {
            conference: conference(),
            format: pick(&FORMATS, detail).to_owned(),
            text: format!("message {count}"),
        },
        "typing" => conference_only(|conference| Action::Typing { conference }),
        "eject" => Action::Eject { conference: conference(), user: user() },
        "lobby-admit" => Action::LobbyAdmit { conference: conference(), user: user() },
        "lobby-deny" => Action::LobbyDeny { conference: conference(), user: user() },
        "lock" => conference_only(|conference| Action::Lock { conference }),
        "unlock" => conference_only(|conference| Action::Unlock { conference }),
        "promote" => Action::Promote { conference: conference(), user: user() },
        "demote" => Action::Demote { conference: conference(), user: user() },
        "invite" => Action::Invite { conference: conference(), user: user() },
        "conf-invite" => Action::ConfInvite { conference: conference(), user: user() },
        "end" => conference_only(|conference| Action::End { conference }),
        "get-state" => conference_only(|conference| Action::GetState { conference }),
        "refresh" => conference_only(|conference| Action::Refresh { conference }),
        "set-formats" => {
            Action::SetFormats { conference: conference(), formats: pick(&TAKEN, detail).to_owned() }
        }
        "leave" => conference_only(|conference| Action::Leave { conference }),
        wish => Action::Provision(Box::new(Wish::own(match wish {
            "create-static" => Deed::CreateStatic { conference: conference() },
            "list" => Deed::List { is_static: pick(&[None, Some(false), Some(true)], detail) },
            "get-encryption-key" => Deed::GetEncryptionKey,
            "get-mcu-types" => Deed::GetMcuTypes,
            _ => Deed::GetCapabilities,
        }))),
    })
}

/// The record of an action, if there is one; `conferences` are those that were named so far.
pub(super) fn write(action: &Action, stage: Stage<'_>, conferences: &mut Vec<String>) -> Option<Record> {
    let what = number(&VERBS, &action.verb())?;
    let conference = match action.conference() {
        Some(name) => {
            if !conferences.iter().any(|known| known == name) {
                conferences.push(name.to_owned());
            }
            let place = number(conferences, &name.to_owned()).unwrap_or_default();
            place % CONFERENCES.len() as u8
        }
        None => 0,
    };
    let user = match action.user() {
        Some(name) => stage.place(name)?,
        None => 0,
    };
    let detail = match action {
        Action::Create { rules, .. } => write_rules(rules, stage),
        Action::Send { format, .. } => [number(&FORMATS, &&**format).unwrap_or_default(), 0, 0],
        Action::SetFormats { formats, .. } => [number(&TAKEN, &&**formats).unwrap_or_default(), 0, 0],
        Action::Provision(wish) => match wish.deed {
            Deed::List { is_static } => [is_static.map_or(0, |is_static| 1 + u8::from(is_static)), 0, 0],
            _ => [0; 3],
        },
        _ => [0; 3],
    };
    Some(Record { what, whom: user | conference << 3, detail, ..Record::default() })
}

/// Two bits of admission, locked, no lobby, two bits of promotion; then a bit for each who is presenter, and attendee.
fn rules([bits, presenters, attendees]: [u8; 3], stage: Stage<'_>) -> Rules {
    let members = |bits: u8| {
        let set = stage.names.iter().enumerate().filter(move |(place, _)| bits >> place & 1 != 0);
        set.map(|(_, name)| name.clone())
    };
    let admission = pick(&ADMISSIONS, bits & 3);
    let (presenters, mut attendees): (Vec<_>, Vec<_>) =
        (members(presenters).collect(), members(attendees).collect());
    if admission == Admission::Closed {
        attendees.push(WITNESS.to_owned());
    }
    Rules {
        admission,
        locked: bits & LOCKED != 0,
        no_lobby: bits & NO_LOBBY != 0,
        autopromote: pick(&PROMOTIONS, bits >> 4 & 3),
        presenters,
        attendees,
    }
}

const ADMISSIONS: [Admission; 4] =
    [Admission::Open, Admission::Closed, Admission::Anonymous, Admission::Open];
const PROMOTIONS: [Autopromote; 4] =
    [Autopromote::Nobody, Autopromote::Company, Autopromote::Everyone, Autopromote::Nobody];

fn write_rules(rules: &Rules, stage: Stage<'_>) -> [u8; 3] {
    let members = |names: &[String]| {
        names.iter().filter_map(|name| stage.place(name)).fold(0, |bits, place| bits | 1 << place)
    };
    let bits = number(&ADMISSIONS, &rules.admission).unwrap_or_default()
        | if rules.locked { LOCKED } else { 0 }
        | if rules.no_lobby { NO_LOBBY } else { 0 }
        | number(&PROMOTIONS, &rules.autopromote).unwrap_or_default() << 4;
    [bits, members(&rules.presenters), members(&rules.attendees)]
}
