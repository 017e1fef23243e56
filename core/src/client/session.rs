//! Keeping sessions alive (RFC 4028, IM-3-1-g, IM-3-2-d), and changing what an IM session takes (D-29).

use std::sync::Arc;

use super::Client;
use super::ask::{Ask, Number, Timer};
use super::conference::{Leg, Session};
use super::failure::{fail, reason_of};
use crate::signal::{Context, DialogId, Draft, MIN_SE, Outcome, Request, SessionTimer, TooSmall};
use crate::time::Duration;
use crate::wire::content_type::MediaType;
use crate::wire::sdp::{AcceptTypes, ImSession};
use crate::wire::sip::Method;

/// How long to wait before a refresh that failed for the moment is tried again. Ours.
const RETRY: Duration = Duration::from_secs(10);
/// After a 491, who made the Call-ID waits between 2.1 and 4 seconds (RFC 3261 14.1), in microseconds.
const GLARE: (u64, u64) = (2_100_000, 4_000_000);

impl Client {
    /// The formats of an offer or an answer of ours.
    pub(super) fn accept_types(&self, number: Number) -> AcceptTypes {
        let chosen = self.conferences.get(&number).and_then(|conference| conference.formats.clone());
        chosen.unwrap_or_else(|| self.config.accept_types())
    }

    /// A session begins, or was refreshed: what its timer is to do.
    pub(super) fn keep(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId, timer: Option<SessionTimer>) {
        match timer.filter(|_| self.config.session_timer) {
            Some(timer) => {
                self.sessions.insert(dialog, timer);
                cx.set_timer(Timer::Session(dialog), timer.due(cx.now()));
            }
            None => {
                self.sessions.remove(&dialog);
                cx.clear_timer(Timer::Session(dialog));
            }
        }
    }

    /// Time to refresh a session, or to give it up because the peer did not.
    pub(super) fn session_due(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        match self.sessions.get(&dialog).copied() {
            Some(timer) if timer.ours => self.refresh_session(cx, dialog, timer),
            Some(_) => self.hang_up(cx, dialog),
            None => {}
        }
    }

    fn refresh_session(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId, timer: SessionTimer) {
        let draft = timer.refresh().header("User-Agent", self.config.kind.user_agent());
        if cx.request(dialog, Method::Update, &draft, Ask::Session(dialog)).is_none() {
            cx.set_timer(Timer::Session(dialog), cx.now() + RETRY);
        }
    }

    /// Finds out whether the peer still knows a session.
    pub(super) fn probe(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        match self.sessions.get(&dialog).copied() {
            Some(timer) if timer.ours => self.refresh_session(cx, dialog, timer),
            _ => {
                let draft = Draft::new().header("User-Agent", self.config.kind.user_agent());
                cx.request(dialog, Method::Update, &draft, Ask::Session(dialog));
            }
        }
    }

    /// What became of a refresh (RFC 4028 sections 7.1 and 10).
    pub(super) fn session_refreshed(
        &mut self,
        cx: &mut Context<'_, Self>,
        dialog: DialogId,
        outcome: &Outcome,
    ) {
        if outcome.ends_dialog() {
            return self.lost(cx, dialog, outcome);
        }
        let Some(timer) = self.sessions.get(&dialog).copied() else { return };
        match outcome.message() {
            Some(message) if outcome.is_success() => self.keep(cx, dialog, SessionTimer::agreed(message)),
            Some(message) if outcome.status() == 422 => {
                let least = message.min_se().ok().flatten().map(u64::from).unwrap_or_default();
                let interval = Duration::from_secs(least);
                if interval > timer.interval {
                    let timer = SessionTimer { interval, ..timer };
                    self.sessions.insert(dialog, timer);
                    self.refresh_session(cx, dialog, timer);
                }
            }
            _ => cx.set_timer(Timer::Session(dialog), cx.now() + RETRY),
        }
    }

