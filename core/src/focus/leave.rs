//! Leaving: a BYE of either side, a session that ran out, and what is left behind (EX-IM-4-3-2, D-4, D-15).

use super::conference::{ConferenceId, was_called};
use super::notify::{End, publish, terminate};
use super::pool::Member;
use super::{Ask, Cx, Focus, Refusal, Timer};
use crate::signal::{DialogId, Draft, Outcome, Request};
use crate::wire::cccp::{Command, DeleteUser, UserKeys};
use crate::wire::sip::Method;

impl Focus {
    /// A participant's BYE. One that crosses ours is answered all the same (EX-IM-4-3-1-g).
    pub(super) fn bye(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let Some(dialog) = request.dialog else { return Refusal::NO_DIALOG.answer(cx, request.tx) };
        let left = self.conference_of(dialog).is_some_and(|it| it.legs.contains_key(&dialog));
        if !left && !self.ending.contains(&dialog) {
            return Refusal::NO_DIALOG.answer(cx, request.tx);
        }
        cx.respond(request.tx, 200, "OK", &Draft::new());
        if left {
            self.leave(cx, dialog, None);
        } else {
            // Ours may still wait for an ACK, and is not needed any more.
            self.forget_ended(cx, dialog);
        }
    }

    /// A dialog came to nothing: no ACK, no renewal.
    pub(super) fn lose_leg(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        self.leave(cx, dialog, Some(&Draft::new()));
    }

    /// One focus endpoint leaves the roster; with `bye`, by our BYE.
    fn leave(&mut self, cx: &mut Cx<'_>, dialog: DialogId, bye: Option<&Draft>) {
        let Some(id) = self.dialogs.get(&dialog).copied() else { return };
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(leg) = conference.legs.get(&dialog).cloned() else { return };
        match bye {
            Some(bye) => self.drop_leg(cx, id, dialog, End::NoResource, bye),
            None => {
                self.close_leg(cx, id, dialog, End::NoResource);
                self.dialogs.remove(&dialog);
                cx.forget(dialog);
            }
        }
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let change = conference.roster.disconnect(&leg.user, |endpoint| *endpoint.entity == *leg.guid);
        publish(cx, conference, change);
        self.look_after(cx, id, &leg.user, dialog);
        self.watch_idle(cx, id);
    }

    /// Ends a focus dialog by a BYE; the roster is the caller's affair.
    pub(super) fn drop_leg(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        dialog: DialogId,
        end: End,
        bye: &Draft,
    ) {
        self.close_leg(cx, id, dialog, end);
        if cx.request(dialog, Method::Bye, bye, Ask::Bye).is_some() {
            self.ending.insert(dialog);
        } else {
            self.dialogs.remove(&dialog);
            cx.forget(dialog);
        }
    }

    /// Takes a focus dialog off the books, with the subscriptions that hang on it (D-5).
    fn close_leg(&mut self, cx: &mut Cx<'_>, id: ConferenceId, dialog: DialogId, end: End) {
        cx.clear_timer(Timer::Session(dialog));
        cx.clear_timer(Timer::Lobby(dialog));
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        conference.legs.remove(&dialog);
        let hanging = conference.subscriptions.iter().filter(|(_, it)| it.leg == dialog);
        let hanging: Vec<DialogId> = hanging.map(|(dialog, _)| *dialog).collect();
        for dialog in hanging {
            self.end_subscription(cx, dialog, Some(end));
        }
    }

    /// Ends a subscription, with or without a last word.
    pub(super) fn end_subscription(&mut self, cx: &mut Cx<'_>, dialog: DialogId, end: Option<End>) {
        cx.clear_timer(Timer::Subscription(dialog));
        let gone = self.conference_of(dialog).and_then(|it| it.subscriptions.remove(&dialog));
        self.dialogs.remove(&dialog);
        match (gone, end) {
            (Some(subscription), Some(end)) => terminate(cx, &subscription, dialog, end),
            _ => cx.forget(dialog),
        }
    }

    /// Sees to the IM sessions of a user who may have no focus dialog any more: those that exist get some
    /// time to end by themselves, those about to begin do not begin.
    fn look_after(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str, dialog: DialogId) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        if conference.legs_of(user).next().is_some() {
            return;
        }
        if let Some(member) = conference.roster.member(user) {
            if member.user.endpoints.iter().any(was_called) {
                return;
            }
            self.stragglers.insert(dialog, (id, user.into()));
            return cx.set_timer(Timer::Straggler(dialog), cx.now() + self.config.straggler_grace);
        }
        if conference.invited.values().any(|invited| *invited.user == *user) {
            self.remove_from_mcu(cx, id, user);
        }
    }

    /// The time for IM sessions without focus dialog is over.
    pub(super) fn end_straggler(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        let Some((id, user)) = self.stragglers.remove(&dialog) else { return };
        let Some(conference) = self.conferences.get(&id) else { return };
        let invited = conference.invited.values().any(|invited| invited.user == user);
        let there = conference.roster.member(&user).is_some() || invited;
        if conference.legs_of(&user).next().is_none() && there {
            self.remove_from_mcu(cx, id, &user);
        }
    }

    /// Has the MCU end all sessions of a user.
    pub(super) fn remove_from_mcu(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let entity = conference.roster.member(user).map(|member| member.user.entity.to_string());
        let invited = conference.invited.values().find(|invited| *invited.user == *user);
        let entity = entity.or_else(|| invited.map(|invited| invited.entity.to_string()));
        conference.invited.retain(|_, invited| *invited.user != *user);
        self.end_sessions(cx, id, &entity.unwrap_or_else(|| user.to_owned()));
    }

    /// Has the MCU end all sessions of the user whom it knows as `entity`.
    pub(super) fn end_sessions(&mut self, cx: &mut Cx<'_>, id: ConferenceId, entity: &str) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let addresses = conference.addresses.clone();
        let keys = UserKeys { conf_entity: (&*addresses.focus).into(), user_entity: entity.into() };
        let command = Command::DeleteUser(DeleteUser { mcu_uri: Some((&*addresses.chat).into()), keys });
        self.tell(cx, Member::ImMcu, &addresses.focus, &addresses.chat, command);
    }

    /// The peer answered our BYE, or will not: the dialog is history.
    pub(super) fn bye_answered(&mut self, cx: &mut Cx<'_>, dialog: Option<DialogId>, outcome: &Outcome) {
        if let Some(dialog) = dialog.filter(|_| !outcome.is_provisional()) {
            self.forget_ended(cx, dialog);
        }
    }

    fn forget_ended(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        self.ending.remove(&dialog);
        self.dialogs.remove(&dialog);
        cx.forget(dialog);
    }
}
