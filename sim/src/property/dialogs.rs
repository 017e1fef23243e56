//! The dialogs of the focus and the IM MCU, as a wire tap knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method, Substate};

use super::sight::conference_of;
use crate::trace::{Cast, MsgId, NodeId};

/// A dialog, numbered in the order of their beginnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DialogId(usize);

/// What a dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A session, begun by INVITE.
    Session,
    /// A subscription.
    Subscription,
}

/// A dialog between a user and the focus or the IM MCU. It begins when the server says 2xx.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    /// The focus or the IM MCU.
    pub(super) server: NodeId,
    /// What for.
    pub(super) uses: Use,
    /// In which conference.
    pub(super) conference: Arc<str>,
    /// With whom.
    pub(super) user: NodeId,
    /// Where the user wants requests sent, from the INVITE.
    pub(super) contact: String,
    /// Whether the user's client takes Ms-Sender.
    pub(super) modern: bool,
    /// When the server heard the ACK of a session, and the number of that sight.
    pub(super) connected: Option<(Instant, u64)>,
    /// The message that ended it, and when.
    pub(super) ended: Option<(Instant, MsgId)>,
    /// Whether something other than its own end may have finished it: the end of the session a subscription
    /// hangs on, or an answer 408 or 481, or a crash of the server. Nothing is owed to it any more.
    pub(super) lapsed: bool,
}

impl Dialog {
    /// Whether the server owes it service.
    pub(super) const fn live(&self) -> bool {
        self.ended.is_none() && !self.lapsed
    }

    /// Whether it is a live session with the IM MCU that takes part in forwarding (D-21).
    pub(super) fn takes_part(&self) -> bool {
        self.server == NodeId::MCU && self.uses == Use::Session && self.connected.is_some() && self.live()
    }
}

/// An INVITE the server has heard and not accepted yet.
#[derive(Clone, Debug)]
struct Invitation {
    contact: String,
    modern: bool,
}

/// All of them, ended ones too. Known by the server's own tag: what clients choose may collide (D-2).
#[derive(Default)]
pub(super) struct Dialogs {
    all: Vec<Dialog>,
    tags: BTreeMap<NodeId, BTreeMap<Box<str>, DialogId>>,
    invitations: BTreeMap<(NodeId, String), Invitation>,
}

impl Dialogs {
    /// The dialog with this number.
    pub(super) fn get(&self, id: DialogId) -> Option<&Dialog> {
        self.all.get(id.0)
    }

