//! Messages in a few numbers: what belongs together.

use std::collections::VecDeque;

use super::letter::{Letter, cut, param};
use crate::trace::{Digest, MsgId};

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

impl Brief {
    /// A message with this head.
    pub(super) fn of(letter: &Letter<'_>) -> Self {
        let (number, method) = cut(letter.cseq, b' ').unwrap_or((letter.cseq, ""));
        let (from_tag, to_tag) = (letter.from_tag, letter.to_tag);
        let (sent_by, params) = cut(letter.via, b';').unwrap_or((letter.via, ""));
        let sent_by = sent_by.trim_ascii();
        let branch = match params.strip_prefix("branch=") {
            Some(rest) => Some(cut(rest, b';').map_or(rest, |(branch, _)| branch).trim_ascii()),
            None => param(letter.via, "branch"),
        };
        let mut digest_so_far = Digest::default();
        let mut and = |text: &str| {
            digest_so_far.bytes(text.as_bytes());
            digest_so_far.value()
        };
        and(letter.call_id);
        let call = and(from_tag);
        and(letter.cseq);
        let transaction = and(branch.unwrap_or(sent_by));
        let mut echo = Digest::default();
        echo.number(transaction);
        let more = [letter.from, letter.to_untagged, sent_by];
        more.iter().chain(&letter.vias_below).for_each(|text| echo.bytes(text.as_bytes()));
        Self {
            call,
            transaction,
            echo: echo.value(),
            dialog: (!from_tag.is_empty() && !to_tag.is_empty()).then(|| {
                let (first, second) = if from_tag < to_tag { (from_tag, to_tag) } else { (to_tag, from_tag) };
                digest(&[letter.call_id, first, second])
            }),
            cseq: number.trim_ascii().parse().unwrap_or_default(),
            verb: Verb::of(method.trim_ascii()),
            code: letter.code(),
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

/// A number for these texts.
pub(super) fn digest(texts: &[&str]) -> u64 {
    let mut digest = Digest::default();
    texts.iter().for_each(|text| digest.bytes(text.as_bytes()));
    digest.value()
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::REQUEST;
    use super::*;

    fn brief(head: &str) -> Brief {
        Brief::of(&Letter::read(head.as_bytes()))
    }

    #[test]
    fn counts_and_dialogs_are_told() {
        let brief = brief(REQUEST);
        assert_eq!((brief.cseq, brief.code), (7, None));
        assert!(brief.dialog.is_some());
    }

    #[test]
    fn an_answer_echoes_its_request_with_whatever_tag() {
        let answer = REQUEST
            .replace("INFO sip:focus SIP/2.0", "SIP/2.0 200 OK")
            .replace("branch=z9hG4bK1", "received=::1;branch=z9hG4bK1");
        let (request, answer) = (brief(REQUEST), brief(&answer));
        assert_eq!((request.transaction, request.echo), (answer.transaction, answer.echo));
        assert_eq!(answer.code, Some(200));
        let other = REQUEST.replace("CSeq: 7", "CSeq: 8");
        assert_ne!(request.echo, brief(&other).echo);
    }
}
