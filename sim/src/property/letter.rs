//! Messages as their text has them: read line by line, by nothing that the nodes read them with.

use std::collections::VecDeque;

use bytes::Bytes;
use memchr::{memchr, memchr_iter, memrchr};

use crate::trace::{ConnectionId, Digest, MsgId, NodeId};

/// What the head of a message says, as far as hygiene goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Letter<'a> {
    /// The start line.
    pub(super) start: &'a str,
    /// The topmost Via value, and those below it; several on one line stay together.
    pub(super) via: &'a str,
    pub(super) vias_below: Vec<&'a str>,
    pub(super) from: &'a str,
    pub(super) from_tag: &'a str,
    pub(super) to: &'a str,
    pub(super) to_tag: &'a str,
    pub(super) call_id: &'a str,
    pub(super) cseq: &'a str,
    /// Route and Record-Route values, in their order.
    pub(super) routes: Vec<&'a str>,
    pub(super) record_routes: Vec<&'a str>,
    pub(super) content_length: Option<&'a str>,
    pub(super) pool_link: Option<&'a str>,
}

/// A message in a few numbers: what it belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Brief {
    /// What all messages of a call share, as its caller sees it: Call-ID and From tag.
    pub(super) call: u64,
    /// The same for a request and its answers on one connection.
    pub(super) transaction: u64,
    /// The same for a request and whatever repeats what an answer has to repeat (RFC 3261 8.2.6.2).
    pub(super) echo: u64,
    /// The same for all messages of a dialog, whoever sends them; `None` before both tags are known.
    pub(super) dialog: Option<u64>,
    /// The number in CSeq.
    pub(super) cseq: u32,
    /// The method in CSeq.
    pub(super) verb: Verb,
    /// The status code of a response.
    pub(super) code: Option<u16>,
    /// What the To tag is, as a number; zero without one.
    pub(super) to_tag: u64,
}

/// What each message under way is, in the order of their numbers: those that are written early are mostly read early.
#[derive(Default)]
pub(super) struct UnderWay(VecDeque<(MsgId, Brief)>);

impl UnderWay {
    /// It is written.
    pub(super) fn insert(&mut self, id: MsgId, brief: Brief) {
        match self.place(id) {
            Ok(place) => self.0[place].1 = brief,
            Err(place) => self.0.insert(place, (id, brief)),
        }
    }

    /// It is read, or lost.
    pub(super) fn remove(&mut self, id: MsgId) -> Option<Brief> {
        self.0.remove(self.place(id).ok()?).map(|(_, brief)| brief)
    }

    fn place(&self, id: MsgId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }
}

/// Methods as far as they differ in what is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Verb {
    Invite,
    Ack,
    Cancel,
    Subscribe,
    Register,
    Service,
    Bye,
    /// It has no answer.
    Benotify,
    #[default]
    Other,
}

/// Somebody writes a message.
pub(super) struct Written<'a> {
    pub(super) id: MsgId,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    /// Who said it first.
    pub(super) origin: NodeId,
    /// Whether it says this of its own, and passes nothing on.
    pub(super) own: bool,
    pub(super) connection: ConnectionId,
    /// The message that led to it, if one did.
    pub(super) cause: Option<MsgId>,
    pub(super) letter: &'a Letter<'a>,
    pub(super) brief: Brief,
    /// Start line and headers.
    pub(super) head: &'a Bytes,
    pub(super) body: &'a Bytes,
}

/// Somebody reads a message.
pub(super) struct Reading<'a> {
    pub(super) id: MsgId,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) connection: ConnectionId,
    pub(super) brief: Brief,
    /// Start line and headers.
    pub(super) head: &'a [u8],
}

/// What the names of the headers that a [`Letter`] has begin with, short names too.
const INITIALS: &[u8] = b"CFILPRTV";

impl<'a> Letter<'a> {
    /// Reads a head. What is no text reads as empty.
    pub(super) fn read(head: &'a [u8]) -> Self {
        let text = std::str::from_utf8(head).unwrap_or_default();
        let mut letter = Self::default();
        let mut start = None;
        for end in memchr_iter(b'\n', text.as_bytes()).map(|place| place + 1) {
            // The next line may go on with this one.
            if !matches!(text.as_bytes().get(end), Some(b' ' | b'\t')) || start.is_none() {
                letter.line(text.get(start.unwrap_or_default()..end).unwrap_or_default(), start.is_none());
                start = Some(end);
            }
        }
        letter.line(text.get(start.unwrap_or_default()..).unwrap_or_default(), start.is_none());
        letter.from_tag = split_tag(letter.from).1;
        letter.to_tag = split_tag(letter.to).1;
        letter
    }

