//! Messages as their text has them: read line by line, by nothing that the nodes read them with.

use memchr::{memchr, memchr_iter, memrchr};

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
    /// To without its tag, and the tag.
    pub(super) to_untagged: &'a str,
    pub(super) to_tag: &'a str,
    pub(super) call_id: &'a str,
    pub(super) cseq: &'a str,
    /// Route and Record-Route values, in their order.
    pub(super) routes: Vec<&'a str>,
    pub(super) record_routes: Vec<&'a str>,
    pub(super) content_length: Option<&'a str>,
    pub(super) pool_link: Option<&'a str>,
}

/// The bytes that the names of the headers that a [`Letter`] has begin with, short names too.
const INITIALS: [bool; 256] = {
    let (letters, mut initials) = (*b"CFILPRTVcfilprtv", [false; 256]);
    let mut place = 0;
    while place < letters.len() {
        initials[letters[place] as usize] = true;
        place += 1;
    }
    initials
};

impl<'a> Letter<'a> {
    /// Reads a head. What is no text reads as empty.
    pub(super) fn read(head: &'a [u8]) -> Self {
        let text = std::str::from_utf8(head).unwrap_or_default();
        let (start, fields) = cut(text, b'\n').unwrap_or((text, ""));
        let mut letter = Self { start: start.trim_ascii_end(), ..Self::default() };
        let mut begin = 0;
        for end in memchr_iter(b'\n', fields.as_bytes()).map(|place| place + 1) {
            // The next line may go on with this one.
            if !matches!(fields.as_bytes().get(end), Some(b' ' | b'\t')) {
                letter.field(fields.get(begin..end).unwrap_or_default());
                begin = end;
            }
        }
        letter.field(fields.get(begin..).unwrap_or_default());
        letter.from_tag = split_tag(letter.from).1;
        (letter.to_untagged, letter.to_tag) = split_tag(letter.to);
        letter
    }

    fn field(&mut self, field: &'a str) {
        let concerns = field.as_bytes().first().is_some_and(|first| INITIALS[usize::from(*first)]);
        let colon = concerns.then(|| field.bytes().position(|byte| byte == b':')).flatten();
        let Some((name, value)) = colon.and_then(|colon| field.split_at_checked(colon)) else { return };
        let name = name.trim_ascii_end();
        let is = |known: &str| name == known || name.eq_ignore_ascii_case(known);
        let value = || value.get(1..).unwrap_or_default().trim_ascii();
        match name.len() {
            1 if is("v") => self.take_via(value()),
            1 if is("f") => take(&mut self.from, value()),
            1 if is("t") => take(&mut self.to, value()),
            1 if is("i") => take(&mut self.call_id, value()),
            1 if is("l") => self.content_length = Some(value()),
            2 if is("To") => take(&mut self.to, value()),
            3 if is("Via") => self.take_via(value()),
            4 if is("From") => take(&mut self.from, value()),
            4 if is("CSeq") => take(&mut self.cseq, value()),
            5 if is("Route") => self.routes.push(value()),
            7 if is("Call-ID") => take(&mut self.call_id, value()),
            9 if is("Pool-Link") => self.pool_link = Some(value()),
            12 if is("Record-Route") => self.record_routes.push(value()),
            14 if is("Content-Length") => self.content_length = Some(value()),
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const REQUEST: &str = "INFO sip:focus SIP/2.0\r\nVia: SIP/2.0/TCP a:5060;branch=z9hG4bK1\r\n\
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
    }
}
