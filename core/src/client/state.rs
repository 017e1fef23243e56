//! The subscription to the conference state and the roster replica (RFC 4575, EX-IM-4-1-1).

use std::sync::Arc;

use bytes::Bytes;

use super::Client;
use super::api::Event;
use super::ask::{Ask, Number, Timer};
use super::conference::{Leg, Session};
use super::failure::{fail, reason_of};
use super::roster;
use crate::signal::{Context, DialogId, Draft, Response};
use crate::time::Duration;
use crate::wire::conference_info::{self, Applied, Replica, Resync};
use crate::wire::sip::{Message, Method, Substate};

/// How long a subscription lasts whose 200 does not say, in seconds (RFC 4575 section 3.2).
const SUBSCRIPTION_EXPIRES: u32 = 3600;
/// A subscription without `autoextend` is refreshed this long before its end, or at half its time. Ours.
const HEAD_START: Duration = Duration::from_secs(60);

impl Client {
    /// SUBSCRIBE to the conference state (EX-IM-4-1-1-l).
    pub(super) fn subscribe(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(uri) = self.conferences.get(&number).map(|conference| Arc::clone(&conference.uri)) else {
            return;
        };
        let mut draft = subscription().header("User-Agent", self.config.kind.user_agent());
        if self.config.autoextend {
            draft = draft.header("Supported", "com.microsoft.autoextend");
        }
        let draft = draft
            .header("Supported", "ms-benotify")
            .header("Proxy-Require", "ms-benotify")
            .header("Supported", "ms-piggyback-first-notify");
        let sent = self.send_to(cx, Method::Subscribe, &uri, &draft, Ask::Subscribe(number));
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        match sent {
            Some(tx) => conference.subscription = Session::Asked(tx),
            None => fail(cx, "SUBSCRIBE", &uri, 503, "not connected"),
        }
    }

    /// The user wants the whole roster.
    pub(super) fn refresh_roster(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        match self.conference(uri) {
            Some((number, conference)) if conference.focus.dialog().is_some() => self.resync(cx, number),
            _ => fail(cx, "SUBSCRIBE", uri, 0, "not in the conference"),
        }
    }

    /// The subscription stands, or was refreshed: the answer carries the full state. One about a subscription
    /// that has ended meanwhile changes nothing.
    pub(super) fn subscribed(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        response: &Response<Ask>,
    ) {
        let (dialog, outcome) = (response.dialog, &response.outcome);
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        let awaited = match conference.subscription {
            Session::Asked(asked) => asked == response.tx,
            Session::Up(up) => dialog == Some(up),
            Session::Idle => false,
        };
        if !awaited {
            return;
        }
        conference.refreshing = false;
        let uri = Arc::clone(&conference.uri);
        let (Some(dialog), Some(message), true) = (dialog, outcome.message(), outcome.is_success()) else {
            match conference.subscription.dialog() {
                Some(dialog) if outcome.ends_dialog() => return self.lost(cx, dialog, outcome),
                Some(_) => {}
                None => {
                    conference.subscription = Session::Idle;
                    let focus = conference.focus;
                    self.subscribe_later(cx, number, outcome);
                    // The focus may know nothing of the session that the subscription needs.
                    if let Session::Up(focus) = focus {
                        self.probe(cx, focus);
                    }
                }
            }
            return fail(cx, "SUBSCRIBE", &uri, outcome.status(), reason_of(outcome));
        };
        if conference.subscription.dialog() != Some(dialog) {
            conference.subscription = Session::Up(dialog);
            conference.replica = Replica::new();
            conference.subscribe_retries = 0;
            self.legs.insert(dialog, (number, Leg::Subscription));
        }
        if conference.leaving {
            return self.unsubscribe(cx, number);
        }
        if !self.config.autoextend {
            let granted = message.expires().ok().flatten().unwrap_or(SUBSCRIPTION_EXPIRES);
            let granted = Duration::from_secs(u64::from(granted));
            let half = Duration::from_micros(granted.as_micros() / 2);
            let head_start = HEAD_START.min(half);
            cx.set_timer(Timer::Subscription(number), cx.now() + (granted - head_start));
        }
        // Without piggyback the document comes in a notification of its own.
        if !message.body().is_empty() {
            self.apply(cx, number, dialog, message.body());
        }
    }

