//! The subscription to the conference state and the roster replica (RFC 4575, EX-IM-4-1-1).

use std::sync::Arc;

use bytes::Bytes;

use super::api::Event;
use super::conference::{Leg, Session};
use super::failure::{fail, reason_of};
use super::machine::{Ask, Client, Number};
use super::roster;
use crate::signal::{Context, DialogId, Draft, Response};
use crate::wire::conference_info::{self, Applied, Replica, Resync};
use crate::wire::sip::{Message, Method, Substate};

impl Client {
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
            if conference.subscription.dialog().is_none() {
                conference.subscription = Session::Idle;
            }
            return fail(cx, "SUBSCRIBE", &uri, outcome.status(), reason_of(outcome));
        };
        if conference.subscription.dialog() != Some(dialog) {
            conference.subscription = Session::Up(dialog);
            conference.replica = Replica::new();
            self.legs.insert(dialog, (number, Leg::Subscription));
        }
        if conference.leaving {
            return self.unsubscribe(cx, number);
        }
        let message = Arc::clone(message);
        self.apply(cx, number, dialog, message.body());
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
        let Ok(document) = conference_info::read(body) else {
            return fail(cx, "conference-info", &uri, 0, "not understood");
        };
        match conference.replica.apply(&document) {
            Ok(Applied::Replaced | Applied::Merged) => {}
            Ok(Applied::Stale | Applied::Deleted) => return,
            Err(resync) => {
                if let Resync::Gap { known, received } = resync {
                    cx.event(Event::RosterGap { conference: uri, have: known, got: received });
                }
                return self.refresh(cx, number, dialog);
            }
        }
        let (Some(version), Some(document)) = (conference.replica.version(), conference.replica.document())
        else {
            return;
        };
        let roster = Arc::new(roster::view(document));
        let chat = roster::chat_uri(document).map(str::to_owned);
        let wants_chat = conference.chat == Session::Idle && !conference.leaving && !conference.chat_tried;
        cx.event(Event::Roster { conference: uri, version, roster });
        if let Some(chat) = chat.filter(|_| wants_chat) {
            self.join_chat(cx, number, &chat);
        }
    }

    /// Asks for the full state once, by refreshing the subscription.
    fn refresh(&mut self, cx: &mut Context<'_, Self>, number: Number, dialog: DialogId) {
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
