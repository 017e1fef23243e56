//! Requests that may begin a dialog, until they are answered: the INVITEs and SUBSCRIBEs of clients, and the calls of the
//! servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method};

use super::super::abilities::Abilities;
use super::super::dialog::{Dialog, Use};
use super::super::naming::{conference_of, request_of};
use crate::trace::{Cast, Heard, NodeId, Role};

/// All that wait for their answers.
#[derive(Default)]
pub(super) struct Invitations {
    /// Those of clients, by the server that has heard them and [`request_of`].
    heard: BTreeMap<(NodeId, (u64, u32)), Invitation>,
    /// Calls of a server that nobody has accepted yet, by its own tag: in which conference.
    calls: BTreeMap<(NodeId, String), Arc<str>>,
}

/// An INVITE or SUBSCRIBE the server has heard and not accepted yet.
#[derive(Clone, Debug)]
struct Invitation {
    by: NodeId,
    contact: String,
    abilities: Abilities,
}

impl Invitations {
    /// A server hears a request that may begin a dialog.
    pub(super) fn invited(&mut self, cast: &Cast, heard: &Heard) {
        let message = &*heard.message;
        let Some(key) = request_of(message) else { return };
        let from = message.from().ok().map(|from| from.uri.address());
        let Some(by) = client(cast, heard.origin, from) else { return };
        let invitation = Invitation { by, contact: contact_of(message), abilities: Abilities::of(message) };
        self.heard.insert((heard.to, key), invitation);
    }

    /// A server accepts such a request: the dialog that begins, and the server's tag in it.
    pub(super) fn accepts(
        &mut self,
        cast: &Cast,
        server: NodeId,
        uses: Use,
        message: &Message,
    ) -> Option<(Box<str>, Dialog)> {
        let (from, to) = (message.from().ok()?, message.to().ok()?);
        let invitation = request_of(message).and_then(|key| self.heard.remove(&(server, key)));
        let user = match &invitation {
            Some(known) => known.by,
            None => cast.by_uri(&from.uri.address())?,
        };
        // The focus also repeats what the IM MCU has said to an INVITE that passed it.
        let place = if server == NodeId::FOCUS { "app:conf:focus:" } else { "app:conf:chat:" };
        to.uri.opaque().filter(|opaque| opaque.starts_with(place))?;
        let conference = Arc::from(conference_of(&to.uri)?);
        let client = invitation.map(|known| (known.contact, known.abilities)).unwrap_or_default();
        let dialog = Dialog::new(server, uses, conference, user, client);
        Some((to.tag()?.into(), dialog))
    }

    /// The server calls somebody.
    pub(super) fn calls(&mut self, server: NodeId, message: &Message) {
        let Ok(from) = message.from() else { return };
        if let (Some(tag), Some(conference)) = (from.tag(), conference_of(&from.uri)) {
            self.calls.insert((server, tag.to_owned()), Arc::from(conference));
        }
    }

    /// Somebody accepts a call, which connects him (D-21); another answer to it is none. The dialog that begins, and the
    /// server's tag in it.
    pub(super) fn accepted(
        &mut self,
        cast: &Cast,
        now: (Instant, u64),
        heard: &Heard,
    ) -> Option<(Box<str>, Dialog)> {
        let message = &*heard.message;
        let code = message.code().filter(|code| *code >= 200 && *message.method() == Method::Invite)?;
        let (from, to) = (message.from().ok()?, message.to().ok()?);
        let conference = self.calls.remove(&(heard.to, from.tag()?.to_owned())).filter(|_| code < 300)?;
        let user = client(cast, heard.origin, Some(to.uri.address()))?;
        let callee = to.tag()?;
        let client = (contact_of(message), Abilities::of(message));
        let dialog = Dialog::new(heard.to, Use::Session, conference, user, client).called(callee, now);
        Some((from.tag()?.into(), dialog))
    }
}

/// The client that speaks: where its message comes from tells, and where that is a proxy, its user's only one.
fn client(cast: &Cast, origin: NodeId, address: Option<String>) -> Option<NodeId> {
    if origin.role() == Role::Client { Some(origin) } else { cast.by_uri(&address?) }
}

fn contact_of(message: &Message) -> String {
    let contact = message.contact().ok().flatten();
    contact.map(|contact| contact.uri.as_str().to_owned()).unwrap_or_default()
}
