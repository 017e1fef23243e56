//! Header values and URIs.

use confsim_core::wire::content_type::ContentType;
use confsim_core::wire::sip::headers::{Delta, Header, Number};
use confsim_core::wire::sip::{
    CSeq, Credentials, Diagnostics, Elements, Event, KeepAlive, Name, NameAddr, Params, PoolLink, Reason,
    SessionExpires, SipError, SubscriptionState, Uri, Via,
};
use serde_json::{Map, Value, json};

use super::{Fault, json as to_json, offset_in};

/// The typed view of a header's value; `None` where it is nothing but text. Lists come as lists.
pub(super) fn value(name: Name, text: &str) -> Result<Option<Value>, Fault> {
    let view = match name {
        Name::Via => list(text, via)?,
        Name::Contact if text.trim() == "*" => "*".into(),
        Name::Contact | Name::EndPoints | Name::RecordRoute | Name::Route => list(text, name_addr)?,
        Name::From
        | Name::MsFocusUri
        | Name::MsSender
        | Name::PSessionOnBehalfOf
        | Name::ReferTo
        | Name::ReferredBy
        | Name::ReplyTo
        | Name::RosterManager
        | Name::To => name_addr(&NameAddr::parse(text)?),
        Name::CSeq => {
            let CSeq { seq, method } = Header::parse(text)?;
            json!({ "seq": seq, "method": method.as_str() })
        }
        Name::ContentLength | Name::MaxForwards | Name::MessageId | Name::MsPiggybackCseq => {
            Number::parse(text)?.0.into()
        }
        Name::Expires | Name::MinExpires | Name::MinSe | Name::RetryAfter => {
            let Delta { seconds, params } = Header::parse(text)?;
            json!({ "seconds": seconds, "params": self::params(&params) })
        }
        Name::SessionExpires => {
            let SessionExpires { seconds, params } = Header::parse(text)?;
            json!({ "seconds": seconds, "params": self::params(&params) })
        }
        Name::Event => {
            let Event { package, params } = Header::parse(text)?;
            json!({ "package": package, "params": self::params(&params) })
        }
        Name::SubscriptionState => {
            let SubscriptionState { state, params } = Header::parse(text)?;
            json!({ "state": state.as_str(), "params": self::params(&params) })
        }
        Name::Reason => list(
            text,
            |reason: &Reason<'_>| json!({ "protocol": reason.protocol, "params": params(&reason.params) }),
        )?,
        Name::MsDiagnostics | Name::MsDiagnosticsPublic => {
            let Diagnostics { code, params } = Header::parse(text)?;
            json!({ "code": code, "params": self::params(&params) })
        }
        Name::MsKeepAlive => {
            let KeepAlive { role, params } = Header::parse(text)?;
            json!({ "role": role, "params": self::params(&params) })
        }
        Name::PoolLink => {
            let PoolLink { epoch, seq, ack, peer } = Header::parse(text)?;
            json!({ "epoch": epoch, "seq": seq, "ack": ack, "peer": peer })
        }
        Name::ContentType => to_json(&ContentType::parse(text)?)?,
        Name::Accept
        | Name::Allow
        | Name::AllowEvents
        | Name::ProxyRequire
        | Name::Require
        | Name::Supported
        | Name::Unsupported => Elements::of(text).filter(|element| !element.is_empty()).collect(),
        Name::AuthenticationInfo
        | Name::Authorization
        | Name::ProxyAuthenticate
        | Name::ProxyAuthenticationInfo
        | Name::ProxyAuthorization
        | Name::WwwAuthenticate => {
            let credentials = Credentials::parse(text)?;
            let params = members(credentials.params().map(|(name, value)| (name, Some(value))));
            json!({ "scheme": credentials.scheme, "params": params })
        }
        _ => return Ok(None),
    };
    Ok(Some(view))
}

/// A URI, taken apart.
pub(super) fn uri(uri: &Uri<'_>) -> Value {
    json!({
        "text": uri.as_str(),
        "scheme": uri.scheme(),
        "user": uri.user(),
        "password": uri.password(),
        "host": Some(uri.host()).filter(|host| !host.is_empty()),
        "port": uri.port(),
        "params": members(uri.params()),
        "headers": uri.headers(),
    })
}

fn name_addr(value: &NameAddr<'_>) -> Value {
    json!({ "display": value.display_name(), "uri": uri(&value.uri), "params": params(&value.params) })
}

fn via(value: &Via<'_>) -> Value {
    let Via { transport, host, port, params } = value;
    json!({ "transport": transport, "host": host, "port": port, "params": self::params(params) })
}

fn params(params: &Params<'_>) -> Value {
    members(params.iter())
}

/// Parameters by name: a flag is true, and of one repeated the first counts.
fn members<'a>(params: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Value {
    let mut members = Map::new();
    for (name, value) in params {
        members.entry(name).or_insert_with(|| value.map_or(true.into(), Value::from));
    }
    members.into()
}

/// Every element of a comma list. Offsets of faults count from the start of the list.
fn list<'a, T: Header<'a>>(text: &'a str, show: impl Fn(&T) -> Value) -> Result<Value, Fault> {
    let element = |element: &'a str| -> Result<Value, SipError> {
        let offset = offset_in(text.as_bytes(), element.as_bytes());
        let value = T::parse(element).map_err(|error| error.shifted(offset as u64))?;
        Ok(show(&value))
    };
    Ok(Elements::of(text).map(element).collect::<Result<Value, _>>()?)
}
