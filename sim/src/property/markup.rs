//! XML as its text has it: read piece by piece, by nothing that the nodes read it with.
//!
//! What is well-formed it takes, and a little more, which the nodes refuse before anything comes of it; a document type it
//! does not.

use std::borrow::Cow;
use std::mem;

use confsim_core::wire::xml::Ns;
use memchr::{memchr, memchr2, memmem};

use super::letter::cut;

/// How deep elements may be nested.
const DEEPEST: usize = 64;

/// What is read is no XML, or not of the kind expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A document, from its root onwards.
pub(super) struct Markup<'a> {
    /// What is still to be read.
    rest: &'a str,
    /// The open elements: their names as written, and how many declarations are in scope outside.
    open: Vec<(&'a str, usize)>,
    /// What prefixes stand for; the default namespace has the empty one.
    declared: Vec<(&'a str, Ns)>,
    /// The attributes of the element that has just started: prefixes, names without them, values as written.
    attributes: Vec<(&'a str, &'a str, &'a str)>,
    /// That one is an empty-element tag, whose end is still to be told.
    empty: bool,
}

enum Piece<'a> {
    /// An element starts, with this name without its prefix.
    Start(&'a str),
    Text(&'a str),
    /// Text in which nothing is escaped.
    Section(&'a str),
    /// The innermost element ends.
    End,
    /// So does the document.
    Over,
}

impl<'a> Markup<'a> {
    /// Starts the root of a document, which must have one of these names, in one of these namespaces.
    pub(super) fn root(document: &'a [u8], namespaces: &[Ns], names: &[&str]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(document).map_err(|_| Malformed)?;
        let rest = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let (open, declared, attributes) = (Vec::new(), Vec::new(), Vec::new());
        let mut markup = Self { rest, open, declared, attributes, empty: false };
        let found = loop {
            match markup.next()? {
                Piece::Start(found) => break found,
                Piece::Text(text) if text.trim_ascii().is_empty() => {}
                _ => return Err(Malformed),
            }
        };
        if names.contains(&found) && namespaces.contains(&markup.namespace()) {
            Ok(markup)
        } else {
            Err(Malformed)
        }
    }

    /// Starts the next child of the innermost open element, and tells its name; `None` at that element's end.
    pub(super) fn child(&mut self) -> Result<Option<&'a str>, Malformed> {
        loop {
            match self.next()? {
                Piece::Start(name) => return Ok(Some(name)),
                Piece::Text(_) | Piece::Section(_) => {}
                Piece::End => return Ok(None),
                Piece::Over => return Err(Malformed),
            }
        }
    }

    /// The same, past children of namespaces that nobody knows.
    pub(super) fn known_child(&mut self) -> Result<Option<&'a str>, Malformed> {
        while let Some(name) = self.child()? {
            if self.namespace() != Ns::Foreign {
                return Ok(Some(name));
            }
            self.skip()?;
        }
        Ok(None)
    }

    /// The namespace of the innermost open element.
    fn namespace(&self) -> Ns {
        self.stands_for(self.open.last().map_or("", |(name, _)| split(name).0))
    }

    /// Whether the element that has just started has attributes.
    pub(super) fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// An attribute of the element that has just started.
    pub(super) fn attribute(&self, ns: Ns, name: &str) -> Option<Cow<'a, str>> {
        let stands_for = |prefix: &str| if prefix.is_empty() { Ns::None } else { self.stands_for(prefix) };
        let meant = |(prefix, local, _): &&(&str, &str, &str)| *local == name && stands_for(prefix) == ns;
        self.attributes.iter().find(meant).map(|(.., value)| plain(value))
    }

    /// The text of the element that has just started, to its end, without that of elements in it.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let depth = self.open.len();
        let mut text = Cow::Borrowed("");
        loop {
            let piece = match self.next()? {
                Piece::Text(piece) => plain(piece),
                Piece::Section(piece) => Cow::Borrowed(piece),
                Piece::End if self.open.len() < depth => return Ok(text),
                Piece::Start(_) | Piece::End => continue,
                Piece::Over => return Err(Malformed),
            };
            if self.open.len() > depth {
                continue;
            }
            if text.is_empty() {
                text = piece;
            } else {
                text.to_mut().push_str(&piece);
            }
        }
    }

    /// Goes to the end of the element that has just started.
    pub(super) fn skip(&mut self) -> Result<(), Malformed> {
        let depth = self.open.len();
        while self.open.len() >= depth {
            if let Piece::Over = self.next()? {
                return Err(Malformed);
            }
        }
        Ok(())
    }

    /// Checks that the document ends after its root.
    pub(super) fn finish(mut self) -> Result<(), Malformed> {
        loop {
            match self.next()? {
                Piece::Over => return Ok(()),
                Piece::Text(text) if text.trim_ascii().is_empty() => {}
                _ => return Err(Malformed),
            }
        }
    }

    fn next(&mut self) -> Result<Piece<'a>, Malformed> {
        if mem::take(&mut self.empty) {
            return self.close();
        }
        loop {
            let Some(inside) = self.rest.strip_prefix('<') else { return self.content() };
            match inside.as_bytes().first() {
                Some(b'/') => {
                    let (name, rest) = inside.get(1..).and_then(|name| cut(name, b'>')).ok_or(Malformed)?;
                    self.rest = rest;
                    let own = self.open.last().is_some_and(|(open, _)| *open == name.trim_ascii_end());
                    return if own { self.close() } else { Err(Malformed) };
                }
                Some(b'?') => self.rest = until(inside, "?>")?.1,
                Some(b'!') => {
                    if let Some(section) = inside.strip_prefix("![CDATA[") {
                        let (text, rest) = until(section, "]]>")?;
                        self.rest = rest;
                        return Ok(Piece::Section(text));
                    }
                    self.rest = until(inside.strip_prefix("!--").ok_or(Malformed)?, "-->")?.1;
                }
                _ => return self.start(inside),
            }
        }
    }

    /// Text up to the next tag, or the end.
    fn content(&mut self) -> Result<Piece<'a>, Malformed> {
        let end = memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(end).ok_or(Malformed)?;
        self.rest = rest;
        match text.is_empty() {
            false => Ok(Piece::Text(text)),
            true if self.open.is_empty() => Ok(Piece::Over),
            true => Err(Malformed),
        }
    }

    fn start(&mut self, inside: &'a str) -> Result<Piece<'a>, Malformed> {
        let end = |byte: u8| matches!(byte, b'>' | b'/') || byte.is_ascii_whitespace();
        let end = inside.bytes().position(end).ok_or(Malformed)?;
        let (name, mut rest) = inside.split_at_checked(end).ok_or(Malformed)?;
        if name.is_empty() || self.open.len() >= DEEPEST {
            return Err(Malformed);
        }
        self.attributes.clear();
        self.open.push((name, self.declared.len()));
        loop {
            rest = rest.trim_ascii_start();
            if let Some(behind) = rest.strip_prefix('>') {
                self.rest = behind;
                return Ok(Piece::Start(split(name).1));
            }
            if let Some(behind) = rest.strip_prefix("/>") {
                (self.rest, self.empty) = (behind, true);
                return Ok(Piece::Start(split(name).1));
            }
            let (written, value, behind) = attribute(rest).ok_or(Malformed)?;
            rest = behind;
            match split(written) {
                ("", "xmlns") => self.declared.push(("", Ns::from_name(&plain(value)))),
                ("xmlns", prefix) => self.declared.push((prefix, Ns::from_name(&plain(value)))),
                (prefix, local) => self.attributes.push((prefix, local, value)),
            }
        }
    }

    fn close(&mut self) -> Result<Piece<'a>, Malformed> {
        let (_, outside) = self.open.pop().ok_or(Malformed)?;
        self.declared.truncate(outside);
        self.attributes.clear();
        Ok(Piece::End)
    }

    fn stands_for(&self, prefix: &str) -> Ns {
        let found = self.declared.iter().rev().find(|(declared, _)| *declared == prefix);
        let unknown = if prefix.is_empty() { Ns::None } else { Ns::Foreign };
        found.map_or(unknown, |(_, ns)| *ns)
    }
}

