//! INFO, for typing and the like: passed on, its content and its fate of no concern (MS-CONFIM 3.4.2).

use super::conference::Conference;
use super::config::Limits;
use super::refusal::NO_ROOM;
use super::{Ask, Cx};
use crate::signal::{DialogId, Draft, Request};
use crate::wire::sip::{Method, Name};

impl Conference {
    /// A client sent an INFO: accepts it, and forwards it to those who know Ms-Sender (IM-3-4-2-5-1-a…d).
    pub(super) fn info(&mut self, cx: &mut Cx<'_>, author: DialogId, request: &Request, limits: &Limits) {
        let Some(leg) = self.legs.get(&author) else { return };
        if self.outstanding + self.others(author) > limits.forwards {
            return NO_ROOM.answer(cx, request.tx);
        }
        cx.respond(request.tx, 202, "Accepted", &Draft::new());
        let message = &request.message;
        let field = message.fields().find(|field| field.name() == Name::ContentType);
        let draft = Draft::new().header("Ms-Sender", leg.participant.sender());
        let draft = match field {
            Some(field) => draft.content(&field.unfolded(), message.body().clone()),
            None => draft,
        };
        let ask = Ask::Info { conference: self.id };
        for (&dialog, leg) in &self.legs {
            let takes = dialog != author && leg.connected && leg.abilities.ms_sender;
            if takes && cx.request(dialog, Method::Info, &draft, ask).is_some() {
                self.outstanding += 1;
            }
        }
    }
}