    /// Takes the start line, or a header field as it is mostly written.
    fn line(&mut self, line: &'a str, first: bool) {
        if first {
            self.start = line.trim_ascii_end();
            return;
        }
        let is = |name: &[u8]| line.as_bytes().starts_with(name);
        let value = |name: &str| line.get(name.len()..).unwrap_or_default().trim_ascii();
        match line.as_bytes().first() {
            Some(b'V') if is(b"Via:") => self.take_via(value("Via:")),
            Some(b'F') if is(b"From:") => take(&mut self.from, value("From:")),
            Some(b'T') if is(b"To:") => take(&mut self.to, value("To:")),
            Some(b'C') if is(b"CSeq:") => take(&mut self.cseq, value("CSeq:")),
            Some(b'C') if is(b"Call-ID:") => take(&mut self.call_id, value("Call-ID:")),
            Some(b'C') if is(b"Content-Length:") => self.content_length = Some(value("Content-Length:")),
            Some(b'C') if is(b"Contact:") || is(b"Content-Type:") => {}
            Some(b'R') if is(b"Route:") => self.routes.push(value("Route:")),
            Some(b'R') if is(b"Record-Route:") => self.record_routes.push(value("Record-Route:")),
            Some(b'P') if is(b"Pool-Link:") => self.pool_link = Some(value("Pool-Link:")),
            Some(first) if INITIALS.contains(&first.to_ascii_uppercase()) => {
                self.line_written_otherwise(line);
            }
            _ => {}
        }
    }

    /// The same for a field with a short name, in other letters, or with spaces before the colon.
    fn line_written_otherwise(&mut self, line: &'a str) {
        let Some((name, value)) = cut(line, b':') else { return };
        let value = value.trim_ascii();
        let name = name.trim_ascii_end();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match name.len() {
            1 if is("v") => self.take_via(value),
            1 if is("f") => take(&mut self.from, value),
            1 if is("t") => take(&mut self.to, value),
            1 if is("i") => take(&mut self.call_id, value),
            1 if is("l") => self.content_length = Some(value),
            2 if is("to") => take(&mut self.to, value),
            3 if is("via") => self.take_via(value),
            4 if is("from") => take(&mut self.from, value),
            4 if is("cseq") => take(&mut self.cseq, value),
            5 if is("route") => self.routes.push(value),
            7 if is("call-id") => take(&mut self.call_id, value),
            9 if is("pool-link") => self.pool_link = Some(value),
            12 if is("record-route") => self.record_routes.push(value),
            14 if is("content-length") => self.content_length = Some(value),
            _ => {}
        }
    }

    fn take_via(&mut self, value: &'a str) {
        if self.via.is_empty() {
            self.via = value;
        } else {
            self.vias_below.push(value);
        }
    }

    /// How many Via values there are.
    pub(super) fn vias(&self) -> usize {
        usize::from(!self.via.is_empty()) + self.vias_below.len()
    }

    /// The status code of a response.
    pub(super) fn code(&self) -> Option<u16> {
        self.start.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    /// It in numbers.
    pub(super) fn brief(&self) -> Brief {
        let (number, method) = cut(self.cseq, b' ').unwrap_or((self.cseq, ""));
        let (from_tag, to_tag) = (self.from_tag, self.to_tag);
        let (sent_by, params) = cut(self.via, b';').unwrap_or((self.via, ""));
        let sent_by = sent_by.trim_ascii();
        let branch = match params.strip_prefix("branch=") {
            Some(rest) => Some(cut(rest, b';').map_or(rest, |(branch, _)| branch).trim_ascii()),
            None => param(self.via, "branch"),
        };
        let mut digest_so_far = Digest::default();
        let mut and = |text: &str| {
            digest_so_far.bytes(text.as_bytes());
            digest_so_far.value()
        };
        and(self.call_id);
        let call = and(from_tag);
        and(self.cseq);
        let transaction = and(branch.unwrap_or(sent_by));
        let mut echo = Digest::default();
        echo.number(transaction);
        let more = [self.from, split_tag(self.to).0, sent_by];
        more.iter().chain(&self.vias_below).for_each(|text| echo.bytes(text.as_bytes()));
        Brief {
            call,
            transaction,
            echo: echo.value(),
            dialog: (!from_tag.is_empty() && !to_tag.is_empty()).then(|| {
                let (first, second) = if from_tag < to_tag { (from_tag, to_tag) } else { (to_tag, from_tag) };
                digest(&[self.call_id, first, second])
            }),
            cseq: number.trim_ascii().parse().unwrap_or_default(),
            verb: Verb::of(method.trim_ascii()),
            code: self.code(),
            to_tag: if to_tag.is_empty() { 0 } else { digest(&[to_tag]) },
        }
    }
}

impl Verb {
    fn of(method: &str) -> Self {
        match method {
            "INVITE" => Self::Invite,
            "ACK" => Self::Ack,
            "CANCEL" => Self::Cancel,
            "SUBSCRIBE" => Self::Subscribe,
            "REGISTER" => Self::Register,
            "SERVICE" => Self::Service,
            "BYE" => Self::Bye,
            "BENOTIFY" => Self::Benotify,
            _ => Self::Other,
        }
    }
}

/// Of several values where one is due the first counts, for the observers as for the nodes.
fn take<'a>(place: &mut &'a str, value: &'a str) {
    if place.is_empty() {
        *place = value;
    }
}

