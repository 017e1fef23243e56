//! The roster: who is in the conference, as notifications show it, and the version of that picture.
//!
//! Every mutation that changes the picture uses up one version and gives a [`Change`] to be published; one
//! that changes nothing gives `None` (EX-IM-4-1-1-q, D-12). There is no other way to move the version.

use std::collections::BTreeMap;

use crate::wire::conference_info::{Endpoint, EndpointStatus, Role, User};

/// The roster of one active conference.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    version: u32,
    members: BTreeMap<Box<str>, Member>,
}

/// One user on the roster.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The user as published, complete with all endpoints.
    pub(super) user: User<'static>,
    /// Whether he waits in the lobby.
    pub(super) held: bool,
}

/// One step from a version to the next, to be published to every subscriber (D-13).
#[must_use = "a version that is not published is a gap"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) subject: Subject,
    /// It happened inside the lobby, where attendees do not look.
    pub(super) hidden: bool,
    /// The user as he was published, if he is gone.
    pub(super) gone: Option<Box<str>>,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// This user, who is new, changed or gone.
    User(Box<str>),
    /// The lock.
    Lock,
}

impl Change {
    pub(super) fn is_about(&self, user: &str) -> bool {
        matches!(&self.subject, Subject::User(subject) if **subject == *user)
    }
}

/// What a participant may see (D-13, D-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Everything: presenters.
    Everyone,
    /// Everything but the lobby: attendees.
    Admitted,
    /// Himself: those who wait in the lobby.
    Oneself,
}

impl Roster {
    /// The version of the picture; 0 before the first joiner, whose arrival is version 1 (D-12).
    pub(super) const fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn member(&self, user: &str) -> Option<&Member> {
        self.members.get(user)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.members.iter().map(|(key, member)| (&**key, member))
    }

    pub(super) fn is_presenter(&self, user: &str) -> bool {
        self.member(user).is_some_and(|member| !member.held && member.user.roles.contains(&Role::Presenter))
    }

    /// What `user` may see.
    pub(super) fn view_of(&self, user: &str) -> View {
        match self.member(user) {
            Some(member) if member.held => View::Oneself,
            _ if self.is_presenter(user) => View::Everyone,
            _ => View::Admitted,
        }
    }

    /// A user's focus endpoint joins, in place of the one called `instead_of` if there is such a one. The user
    /// is then as `joiner` says, with the other endpoints he has.
    pub(super) fn join(
        &mut self,
        key: &str,
        joiner: Member,
        endpoint: Endpoint<'static>,
        instead_of: Option<&str>,
    ) -> Change {
        let hidden = joiner.held;
        let endpoints = match self.members.remove(key) {
            Some(member) => member.user.endpoints,
            None => Vec::new(),
        };
        let stays =
            |known: &Endpoint<'_>| Some(&*known.entity) != instead_of && known.entity != endpoint.entity;
        let mut user = joiner.user;
        user.endpoints = endpoints.into_iter().filter(stays).collect();
        user.endpoints.push(endpoint);
        self.members.insert(key.into(), Member { user, held: hidden });
        self.step(Subject::User(key.into()), hidden)
    }

    /// An endpoint of a user on the roster is as its MCU says; nobody else's word counts.
    pub(super) fn report(&mut self, key: &str, endpoint: Endpoint<'static>) -> Option<Change> {
        let member = self.members.get_mut(key)?;
        let endpoints = &mut member.user.endpoints;
        match endpoints.iter_mut().find(|known| known.entity == endpoint.entity) {
            Some(known) if *known == endpoint => return None,
            Some(known) => *known = endpoint,
            None => endpoints.push(endpoint),
        }
        let hidden = member.held;
        Some(self.step(Subject::User(key.into()), hidden))
    }

    /// Takes away the endpoints of `user` that `gone` names; with the last one the user leaves the roster.
    pub(super) fn disconnect(&mut self, user: &str, gone: impl Fn(&Endpoint<'_>) -> bool) -> Option<Change> {
        let member = self.members.get_mut(user)?;
        let before = member.user.endpoints.len();
        member.user.endpoints.retain(|endpoint| !gone(endpoint));
        let (after, hidden) = (member.user.endpoints.len(), member.held);
        if after == before {
            return None;
        }
        let mut change = self.step(Subject::User(user.into()), hidden);
        if after == 0 {
            change.gone = self.members.remove(user).map(|member| member.user.entity.into());
        }
        Some(change)
    }

    /// Gives `user` another role.
    pub(super) fn set_role(&mut self, user: &str, role: Role<'static>) -> Option<Change> {
        let member = self.members.get_mut(user)?;
        if member.user.roles.first() == Some(&role) {
            return None;
        }
        member.user.roles = vec![role];
        let hidden = member.held;
        Some(self.step(Subject::User(user.into()), hidden))
    }

    /// Lets `user` in from the lobby.
    pub(super) fn admit(&mut self, user: &str) -> Option<Change> {
        let member = self.members.get_mut(user).filter(|member| member.held)?;
        member.held = false;
        for endpoint in &mut member.user.endpoints {
            endpoint.status = Some(EndpointStatus::Connected);
        }
        Some(self.step(Subject::User(user.into()), false))
    }

    /// The lock was turned: not part of the users, but of the picture.
    pub(super) fn lock_turned(&mut self) -> Change {
        self.step(Subject::Lock, false)
    }

    fn step(&mut self, subject: Subject, hidden: bool) -> Change {
        self.version = self.version.saturating_add(1);
        Change { subject, hidden, gone: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(entity: &'static str) -> Endpoint<'static> {
        Endpoint { entity: entity.into(), ..Endpoint::default() }
    }

    fn joiner() -> Member {
        Member { user: User::default(), held: false }
    }

    #[test]
    fn each_change_is_one_version_and_no_change_none() {
        let mut roster = Roster::default();
        let _ = roster.join("a", joiner(), endpoint("{1}"), None);
        assert_eq!(roster.version(), 1);
        assert!(roster.report("a", endpoint("{2}")).is_some());
        assert_eq!(roster.report("a", endpoint("{2}")), None);
        assert_eq!(roster.report("b", endpoint("{3}")), None);
        assert_eq!(roster.version(), 2);
        assert_eq!(roster.disconnect("a", |it| it.entity == "{9}"), None);
        assert_eq!(roster.disconnect("a", |it| it.entity == "{1}").map(|it| it.gone), Some(None));
        assert!(roster.disconnect("a", |_| true).is_some_and(|change| change.gone.is_some()));
        assert!(roster.member("a").is_none());
        assert_eq!(roster.version(), 4);
    }

    #[test]
    fn a_replaced_endpoint_is_one_version() {
        let mut roster = Roster::default();
        let _ = roster.join("a", joiner(), endpoint("{1}"), None);
        let _ = roster.report("a", endpoint("{chat}"));
        let _ = roster.join("a", joiner(), endpoint("{2}"), Some("{1}"));
        assert_eq!(roster.member("a").unwrap().user.endpoints, [endpoint("{chat}"), endpoint("{2}")]);
        assert_eq!(roster.version(), 3);
    }
}
