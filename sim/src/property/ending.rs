//! The end of a conference: it is everybody's.

use std::collections::BTreeMap;

use confsim_core::wire::sip::Method;

use super::command::{Command, Progress};
use super::dialog::{Dialog, DialogId, Use};
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// Everything ends.
pub(super) const ENDS: Property = Property {
    id: "conference.ends",
    kind: Kind::Eventually,
    needs: &[],
    requirements: &["D-6", "IM-3-c"],
    sentence: "Once deleteConference has succeeded at the focus, each session with focus and IM MCU that was up \
               ends by a BYE, and each subscription by a terminated notification before the focus hangs up.",
};

#[derive(Default)]
pub(super) struct Ending {
    /// What has to end, with the message that sealed it.
    doomed: BTreeMap<DialogId, MsgId>,
}

impl Observe for Ending {
    const TOPICS: &'static [Topic] = &[Topic::Said];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        if let Sight::Said(spoken) = sight {
            self.said(scene, spoken, verdict);
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for (id, by) in &self.doomed {
            let Some(dialog) = scene.dialogs.get(*id) else { continue };
            verdict.exercise(&ENDS);
            if dialog.open() && !scene.pool_broken {
                let what = if dialog.uses == Use::Session { "a BYE" } else { "a terminated notification" };
                let (user, server) = (scene.name(dialog.user), scene.name(dialog.server));
                let words =
                    format!("the conference was deleted; expected {what} between {user} and {server}");
                verdict.violate(&ENDS, scene.finding(dialog.server, &[*by], words));
            }
        }
    }
}

impl Ending {
    fn said(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let done = spoken.progress.and_then(Progress::success);
        if let Some(command) = done.filter(|command| command.name == "deleteConference") {
            self.doom(scene, command, spoken.id);
        }
        let Some((id, dialog)) = spoken.dialog.and_then(|id| Some((id, scene.dialogs.get(id)?))) else {
            return;
        };
        let hangs_up = *spoken.message.method() == Method::Bye && spoken.message.is_request();
        if hangs_up && dialog.server == NodeId::FOCUS && self.doomed.contains_key(&id) {
            self.hung_up(scene, dialog, spoken, verdict);
        }
    }

    /// Everything that is up now. Who has not acknowledged his session yet may take a while to be rid of it
    /// (D-6).
    fn doom(&mut self, scene: &Scene, command: &Command, by: MsgId) {
        let Some(conference) = &command.conference else { return };
        for server in [NodeId::FOCUS, NodeId::MCU] {
            for uses in [Use::Session, Use::Subscription] {
                let all = scene.dialogs.of(server, uses, conference);
                let up = |dialog: &Dialog| uses == Use::Subscription || dialog.connected.is_some();
                let open = all.filter(|(_, dialog)| dialog.open() && up(dialog));
                self.doomed.extend(open.map(|(id, _)| (id, by)));
            }
        }
    }

    /// The focus hangs up: the subscription must be over.
    fn hung_up(&self, scene: &Scene, session: &Dialog, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let of = scene.dialogs.of(NodeId::FOCUS, Use::Subscription, &session.conference);
        let own = of.filter(|(id, it)| it.user == session.user && self.doomed.contains_key(id));
        for (_, subscription) in own.filter(|(_, it)| it.ended.is_none()) {
            let user = scene.name(subscription.user);
            let words = format!("hangs up on {user} before the end of his subscription");
            verdict.violate(&ENDS, scene.finding(NodeId::FOCUS, &[spoken.id], words));
        }
    }
}
