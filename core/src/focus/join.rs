//! Joining: the INVITE with C3P `addUser`, its checks, and the dialog it creates (EX-IM-4-1-1-b to -j,
//! MS-CONFBAS facts 2.1 and 4.1).

use super::admission::{Verdict, passcode};
use super::conference::{ConferenceId, Leg};
use super::config::ENDPOINTS_MAX;
use super::notify::{End, publish};
use super::roster::Member;
use super::session::{ALLOW, Obstacle, focus_contact, session_headers, watch_session};
use super::{Cx, Focus, Refusal, Timer};
use crate::conference_uri::{Addresses, Target, user_key};
use crate::signal::{Draft, Request, ServerTransaction, SessionTimer};
use crate::wire::cccp::{
    self, AddUser, Code, Command, CommandKind, CommandResult, Outcome, Reason, Response,
};
use crate::wire::conference_info::{Endpoint, EndpointStatus, JoiningMethod, Role, User};
use crate::wire::sip::Name;

/// The element by which a delegate joins; the namespace is not public.
const SESSION_ON_BEHALF_OF: &str = "session-on-behalf-of";

/// A well-formed wish to join.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) tx: ServerTransaction,
    request: cccp::Request<'static>,
    user: Box<str>,
    display_text: Option<Box<str>>,
    guid: Box<str>,
    epid: Option<Box<str>>,
    contact: Option<Box<str>>,
    lobby_capable: bool,
    /// What an anonymous user shows; an element of his endpoint, ours (D-18).
    passcode: Option<Box<str>>,
    session: Option<SessionTimer>,
    keep_alive: bool,
}

impl Focus {
    /// An INVITE: to join, to join the MCU, or within a dialog.
    pub(super) fn invite(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let message = &request.message;
        if let Some(dialog) = request.dialog {
            return self.refresh(cx, request, dialog);
        }
        if message.to().is_ok_and(|to| to.tag().is_some()) {
            return Refusal::NO_DIALOG.answer(cx, request.tx);
        }
        let uri = message.request_uri().map(|uri| uri.as_str()).unwrap_or_default();
        match (Target::of(uri), Addresses::of(uri)) {
            (Some(Target::Focus), Some(addresses)) => match self.read_join(request, &addresses) {
                Ok(join) => self.activate_for(cx, addresses, join),
                Err(obstacle) => obstacle.answer(cx, request.tx),
            },
            (Some(Target::Chat), Some(addresses)) => self.chat_invite(cx, request, &addresses),
            _ => Refusal::NO_CONFERENCE_URI.answer(cx, request.tx),
        }
    }

    /// Reads the INVITE and its `addUser`, and checks that they agree.
    fn read_join(&self, request: &Request, addresses: &Addresses) -> Result<Join, Obstacle> {
        let message = &request.message;
        let from = message.from().map_err(|_| Refusal::MALFORMED)?;
        let user: Box<str> = from.uri.address().into();
        let document = message.body_of(cccp::CONTENT_TYPE).ok_or(Refusal::MALFORMED)?;
        let document = cccp::Request::parse(document).map_err(|_| Refusal::MALFORMED)?;
        let Command::AddUser(add) = &document.command else {
            return Err(Refusal::UNKNOWN_COMMAND.into());
        };
        check_parties(&document, &user, addresses)?;
        let endpoint = check_add_user(add, &user, addresses)?;
        let display_text = add.user.display_text.as_deref().map(Box::from);
        let shown = || from.display_name().map(|name| Box::from(&*name));
        let info = [&endpoint.client_info, &add.user.client_info];
        let lobby_capable = info.into_iter().flatten().find_map(|info| info.lobby_capable);
        Ok(Join {
            tx: request.tx,
            display_text: display_text.or_else(shown),
            guid: endpoint.entity.trim().into(),
            epid: from.epid().map(Box::from),
            contact: message.contact().ok().flatten().map(|contact| contact.uri.as_str().into()),
            lobby_capable: lobby_capable.unwrap_or(false),
            passcode: endpoint.extensions.iter().find_map(|it| passcode(std::slice::from_ref(&it.element))),
            session: self.agree(message)?,
            keep_alive: message.header(Name::MsKeepAlive).is_some(),
            user,
            request: document.into_owned(),
        })
    }

