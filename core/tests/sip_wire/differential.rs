//! Other people's parsers as oracles: whatever rsip or ezk-sip-types also reads, all read the same.

use std::fs;

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use confsim_core::entropy::Entropy;
use confsim_core::wire::sip::rsip::RsipError;
use confsim_core::wire::sip::{Message, Method, Name, NameAddr, StartLine, Uri};
use ezk_sip_types::header::typed;
use ezk_sip_types::msg::{Line, MessageLine, PullParser};
use ezk_sip_types::uri::SipUri;
use ezk_sip_types::{Headers, Name as EzkName};
use rsip::message::HasHeaders as _;

use crate::corpus;

/// The messages to compare on: the documents' own, the torture messages, and drawn ones.
fn inputs() -> Vec<(String, Bytes)> {
    let mut inputs: Vec<_> = corpus::messages().into_iter().map(|(name, _, bytes)| (name, bytes)).collect();
    for row in corpus::table("torture/VERDICTS.tsv") {
        let name = corpus::cell(&row, "file").to_owned();
        let bytes = Bytes::from(fs::read(corpus::data("torture").join(&name)).unwrap());
        inputs.push((name, bytes));
    }
    let mut entropy = Entropy::named(1, "differential");
    for number in 0..2_000 {
        let mut seed = vec![0; 400];
        entropy.fill(&mut seed);
        let message = Message::arbitrary(&mut Unstructured::new(&seed)).unwrap();
        inputs.push((
            format!("drawn {number}"),
            Bytes::from([&message.head()[..], &message.body()[..]].concat()),
        ));
    }
    inputs
}

/// Our reading of each input, where there is one.
fn readings() -> impl Iterator<Item = (String, Bytes, Message)> {
    inputs().into_iter().filter_map(|(name, bytes)| {
        let (message, surplus) = Message::parse_datagram(bytes.clone()).ok()?;
        Some((name, bytes.slice(..bytes.len() - surplus), message))
    })
}

#[test]
fn rsip_agrees_on_what_it_can_say() {
    let mut compared = 0;
    for (name, bytes, message) in readings() {
        let Ok(converted) = rsip::SipMessage::try_from(&message) else { continue };
        // rsip reads neither folded lines nor compact names.
        let Ok(parsed) = rsip::SipMessage::try_from(bytes.as_ref()) else { continue };
        if message.fields().any(|field| field.line().contains("\r\n ") || field.spelling().len() == 1) {
            continue;
        }
        // Nor does it drop white space at the end of a line.
        let lines = |message: &rsip::SipMessage| -> Vec<_> {
            message.headers().iter().map(|header| header.to_string().trim_end().to_owned()).collect()
        };
        let first = |message: &rsip::SipMessage| message.to_string().lines().next().map(str::to_owned);
        assert_eq!((first(&converted), lines(&converted)), (first(&parsed), lines(&parsed)), "{name}");
        assert_eq!(converted.body(), parsed.body(), "{name}");
        compared += 1;
    }
    assert!(compared > 100, "only {compared} messages compared");
}

#[test]
fn rsip_and_back_loses_nothing_it_claims_to_keep() {
    let mut compared = 0;
    for (name, _, message) in readings() {
        let Ok(converted) = rsip::SipMessage::try_from(&message) else { continue };
        let back = Message::try_from(&converted).unwrap();
        assert_eq!((back.code(), back.method()), (message.code(), message.method()), "{name}");
        let uri = |message: &Message| message.request_uri().ok().map(|uri| uri.as_str().to_ascii_lowercase());
        assert_eq!(uri(&back), uri(&message), "{name}");
        assert_eq!(back.body(), message.body(), "{name}");
        let values = |message: &Message| -> Vec<_> {
            let fields = message.fields().filter(|field| field.name() != Name::ContentLength);
            fields.map(|field| field.unfolded().trim().to_owned()).collect()
        };
        assert_eq!(values(&back), values(&message), "{name}");
        compared += 1;
    }
    assert!(compared > 200, "only {compared} messages compared");
}

#[test]
fn rsip_refuses_what_it_cannot_say() {
    let convert = |text: &str| {
        let bytes = Bytes::from(format!("{text} SIP/2.0\r\n\r\n"));
        rsip::SipMessage::try_from(&Message::parse_datagram(bytes).unwrap().0).map(drop)
    };
    assert_eq!(convert("SERVICE sip:a@b"), Err(RsipError::Method));
    assert_eq!(convert("invite sip:a@b"), Err(RsipError::Method));
    assert_eq!(convert("INVITE sip:a@b;gruu;opaque=app:conf:focus:id:X"), Err(RsipError::Uri));
    assert_eq!(convert("INVITE sip:alice.smith@b"), Err(RsipError::Uri));
    assert_eq!(convert("INVITE sip:a@b;transport=tls"), Ok(()));
}