/// What stands before `end` and behind it.
fn until<'a>(text: &'a str, end: &str) -> Result<(&'a str, &'a str), Malformed> {
    let place = memmem::find(text.as_bytes(), end.as_bytes()).ok_or(Malformed)?;
    text.get(..place).zip(text.get(place + end.len()..)).ok_or(Malformed)
}

/// The prefix of a name, empty without one, and the rest.
fn split(name: &str) -> (&str, &str) {
    cut(name, b':').unwrap_or(("", name))
}

/// The name of an attribute and its value, as written, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = cut(text, b'=')?;
    let name = name.trim_ascii_end();
    let named =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.') || byte > 127;
    let rest = rest.trim_ascii_start();
    let quote = rest.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let (value, rest) = cut(rest.get(1..)?, quote)?;
    (!name.is_empty() && name.bytes().all(named)).then_some((name, value, rest))
}

/// Text without what stands for something else in it: references, and ends of lines. What is no reference stays.
fn plain(text: &str) -> Cow<'_, str> {
    if memchr2(b'&', b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(';').and_then(|(name, rest)| Some((referred(name)?, rest))) {
            Some((character, rest)) => {
                plain.push(character);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(piece);
            }
        }
    }
    Cow::Owned(plain)
}

/// What a reference of this name stands for.
fn referred(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NS: &str = r#"xmlns="urn:ietf:params:xml:ns:conference-info""#;

    fn texts(document: &str) -> Result<Vec<(String, String)>, Malformed> {
        let mut markup = Markup::root(document.as_bytes(), &[Ns::ConferenceInfo], &["conference-info"])?;
        let mut texts = Vec::new();
        while let Some(name) = markup.child()? {
            texts.push((name.to_owned(), markup.text()?.into_owned()));
        }
        markup.finish()?;
        Ok(texts)
    }

    #[test]
    fn text_is_what_stands_for_it() {
        let document = format!(
            "<?xml version=\"1.0\"?>\r\n<conference-info {NS}><!-- > --><a>1 &lt; 2&#x21;<b>no</b>\r\n</a >\
             <p:c x='>'/><d><![CDATA[<&amp;>]]></d></conference-info>\n"
        );
        let expected = [("a", "1 < 2!\n"), ("c", ""), ("d", "<&amp;>")];
        assert_eq!(texts(&document), Ok(expected.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec()));
    }

    #[test]
    fn what_is_no_document_of_this_kind_is_refused() {
        for wrong in [
            "",
            "text",
            "<conference-info/>",
            "<conference-info xmlns=\"urn:other\"/>",
            "<other xmlns=\"urn:ietf:params:xml:ns:conference-info\"/>",
            "<!DOCTYPE a><conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"/>",
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"><a></conference-info>",
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"><a b></a></conference-info>",
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"><a",
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"/>more",
        ] {
            assert_eq!(texts(wrong), Err(Malformed), "{wrong}");
        }
        let deep = format!("<conference-info {NS}>{}", "<a>".repeat(DEEPEST));
        assert_eq!(texts(&deep), Err(Malformed));
    }

    #[test]
    fn attributes_are_told_apart_by_their_namespaces() {
        let extensions = "http://schemas.microsoft.com/rtc/2005/08/confinfoextensions";
        let document =
            format!(r#"<conference-info {NS} xmlns:m="{extensions}" a='1' m:a="&quot;2" z:a="3"/>"#);
        let markup =
            Markup::root(document.as_bytes(), &[Ns::ConferenceInfo], &["conference-info"]).expect("it reads");
        assert_eq!(markup.attribute(Ns::None, "a").as_deref(), Some("1"));
        assert_eq!(markup.attribute(Ns::ConferenceExtensions, "a").as_deref(), Some("\"2"));
        assert_eq!(markup.attribute(Ns::Foreign, "a").as_deref(), Some("3"));
        assert_eq!(markup.attribute(Ns::None, "b"), None);
    }
}
