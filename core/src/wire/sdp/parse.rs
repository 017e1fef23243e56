//! Reading a session description line by line.

use super::{
    AcceptTypes, ImSession, MAX_ACCEPT_TYPES, MAX_LINES, MAX_MEDIA, OtherMedia, SdpError,
    SdpErrorKind as Kind,
};
use crate::wire::content_type::MediaType;

fn fail<T>(kind: Kind, offset: usize) -> Result<T, SdpError> {
    Err(SdpError { kind, offset })
}

/// One line without its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    letter: u8,
    value: &'a str,
    /// Where the value starts in the body.
    offset: usize,
}

pub(super) fn session(body: &[u8]) -> Result<ImSession, SdpError> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => return fail(Kind::Octet, error.valid_up_to()),
    };
    let lines = lines(text)?;
    let mut lines = lines.into_iter();
    match lines.next() {
        Some(Line { letter: b'v', value: "0", .. }) => {}
        other => return fail(Kind::Version, other.map_or(0, |line| line.offset.saturating_sub(2))),
    }
    let (version, origin) = match lines.next() {
        Some(line) if line.letter == b'o' => origin(line)?,
        other => return fail(Kind::Origin, other.map_or(text.len(), |line| line.offset.saturating_sub(2))),
    };
    let mut description = Description::new(version, origin);
    for line in lines {
        description.line(line)?;
    }
    description.finish(text.len())
}

fn lines(text: &str) -> Result<Vec<Line<'_>>, SdpError> {
    let mut lines = Vec::new();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.strip_suffix('\n').unwrap_or(raw);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some(at) = line.bytes().position(|byte| byte == 0 || byte == b'\r') {
            return fail(Kind::Octet, start + at);
        }
        match (line.as_bytes(), line.get(2..)) {
            // Blank lines at the end are what some clients leave behind.
            ([], _) if text.get(start..).is_some_and(|rest| rest.trim_ascii().is_empty()) => break,
            ([letter, b'=', ..], Some(value)) if letter.is_ascii_lowercase() => {
                lines.push(Line { letter: *letter, value, offset: start + 2 });
            }
            _ => return fail(Kind::Line, start),
        }
        if lines.len() > MAX_LINES {
            return fail(Kind::TooLong, start);
        }
        start += raw.len();
    }
    Ok(lines)
}

/// `o=user session version IN IP4 address`: the version and the address.
fn origin(line: Line<'_>) -> Result<(u64, String), SdpError> {
    let fields: Vec<&str> = line.value.split_ascii_whitespace().take(7).collect();
    match fields[..] {
        [_, session, version, "IN", "IP4" | "IP6", address]
            if session.bytes().all(|b| b.is_ascii_digit()) =>
        {
            match version.parse() {
                Ok(version) => Ok((version, address.to_owned())),
                Err(_) => fail(Kind::Origin, line.offset),
            }
        }
        _ => fail(Kind::Origin, line.offset),
    }
}

/// `c=IN IP4 address`; a multicast suffix is part of the address and of no use here.
fn connection(line: Line<'_>) -> Result<String, SdpError> {
    let fields: Vec<&str> = line.value.split_ascii_whitespace().take(4).collect();
    match fields[..] {
        ["IN", "IP4" | "IP6", address] => Ok(address.to_owned()),
        _ => fail(Kind::Connection, line.offset),
    }
}

/// The `m=` section a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Session,
    Im,
    Other,
}

struct Description {
    section: Section,
    address: String,
    im_address: Option<String>,
    version: u64,
    im: Option<bool>,
    accept: Option<AcceptTypes>,
    before: Vec<OtherMedia>,
    after: Vec<OtherMedia>,
}

