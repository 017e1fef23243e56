//! A message in the hands of a saboteur.

use std::fmt::Display;

use bytes::Bytes;
use confsim_core::node::{ConnId, Summary, Transmit};
use confsim_core::wire::sip::{Limits, Message, Method, Name, StartLine, Writer};

/// A message on one connection of a node, to be read or rewritten.
#[derive(Clone, Debug)]
pub struct Letter {
    conn: ConnId,
    message: Message,
}

impl Letter {
    /// `message` on `conn`.
    pub(super) const fn new(conn: ConnId, message: Message) -> Self {
        Self { conn, message }
    }

    /// What a node wants written; given back when it is no message.
    pub(super) fn written(transmit: Transmit) -> Result<Self, Transmit> {
        let (head, body) = (transmit.head.clone(), transmit.body.clone());
        match Message::from_parts(head, body, Limits::DEFAULT) {
            Ok(message) => Ok(Self { conn: transmit.conn, message }),
            Err(_) => Err(transmit),
        }
    }

    /// As a node hands it to the world.
    pub(super) fn into_transmit(self) -> Transmit {
        let Self { conn, message } = self;
        Transmit {
            conn,
            summary: message.summary(),
            head: message.head().clone(),
            body: message.body().clone(),
        }
    }

    /// The connection.
    pub const fn conn(&self) -> ConnId {
        self.conn
    }

    /// The message.
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// Whether it is a request of that kind.
    pub fn asks(&self, method: &Method) -> bool {
        self.message.is_request() && self.message.method() == method
    }

    /// Whether it is the answer `code` to a request of that kind.
    pub fn answers(&self, code: u16, method: &Method) -> bool {
        self.message.summary() == Summary::Response(code, method.clone())
    }

    /// Whether its Content-Type begins so.
    pub fn carries(&self, media: &str) -> bool {
        self.message.content_type().is_some_and(|content| content.starts_with(media))
    }

    /// The first value of a header, empty if there is none.
    pub fn header(&self, name: Name) -> &str {
        self.message.header(name).unwrap_or_default()
    }

    /// The number in a header.
    pub fn number(&self, name: Name) -> Option<u32> {
        self.message.header(name)?.trim().parse().ok()
    }

    /// The dialog or transaction it belongs to, by Call-ID.
    pub fn call(&self) -> String {
        self.header(Name::CallId).to_owned()
    }

    /// The number of its CSeq.
    pub fn cseq(&self) -> u32 {
        self.message.cseq().map_or(0, |cseq| cseq.seq)
    }

