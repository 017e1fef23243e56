//! REGISTER (RFC 3261 section 10.3), without challenge.

use super::registrar::{Binding, BindingId, token};
use super::{Event, FrontEnd, Refusal, Timer, provisioning};
use crate::signal::{Context, Draft, Request};
use crate::time::Duration;
use crate::wire::sip::{Message, NameAddr, SipError, Uri};

impl FrontEnd {
    /// Signs an endpoint in or out. An endpoint is a user and an `epid`; a client without `epid` is known by
    /// its Contact. Each has one Contact.
    pub(super) fn register(&mut self, cx: &mut Context<'_, Self>, request: &Request) -> Result<(), Refusal> {
        let message = &*request.message;
        Refusal::unless_understood(message.require())?;
        let bad = |_: SipError| Refusal::new(400, "Bad Request");
        let to = message.to().map_err(bad)?;
        let from = message.from().map_err(bad)?;
        let user = to.uri.address();
        if to.uri.user().is_none() {
            return Err(Refusal::new(404, "Not Found"));
        }
        if from.uri.address() != user {
            return Err(Refusal::new(403, "Forbidden"));
        }
        let contact = if message.contact_wildcard() { None } else { message.contact().map_err(bad)? };
        let seconds = self.lifetime(message, contact.as_ref()).map_err(bad)?;
        let endpoint = from.epid().or(contact.map(|contact| contact.uri.as_str()));
        let known = endpoint.and_then(|endpoint| self.registrar.find(&user, &token(endpoint)));
        self.in_order(known, message)?;

        let own = match (contact, endpoint) {
            (Some(contact), Some(endpoint)) if seconds > 0 => {
                self.admit(&user, known)?;
                let binding = Binding {
                    user: user.as_str().into(),
                    token: token(endpoint).into(),
                    spelling: spelling(&to.uri).into(),
                    contact: contact.uri.as_str().into(),
                    call_id: message.call_id().map_err(bad)?.into(),
                    cseq: message.cseq().map_err(bad)?.seq,
                    conn: Some(request.conn),
                };
                let id = self.registrar.insert(binding);
                cx.clear_timer(Timer::Absence(id));
                cx.set_timer(Timer::Expiry(id), cx.now() + Duration::from_secs(seconds.into()));
                cx.event(Event::SignedIn { user: user.as_str().into() });
                Some(id)
            }
            (Some(_), _) => {
                self.sign_out(cx, known);
                None
            }
            (None, _) if message.contact_wildcard() => {
                if seconds > 0 {
                    return Err(Refusal::new(400, "Bad Request"));
                }
                for id in self.registrar.endpoints(&user).to_vec() {
                    self.sign_out(cx, Some(id));
                }
                None
            }
            // Nothing is to change: the client asks what is registered.
            (None, _) => known,
        };
        cx.respond(request.tx, 200, "OK", &self.registered(&user, own, seconds));
        Ok(())
    }

    /// How long the registration is to last, in seconds: as asked for, within our bound.
    fn lifetime(&self, message: &Message, contact: Option<&NameAddr<'_>>) -> Result<u32, SipError> {
        let longest = u32::try_from(self.config.registration.as_secs()).unwrap_or(u32::MAX);
        let own = contact.and_then(|contact| contact.params.value("expires"));
        let asked = match own.and_then(|text| text.parse().ok()) {
            Some(seconds) => Some(seconds),
            None => message.expires()?,
        };
        Ok(asked.unwrap_or(longest).min(longest))
    }

    /// RFC 3261 10.3 step 7: within one Call-ID, what comes late changes nothing.
    fn in_order(&self, known: Option<BindingId>, message: &Message) -> Result<(), Refusal> {
        let Some(binding) = known.and_then(|id| self.registrar.get(id)) else { return Ok(()) };
        let late = message.call_id().is_ok_and(|call_id| *call_id == *binding.call_id)
            && message.cseq().is_ok_and(|cseq| cseq.seq <= binding.cseq);
        if late { Err(Refusal::new(500, "CSeq out of order")) } else { Ok(()) }
    }

    /// Whether there is room for another endpoint.
    fn admit(&self, user: &str, known: Option<BindingId>) -> Result<(), Refusal> {
        let full = !self.registrar.knows(user) && self.registrar.users() >= self.config.users_max
            || known.is_none() && self.registrar.endpoints(user).len() >= self.config.endpoints_max;
        if full { Err(Refusal::busy()) } else { Ok(()) }
    }

    fn sign_out(&mut self, cx: &mut Context<'_, Self>, id: Option<BindingId>) {
        if let Some(id) = id {
            self.gone(cx, id);
        }
    }

    /// What the 200 lists: all endpoints of the user, the asking one first, each with its GRUU.
    fn registered(&self, user: &str, own: Option<BindingId>, seconds: u32) -> Draft {
        let others = self.registrar.endpoints(user).iter().copied().filter(|id| Some(*id) != own);
        let mut draft = Draft::new();
        for binding in own.into_iter().chain(others).filter_map(|id| self.registrar.get(id)) {
            draft =
                draft.header("Contact", format_args!("<{}>;gruu=\"{}\"", binding.contact, binding.gruu()));
        }
        // Clients look for these two on lines of their own, and then ask for their provisioning.
        draft
            .header("Expires", seconds)
            .header("Supported", "msrtc-event-categories")
            .header("Allow-Events", provisioning::PACKAGE)
    }
}

/// The address of `uri` as the client spells it, without parameters.
fn spelling(uri: &Uri<'_>) -> String {
    format!("{}:{}@{}", uri.scheme(), uri.user().unwrap_or_default(), uri.host())
}