impl Description {
    fn new(version: u64, address: String) -> Self {
        Self {
            section: Section::Session,
            address,
            im_address: None,
            version,
            im: None,
            accept: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    fn line(&mut self, line: Line<'_>) -> Result<(), SdpError> {
        match (line.letter, self.section) {
            (b'm', _) => self.media(line)?,
            (b'c', Section::Session) => self.address = connection(line)?,
            (b'c', Section::Im) => self.im_address = Some(connection(line)?),
            (b'a', Section::Im) => {
                if let Some(value) = line.value.strip_prefix("accept-types:") {
                    let offset = line.offset + "accept-types:".len();
                    let more = accept_types(value, offset)?;
                    self.accept = Some(union(self.accept.take(), more, offset)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// `m=kind port[/count] protocol format…`; of a message line any single format will do (IM-2-2-5-e).
    fn media(&mut self, line: Line<'_>) -> Result<(), SdpError> {
        let mut fields = line.value.split_ascii_whitespace();
        let (Some(kind), Some(port), Some(protocol)) = (fields.next(), fields.next(), fields.next()) else {
            return fail(Kind::Media, line.offset);
        };
        let number = port.split_once('/').map_or(port, |(number, _)| number);
        let Ok(port) = number.parse::<u16>() else { return fail(Kind::Media, line.offset) };
        let formats: Vec<&str> = fields.collect();
        if formats.is_empty() {
            return fail(Kind::Media, line.offset);
        }
        if self.im.is_none() && kind == "message" && protocol.eq_ignore_ascii_case("sip") {
            self.section = Section::Im;
            self.im = Some(port == 0);
            return Ok(());
        }
        self.section = Section::Other;
        let other = if self.im.is_some() { &mut self.after } else { &mut self.before };
        other.push(OtherMedia {
            kind: kind.to_owned(),
            protocol: protocol.to_owned(),
            formats: formats.join(" "),
        });
        if self.before.len() + self.after.len() >= MAX_MEDIA {
            return fail(Kind::TooLong, line.offset);
        }
        Ok(())
    }

    fn finish(self, end: usize) -> Result<ImSession, SdpError> {
        let Some(rejected) = self.im else { return fail(Kind::NoMessageMedia, end) };
        Ok(ImSession {
            address: self.im_address.unwrap_or(self.address),
            version: self.version,
            accept: self.accept.unwrap_or(AcceptTypes::PLAIN_ONLY),
            rejected,
            before: self.before,
            after: self.after,
        })
    }
}

pub(super) fn accept_types(text: &str, offset: usize) -> Result<AcceptTypes, SdpError> {
    let mut list = Vec::new();
    let mut any = false;
    let mut count = 0;
    let mut at = 0;
    for raw in text.split_inclusive([' ', '\t', '\r', '\n']) {
        let word = raw.trim_ascii();
        let start = at;
        at += raw.len();
        if word.is_empty() {
            continue;
        }
        count += 1;
        if count > MAX_ACCEPT_TYPES {
            return fail(Kind::AcceptTypes, offset + start);
        }
        if word == "*" {
            any = true;
            continue;
        }
        match MediaType::parse(word) {
            Ok(media) if list.contains(&media) => {}
            Ok(media) => list.push(media),
            Err(error) => return fail(Kind::AcceptTypes, offset + start + error.offset),
        }
    }
    match (any, count) {
        (_, 0) => fail(Kind::AcceptTypes, offset + text.len()),
        (true, _) => Ok(AcceptTypes::Any),
        (false, _) => Ok(AcceptTypes::List(list)),
    }
}

/// Two `accept-types` lines under one media description add up.
fn union(first: Option<AcceptTypes>, second: AcceptTypes, offset: usize) -> Result<AcceptTypes, SdpError> {
    match (first, second) {
        (None, second) => Ok(second),
        (Some(AcceptTypes::List(mut list)), AcceptTypes::List(more)) => {
            for media in more {
                if !list.contains(&media) {
                    list.push(media);
                }
            }
            if list.len() > MAX_ACCEPT_TYPES {
                fail(Kind::AcceptTypes, offset)
            } else {
                Ok(AcceptTypes::List(list))
            }
        }
        _ => Ok(AcceptTypes::Any),
    }
}
