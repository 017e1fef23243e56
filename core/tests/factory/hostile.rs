//! Any bytes in place of a command: one answer, and nothing changes but by a success.

use bytes::Bytes;
use confsim_core::covers;
use confsim_core::node::Input;
use confsim_core::wire::cccp::{Code, Response};
use confsim_core::wire::xml::limits;
use proptest::prelude::*;

use crate::common::{messages, only, sip};
use crate::reasons::key;
use crate::stage::{ID, Stage, add, config, delete, envelope, fixed, get, modify, open, plain, service};

/// Requests that are fine.
fn good() -> Vec<String> {
    let users = "<ci:users><ci:user entity=\"sip:bob@contoso.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles>\
                 </ci:user></ci:users>";
    let view = "<msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view>";
    let rich = format!(
        "{}{}<msci:expiry-time>2007-01-10T17:11:47Z</msci:expiry-time><msci:autopromote>32768</msci:autopromote>",
        open("AAAAAAAA"),
        key("cert factory", "s3cret")
    );
    vec![
        plain("AAAAAAAA"),
        add(&rich, &format!("{users}{view}")),
        fixed("BBBBBBBB"),
        modify(1, &open(ID), users),
        delete(ID, ""),
        get(ID),
        envelope("<getConferences static=\"false\"/>"),
        envelope("<getEncryptionKey/>"),
        envelope("<getConferencingCapabilities/>"),
    ]
}

/// Something done to a text at a place, which is a fraction of its length.
#[derive(Clone, Debug)]
enum Damage {
    Flip { at: u16, mask: u8 },
    Cut { at: u16, length: u8 },
    Insert { at: u16, bytes: Vec<u8> },
    Repeat { at: u16, length: u8 },
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<u16>(), 1..=255_u8).prop_map(|(at, mask)| Damage::Flip { at, mask }),
        (any::<u16>(), 1..60_u8).prop_map(|(at, length)| Damage::Cut { at, length }),
        (any::<u16>(), prop::collection::vec(any::<u8>(), 1..6))
            .prop_map(|(at, bytes)| Damage::Insert { at, bytes }),
        (any::<u16>(), 1..100_u8).prop_map(|(at, length)| Damage::Repeat { at, length }),
    ]
}

impl Damage {
    fn strike(&self, text: &mut Vec<u8>) {
        let place = |at: u16| text.len() * usize::from(at) / usize::from(u16::MAX);
        let span = |at: u16, length: u8| place(at)..(place(at) + usize::from(length)).min(text.len());
        match self {
            Self::Flip { at, mask } => {
                let place = place(*at);
                if let Some(byte) = text.get_mut(place) {
                    *byte ^= mask;
                }
            }
            Self::Cut { at, length } => drop(text.drain(span(*at, *length))),
            Self::Insert { at, bytes } => {
                let place = place(*at);
                text.splice(place..place, bytes.iter().copied());
            }
            Self::Repeat { at, length } => {
                let span = span(*at, *length);
                let (end, again) = (span.end, text[span].to_vec());
                text.splice(end..end, again);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_request_has_one_answer(which in 0..9_usize, damages in prop::collection::vec(damage(), 1..4)) {
        covers!("PRO-3-2-5-1-a", "PRO-3-2-5-1-d", "PRO-2-2-r", "PRO-2-2-s");
        let mut stage = Stage::new(config());
        stage.created(&plain(ID));
        let before = stage.disk.lock().records.len();
        let mut body = good().swap_remove(which).into_bytes();
        for damage in &damages {
            damage.strike(&mut body);
        }
        let head = sip(&service("alice", 1, &"x".repeat(body.len())));
        let head = head.split("\r\n\r\n").next().unwrap_or_default();
        let bytes = Bytes::from([head.as_bytes(), b"\r\n\r\n", &body].concat());
        let sent = only(messages(stage.bench.give(Input::Received { conn: stage.conn, bytes })));
        let grown = stage.disk.lock().records.len() - before;
        match sent.code() {
            Some(200) => {
                let response = Response::parse(sent.message.body()).expect("a response");
                prop_assert_eq!(response.code, Code::Success);
                let changed = matches!(which, 0..=4);
                prop_assert_eq!(grown, usize::from(changed), "{:?}", response);
            }
            Some(400) if sent.body().is_empty() => prop_assert_eq!(grown, 0),
            Some(400 | 403 | 404 | 500) => {
                let response = Response::parse(sent.message.body()).expect("a response");
                prop_assert_eq!((response.code, grown), (Code::Failure, 0));
                prop_assert!(response.result.reason.is_some());
            }
            other => prop_assert!(false, "{:?}", other),
        }
        // It is as well as before, also when it comes back.
        prop_assert_eq!(stage.ask(&envelope("<getAvailableMcuTypes/>")).code(), Some(200));
        let count = stage.count();
        stage.restart();
        prop_assert_eq!(stage.count(), count);
    }
}

/// What is kept of a request declares its prefixes itself. What that makes of it can be read back, and is not many times
/// as large as the request.
#[test]
fn kept_elements_neither_swell_nor_spoil_the_store() {
    covers!("PRO-2-2-f", "PRO-3-2-1-a");
    let long = "n".repeat(limits::MAX_TEXT - 4);
    let declared = |body: String| body.replace("<request ", &format!("<request xmlns:a=\"urn:{long}\" "));
    let with = |elements: &str| add(&format!("{}{elements}", open("AAAAAAAA")), "");
    let prefix = |length: usize| with(&format!("<{}:x/>", "p".repeat(length)));
    for (body, code) in [
        (declared(with("<a:x/>")), 200),
        (declared(with(&"<a:x/>".repeat(limits::MAX_DOCUMENT / limits::MAX_TEXT + 1))), 400),
        (prefix(60_000), 200),
        (prefix(limits::MAX_TEXT), 400),
    ] {
        let mut stage = Stage::new(config());
        assert_eq!(stage.ask(&body).code(), Some(code), "{} bytes", body.len());
        stage.created(&plain(ID));
        let count = stage.count();
        stage.restart();
        assert_eq!((stage.count(), stage.ask(&get(ID)).code()), (count, Some(200)));
    }
}
