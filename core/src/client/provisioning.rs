//! Provisioning a conference at the focus factory (MS-CONFPRO 3.1.4).

use std::sync::Arc;

use super::api::{Event, Failure};
use super::machine::{Ask, Client};
use crate::signal::{Context, Draft, Outcome, Outside};
use crate::wire::cccp::{self, Command, Request, Response};
use crate::wire::conference_info::{
    ConferenceInfo, ConferenceState, ConferenceView, Description, EntityView,
};
use crate::wire::sip::Method;

impl Client {
    pub(super) fn create(&mut self, cx: &mut Context<'_, Self>, subject: &str) {
        let factory = format!("{};gruu;opaque=app:conf:focusfactory", self.config.user);
        self.request_id += 1;
        let id = cx.entropy().conference_id();
        let request = Request {
            request_id: self.request_id,
            from: self.config.user.as_str().into(),
            to: factory.as_str().into(),
            version: Some(cccp::VERSION),
            command: Command::AddConference(Box::new(conference(&id, subject))),
        };
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .content(cccp::CONTENT_TYPE, request.write());
        let outside = Outside {
            method: Method::Service,
            target: &factory,
            from: &self.config.from(),
            to: &format!("<{factory}>"),
            contact: self.registration.contact(),
            draft: &draft,
        };
        let sent = self.registration.conn().and_then(|conn| cx.send(conn, &outside, Ask::Create));
        if sent.is_none() {
            self.created(cx, &Outcome::ConnectionLost);
        }
    }

    pub(super) fn created(&mut self, cx: &mut Context<'_, Self>, outcome: &Outcome) {
        let response = outcome.message().and_then(|message| Response::parse(message.body()).ok());
        let result = response.as_ref().map(|response| &response.result);
        if let Some(cccp::Outcome::AddConference(Some(info))) = result.map(|result| &result.outcome)
            && outcome.is_success()
        {
            cx.event(Event::Created { conference: Arc::from(&*info.entity) });
            return;
        }
        let reason =
            result.and_then(|result| result.reason.as_ref()).map(|reason| reason.as_str().to_owned());
        cx.event(Event::Failed(Failure {
            what: "addConference",
            conference: None,
            status: outcome.status(),
            reason: reason.unwrap_or_default(),
        }));
    }
}

/// An open conference with IM.
fn conference<'a>(id: &'a str, subject: &'a str) -> ConferenceInfo<'a> {
    let description = Description {
        subject: (!subject.is_empty()).then(|| subject.into()),
        conference_id: Some(id.into()),
        admission_policy: Some("openAuthenticated".into()),
        ..Description::default()
    };
    let chat = EntityView { entity: "chat".into(), ..EntityView::default() };
    ConferenceInfo {
        description: Some(Box::new(description)),
        conference_state: Some(ConferenceState { locked: Some(false), ..ConferenceState::default() }),
        conference_view: Some(ConferenceView { entity_views: vec![chat], ..ConferenceView::default() }),
        ..ConferenceInfo::default()
    }
}
