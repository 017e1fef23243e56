//! Joining the focus (EX-IM-4-1-1).

use std::sync::Arc;

use super::api::Event;
use super::conference::{Conference, Leg, Session};
use super::failure::{fail, reason_of};
use super::machine::{Ask, Client, Number};
use super::state::subscription;
use crate::signal::{ClientTransaction, Context, DialogId, Draft, Outcome, Outside};
use crate::wire::cccp::{self, AddUser, Code, Command, ConferenceKeys, Request, Response};
use crate::wire::conference_info::{Endpoint, JoiningMethod, Role, User};
use crate::wire::sip::Method;

impl Client {
    /// INVITE to the focus with addUser (IM-3-1-a, EX-IM-4-1-1). A join while in the conference is refused.
    pub(super) fn join(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        let number = match self.conference(uri) {
            Some((_, conference)) if conference.is_live() => {
                return fail(cx, "INVITE", uri, 0, "already in the conference");
            }
            Some((number, _)) => number,
            None => self.conferences.len() as Number,
        };
        let guid = cx.entropy().guid();
        let body = self.add_user(uri, &guid).write();
        let draft = self
            .invite()
            .header("Supported", "timer")
            .header("Supported", "ms-early-media")
            .header("ms-keep-alive", "UAC;hop-hop=yes")
            .content(cccp::CONTENT_TYPE, body);
        let mut conference = Conference { uri: Arc::clone(uri), request_id: 1, ..Conference::default() };
        let sent = self.send_to(cx, Method::Invite, uri, &draft, Ask::Focus(number));
        if let Some(tx) = sent {
            conference.focus = Session::Asked(tx);
        }
        self.numbers.insert(Arc::clone(uri), number);
        self.conferences.insert(number, conference);
        if sent.is_none() {
            fail(cx, "INVITE", uri, 503, "not connected");
        }
    }

    fn add_user<'a>(&'a self, uri: &'a str, guid: &'a str) -> Request<'a> {
        // The two makes differ in what they say of themselves (EX-CWA-0-h).
        let cwa = self.config.kind == super::Kind::Cwa;
        let endpoint = Endpoint {
            entity: guid.into(),
            joining_method: cwa.then_some(JoiningMethod::DialedIn),
            ..Endpoint::default()
        };
        let user = User {
            entity: self.config.user.as_str().into(),
            display_text: self.config.display_name.as_deref().filter(|_| cwa).map(Into::into),
            roles: vec![Role::Attendee],
            endpoints: vec![endpoint],
            ..User::default()
        };
        let keys = ConferenceKeys { conf_entity: Some(uri.into()), ..ConferenceKeys::default() };
        self.request_to(uri, 0, Command::AddUser(AddUser { mcu_uri: None, keys, user: Box::new(user) }))
    }

    pub(super) fn request_to<'a>(
        &'a self,
        uri: &'a str,
        request_id: u64,
        command: Command<'a>,
    ) -> Request<'a> {
        let from = self.config.user.as_str().into();
        Request { request_id, from, to: uri.into(), version: Some(cccp::VERSION), command }
    }

    /// The headers of both INVITEs.
    pub(super) fn invite(&self) -> Draft {
        let draft = Draft::new().header("User-Agent", self.config.kind.user_agent());
        if self.config.kind.ms_sender() { draft.header("Supported", "ms-sender") } else { draft }
    }

    /// Sends a request outside dialogs to a conference URI.
    pub(super) fn send_to(
        &self,
        cx: &mut Context<'_, Self>,
        method: Method,
        uri: &str,
        draft: &Draft,
        ask: Ask,
    ) -> Option<ClientTransaction> {
        let outside = Outside {
            method,
            target: uri,
            from: &self.config.from(),
            to: &format!("<{uri}>"),
            contact: self.registration.contact(),
            draft,
        };
        cx.send(self.registration.conn()?, &outside, ask)
    }

    pub(super) fn focus_answered(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        dialog: Option<DialogId>,
        outcome: &Outcome,
    ) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        let uri = Arc::clone(&conference.uri);
        let Some(dialog) = dialog.filter(|_| outcome.is_success()) else {
            conference.focus = Session::Idle;
            return fail(cx, "INVITE", &uri, outcome.status(), reason_of(outcome));
        };
        if conference.focus.dialog().is_some() {
            // A second 2xx, from a fork: one focus dialog is enough (D-8).
            if cx.request(dialog, Method::Bye, &Draft::new(), Ask::ByeFocus(number, dialog)).is_none() {
                cx.forget(dialog);
            }
            return;
        }
        conference.focus = Session::Up(dialog);
        self.legs.insert(dialog, (number, Leg::Focus));
        let admitted = outcome
            .message()
            .and_then(|message| Response::parse(message.body()).ok())
            .is_some_and(|response| response.code == Code::Success);
        if !admitted || conference.leaving {
            return self.leave_now(cx, number);
        }
        cx.event(Event::Joined { conference: Arc::clone(&uri) });
        let draft = subscription()
            .header("User-Agent", self.config.kind.user_agent())
            .header("Supported", "com.microsoft.autoextend")
            .header("Supported", "ms-benotify")
            .header("Proxy-Require", "ms-benotify")
            .header("Supported", "ms-piggyback-first-notify");
        let sent = self.send_to(cx, Method::Subscribe, &uri, &draft, Ask::Subscribe(number));
        if let (Some(tx), Some(conference)) = (sent, self.conferences.get_mut(&number)) {
            conference.subscription = Session::Asked(tx);
        }
    }
}
