//! Sessions and subscriptions that one side has and the other has not.

use std::collections::BTreeMap;

use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Method, Substate};

use super::blame::Blame;
use super::{Said, Unrest};
use crate::trace::{Cast, Heard, MsgId, NodeId, Role};

/// What a dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A session, begun by INVITE.
    Session,
    /// A subscription.
    Subscription,
}

/// Every dialog between a client and the focus or the IM MCU, by client and Call-ID.
#[derive(Default)]
pub(super) struct Sessions(BTreeMap<(NodeId, String), Link>);

/// A dialog, as both sides see it.
struct Link {
    server: NodeId,
    uses: Use,
    client_side: Side,
    server_side: Side,
}

/// A dialog as one side sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// It never was there.
    Never,
    /// It is there, since then.
    Up(Instant),
    /// It is over since then, by this message if by one.
    Over(Instant, Option<MsgId>),
}

impl Sessions {
    /// A message is written: who says it knows the dialog as it makes it.
    pub(super) fn said(&mut self, said: &Said<'_>) {
        let (emitted, message) = (said.emitted, said.message);
        if !said.is_own() {
            return;
        }
        let Ok(call_id) = message.call_id() else { return };
        match emitted.from.role() {
            Role::Client => self.act(emitted.from, call_id, None, true, said.at, emitted.id, message),
            Role::Focus | Role::Mcu => {
                let mut keys = self.0.keys().filter(|(_, known)| known == call_id);
                let Some((client, _)) = keys.next().cloned() else { return };
                self.act(client, call_id, Some(emitted.from), false, said.at, emitted.id, message);
            }
            Role::FrontEnd | Role::Factory => {}
        }
    }

    /// A message is read: who hears it knows the dialog as it makes it.
    pub(super) fn heard(&mut self, at: Instant, heard: &Heard) {
        let Ok(call_id) = heard.message.call_id() else { return };
        match (heard.to.role(), heard.origin.role()) {
            (Role::Client, Role::Focus | Role::Mcu) => {
                let server = Some(heard.origin);
                self.act(heard.to, call_id, server, true, at, heard.id, &heard.message);
            }
            (Role::Focus | Role::Mcu, Role::Client) => {
                let server = Some(heard.to);
                self.act(heard.origin, call_id, server, false, at, heard.id, &heard.message);
            }
            _ => {}
        }
    }

    /// One side of a dialog has said or heard `message`.
    #[expect(clippy::too_many_arguments, reason = "what there is to know of a message in a dialog")]
    fn act(
        &mut self,
        client: NodeId,
        call_id: &str,
        server: Option<NodeId>,
        is_client: bool,
        at: Instant,
        id: MsgId,
        message: &Message,
    ) {
        let uses = match message.method() {
            Method::Invite => Some(Use::Session),
            Method::Subscribe => Some(Use::Subscription),
            _ => None,
        };
        let key = (client, call_id.to_owned());
        if let (Some(uses), Some(server)) = (uses, server) {
            let new = || Link { server, uses, client_side: Side::Never, server_side: Side::Never };
            // Who answers has it: the focus passes on what is for the IM MCU.
            self.0.entry(key.clone()).or_insert_with(new).server = server;
        }
        let Some(link) = self.0.get_mut(&key) else { return };
        let side = if is_client { &mut link.client_side } else { &mut link.server_side };
        let success = message.code().is_some_and(|code| (200..300).contains(&code));
        if success && uses.is_some() && *side == Side::Never {
            *side = Side::Up(at);
        }
        if ends(message) && matches!(side, Side::Up(_)) {
            *side = Side::Over(at, Some(id));
        }
    }

    /// A node has forgotten everything.
    pub(super) fn crashed(&mut self, at: Instant, who: NodeId) {
        for ((client, _), link) in &mut self.0 {
            for (node, side) in [(*client, &mut link.client_side), (link.server, &mut link.server_side)] {
                if node == who && matches!(side, Side::Up(_)) {
                    *side = Side::Over(at, None);
                }
            }
        }
    }

    /// Whether `client` believes to have one for this.
    pub(super) fn has(&self, client: NodeId, uses: Use) -> bool {
        self.of(client).any(|link| link.uses == uses && matches!(link.client_side, Side::Up(_)))
    }

    fn of(&self, client: NodeId) -> impl Iterator<Item = &Link> {
        self.0.iter().filter(move |((one, _), _)| *one == client).map(|(_, link)| link)
    }

    /// Those that the two sides see differently.
    pub(super) fn unrest(&self, cast: &Cast, blame: &Blame<'_>) -> Vec<Unrest> {
        let mut all = Vec::new();
        for ((client, _), link) in &self.0 {
            // A subscription goes with the session at the focus, without a word of its own.
            let is_over = |link: &Link| matches!(link.client_side, Side::Over(..) | Side::Never);
            let mut sessions =
                self.of(*client).filter(|one| one.uses == Use::Session && one.server == link.server);
            if link.uses == Use::Subscription && sessions.all(is_over) {
                continue;
            }
            let (has, other, end) = match (link.client_side, link.server_side) {
                (Side::Up(_), end @ Side::Over(..)) => (*client, link.server, end),
                (end @ Side::Over(..), Side::Up(_)) => (link.server, *client, end),
                (end @ Side::Never, Side::Up(_)) => (link.server, *client, end),
                _ => continue,
            };
            all.push(told(cast, blame, link, has, other, end));
        }
        all
    }
}

fn told(cast: &Cast, blame: &Blame<'_>, link: &Link, has: NodeId, other: NodeId, end: Side) -> Unrest {
    let thing = match link.uses {
        Use::Session => "session",
        Use::Subscription => "subscription",
    };
    let [name, peer] = [has, other].map(|node| cast.name(node));
    let (since, fate, fault) = match end {
        Side::Over(at, Some(id)) => {
            let fate = if blame.is_lost(id) { ", which never arrived" } else { "" };
            let told = format!("{peer} has ended it ({}){fate}", blame.last_hop(id));
            (Some(at), told, blame.of_message(id))
        }
        Side::Over(at, None) => (Some(at), format!("{peer} has crashed"), None),
        Side::Never | Side::Up(_) => (None, format!("{peer} never heard that it began"), None),
    };
    let fault = fault.or_else(|| blame.of_node(other)).or_else(|| blame.of_node(has));
    Unrest { who: has, what: format!("{name} has a {thing} with {peer}; {fate}"), since, fault }
}

/// Whether a message ends the dialog it is in, for who says it as for who hears it.
fn ends(message: &Message) -> bool {
    let terminated = || {
        let state = message.subscription_state().ok().flatten();
        state.is_some_and(|state| state.state == Substate::Terminated)
    };
    match message.code() {
        Some(481) => true,
        Some(_) => false,
        None => match message.method() {
            Method::Bye => true,
            Method::Benotify | Method::Notify => terminated(),
            Method::Subscribe => message.expires().ok().flatten() == Some(0),
            _ => false,
        },
    }
}
