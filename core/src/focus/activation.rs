//! The life of a conference: active from its first join until it is deleted or empty for long enough (D-12,
//! MS-CONFBAS facts 5.2).

use super::admission::is_anonymous;
use super::conference::{Conference, ConferenceId};
use super::config::WAITING_MAX;
use super::join::Join;
use super::notify::End;
use super::pool::{Member, Purpose};
use super::stopping::Stage;
use super::{Cx, Event, Focus, Refusal, Timer};
use crate::conference_uri::Addresses;
use crate::signal::{DialogId, Draft, ServerTransaction};
use crate::wire::cccp::{Code, Command, ConferenceKeys, Outcome, Reason, Response};
use crate::wire::conference_info::{ConferenceInfo, ConferenceState};

/// A conference that the factory was asked about.
#[derive(Debug)]
pub(super) struct Activation {
    addresses: Addresses,
    waiting: Vec<Join>,
}

impl Activation {
    /// How many joins wait for it.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The conference, as [`Addresses::key`].
    pub(super) fn key(&self) -> &str {
        &self.addresses.key
    }

    /// Sends away who waits for it.
    pub(super) fn refuse(&self, cx: &mut Cx<'_>) {
        for join in &self.waiting {
            join.refuse(cx, Refusal::UNAVAILABLE, Reason::ServerBusy);
        }
    }
}

impl Focus {
    /// Lets the join happen now or once the conference is active.
    pub(super) fn activate_for(&mut self, cx: &mut Cx<'_>, addresses: Addresses, join: Join) {
        if let Some(id) = self.ids.get(&addresses.key).copied() {
            match self.activating.get_mut(&id) {
                None => self.decide(cx, id, &join),
                Some(activation) if activation.waiting.len() < WAITING_MAX => activation.waiting.push(join),
                Some(_) => join.refuse(cx, Refusal::UNAVAILABLE, Reason::ServerBusy),
            }
            return;
        }
        if self.ids.len() >= self.config.conferences_max || self.stage != Stage::Serving {
            return join.refuse(cx, Refusal::UNAVAILABLE, Reason::ServerBusy);
        }
        let id = ConferenceId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.ids.insert(addresses.key.clone(), id);
        let command =
            Command::GetConference { keys: ConferenceKeys::entity(&*addresses.focus), certificate: None };
        let parties = (&*addresses.focus, &*addresses.factory);
        self.ask(cx, Member::Factory, parties, command, Purpose::Activate(id));
        self.activating.insert(id, Activation { addresses, waiting: vec![join] });
    }

    /// A caller gave up; perhaps he waits for an activation.
    pub(super) fn cancel_join(&mut self, cx: &mut Cx<'_>, tx: ServerTransaction) {
        for activation in self.activating.values_mut() {
            activation.waiting.retain(|join| join.tx != tx);
        }
        Refusal::CANCELLED.answer(cx, tx);
    }

    /// The factory answered, or did not.
    pub(super) fn looked_up(&mut self, cx: &mut Cx<'_>, id: ConferenceId, response: Option<&Response<'_>>) {
        let Some(Activation { addresses, waiting }) = self.activating.remove(&id) else { return };
        let info = match response.map(|response| (response.code, &response.result.outcome)) {
            Some((Code::Success, Outcome::GetConference(Some(info)))) => info,
            answer => {
                let (refusal, reason) = match answer {
                    Some(_) => (Refusal::NO_SUCH_CONFERENCE, Reason::ConferenceDoesntExist),
                    None => (Refusal::UNAVAILABLE, Reason::Timeout),
                };
                self.ids.remove(&addresses.key);
                return waiting.iter().for_each(|join| join.refuse(cx, refusal, reason.clone()));
            }
        };
        let focus = addresses.focus.clone();
        self.conferences.insert(id, Conference::provisioned(addresses, info));
        self.tell_activity(cx, &focus, true);
        cx.event(Event::Activated(focus));
        self.create_on_mcu(cx, id);
        for join in &waiting {
            self.decide(cx, id, join);
        }
        self.watch_idle(cx, id);
        self.watch_stale(cx, id);
    }

    /// Has the MCU serve the conference (IM-3-a); a repeat changes nothing there.
    pub(super) fn create_on_mcu(&mut self, cx: &mut Cx<'_>, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Addresses { focus, chat, .. } = conference.addresses.clone();
        let locked = Some(conference.admission.is_locked());
        let info = ConferenceInfo {
            entity: (&*focus).into(),
            conference_state: Some(ConferenceState { locked, ..ConferenceState::default() }),
            ..ConferenceInfo::default()
        };
        let command = Command::CreateConference { mcu_uri: Some((&*chat).into()), info: Box::new(info) };
        self.tell(cx, Member::ImMcu, &focus, &chat, command);
    }

    /// Starts or stops the wait for the end of a conference in which nobody authenticated is.
    pub(super) fn watch_idle(&mut self, cx: &mut Cx<'_>, id: ConferenceId) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let idle = conference.roster.members().all(|(user, _)| is_anonymous(user));
        let was_idle = std::mem::replace(&mut conference.idle, idle);
        match (was_idle, idle) {
            (false, true) => cx.set_timer(Timer::Idle(id.0), cx.now() + self.config.idle_timeout),
            (true, false) => cx.clear_timer(Timer::Idle(id.0)),
            // What the others do neither hastens nor puts off the end.
            _ => {}
        }
    }

    /// Somebody new has come: the conference is of use for some time.
    pub(super) fn watch_stale(&self, cx: &mut Cx<'_>, id: ConferenceId) {
        cx.set_timer(Timer::Stale(id.0), cx.now() + self.config.stale_timeout);
    }

    /// Ends a conference for which nobody comes: the MCU is told, the next join activates it anew.
    pub(super) fn deactivate(&mut self, cx: &mut Cx<'_>, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Addresses { focus, chat, .. } = conference.addresses.clone();
        let command = Command::DeleteConference(ConferenceKeys::entity(&*focus));
        self.tell(cx, Member::ImMcu, &focus, &chat, command);
        self.send_home(cx, id);
    }

    /// Ends a conference that the MCU has ended, for all who are still in it.
    pub(super) fn send_home(&mut self, cx: &mut Cx<'_>, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let legs: Vec<DialogId> = conference.legs.keys().copied().collect();
        let bye = Draft::new().header("Reason", "SIP;cause=481;text=\"Conference Terminated\"");
        for dialog in legs {
            self.drop_leg(cx, id, dialog, End::NoResource, &bye);
        }
        self.retire(cx, id);
    }

    /// Forgets a conference that nobody is in any more.
    fn retire(&mut self, cx: &mut Cx<'_>, id: ConferenceId) {
        let Some(conference) = self.conferences.remove(&id) else { return };
        cx.clear_timer(Timer::Idle(id.0));
        cx.clear_timer(Timer::Stale(id.0));
        self.ids.remove(&conference.addresses.key);
        self.tell_activity(cx, &conference.addresses.focus, false);
        cx.event(Event::Deactivated(conference.addresses.focus));
    }
}
