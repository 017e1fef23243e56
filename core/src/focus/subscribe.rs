//! Subscribing to the roster (RFC 3265, EX-IM-4-1-1-m to -o, EX-IM-4-3-2-b, D-5, MS-CONFBAS facts 4.2).

use super::conference::{ConferenceId, Subscription, Term};
use super::config::SUBSCRIPTIONS_MAX;
use super::notify::{End, full_body, publish_full};
use super::session::focus_contact;
use super::{Cx, Focus, Refusal, Timer};
use crate::conference_uri::Target;
use crate::signal::{DialogId, Draft, Outcome, Request};
use crate::time::Duration;
use crate::wire::conference_info;
use crate::wire::sip::{Message, Name};

/// What a client can do with notifications.
#[derive(Clone, Copy)]
struct Abilities {
    autoextend: bool,
    benotify: bool,
    piggyback: bool,
}

impl Abilities {
    fn of(message: &Message) -> Self {
        let named = |tag: &str| {
            message.supports(tag) || message.proxy_require().any(|found| found.eq_ignore_ascii_case(tag))
        };
        Self {
            autoextend: named("com.microsoft.autoextend"),
            benotify: named("ms-benotify"),
            piggyback: named("ms-piggyback-first-notify"),
        }
    }
}

impl Focus {
    /// A SUBSCRIBE: new, renewed, or the end of one.
    pub(super) fn subscribe(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let message = &request.message;
        if !is_conference_event(message) {
            let draft = Draft::new().header("Allow-Events", "conference");
            return cx.respond(request.tx, 489, "Bad Event", &draft);
        }
        if !accepts_document(message) {
            return cx.respond(request.tx, 406, "Not Acceptable", &Draft::new());
        }
        let Ok(expires) = message.expires() else { return Refusal::MALFORMED.answer(cx, request.tx) };
        match request.dialog {
            Some(dialog) => self.resubscribe(cx, request, dialog, expires),
            None if message.to().is_ok_and(|to| to.tag().is_some()) => {
                Refusal::NO_DIALOG.answer(cx, request.tx);
            }
            None if expires == Some(0) => self.unsubscribe_outside(cx, request),
            None => self.subscribe_anew(cx, request, expires),
        }
    }