    /// Admits the joiner to the active conference, has him wait, or refuses him.
    pub(super) fn decide(&mut self, cx: &mut Cx<'_>, id: ConferenceId, join: &Join) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let known = conference.roster.member(&join.user);
        if known.is_none() && conference.roster.len() >= self.config.users_max {
            return join.refuse(cx, Refusal::UNAVAILABLE, Reason::MaxMeetingSizeExceeded);
        }
        let legs = conference.legs_of(&join.user).count();
        if legs >= ENDPOINTS_MAX {
            return join.refuse(cx, Refusal::UNAVAILABLE, Reason::ServerBusy);
        }
        // A further endpoint of somebody who is in, or who waits, shares his fate.
        let (role, held) = match known.filter(|_| legs > 0) {
            Some(member) => (member.user.roles.first().cloned().unwrap_or(Role::Attendee), member.held),
            None => {
                match conference.admission.decide(&join.user, join.lobby_capable, join.passcode.as_deref()) {
                    Verdict::Admitted(role) => (role, false),
                    // Nobody waits outside while his IM sessions go on inside.
                    Verdict::Lobby(_) if known.is_some() => {
                        return join.refuse(cx, Refusal::UNAUTHORIZED, Reason::Unauthorized);
                    }
                    Verdict::Lobby(role) => (role, true),
                    Verdict::Refused(refusal, reason) => return join.refuse(cx, refusal, reason),
                }
            }
        };
        self.accept_join(cx, id, join, role, held);
    }

    /// 183, 200, and the news to everybody else, who need not wait for the ACK (EX-IM-4-1-1-c and -j).
    fn accept_join(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        join: &Join,
        role: Role<'static>,
        held: bool,
    ) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let contact = focus_contact(conference);
        cx.respond(join.tx, 183, "Session Progress", &Draft::new().header("Contact", &contact));
        let draft = join.accepted(&role);
        let Some(dialog) = cx.accept(join.tx, "Invite dialog created", &contact, &draft) else { return };
        // The same client once more: its earlier dialog is a thing of the past.
        let earlier = conference
            .legs_of(&join.user)
            .find(|(_, leg)| leg.guid == join.guid || (leg.epid.is_some() && leg.epid == join.epid))
            .map(|(dialog, leg)| (dialog, leg.guid.clone()));
        let leg = Leg { user: join.user.clone(), guid: join.guid.clone(), epid: join.epid.clone() };
        conference.legs.insert(dialog, leg);
        self.dialogs.insert(dialog, id);
        if let Some((earlier, _)) = &earlier {
            self.drop_leg(cx, id, *earlier, End::NoResource, &Draft::new());
        }
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let instead_of = earlier.as_ref().map(|(_, guid)| &**guid);
        let joiner = Member { user: join.joiner(role), held };
        let new = conference.roster.member(&join.user).is_none();
        let change = conference.roster.join(&join.user, joiner, join.endpoint(held), instead_of);
        publish(cx, conference, Some(change));
        if new {
            self.watch_stale(cx, id);
        }
        if held {
            cx.set_timer(Timer::Lobby(dialog), cx.now() + self.config.lobby_timeout);
        }
        watch_session(cx, dialog, join.session);
        self.watch_idle(cx, id);
    }
}

impl Join {
    /// Refuses, with a C3P response that says why.
    pub(super) fn refuse(&self, cx: &mut Cx<'_>, refusal: Refusal, reason: Reason<'static>) {
        let result = CommandResult::failure(CommandKind::AddUser, reason);
        let response = Response::to(&self.request, Code::Failure, result);
        refusal.answer_with(cx, self.tx, Draft::new().content(cccp::CONTENT_TYPE, response.write()));
    }

    /// The 200: the granted role, and no endpoint (EX-IM-4-1-1-i) but that of a delegate.
    fn accepted(&self, role: &Role<'static>) -> Draft {
        let keys = match &self.request.command {
            Command::AddUser(add) => Some(add.keys.clone()),
            _ => None,
        };
        let user = User {
            entity: self.entity().into(),
            roles: vec![role.clone()],
            endpoints: self.delegate_endpoint().into_iter().collect(),
            ..User::default()
        };
        let outcome = Outcome::AddUser { keys, user: Some(Box::new(user)) };
        let response = Response::to(&self.request, Code::Success, CommandResult::success(outcome));
        let mut draft = Draft::new();
        if self.keep_alive {
            let value = "UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300";
            draft = draft.header("ms-keep-alive", value);
        }
        session_headers(draft.header("Allow", ALLOW), self.session)
            .content(cccp::CONTENT_TYPE, response.write())
    }

