//! The dialogs of the focus and the IM MCU, as a wire tap knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method, Substate};

use super::letter::Letter;
use super::naming::{conference_of, request_of};
use crate::trace::{Cast, Heard, MsgId, NodeId, Role};

/// What a client can do, as its INVITE says, or its answer to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// Whether it takes Ms-Sender.
    pub(super) modern: bool,
    /// The IM formats it takes, as it names them: media types with blanks between them.
    pub(super) formats: Box<str>,
}

impl Abilities {
    fn of(message: &Message) -> Self {
        Self { modern: message.supports("ms-sender"), formats: accept_types(message.body()).into() }
    }

    /// Whether it takes this format. Plain text goes without saying (IM-2-2-5-l).
    pub(super) fn take(&self, media: &str) -> bool {
        let family = media.split('/').next().unwrap_or_default();
        let fits = |format: &str| match format.split_once('/') {
            _ if format == "*" => true,
            Some((family_taken, "*")) => family_taken == "*" || family_taken.eq_ignore_ascii_case(family),
            _ => format.eq_ignore_ascii_case(media),
        };
        media.eq_ignore_ascii_case("text/plain") || self.formats.split_whitespace().any(fits)
    }
}

/// The formats in a session description (IM-2-2-5-j).
fn accept_types(sdp: &[u8]) -> &str {
    let text = std::str::from_utf8(sdp).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("a=accept-types:")).unwrap_or_default().trim()
}

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

/// A dialog between a client and the focus or the IM MCU. It begins when the server says 2xx, or hears it.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    /// The focus or the IM MCU.
    pub(super) server: NodeId,
    /// What for.
    pub(super) uses: Use,
    /// In which conference.
    pub(super) conference: Arc<str>,
    /// With whose client.
    pub(super) user: NodeId,
    /// The client's tag where the server called: calls that fork share the server's own (D-8).
    callee: Option<Box<str>>,
    /// Where the user wants requests sent, from the INVITE or its answer.
    pub(super) contact: String,
    /// What the user's client can do.
    pub(super) abilities: Abilities,
    /// When the server heard the ACK of a session, or the 200 to its call (D-21), and the number of that sight.
    pub(super) connected: Option<(Instant, u64)>,
    /// The CSeq of the server's last 2xx to an INVITE while that waits for its ACK: till then it sends no BYE (D-6).
    pub(super) unacknowledged: Option<u32>,
    /// The message that ended it, and when.
    pub(super) ended: Option<(Instant, MsgId)>,
    /// Whether something other than its own end may have finished it: the end of the session a subscription
    /// hangs on, or an answer 408 or 481, or a crash of the server. Nothing is owed to it any more.
    pub(super) lapsed: bool,
    /// Whether the server cannot know it any more, though nothing may have told the client: the server has crashed,
    /// or the focus has had the conference deleted or the user ejected. A BYE needs a connection, the end of the
    /// session does not.
    pub(super) closed: bool,
    /// Whether the server has said itself, by a 481, that it knows it no more.
    pub(super) denied: bool,
}

impl Dialog {
    /// Whether the server called.
    pub(super) const fn was_called(&self) -> bool {
        self.callee.is_some()
    }

    /// Whether the server owes it service.
    pub(super) const fn live(&self) -> bool {
        self.open() && !self.closed
    }

    /// Whether nothing has been seen that ends it between the two.
    pub(super) const fn open(&self) -> bool {
        self.ended.is_none() && !self.lapsed
    }

    /// Whether the server is known not to know it any more: it has ended it, or said so, or forgotten it.
    pub(super) const fn over(&self) -> bool {
        self.ended.is_some() || self.denied || self.closed
    }

    /// Whether the server may go on with it although it has lapsed: after an answer 408 or 481 a session lasts until
    /// the report of that forward is out (D-7).
    pub(super) const fn may_linger(&self) -> bool {
        self.lapsed && self.ended.is_none() && !self.closed
    }

    /// Whether it is a live session with the IM MCU that takes part in forwarding (D-21).
    pub(super) fn takes_part(&self) -> bool {
        self.server == NodeId::MCU && self.uses == Use::Session && self.connected.is_some() && self.live()
    }
}

/// An INVITE or SUBSCRIBE the server has heard and not accepted yet.
#[derive(Clone, Debug)]
struct Invitation {
    by: NodeId,
    contact: String,
    abilities: Abilities,
}

