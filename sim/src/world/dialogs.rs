//! What a wire tap knows of the dialogs that participants begin: for peers who use what is not theirs.

use std::collections::BTreeMap;

use confsim_core::wire::sip::{Limits, Message, Method};

use crate::scenario::DialogPart;
use crate::trace::{Emitted, Heard, NodeId, Role};

/// The last dialog of each participant with each role.
#[derive(Debug, Default)]
pub(super) struct Dialogs(BTreeMap<(NodeId, NodeId), Dialog>);

#[derive(Debug)]
struct Dialog {
    call_id: String,
    own_tag: String,
    peer_tag: String,
    cseq: u32,
}

impl Dialogs {
    /// A participant's request may be the latest in a dialog.
    pub(super) fn emitted(&mut self, emitted: &Emitted) {
        if emitted.from.role() != Role::Client {
            return;
        }
        let parts = (emitted.head.clone(), emitted.body.clone());
        let Ok(message) = Message::from_parts(parts.0, parts.1, Limits::DEFAULT) else { return };
        let (Ok(call_id), Ok(cseq), true) = (message.call_id(), message.cseq(), message.is_request()) else {
            return;
        };
        let ours =
            |key: &(NodeId, NodeId), dialog: &Dialog| key.0 == emitted.from && dialog.call_id == call_id;
        for (_, dialog) in self.0.iter_mut().filter(|(key, dialog)| ours(key, dialog)) {
            dialog.cseq = dialog.cseq.max(cseq.seq);
        }
    }

    /// A participant's INVITE may have been accepted.
    pub(super) fn heard(&mut self, heard: &Heard) {
        let message = &heard.message;
        let accepted = message.code().is_some_and(|code| (200..300).contains(&code));
        if heard.to.role() != Role::Client || !accepted || *message.method() != Method::Invite {
            return;
        }
        let (Ok(call_id), Ok(cseq), Ok(from), Ok(to)) =
            (message.call_id(), message.cseq(), message.from(), message.to())
        else {
            return;
        };
        let (Some(own), Some(peer)) = (from.tag(), to.tag()) else { return };
        let dialog = Dialog {
            call_id: call_id.to_owned(),
            own_tag: own.to_string(),
            peer_tag: peer.to_string(),
            cseq: cseq.seq,
        };
        self.0.insert((heard.to, heard.origin), dialog);
    }

    /// A part of the last dialog of `who` with `role`.
    pub(super) fn find(&self, who: NodeId, role: NodeId, part: DialogPart) -> Option<String> {
        let dialog = self.0.get(&(who, role))?;
        Some(match part {
            DialogPart::CallId => dialog.call_id.clone(),
            DialogPart::OwnTag => dialog.own_tag.clone(),
            DialogPart::PeerTag => dialog.peer_tag.clone(),
            DialogPart::NextCseq => (dialog.cseq + 1).to_string(),
        })
    }
}
