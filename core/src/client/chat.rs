//! The client's side of the IM MCU: the IM session, messages, delivery notifications (MS-CONFIM 3.1 to 3.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::Client;
use super::api::Event;
use super::ask::{Ask, Number, Timer};
use super::conference::{Leg, Session};
use super::failure::{fail, reason_of};
use crate::signal::{Context, DialogId, Draft, Outcome, SessionTimer};
use crate::wire::imdn::Imdn;
use crate::wire::sdp::ImSession;
use crate::wire::sip::{Message, Method, Name};

/// How many delivery notifications without a message are kept while 202s are awaited. Ours.
const EARLY_REPORTS_MAX: usize = 16;

/// What an INFO says while the user types. The MCU does not look into it (IM-3-4-2-5-1).
const TYPING: &str = "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"type\" /></KeyboardActivity>";

impl Client {
    /// INVITE to the chat URI (IM-3-1-2-4-1-b).
    pub(super) fn join_chat(&mut self, cx: &mut Context<'_, Self>, number: Number, chat: &str) {
        let offer = ImSession::offer("0.0.0.0", self.accept_types(number));
        let endpoints = format!("<{}>, <{chat}>", self.config.user);
        let draft = self
            .calling()
            .header("Supported", "ms-delayed-accept")
            .header("Supported", "ms-renders-mime-alternative")
            .header("Roster-Manager", &self.config.user)
            .header("EndPoints", endpoints)
            .header("Supported", "com.microsoft.rtc-multiparty")
            .header("ms-keep-alive", "UAC;hop-hop=yes")
            .header("Supported", "ms-conf-invite")
            .content("application/sdp", offer.write());
        let sent = self.send_to(cx, Method::Invite, chat, &draft, Ask::Chat(number));
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        conference.chat_tried = true;
        match sent {
            Some(tx) => conference.chat = Session::Asked(tx),
            None => fail(cx, "INVITE", &Arc::clone(&conference.uri), 503, "not connected"),
        }
    }

