//! The typed header values of a message, read when asked for.
//!
//! Headers a message must have give `Result<T>`, others `Result<Option<T>>`. Errors carry the offset in the
//! message.

use super::super::headers::{Delta, Header, Number};
use super::super::{
    CSeq, Credentials, Diagnostics, ErrorKind, Event, KeepAlive, List, Method, Name, NameAddr, PoolLink,
    Reason, SessionExpires, SipError, SubscriptionState, Uri, Via,
};
use super::{Message, Start};

impl Message {
    /// The first header called `name`, read as `T`.
    pub fn typed<'a, T: Header<'a>>(&'a self, name: Name) -> Result<Option<T>, SipError> {
        let Some(field) = self.first(name) else { return Ok(None) };
        T::parse(field.value()).map(Some).map_err(|error| error.shifted(field.offset() as u64))
    }

    /// The first header called `name`, read as `T`, or the error that it is missing.
    pub fn required<'a, T: Header<'a>>(&'a self, name: Name) -> Result<T, SipError> {
        self.typed(name)?.ok_or(SipError::new(ErrorKind::Missing(name), self.head().len() as u64))
    }

    /// All elements of the headers called `name`, each read as `T`.
    pub fn typed_list<'a, T: Header<'a>>(&'a self, name: Name) -> List<'a, T> {
        List::new(self.fields(), name)
    }

    /// The Request-URI; an error for a response.
    pub fn request_uri(&self) -> Result<Uri<'_>, SipError> {
        match self.head.start {
            Start::Request { uri } => {
                Uri::parse(uri.of(&self.text)).map_err(|error| error.shifted(uri.start() as u64))
            }
            Start::Response { .. } => Err(SipError::new(ErrorKind::StartLine, 0)),
        }
    }

