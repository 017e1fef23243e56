//! Who may join, and as what (PRO-2-2-1-2-n to -p, PRO-2-2-1-3-b, MS-CONFBAS facts 5.4).

use std::collections::BTreeMap;

use super::refusal::Refusal;
use crate::conference_uri::{Addresses, user_key};
use crate::wire::cccp::Reason;
use crate::wire::conference_info::{ConferenceInfo, Role};
use crate::wire::conference_key::ConferenceKey;
use crate::wire::sip::Uri;
use crate::wire::xml::RawElement;

/// Autopromote bit: everyone becomes presenter.
const PROMOTE_EVERYONE: u32 = 0x8000_0000;
/// Autopromote bit: everyone of the organizer's enterprise becomes presenter.
const PROMOTE_COMPANY: u32 = 0x8000;

/// Who gets in without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Openness {
    /// Those on the provisioned roster.
    Invited,
    /// Everybody of the organizer's enterprise.
    Enterprise,
    /// Everybody.
    Everyone,
}

impl Openness {
    const SPELLINGS: [(Self, &'static str); 3] = [
        (Self::Invited, "closedAuthenticated"),
        (Self::Enterprise, "openAuthenticated"),
        (Self::Everyone, "anonymous"),
    ];

    fn parse(policy: &str) -> Option<Self> {
        let known = Self::SPELLINGS.iter().find(|(_, spelling)| *spelling == policy.trim());
        known.map(|(openness, _)| *openness)
    }
}

/// The rules of one active conference.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    organizer: Box<str>,
    openness: Openness,
    locked: bool,
    has_lobby: bool,
    autopromote: u32,
    invited: BTreeMap<Box<str>, Role<'static>>,
    /// What anonymous users have to show; nobody has to show anything where there is none.
    passcode: Option<Box<str>>,
}

/// What becomes of somebody who wants to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// He is in, in this role.
    Admitted(Role<'static>),
    /// He waits in the lobby and will have this role.
    Lobby(Role<'static>),
    /// He is not let in.
    Refused(Refusal, Reason<'static>),
}

impl Admission {
    /// The rules as provisioned (D-18). Without admission policy the conference is open to the enterprise.
    pub(super) fn provisioned(addresses: &Addresses, info: &ConferenceInfo<'_>) -> Self {
        let description = info.description.as_deref();
        let policy = description.and_then(|it| it.admission_policy.as_deref());
        let openness = policy.and_then(Openness::parse).unwrap_or(Openness::Enterprise);
        let users = info.users.iter().flat_map(|users| &users.users);
        let invited = users.filter_map(|user| {
            let role = user.roles.first().cloned().unwrap_or(Role::Attendee);
            Some((user_key(&user.entity)?, role.into_owned()))
        });
        Self {
            organizer: user_key(&addresses.organizer).unwrap_or_default(),
            openness,
            locked: info.conference_state.as_ref().and_then(|state| state.locked).unwrap_or(false),
            has_lobby: description.and_then(|it| it.lobby_capable).unwrap_or(true),
            autopromote: description.and_then(|it| it.autopromote).unwrap_or(0),
            invited: invited.collect(),
            passcode: description.and_then(|it| passcode(it.conference_key.as_deref()?)),
        }
    }

    /// Decides about `user`, whose client may or may not know what a lobby is, and who may have shown a
    /// passcode (PRO-2-2-1-2-p).
    pub(super) fn decide(&self, user: &str, lobby_capable: bool, shown: Option<&str>) -> Verdict {
        let role = self.role_of(user);
        if is_anonymous(user) && self.passcode.is_some() && self.passcode.as_deref() != shown {
            Verdict::Refused(Refusal::UNAUTHORIZED, Reason::InvalidPasscode)
        } else if self.is_organizer(user) || (!self.locked && self.is_welcome(user)) {
            Verdict::Admitted(role)
        } else if self.has_lobby && lobby_capable {
            Verdict::Lobby(role)
        } else {
            Verdict::Refused(Refusal::UNAUTHORIZED, Reason::Unauthorized)
        }
    }

    /// Whether it is the organizer, who is always presenter (D-33).
    pub(super) fn is_organizer(&self, user: &str) -> bool {
        *self.organizer == *user
    }

    /// Whether newcomers have to wait.
    pub(super) const fn is_locked(&self) -> bool {
        self.locked
    }

    /// Locks or unlocks. Who is in stays in, who waits goes on waiting.
    pub(super) const fn lock(&mut self, locked: bool) {
        self.locked = locked;
    }

    /// The admission policy as it is spelled.
    pub(super) fn policy(&self) -> &'static str {
        let known = Openness::SPELLINGS.iter().find(|(openness, _)| *openness == self.openness);
        known.map_or("", |(_, spelling)| *spelling)
    }

    /// Whether there is an admission policy spelled so.
    pub(super) fn knows_policy(policy: &str) -> bool {
        Openness::parse(policy).is_some()
    }

    /// Changes the admission policy, if there is one spelled so.
    pub(super) fn set_policy(&mut self, policy: &str) {
        self.openness = Openness::parse(policy).unwrap_or(self.openness);
    }

    /// Federated users count as anonymous (PRO-2-2-1-2-aj).
    fn is_welcome(&self, user: &str) -> bool {
        match self.openness {
            Openness::Invited => self.invited.contains_key(user),
            Openness::Enterprise => self.is_of_enterprise(user),
            Openness::Everyone => true,
        }
    }

    /// What a user is entitled to, whatever he asks for (EX-CWA-0-g).
    fn role_of(&self, user: &str) -> Role<'static> {
        if self.is_organizer(user) {
            return Role::Presenter;
        }
        if let Some(role) = self.invited.get(user) {
            return role.clone();
        }
        let promoted = self.autopromote & PROMOTE_EVERYONE != 0
            || (self.autopromote & PROMOTE_COMPANY != 0 && self.is_of_enterprise(user));
        if promoted { Role::Presenter } else { Role::Attendee }
    }

    fn is_of_enterprise(&self, user: &str) -> bool {
        host(user).is_some_and(|host_of_user| Some(host_of_user) == host(&self.organizer))
    }
}

