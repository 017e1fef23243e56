//! Whole messages.

use bytes::Bytes;
use confsim_core::wire::sip::{Limits, Message, Name, SipError, StartLine, Writer};

/// What is written may have a Content-Length and spaces that what was read had not.
const WRITTEN: Limits =
    Limits { head: 2 * Limits::DEFAULT.head, fields: Limits::DEFAULT.fields + 1, body: Limits::DEFAULT.body };

/// A datagram: nothing is lost, typed views stay inside, and the written form is canonical.
pub(super) fn message(bytes: &[u8]) {
    let (message, surplus) = match Message::parse_datagram(Bytes::copy_from_slice(bytes)) {
        Ok(read) => read,
        Err(error) => return inside(error, bytes.len()),
    };
    let length = message.head().len() + message.body().len();
    assert!(bytes.len() - surplus - length <= bytes.len());
    assert!(bytes.get(..bytes.len() - surplus).is_some_and(|used| used.ends_with(message.body())));
    let lines: String = message.fields().map(|field| field.line()).collect();
    assert!(message.head().ends_with(format!("\r\n{lines}\r\n").as_bytes()), "fields leave nothing out");
    for error in views(&message).into_iter().flatten() {
        inside(error, message.head().len());
    }
    let head = rewrite(&message);
    match Message::from_parts(head.clone(), message.body().clone(), WRITTEN) {
        Ok(again) => {
            assert_eq!(values(&again), values(&message), "fields change when written");
            assert_eq!(rewrite(&again), head, "the written form is no fixed point");
        }
        Err(error) => panic!("what was written cannot be read: {error}"),
    }
}

fn inside(error: SipError, length: usize) {
    assert!(error.offset as usize <= length, "{error} lies outside");
}

/// What every typed view says.
fn views(message: &Message) -> Vec<Option<SipError>> {
    vec![
        message.check().err(),
        message.request_uri().err().filter(|_| message.is_request()),
        message.from().err(),
        message.to().err(),
        message.call_id().err(),
        message.cseq().err(),
        message.top_via().err(),
        message.vias().find_map(Result::err),
        message.contacts().find_map(Result::err),
        message.routes().find_map(Result::err),
        message.record_routes().find_map(Result::err),
        message.endpoints().find_map(Result::err),
        message.event().err(),
        message.subscription_state().err(),
        message.expires().err(),
        message.session_expires().err(),
        message.content_length().err(),
        message.ms_sender().err(),
        message.reason().err(),
        message.diagnostics().err(),
        message.keep_alive().err(),
        message.pool_link().err(),
    ]
}

/// Every field but Content-Length, unfolded.
fn values(message: &Message) -> Vec<(String, String)> {
    let fields = message.fields().filter(|field| field.name() != Name::ContentLength);
    fields.map(|field| (field.spelling().to_owned(), field.unfolded().into_owned())).collect()
}

fn rewrite(message: &Message) -> Bytes {
    let mut writer = Writer::new();
    match message.start() {
        StartLine::Request { method, uri } => writer.start_request(method, uri),
        StartLine::Response { code, reason } => writer.start_response(code, reason),
    };
    for (name, value) in values(message) {
        writer.text(name, &value);
    }
    writer.finish(message.body().len())
}
