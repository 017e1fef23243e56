//! Where a request goes (D-8, D-9, D-10).

use std::collections::BTreeMap;

use super::config::{Config, Role};
use super::registrar::{Registrar, token};
use crate::node::{Address, ConnId};
use crate::wire::sip::{Message, Method, Name, NameAddr, SipError, Uri};

/// Where a request goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hop {
    /// To a role of the pool.
    Role(Role),
    /// To a user: to one endpoint, or to all of them.
    User {
        /// The user's address, in lower case.
        user: String,
        /// The endpoint.
        token: Option<String>,
    },
    /// To a proxy in front of clients, which put itself on the route.
    Proxy(ConnId),
    /// Nowhere: nobody here has heard of whom it is for.
    Unknown,
}

/// A request's way: the next hop, and what changes in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) hop: Hop,
    /// A new Request-URI: that of To, or, in a request from a strict router, the end of the route.
    pub(super) target: Option<String>,
    /// How many Route values at the top name this front end.
    pub(super) routes_used: usize,
    /// The new Request-URI was the last Route value.
    pub(super) strict: bool,
}

/// What routing needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Map<'a> {
    pub(super) own: &'a Address,
    pub(super) config: &'a Config,
    pub(super) registrar: &'a Registrar,
    pub(super) proxies: &'a BTreeMap<Box<str>, ConnId>,
}

impl Map<'_> {
    /// The way of `message` (RFC 3261 16.4 to 16.6).
    pub(super) fn way(&self, message: &Message) -> Result<Way, SipError> {
        let mut routes = message.routes().collect::<Result<Vec<NameAddr<'_>>, _>>()?;
        let mut uri = message.request_uri()?;
        let mut target = None;
        if uri.user().is_none()
            && is_at(&uri, self.own)
            && let Some(last) = routes.pop()
        {
            uri = last.uri;
            target = Some(last.uri.as_str().to_owned());
        }
        let strict = target.is_some();
        let routes_used = routes.iter().take_while(|route| is_at(&route.uri, self.own)).count();
        let hop = match routes.get(routes_used) {
            Some(next) => self.on_route(&next.uri),
            None => self.hop(message, &uri)?,
        };
        // A role goes by the Request-URI, some clients by the To header alone.
        if target.is_none() && matches!(hop, Hop::Role(_)) && role_of(uri.opaque(), message).is_none() {
            target = conference_of_to(message)?;
        }
        Ok(Way { hop, target, routes_used, strict })
    }

    /// Who put this URI on the route.
    fn on_route(&self, uri: &Uri<'_>) -> Hop {
        let proxy = || self.proxies.get(uri.host()).copied();
        self.role_at(uri).map(Hop::Role).or_else(|| proxy().map(Hop::Proxy)).unwrap_or(Hop::Unknown)
    }

    /// The role that a dialog's remote target belongs to.
    pub(super) fn role_of_target(&self, uri: &Uri<'_>) -> Option<Role> {
        let role = match uri.opaque().and_then(|opaque| opaque.strip_prefix("app:conf:")) {
            Some(entity) if entity.starts_with("chat:") => Some(Role::ImMcu),
            Some(entity) if entity.starts_with("focus:") => Some(Role::Focus),
            _ => None,
        };
        role.or_else(|| self.role_at(uri))
    }

    /// By Request-URI, else by To: the Contact of a dialog's peer need not say whose it is.
    fn hop(&self, message: &Message, uri: &Uri<'_>) -> Result<Hop, SipError> {
        let to = message.to()?;
        if let Some(role) = role_of(uri.opaque(), message).or_else(|| self.role_at(uri)) {
            return Ok(Hop::Role(role));
        }
        // Whatever the Request-URI is, a request for a conference is for the conference. Without angle brackets the URI's
        // parameters are the header's.
        let opaque = to.uri.opaque().or(to.params.value("opaque"));
        if let Some(role) = role_of(opaque, message) {
            return Ok(Hop::Role(role));
        }
        // Within a dialog the To header says which endpoint of the user is meant.
        let epid = to.epid().filter(|_| to.tag().is_some() && to.uri.address() == uri.address());
        if let Some(hop) = self.user(uri, epid) {
            return Ok(hop);
        }
        Ok(self.user(&to.uri, to.epid()).unwrap_or(Hop::Unknown))
    }

    fn user(&self, uri: &Uri<'_>, epid: Option<&str>) -> Option<Hop> {
        let user = uri.address();
        let endpoint = uri.opaque().and_then(|opaque| opaque.strip_prefix("user:epid:")).map(str::to_owned);
        let token = endpoint.or_else(|| epid.map(token));
        self.registrar.knows(&user).then_some(Hop::User { user, token })
    }

    /// The role whose address `uri` names, as roles do in their Contacts.
    fn role_at(&self, uri: &Uri<'_>) -> Option<Role> {
        Role::ALL.into_iter().find(|role| is_at(uri, self.config.address_of(*role)))
    }
}

/// The role that a conference URI belongs to.
fn role_of(opaque: Option<&str>, message: &Message) -> Option<Role> {
    let entity = opaque?.strip_prefix("app:conf:")?;
    match entity.split(':').next()? {
        "focusfactory" => Some(Role::Factory),
        "focus" => Some(Role::Focus),
        "chat" if opens_dialog(message) && *message.method() == Method::Invite => Some(Role::Focus),
        "chat" => Some(Role::ImMcu),
        _ => None,
    }
}

/// The URI in To, of a request outside dialogs that is for a conference by its To alone.
fn conference_of_to(message: &Message) -> Result<Option<String>, SipError> {
    let to = message.to()?;
    let names = opens_dialog(message) && role_of(to.uri.opaque(), message).is_some();
    Ok(names.then(|| to.uri.as_str().to_owned()))
}

/// Whether `message` stands outside of any dialog.
pub(super) fn opens_dialog(message: &Message) -> bool {
    message.to().is_ok_and(|to| to.tag().is_none())
}

/// Whether `message` is to be Record-Routed: it may create a dialog.
pub(super) fn creates_dialog(message: &Message) -> bool {
    matches!(message.method(), Method::Invite | Method::Subscribe | Method::Refer) && opens_dialog(message)
}

/// Whether `uri` names `address`, host and port alike.
pub(super) fn is_at(uri: &Uri<'_>, address: &Address) -> bool {
    match (uri.port(), address.as_str().rsplit_once(':')) {
        (Some(port), Some((host, text))) => text.parse() == Ok(port) && host.eq_ignore_ascii_case(uri.host()),
        (None, _) => address.as_str().eq_ignore_ascii_case(uri.host()),
        _ => false,
    }
}

/// The option tags that the roles of the pool understand (RFC 3261 20.32).
const UNDERSTOOD: [&str; 6] =
    ["timer", "gruu-10", "ms-sender", "ms-benotify", "ms-piggyback-first-notify", "com.microsoft.autoextend"];

/// The option tags that a request requires and no role of the pool understands.
pub(super) fn unknown_to_roles(message: &Message) -> impl Iterator<Item = &str> {
    message.require().filter(|tag| !UNDERSTOOD.iter().any(|known| known.eq_ignore_ascii_case(tag)))
}

/// The option tags that a proxy here understands.
pub(super) fn unknown_to_proxy(message: &Message) -> impl Iterator<Item = &str> {
    message.list(Name::ProxyRequire).filter(|tag| !tag.eq_ignore_ascii_case("ms-benotify"))
}
