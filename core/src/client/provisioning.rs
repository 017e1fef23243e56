//! Provisioning conferences at a focus factory (MS-CONFPRO 3.1).
//!
//! The Outstanding Request Queue has every request that the factory has not answered, with its timer. A procedure
//! is a wish of the user and goes through one request after another.

mod procedure;

use std::sync::Arc;

use self::procedure::Next;
pub(super) use self::procedure::Procedure;
use super::Client;
use super::api::{Action, Event, Failure, Plan, Provision};
use super::ask::{Ask, Timer};
use super::failure::reason_of;
use crate::signal::{Context, Draft, Outcome, Outside};
use crate::time::Duration;
use crate::wire::cccp::{self, Code, Command, Request, Response};
use crate::wire::conference_info::{ConferenceInfo, ConferenceState, Description};
use crate::wire::sip::Method;

/// The Request Timer: how long an answer of the factory is waited for (PRO-3-1-2-a).
pub const REQUEST_TIMER: Duration = Duration::from_secs(32);

/// How many factories are remembered to have told their types of MCU; beyond it they are asked again. Ours.
const FACTORIES_MAX: usize = 256;

/// How many requests may wait for their answer. Ours; a user has one or two.
const OUTSTANDING_MAX: usize = 256;

impl Client {
    /// An open conference with IM.
    pub(super) fn create(&mut self, cx: &mut Context<'_, Self>, subject: &str) {
        let description = Description {
            subject: (!subject.is_empty()).then(|| subject.to_owned().into()),
            admission_policy: Some("openAuthenticated".into()),
            ..Description::default()
        };
        let info = ConferenceInfo {
            description: Some(Box::new(description)),
            conference_state: Some(ConferenceState { locked: Some(false), ..ConferenceState::default() }),
            ..ConferenceInfo::default()
        };
        let plan = Plan { info, ..Plan::default() };
        self.provision(cx, Provision { organizer: None, action: Action::Create(plan) });
    }

    /// Begins a procedure.
    pub(super) fn provision(&mut self, cx: &mut Context<'_, Self>, wish: Provision) {
        let organizer = wish.organizer.unwrap_or_else(|| self.config.user.as_str().into());
        let types_known = self.mcu_types_known.contains(&organizer);
        self.ask_factory(cx, Procedure::new(organizer, wish.action, types_known));
    }

    /// Sends the next request of a procedure. It is queued before it is sent (PRO-3-1-7-1-a).
    fn ask_factory(&mut self, cx: &mut Context<'_, Self>, mut procedure: Procedure) {
        if self.requests.len() >= OUTSTANDING_MAX {
            return give_up(cx, &procedure, 0, "too many outstanding requests");
        }
        let Some(command) = procedure.command(&*self.config.cryptography, cx.entropy()) else {
            return give_up(cx, &procedure, 0, "no usable certificate");
        };
        self.request_id += 1;
        let id = self.request_id;
        let organizer = Arc::clone(&procedure.organizer);
        self.requests.insert(id, procedure);
        cx.set_timer(Timer::Provisioning(id), cx.now() + REQUEST_TIMER);
        if !self.send_to_factory(cx, id, &organizer, command) {
            self.factory_answered(cx, id, &Outcome::ConnectionLost);
        }
    }

    /// A SERVICE request with a command; says whether it could be sent.
    fn send_to_factory(
        &mut self,
        cx: &mut Context<'_, Self>,
        id: u64,
        organizer: &str,
        command: Command<'_>,
    ) -> bool {
        let factory = format!("{organizer};gruu;opaque=app:conf:focusfactory");
        let request = Request {
            request_id: id,
            from: organizer.into(),
            to: factory.as_str().into(),
            version: Some(cccp::VERSION),
            command,
        };
        let delegated = *organizer != *self.config.user;
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .header_if("P-Session-On-Behalf-Of", delegated.then_some(organizer))
            .content(cccp::CONTENT_TYPE, request.write());
        let outside = Outside {
            method: Method::Service,
            target: &factory,
            from: &self.config.from(),
            to: &format!("<{factory}>"),
            contact: self.registration.contact(),
            draft: &draft,
        };
        let conn = self.registration.conn();
        conn.is_some_and(|conn| cx.send(conn, &outside, Ask::Provisioning(id)).is_some())
    }

    /// The SIP answer to a request (MS-CONFPRO 3.1.5.1, 3.1.5.2). One to a request that has timed out changes nothing.
    pub(super) fn factory_answered(&mut self, cx: &mut Context<'_, Self>, id: u64, outcome: &Outcome) {
        let Some(mut procedure) = self.requests.remove(&id) else { return };
        cx.clear_timer(Timer::Provisioning(id));
        let body = outcome.message().map(|message| message.body().clone()).unwrap_or_default();
        if body.is_empty() {
            return give_up(cx, &procedure, outcome.status(), reason_of(outcome));
        }
        let response = Response::parse(&body).ok().filter(|response| response.request_id == id);
        let Some(response) = response else {
            return give_up(cx, &procedure, outcome.status(), "not understood");
        };
        if response.code != Code::Success {
            let reason = response.result.reason.as_ref();
            if procedure.is_overtaken(reason) {
                return self.ask_factory(cx, procedure);
            }
            return give_up(cx, &procedure, outcome.status(), reason.map_or("", |reason| reason.as_str()));
        }
        let result = response.result.outcome.into_owned();
        if matches!(
            result,
            cccp::Outcome::GetAvailableMcuTypes(_) | cccp::Outcome::GetConferencingCapabilities(_)
        ) {
            if self.mcu_types_known.len() >= FACTORIES_MAX {
                self.mcu_types_known.clear();
            }
            self.mcu_types_known.insert(Arc::clone(&procedure.organizer));
        }
        match procedure.answered(&*self.config.cryptography, result) {
            Next::Ask => self.ask_factory(cx, procedure),
            Next::Done(event) => cx.event(event),
            Next::Misfit => give_up(cx, &procedure, outcome.status(), "not understood"),
        }
    }

    /// The Request Timer fired (PRO-3-1-6-a, -b).
    pub(super) fn factory_timed_out(&mut self, cx: &mut Context<'_, Self>, id: u64) {
        if let Some(procedure) = self.requests.remove(&id) {
            give_up(cx, &procedure, 408, "no answer");
        }
    }
}

/// Tells the user that his wish did not come true.
fn give_up(cx: &mut Context<'_, Client>, procedure: &Procedure, status: u16, reason: &str) {
    cx.event(Event::Failed(Failure {
        what: procedure.action.name(),
        conference: None,
        status,
        reason: reason.to_owned(),
    }));
}
