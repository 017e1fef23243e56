//! A message that was accepted, and what is made of it.

use confsim_core::wire::sip::Name;

use super::super::Verdict;
use super::super::dialog::{Dialog, DialogId};
use super::super::format::{self, Original};
use super::super::sight::{Scene, Spoken};
use super::{OWN, SENDER};
use crate::trace::{MsgId, NodeId};

/// What the IM MCU has accepted.
pub(super) struct Said {
    pub(super) author: DialogId,
    pub(super) answered: MsgId,
    pub(super) sender: String,
    pub(super) original: Original,
}

impl Said {
    /// Whether it is forwarded to somebody else, under its author's name, in a form that the session takes.
    pub(super) fn judge(
        &self,
        scene: &Scene,
        spoken: &Spoken<'_>,
        (id, dialog): (DialogId, &Dialog),
        message_id: u32,
        verdict: &mut Verdict,
    ) {
        let user = scene.name(dialog.user);
        let messages = [self.answered, spoken.id];
        if self.author == id {
            let words = format!("forwards message {message_id} to {user}, who wrote it in this session");
            verdict.violate(&OWN, scene.finding(NodeId::MCU, &messages, words));
        }
        let named = spoken.message.ms_sender().ok().flatten();
        let name = named.as_ref().and_then(|named| named.display_name());
        let named = named.as_ref().map(|named| named.uri.address());
        if named.as_ref() != Some(&self.sender) {
            let named = named.unwrap_or_else(|| "nobody".to_owned());
            let words =
                format!("forwards {}'s message {message_id} to {user} as one of {named}", self.sender);
            verdict.violate(&SENDER, scene.finding(NodeId::MCU, &messages, words));
        }
        let content_type = spoken.message.header(Name::ContentType).unwrap_or_default();
        let forged = scene.dialogs.get(self.author).is_some_and(|author| scene.forges(author.user));
        let content = (content_type, spoken.message.body());
        let fault = self.original.fault(&dialog.abilities, content, name.as_deref());
        if let Some(words) = fault.filter(|_| !forged) {
            let words = format!("forwards message {message_id} to {user} {words}");
            verdict.violate(&format::FORM, scene.finding(NodeId::MCU, &messages, words));
        }
    }
}
