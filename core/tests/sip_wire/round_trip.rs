//! Reading what was written gives the same value, and the written form is a fixed point.

use std::fmt::{Debug, Display};

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use confsim_core::wire::sip::arbitrary::Sample;
use confsim_core::wire::sip::headers::{Delta, Header, Number};
use confsim_core::wire::sip::{
    CSeq, Credentials, Diagnostics, Event, KeepAlive, Limits, Message, Method, Name, NameAddr, Params,
    PoolLink, Reason, SessionExpires, SubscriptionState, Uri, Via, Writer,
};
use proptest::prelude::*;

/// Drawn values of a type that can be drawn; they shrink with the bytes they are drawn from.
fn drawn<T: for<'a> Arbitrary<'a> + Debug>() -> impl Strategy<Value = T> {
    proptest::collection::vec(any::<u8>(), 0..512)
        .prop_filter_map("too short", |bytes| T::arbitrary(&mut Unstructured::new(&bytes)).ok())
}

/// The law, for a value read by `read` from `text`.
macro_rules! holds {
    ($read:path, $text:expr) => {{
        let value = $read($text).unwrap();
        let written = value.to_string();
        let again = $read(&written).unwrap();
        assert_eq!(value, again);
        assert_eq!(written, again.to_string());
        assert!(!written.contains(['\r', '\n']), "{written:?} is one line");
    }};
}

macro_rules! laws {
    ($($test:ident: $value:ident $(<$life:lifetime>)?;)*) => {
        proptest! {
            $(#[test]
            fn $test(sample in drawn::<Sample<$value $(<$life>)?>>()) {
                holds!($value::parse, sample.as_str());
            })*
        }
    };
}

laws! {
    uri: Uri<'static>;
    params: Params<'static>;
    number: Number;
    delta: Delta<'static>;
    cseq: CSeq;
    name_addr: NameAddr<'static>;
    via: Via<'static>;
    event: Event<'static>;
    subscription_state: SubscriptionState<'static>;
    session_expires: SessionExpires<'static>;
    reason: Reason<'static>;
    diagnostics: Diagnostics<'static>;
    keep_alive: KeepAlive<'static>;
    pool_link: PoolLink<'static>;
    credentials: Credentials<'static>;
}

/// The law for a text that may be no value at all.
fn holds_if_read<'a, T>(text: &'a str) -> bool
where
    T: Header<'a> + Display + PartialEq + Debug,
{
    let Ok(value) = T::parse(text) else { return false };
    let written: &'static str = value.to_string().leak();
    let again = T::parse(written).unwrap();
    assert_eq!((&value, written), (&again, again.to_string().as_str()));
    true
}

proptest! {
    #[test]
    fn whatever_is_read_can_be_written(text in "[ \t\"\\\\;,=<>a-c:@?\\[\\]*/.0-2]{0,24}") {
        holds_if_read::<NameAddr<'_>>(&text);
        holds_if_read::<Via<'_>>(&format!("SIP/2.0/TCP {text}"));
        holds_if_read::<Credentials<'_>>(&text);
        holds_if_read::<Event<'_>>(&text);
        holds_if_read::<CSeq>(&text);
    }

    #[test]
    fn messages(message in drawn::<Message>(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        message.check().unwrap();
        let whole = Bytes::from([message.head().as_ref(), message.body().as_ref()].concat());
        let (again, surplus) = Message::parse_datagram(whole.clone()).unwrap();
        prop_assert_eq!((&again, surplus), (&message, 0));
        let mut writer = Writer::new();
        let mut framer = confsim_core::wire::sip::Framer::new(Limits::DEFAULT);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(whole.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(whole.len());
        let mut start = 0;
        let mut framed = Vec::new();
        for end in cuts {
            framer.push(whole.slice(start..end));
            start = end;
            framed.extend(framer.next().unwrap());
        }
        prop_assert_eq!(framed.len(), 1);
        prop_assert_eq!(&framed[0].message, &message);
        writer.start_response(200, "OK");
        for field in message.fields().filter(|field| field.name() != Name::ContentLength) {
            writer.copy(&field);
        }
        let copied = Message::from_parts(writer.finish(0), Bytes::new(), Limits::DEFAULT).unwrap();
        let values = |message: &Message| message.fields().map(|field| field.line().to_owned()).collect::<Vec<_>>();
        let (mut before, mut after) = (values(&message), values(&copied));
        prop_assert_eq!((before.pop().is_some(), after.pop().is_some()), (true, true));
        prop_assert_eq!(before, after);
        prop_assert_eq!(copied.method(), message.method());
    }

    #[test]
    fn methods_and_names(method in drawn::<Method>(), name in drawn::<Name>()) {
        prop_assert_eq!(Method::parse(method.as_str()), Some(method));
        prop_assert_eq!(Name::parse(name.as_str()), name);
    }
}