/// The passcode in the content of a `conference-key`, or of an endpoint: the form is ours (D-18).
pub(super) fn passcode(content: &[RawElement<'_>]) -> Option<Box<str>> {
    match ConferenceKey::read(content) {
        Some(ConferenceKey::Passcode(passcode)) => Some(passcode.into()),
        _ => None,
    }
}

/// Whether nobody vouches for who `user` is: such a one does not keep a conference active (MS-CONFBAS facts
/// 5.2).
pub(super) fn is_anonymous(user: &str) -> bool {
    host(user).is_some_and(|host| host.eq_ignore_ascii_case("anonymous.invalid"))
}

fn host(user: &str) -> Option<&str> {
    Uri::parse(user).ok().map(|uri| uri.host())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covers;
    use crate::wire::conference_info::{ConferenceState, Description, User, Users};

    const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:1";

    fn admission(policy: &'static str, locked: bool, autopromote: u32) -> Admission {
        let bob =
            User { entity: "sip:Bob@contoso.com".into(), roles: vec![Role::Presenter], ..User::default() };
        let info = ConferenceInfo {
            description: Some(Box::new(Description {
                admission_policy: Some(policy.into()),
                autopromote: Some(autopromote),
                ..Description::default()
            })),
            conference_state: Some(ConferenceState { locked: Some(locked), ..ConferenceState::default() }),
            users: Some(Users { users: vec![bob], ..Users::default() }),
            ..ConferenceInfo::default()
        };
        Admission::provisioned(&Addresses::of(FOCUS).unwrap(), &info)
    }

    #[test]
    fn a_closed_conference_lets_in_whom_it_names() {
        covers!("PRO-2-2-1-4-b");
        let closed = admission("closedAuthenticated", false, 0);
        assert_eq!(closed.decide("sip:bob@contoso.com", false, None), Verdict::Admitted(Role::Presenter));
        assert_eq!(closed.decide("sip:carol@contoso.com", true, None), Verdict::Lobby(Role::Attendee));
        let refused = Verdict::Refused(Refusal::UNAUTHORIZED, Reason::Unauthorized);
        assert_eq!(closed.decide("sip:carol@contoso.com", false, None), refused);
    }

    #[test]
    fn an_open_conference_holds_strangers_and_an_anonymous_one_nobody() {
        covers!("PRO-2-2-1-2-o", "PRO-2-2-1-2-p", "PRO-2-2-1-2-aj", "PRO-2-2-1-3-d");
        let (stranger, open) = ("sip:eve@fabrikam.com", admission("openAuthenticated", false, 0));
        assert_eq!(open.decide("sip:carol@contoso.com", false, None), Verdict::Admitted(Role::Attendee));
        assert_eq!(open.decide(stranger, true, None), Verdict::Lobby(Role::Attendee));
        let anonymous = admission("anonymous", false, 0);
        assert_eq!(anonymous.decide(stranger, false, None), Verdict::Admitted(Role::Attendee));
    }

    #[test]
    fn a_locked_conference_lets_in_its_organizer_only() {
        covers!("PRO-2-2-1-3-b");
        let locked = admission("anonymous", true, 0);
        assert_eq!(locked.decide("sip:alice@contoso.com", false, None), Verdict::Admitted(Role::Presenter));
        assert_eq!(locked.decide("sip:bob@contoso.com", true, None), Verdict::Lobby(Role::Presenter));
    }

    #[test]
    fn autopromotion_tells_company_from_everyone() {
        let company = admission("anonymous", false, PROMOTE_COMPANY);
        assert_eq!(company.decide("sip:carol@contoso.com", false, None), Verdict::Admitted(Role::Presenter));
        assert_eq!(company.decide("sip:eve@fabrikam.com", false, None), Verdict::Admitted(Role::Attendee));
        let everyone = admission("anonymous", false, PROMOTE_EVERYONE);
        assert_eq!(everyone.decide("sip:eve@fabrikam.com", false, None), Verdict::Admitted(Role::Presenter));
    }
}
