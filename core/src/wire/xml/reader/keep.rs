//! Reading elements that are kept as they came.

use std::borrow::Cow;

use super::{Reader, Token};
use crate::wire::xml::limits::{MAX_ATTRIBUTES, MAX_BINDINGS, MAX_DOCUMENT, MAX_TEXT};
use crate::wire::xml::{RawElement, Writer, XmlError, XmlErrorKind};

impl<'a> RawElement<'a> {
    /// Reads one element, which must be all there is.
    pub fn parse(xml: &'a str) -> Result<Self, XmlError> {
        let mut reader = Reader::new(xml.as_bytes())?;
        reader.any_root()?;
        let element = reader.raw()?;
        reader.finish()?;
        Ok(element)
    }
}

impl<'a> Reader<'a> {
    /// Reads the element that has just started to its end and keeps it. What has to be declared anew in all that is kept
    /// of a document is bounded like a document: a long name may be declared once and used by many elements.
    pub fn raw(&mut self) -> Result<RawElement<'a>, XmlError> {
        let (start, name_end) = (self.start, self.start + 1 + self.name_length);
        let (depth, outside) = (self.scope.depth(), self.scope.outside());
        let room = MAX_ATTRIBUTES.saturating_sub(self.attribute_count);
        let mut declarations = Vec::new();
        self.borrowed_bindings(outside, room, &mut declarations)?;
        loop {
            match self.next_token()? {
                Token::Start(_) => self.borrowed_bindings(outside, room, &mut declarations)?,
                Token::End if self.scope.depth() < depth => break,
                Token::Eof => break,
                Token::Text(_) | Token::End => {}
            }
        }
        let text = self.input.get(start..self.position()).unwrap_or("");
        if declarations.is_empty() {
            return Ok(RawElement::trusted(Cow::Borrowed(text)));
        }
        let added: usize = declarations.iter().map(|(prefix, name)| prefix.len() + name.len()).sum();
        self.declared_anew = self.declared_anew.saturating_add(added);
        if self.declared_anew > MAX_DOCUMENT {
            return Err(self.error(XmlErrorKind::TooLarge));
        }
        let (head, tail) = text.split_at_checked(name_end - start).unwrap_or((text, ""));
        Ok(RawElement::trusted(Cow::Owned(raw_with(head, &declarations, tail))))
    }

    /// Adds the prefixes of the element that has just started whose declarations, if any, lie below `outside`. What is
    /// taken out must fit into another document, so its start tag has `room` for so many, none is longer than a value may
    /// be, and with its own declarations they may take half of what may be in scope.
    fn borrowed_bindings(
        &self,
        outside: usize,
        room: usize,
        declarations: &mut Vec<(&'a str, Cow<'a, str>)>,
    ) -> Result<(), XmlError> {
        let attributes = self.attributes.iter().map(|attribute| attribute.prefix).filter(|p| !p.is_empty());
        for prefix in std::iter::once(self.prefix).chain(attributes) {
            if prefix == "xml" || declarations.iter().any(|(declared, _)| *declared == prefix) {
                continue;
            }
            match self.scope.find(prefix) {
                Some((index, _)) if index >= outside => {}
                Some((_, binding)) => declarations.push((prefix, binding.name.clone())),
                None if prefix.is_empty() => declarations.push((prefix, Cow::Borrowed(""))),
                None => declarations.push((prefix, Cow::Owned(format!("urn:x-undeclared:{prefix}")))),
            }
        }
        if declarations.iter().any(|(_, name)| name.len() > MAX_TEXT) {
            Err(self.error(XmlErrorKind::TextTooLong))
        } else if declarations.len() > room {
            Err(self.error(XmlErrorKind::TooManyAttributes))
        } else if self.scope.len().saturating_sub(outside) + declarations.len() > MAX_BINDINGS / 2 {
            Err(self.error(XmlErrorKind::TooManyBindings))
        } else {
            Ok(())
        }
    }
}

fn raw_with(head: &str, declarations: &[(&str, Cow<'_, str>)], tail: &str) -> String {
    let mut writer = Writer::new();
    for (prefix, name) in declarations {
        writer.raw_declaration(prefix, name);
    }
    let declarations = writer.finish();
    let declarations = std::str::from_utf8(&declarations).unwrap_or("");
    [head, declarations, tail].concat()
}
