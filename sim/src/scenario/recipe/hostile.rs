//! A live conference, and bytes that one of those who are in it sends past the client.
//!
//! Byte FF, which no text contains, ends one speech and begins the next. A speech that is a text whose placeholders
//! stand for something (see [`Words`]) is one; any other is sent as it is. The conference is called `meeting`, the
//! others are `alice`, who organizes it, `bob` and `carol`, the hostile peer is `mallory`.

use confsim_core::time::Duration;

use super::super::generate::settle;
use crate::scenario::build::empty;
use crate::scenario::{
    Action, Kind, Links, Participant, Piece, Rules, Scenario, Speech, Step, Topology, Words,
};

/// What ends a speech.
const END: u8 = 0xFF;
/// Most speeches of one run.
const SPEECHES_MOST: usize = 8;
/// Who sends them.
const PEER: &str = "mallory";
/// The others, in the order in which they join.
const OTHERS: [&str; 3] = ["alice", "bob", "carol"];
/// The conference.
const MEETING: &str = "meeting";
/// When the first speech is sent, in milliseconds; everybody has joined.
const BEGIN: u64 = 4_000;
/// Time between two speeches, in milliseconds: between them the others talk.
const PACE: u64 = 400;

/// The scenario in which `bytes` are sent, and the seed to run it with.
pub fn hostile_from_bytes(bytes: &[u8]) -> (Scenario, u64) {
    let mut scenario = empty("A hostile peer in a live conference");
    scenario.topology = Topology::Split;
    scenario.links = Links::default();
    scenario.participants = OTHERS.into_iter().chain([PEER]).map(Participant::new).collect();
    if let Some(carol) = scenario.participants.iter_mut().find(|one| one.name == "carol") {
        carol.kind = Kind::Legacy;
    }
    let conference = || MEETING.to_owned();
    let mut steps = vec![(
        1_000,
        "alice",
        Action::Create { conference: conference(), subject: String::new(), rules: Rules::default() },
    )];
    for (place, who) in (0..).zip(OTHERS.into_iter().chain([PEER])) {
        steps.push((100 * place, who, Action::SignIn));
        steps.push((1_500 + 400 * place, who, Action::Join { conference: conference() }));
    }
    let speeches = bytes.split(|byte| *byte == END).filter(|speech| !speech.is_empty());
    for (place, bytes) in (0..).zip(speeches.take(SPEECHES_MOST)) {
        let at = BEGIN + PACE * place;
        steps.push((at, PEER, Action::Say(speech(bytes, &scenario))));
        let who = OTHERS[place as usize % OTHERS.len()];
        let (format, text) = ("text/plain".to_owned(), format!("message {place}"));
        steps.push((at + PACE / 2, who, Action::Send { conference: conference(), format, text }));
    }
    steps.sort_by_key(|(at, ..)| *at);
    let step = |(at, who, action): (u64, &str, _)| Step {
        at: Duration::from_millis(at),
        who: who.to_owned(),
        action,
    };
    scenario.steps = steps.into_iter().map(step).collect();
    settle(&mut scenario);
    (scenario, 1)
}

/// The bytes for what is written by hand in `scenario`.
pub fn hostile_to_bytes(scenario: &Scenario) -> Vec<u8> {
    let said = scenario.steps.iter().filter_map(|step| match &step.action {
        Action::Say(Speech::Text(text)) => Some(text.as_bytes()),
        Action::Say(Speech::Bytes(bytes)) => Some(&**bytes),
        _ => None,
    });
    said.collect::<Vec<_>>().join(&END)
}

/// A text if it can be one.
fn speech(bytes: &[u8], scenario: &Scenario) -> Speech {
    let known = |piece: &Piece<'_>| {
        piece.participant().is_none_or(|name| scenario.participants.iter().any(|one| one.name == name))
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if Words::parse(text).is_ok_and(|words| words.0.iter().all(known)) => {
            Speech::Text(text.to_owned())
        }
        _ => Speech::Bytes(bytes.to_vec()),
    }
}
