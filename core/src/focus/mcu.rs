//! What the IM MCU reports: sessions that exist and sessions that are gone. Only by these documents do IM
//! endpoints enter and leave the roster (IM-3-1-2-5-2-a, MS-CONFBAS facts 2 and 5.1).

use std::collections::BTreeSet;

use super::address::user_key;
use super::conference::ConferenceId;
use super::notify::publish;
use super::pool::Member;
use super::{Cx, Focus, roster};
use crate::wire::cccp::{Command, ConferenceKeys};
use crate::wire::conference_info::{self, ConferenceInfo, Endpoint, State};

impl Focus {
    /// A document of the MCU.
    pub(super) fn reported(&mut self, cx: &mut Cx<'_>, document: &[u8]) {
        let Ok(info) = conference_info::read(document) else { return };
        let Some(id) = self.conference_at(info.entity.trim()).map(|(id, _)| id) else {
            return self.disown(cx, &info);
        };
        let users = info.users.iter().flat_map(|users| &users.users);
        let mut present = BTreeSet::new();
        for user in users {
            let Some(key) = user_key(&user.entity) else { continue };
            for endpoint in &user.endpoints {
                if endpoint.state == Some(State::Deleted) {
                    self.session_gone(cx, id, &key, &endpoint.entity);
                } else {
                    present.insert(endpoint.entity.clone());
                    self.session_exists(cx, id, &key, endpoint);
                }
            }
        }
        if info.state.unwrap_or_default() == State::Full {
            self.drop_sessions(cx, id, |endpoint| !present.contains(&endpoint.entity));
        }
    }

    /// A session is up, or has changed. One that was not announced, or whose user has left meanwhile, has
    /// been ended already.
    fn session_exists(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str, endpoint: &Endpoint<'_>) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let announced = conference.invited.get(&*endpoint.entity).is_some_and(|it| *it.user == *user);
        let member = conference.roster.member(user);
        let shown = member.is_some_and(|member| {
            member.user.endpoints.iter().any(|known| is_session(known) && known.entity == endpoint.entity)
        });
        if !announced && !shown {
            return;
        }
        let invited = conference.invited.remove(&*endpoint.entity);
        let endpoint = Endpoint { state: None, ..endpoint.clone().into_owned() };
        let called = invited.and_then(|invited| invited.called).filter(|_| member.is_none());
        let change = match called {
            // Somebody whom the MCU called has no focus dialog (EX-IM-4-1-2-o).
            Some(user_called) => {
                let called = roster::Member { user: *user_called, held: false };
                Some(conference.roster.join(user, called, endpoint, None))
            }
            None => conference.roster.report(user, endpoint),
        };
        publish(cx, conference, change);
        self.watch_idle(cx, id);
    }

    fn session_gone(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str, guid: &str) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        conference.invited.remove(guid);
        let gone = |endpoint: &Endpoint<'_>| is_session(endpoint) && endpoint.entity == guid;
        let change = conference.roster.disconnect(user, gone);
        publish(cx, conference, change);
        self.watch_idle(cx, id);
    }

    /// The sessions that `gone` names are gone, one version for each user.
    fn drop_sessions(&mut self, cx: &mut Cx<'_>, id: ConferenceId, gone: impl Fn(&Endpoint<'_>) -> bool) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let users: Vec<Box<str>> = conference.roster.members().map(|(key, _)| key.into()).collect();
        for user in users {
            let gone = |endpoint: &Endpoint<'_>| is_session(endpoint) && gone(endpoint);
            let change = conference.roster.disconnect(&user, gone);
            publish(cx, conference, change);
        }
        self.watch_idle(cx, id);
    }

    /// Sessions of a conference that is not active are ended (D-11).
    fn disown(&mut self, cx: &mut Cx<'_>, info: &ConferenceInfo<'_>) {
        let mut endpoints = info.users.iter().flat_map(|users| &users.users).flat_map(|it| &it.endpoints);
        if endpoints.any(|endpoint| endpoint.state != Some(State::Deleted)) {
            let focus = info.entity.trim();
            let command = Command::DeleteConference(ConferenceKeys::entity(focus));
            self.tell(cx, Member::ImMcu, focus, focus, command);
        }
    }

    /// The MCU was restarted: its sessions are gone, and it has to hear everything anew (D-11).
    pub(super) fn restore_mcu(&mut self, cx: &mut Cx<'_>) {
        let ids: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in ids {
            self.create_on_mcu(cx, id);
            self.drop_sessions(cx, id, |_| true);
            let invited = self.conferences.get(&id).map(|conference| &conference.invited);
            let invited: Vec<Box<str>> = invited.into_iter().flat_map(|it| it.keys().cloned()).collect();
            for guid in invited {
                self.announce(cx, id, &guid);
            }
        }
    }
}

/// A session with an MCU, as opposed to a focus endpoint.
fn is_session(endpoint: &Endpoint<'_>) -> bool {
    endpoint.session_type.as_deref() != Some("focus")
}
