//! How a client is to keep its connection alive: whoever asks is told. What it then sends between messages, and what
//! becomes of it if it does not, no document at hand says.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::wire::sip::{Method, Name};

use super::dialog::Use;
use super::naming::request_of;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Whoever asks is told.
pub(super) const TOLD: Property = Property {
    id: "session.keep-alive",
    kind: Kind::Always,
    needs: &[],
    requirements: &["EX-IM-4-1-1-f"],
    sentence: "A client that offers ms-keep-alive when it joins is told by the focus, in the 200, to keep the hop alive \
               and within how many seconds.",
};

/// What the focus says, in any order.
const ANSWER: [&str; 5] = ["UAS", "tcp=no", "hop-hop=yes", "end-end=no", "timeout=300"];

/// INVITEs that offer it and are not answered yet, with the message that carried them.
#[derive(Default)]
pub(super) struct KeepAlive(BTreeMap<(u64, u32), MsgId>);

impl Observe for KeepAlive {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Crashed];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) if invites(spoken) && spoken.message.is_request() => {
                let offers = header(spoken).is_some_and(|value| values(value).any(|value| value == "UAC"));
                let outside = spoken.message.to_tag().is_none();
                let name = request_of(spoken.message).filter(|_| offers && outside);
                self.0.extend(name.map(|name| (name, spoken.id)));
            }
            Sight::Said(spoken) if invites(spoken) => self.answered(scene, spoken, verdict),
            Sight::Crashed(NodeId::FOCUS) => self.0.clear(),
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, _: &mut Verdict) {}
}

impl KeepAlive {
    fn answered(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some(code @ 200..) = spoken.message.code() else { return };
        let Some(asked) = request_of(spoken.message).and_then(|name| self.0.remove(&name)) else { return };
        let dialog = spoken.dialog.and_then(|id| scene.dialogs.get(id)).filter(|_| code == 200);
        // The focus also passes on what the IM MCU says to an INVITE for it.
        let Some(dialog) = dialog.filter(|it| it.server == NodeId::FOCUS && it.uses == Use::Session) else {
            return;
        };
        verdict.exercise(&TOLD);
        let told: BTreeSet<&str> = header(spoken).into_iter().flat_map(values).collect();
        if told != BTreeSet::from(ANSWER) {
            let words = format!(
                "answers ms-keep-alive of {} with `{}`",
                scene.name(dialog.user),
                header(spoken).unwrap_or_default()
            );
            verdict.violate(&TOLD, scene.finding(spoken.node, &[asked, spoken.id], words));
        }
    }
}

fn invites(spoken: &Spoken<'_>) -> bool {
    spoken.node == NodeId::FOCUS && *spoken.message.method() == Method::Invite
}

fn header<'a>(spoken: &Spoken<'a>) -> Option<&'a str> {
    spoken.message.header(Name::MsKeepAlive)
}

/// The value and its parameters.
fn values(header: &str) -> impl Iterator<Item = &str> {
    header.split(';').map(str::trim)
}
