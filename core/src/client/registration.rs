//! Signing in: the one connection of a client, and its REGISTER.

use super::Client;
use super::api::{Event, Failure};
use super::ask::{Ask, Timer};
use super::config::REGISTRATION_EXPIRES;
use crate::node::ConnId;
use crate::signal::{Context, Draft, Outcome, Outside};
use crate::time::Duration;
use crate::wire::sip::{Message, Method};

/// How long to wait before a lost connection, or a REGISTER without answer, is tried again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Where the client is registered.
#[derive(Debug, Default)]
pub(super) struct Registration {
    /// The connection to the front end, once it is up.
    pub(super) up: Option<ConnId>,
    /// The connection to the front end, from the moment it is asked for.
    conn: Option<ConnId>,
    /// The Contact value with the GRUU that the registrar gave to this endpoint.
    contact: Option<String>,
    /// The user wants to be signed in.
    wanted: bool,
    announced: bool,
    /// A connection was lost since the last registration.
    interrupted: bool,
}

impl Registration {
    /// The Contact value: the GRUU in angle brackets.
    pub(super) fn contact(&self) -> Option<&str> {
        self.contact.as_deref()
    }

    /// The GRUU itself.
    pub(super) fn gruu(&self) -> Option<&str> {
        let (gruu, _) = self.contact.as_deref()?.strip_prefix('<')?.split_once('>')?;
        Some(gruu)
    }

    /// The connection to use.
    pub(super) fn conn(&self) -> Option<ConnId> {
        self.conn
    }
}

impl Client {
    pub(super) fn sign_in(&mut self, cx: &mut Context<'_, Self>) {
        self.registration.wanted = true;
        let conn = match self.registration.conn {
            Some(conn) => conn,
            None => cx.open(&self.config.front_end),
        };
        self.registration.conn = Some(conn);
        let target = format!("sip:{}", self.config.domain());
        let contact = format!("<{}>;proxy=replace", self.config.user);
        let draft = Draft::new()
            .header("User-Agent", self.config.kind.user_agent())
            .header("Supported", "gruu-10, msrtc-event-categories")
            .header("Event", "registration")
            .header("Expires", REGISTRATION_EXPIRES);
        let outside = Outside {
            method: Method::Register,
            target: &target,
            from: &self.config.from(),
            to: &format!("<{}>", self.config.user),
            contact: Some(&contact),
            draft: &draft,
        };
        if cx.send(conn, &outside, Ask::Register).is_none() {
            self.lost_connection(cx, conn);
        }
    }

    /// The registrar's answer. Without any the client tries again: on this connection, or on the next one once
    /// that is up. A refusal stands.
    pub(super) fn registered(&mut self, cx: &mut Context<'_, Self>, outcome: &Outcome) {
        let success = outcome.message().filter(|_| outcome.is_success());
        let Some((gruu, lasts)) = success.and_then(|message| Some((gruu(message)?, granted(message)))) else {
            if matches!(outcome, Outcome::TimedOut) {
                cx.set_timer(Timer::Register, cx.now() + RECONNECT);
            }
            if !matches!(outcome, Outcome::ConnectionLost) {
                cx.event(Event::Failed(Failure {
                    what: "REGISTER",
                    conference: None,
                    status: outcome.status(),
                    reason: String::new(),
                }));
            }
            return;
        };
        self.registration.contact = Some(format!("<{gruu}>{}", self.config.kind.contact_parameters()));
        let half = Duration::from_micros(Duration::from_secs(u64::from(lasts)).as_micros() / 2);
        cx.set_timer(Timer::Register, cx.now() + half);
        if !self.registration.announced {
            self.registration.announced = true;
            cx.event(Event::SignedIn);
        }
        if std::mem::take(&mut self.registration.interrupted) {
            self.resume(cx);
        }
    }

    /// A lost connection ends no session (D-4): the client comes back on a new one.
    pub(super) fn lost_connection(&mut self, cx: &mut Context<'_, Self>, conn: ConnId) {
        if self.registration.conn == Some(conn) {
            self.registration.conn = None;
            self.registration.up = None;
            self.registration.interrupted = true;
            if self.registration.wanted {
                cx.set_timer(Timer::Reconnect, cx.now() + RECONNECT);
            }
        }
    }
}

/// How many seconds the registrar grants; what was asked for if it does not say.
fn granted(message: &Message) -> u32 {
    let contacts = message.contacts().filter_map(Result::ok);
    let own = contacts.filter_map(|contact| contact.param("expires").flatten()?.parse().ok()).next();
    own.or(message.expires().ok().flatten()).filter(|seconds| *seconds > 0).unwrap_or(REGISTRATION_EXPIRES)
}

/// The GRUU in the Contact of a registrar's answer.
fn gruu(message: &Message) -> Option<String> {
    message
        .contacts()
        .filter_map(Result::ok)
        .find_map(|contact| contact.param("gruu").flatten().map(|value| value.trim_matches('"').to_owned()))
}
