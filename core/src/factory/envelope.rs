//! The SIP around a command: who asks, whether the document holds, how the answer travels (MS-CONFPRO 3.2.5.1).

use super::Factory;
use crate::signal::{Context, Draft, Request, ServerTransaction};
use crate::wire::cccp::{self, CONTENT_TYPE, Code, Command, Reason, VERSION};
use crate::wire::sip::{Message, NameAddr, Uri};

/// The organizer, as his URI spells him and as a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Organizer {
    /// `sip:alice@contoso.com` as the client spells it: conference URIs start with it (D-19).
    pub(super) spelling: String,
    /// The same in lower case.
    pub(super) key: String,
}

impl Organizer {
    /// The user part of a conference URI.
    pub(super) fn of(uri: &Uri<'_>) -> Option<Self> {
        let spelling = format!("{}:{}@{}", uri.scheme(), uri.user()?, uri.host());
        Some(Self { spelling, key: uri.address() })
    }

    /// Whether `text` is this user's URI. An example leaves the scheme out (PRO-2-2-2-f).
    fn is(&self, text: &str) -> bool {
        match Uri::parse(text) {
            Ok(uri) if uri.is_sip() => uri.address() == self.key,
            _ => Uri::parse(&format!("sip:{text}")).is_ok_and(|uri| uri.address() == self.key),
        }
    }
}

impl Factory {
    /// Answers a client's SERVICE request.
    pub(super) fn service(&mut self, cx: &mut Context<'_, Self>, request: &Request) {
        let message = &*request.message;
        let unknown: Vec<&str> = message.require().collect();
        if !unknown.is_empty() {
            let draft = Draft::new().header("Unsupported", unknown.join(", "));
            return cx.respond(request.tx, 420, "Bad Extension", &draft);
        }
        let Ok((uri, from, to)) = addresses(message) else {
            return refuse(cx, request.tx, 400, "Bad Request");
        };
        let opaque = uri.opaque().filter(|opaque| *opaque == "app:conf:focusfactory");
        let Some(organizer) = opaque.and_then(|_| Organizer::of(&uri)) else {
            return refuse(cx, request.tx, 404, "Not Found");
        };
        if from.uri.address() != organizer.key {
            return forbid(cx, request.tx, 3014, "Not the organizer");
        }
        if !has_type(message) {
            let draft = Draft::new().header("Accept", CONTENT_TYPE);
            return cx.respond(request.tx, 415, "Unsupported Media Type", &draft);
        }
        let command = cccp::Request::parse(message.body()).ok().filter(|command| {
            let to_us = [uri.as_str(), to.uri.as_str()].contains(&&*command.to);
            to_us
                && organizer.is(&command.from)
                && command.version.unwrap_or(VERSION) == VERSION
                && !matches!(command.command, Command::Unknown(_))
        });
        match command {
            Some(command) => self.client_command(cx, request.tx, &organizer, &command),
            None => refuse(cx, request.tx, 400, "Bad Request"),
        }
    }
}

/// Request-URI, From and To.
fn addresses(message: &Message) -> Result<(Uri<'_>, NameAddr<'_>, NameAddr<'_>), crate::wire::sip::SipError> {
    Ok((message.request_uri()?, message.from()?, message.to()?))
}

/// Whether the body calls itself C3P (PRO-2-2-j); parameters do not matter.
fn has_type(message: &Message) -> bool {
    let media = message.content_type().and_then(|value| value.split(';').next()).unwrap_or_default();
    media.trim().eq_ignore_ascii_case(CONTENT_TYPE)
}

/// Sends a C3P response: a failure with the code that goes with its reason, and the reason as phrase.
pub(super) fn answer(cx: &mut Context<'_, Factory>, tx: ServerTransaction, response: &cccp::Response<'_>) {
    let draft = Draft::new().content(CONTENT_TYPE, response.write());
    match &response.result.reason {
        Some(reason) if response.code == Code::Failure => {
            cx.respond(tx, status(reason), reason.as_str(), &draft);
        }
        _ => cx.respond(tx, 200, "OK", &draft),
    }
}

/// The SIP status that goes with a reason. The document shows 403, 400 and 404 for three of them (EX-PRO-4-1-l,
/// PRO-2-2-3-1-f): not allowed, not available or there already; malformed or too large; missing.
fn status(reason: &Reason<'_>) -> u16 {
    match reason {
        Reason::ConferenceDoesNotExist => 404,
        Reason::OtherFailure => 500,
        Reason::AnonymousUsersNotAllowed
        | Reason::ConferenceExistsAlready
        | Reason::FederatedUsersNotAllowed
        | Reason::MaxConferencesExceeded
        | Reason::MaxStaticMeetingsExceeded
        | Reason::McuTypeNotAvailable
        | Reason::PstnBridgeNotEnabled
        | Reason::PstnLobbyBypassNotAllowed => 403,
        _ => 400,
    }
}

/// 403 with a diagnostics code.
pub(super) fn forbid(cx: &mut Context<'_, Factory>, tx: ServerTransaction, code: u32, why: &str) {
    let draft = diagnostics(cx, "ms-diagnostics", code, why);
    cx.respond(tx, 403, "Forbidden", &draft);
}

/// 603 for a command that this factory does not know how to do (D-20).
pub(super) fn decline(cx: &mut Context<'_, Factory>, tx: ServerTransaction) {
    let draft = diagnostics(cx, "ms-diagnostics-public", 3004, "C3P command not implemented");
    cx.respond(tx, 603, "Decline", &draft);
}

/// A refusal that says nothing more (PRO-3-2-5-1-d).
fn refuse(cx: &mut Context<'_, Factory>, tx: ServerTransaction, code: u16, reason: &str) {
    cx.respond(tx, code, reason, &Draft::new());
}

fn diagnostics(cx: &Context<'_, Factory>, name: &str, code: u32, why: &str) -> Draft {
    Draft::new().header(name, format_args!("{code};reason=\"{why}\";source=\"{}\"", cx.address()))
}