    /// An UPDATE or re-INVITE of the peer.
    pub(super) fn renewed(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId, request: &Request) {
        let timer = match self.agree(&request.message) {
            Ok(timer) => timer,
            Err(TooSmall) => {
                let draft = Draft::new().header("Min-SE", MIN_SE);
                return cx.respond(request.tx, 422, "Session Interval Too Small", &draft);
            }
        };
        let answer = SessionTimer::announce(timer, self.invite());
        if *request.message.method() == Method::Update {
            cx.respond(request.tx, 200, "OK", &answer.header_if("Contact", self.registration.contact()));
            return self.keep(cx, dialog, timer);
        }
        let Some((number, leg)) = self.legs.get(&dialog).copied() else { return };
        let own = self.accept_types(number);
        let answer = match (leg, ImSession::parse(request.message.body())) {
            (Leg::Chat, Ok(offer)) => {
                answer.content(MediaType::SDP.as_str(), offer.answer("0.0.0.0", own).write())
            }
            // Without an offer the 200 has to carry one (RFC 3261 14.2).
            (Leg::Chat, Err(_)) if request.message.body().is_empty() => {
                answer.content(MediaType::SDP.as_str(), ImSession::offer("0.0.0.0", own).write())
            }
            (Leg::Chat, Err(_)) => return cx.respond(request.tx, 488, "Not Acceptable Here", &Draft::new()),
            _ => answer,
        };
        let contact = self.registration.contact().unwrap_or_default().to_owned();
        cx.accept(request.tx, "OK", &contact, &answer);
        self.keep(cx, dialog, timer);
    }

    /// From now on the user takes these formats (D-29).
    pub(super) fn set_formats(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, formats: &str) {
        let Some((number, dialog)) =
            self.conference(uri).and_then(|(number, conference)| Some((number, conference.chat.dialog()?)))
        else {
            return fail(cx, "INVITE", uri, 0, "no IM session");
        };
        let Ok(formats) = AcceptTypes::parse(formats) else {
            return fail(cx, "INVITE", uri, 0, "no list of formats");
        };
        if let Some(conference) = self.conferences.get_mut(&number) {
            conference.formats = Some(formats);
            conference.description += 1;
        }
        self.reinvite(cx, number, dialog);
    }

    /// Offers the IM session anew, one INVITE at a time.
    pub(super) fn reinvite(&mut self, cx: &mut Context<'_, Self>, number: Number, dialog: DialogId) {
        let own = self.accept_types(number);
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if conference.chat != Session::Up(dialog) || conference.reinviting {
            return;
        }
        let version = conference.description;
        let offer = ImSession { version, ..ImSession::offer("0.0.0.0", own) };
        let timer = self.sessions.get(&dialog).copied();
        let refresh = timer.filter(|timer| timer.ours).map_or_else(Draft::new, SessionTimer::refresh);
        let draft = refresh
            .header("User-Agent", self.config.kind.user_agent())
            .content(MediaType::SDP.as_str(), offer.write());
        let ask = Ask::Reinvite { conference: number, dialog, version };
        let sent = cx.request(dialog, Method::Invite, &draft, ask).is_some();
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        conference.reinviting = sent;
        if !sent {
            fail(cx, "INVITE", &Arc::clone(&conference.uri), 503, "not connected");
        }
    }

    /// What became of it. Crossed by one of the peer's, it is sent again (RFC 3261 14.1).
    pub(super) fn reinvited(
        &mut self,
        cx: &mut Context<'_, Self>,
        number: Number,
        dialog: DialogId,
        version: u64,
        outcome: &Outcome,
    ) {
        let Some(conference) = self.conferences.get_mut(&number) else { return };
        if conference.chat != Session::Up(dialog) {
            return;
        }
        conference.reinviting = false;
        let (uri, newest) = (Arc::clone(&conference.uri), conference.description == version);
        match outcome.message() {
            Some(message) if outcome.is_success() => self.keep(cx, dialog, SessionTimer::agreed(message)),
            _ if outcome.status() == 491 => {
                let pause = cx.entropy().between(GLARE.0, GLARE.1);
                return cx.set_timer(Timer::Reinvite(dialog), cx.now() + Duration::from_micros(pause));
            }
            _ if outcome.ends_dialog() => return self.lost(cx, dialog, outcome),
            _ => fail(cx, "INVITE", &uri, outcome.status(), reason_of(outcome)),
        }
        if !newest {
            self.reinvite(cx, number, dialog);
        }
    }

    /// The pause after a crossing is over.
    pub(super) fn reinvite_due(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        if let Some((number, Leg::Chat)) = self.legs.get(&dialog).copied() {
            self.reinvite(cx, number, dialog);
        }
    }
}
