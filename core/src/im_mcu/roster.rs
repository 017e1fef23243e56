//! What the MCU tells the focus of its sessions: conference-info documents over the pool link (D-11).

use std::collections::BTreeMap;

use super::conference::Conference;
use super::leg::{Leg, Participant};
use crate::signal::DialogId;
use crate::wire::conference_info::{
    self, ConferenceInfo, ConferenceState, Endpoint, EndpointCapabilities, EndpointStatus, Execution,
    ImCapabilities, Media, State, User, Users,
};

impl Conference {
    /// A leg is connected, or takes other formats than before.
    pub(super) fn joined(&self, dialog: DialogId) -> Option<Vec<u8>> {
        let leg = self.legs.get(&dialog)?;
        let user = user(&leg.participant, State::Partial, vec![session(leg)]);
        Some(conference_info::write(&self.document(State::Partial, vec![user])))
    }

    /// Legs are gone; `None` when there are none. Those that were never connected are told too: the focus has
    /// announced them and waits for them.
    pub(super) fn left(&self, gone: &[(DialogId, Leg)]) -> Option<Vec<u8>> {
        let users = by_user(gone.iter().map(|(_, leg)| leg), State::Partial, |leg| Endpoint {
            entity: (&*leg.participant.endpoint).into(),
            state: Some(State::Deleted),
            ..Endpoint::default()
        });
        (!users.is_empty()).then(|| conference_info::write(&self.document(State::Partial, users)))
    }

    /// All sessions and the lock, for a focus that is new or to which we are new.
    pub(super) fn full(&self) -> Vec<u8> {
        let users = by_user(self.legs.values().filter(|leg| leg.connected), State::Full, session);
        let locked = Some(self.locked);
        conference_info::write(&ConferenceInfo {
            conference_state: Some(ConferenceState { locked, ..ConferenceState::default() }),
            ..self.document(State::Full, users)
        })
    }

    fn document<'a>(&'a self, state: State, users: Vec<User<'a>>) -> ConferenceInfo<'a> {
        ConferenceInfo {
            entity: (&*self.focus_uri).into(),
            state: Some(state),
            users: Some(Users { state: Some(state), users, ..Users::default() }),
            ..ConferenceInfo::default()
        }
    }
}

/// One entry per user with an endpoint for each of his legs.
fn by_user<'a>(
    legs: impl Iterator<Item = &'a Leg>,
    state: State,
    endpoint: impl Fn(&'a Leg) -> Endpoint<'a>,
) -> Vec<User<'a>> {
    let mut users = BTreeMap::new();
    for leg in legs {
        let entry = users.entry(&leg.participant.user);
        let entry = entry.or_insert_with(|| user(&leg.participant, state, Vec::new()));
        entry.endpoints.push(endpoint(leg));
    }
    users.into_values().collect()
}

fn user<'a>(participant: &'a Participant, state: State, endpoints: Vec<Endpoint<'a>>) -> User<'a> {
    User {
        entity: (&*participant.user).into(),
        state: Some(state),
        display_text: participant.name.as_deref().map(Into::into),
        endpoints,
        ..User::default()
    }
}

fn joining_info(inviter: &str) -> Execution<'_> {
    Execution { by: Some(inviter.into()), ..Execution::default() }
}

/// The endpoint of a leg, as printed in EX-IM-4-1-1 and EX-IM-4-1-2.
fn session(leg: &Leg) -> Endpoint<'_> {
    let participant = &leg.participant;
    let abilities = leg.abilities.reported();
    let im = ImCapabilities {
        supported_im_formats: abilities.formats.map(|formats| formats.to_string().into()),
        user_agent: abilities.user_agent.map(Into::into),
        ..ImCapabilities::default()
    };
    Endpoint {
        entity: (&*participant.endpoint).into(),
        state: Some(State::Full),
        session_type: Some("chat".into()),
        epid: participant.epid.as_deref().map(Into::into),
        endpoint_uri: participant.gruu.as_deref().map(Into::into),
        status: Some(EndpointStatus::Connected),
        joining_method: Some(participant.joining),
        joining_info: participant.inviter.as_deref().map(joining_info),
        media: vec![Media { id: "1".into(), kind: Some("chat".into()), ..Media::default() }],
        capabilities: Some(EndpointCapabilities { im: Some(im), ..EndpointCapabilities::default() }),
        ..Endpoint::default()
    }
}