    /// A notification in the subscription, or in one that is being ended and tells nothing any more.
    pub(super) fn notified(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        dialog: DialogId,
        message: &Message,
    ) {
        let state = message.subscription_state().ok().flatten();
        let terminated = state.is_some_and(|state| state.state == Substate::Terminated);
        if terminated {
            self.drop_leg(cx, dialog);
        }
        let conference = self.conferences.get_mut(&number);
        let current = conference.filter(|conference| conference.subscription.dialog() == Some(dialog));
        let Some(conference) = current else { return };
        if terminated {
            conference.subscription = Session::Idle;
            conference.by_server = true;
            return self.leave_now(cx, number);
        }
        if !message.body().is_empty() {
            self.apply(cx, number, dialog, message.body());
        }
    }

    /// Applies a document to the replica (RFC 4575 4.6), and joins the IM session the first time it can.
    fn apply(&mut self, cx: &mut Context<'_, Self>, number: Number, dialog: DialogId, body: &Bytes) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        let uri = Arc::clone(&conference.uri);
        let Ok(news) = conference_info::read(body) else {
            return fail(cx, "conference-info", &uri, 0, "not understood");
        };
        match conference.replica.apply(&news) {
            Ok(Applied::Replaced | Applied::Merged) => {}
            Ok(Applied::Stale | Applied::Deleted) => return,
            Err(resync) => {
                if let Resync::Gap { known, received } = resync {
                    cx.event(Event::RosterGap { conference: uri, have: known, got: received });
                }
                return self.refresh(cx, number, dialog);
            }
        }
        let Some(version) = conference.replica.version() else { return };
        let roster = Arc::new(roster::next_view(&conference.shown, &news, &conference.replica));
        conference.shown = Arc::clone(&roster);
        if let Some(chat) = roster::chat_uri(&news) {
            conference.chat_uri = Some(chat.into());
        }
        let shown = match roster::tells_of(&news, &self.config.user) {
            true => roster::has_chat(conference.replica.user(&self.config.user)),
            false => conference.chat_shown,
        };
        let vanished = std::mem::replace(&mut conference.chat_shown, shown) && !shown;
        let (focus, chat, leaving) = (conference.focus, conference.chat, conference.leaving);
        let wants_chat = chat == Session::Idle && !leaving && !conference.chat_tried;
        let chat_uri = conference.chat_uri.clone();
        cx.event(Event::Roster { conference: uri, version, roster });
        if let Some(chat) = chat_uri.filter(|_| wants_chat && focus.dialog().is_some()) {
            self.join_chat(cx, number, &chat);
        }
        // The pool says that our IM session is gone: find out whether it is.
        if let Some(dialog) = chat.dialog().filter(|_| vanished && !leaving) {
            self.probe(cx, dialog);
        }
    }

    /// Asks for the full state once, by refreshing the subscription.
    pub(super) fn refresh(&mut self, cx: &mut Context<'_, Self>, number: Number, dialog: DialogId) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if !std::mem::replace(&mut conference.refreshing, true) {
            let draft = subscription().header("Supported", "ms-benotify, ms-piggyback-first-notify");
            if cx.request(dialog, Method::Subscribe, &draft, Ask::Subscribe(number)).is_none() {
                conference.refreshing = false;
            }
        }
    }
}

/// The headers of every SUBSCRIBE.
pub(super) fn subscription() -> Draft {
    Draft::new().header("Event", "conference").header("Accept", conference_info::CONTENT_TYPE)
}
