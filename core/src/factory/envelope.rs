//! The SIP around a command: who asks, whether the document holds, how the answer travels (MS-CONFPRO 3.2.5.1).

use super::Factory;
use super::conference::Key;
use crate::refusal::{Diagnosis, Refusal};
use crate::signal::{Context, Draft, Request, ServerTransaction};
use crate::wire::cccp::{self, CONTENT_TYPE, Code, Command, Reason, VERSION};
use crate::wire::conference_info::State;
use crate::wire::sip::{Message, NameAddr, Uri};

/// What is served under a factory's URI (PRO-1-5-a).
const FACTORY: &str = "app:conf:focusfactory";

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

    /// Whether a URI is his factory's. In an address without brackets `opaque` is the header's (EX-PRO-4-1-a).
    fn has_factory(&self, uri: &Uri<'_>, opaque: Option<&str>) -> bool {
        uri.address() == self.key && uri.opaque().or(opaque) == Some(FACTORY)
    }

    /// A conference of his.
    pub(super) fn conference(&self, id: &str) -> Key {
        Key { organizer: self.key.as_str().into(), id: id.into() }
    }

    /// Whether `text` is this user's URI. An example leaves the scheme out (PRO-2-2-2-f).
    fn is(&self, text: &str) -> bool {
        match Uri::parse(text) {
            Ok(uri) => uri.address() == self.key,
            Err(_) => Uri::parse(&format!("sip:{text}")).is_ok_and(|uri| uri.address() == self.key),
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
        let Some(organizer) = Organizer::of(&uri).filter(|_| uri.opaque() == Some(FACTORY)) else {
            return refuse(cx, request.tx, 404, "Not Found");
        };
        if !organizer.has_factory(&to.uri, to.params.value("opaque")) || message.body().is_empty() {
            return refuse(cx, request.tx, 400, "Bad Request");
        }
        if let Err(why) = self.authorize(&organizer, &from.uri.address(), message) {
            return forbid(cx, request.tx, 3014, why);
        }
        let Some(document) = message.body_of(CONTENT_TYPE) else {
            let draft = Draft::new().header("Accept", CONTENT_TYPE);
            return cx.respond(request.tx, 415, "Unsupported Media Type", &draft);
        };
        let command = cccp::Request::parse(document).ok().filter(|command| {
            Uri::parse(&command.to).is_ok_and(|to| organizer.has_factory(&to, None))
                && organizer.is(&command.from)
                && command.version.unwrap_or(VERSION) == VERSION
                && is_complete(&command.command)
        });
        match command {
            Some(command) => self.client_command(cx, request.tx, &organizer, &command),
            None => refuse(cx, request.tx, 400, "Bad Request"),
        }
    }

    /// The organizer may ask, and a delegate who says for whom (PRO-2-2-k to -m, EX-PRO-4-9-a).
    fn authorize(&self, organizer: &Organizer, caller: &str, message: &Message) -> Result<(), &'static str> {
        let named = message.on_behalf_of().map_err(|_| "No valid P-Session-On-Behalf-Of")?;
        match named {
            Some(named) if named.uri.address() != organizer.key => Err("On behalf of somebody else"),
            _ if caller == organizer.key => Ok(()),
            Some(_) if self.config.is_delegate(&organizer.key, caller) => Ok(()),
            Some(_) => Err("Not a delegate"),
            None => Err("Not the organizer"),
        }
    }
}

/// Whether a request is one of a factory's and says what MS-CONFPRO 2.2.2 demands beyond what C3P does: the rest is
/// answered like a request that cannot be read (PRO-3-2-5-1-c, -d).
fn is_complete(command: &Command<'_>) -> bool {
    match command {
        Command::AddConference(info) | Command::ModifyConference { info, .. } => {
            info.entity.is_empty() && info.state.unwrap_or(State::Full) == State::Full
        }
        Command::DeleteConference(keys) | Command::GetConference { keys, .. } => keys.conference_id.is_some(),
        Command::GetConferences { .. }
        | Command::GetEncryptionKey
        | Command::GetAvailableMcuTypes
        | Command::GetConferencingCapabilities => true,
        _ => false,
    }
}

/// Request-URI, From and To.
fn addresses(message: &Message) -> Result<(Uri<'_>, NameAddr<'_>, NameAddr<'_>), crate::wire::sip::SipError> {
    Ok((message.request_uri()?, message.from()?, message.to()?))
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
pub(super) fn forbid(cx: &mut Context<'_, Factory>, tx: ServerTransaction, number: u32, why: &'static str) {
    Refusal::new(403, "Forbidden").because(Diagnosis::new(number, why)).answer(cx, tx);
}

/// A refusal that says nothing more (PRO-3-2-5-1-d).
fn refuse(cx: &mut Context<'_, Factory>, tx: ServerTransaction, code: u16, reason: &str) {
    cx.respond(tx, code, reason, &Draft::new());
}