    /// All dialogs of a conference at `server`, for `uses`.
    pub(super) fn of<'a>(
        &'a self,
        server: NodeId,
        uses: Use,
        conference: &'a str,
    ) -> impl Iterator<Item = (DialogId, &'a Dialog)> {
        let fits = move |dialog: &Dialog| {
            dialog.server == server && dialog.uses == uses && *dialog.conference == *conference
        };
        self.all.iter().enumerate().filter(move |(_, dialog)| fits(dialog)).map(|(n, d)| (DialogId(n), d))
    }

    /// Takes note of what `server` says, and tells the dialog it says it in.
    pub(super) fn said(
        &mut self,
        cast: &Cast,
        at: Instant,
        server: NodeId,
        id: MsgId,
        message: &Message,
    ) -> Option<DialogId> {
        let own = if message.is_request() { message.from() } else { message.to() }.ok()?;
        let tag = own.tag()?;
        let success = message.code().is_some_and(|code| (200..300).contains(&code));
        let dialog = match (self.find(server, tag), message.method()) {
            (Some(known), _) => known,
            (None, Method::Invite) if success => self.begin(cast, server, Use::Session, tag, message)?,
            (None, Method::Subscribe) if success => {
                self.begin(cast, server, Use::Subscription, tag, message)?
            }
            _ => return None,
        };
        match message.method() {
            Method::Bye if message.is_request() => self.end(dialog, at, id),
            Method::Benotify | Method::Notify if terminated(message) => self.end(dialog, at, id),
            Method::Subscribe if success && message.expires().ok().flatten() == Some(0) => {
                self.unsubscribed(dialog, at, id);
            }
            _ => {}
        }
        Some(dialog)
    }

    /// Takes note of what `server` hears, and tells the dialog it hears it in.
    pub(super) fn heard(
        &mut self,
        at: Instant,
        tick: u64,
        server: NodeId,
        id: MsgId,
        message: &Message,
    ) -> Option<DialogId> {
        let own = if message.is_request() { message.to() } else { message.from() }.ok()?;
        let Some(tag) = own.tag() else {
            if message.is_request() && *message.method() == Method::Invite {
                self.invited(server, message);
            }
            return None;
        };
        let dialog = self.find(server, tag)?;
        match (message.method(), message.code()) {
            (Method::Bye, None) => self.end(dialog, at, id),
            (Method::Ack, None) => {
                if let Some(known) = self.all.get_mut(dialog.0) {
                    known.connected.get_or_insert((at, tick));
                }
            }
            (_, Some(408 | 481)) => {
                if let Some(known) = self.all.get_mut(dialog.0) {
                    known.lapsed = true;
                }
            }
            _ => {}
        }
        Some(dialog)
    }

    /// `server` has crashed: it knows of no dialog any more.
    pub(super) fn forgotten(&mut self, server: NodeId) {
        for dialog in self.all.iter_mut().filter(|dialog| dialog.server == server) {
            dialog.lapsed = true;
        }
    }

    /// The dialog of `server` under its own `tag`.
    pub(super) fn find(&self, server: NodeId, tag: &str) -> Option<DialogId> {
        self.tags.get(&server)?.get(tag).copied()
    }

    fn invited(&mut self, server: NodeId, message: &Message) {
        let Some(key) = invitation_key(message) else { return };
        let contact = message.contact().ok().flatten().map(|contact| contact.uri.as_str().to_owned());
        let invitation =
            Invitation { contact: contact.unwrap_or_default(), modern: message.supports("ms-sender") };
        self.invitations.insert((server, key), invitation);
    }

    fn begin(
        &mut self,
        cast: &Cast,
        server: NodeId,
        uses: Use,
        tag: &str,
        message: &Message,
    ) -> Option<DialogId> {
        let user = cast.by_uri(&message.from().ok()?.uri.address())?;
        let conference = Arc::from(conference_of(&message.to().ok()?.uri)?);
        let invitation = invitation_key(message).and_then(|key| self.invitations.remove(&(server, key)));
        let (contact, modern) = invitation.map(|known| (known.contact, known.modern)).unwrap_or_default();
        let id = DialogId(self.all.len());
        self.all.push(Dialog {
            server,
            uses,
            conference,
            user,
            contact,
            modern,
            connected: None,
            ended: None,
            lapsed: false,
        });
        self.tags.entry(server).or_default().insert(tag.into(), id);
        Some(id)
    }

    fn end(&mut self, id: DialogId, at: Instant, by: MsgId) {
        let Some(dialog) = self.all.get_mut(id.0) else { return };
        dialog.ended.get_or_insert((at, by));
        if dialog.uses == Use::Session && dialog.server == NodeId::FOCUS {
            let (conference, user) = (dialog.conference.clone(), dialog.user);
            for hanging in self.subscriptions(&conference, user) {
                hanging.lapsed = true;
            }
        }
    }

    /// A 200 to SUBSCRIBE with Expires 0 ends the subscription of its dialog, and out of dialog that of the
    /// user (D-5).
    fn unsubscribed(&mut self, id: DialogId, at: Instant, by: MsgId) {
        let Some(dialog) = self.all.get(id.0) else { return };
        let (conference, user) = (dialog.conference.clone(), dialog.user);
        for subscription in self.subscriptions(&conference, user) {
            subscription.ended.get_or_insert((at, by));
        }
    }

    fn subscriptions(&mut self, conference: &str, user: NodeId) -> impl Iterator<Item = &mut Dialog> {
        let fits = move |dialog: &Dialog| dialog.uses == Use::Subscription && dialog.user == user;
        self.all.iter_mut().filter(move |dialog| fits(dialog) && *dialog.conference == *conference)
    }
}

/// An INVITE and its answers share Call-ID, From tag and CSeq.
fn invitation_key(message: &Message) -> Option<String> {
    let from = message.from().ok()?;
    Some(format!("{} {} {}", message.call_id().ok()?, from.tag().unwrap_or(""), message.cseq().ok()?.seq))
}

fn terminated(message: &Message) -> bool {
    let state = message.subscription_state().ok().flatten();
    message.is_request() && state.is_some_and(|state| state.state == Substate::Terminated)
}
