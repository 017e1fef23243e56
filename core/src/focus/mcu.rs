//! What the IM MCU reports: sessions that exist and sessions that are gone. Only by these documents do IM
//! endpoints enter and leave the roster (IM-3-1-2-5-2-a, MS-CONFBAS facts 2 and 5.1).

use std::collections::{BTreeMap, BTreeSet};

use super::conference::ConferenceId;
use super::notify::publish;
use super::pool::Member;
use super::{Cx, Focus, roster};
use crate::conference_uri::user_key;
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
        let mut strangers = BTreeMap::new();
        for user in users {
            let Some(key) = user_key(&user.entity) else { continue };
            for endpoint in &user.endpoints {
                if endpoint.state == Some(State::Deleted) {
                    self.session_gone(cx, id, &key, &endpoint.entity);
                } else {
                    present.insert(endpoint.entity.clone());
                    if !self.session_exists(cx, id, &key, endpoint) {
                        strangers.insert(key.clone(), &user.entity);
                    }
                }
            }
        }
        if info.state.unwrap_or_default() == State::Full {
            self.drop_sessions(cx, id, |endpoint| !present.contains(&endpoint.entity));
            for (key, entity) in strangers {
                self.end_stranger(cx, id, &key, entity);
            }
        }
    }

    /// A session is up, or has changed; false when it was not announced or its user has left meanwhile. What
    /// a partial document says of such a one has crossed its end.
    fn session_exists(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        user: &str,
        endpoint: &Endpoint<'_>,
    ) -> bool {
        let Some(conference) = self.conferences.get_mut(&id) else { return true };
        let announced = conference.invited.get(&*endpoint.entity).is_some_and(|it| *it.user == *user);
        let member = conference.roster.member(user);
        let shown = member.is_some_and(|member| {
            member.user.endpoints.iter().any(|known| is_session(known) && known.entity == endpoint.entity)
        });
        if !announced && !shown {
            return false;
        }
        let invited = conference.invited.remove(&*endpoint.entity);
        // A presenter had him called: he need not wait any longer.
        if invited.as_ref().is_some_and(|invited| invited.called.is_some()) {
            self.let_in(cx, id, user);
        }
        let Some(conference) = self.conferences.get_mut(&id) else { return true };
        let member = conference.roster.member(user);
        let endpoint = Endpoint { state: None, ..endpoint.clone().into_owned() };
        let called = invited.and_then(|invited| invited.called).filter(|_| member.is_none());
        let new = called.is_some();
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
        if new {
            self.watch_stale(cx, id);
        }
        true
    }

    /// The MCU goes on with sessions from before a restart of ours (D-11). The command names a user, so one
    /// who has come again by now keeps them.
    fn end_stranger(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str, entity: &str) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let member = conference.roster.member(user);
        let shown = member.is_some_and(|member| member.user.endpoints.iter().any(is_session));
        if !shown && !conference.invited.values().any(|invited| *invited.user == *user) {
            self.end_sessions(cx, id, entity);
        }
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

    /// Sessions of a conference that is not active are ended (D-11). A full document tells of the conference
    /// itself, even if nobody is in it.
    fn disown(&mut self, cx: &mut Cx<'_>, info: &ConferenceInfo<'_>) {
        let mut endpoints = info.users.iter().flat_map(|users| &users.users).flat_map(|it| &it.endpoints);
        let full = info.state.unwrap_or_default() == State::Full;
        if full || endpoints.any(|endpoint| endpoint.state != Some(State::Deleted)) {
            let focus = info.entity.trim();
            let command = Command::DeleteConference(ConferenceKeys::entity(focus));
            self.tell(cx, Member::ImMcu, focus, focus, command);
        }
    }

    /// The link with the MCU was renewed: what it should have ended may still go on.
    pub(super) fn reconcile_mcu(&mut self, cx: &mut Cx<'_>) {
        let ids: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in ids {
            self.create_on_mcu(cx, id);
            let Some(conference) = self.conferences.get(&id) else { continue };
            for user in conference.without_dialog() {
                self.remove_from_mcu(cx, id, &user);
            }
        }
    }

    /// The MCU was restarted: its sessions are gone, those about to begin with them, and it has to hear of the
    /// conferences anew (D-11). Calls are asked for again like any command without answer.
    pub(super) fn restore_mcu(&mut self, cx: &mut Cx<'_>) {
        let ids: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in ids {
            self.create_on_mcu(cx, id);
            self.drop_sessions(cx, id, |_| true);
            if let Some(conference) = self.conferences.get_mut(&id) {
                conference.invited.retain(|_, invited| invited.called.is_some());
            }
        }
    }
}

/// A session with an MCU, as opposed to a focus endpoint.
fn is_session(endpoint: &Endpoint<'_>) -> bool {
    endpoint.session_type.as_deref() != Some("focus")
}
