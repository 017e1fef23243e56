//! Dialogs (RFC 3261 section 12): what two parties agreed to keep speaking in.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::draft::Draft;
use super::handle::{ClientTransaction, DialogId, ServerTransaction};
use crate::node::{Address, ConnId};
use crate::time::Duration;
use crate::wire::sip::{Message, Method};

/// What created a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// An INVITE.
    Invite,
    /// A SUBSCRIBE.
    Subscribe,
}

/// What a machine may know of a dialog.
#[derive(Clone, Copy, Debug)]
pub struct DialogView<'a> {
    /// What created it.
    pub usage: Usage,
    /// The peer as From or To value, with its tag and `epid`.
    pub remote: &'a str,
    /// The peer's Contact.
    pub target: &'a str,
    /// Whether a BYE of ours has left.
    pub ended: bool,
}

/// One dialog.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    pub(super) usage: Usage,
    pub(super) local_tag: Box<str>,
    pub(super) remote_tag: Box<str>,
    pub(super) call_id: Box<str>,
    /// The From value of our requests, tag included.
    pub(super) local: Box<str>,
    /// The To value of our requests, tag included.
    pub(super) remote: Box<str>,
    /// The remote target: the peer's Contact.
    pub(super) target: Box<str>,
    /// The route set, first hop first, each as name-addr.
    pub(super) routes: Vec<Box<str>>,
    /// Our own Contact value.
    pub(super) contact: Box<str>,
    pub(super) local_seq: u32,
    pub(super) remote_seq: Option<u32>,
    /// Who is at the other end of the connection it was created on: requests take the newest connection
    /// with that peer, so that a dialog outlives its connection (D-4).
    pub(super) peer: Address,
    /// The CSeq of the INVITE whose 2xx we sent last: what its ACK is matched with.
    pub(super) invite_seq: Option<u32>,
    /// Our last INVITE within it.
    pub(super) inviting: Option<ClientTransaction>,
    /// The peer's last INVITE within it.
    pub(super) invited: Option<ServerTransaction>,
    /// Our 2xx, until its ACK arrives.
    pub(super) unacknowledged: Option<Unacknowledged>,
    /// A BYE that waits for that ACK (D-6).
    pub(super) held_bye: Option<(ClientTransaction, Draft)>,
    /// A BYE of ours has left: no other request may follow.
    pub(super) ended: bool,
}

/// Where a request goes: the Request-URI, and the Route values.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    pub(super) target: Box<str>,
    pub(super) routes: Vec<Box<str>>,
}

/// A 2xx that is repeated until its ACK (D-1).
#[derive(Clone, Debug)]
pub(super) struct Unacknowledged {
    pub(super) conn: ConnId,
    pub(super) head: Bytes,
    pub(super) body: Bytes,
    pub(super) code: u16,
    pub(super) pause: Duration,
}

/// All dialogs of a node. Our own tag is the key, since identifiers made by different clients may collide
/// entirely (D-2); the peer's tag and the Call-ID are compared all the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Dialogs {
    by_id: BTreeMap<DialogId, Dialog>,
    by_tag: BTreeMap<Box<str>, Vec<DialogId>>,
    next: u64,
}

impl Dialogs {
    pub(super) fn insert(&mut self, dialog: Dialog) -> DialogId {
        let id = DialogId(self.next);
        self.next += 1;
        self.by_tag.entry(dialog.local_tag.clone()).or_default().push(id);
        self.by_id.insert(id, dialog);
        id
    }

    pub(super) fn remove(&mut self, id: DialogId) -> Option<Dialog> {
        let dialog = self.by_id.remove(&id)?;
        if let Some(ids) = self.by_tag.get_mut(&dialog.local_tag) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_tag.remove(&dialog.local_tag);
            }
        }
        Some(dialog)
    }

    pub(super) fn get(&self, id: DialogId) -> Option<&Dialog> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: DialogId) -> Option<&mut Dialog> {
        self.by_id.get_mut(&id)
    }

    /// The dialog with these identifiers.
    pub(super) fn find(&self, local_tag: &str, remote_tag: &str, call_id: &str) -> Option<DialogId> {
        self.by_tag.get(local_tag)?.iter().copied().find(|id| {
            self.by_id
                .get(id)
                .is_some_and(|dialog| *dialog.remote_tag == *remote_tag && *dialog.call_id == *call_id)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
}

impl Dialog {
    /// Takes over the Contact of a target refresh, request or 2xx (RFC 3261 12.2.1.2, 12.2.2).
    pub(super) fn refresh_target(&mut self, message: &Message) {
        if matches!(message.method(), Method::Invite | Method::Subscribe | Method::Update)
            && let Some(contact) = message.contacts().find_map(Result::ok)
        {
            self.target = contact.uri.as_str().into();
        }
    }

    pub(super) fn view(&self) -> DialogView<'_> {
        DialogView { usage: self.usage, remote: &self.remote, target: &self.target, ended: self.ended }
    }

    /// The path of a dialog's requests: loose, or strict when the first hop asks for it (RFC 3261 12.2.1.1).
    pub(super) fn path(&self) -> Path {
        let Some((first, rest)) = self.routes.split_first().filter(|(first, _)| !first.contains(";lr"))
        else {
            return Path { target: self.target.clone(), routes: self.routes.clone() };
        };
        let last = format!("<{}>", self.target).into_boxed_str();
        let routes = rest.iter().cloned().chain([last]).collect();
        Path { target: first.trim_matches(['<', '>']).into(), routes }
    }

    /// The next CSeq number, or the one a draft asks for if that is higher.
    pub(super) fn advance(&mut self, wish: Option<u32>) -> u32 {
        let next = self.local_seq.saturating_add(1);
        self.local_seq = wish.map_or(next, |wish| wish.max(next));
        self.local_seq
    }
}
