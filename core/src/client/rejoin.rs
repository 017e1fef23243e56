//! Sessions that focus or IM MCU know nothing of any more: a restart, or an end that this client never heard
//! of. The first request in such a session is answered 481, or not at all (RFC 3261 12.2.1.2).
//!
//! * Who does not answer may go on with the session all the same: it is ended by a BYE.
//! * A lost IM session is asked for again, and so is one that could not be had for the moment.
//! * A lost subscription is made anew, with a replica of its own (D-12); one that could not be had for the moment
//!   is asked for again.
//! * Who loses the IM session by a BYE, or is refused a subscription, asks the focus by an UPDATE whether it
//!   still knows him.
//! * A lost focus dialog is the end of all three; the client joins again after a pause that doubles each
//!   time, and gives up after [`TRIES_MAX`] times.

use std::sync::Arc;

use super::Client;
use super::ask::{Ask, Number, Timer};
use super::conference::{Leg, Session};
use crate::signal::{Context, DialogId, Draft, Outcome};
use crate::time::Duration;
use crate::wire::sip::Method;

/// The first pause before something is tried again. Ours.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest pause that a Retry-After is followed for. Ours.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// How often something is tried again. Ours.
const TRIES_MAX: u32 = 5;

impl Client {
    /// A request has ended a session: the peer knows nothing of it, or says nothing.
    pub(super) fn lost(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId, outcome: &Outcome) {
        let Some((number, leg)) = self.legs.get(&dialog).copied() else { return };
        if outcome.status() == 408 && leg != Leg::Subscription {
            self.say_bye(cx, dialog);
        }
        self.drop_leg(cx, dialog);
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        match leg {
            Leg::Chat if conference.chat == Session::Up(dialog) => {
                self.chat_ended(cx, number);
                self.chat_again(cx, number, None);
            }
            Leg::Subscription if conference.subscription == Session::Up(dialog) => {
                conference.subscription = Session::Idle;
                conference.refreshing = false;
                if !conference.leaving {
                    self.subscribe(cx, number);
                }
            }
            Leg::Focus if conference.focus == Session::Up(dialog) => {
                let wanted = self.config.rejoin && !conference.leaving;
                conference.by_server |= !conference.leaving;
                self.focus_left(cx, number, dialog);
                self.leave_now(cx, number);
                if wanted {
                    self.rejoin_later(cx, number);
                }
            }
            _ => {}
        }
    }

    /// Ends a session that the peer gave no sign of.
    pub(super) fn hang_up(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        let Some((number, leg)) = self.legs.get(&dialog).copied() else { return };
        match leg {
            Leg::Focus => {
                if let Some(conference) = self.conferences.get_mut(&number) {
                    conference.by_server = true;
                }
                self.leave_now(cx, number);
            }
            Leg::Chat => {
                self.say_bye(cx, dialog);
                self.chat_ended(cx, number);
            }
            Leg::Subscription => {}
        }
    }

    /// BYE in a dialog that nobody listens to any more.
    pub(super) fn say_bye(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        let draft = Draft::new().header("User-Agent", self.config.kind.user_agent());
        if cx.request(dialog, Method::Bye, &draft, Ask::ByeChat(dialog)).is_none() {
            self.drop_leg(cx, dialog);
        }
    }

    /// Has the IM session asked for again. Whether it will be.
    pub(super) fn chat_again(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        outcome: Option<&Outcome>,
    ) -> bool {
        let Some(conference) = self.conferences.get_mut(&number) else { return false };
        let passing = outcome.is_none_or(passes);
        let joined = conference.focus.dialog().is_some() && !conference.leaving;
        if !passing || !joined || !self.config.rejoin || conference.chat_retries >= TRIES_MAX {
            return false;
        }
        let wish = outcome.and_then(|outcome| outcome.message()?.retry_after().ok().flatten());
        let pause = wish.map_or_else(
            || pause(conference.chat_retries),
            |seconds| Duration::from_secs(u64::from(seconds)).min(PAUSE_MAX),
        );
        conference.chat_retries += 1;
        cx.set_timer(Timer::Chat(number), cx.now() + pause);
        true
    }

    /// Has the subscription asked for again that was not to be had: without one a user never sees who is there. He is in
    /// all the while, so this is no joining again.
    pub(super) fn subscribe_later(&mut self, cx: &mut Context<'_, Self>, number: Number, outcome: &Outcome) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if !conference.leaving && passes(outcome) && conference.subscribe_retries < TRIES_MAX {
            cx.set_timer(Timer::Subscription(number), cx.now() + pause(conference.subscribe_retries));
            conference.subscribe_retries += 1;
        }
    }

    /// The pause is over.
    pub(super) fn chat_due(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get(&number) else { return };
        let idle = conference.chat == Session::Idle && !conference.leaving;
        if let Some(chat) = conference.chat_uri.clone().filter(|_| idle) {
            self.join_chat(cx, number, &chat);
        }
    }

    /// The IM MCU has hung up. It does so on an ejection too, of which the focus tells the next moment.
    pub(super) fn doubt_focus(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        cx.set_timer(Timer::Focus(number), cx.now() + PAUSE);
    }

    /// The focus has told nothing: find out whether it still knows this client.
    pub(super) fn focus_due(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get(&number).filter(|it| !it.leaving) else { return };
        if let (Session::Up(focus), Session::Idle) = (conference.focus, conference.chat) {
            self.probe(cx, focus);
        }
    }

    /// Has the conference joined again, unless that has been tried often enough. Whether it will be.
    pub(super) fn rejoin_later(&mut self, cx: &mut Context<'_, Self>, number: Number) -> bool {
        let Some(conference) = self.conferences.get_mut(&number) else { return false };
        if conference.rejoins >= TRIES_MAX {
            return false;
        }
        cx.set_timer(Timer::Rejoin(number), cx.now() + pause(conference.rejoins));
        conference.rejoins += 1;
        true
    }

    /// The pause is over.
    pub(super) fn rejoin_due(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get(&number) else { return };
        if conference.is_live() {
            self.rejoin_later(cx, number);
        } else {
            let uri = Arc::clone(&conference.uri);
            self.join(cx, &uri);
        }
    }

    /// The client is back on a new connection: what it missed meanwhile is in a full document (D-4).
    pub(super) fn resume(&mut self, cx: &mut Context<'_, Self>) {
        let numbers: Vec<Number> = self.conferences.keys().copied().collect();
        for number in numbers {
            self.resync(cx, number);
        }
    }

    /// Asks for the full state in the subscription, or in a new one.
    pub(super) fn resync(&mut self, cx: &mut Context<'_, Self>, number: Number) {
        let Some(conference) = self.conferences.get(&number).filter(|conference| !conference.leaving) else {
            return;
        };
        match (conference.focus, conference.subscription) {
            (_, Session::Up(dialog)) => self.refresh(cx, number, dialog),
            (Session::Up(_), Session::Idle) => self.subscribe(cx, number),
            _ => {}
        }
    }
}

/// Whether what could not be had may be had in a moment.
fn passes(outcome: &Outcome) -> bool {
    matches!(outcome.status(), 408 | 500 | 503 | 504)
}

/// The pause before the next try, after so many.
fn pause(tries: u32) -> Duration {
    PAUSE.times(1 << tries.min(TRIES_MAX))
}
