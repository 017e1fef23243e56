//! Leaving a conference, and being removed from it (EX-IM-4-3-2, EX-IM-4-3-1).

use std::sync::Arc;

use super::Client;
use super::api::Event;
use super::ask::{Ask, Number, Timer};
use super::conference::{Leg, Session};
use super::failure::fail;
use super::state::subscription;
use crate::signal::{Context, DialogId, Draft};
use crate::wire::sip::Method;

impl Client {
    pub(super) fn leave(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>) {
        match self.conference(uri) {
            Some((number, conference)) if conference.is_live() => self.leave_now(cx, number),
            Some((number, conference)) if conference.rejoins > 0 => {
                cx.clear_timer(Timer::Rejoin(number));
            }
            _ => fail(cx, "BYE", uri, 0, "not in the conference"),
        }
    }

    /// Ends whatever is up: subscription, focus, chat, without waiting in between (EX-IM-4-3-2-a).
    pub(super) fn leave_now(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        conference.leaving = true;
        let (focus, chat) = (conference.focus, conference.chat);
        cx.clear_timer(Timer::Chat(number));
        cx.clear_timer(Timer::Subscription(number));
        self.unsubscribe(cx, number);
        let draft = Draft::new().header("User-Agent", self.config.kind.user_agent());
        match focus {
            Session::Up(dialog) => {
                if cx.request(dialog, Method::Bye, &draft, Ask::ByeFocus(number, dialog)).is_none() {
                    self.drop_leg(cx, dialog);
                    self.focus_left(cx, number, dialog);
                }
            }
            Session::Asked(tx) => cx.cancel(tx),
            Session::Idle => {}
        }
        match chat {
            Session::Up(dialog) => {
                if cx.request(dialog, Method::Bye, &draft, Ask::ByeChat(dialog)).is_none() {
                    self.drop_leg(cx, dialog);
                }
                self.chat_ended(cx, number);
            }
            Session::Asked(tx) => cx.cancel(tx),
            Session::Idle => {}
        }
    }

    pub(super) fn unsubscribe(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        let Some(dialog) = conference.subscription.dialog() else { return };
        conference.subscription = Session::Idle;
        cx.clear_timer(Timer::Subscription(number));
        let draft = subscription().header("User-Agent", self.config.kind.user_agent()).header("Expires", 0);
        if cx.request(dialog, Method::Subscribe, &draft, Ask::Unsubscribe(dialog)).is_none() {
            self.drop_leg(cx, dialog);
        }
    }

    /// The focus dialog is over.
    pub(super) fn focus_left(&mut self, cx: &mut Context<'_, Self>, number: Number, dialog: DialogId) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if conference.focus == Session::Up(dialog) {
            conference.focus = Session::Idle;
            let (uri, by_server) = (Arc::clone(&conference.uri), conference.by_server);
            let open: Vec<u64> = conference.commands.keys().copied().collect();
            for id in open {
                self.command_failed(cx, number, id, 0, "left the conference");
            }
            cx.event(Event::Ended { conference: uri, by_server });
        }
    }

    /// A BYE of the focus or the MCU.
    pub(super) fn ended_by_peer(
        &mut self,
        cx: &mut Context<'_, Self>,
        dialog: DialogId,
        number: Number,
        leg: Leg,
    ) {
        self.drop_leg(cx, dialog);
        match leg {
            Leg::Focus => {
                if let Some(conference) = self.conferences.get_mut(&number) {
                    conference.by_server |= !conference.leaving;
                }
                self.focus_left(cx, number, dialog);
                self.leave_now(cx, number);
            }
            Leg::Chat => {
                let current = self.conferences.get(&number).and_then(|conference| conference.chat.dialog());
                if current == Some(dialog) {
                    self.chat_ended(cx, number);
                    self.doubt_focus(cx, number);
                }
            }
            Leg::Subscription => {}
        }
    }
}