/// What stands before the first of these bytes, and behind it.
pub(super) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = memchr(at, text.as_bytes())?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

/// A From or To value before its tag, and the tag.
fn split_tag(value: &str) -> (&str, &str) {
    let params = memrchr(b'>', value.as_bytes()).map_or(0, |place| place + 1);
    // It is mostly the first parameter.
    if let Some((before, params)) = value.split_at_checked(params)
        && let Some(rest) = params.strip_prefix(";tag=")
    {
        return (before, cut(rest, b';').map_or(rest, |(tag, _)| tag).trim_ascii());
    }
    let tag = param(value.get(params..).unwrap_or(value), "tag").unwrap_or_default();
    let mut params = memchr_iter(b';', value.as_bytes()).filter_map(|place| value.split_at_checked(place));
    (params.find(|(_, param)| param.starts_with(";tag=")).map_or(value, |(before, _)| before), tag)
}

/// A parameter of a value that has no quoted ones.
pub(super) fn param<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = value;
    while let Some((_, params)) = cut(rest, b';') {
        rest = params.trim_ascii_start();
        if let Some((found, behind)) = rest.split_at_checked(name.len())
            && found.eq_ignore_ascii_case(name)
            && let Some(value) = behind.trim_ascii_start().strip_prefix('=')
        {
            return Some(cut(value, b';').map_or(value, |(value, _)| value).trim_ascii());
        }
    }
    None
}

/// A number for these texts.
pub(super) fn digest(texts: &[&str]) -> u64 {
    let mut digest = Digest::default();
    texts.iter().for_each(|text| digest.bytes(text.as_bytes()));
    digest.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "INFO sip:focus SIP/2.0\r\nVia: SIP/2.0/TCP a:5060;branch=z9hG4bK1\r\n\
        Via: SIP/2.0/TCP b\r\nFrom: \"A;tag=x\" <sip:a@b;p=1>;tag=11\r\nt: <sip:f@b>\r\n ;tag=22\r\n\
        Call-ID: c\r\nCSeq: 7 INFO\r\nl: 0\r\n\r\n";

    #[test]
    fn reads_a_request_by_its_lines() {
        let letter = Letter::read(REQUEST.as_bytes());
        assert_eq!(
            (letter.via, letter.vias_below.as_slice()),
            ("SIP/2.0/TCP a:5060;branch=z9hG4bK1", &["SIP/2.0/TCP b"][..])
        );
        assert_eq!((letter.from_tag, letter.to_tag, letter.content_length), ("11", "22", Some("0")));
        let brief = letter.brief();
        assert_eq!((brief.cseq, brief.code), (7, None));
        assert!(brief.dialog.is_some());
    }

    #[test]
    fn an_answer_echoes_its_request_with_whatever_tag() {
        let answer = REQUEST
            .replace("INFO sip:focus SIP/2.0", "SIP/2.0 200 OK")
            .replace("branch=z9hG4bK1", "received=::1;branch=z9hG4bK1");
        let (request, answer) =
            (Letter::read(REQUEST.as_bytes()).brief(), Letter::read(answer.as_bytes()).brief());
        assert_eq!((request.transaction, request.echo), (answer.transaction, answer.echo));
        assert_eq!(answer.code, Some(200));
        let other = REQUEST.replace("CSeq: 7", "CSeq: 8");
        assert_ne!(request.echo, Letter::read(other.as_bytes()).brief().echo);
    }
}