/// All of them, ended ones too. Known by the server's own tag: what clients choose may collide (D-2).
#[derive(Default)]
pub(super) struct Dialogs {
    all: Vec<Dialog>,
    tags: BTreeMap<NodeId, BTreeMap<Box<str>, DialogId>>,
    invitations: BTreeMap<(NodeId, (u64, u32)), Invitation>,
    /// Calls of a server that nobody has accepted yet, by its own tag: in which conference.
    calls: BTreeMap<(NodeId, String), Arc<str>>,
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
            (None, Method::Invite) if message.is_request() => return self.calls(server, message),
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
            _ if message.code() == Some(481) => {
                if let Some(known) = self.all.get_mut(dialog.0) {
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
            self.invited(cast, heard);
            return None;
        }
        let known = self.of_client(server, message);
        let dialog = known.or_else(|| self.accepted(cast, (at, tick), heard))?;
        // Who knows the tags of others does not belong to their dialog.
        if message.is_request() && cast.key(self.get(dialog)?.user) != message.from().ok()?.uri.address() {
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

    /// The IM MCU hears that a user is to go.
    pub(super) fn ejected(&mut self, cast: &Cast, conference: &str, user: &str) {
        let meant = |dialog: &&mut Dialog| {
            dialog.server == NodeId::MCU && *dialog.conference == *conference && cast.uri(dialog.user) == user
        };
        for dialog in self.all.iter_mut().filter(meant) {
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
        let callee = self.all.get(id.0)?.callee.as_deref();
        callee.is_none_or(|callee| callee == other).then_some(id)
    }

    fn invited(&mut self, cast: &Cast, heard: &Heard) {
        let message = &*heard.message;
        let Some(key) = request_of(message) else { return };
        // One that the focus has kept until it had a connection comes from the focus, as far as can be seen.
        let passed = self.invitations.get(&(NodeId::FOCUS, key)).map(|known| known.by);
        let passed = passed.filter(|_| heard.origin == NodeId::FOCUS);
        let from = message.from().ok().map(|from| from.uri.address());
        let Some(by) = passed.or_else(|| client(cast, heard.origin, from)) else { return };
        let invitation = Invitation { by, contact: contact_of(message), abilities: Abilities::of(message) };
        self.invitations.insert((heard.to, key), invitation);
    }

    fn begin(&mut self, cast: &Cast, server: NodeId, uses: Use, message: &Message) -> Option<DialogId> {
        let (from, to) = (message.from().ok()?, message.to().ok()?);
        let invitation = request_of(message).and_then(|key| self.invitations.remove(&(server, key)));
        let user = match &invitation {
            Some(known) => known.by,
            None => cast.by_uri(&from.uri.address())?,
        };
        // The focus also repeats what the IM MCU has said to an INVITE that passed it.
        let place = if server == NodeId::FOCUS { "app:conf:focus:" } else { "app:conf:chat:" };
        to.uri.opaque().filter(|opaque| opaque.starts_with(place))?;
        let conference = Arc::from(conference_of(&to.uri)?);
        let (contact, abilities) =
            invitation.map(|known| (known.contact, known.abilities)).unwrap_or_default();
        let dialog = Dialog {
            server,
            uses,
            conference,
            user,
            callee: None,
            contact,
            abilities,
            connected: None,
            unacknowledged: None,
            ended: None,
            lapsed: false,
            closed: false,
            denied: false,
        };
        Some(self.add(to.tag()?, dialog))
    }

    /// The server calls somebody.
    fn calls(&mut self, server: NodeId, message: &Message) -> Option<DialogId> {
        let from = message.from().ok()?;
        let conference = Arc::from(conference_of(&from.uri)?);
        self.calls.insert((server, from.tag()?.to_owned()), conference);
        None
    }

    /// Somebody accepts a call, which connects him (D-21); another answer to it is none.
    fn accepted(&mut self, cast: &Cast, now: (Instant, u64), heard: &Heard) -> Option<DialogId> {
        let message = &*heard.message;
        let code = message.code().filter(|code| *code >= 200 && *message.method() == Method::Invite)?;
        let (from, to) = (message.from().ok()?, message.to().ok()?);
        let conference = self.calls.remove(&(heard.to, from.tag()?.to_owned())).filter(|_| code < 300)?;
        let dialog = Dialog {
            server: heard.to,
            uses: Use::Session,
            conference,
            user: client(cast, heard.origin, Some(to.uri.address()))?,
            callee: Some(to.tag()?.into()),
            contact: contact_of(message),
            abilities: Abilities::of(message),
            connected: Some(now),
            unacknowledged: None,
            ended: None,
            lapsed: false,
            closed: false,
            denied: false,
        };
        Some(self.add(from.tag()?, dialog))
    }

    fn add(&mut self, tag: &str, dialog: Dialog) -> DialogId {
        let id = DialogId(self.all.len());
        self.tags.entry(dialog.server).or_default().insert(tag.into(), id);
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

/// The client that speaks: where its message comes from tells, and where that is a proxy, its user's only one.
fn client(cast: &Cast, origin: NodeId, address: Option<String>) -> Option<NodeId> {
    if origin.role() == Role::Client { Some(origin) } else { cast.by_uri(&address?) }
}

/// The tags in From and To; empty where there are none.
fn tags(message: &Message) -> (&str, &str) {
    (message.from_tag().unwrap_or_default(), message.to_tag().unwrap_or_default())
}

fn contact_of(message: &Message) -> String {
    let contact = message.contact().ok().flatten();
    contact.map(|contact| contact.uri.as_str().to_owned()).unwrap_or_default()
}

fn terminated(message: &Message) -> bool {
    let state = message.subscription_state().ok().flatten();
    message.is_request() && state.is_some_and(|state| state.state == Substate::Terminated)
}