/// What both parsers can be asked: one line per answer.
type Answers = Vec<String>;

fn ezk_uri(uri: &SipUri) -> String {
    use ezk_sip_types::uri::SipUriUserPart;
    let user = match &uri.user_part {
        SipUriUserPart::Empty => None,
        SipUriUserPart::User(user) => Some(user.to_string()),
        SipUriUserPart::UserPw(both) => Some(both.user.to_string()),
    };
    format!("{user:?} at {:?} {:?}", uri.host_port.host.to_string(), uri.host_port.port)
}

fn our_uri(uri: &Uri<'_>) -> String {
    format!("{:?} at {:?} {:?}", uri.user().map(str::to_owned), uri.host(), uri.port())
}

fn ezk_answers(bytes: &Bytes) -> Option<Answers> {
    let mut lines = PullParser::new(bytes, 0);
    let text = |line: Option<Result<_, _>>| std::str::from_utf8(line?.ok()?).ok();
    let start: MessageLine = text(lines.next())?.parse().ok()?;
    let mut headers = Headers::new();
    for line in lines {
        let (_, line) = Line::parse(bytes, text(Some(line))?).ok()?;
        headers.insert(line.name, line.value);
    }
    let mut answers = vec![match &start {
        MessageLine::Request(line) => format!("{} {}", line.method, ezk_uri(&line.uri)),
        MessageLine::Response(line) => format!("{}", line.code.into_u16()),
    }];
    for name in [EzkName::FROM, EzkName::TO] {
        let found = headers.get::<typed::FromTo>(name).ok()?;
        answers.push(format!("{} tag {:?}", ezk_uri(&found.uri.uri), found.tag.map(|tag| tag.to_string())));
    }
    let cseq = headers.get_named::<typed::CSeq>().ok()?;
    answers.push(format!("{} {}", cseq.cseq, cseq.method));
    for via in headers.get_named::<Vec<typed::Via>>().ok()? {
        let branch = via.params.get_val("branch").map(|branch| branch.to_string());
        answers.push(format!("{} {} {:?} {branch:?}", via.transport, via.sent_by.host, via.sent_by.port));
    }
    Some(answers)
}

fn our_answers(message: &Message) -> Option<Answers> {
    let mut answers = vec![match message.start() {
        StartLine::Request { method, .. } => format!("{method} {}", our_uri(&message.request_uri().ok()?)),
        StartLine::Response { code, .. } => code.to_string(),
    }];
    let address =
        |found: &NameAddr<'_>| format!("{} tag {:?}", our_uri(&found.uri), found.tag().map(str::to_owned));
    answers.extend([address(&message.from().ok()?), address(&message.to().ok()?)]);
    answers.push(message.cseq().ok()?.to_string());
    for via in message.vias() {
        let via = via.ok()?;
        let branch = via.branch().map(str::to_owned);
        answers.push(format!("{} {} {:?} {branch:?}", via.transport, via.host, via.port));
    }
    Some(answers)
}

/// True where ezk reads something else than RFC 3261 says, or writes it differently: it undoes escapes in
/// users, rewrites IPv6 addresses, and leaves out what follows the first Via it cannot read.
fn beyond_ezk(message: &Message, theirs: &Answers) -> bool {
    let head = String::from_utf8_lossy(message.head());
    head.contains('%') || head.contains('[') || theirs.len() < 4 + message.vias().count()
}

#[test]
fn ezk_agrees() {
    let mut compared = 0;
    for (name, bytes, message) in readings() {
        let (Some(ours), Some(theirs)) = (our_answers(&message), ezk_answers(&bytes)) else { continue };
        if beyond_ezk(&message, &theirs) {
            continue;
        }
        assert_eq!(ours, theirs, "{name}: {:?}", String::from_utf8_lossy(&bytes));
        compared += 1;
    }
    assert!(compared > 100, "only {compared} messages compared");
}

#[test]
fn ezk_reads_what_it_is_fair_to_expect() {
    let count =
        |found: fn(&Bytes) -> bool| corpus::complete().iter().filter(|(_, bytes)| found(bytes)).count();
    assert!(count(|bytes| ezk_answers(bytes).is_some()) > 60, "the oracle reads the documents' messages");
    assert_eq!(Method::parse("SERVICE"), Some(Method::Service));
}
