//! Sessions: from INVITE to BYE (MS-CONFIM 3.1.3, 3.2.2).

use std::collections::VecDeque;

use super::conference::{Conference, ConferenceId};
use super::config::SESSION_EXPIRES;
use super::leg::{Abilities, Leg};
use super::{Ask, Cx, ImMcu, Timer};
use crate::signal::{DialogId, Draft, MIN_SE, Outcome, Request, SessionTimer, TooSmall};
use crate::wire::content_type::{ContentType, MediaType};
use crate::wire::sdp::{AcceptTypes, ImSession};
use crate::wire::sip::{Method, Name, StartLine};

/// What the MCU understands (RFC 3261 20.5).
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, UPDATE, MESSAGE, INFO";
/// The MCU's description names no host: messages travel in the dialog (EX-IM-4-1-1).
pub(super) const SDP_ADDRESS: &str = "0.0.0.0";

/// A refusal: SIP status and reason phrase, and headers that go with them.
type Refusal = (u16, &'static str, Draft);

fn refusal(code: u16, reason: &'static str) -> Refusal {
    (code, reason, Draft::new())
}

/// What an INVITE or UPDATE asks for, if that is possible.
struct Offer {
    /// `None`: nothing about media.
    media: Option<ImSession>,
    session: Option<SessionTimer>,
}

impl Offer {
    fn of(request: &Request) -> Result<Self, Refusal> {
        let message = &request.message;
        let session = SessionTimer::agree(message, SESSION_EXPIRES)
            .map_err(|TooSmall| (422, "Session Interval Too Small", Draft::new().header("Min-SE", MIN_SE)))?;
        if message.body().is_empty() {
            return Ok(Self { media: None, session });
        }
        let content_type = message.content_type().map(ContentType::parse);
        if !content_type.is_some_and(|read| read.is_ok_and(|read| *read.media() == MediaType::SDP)) {
            let draft = Draft::new().header("Accept", MediaType::SDP.as_str());
            return Err((415, "Unsupported Media Type", draft));
        }
        match ImSession::parse(message.body()) {
            Ok(media) if media.rejected => Err(refusal(488, "Not Acceptable Here")),
            Ok(media) => Ok(Self { media: Some(media), session }),
            Err(error) if error.status() == 488 => Err(refusal(488, "Not Acceptable Here")),
            Err(_) => Err(refusal(400, "Bad Session Description")),
        }
    }

    /// Headers and body of the 2xx.
    fn answer(&self) -> Draft {
        let draft = Draft::new().header("Supported", "timer").header("Allow", ALLOW);
        let draft = SessionTimer::announce(self.session, draft);
        match &self.media {
            Some(media) => {
                let answer = media.answer(SDP_ADDRESS, AcceptTypes::Any);
                draft.content(MediaType::SDP.as_str(), answer.write())
            }
            None => draft,
        }
    }
}

impl ImMcu {
    /// An INVITE outside any dialog: a participant dials in.
    pub(super) fn dial_in(&mut self, cx: &mut Cx<'_>, request: &Request) {
        if let Err((code, reason, draft)) = self.establish(cx, request) {
            cx.respond(request.tx, code, reason, &draft);
        }
    }

    fn establish(&mut self, cx: &mut Cx<'_>, request: &Request) -> Result<(), Refusal> {
        if cx.peer(request.conn) != Some(&self.config.focus) {
            let draft = diagnostics(cx, 3005, "Request cannot target an MCU");
            return Err((403, "Forbidden", draft));
        }
        let message = &request.message;
        let StartLine::Request { uri, .. } = message.start() else { return Ok(()) };
        let conference = self.by_chat_uri.get(uri).and_then(|id| self.conferences.get_mut(id));
        let conference = conference.ok_or_else(|| refusal(404, "Not Found"))?;
        let announced = message.other("Pool-Endpoint").and_then(|guid| conference.announced.take(guid));
        conference.watch_announced(cx);
        let Some(participant) = announced else {
            return Err((403, "Forbidden", diagnostics(cx, 3014, "Not announced by the focus")));
        };
        let offer = Offer::of(request)?;
        // The formats are needed from the start, so the offer cannot come with the answer (IM-3-1-1-1-a).
        let Some(media) = &offer.media else { return Err(refusal(488, "Not Acceptable Here")) };
        let abilities = Abilities::of(message, media.accept.clone());
        let contact = format!("<{}>;isfocus", conference.chat_uri);
        if let Some(dialog) = cx.accept(request.tx, "OK", &contact, &offer.answer()) {
            conference.legs.insert(dialog, Leg::new(participant, abilities, offer.session));
            self.dialogs.insert(dialog, conference.id);
        }
        Ok(())
    }

    /// The ACK is there: the leg takes part from now on (D-21).
    pub(super) fn connect(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        let Some(conference) = self.conference_of(dialog) else { return };
        let Some(leg) = conference.legs.get_mut(&dialog).filter(|leg| !leg.connected) else { return };
        leg.connected = true;
        if let Some(session) = leg.session {
            cx.set_timer(Timer::Session(dialog), session.due(cx.now()));
        }
        conference.replay(cx, dialog);
        let news = conference.joined(dialog);
        self.tell_focus(cx, news);
    }

    /// An INVITE or UPDATE within a session: refreshes it, and may change what the client takes (D-29).
    pub(super) fn renew(&mut self, cx: &mut Cx<'_>, dialog: DialogId, request: &Request) {
        let offer = match Offer::of(request) {
            Ok(offer) => offer,
            Err((code, reason, draft)) => return cx.respond(request.tx, code, reason, &draft),
        };
        let Some(conference) = self.conference_of(dialog) else { return };
        let contact = format!("<{}>;isfocus", conference.chat_uri);
        if *request.message.method() == Method::Invite {
            let answer = match offer.media {
                Some(_) => offer.answer(),
                // Without an offer the 200 has to carry one (RFC 3261 14.2).
                None => offer.answer().content(
                    MediaType::SDP.as_str(),
                    ImSession::offer(SDP_ADDRESS, AcceptTypes::Any).write(),
                ),
            };
            cx.accept(request.tx, "OK", &contact, &answer);
        } else {
            cx.respond(request.tx, 200, "OK", &offer.answer().header("Contact", contact));
        }
        let Some(leg) = conference.legs.get_mut(&dialog) else { return };
        leg.session = offer.session;
        match offer.session {
            Some(session) if leg.connected => {
                cx.set_timer(Timer::Session(dialog), session.due(cx.now()));
            }
            _ => cx.clear_timer(Timer::Session(dialog)),
        }
        let Some(media) = offer.media.filter(|media| media.accept != leg.abilities.formats) else { return };
        leg.abilities.formats = media.accept;
        if leg.connected {
            let news = conference.joined(dialog);
            self.tell_focus(cx, news);
        }
    }

    /// The participant hangs up.
    pub(super) fn hung_up(&mut self, cx: &mut Cx<'_>, dialog: DialogId, request: &Request) {
        cx.respond(request.tx, 200, "OK", &Draft::new());
        cx.forget(dialog);
        let Some(id) = self.dialogs.get(&dialog).copied() else { return };
        self.end(cx, id, vec![dialog], Farewell::Heard);
    }

    /// Ends legs, and tells the focus.
    pub(super) fn end(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        dialogs: Vec<DialogId>,
        farewell: Farewell,
    ) {
        if let Some(news) = self.hang_up(cx, id, dialogs, farewell) {
            self.tell_focus(cx, Some(news));
        }
    }

    /// Ends legs; what there is to tell the focus is returned.
    pub(super) fn hang_up(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        dialogs: Vec<DialogId>,
        farewell: Farewell,
    ) -> Option<Vec<u8>> {
        let conference = self.conferences.get_mut(&id)?;
        let gone = conference.release(cx, dialogs, farewell);
        for (dialog, _) in &gone {
            self.dialogs.remove(dialog);
        }
        conference.left(&gone)
    }

    /// The session timer of a leg: refreshes the session, or gives it up.
    pub(super) fn session_due(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        let Some(conference) = self.conference_of(dialog) else { return };
        let id = conference.id;
        let session = conference.legs.get(&dialog).and_then(|leg| leg.session);
        match session.filter(|session| session.ours) {
            Some(session) => {
                cx.set_timer(Timer::Session(dialog), session.due(cx.now()));
                cx.request(dialog, Method::Update, &session.refresh(), Ask::Refresh);
            }
            None => self.end(cx, id, vec![dialog], Farewell::Said),
        }
    }

    /// What became of our refresh (RFC 4028 section 10).
    pub(super) fn refreshed(&mut self, cx: &mut Cx<'_>, dialog: DialogId, outcome: &Outcome) {
        if outcome.ends_dialog()
            && let Some(id) = self.dialogs.get(&dialog).copied()
        {
            self.end(cx, id, vec![dialog], Farewell::Said);
        }
    }
}

/// Who says good-bye to a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// The MCU, by a BYE.
    Said,
    /// The participant has.
    Heard,
}