    /// The body, if it is text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.message.body()).unwrap_or_default()
    }

    /// Whether the body has `part` in it.
    pub fn has(&self, part: &str) -> bool {
        self.text().contains(part)
    }

    /// What stands in the body between `before` and the next `after`.
    pub fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.text().split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// The same with `value` in the place of all fields called `name`.
    #[must_use]
    pub fn with(self, name: Name, value: impl Display) -> Self {
        let add = |writer: &mut Writer| {
            writer.header(name, value);
        };
        self.rebuild(None, Some(name), add, None)
    }

    /// The same without the fields called `name`.
    #[must_use]
    pub fn without(self, name: Name) -> Self {
        self.rebuild(None, Some(name), |_| (), None)
    }

    /// The same with another body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Bytes>) -> Self {
        self.rebuild(None, None, |_| (), Some(body.into()))
    }

    /// The same with `from` in the body replaced by `to`, once.
    #[must_use]
    pub fn swapping(self, from: &str, to: &str) -> Self {
        let body = self.text().replacen(from, to, 1);
        self.with_body(body)
    }

    /// The same with what stands between `before` and the next `after` replaced by `to`, all of it.
    #[must_use]
    pub fn cutting(self, before: &str, after: &str, to: &str) -> Self {
        let Some((start, rest)) = self.text().split_once(before) else { return self };
        let Some((_, end)) = rest.split_once(after) else { return self };
        let body = format!("{start}{to}{end}");
        self.with_body(body)
    }

    /// The response with another code.
    #[must_use]
    pub fn coded(self, code: u16, reason: &str) -> Self {
        self.rebuild(Some((code, reason)), None, |_| (), None)
    }

    /// The request once more: the next one of its dialog, with a transaction of its own.
    #[must_use]
    pub fn again(self) -> Self {
        let (cseq, method) = (self.cseq() + 1, self.message.method().clone());
        let via = self.header(Name::Via).replacen("branch=z9hG4bK", "branch=z9hG4bKagain", 1);
        self.with(Name::CSeq, format!("{cseq} {method}")).with(Name::Via, via)
    }

    /// The bare response to the request, as its server would write it.
    #[must_use]
    pub fn response(&self, code: u16, reason: &str) -> Self {
        let copied = [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq];
        let mut writer = Writer::new();
        writer.start_response(code, reason).copy_fields(&self.message, |name| copied.contains(&name));
        let head = writer.finish(0);
        let message = Message::from_parts(head, Bytes::new(), Limits::DEFAULT);
        Self { conn: self.conn, message: message.unwrap_or_else(|_| self.message.clone()) }
    }

    /// Writes it anew; as it was if that should give no message.
    fn rebuild(
        self,
        status: Option<(u16, &str)>,
        drop: Option<Name>,
        add: impl FnOnce(&mut Writer),
        body: Option<Bytes>,
    ) -> Self {
        let mut writer = Writer::new();
        match (status, self.message.start()) {
            (Some((code, reason)), _) => writer.start_response(code, reason),
            (None, StartLine::Request { method, uri }) => writer.start_request(method, uri),
            (None, StartLine::Response { code, reason }) => writer.start_response(code, reason),
        };
        writer.copy_fields(&self.message, |name| Some(name) != drop);
        add(&mut writer);
        let body = body.unwrap_or_else(|| self.message.body().clone());
        let head = writer.finish(body.len());
        match Message::from_parts(head, body, Limits::DEFAULT) {
            Ok(message) => Self { message, ..self },
            Err(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "INFO sip:bob@contoso.com SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n\
                        From: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: c\r\nCSeq: 7 INFO\r\n\
                        Content-Length: 5\r\n\r\n";

    fn letter() -> Letter {
        let (head, body) = (Bytes::from_static(HEAD.as_bytes()), Bytes::from_static(b"hello"));
        let message = Message::from_parts(head, body, Limits::DEFAULT).expect("a message");
        Letter::new(ConnId::accepted(0), message)
    }

    fn whole(letter: Letter) -> String {
        let Transmit { head, body, .. } = letter.into_transmit();
        String::from_utf8([head, body].concat()).expect("text")
    }

    #[test]
    fn what_is_rewritten_keeps_the_rest_and_tells_its_length() {
        let text = whole(letter().swapping("hello", "good day"));
        assert!(text.ends_with("Content-Length: 8\r\n\r\ngood day"), "{text}");
        assert!(text.starts_with(&HEAD[..HEAD.find("Content-Length").expect("it is there")]), "{text}");
        let text = whole(letter().cutting("h", "l", "<>").without(Name::To));
        assert!(text.ends_with("Content-Length: 4\r\n\r\n<>lo") && !text.contains("To:"), "{text}");
    }

    #[test]
    fn the_same_request_again_is_the_next_of_its_dialog() {
        let again = letter().again();
        assert_eq!((again.cseq(), again.header(Name::Via)), (8, "SIP/2.0/TCP a;branch=z9hG4bKagain1"));
        assert_eq!((again.call(), again.text()), (letter().call(), "hello"));
    }

    #[test]
    fn an_answer_is_that_of_its_request() {
        let answer = letter().response(202, "Accepted");
        assert!(answer.answers(202, &Method::Info));
        assert_eq!((answer.cseq(), answer.text()), (7, ""));
        assert!(answer.coded(404, "Not Found").answers(404, &Method::Info));
    }
}