    /// The From header.
    pub fn from(&self) -> Result<NameAddr<'_>, SipError> {
        self.required(Name::From)
    }

    /// The To header.
    pub fn to(&self) -> Result<NameAddr<'_>, SipError> {
        self.required(Name::To)
    }

    /// The Call-ID header.
    pub fn call_id(&self) -> Result<&str, SipError> {
        self.required(Name::CallId)
    }

    /// The CSeq header.
    pub fn cseq(&self) -> Result<CSeq, SipError> {
        self.required(Name::CSeq)
    }

    /// All Via values, the topmost first.
    pub fn vias(&self) -> List<'_, Via<'_>> {
        self.typed_list(Name::Via)
    }

    /// The topmost Via value.
    pub fn top_via(&self) -> Result<Via<'_>, SipError> {
        let missing = SipError::new(ErrorKind::Missing(Name::Via), self.head().len() as u64);
        self.vias().next().unwrap_or(Err(missing))
    }

    /// All Contact values; `Contact: *` is an error here, see [`Message::contact_wildcard`].
    pub fn contacts(&self) -> List<'_, NameAddr<'_>> {
        self.typed_list(Name::Contact)
    }

    /// The first Contact value.
    pub fn contact(&self) -> Result<Option<NameAddr<'_>>, SipError> {
        self.contacts().next().transpose()
    }

    /// True for `Contact: *`, which stands for all bindings of a registration.
    pub fn contact_wildcard(&self) -> bool {
        self.header(Name::Contact) == Some("*")
    }

    /// All Route values.
    pub fn routes(&self) -> List<'_, NameAddr<'_>> {
        self.typed_list(Name::Route)
    }

    /// All Record-Route values.
    pub fn record_routes(&self) -> List<'_, NameAddr<'_>> {
        self.typed_list(Name::RecordRoute)
    }

    /// All EndPoints values: the participants of a conference (MS-CONFIM examples).
    pub fn endpoints(&self) -> List<'_, NameAddr<'_>> {
        self.typed_list(Name::EndPoints)
    }

    /// The Event header (RFC 3265).
    pub fn event(&self) -> Result<Option<Event<'_>>, SipError> {
        self.typed(Name::Event)
    }

    /// The Subscription-State header (RFC 3265).
    pub fn subscription_state(&self) -> Result<Option<SubscriptionState<'_>>, SipError> {
        self.typed(Name::SubscriptionState)
    }

    /// The Expires header, in seconds; a number too large for 32 bits counts as the largest.
    pub fn expires(&self) -> Result<Option<u32>, SipError> {
        self.delta(Name::Expires)
    }

    /// The Min-Expires header, in seconds.
    pub fn min_expires(&self) -> Result<Option<u32>, SipError> {
        self.delta(Name::MinExpires)
    }

    /// The Retry-After header, in seconds.
    pub fn retry_after(&self) -> Result<Option<u32>, SipError> {
        self.delta(Name::RetryAfter)
    }

    /// The Min-SE header, in seconds (RFC 4028).
    pub fn min_se(&self) -> Result<Option<u32>, SipError> {
        self.delta(Name::MinSe)
    }

    fn delta(&self, name: Name) -> Result<Option<u32>, SipError> {
        Ok(self.typed::<Delta<'_>>(name)?.map(|delta| delta.seconds))
    }

    /// The Session-Expires header (RFC 4028).
    pub fn session_expires(&self) -> Result<Option<SessionExpires<'_>>, SipError> {
        self.typed(Name::SessionExpires)
    }

    /// The Max-Forwards header.
    pub fn max_forwards(&self) -> Result<Option<u32>, SipError> {
        self.number(Name::MaxForwards)
    }

    /// The Content-Length header; more than one is an error.
    pub fn content_length(&self) -> Result<Option<usize>, SipError> {
        let mut fields = self.fields();
        let Some(field) = fields.next_named(Name::ContentLength) else { return Ok(None) };
        if let Some(again) = fields.next_named(Name::ContentLength) {
            return Err(SipError::new(ErrorKind::ContentLengthRepeated, again.offset() as u64));
        }
        let invalid = SipError::new(ErrorKind::ContentLengthInvalid, field.offset() as u64);
        Number::parse(field.value())
            .map(|length| usize::try_from(length.0).ok())
            .ok()
            .flatten()
            .ok_or(invalid)
            .map(Some)
    }

    /// The Content-Type header as it came; `wire::content_type` reads it.
    pub fn content_type(&self) -> Option<&str> {
        self.header(Name::ContentType)
    }

    /// The body, if the Content-Type header names this media type, whatever its parameters.
    pub fn body_of(&self, media: &str) -> Option<&[u8]> {
        let named = self.content_type()?.split(';').next().unwrap_or_default();
        named.trim().eq_ignore_ascii_case(media).then_some(self.body())
    }

    /// The Message-Id header: at most what the `message-id` of an IMDN can name (IM-2-2-4-d, IM-6-2-c).
    pub fn message_id(&self) -> Result<Option<u32>, SipError> {
        let Some(field) = self.first(Name::MessageId) else { return Ok(None) };
        Number::parse(field.value())
            .and_then(|number| u32::try_from(number.0).map_err(|_| SipError::new(ErrorKind::Number, 0)))
            .map(Some)
            .map_err(|error| error.shifted(field.offset() as u64))
    }

    /// The ms-piggyback-cseq header: the CSeq of the subscription whose state a response carries.
    pub fn piggyback_cseq(&self) -> Result<Option<u32>, SipError> {
        self.number(Name::MsPiggybackCseq)
    }

    fn number(&self, name: Name) -> Result<Option<u32>, SipError> {
        Ok(self.typed::<Number>(name)?.map(|number| u32::try_from(number.0).unwrap_or(u32::MAX)))
    }

    /// The Ms-Sender header: who wrote a forwarded MESSAGE (IM-2-2-3-c).
    pub fn ms_sender(&self) -> Result<Option<NameAddr<'_>>, SipError> {
        self.typed(Name::MsSender)
    }

    /// The Ms-Focus-Uri header: the conference of a dial-out INVITE (IM-2-2-6-c).
    pub fn ms_focus_uri(&self) -> Result<Option<NameAddr<'_>>, SipError> {
        self.typed(Name::MsFocusUri)
    }

    /// The Referred-By header (RFC 3892).
    pub fn referred_by(&self) -> Result<Option<NameAddr<'_>>, SipError> {
        self.typed(Name::ReferredBy)
    }

    /// The Roster-Manager header, a bare URI in the examples.
    pub fn roster_manager(&self) -> Result<Option<NameAddr<'_>>, SipError> {
        self.typed(Name::RosterManager)
    }

    /// The P-Session-On-Behalf-Of header, a bare URI in the examples.
    pub fn on_behalf_of(&self) -> Result<Option<NameAddr<'_>>, SipError> {
        self.typed(Name::PSessionOnBehalfOf)
    }

    /// The Ms-Conversation-ID header.
    pub fn conversation_id(&self) -> Option<&str> {
        self.header(Name::MsConversationId)
    }

    /// The Reason header (RFC 3326); the first of several.
    pub fn reason(&self) -> Result<Option<Reason<'_>>, SipError> {
        self.typed_list(Name::Reason).next().transpose()
    }

    /// The ms-diagnostics header, else ms-diagnostics-public.
    pub fn diagnostics(&self) -> Result<Option<Diagnostics<'_>>, SipError> {
        match self.typed(Name::MsDiagnostics)? {
            Some(found) => Ok(Some(found)),
            None => self.typed(Name::MsDiagnosticsPublic),
        }
    }

    /// The ms-keep-alive header.
    pub fn keep_alive(&self) -> Result<Option<KeepAlive<'_>>, SipError> {
        self.typed(Name::MsKeepAlive)
    }

    /// The Pool-Link header (D-11).
    pub fn pool_link(&self) -> Result<Option<PoolLink<'_>>, SipError> {
        self.typed(Name::PoolLink)
    }

    /// A header of the authentication family (`name` says which), its parameters opaque.
    pub fn credentials(&self, name: Name) -> Result<Option<Credentials<'_>>, SipError> {
        self.typed(name)
    }

    /// The option tags of Require.
    pub fn require(&self) -> impl Iterator<Item = &str> {
        self.list(Name::Require)
    }

    /// The option tags of Proxy-Require.
    pub fn proxy_require(&self) -> impl Iterator<Item = &str> {
        self.list(Name::ProxyRequire)
    }

    /// The option tags of Supported.
    pub fn supported(&self) -> impl Iterator<Item = &str> {
        self.list(Name::Supported)
    }

    /// True when Supported or Require holds the option `tag`, in any case.
    pub fn supports(&self, tag: &str) -> bool {
        self.supported().chain(self.require()).any(|found| found.eq_ignore_ascii_case(tag))
    }

    /// The methods of Allow, as they came.
    pub fn allow(&self) -> impl Iterator<Item = &str> {
        self.list(Name::Allow)
    }

    /// True when Allow names `method`; in any case, since real clients write `BeNotify`.
    pub fn allows(&self, method: &Method) -> bool {
        self.allow().any(|found| found.eq_ignore_ascii_case(method.as_str()))
    }
}
