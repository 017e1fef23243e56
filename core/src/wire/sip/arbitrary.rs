//! Random SIP, for property tests and fuzzing.
//!
//! The typed values borrow from a message, so what is drawn is a [`Sample`]: the text of one value, valid and
//! as unusual as the grammar allows (white space, folds, quoted strings, any case). [`Message`] owns its bytes
//! and is drawn as it is.

mod draft;

use std::fmt;
use std::marker::PhantomData;

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;

use self::draft::Draft;
use super::headers::{Delta, Number};
use super::{
    CSeq, Credentials, Diagnostics, Event, KeepAlive, Limits, Message, Method, Name, NameAddr, Params,
    PoolLink, Reason, SessionExpires, SubscriptionState, Uri, Via, Writer,
};

/// The text of a valid `T`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sample<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Sample<T> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<T> fmt::Debug for Sample<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

/// A value whose text can be drawn.
trait Draw {
    fn draw(draft: &mut Draft<'_, '_>) -> Result<()>;
}

impl<'a, T: Draw> Arbitrary<'a> for Sample<T> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut draft = Draft { u, text: String::new() };
        T::draw(&mut draft)?;
        Ok(Self { text: draft.text, of: PhantomData })
    }
}

macro_rules! draw {
    ($($value:ty => |$draft:ident| $drawn:expr;)*) => {$(
        impl Draw for $value {
            fn draw($draft: &mut Draft<'_, '_>) -> Result<()> {
                $drawn
            }
        }
    )*};
}

draw! {
    Uri<'_> => |draft| draft.uri(true);
    Params<'_> => |draft| draft.params(&["tag", "x"]);
    Number => |draft| draft.number(64);
    Delta<'_> => |draft| {
        draft.number(40)?;
        draft.params(&["duration"])
    };
    CSeq => |draft| {
        draft.number(32)?;
        draft.gap()?;
        let method = Method::arbitrary(draft.u)?;
        draft.put(method.as_str());
        draft.space()
    };
    NameAddr<'_> => |draft| {
        if draft.u.ratio(3, 4)? {
            return draft.name_addr();
        }
        draft.one_of(&["sip:a@b", "tel:+1", "sips:[::1]:5061"])?;
        draft.params(&["tag", "epid"])
    };
    Via<'_> => |draft| {
        draft.one_of(&["SIP", "sip"])?;
        draft.separator("/")?;
        draft.put("2.0");
        draft.separator("/")?;
        draft.token()?;
        draft.gap()?;
        draft.host()?;
        if draft.u.ratio(1, 2)? {
            draft.separator(":")?;
            draft.port()?;
        }
        draft.params(&["branch", "received", "ms-received-port"])
    };
    Event<'_> => |draft| {
        draft.token()?;
        draft.params(&["id"])
    };
    SubscriptionState<'_> => |draft| {
        draft.one_of(&["active", "Pending", "terminated", "other"])?;
        draft.params(&["expires", "reason", "retry-after"])
    };
    SessionExpires<'_> => |draft| {
        draft.number(40)?;
        draft.one_of(&["", ";refresher=uac", ";Refresher=UAS"])?;
        draft.params(&["refresher"])
    };
    Reason<'_> => |draft| {
        draft.one_of(&["SIP", "Q.850", "preemption"])?;
        draft.params(&["cause", "text"])
    };
    Diagnostics<'_> => |draft| {
        draft.number(32)?;
        draft.params(&["reason", "source", "component"])
    };
    KeepAlive<'_> => |draft| {
        draft.one_of(&["UAC", "UAS"])?;
        draft.params(&["hop-hop", "tcp", "timeout"])
    };
    PoolLink<'_> => |draft| {
        draft.token()?;
        draft.one_of(&[";seq=", "; seq = "])?;
        draft.number(64)?;
        draft.put(";ack=");
        draft.number(64)?;
        draft.one_of(&["", ";peer=a1", " ; peer=x"])?;
        draft.params(&["x"])
    };
    Credentials<'_> => |draft| {
        draft.one_of(&["NTLM qop=\"auth\"", "Kerberos\r\n ", "Digest  a = b", "rspauth=\"\"", "NTLM TlRM=="])?;
        draft.one_of(&["", ", realm=\"a, \\\" b\"", "\r\n\t,x=y", ",,z"])
    };
}

impl<'a> Arbitrary<'a> for Method {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.ratio(7, 8)? {
            return u.choose(Self::KNOWN).cloned();
        }
        let mut draft = Draft { u, text: String::new() };
        draft.token()?;
        Ok(Self::parse(&draft.text).unwrap_or(Self::Options))
    }
}

impl<'a> Arbitrary<'a> for Name {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(Self::KNOWN).copied()
    }
}

/// A message that [`Message::check`] accepts, with headers of every typed kind.
impl<'a> Arbitrary<'a> for Message {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut writer = Writer::new();
        let method = Method::arbitrary(u)?;
        if u.arbitrary()? {
            let mut draft = Draft { u, text: String::new() };
            draft.uri(false)?;
            writer.start_request(&method, &draft.text);
        } else {
            writer.start_response(
                u.int_in_range(100..=699)?,
                u.choose(&["", "OK", "Sub dialog terminated", "é"])?,
            );
        }
        for name in [Name::From, Name::To] {
            writer.header(name, Sample::<NameAddr<'_>>::arbitrary(u)?.text);
        }
        writer.text(Name::CallId, u.choose(&["0123456789abcdef", "a@b"])?);
        writer.header(Name::CSeq, CSeq { seq: u.arbitrary()?, method });
        writer.header(Name::Via, Sample::<Via<'_>>::arbitrary(u)?.text);
        for _ in 0..u.int_in_range(0..=6)? {
            let (name, value) = extra(u)?;
            writer.header(name, value);
        }
        let body = Bytes::from(Vec::<u8>::arbitrary(u)?);
        let head = writer.finish(body.len());
        Self::from_parts(head, body, Limits::DEFAULT).map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

/// A header field beyond the mandatory ones.
fn extra(u: &mut Unstructured<'_>) -> Result<(&'static str, String)> {
    Ok(match u.int_in_range(0..=12)? {
        0 => ("Via", Sample::<Via<'_>>::arbitrary(u)?.text),
        1 => ("m", Sample::<NameAddr<'_>>::arbitrary(u)?.text),
        2 => ("Record-Route", Sample::<NameAddr<'_>>::arbitrary(u)?.text),
        3 => ("ROUTE", Sample::<NameAddr<'_>>::arbitrary(u)?.text),
        4 => ("Reason", Sample::<Reason<'_>>::arbitrary(u)?.text),
        5 => ("ms-diagnostics", Sample::<Diagnostics<'_>>::arbitrary(u)?.text),
        6 => ("ms-keep-alive", Sample::<KeepAlive<'_>>::arbitrary(u)?.text),
        7 => ("Proxy-Authorization", Sample::<Credentials<'_>>::arbitrary(u)?.text),
        8 => ("Retry-After", Sample::<Delta<'_>>::arbitrary(u)?.text),
        9 => ("Supported", "timer, ms-sender".to_owned()),
        10 => ("X-Unknown", u.arbitrary::<&str>()?.to_owned()),
        11 => ("Allow", "INVITE,BeNotify".to_owned()),
        _ => ("Subject", String::new()),
    })
}
