//! Other parsers as oracles: where they understand the input at all, they must see in it what we see.

use std::collections::BTreeSet;

use bytes::Bytes;
use confsim_core::wire::sip::{Message, Name, StartLine};
use confsim_core::wire::xml::{Fault, Ns, Reader, XmlError, XmlErrorKind};
use ezk_sip_types::msg::{Line, MessageLine, PullParser};
use roxmltree::Document;

/// A message that every element of a path would take, and its bytes without surplus.
fn valid(bytes: &[u8]) -> Option<(Message, Bytes)> {
    let (message, _) = Message::parse_datagram(Bytes::copy_from_slice(bytes)).ok()?;
    message.check().ok()?;
    let whole = [&**message.head(), &**message.body()].concat();
    Some((message, Bytes::from(whole)))
}

/// Against rsip, for messages within its grammar.
pub(super) fn rsip(bytes: &[u8]) {
    let Some((message, whole)) = valid(bytes) else { return };
    let Ok(theirs) = rsip::SipMessage::try_from(whole) else { return };
    let (headers, body) = match (&theirs, message.start()) {
        (rsip::SipMessage::Request(request), StartLine::Request { method, .. }) => {
            assert_eq!(request.method.to_string(), method.as_str());
            (&request.headers, &request.body)
        }
        (rsip::SipMessage::Response(response), StartLine::Response { code, .. }) => {
            assert_eq!(response.status_code.code(), code);
            (&response.headers, &response.body)
        }
        _ => panic!("a request is no response"),
    };
    assert_eq!(body, message.body());
    let theirs = headers.iter().map(|header| {
        let line = header.to_string();
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    let ours = message
        .fields()
        .map(|field| (field.spelling().to_ascii_lowercase(), field.value().trim().to_owned()));
    assert_eq!(theirs.collect::<Vec<_>>(), ours.collect::<Vec<_>>());
}

/// Against ezk-sip-types, which knows compact names and folds, and no methods but by spelling.
pub(super) fn ezk(bytes: &[u8]) {
    let Some((message, whole)) = valid(bytes) else { return };
    let mut lines = PullParser::new(&whole, 0);
    let Some(Ok(first)) = lines.next() else { return };
    let Some(Ok(first)) = std::str::from_utf8(first).ok().map(str::parse::<MessageLine>) else { return };
    match (first, message.start()) {
        (MessageLine::Request(line), StartLine::Request { method, .. }) => {
            assert_eq!(line.method.to_string(), method.as_str());
        }
        (MessageLine::Response(line), StartLine::Response { code, reason }) => {
            assert_eq!(line.code.into_u16(), code);
            assert_eq!(line.reason.as_deref().unwrap_or_default(), reason.trim());
        }
        _ => panic!("a request is no response"),
    }
    for field in message.fields() {
        let line = lines.next().and_then(Result::ok).and_then(|line| std::str::from_utf8(line).ok());
        let Some(Ok((_, theirs))) = line.map(|line| Line::parse(&whole, line)) else {
            panic!("field missing: {:?}", field.line())
        };
        let known = field.name() != Name::Other;
        let canonical = if known { field.name().as_str() } else { field.spelling() };
        assert!(theirs.name == *field.spelling() || theirs.name == *canonical, "{:?}", theirs.name);
        // It trims more than SIP's white space.
        assert_eq!(theirs.value.trim(), field.value().trim());
    }
}

/// One element in document order: namespace, name, text of its attributes without namespace.
type Seen = (Ns, String);

/// Against roxmltree: the same elements in the same order, or the same refusal.
pub(super) fn xml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let ours = walk(text);
    let theirs = Document::parse(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    match (ours, theirs) {
        // Of a repeated declaration we take the last, roxmltree the first; it also takes `a:xmlns` for one.
        (Ok(_), Ok(theirs)) if repeats_declaration(&theirs) || text.contains(":xmlns") => {}
        (Ok(ours), Ok(theirs)) => {
            let elements = theirs.root_element().descendants().filter(roxmltree::Node::is_element);
            let theirs: Vec<Seen> = elements
                .map(|element| {
                    let name = element.tag_name();
                    (Ns::from_name(name.namespace().unwrap_or_default()), name.name().to_owned())
                })
                .collect();
            assert_eq!(ours, theirs);
        }
        // We take prefixes without declaration, and a second declaration of one.
        (Ok(_), Err(theirs)) => assert!(
            matches!(
                theirs,
                roxmltree::Error::UnknownNamespace(..) | roxmltree::Error::DuplicatedNamespace(..)
            ),
            "refused by roxmltree only: {theirs}"
        ),
        (Err(error), Ok(_)) => assert!(overlooked(error, text), "refused by us only: {error}"),
        (Err(error), Err(_)) => assert!(error.offset <= text.len(), "{error} lies outside"),
    }
}

/// What roxmltree takes: prefixes and names that are reserved, a colon at either end of a name, references to
/// the number of no character, repeated declarations; and what no peer may send, or what is too large, which only we refuse.
fn overlooked(error: XmlError, text: &str) -> bool {
    use XmlErrorKind::{
        DuplicateAttribute, IllegalCharacter, MalformedName, MismatchedEnd, ProcessingInstruction,
        ReservedNamespace,
    };
    match error.kind {
        IllegalCharacter | MalformedName | ProcessingInstruction | ReservedNamespace => true,
        MismatchedEnd => text.contains("</:"),
        DuplicateAttribute => text.contains("xmlns"),
        _ => error.fault() == Fault::Limit,
    }
}

/// Whether the start tag of the root has two attributes of one name.
fn repeats_declaration(document: &Document<'_>) -> bool {
    let mut rest = document.input_text().get(document.root_element().range()).unwrap_or_default();
    let mut names = BTreeSet::new();
    while let Some((before, after)) = rest.split_once(['=', '>']) {
        let value = after.trim_start();
        let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { break };
        if !names.insert(before.split_whitespace().next_back().unwrap_or_default()) {
            return true;
        }
        rest = value.get(1..).and_then(|value| value.split_once(quote)).map_or("", |(_, after)| after);
    }
    false
}

/// Every element, in document order.
fn walk(text: &str) -> Result<Vec<Seen>, XmlError> {
    let mut reader = Reader::new(text.as_bytes())?;
    let root = reader.any_root()?;
    let mut seen = vec![(root.ns, root.local.to_owned())];
    let mut depth = 1;
    while depth > 0 {
        match reader.child()? {
            Some(child) => {
                seen.push((child.ns, child.local.to_owned()));
                depth += 1;
            }
            None => depth -= 1,
        }
    }
    reader.finish()?;
    Ok(seen)
}
