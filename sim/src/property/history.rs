//! The first forty seconds: who joins within them is told what was said.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Method, Name};

use super::command::Term;
use super::dialog::DialogId;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// How long the IM MCU keeps what is said, from createConference (IM-3-3-2-2-a, D-23).
const HISTORY: Duration = Duration::from_secs(40);

/// Exactly whom history reaches.
pub(super) const REPLAY: Property = Property {
    id: "history.replay",
    kind: Kind::Always,
    needs: &[],
    requirements: &[
        "D-23",
        "D-24",
        "IM-3-1-3-5-2-d",
        "IM-3-1-3-5-2-e",
        "IM-3-3-2-1-f",
        "IM-3-3-2-1-g",
        "IM-3-3-2-2-a",
        "IM-3-3-2-2-b",
        "IM-3-3-2-2-c",
        "IM-3-3-2-5-1-i",
        "IM-3-3-2-6-1-a",
        "IM-3-3-2-6-1-b",
    ],
    sentence: "A session connected less than 40 s after createConference gets every message recorded until \
               then, once and in order, before any newer one and none of its own; a later one gets none.",
};

/// The interesting case happens.
pub(super) const SEEN: Property = Property {
    id: "history.seen",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["IM-3-3-2-1-g"],
    sentence: "A session is told of something said before it was connected.",
};

/// The edge is visited from beyond.
pub(super) const MISSED: Property = Property {
    id: "history.missed",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["IM-3-3-2-2-c"],
    sentence: "A session is connected too late for what was recorded.",
};

#[derive(Default)]
pub(super) struct History {
    conferences: BTreeMap<Arc<str>, Past>,
    /// MESSAGEs that the IM MCU has heard and not answered: dialog and CSeq, when, on which sight, which.
    asked: BTreeMap<(DialogId, u32), Asked>,
    sessions: BTreeMap<DialogId, Session>,
}

/// What was said in a conference since createConference. Times are those of the MCU's clock (D-23).
struct Past {
    created: Instant,
    /// Accepted messages by Message-Id; those within the forty seconds are history.
    messages: BTreeMap<u32, Heard>,
}

/// An accepted message.
#[derive(Clone)]
struct Heard {
    asked: Asked,
    author: DialogId,
    sender: String,
    recorded: bool,
}

#[derive(Clone)]
struct Asked {
    tick: u64,
    at: Instant,
    id: MsgId,
    plain: bool,
}

/// What a session that has just been connected has still to be told.
struct Session {
    connected: Instant,
    owed: VecDeque<Owed>,
}

struct Owed {
    message_id: u32,
    heard: MsgId,
    /// It comes in a format that this client may not take (D-27).
    optional: bool,
}

impl Observe for History {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) if spoken.node == NodeId::MCU => match spoken.message.method() {
                Method::Service => self.commanded(scene, spoken),
                Method::Message if spoken.message.is_request() => self.asked(scene, spoken),
                Method::Ack | Method::Invite => self.connected(scene, spoken, verdict),
                _ => {}
            },
            Sight::Said(spoken) if spoken.node == NodeId::MCU => match spoken.message.method() {
                Method::Message if spoken.message.is_request() => self.forwarded(scene, spoken, verdict),
                Method::Message => self.answered(scene, spoken),
                _ => {}
            },
            Sight::Crashed(NodeId::MCU) => self.conferences.clear(),
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, session) in &self.sessions {
            let Some(dialog) = scene.dialogs.get(*id).filter(|dialog| dialog.live()) else { continue };
            let Some(owed) = session.owed.iter().find(|owed| !owed.optional) else { continue };
            if !scene.pool_broken {
                let words = format!(
                    "{} was connected at {} and never got message {} of the history",
                    scene.name(dialog.user),
                    session.connected,
                    owed.message_id
                );
                verdict.violate(&REPLAY, scene.finding(NodeId::MCU, &[owed.heard], words));
            }
        }
    }
}

impl History {
    /// The focus tells the IM MCU to open or to close a conference.
    fn commanded(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        match spoken.term() {
            Some(Term::Begins(conference)) => {
                let past = Past { created: scene.clock(NodeId::MCU), messages: BTreeMap::new() };
                self.conferences.entry(conference.into()).or_insert(past);
            }
            Some(Term::Ends(conference)) => drop(self.conferences.remove(conference)),
            None => {}
        }
    }

    fn asked(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some(key) = spoken.key() else { return };
        let content_type = spoken.message.header(Name::ContentType).unwrap_or_default();
        let plain = content_type.to_ascii_lowercase().starts_with("text/plain");
        let asked = Asked { tick: scene.tick, at: scene.clock(NodeId::MCU), id: spoken.id, plain };
        self.asked.insert(key, asked);
    }

