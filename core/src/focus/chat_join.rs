//! Joining the IM MCU (D-10, IM-3-1-3-4-2-a): the chat INVITE comes here first. Who is in the conference is
//! announced to the MCU by `addUser`, and his INVITE passed on; from then on the two speak directly. An
//! announcement that is lost comes again, and the INVITE waits for it at the MCU.

use super::Ask;
use super::conference::{ConferenceId, Invited};
use super::config::INVITED_MAX;
use super::pool::{Member, Purpose};
use super::{Cx, Focus, Refusal};
use crate::conference_uri::Addresses;
use crate::signal::{Forwarding, Outcome, Request, ServerTransaction};
use crate::wire::cccp::{AddUser, Command, ConferenceKeys};
use crate::wire::conference_info::{Endpoint, JoiningMethod, Media, User};
use crate::wire::sip::Message;

/// The header by which the MCU knows whose INVITE it is: the GUID that `addUser` announced.
const ENDPOINT_HEADER: &str = "Pool-Endpoint";

/// An INVITE on its way through the focus to the MCU.
#[derive(Clone, Debug)]
pub struct Passage {
    tx: ServerTransaction,
    conference: ConferenceId,
    guid: Box<str>,
}

impl Focus {
    /// An INVITE to the MCU, outside any dialog.
    pub(super) fn chat_invite(&mut self, cx: &mut Cx<'_>, request: &Request, addresses: &Addresses) {
        let message = &request.message;
        if message.max_forwards().is_ok_and(|hops| hops == Some(0)) {
            return Refusal::TOO_MANY_HOPS.answer(cx, request.tx);
        }
        let Some((id, user)) = self.admitted(message, addresses) else {
            return Refusal::UNAUTHORIZED.answer(cx, request.tx);
        };
        let Some(conn) = cx.connection_to(&self.config.im_mcu) else {
            return Refusal::UNAVAILABLE.answer(cx, request.tx);
        };
        let guid: Box<str> = cx.entropy().guid().into();
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        if conference.invited.values().filter(|invited| invited.user == user).count() >= INVITED_MAX {
            return Refusal::UNAVAILABLE.answer(cx, request.tx);
        }
        let entity = conference.roster.member(&user).map_or(&*user, |member| &member.user.entity).into();
        let contact = message.contact().ok().flatten().map(|contact| contact.uri.as_str().into());
        conference.invited.insert(guid.clone(), Invited { user, entity, contact, called: None });
        self.announce(cx, id, &guid);
        let passage = Passage { tx: request.tx, conference: id, guid: guid.clone() };
        let forwarding = Forwarding { header: Some((ENDPOINT_HEADER, &guid)), ..Forwarding::default() };
        if let Some(forwarded) = cx.forward(request, conn, forwarding, Ask::ChatInvite(passage)) {
            self.forwards.insert(request.tx, forwarded);
        }
    }

    /// The sender of a chat INVITE, if he has a live, admitted focus dialog in that conference.
    fn admitted(&self, message: &Message, addresses: &Addresses) -> Option<(ConferenceId, Box<str>)> {
        let (id, conference) = self.conference_at(&addresses.focus)?;
        let user: Box<str> = message.from().ok()?.uri.address().into();
        conference.legs_of(&user).next()?;
        let held = conference.roster.member(&user)?.held;
        (!held).then_some((id, user))
    }

    /// Tells the MCU whom to expect (IM-3-1-3-4-2-b, in the shape of the roster's chat endpoint).
    fn announce(&mut self, cx: &mut Cx<'_>, id: ConferenceId, guid: &str) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(invited) = conference.invited.get(guid) else { return };
        let Some(member) = conference.roster.member(&invited.user) else { return };
        let addresses = conference.addresses.clone();
        let media = Media { id: "1".into(), kind: Some("chat".into()), ..Media::default() };
        let endpoint = Endpoint {
            entity: guid.to_owned().into(),
            session_type: Some("chat".into()),
            endpoint_uri: invited.contact.as_deref().map(|uri| uri.to_owned().into()),
            joining_method: Some(JoiningMethod::DialedIn),
            media: vec![media],
            ..Endpoint::default()
        };
        let user = User {
            entity: member.user.entity.clone(),
            display_text: member.user.display_text.clone(),
            roles: member.user.roles.clone(),
            endpoints: vec![endpoint],
            ..User::default()
        };
        let command = Command::AddUser(AddUser {
            mcu_uri: Some((&*addresses.chat).into()),
            keys: ConferenceKeys::entity(&*addresses.focus),
            user: Box::new(user),
        });
        let parties = (&*addresses.focus, &*addresses.chat);
        self.ask(
            cx,
            Member::ImMcu,
            parties,
            command,
            Purpose::Announce { conference: id, guid: guid.into() },
        );
    }

    /// What the MCU answered goes back as it came; a refusal or silence makes the announcement void.
    pub(super) fn chat_answered(&mut self, cx: &mut Cx<'_>, passage: &Passage, outcome: &Outcome) {
        match outcome {
            Outcome::Provisional(message) | Outcome::Final(message) => cx.relay(passage.tx, message),
            Outcome::TimedOut => Refusal::TIMED_OUT.answer(cx, passage.tx),
            Outcome::ConnectionLost => Refusal::UNAVAILABLE.answer(cx, passage.tx),
        }
        if outcome.is_provisional() {
            return;
        }
        self.forwards.remove(&passage.tx);
        if !outcome.is_success()
            && let Some(conference) = self.conferences.get_mut(&passage.conference)
        {
            conference.invited.remove(&passage.guid);
        }
    }
}
