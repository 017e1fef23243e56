//! The roster against the sessions: who is shown is there, and who is there is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dialog::{Dialog, Use};
use super::element::Element;
use super::sight::Scene;
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// All of them.
pub(super) const MEMBERS: Property = Property {
    id: "roster.members",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &[
        "D-4",
        "D-11",
        "D-17",
        "IM-3-1-2-5-2-a",
        "IM-3-2-2-5-1-a",
        "EX-IM-4-1-2-m",
        "EX-IM-4-1-2-o",
    ],
    sentence: "At the end the roster that presenters see has those users who have a session, each with as many focus \
               and chat endpoints as he has sessions with focus and IM MCU, and nobody whose sessions are gone.",
};

/// With what they take.
pub(super) const FORMATS: Property = Property {
    id: "roster.formats",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &[
        "D-29",
        "IM-2-2-1-a",
        "IM-2-2-1-b",
        "IM-3-1-3-5-2-c",
        "IM-3-1-3-5-2-h",
        "IM-3-1-3-5-2-i",
        "IM-3-1-3-5-2-j",
    ],
    sentence: "At the end each chat endpoint in the roster has the formats that its client named last; text/plain \
               where it named none or does not take Ms-Sender.",
};

/// The live sessions of one user.
#[derive(Default)]
struct Sessions<'a> {
    focus: usize,
    mcu: Vec<&'a Dialog>,
    /// Something may have ended that nobody was told of.
    unsure: bool,
}

/// Judges the last roster of a conference as presenters see it.
pub(super) fn judge(scene: &Scene, conference: &str, said: MsgId, roster: &Element, verdict: &mut Verdict) {
    let mut there: BTreeMap<String, Sessions<'_>> = BTreeMap::new();
    for server in [NodeId::FOCUS, NodeId::MCU] {
        for (_, dialog) in scene.dialogs.of(server, Use::Session, conference) {
            let sessions = there.entry(scene.cast.uri(dialog.user).to_owned()).or_default();
            sessions.unsure |= scene.struck(dialog.user) || dialog.lapsed && dialog.ended.is_none();
            match server {
                NodeId::MCU if dialog.takes_part() => sessions.mcu.push(dialog),
                NodeId::FOCUS if dialog.live() => sessions.focus += 1,
                _ => {}
            }
        }
    }
    for user in roster.users() {
        let name = user.attribute("entity").unwrap_or_default();
        verdict.exercise(&MEMBERS);
        let sessions = there.remove(name).unwrap_or_default();
        if sessions.unsure {
            continue;
        }
        let endpoints = |kind: &str| {
            let fits = |endpoint: &&Arc<Element>| endpoint.attribute("session-type") == Some(kind);
            user.all("endpoint").filter(fits).collect::<Vec<_>>()
        };
        let (focus, chat) = (endpoints("focus"), endpoints("chat"));
        if (focus.len(), chat.len()) != (sessions.focus, sessions.mcu.len()) || focus.len() + chat.len() == 0
        {
            let words = format!(
                "shows {name} with {} focus and {} chat endpoints in the end; he has {} sessions with the focus and {} \
                 with the IM MCU",
                focus.len(),
                chat.len(),
                sessions.focus,
                sessions.mcu.len()
            );
            verdict.violate(&MEMBERS, scene.finding(NodeId::FOCUS, &[said], words));
        } else if let ([endpoint], [dialog]) = (&*chat, &*sessions.mcu) {
            formats(scene, said, (name, endpoint), dialog, verdict);
        }
    }
    let missing =
        there.iter().find(|(_, sessions)| !sessions.unsure && sessions.focus + sessions.mcu.len() > 0);
    if let Some((name, _)) = missing {
        let words = format!("does not show {name} in the end, who has sessions");
        verdict.violate(&MEMBERS, scene.finding(NodeId::FOCUS, &[said], words));
    }
}

/// What the roster says that a user takes.
fn formats(
    scene: &Scene,
    said: MsgId,
    (user, endpoint): (&str, &Element),
    dialog: &Dialog,
    verdict: &mut Verdict,
) {
    let outer = endpoint.child("endpoint-capabilities");
    let inner = outer.and_then(|outer| outer.child("endpoint-capabilities"));
    let told =
        inner.and_then(|inner| inner.child("supported-im-formats")).map_or("", |formats| formats.text());
    let named = if dialog.abilities.modern { &*dialog.abilities.formats } else { "" };
    let named = if named.trim().is_empty() { "text/plain" } else { named };
    verdict.exercise(&FORMATS);
    if !told.split_whitespace().eq(named.split_whitespace()) {
        let words = format!("shows that {user} takes [{told}] in the end; named was [{named}]");
        verdict.violate(&FORMATS, scene.finding(NodeId::FOCUS, &[said], words));
    }
}
