//! What answers tell of a conference.

use super::conference::Conference;
use crate::wire::conference_info::{ConferenceInfo, ConferenceState, Description, PstnAccess, State};
use crate::wire::xml::RawElement;

/// How many bytes a subject may have to be told in a list: a thousand conferences fit into one answer. Ours.
const SUBJECT_MAX: usize = 1024;

/// To addConference and modifyConference (PRO-2-2-3-1-ae to -ah, PRO-2-2-3-2-c).
pub(super) fn changed(conference: &Conference) -> ConferenceInfo<'static> {
    let info = &conference.info;
    let description = info.description.as_deref().map(|all| {
        Box::new(Description {
            conference_id: all.conference_id.clone(),
            last_update: all.last_update.clone(),
            expiry_time: all.expiry_time.clone(),
            admission_policy: all.admission_policy.clone(),
            join_url: all.join_url.clone(),
            pstn_access: all.pstn_access.as_ref().map(|_| PstnAccess::default()),
            ..Description::default()
        })
    });
    ConferenceInfo {
        entity: info.entity.clone(),
        state: Some(State::Partial),
        version: info.version,
        is_static: info.is_static,
        description,
        ..ConferenceInfo::default()
    }
}

/// In the list of getConferences (PRO-2-2-3-5-f to -i), with the subject, as the example has it (EX-PRO-4-4-b); of a
/// static meeting also whether it is locked (EX-PRO-4-4-a).
pub(super) fn listed(conference: &Conference) -> ConferenceInfo<'static> {
    let locked = conference.info.conference_state.as_ref().and_then(|state| state.locked);
    let state = conference.is_static().then(|| ConferenceState { locked, ..ConferenceState::default() });
    let mut info = ConferenceInfo { conference_state: state, ..changed(conference) };
    if let (Some(told), Some(known)) = (&mut info.description, &conference.info.description) {
        told.subject = known.subject.clone().filter(|subject| subject.len() <= SUBJECT_MAX);
    }
    info
}

/// To getConference: everything (PRO-2-2-3-4-j to -r), with the key enveloped for the caller.
pub(super) fn whole(
    conference: &Conference,
    key: Option<Vec<RawElement<'static>>>,
) -> ConferenceInfo<'static> {
    let mut info = conference.info.clone();
    if let Some(description) = &mut info.description {
        description.is_active = conference.active.then_some(true);
        description.conference_key = key;
    }
    info
}
