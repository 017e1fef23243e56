//! Sessions: from INVITE to BYE (MS-CONFIM 3.1.3, 3.2.2).

use super::conference::ConferenceId;
use super::config::SESSION_EXPIRES;
use super::leg::{Abilities, Leg};
use super::parting::Farewell;
use super::refusal::{
    BAD_SDP, INTERVAL_TOO_SMALL, NO_IM_SESSION, NO_ROOM, NO_SDP, NOT_ANNOUNCED, NOT_FROM_THE_FOCUS, Refusal,
};
use super::{ALLOW, Ask, Cx, ImMcu, SDP_ADDRESS, Timer};
use crate::conference_uri::Target;
use crate::signal::{DialogId, Draft, MIN_SE, Outcome, Request, SessionTimer, TooSmall};
use crate::wire::content_type::{ContentType, MediaType};
use crate::wire::sdp::{AcceptTypes, ImSession};
use crate::wire::sip::Method;

/// A refusal, and a header that goes with it.
type Obstacle = (Refusal, Option<(&'static str, String)>);

fn obstacle(refusal: Refusal) -> Obstacle {
    (refusal, None)
}

fn refuse(cx: &mut Cx<'_>, request: &Request, (refusal, header): Obstacle) {
    let draft = Draft::new();
    let draft = header.into_iter().fold(draft, |draft, (name, value)| draft.header(name, value));
    refusal.answer_with(cx, request.tx, draft);
}

/// What an INVITE or UPDATE asks for, if that is possible.
struct Offer {
    /// `None`: nothing about media.
    media: Option<ImSession>,
    session: Option<SessionTimer>,
}

impl Offer {
    fn of(request: &Request) -> Result<Self, Obstacle> {
        let message = &request.message;
        let session = SessionTimer::agree(message, SESSION_EXPIRES)
            .map_err(|TooSmall| (INTERVAL_TOO_SMALL, Some(("Min-SE", MIN_SE.to_string()))))?;
        if message.body().is_empty() {
            return Ok(Self { media: None, session });
        }
        let content_type = message.content_type().map(ContentType::parse);
        if !content_type.is_some_and(|read| read.is_ok_and(|read| *read.media() == MediaType::SDP)) {
            return Err((NO_SDP, Some(("Accept", MediaType::SDP.as_str().to_owned()))));
        }
        match ImSession::parse(message.body()) {
            Ok(media) if media.rejected => Err(obstacle(NO_IM_SESSION)),
            Ok(media) => Ok(Self { media: Some(media), session }),
            Err(error) if error.status() == 488 => Err(obstacle(NO_IM_SESSION)),
            Err(_) => Err(obstacle(BAD_SDP)),
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
    /// An INVITE outside any dialog: a participant dials in. The focus sends no INVITE that it does not
    /// announce, so one that is not announced has overtaken its announcement.
    pub(super) fn dial_in(&mut self, cx: &mut Cx<'_>, request: &Request) {
        if cx.peer(request.conn) != Some(&self.config.focus) {
            return refuse(cx, request, obstacle(NOT_FROM_THE_FOCUS));
        }
        match (self.establish(cx, request), request.message.other("Pool-Endpoint")) {
            (Err((NOT_ANNOUNCED, _)), Some(endpoint)) => {
                if let Some(other) = self.waiting.hold(endpoint, request, cx.now()) {
                    NO_ROOM.answer(cx, other.tx);
                }
                self.watch_waiting(cx);
            }
            (Err(obstacle), _) => refuse(cx, request, obstacle),
            (Ok(()), _) => {}
        }
    }

    /// A participant is announced: perhaps his INVITE is there.
    pub(super) fn admit_waiting(&mut self, cx: &mut Cx<'_>, endpoint: &str) {
        let Some(invite) = self.waiting.take(endpoint) else { return };
        self.watch_waiting(cx);
        if let Err(obstacle) = self.establish(cx, &invite) {
            refuse(cx, &invite, obstacle);
        }
    }

    /// The announcements of some INVITEs do not come.
    pub(super) fn waited_long_enough(&mut self, cx: &mut Cx<'_>) {
        let late = self.waiting.expire(cx.now());
        self.turn_away(cx, late);
    }

    /// These do not wait any more.
    pub(super) fn turn_away(&self, cx: &mut Cx<'_>, invites: Vec<Request>) {
        for invite in invites {
            NOT_ANNOUNCED.answer(cx, invite.tx);
        }
        self.watch_waiting(cx);
    }

    pub(super) fn watch_waiting(&self, cx: &mut Cx<'_>) {
        match self.waiting.next() {
            Some(at) => cx.set_timer(Timer::Waiting, at),
            None => cx.clear_timer(Timer::Waiting),
        }
    }

    fn establish(&mut self, cx: &mut Cx<'_>, request: &Request) -> Result<(), Obstacle> {
        let message = &request.message;
        let uri = message.request_uri().map(|uri| uri.as_str()).unwrap_or_default();
        let limit = self.config.limits.legs;
        let conference = self.at(uri, Target::Chat).ok_or_else(|| obstacle(NOT_ANNOUNCED))?;
        let unknown = if conference.has_room(limit) { NOT_ANNOUNCED } else { NO_ROOM };
        let announced = message.other("Pool-Endpoint").and_then(|guid| conference.announced.take(guid));
        conference.watch_announced(cx);
        let participant = announced.ok_or_else(|| obstacle(unknown))?;
        let offer = Offer::of(request)?;
        // The formats are needed from the start, so the offer cannot come with the answer (IM-3-1-1-1-a).
        let Some(media) = &offer.media else { return Err(obstacle(NO_IM_SESSION)) };
        let abilities = Abilities::of(message, media.accept.clone());
        let contact = format!("<{}>;isfocus", conference.chat_uri);
        if let Some(dialog) = cx.accept(request.tx, "OK", &contact, &offer.answer()) {
            let id = conference.id;
            conference.legs.insert(dialog, Leg::new(participant, abilities, offer.session));
            self.dialogs.insert(dialog, id);
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
            Err(obstacle) => return refuse(cx, request, obstacle),
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
