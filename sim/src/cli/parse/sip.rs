//! SIP messages, single and in streams.

use bytes::Bytes;
use confsim_core::wire::content_type::ContentType;
use confsim_core::wire::sip::{Field, Framer, Limits, Message, Name, StartLine, Uri};
use serde_json::{Value, json};

use super::input::Input;
use super::{Fault, body, header};

/// One message and the bytes left over after it.
pub(super) fn datagram(bytes: &[u8]) -> Result<Value, Fault> {
    let (message, surplus) = Message::parse_datagram(Bytes::copy_from_slice(bytes))?;
    let start = bytes.len() - surplus - message.body().len() - message.head().len();
    let mut view = view(&message).map_err(|fault| fault.shifted(start))?;
    if surplus > 0 {
        view["surplus"] = surplus.into();
    }
    Ok(view)
}

/// Message after message, each shown as soon as it is complete.
pub(super) fn stream(
    input: &mut Input<'_>,
    mut show: impl FnMut(Value) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut framer = Framer::new(Limits::DEFAULT);
    let mut length = 0;
    loop {
        let chunk = input.chunk()?;
        let ended = chunk.is_empty();
        length += chunk.len() as u64;
        framer.push(Bytes::from(chunk));
        while let Some(framed) = framer.next()? {
            let message = &framed.message;
            let start = framed.end as usize - message.body().len() - message.head().len();
            show(view(message).map_err(|fault| fault.shifted(start))?)?;
        }
        if ended {
            break;
        }
    }
    if framer.is_idle() { Ok(()) } else { Err(Fault::malformed("the stream ends inside a message", length)) }
}

fn view(message: &Message) -> Result<Value, Fault> {
    message.check()?;
    let (kind, start) = match message.start() {
        StartLine::Request { method, uri } => {
            ("request", json!({ "method": method.as_str(), "uri": header::uri(&Uri::parse(uri)?) }))
        }
        StartLine::Response { code, reason } => ("response", json!({ "code": code, "reason": reason })),
    };
    let fields: Vec<Value> = message.fields().map(|field| self::field(&field)).collect();
    let mut view = json!({ kind: start, "fields": fields });
    if !message.body().is_empty() {
        view["body"] = content(message).map_err(|fault| fault.shifted(message.head().len()))?;
    }
    Ok(view)
}

/// A header field. One that cannot be read is no fault of the message: receivers ignore what they do not
/// need (RFC 3261 section 8.2.2), and what they do need is checked before.
fn field(field: &Field<'_>) -> Value {
    let text = field.unfolded();
    let (value, invalid) = match header::value(field.name(), field.value()) {
        Ok(value) => (value, None),
        Err(fault) => (None, Some(fault.shifted(field.offset()).to_string())),
    };
    json!({ "name": field.spelling(), "text": text, "value": value, "invalid": invalid })
}

/// The body by its Content-Type.
fn content(message: &Message) -> Result<Value, Fault> {
    let field = message.fields().find(|field| field.name() == Name::ContentType);
    match field.and_then(|field| ContentType::parse(field.value()).ok()) {
        Some(content_type) => body::any(&content_type, message.body()),
        None => Ok(body::opaque(message.body())),
    }
}