impl Conference {
    /// Takes legs out, and those that cannot be reached once the reports about them are out. Every forward
    /// still open to one of them has failed (D-25).
    fn release(
        &mut self,
        cx: &mut Cx<'_>,
        dialogs: Vec<DialogId>,
        farewell: Farewell,
    ) -> Vec<(DialogId, Leg)> {
        let mut waiting: VecDeque<_> = dialogs.into_iter().map(|dialog| (dialog, farewell)).collect();
        let mut gone = Vec::new();
        while let Some((dialog, farewell)) = waiting.pop_front() {
            let Some(leg) = self.legs.remove(&dialog) else { continue };
            cx.clear_timer(Timer::Session(dialog));
            if farewell == Farewell::Said {
                bye(cx, dialog);
            }
            for message in &leg.outstanding {
                if let Some(delivery) = self.deliveries.get_mut(message) {
                    delivery.settled(Some(leg.participant.failed(503)));
                }
                let unreachable = self.report(cx, *message);
                waiting.extend(unreachable.into_iter().map(|dialog| (dialog, Farewell::Said)));
            }
            gone.push((dialog, leg));
        }
        gone
    }
}

/// Says good-bye. The dialog stays until the answer, but nobody listens to it any more.
pub(super) fn bye(cx: &mut Cx<'_>, dialog: DialogId) {
    if cx.request(dialog, Method::Bye, &Draft::new(), Ask::Bye).is_none() {
        cx.forget(dialog);
    }
}

/// A draft with a diagnostics header of this MCU.
pub(super) fn diagnostics(cx: &Cx<'_>, code: u32, reason: &str) -> Draft {
    let source = super::host(cx.address());
    let value = format!(r#"{code};source="{source}";reason="{reason}";component="ImMcu""#);
    Draft::new().header(Name::MsDiagnostics.as_str(), value)
}

/// Refuses a method (RFC 3261 8.2.1).
pub(super) fn not_allowed(cx: &mut Cx<'_>, request: &Request) {
    cx.respond(request.tx, 405, "Method Not Allowed", &Draft::new().header("Allow", ALLOW));
}