    /// The IM MCU answers a MESSAGE: a success gives it its Message-Id.
    fn answered(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some(code @ 200..) = spoken.message.code() else { return };
        let Some(asked) = spoken.key().and_then(|key| self.asked.remove(&key)) else { return };
        let Some(author) = spoken.dialog else { return };
        let Some(past) = scene.dialogs.get(author).and_then(|d| self.conferences.get_mut(&d.conference))
        else {
            return;
        };
        let (Ok(Some(id)), 200..300) = (spoken.message.message_id(), code) else { return };
        let sender = spoken.message.from().map(|from| from.uri.address()).unwrap_or_default();
        let recorded = asked.at < past.created + HISTORY;
        past.messages.insert(id, Heard { asked, author, sender, recorded });
    }

    /// A session is connected: this is what it is owed.
    fn connected(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        if dialog.connected != Some((scene.at, scene.tick)) {
            return;
        }
        let Some(past) = self.conferences.get(&dialog.conference) else { return };
        let recorded = past.messages.iter().filter(|(_, heard)| heard.recorded && heard.author != id);
        let owed: VecDeque<Owed> = recorded
            .map(|(message_id, heard)| Owed {
                message_id: *message_id,
                heard: heard.asked.id,
                optional: !dialog.abilities.modern && !heard.asked.plain,
            })
            .collect();
        if !owed.is_empty() {
            verdict.exercise(&REPLAY);
        }
        let connected = scene.clock(NodeId::MCU);
        let late = connected >= past.created + HISTORY;
        if late && !owed.is_empty() {
            verdict.exercise(&MISSED);
        }
        let owed = if late { VecDeque::new() } else { owed };
        self.sessions.insert(id, Session { connected, owed });
    }

    /// The IM MCU forwards something to a session: either it is new, or it is the next of the history.
    fn forwarded(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        let Ok(Some(message_id)) = spoken.message.message_id() else { return };
        let Some(past) = self.conferences.get(&dialog.conference) else { return };
        let Some(heard) = past.messages.get(&message_id) else { return };
        let session = self.sessions.get_mut(&id);
        let new = dialog.connected.is_some_and(|(_, tick)| tick < heard.asked.tick);
        let user = scene.name(dialog.user);
        let words = if new {
            let behind = session.and_then(|session| session.owed.iter().find(|owed| !owed.optional));
            behind.map(|owed| {
                format!("{user} gets message {message_id} before message {} of the history", owed.message_id)
            })
        } else {
            verdict.exercise(&SEEN);
            replay_fault(past, session, id, message_id, heard, &user).or_else(|| {
                (dialog.abilities.modern && !sent_by(spoken, &heard.sender))
                    .then(|| format!("{user} gets message {message_id} without Ms-Sender {}", heard.sender))
            })
        };
        if let Some(words) = words {
            verdict.violate(&REPLAY, scene.finding(NodeId::MCU, &[heard.asked.id, spoken.id], words));
        }
    }
}

/// What is wrong with telling `id` the earlier message `message_id` now; takes it off what is owed.
fn replay_fault(
    past: &Past,
    session: Option<&mut Session>,
    id: DialogId,
    message_id: u32,
    heard: &Heard,
    user: &str,
) -> Option<String> {
    let Some(session) = session else {
        return Some(format!("{user} gets message {message_id} without being connected"));
    };
    if session.connected >= past.created + HISTORY {
        return Some(format!(
            "{user}, connected {} after createConference, gets message {message_id} of the history; expected \
             none from 40 s on",
            session.connected.since(past.created)
        ));
    }
    if heard.author == id {
        return Some(format!("{user} gets back message {message_id} of this very session"));
    }
    if !heard.recorded {
        return Some(format!(
            "{user} gets message {message_id}, said before the session was connected but after the 40 s"
        ));
    }
    while session.owed.front().is_some_and(|owed| owed.optional && owed.message_id < message_id) {
        session.owed.pop_front();
    }
    match session.owed.front() {
        Some(next) if next.message_id == message_id => {
            session.owed.pop_front();
            None
        }
        Some(next) => Some(format!(
            "{user} gets message {message_id} of the history; expected message {} next",
            next.message_id
        )),
        None => Some(format!("{user} gets message {message_id} of the history again")),
    }
}

fn sent_by(spoken: &Spoken<'_>, sender: &str) -> bool {
    let named = spoken.message.ms_sender().ok().flatten();
    named.is_some_and(|named| named.uri.address() == sender)
}