    /// The endpoint of somebody who joins on behalf of another: it goes back with nothing but that
    /// (MS-CONFBAS facts 2.1).
    fn delegate_endpoint(&self) -> Option<Endpoint<'static>> {
        let Command::AddUser(add) = &self.request.command else { return None };
        let mut extensions = add.user.endpoints.first()?.extensions.clone();
        extensions.retain(|extension| extension.element.local_name() == SESSION_ON_BEHALF_OF);
        let entity = self.guid.to_string().into();
        (!extensions.is_empty()).then(|| Endpoint { entity, extensions, ..Endpoint::default() })
    }

    /// The user as his client spells him.
    fn entity(&self) -> &str {
        match &self.request.command {
            Command::AddUser(add) => add.user.entity.trim(),
            _ => &self.user,
        }
    }

    fn joiner(&self, role: Role<'static>) -> User<'static> {
        User {
            entity: self.entity().to_owned().into(),
            display_text: self.display_text.as_deref().map(|text| text.to_owned().into()),
            roles: vec![role],
            ..User::default()
        }
    }

    /// The focus endpoint as the roster shows it (EX-IM-4-1-1-t).
    fn endpoint(&self, held: bool) -> Endpoint<'static> {
        Endpoint {
            entity: self.guid.to_string().into(),
            session_type: Some("focus".into()),
            epid: self.epid.as_deref().map(|epid| epid.to_owned().into()),
            endpoint_uri: self.contact.as_deref().map(|uri| uri.to_owned().into()),
            status: Some(if held { EndpointStatus::OnHold } else { EndpointStatus::Connected }),
            ..Endpoint::default()
        }
    }
}

/// Whether the envelope names its sender and this conference.
pub(super) fn check_parties(
    request: &cccp::Request<'_>,
    user: &str,
    addresses: &Addresses,
) -> Result<(), Refusal> {
    if user_key(&request.from).as_deref() != Some(user) {
        return Err(Refusal::WRONG_FROM);
    }
    if !addresses.is_focus(&request.to) {
        return Err(Refusal::WRONG_TO);
    }
    if request.version.is_some_and(|version| version != cccp::VERSION) {
        return Err(Refusal::MALFORMED);
    }
    Ok(())
}

/// Whether `addUser` names its sender, this conference, one proper endpoint, a role and no way of joining
/// but calling; gives the endpoint.
fn check_add_user<'a, 'b>(
    add: &'b AddUser<'a>,
    user: &str,
    addresses: &Addresses,
) -> Result<&'b Endpoint<'a>, Refusal> {
    if add.mcu_uri.is_some() {
        return Err(Refusal::NO_SUCH_MCU);
    }
    if !add.keys.conf_entity.as_deref().is_some_and(|entity| addresses.is_focus(entity)) {
        return Err(Refusal::WRONG_CONFERENCE);
    }
    if user_key(&add.user.entity).as_deref() != Some(user) {
        return Err(Refusal::WRONG_USER);
    }
    if add.user.roles.len() > 1 || add.user.roles.iter().any(|role| matches!(role, Role::Other(_))) {
        return Err(Refusal::WRONG_ROLE);
    }
    let [endpoint] = add.user.endpoints.as_slice() else { return Err(Refusal::WRONG_ENDPOINT) };
    if !is_guid(endpoint.entity.trim()) {
        return Err(Refusal::WRONG_ENDPOINT);
    }
    if endpoint.joining_method.is_some_and(|method| method != JoiningMethod::DialedIn) {
        return Err(Refusal::WRONG_JOINING_METHOD);
    }
    Ok(endpoint)
}

/// A GUID in braces.
fn is_guid(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return false };
    let groups = inside.split('-').map(|group| {
        let digits = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        if digits { group.len() } else { 0 }
    });
    groups.eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::is_guid;

    #[test]
    fn guids_stand_in_braces() {
        assert!(is_guid("{34B0C35F-13A6-4DCF-A376-7C4EC2C9017D}"));
        for text in [
            "34B0C35F-13A6-4DCF-A376-7C4EC2C9017D",
            "{}",
            "{34B0C35F-13A6-4DCF-A376-7C4EC2C9017}",
            "{34B0C35G-13A6-4DCF-A376-7C4EC2C9017D}",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