    /// Only participants subscribe; those in the lobby see little (D-14).
    fn subscribe_anew(&mut self, cx: &mut Cx<'_>, request: &Request, expires: Option<u32>) {
        let message = &request.message;
        let Some((id, user)) = self.addressed(cx, request) else { return };
        let epid = epid(message);
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(leg) = conference.leg_for(&user, epid.as_deref()) else {
            return Refusal::UNAUTHORIZED.answer(cx, request.tx);
        };
        if conference.subscriptions.values().filter(|it| it.leg == leg).count() >= SUBSCRIPTIONS_MAX {
            return Refusal::UNAVAILABLE.answer(cx, request.tx);
        }
        let abilities = Abilities::of(message);
        let seconds = self.granted(expires);
        let view = conference.roster.view_of(&user);
        // The piggybacked document counts as the first notification (EX-IM-4-1-1-n).
        let number = abilities.piggyback.then_some(1);
        let body = number.map(|_| full_body(conference, &user, view));
        let subscription = Subscription {
            view: Some(view),
            user,
            epid,
            leg,
            best_effort: abilities.benotify,
            term: term(cx, abilities, seconds),
        };
        let draft = granted_headers(seconds, abilities, number.zip(body));
        let Some(dialog) = cx.accept(request.tx, "OK", &focus_contact(conference), &draft) else { return };
        if number.is_some() {
            cx.use_number(dialog);
        }
        self.dialogs.insert(dialog, id);
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.subscriptions.insert(dialog, subscription);
        }
        self.subscribed(cx, dialog, number.is_none());
    }

    /// Within a subscription's dialog: renewal, with the full document once more, or the end.
    fn resubscribe(&mut self, cx: &mut Cx<'_>, request: &Request, dialog: DialogId, expires: Option<u32>) {
        let seconds = self.granted(expires);
        let Some(conference) = self.conference_of(dialog) else {
            return Refusal::NO_DIALOG.answer(cx, request.tx);
        };
        let contact = focus_contact(conference);
        let Some(user) = conference.subscriptions.get(&dialog).map(|it| it.user.clone()) else {
            return Refusal::NO_DIALOG.answer(cx, request.tx);
        };
        let view = conference.roster.view_of(&user);
        if expires == Some(0) {
            let draft = Draft::new().header("Contact", contact).header("Expires", 0);
            cx.respond(request.tx, 200, "Sub dialog terminated", &draft);
            return self.end_subscription(cx, dialog, None);
        }
        let abilities = Abilities::of(&request.message);
        let term = term(cx, abilities, seconds);
        let number = abilities.piggyback.then(|| cx.use_number(dialog));
        let Some(subscription) = conference.subscriptions.get_mut(&dialog) else { return };
        subscription.view = Some(view);
        subscription.best_effort = abilities.benotify;
        // One that lives as long as its dialog is not cut short by a renewal that does not say so again.
        if subscription.term != Term::Dialog {
            subscription.term = term;
        }
        let body = number.map(|_| full_body(conference, &user, view));
        let draft = granted_headers(seconds, abilities, number.zip(body));
        cx.accept(request.tx, "OK", &contact, &draft);
        self.subscribed(cx, dialog, number.is_none());
    }

    /// D-5: a client that lost its dialog's identifiers ends its subscription by a fresh SUBSCRIBE.
    fn unsubscribe_outside(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let Some((id, user)) = self.addressed(cx, request) else { return };
        let epid = epid(&request.message);
        let Some(conference) = self.conferences.get(&id) else { return };
        let draft = Draft::new().header("Contact", focus_contact(conference)).header("Expires", 0);
        let own = conference.subscriptions.iter().filter(|(_, it)| it.user == user && it.epid == epid);
        let own: Vec<DialogId> = own.map(|(dialog, _)| *dialog).collect();
        cx.respond(request.tx, 200, "Sub dialog terminated", &draft);
        for dialog in own {
            self.end_subscription(cx, dialog, None);
        }
    }

    /// The active conference that a request is addressed to, and its sender; refused if there is none.
    fn addressed(&self, cx: &mut Cx<'_>, request: &Request) -> Option<(ConferenceId, Box<str>)> {
        let uri = request.message.request_uri().map(|uri| uri.as_str()).unwrap_or_default();
        let Ok(from) = request.message.from() else { return None };
        let refusal = match (Target::of(uri), self.conference_at(uri)) {
            (Some(Target::Focus), Some((id, _))) => return Some((id, from.uri.address().into())),
            (Some(Target::Focus), None) => Refusal::NO_SUCH_CONFERENCE,
            _ => Refusal::NO_CONFERENCE_URI,
        };
        refusal.answer(cx, request.tx);
        None
    }

    fn granted(&self, expires: Option<u32>) -> u32 {
        let most = self.config.subscription_expires;
        expires.map_or(most, |wish| wish.min(most))
    }

    /// Starts the clock of a subscription and sends the full document if the answer did not carry it.
    fn subscribed(&mut self, cx: &mut Cx<'_>, dialog: DialogId, notify: bool) {
        let Some(conference) = self.conference_of(dialog) else { return };
        match conference.subscriptions.get(&dialog).map(|it| it.term) {
            Some(Term::Until(end)) => cx.set_timer(Timer::Subscription(dialog), end),
            _ => cx.clear_timer(Timer::Subscription(dialog)),
        }
        if notify {
            publish_full(cx, conference, dialog);
        }
    }

    pub(super) fn subscription_expired(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        self.end_subscription(cx, dialog, Some(End::TimedOut));
    }

    /// The answer to a NOTIFY: a subscriber who knows nothing of it is none (RFC 3265 section 3.2.2).
    pub(super) fn notified(&mut self, cx: &mut Cx<'_>, dialog: Option<DialogId>, outcome: &Outcome) {
        if let Some(dialog) = dialog.filter(|_| outcome.ends_dialog()) {
            self.end_subscription(cx, dialog, None);
        }
    }
}

fn is_conference_event(message: &Message) -> bool {
    let event = message.event().ok().flatten();
    event.is_some_and(|event| event.package.eq_ignore_ascii_case("conference"))
}

/// Without Accept, the package's default format is meant (RFC 4575 section 3.5).
fn accepts_document(message: &Message) -> bool {
    let mut accepted = message.list(Name::Accept).peekable();
    accepted.peek().is_none()
        || accepted.any(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind == "*/*"
                || kind == "application/*"
                || kind.eq_ignore_ascii_case(conference_info::CONTENT_TYPE)
        })
}

fn epid(message: &Message) -> Option<Box<str>> {
    message.from().ok().and_then(|from| from.epid().map(Box::from))
}

fn term(cx: &Cx<'_>, abilities: Abilities, seconds: u32) -> Term {
    if abilities.autoextend {
        return Term::Dialog;
    }
    Term::Until(cx.now() + Duration::from_secs(u64::from(seconds)))
}

/// The 200 to a SUBSCRIBE, with the number and body of a piggybacked document (EX-IM-4-1-1-m).
fn granted_headers(seconds: u32, abilities: Abilities, document: Option<(u32, bytes::Bytes)>) -> Draft {
    let mut draft = Draft::new()
        .header("Expires", seconds)
        .header("Event", "conference")
        .header("subscription-state", format_args!("active;expires={seconds}"));
    let tags = [(abilities.benotify, "ms-benotify"), (abilities.piggyback, "ms-piggyback-first-notify")];
    let tags: Vec<&str> = tags.iter().filter(|(has, _)| *has).map(|(_, tag)| *tag).collect();
    if !tags.is_empty() {
        draft = draft.header("Supported", tags.join(", "));
    }
    match document {
        Some((number, body)) => {
            draft.header("ms-piggyback-cseq", number).content(conference_info::CONTENT_TYPE, body)
        }
        None => draft,
    }
}