    pub(super) fn chat_answered(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        dialog: Option<DialogId>,
        outcome: &Outcome,
    ) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        let uri = Arc::clone(&conference.uri);
        let Some(dialog) = dialog.filter(|_| outcome.is_success()) else {
            conference.chat = Session::Idle;
            let leaving = conference.leaving;
            if !leaving && !self.chat_again(cx, number, Some(outcome)) {
                fail(cx, "INVITE", &uri, outcome.status(), reason_of(outcome));
            }
            return;
        };
        self.legs.insert(dialog, (number, Leg::Chat));
        if conference.leaving || conference.chat.dialog().is_some() {
            // The answer crossed our leaving, or is a second one from a fork (D-8).
            if !matches!(conference.chat, Session::Up(_)) {
                conference.chat = Session::Idle;
            }
            if cx.request(dialog, Method::Bye, &Draft::new(), Ask::ByeChat(dialog)).is_none() {
                self.drop_leg(cx, dialog);
            }
            return;
        }
        conference.chat = Session::Up(dialog);
        conference.chat_retries = 0;
        self.keep(cx, dialog, outcome.message().and_then(|message| SessionTimer::agreed(message)));
        cx.event(Event::ChatJoined { conference: uri });
    }

    /// MESSAGE in the IM session (IM-3-3-1-4-1-a).
    pub(super) fn send_message(
        &mut self,
        cx: &mut Context<'_, Self>,
        uri: &Arc<str>,
        content_type: &str,
        body: Bytes,
    ) {
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .header("Supported", "timer")
            .content(content_type, body);
        self.in_chat(cx, uri, Method::Message, &draft, Ask::Message);
    }

    /// INFO in the IM session (IM-3-4-1-4-1-a).
    pub(super) fn send_typing(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .content("application/xml", TYPING);
        self.in_chat(cx, uri, Method::Info, &draft, |_| Ask::Typing);
    }

    fn in_chat(
        &mut self,
        cx: &mut Context<'_, Self>,
        uri: &Arc<str>,
        method: Method,
        draft: &Draft,
        ask: impl FnOnce(Number) -> Ask,
    ) {
        let what = if method == Method::Message { "MESSAGE" } else { "INFO" };
        let found = self.conference(uri);
        let Some((number, dialog)) =
            found.and_then(|(number, conference)| Some((number, conference.chat.dialog()?)))
        else {
            return fail(cx, what, uri, 0, "no IM session");
        };
        let message = method == Method::Message;
        if cx.request(dialog, method, draft, ask(number)).is_none() {
            return fail(cx, what, uri, 503, "not connected");
        }
        if let Some(conference) = self.conferences.get_mut(&number).filter(|_| message) {
            conference.unanswered += 1;
        }
    }

    /// 200: nobody else is there. 202: a delivery notification follows (IM-3-3-1-5-1).
    /// One that comes when the session is over is the last word.
    pub(super) fn message_answered(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        dialog: Option<DialogId>,
        outcome: &Outcome,
    ) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        let uri = Arc::clone(&conference.uri);
        let current = conference.chat.dialog().is_some() && conference.chat.dialog() == dialog;
        let mut early = BTreeMap::new();
        if current {
            conference.unanswered = conference.unanswered.saturating_sub(1);
            early = if conference.unanswered == 0 {
                std::mem::take(&mut conference.early_reports)
            } else {
                conference.early_reports.clone()
            };
        }
        let (Some(message), true) = (outcome.message(), outcome.is_success()) else {
            fail(cx, "MESSAGE", &uri, outcome.status(), reason_of(outcome));
            if let Some(dialog) = dialog.filter(|_| outcome.ends_dialog()) {
                self.lost(cx, dialog, outcome);
            }
            return;
        };
        let message_id = message_id(message);
        // Nothing follows into a session that is over.
        let notification_follows = outcome.status() == 202 && current;
        if notification_follows {
            conference.undelivered.insert(message_id);
            let at = cx.now() + self.config.send_message_timer;
            cx.set_timer(Timer::SendMessage(number, message_id), at);
        }
        cx.event(Event::Accepted { conference: uri, message_id, notification_follows });
        if let Some(failures) = early.remove(&message_id).filter(|_| notification_follows) {
            self.report_arrived(cx, number, message_id, failures);
        }
    }

    /// A forwarded message; the MCU's From says only which conference (IM-3-3-1-5-2).
    pub(super) fn received(&self, cx: &mut Context<'_, Self>, number: Number, message: &Message) {
        let Some(conference) = self.conferences.get(&number) else { return };
        cx.event(Event::Received {
            conference: Arc::clone(&conference.uri),
            message_id: message_id(message),
            sender: message.header(Name::MsSender).map(str::to_owned),
            content_type: message.header(Name::ContentType).unwrap_or_default().to_owned(),
            body: message.body().clone(),
        });
    }

    /// Somebody types: his INFO, passed on by the MCU (IM-3-4-1-5-2-b).
    pub(super) fn typed(&self, cx: &mut Context<'_, Self>, number: Number, message: &Message) {
        let Some(conference) = self.conferences.get(&number) else { return };
        cx.event(Event::Typing {
            conference: Arc::clone(&conference.uri),
            sender: message.header(Name::MsSender).map(str::to_owned),
        });
    }

    /// A delivery notification. One for no message of ours, or too late, is ignored (IM-3-3-1-5-1-g); one that
    /// overtook its 202 is kept for it.
    pub(super) fn delivery(&mut self, cx: &mut Context<'_, Self>, number: Number, message: &Message) {
        let Ok(imdn) = Imdn::parse(message.body()) else { return };
        let failures = imdn
            .recipients
            .into_iter()
            .filter(|recipient| recipient.status >= 300)
            .map(|recipient| (recipient.uri, recipient.status))
            .collect();
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if conference.undelivered.contains(&imdn.message_id) {
            self.report_arrived(cx, number, imdn.message_id, failures);
        } else if conference.unanswered > 0 && conference.early_reports.len() < EARLY_REPORTS_MAX {
            conference.early_reports.insert(imdn.message_id, failures);
        }
    }

    fn report_arrived(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        message_id: u32,
        failures: Vec<(String, u16)>,
    ) {
        cx.clear_timer(Timer::SendMessage(number, message_id));
        self.settle_delivery(cx, number, message_id, failures, false);
    }

    /// No delivery notification in time counts as 408 for everybody.
    pub(super) fn delivery_timed_out(&mut self, cx: &mut Context<'_, Self>, number: Number, message_id: u32) {
        self.settle_delivery(cx, number, message_id, Vec::new(), true);
    }

    fn settle_delivery(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        message_id: u32,
        failures: Vec<(String, u16)>,
        timed_out: bool,
    ) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if conference.undelivered.remove(&message_id) {
            let conference = Arc::clone(&conference.uri);
            cx.event(Event::Delivered { conference, message_id, failures, timed_out });
        }
    }

    /// The IM session is over (IM-3-2-1-5-1-a); what was still awaited in it will not come.
    pub(super) fn chat_ended(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        conference.chat = Session::Idle;
        conference.chat_shown = false;
        conference.reinviting = false;
        conference.unanswered = 0;
        conference.early_reports.clear();
        let uri = Arc::clone(&conference.uri);
        let announced = conference.called.take().is_none();
        if announced {
            cx.event(Event::ChatEnded { conference: Arc::clone(&uri) });
        }
        if std::mem::take(&mut conference.by_call) && conference.focus == Session::Idle {
            cx.event(Event::Ended { conference: uri, by_server: !conference.leaving });
        }
        for message_id in std::mem::take(&mut conference.undelivered) {
            cx.clear_timer(Timer::SendMessage(number, message_id));
        }
    }
}

/// The Message-Id, zero when absent (IM-3-3-1-5-1).
fn message_id(message: &Message) -> u32 {
    message.message_id().ok().flatten().unwrap_or(0)
}
