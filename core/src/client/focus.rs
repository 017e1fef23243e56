//! Joining the focus (EX-IM-4-1-1).

use std::sync::Arc;

use super::Client;
use super::api::Event;
use super::ask::{Ask, Number, Timer};
use super::calls::SESSION_EXPIRES;
use super::conference::{Conference, Leg, Session};
use super::failure::{fail, reason_of};
use crate::signal::{ClientTransaction, Context, DialogId, Draft, MIN_SE, Outcome, Outside, SessionTimer};
use crate::wire::cccp::{self, AddUser, Code, Command, ConferenceKeys, Request, Response};
use crate::wire::conference_info::{ClientInfo, Endpoint, Extension, JoiningMethod, Role, User};
use crate::wire::conference_key::ConferenceKey;
use crate::wire::sip::Method;

impl Client {
    /// The user wants to join: whatever came of earlier tries is history.
    pub(super) fn join_anew(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        if let Some(number) = self.numbers.get(uri).copied() {
            cx.clear_timer(Timer::Rejoin(number));
            if let Some(conference) = self.conferences.get_mut(&number) {
                conference.rejoins = 0;
            }
        }
        self.join(cx, uri);
    }

    /// The number of a conference: as it is while the client is in it, else new.
    pub(super) fn enter(&mut self, uri: &Arc<str>) -> Number {
        let known = self.numbers.get(uri).copied();
        let number = known.unwrap_or(self.conferences.len() as Number);
        let conference = self.conferences.entry(number).or_default();
        if !conference.is_live() {
            let rejoins = conference.rejoins;
            *conference =
                Conference { uri: Arc::clone(uri), request_id: 1, rejoins, ..Conference::default() };
            self.numbers.insert(Arc::clone(uri), number);
        }
        number
    }

    /// INVITE to the focus with addUser (IM-3-1-a, EX-IM-4-1-1). A join while in the conference is refused.
    pub(super) fn join(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        if self.conference(uri).is_some_and(|(_, conference)| conference.is_live()) {
            return fail(cx, "INVITE", uri, 0, "already in the conference");
        }
        let number = self.enter(uri);
        let guid = cx.entropy().guid();
        let body = self.add_user(uri, &guid).write();
        let draft = self
            .calling()
            .header("Supported", "ms-early-media")
            .header("ms-keep-alive", "UAC;hop-hop=yes")
            .content(cccp::CONTENT_TYPE, body);
        let sent = self.send_to(cx, Method::Invite, uri, &draft, Ask::Focus(number));
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        match sent {
            Some(tx) => conference.focus = Session::Asked(tx),
            None => self.join_failed(cx, number, &Outcome::ConnectionLost),
        }
    }

    /// The join did not come about; when the client joins again by itself, it may try once more.
    fn join_failed(&mut self, cx: &mut Context<'_, Self>, number: Number, outcome: &Outcome) {
        let Some(conference) = self.conferences.get(&number) else { return };
        let (uri, again) = (Arc::clone(&conference.uri), conference.rejoins > 0 && !conference.leaving);
        let passing = matches!(outcome.status(), 408 | 480 | 500 | 503 | 504);
        if !(again && passing && self.rejoin_later(cx, number)) {
            fail(cx, "INVITE", &uri, outcome.status(), reason_of(outcome));
        }
    }

    fn add_user<'a>(&'a self, uri: &'a str, guid: &'a str) -> Request<'a> {
        // The two makes differ in what they say of themselves (EX-CWA-0-h).
        let cwa = self.config.kind == super::Kind::Cwa;
        let client_info = ClientInfo { lobby_capable: Some(true), ..ClientInfo::default() };
        let endpoint = Endpoint {
            entity: guid.into(),
            joining_method: cwa.then_some(JoiningMethod::DialedIn),
            client_info: self.config.lobby_capable.then_some(client_info),
            endpoint_uri: self.registration.gruu().filter(|_| cwa).map(Into::into),
            extensions: self.config.passcode.as_deref().map(shown).unwrap_or_default(),
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

    /// The headers of INVITEs, and of what answers them.
    pub(super) fn invite(&self) -> Draft {
        let draft = Draft::new().header("User-Agent", self.config.kind.user_agent());
        let draft = if self.config.kind.ms_sender() { draft.header("Supported", "ms-sender") } else { draft };
        if self.config.session_timer { draft.header("Supported", "timer") } else { draft }
    }

    /// The headers of INVITEs to focus and IM MCU: the CWA-like client says what it wants of the session, and
    /// what it understands (EX-CWA-0-k, EX-CWA-0-l).
    pub(super) fn calling(&self) -> Draft {
        let draft = self.invite();
        if self.config.kind != super::Kind::Cwa {
            return draft;
        }
        let draft = draft.header("Allow", "UPDATE");
        let draft = if self.config.session_timer {
            draft.header("Session-Expires", SESSION_EXPIRES).header("Min-SE", MIN_SE)
        } else {
            draft
        };
        draft.header("Allow", "Ack, Cancel, Bye,Invite,Message,Info,Service,Options,BeNotify")
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
        let Some(dialog) = dialog.filter(|_| outcome.is_success()) else {
            conference.focus = Session::Idle;
            return self.join_failed(cx, number, outcome);
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
        conference.rejoins = 0;
        let uri = Arc::clone(&conference.uri);
        self.keep(cx, dialog, outcome.message().and_then(|message| SessionTimer::agreed(message)));
        cx.event(Event::Joined { conference: uri });
        self.subscribe(cx, number);
    }
}

/// What of an endpoint shows the passcode of its user; the form is ours (D-18).
fn shown(passcode: &str) -> Vec<Extension<'static>> {
    let elements = ConferenceKey::Passcode(passcode.to_owned()).write();
    elements.into_iter().map(|element| Extension { generation: 0, element }).collect()
}
