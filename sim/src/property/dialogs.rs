//! The dialogs of the focus and the IM MCU, as a wire tap knows them.

mod invitations;

use std::collections::BTreeMap;

use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method, Substate};

use self::invitations::Invitations;
use super::abilities::accept_types;
use super::dialog::{Dialog, DialogId, Use};
use super::letter::Letter;
use super::naming::{address, is_from};
use crate::trace::{Cast, Heard, MsgId, NodeId};

/// All of them, ended ones too. Known by the server's own tag: what clients choose may collide (D-2).
#[derive(Default)]
pub(super) struct Dialogs {
    all: Vec<Dialog>,
    tags: BTreeMap<NodeId, BTreeMap<Box<str>, DialogId>>,
    invitations: Invitations,
    /// The formats that clients name in an INVITE within a dialog, until it is answered.
    offered: BTreeMap<DialogId, Box<str>>,
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
        letter: &Letter<'_>,
    ) -> Option<DialogId> {
        let success = message.code().is_some_and(|code| (200..300).contains(&code));
        let known = self.find(server, (letter.from_tag, letter.to_tag), message.is_request());
        let dialog = match (known, message.method()) {
            (Some(known), _) => known,
            (None, Method::Invite) if message.is_request() => {
                self.invitations.calls(server, message);
                return None;
            }
            (None, Method::Invite) if success => self.begin(cast, server, Use::Session, message)?,
            (None, Method::Subscribe) if success => self.begin(cast, server, Use::Subscription, message)?,
            _ => return None,
        };
        if success
            && *message.method() == Method::Invite
            && let Some(dialog) = self.all.get_mut(dialog.0)
        {
            dialog.unacknowledged = message.cseq().ok().map(|cseq| cseq.seq);
        }
        match message.method() {
            Method::Invite if known.is_some() && message.code().is_some_and(|code| code >= 200) => {
                let offered = self.offered.remove(&dialog).filter(|_| success);
                if let Some((formats, known)) = offered.zip(self.all.get_mut(dialog.0)) {
                    known.abilities.formats = formats;
                }
            }
            Method::Bye if message.is_request() => self.end(dialog, at, id),
            // A BYE out of order ends nothing (RFC 3261 12.2.2).
            Method::Bye if message.code() == Some(500) => {
                if let Some(known) = self.all.get_mut(dialog.0) {
                    known.ended.take_if(|(ended, _)| *ended == at);
                }
            }
            // Somebody else who knows the tags is told the same.
            _ if message.code() == Some(481) => {
                let known = self.all.get_mut(dialog.0);
                if let Some(known) = known.filter(|known| is_from(message, cast, known.user)) {
                    known.denied = true;
                }
            }
            Method::Benotify | Method::Notify if terminated(message) => self.end(dialog, at, id),
            Method::Subscribe if success && message.expires().ok().flatten() == Some(0) => match known {
                Some(_) => self.end(dialog, at, id),
                None => self.unsubscribed(dialog, at, id),
            },
            _ => {}
        }
        Some(dialog)
    }

    /// Takes note of what the focus or the IM MCU hears, and tells the dialog it hears it in.
    pub(super) fn heard(&mut self, cast: &Cast, at: Instant, tick: u64, heard: &Heard) -> Option<DialogId> {
        let (server, message) = (heard.to, &*heard.message);
        let outside = message.is_request() && message.to_tag().is_none();
        if outside && matches!(message.method(), Method::Invite | Method::Subscribe) {
            self.invitations.invited(cast, heard);
            return None;
        }
        let known = self.of_client(server, message);
        let accepted = || {
            let (tag, dialog) = self.invitations.accepted(cast, (at, tick), heard)?;
            Some(self.add(tag, dialog))
        };
        let dialog = known.or_else(accepted)?;
        // Who knows the tags of others does not belong to their dialog.
        if message.is_request() && !is_from(message, cast, self.get(dialog)?.user) {
            return None;
        }
        match (message.method(), message.code()) {
            (Method::Invite, None) if !message.body().is_empty() => {
                self.offered.insert(dialog, accept_types(message.body()).into());
            }
            (Method::Bye, None) => self.end(dialog, at, heard.id),
            // The ACK to a refusal is another one (RFC 3261 13.2.2.4).
            (Method::Ack, None) => {
                let seq = message.cseq().ok().map(|cseq| cseq.seq);
                let meant =
                    self.all.get_mut(dialog.0).filter(|known| seq.is_some() && known.unacknowledged == seq);
                if let Some(known) = meant {
                    known.connected.get_or_insert((at, tick));
                    known.unacknowledged = None;
                }
            }
            // What becomes of an INFO is of no concern to the IM MCU (IM-3-4-2-5-2-a).
            (Method::Info, Some(_)) if server == NodeId::MCU => {}
            (_, Some(408 | 481)) => {
                if let Some(known) = self.all.get_mut(dialog.0) {
                    known.lapsed = true;
                }
            }
            _ => {}
        }
        Some(dialog)
    }

    /// Whether every session that ever was is known to have ended.
    pub(super) fn all_sessions_ended(&self) -> bool {
        self.all.iter().filter(|dialog| dialog.uses == Use::Session).all(|dialog| dialog.ended.is_some())
    }

    /// Whether `user` has a session that goes on.
    pub(super) fn has_session(&self, user: NodeId) -> bool {
        self.all.iter().any(|dialog| dialog.user == user && dialog.uses == Use::Session && dialog.live())
    }

    /// `server` has crashed: it knows of no dialog any more.
    pub(super) fn forgotten(&mut self, server: NodeId) {
        for dialog in self.all.iter_mut().filter(|dialog| dialog.server == server) {
            (dialog.lapsed, dialog.closed) = (true, true);
        }
    }

    /// The IM MCU hears that a conference is over, which takes its sessions with it (D-11).
    pub(super) fn closed(&mut self, conference: &str) {
        let over = |dialog: &&mut Dialog| dialog.server == NodeId::MCU && *dialog.conference == *conference;
        for dialog in self.all.iter_mut().filter(over) {
            dialog.closed = true;
        }
    }

    /// The IM MCU hears that a user is to go. His session is over though its BYE may be still to come, since that waits
    /// for an ACK (D-6), or never comes, as none may when the pool is `broken`: there may be no connection for it.
    pub(super) fn ejected(&mut self, cast: &Cast, conference: &str, user: &str, broken: bool) {
        let user = address(user).unwrap_or_default();
        let silent = |dialog: &Dialog| broken || dialog.unacknowledged.is_some();
        let meant = |dialog: &&mut Dialog| {
            dialog.server == NodeId::MCU && *dialog.conference == *conference && cast.key(dialog.user) == user
        };
        for dialog in self.all.iter_mut().filter(meant).filter(|dialog| silent(dialog)) {
            dialog.closed = true;
        }
    }

    /// The dialog of `server` that its own `message` belongs to.
    pub(super) fn of_server(&self, server: NodeId, message: &Message) -> Option<DialogId> {
        self.find(server, tags(message), message.is_request())
    }

    /// The dialog of `server` that a client's `message` belongs to.
    pub(super) fn of_client(&self, server: NodeId, message: &Message) -> Option<DialogId> {
        self.find(server, tags(message), !message.is_request())
    }

    /// The dialog under the server's tag, which stands in From or in To.
    fn find(&self, server: NodeId, (from, to): (&str, &str), in_from: bool) -> Option<DialogId> {
        let (own, other) = if in_from { (from, to) } else { (to, from) };
        let id = self.tags.get(&server)?.get(own).copied()?;
        self.all.get(id.0)?.is_with(other).then_some(id)
    }

    /// A server accepts what a client has asked for.
    fn begin(&mut self, cast: &Cast, server: NodeId, uses: Use, message: &Message) -> Option<DialogId> {
        let (tag, dialog) = self.invitations.accepts(cast, server, uses, message)?;
        Some(self.add(tag, dialog))
    }

    fn add(&mut self, tag: Box<str>, dialog: Dialog) -> DialogId {
        let id = DialogId(self.all.len());
        self.tags.entry(dialog.server).or_default().insert(tag, id);
        self.all.push(dialog);
        id
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

    /// A 200 to a SUBSCRIBE with Expires 0 out of dialog ends what subscriptions its user has (D-5).
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

/// The tags in From and To; empty where there are none.
fn tags(message: &Message) -> (&str, &str) {
    (message.from_tag().unwrap_or_default(), message.to_tag().unwrap_or_default())
}

fn terminated(message: &Message) -> bool {
    let state = message.subscription_state().ok().flatten();
    message.is_request() && state.is_some_and(|state| state.state == Substate::Terminated)
}
