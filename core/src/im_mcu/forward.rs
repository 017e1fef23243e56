//! MESSAGE: to everybody else at once, and a report to the author when all have answered (MS-CONFIM 3.3.2).

use super::conference::Conference;
use super::config::Limits;
use super::delivery::{self, Delivery};
use super::format::InstantMessage;
use super::refusal::NO_ROOM;
use super::{Ask, Cx};
use crate::signal::{DialogId, Draft, Outcome, Request};
use crate::wire::sip::Method;

impl Conference {
    /// A client wrote a message: answers it and forwards it.
    pub(super) fn message(&mut self, cx: &mut Cx<'_>, author: DialogId, request: &Request, limits: &Limits) {
        let Some(leg) = self.legs.get(&author) else { return };
        let id = self.next_message;
        let Some(next) = id.checked_add(1) else {
            return cx.respond(request.tx, 500, "Message-Ids used up", &Draft::new());
        };
        let Ok(message) = InstantMessage::new(id, &leg.participant, &request.message) else {
            return cx.respond(request.tx, 400, "Bad Content-Type", &Draft::new());
        };
        let others = self.others(author);
        let recording = self.history.is_open(cx.now());
        // Taken in full or not at all (D-28).
        if self.outstanding + others > limits.forwards
            || recording && !self.history.has_room(message.size(), limits)
        {
            return NO_ROOM.answer(cx, request.tx);
        }
        self.next_message = next;
        let (code, reason) = if others == 0 { (200, "OK") } else { (202, "Accepted") };
        cx.respond(request.tx, code, reason, &Draft::new().header("Message-Id", id));
        let message = self.distribute(cx, author, message);
        if recording {
            self.history.record(author, message);
        }
    }

    /// Sends a message to everybody but its author.
    fn distribute(
        &mut self,
        cx: &mut Cx<'_>,
        author: DialogId,
        mut message: InstantMessage,
    ) -> InstantMessage {
        let id = message.id();
        let ask = Ask::Forward { conference: self.id, message: id };
        let mut delivery = Delivery::new(author);
        let mut alone = true;
        for (&dialog, leg) in self.legs.iter_mut().filter(|(id, leg)| **id != author && leg.connected) {
            alone = false;
            match message.draft(&leg.abilities) {
                None => delivery.refused(leg.participant.failed(415)),
                Some(draft) if cx.request(dialog, Method::Message, draft, ask).is_some() => {
                    delivery.forwarded();
                    leg.outstanding.push_back(id);
                    self.outstanding += 1;
                }
                Some(_) => delivery.refused(leg.participant.failed(503)),
            }
        }
        if !alone {
            self.deliveries.insert(id, delivery);
            self.report(cx, id);
        }
        message
    }

    /// A forward has its answer. Returns the legs that have to end because of it.
    pub(super) fn forwarded(
        &mut self,
        cx: &mut Cx<'_>,
        recipient: DialogId,
        message: u32,
        outcome: &Outcome,
    ) -> Vec<DialogId> {
        self.finished();
        let Some(leg) = self.legs.get_mut(&recipient) else { return Vec::new() };
        if !leg.answered(message) {
            return Vec::new();
        }
        let failure = delivery::failure(&leg.participant, outcome, crate::refusal::host(cx.address()));
        let Some(delivery) = self.deliveries.get_mut(&message) else { return Vec::new() };
        delivery.settled(failure);
        if outcome.ends_dialog() {
            delivery.gave_up_on(recipient);
        }
        self.report(cx, message)
    }

    /// Reports on a message once all its forwards have their result (D-25), unless its author has gone.
    /// Returns the legs that have to end now (D-7).
    pub(super) fn report(&mut self, cx: &mut Cx<'_>, message: u32) -> Vec<DialogId> {
        if !self.deliveries.get(&message).is_some_and(Delivery::is_complete) {
            return Vec::new();
        }
        let Some(mut delivery) = self.deliveries.remove(&message) else { return Vec::new() };
        if self.legs.contains_key(&delivery.author) {
            let report = delivery.report(message);
            cx.benotify(delivery.author, &report);
        }
        delivery.unreachable()
    }

    /// Sends a leg that has just been connected what it missed (IM-3-1-3-5-2-d, -e). These forwards belong to
    /// no report.
    pub(super) fn replay(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        let Some(leg) = self.legs.get(&dialog) else { return };
        let ask = Ask::Replay { conference: self.id };
        for message in self.history.missed(cx.now(), dialog) {
            if let Some(draft) = message.draft(&leg.abilities)
                && cx.request(dialog, Method::Message, draft, ask).is_some()
            {
                self.outstanding += 1;
            }
        }
    }
}
