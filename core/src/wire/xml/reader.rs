//! The pull reader.

mod keep;

use std::borrow::Cow;

use memchr::memmem;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;

use super::characters::{Contents, first_illegal, is_space, normalize_line_ends, resolve, split_name};
use super::declaration::is_declaration;
use super::error::{XmlError, XmlErrorKind};
use super::lexical;
use super::limits::{MAX_DEPTH, MAX_DOCUMENT, MAX_ELEMENTS, MAX_TEXT};
use super::namespace::Ns;
use super::scope::Scope;
use super::tag::{self, Attribute};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// The name of an element that has just started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its namespace.
    pub ns: Ns,
    /// Its name without prefix.
    pub local: &'a str,
    /// Byte offset of its start tag.
    pub offset: usize,
}

enum Token<'a> {
    Start(Element<'a>),
    Text(Cow<'a, str>),
    End,
    Eof,
}

/// Reads a document from its root downwards.
///
/// [`root`](Self::root) or [`child`](Self::child) starts an element; its attributes can then be taken, and it must then
/// be read to its end by exactly one of: `child` until it says `None`, [`text`](Self::text), [`skip`](Self::skip),
/// [`raw`](Self::raw). [`finish`](Self::finish) checks that nothing follows the root. Text between child elements is
/// ignored.
pub struct Reader<'a> {
    input: &'a str,
    contents: Contents,
    /// Bytes of the byte order mark, which `input` lacks.
    mark: usize,
    events: quick_xml::Reader<&'a [u8]>,
    scope: Scope<'a>,
    attributes: Vec<Attribute<'a>>,
    /// The element that started last: offset of `<` in `input`, bytes of its name, its prefix.
    start: usize,
    name_length: usize,
    prefix: &'a str,
    /// Its attributes and declarations.
    attribute_count: usize,
    /// The element that started last is an empty-element tag, its end is still to be told.
    end_pending: bool,
    elements: usize,
    /// Bytes of the declarations that were added to elements kept as they came.
    declared_anew: usize,
}

impl<'a> Reader<'a> {
    /// Checks size, encoding and characters of the whole document.
    pub fn new(document: &'a [u8]) -> Result<Self, XmlError> {
        if document.len() > MAX_DOCUMENT {
            return Err(XmlErrorKind::TooLarge.at(MAX_DOCUMENT));
        }
        let text =
            std::str::from_utf8(document).map_err(|error| XmlErrorKind::NotUtf8.at(error.valid_up_to()))?;
        if let Some(offset) = first_illegal(text) {
            return Err(XmlErrorKind::IllegalCharacter.at(offset));
        }
        let input = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mark = text.len() - input.len();
        if input.starts_with(BYTE_ORDER_MARK) {
            return Err(XmlErrorKind::OutsideRoot.at(mark));
        }
        let mut events = quick_xml::Reader::from_str(input);
        events.config_mut().enable_all_checks(true);
        Ok(Self {
            input,
            contents: Contents::of(input),
            mark,
            events,
            scope: Scope::default(),
            attributes: Vec::new(),
            start: 0,
            name_length: 0,
            prefix: "",
            attribute_count: 0,
            end_pending: false,
            elements: 0,
            declared_anew: 0,
        })
    }

    /// Starts the root element, whatever it is.
    pub fn any_root(&mut self) -> Result<Element<'a>, XmlError> {
        loop {
            match self.next_token()? {
                Token::Start(element) => return Ok(element),
                Token::Text(_) => {}
                Token::End | Token::Eof => return Err(XmlErrorKind::NoRoot.at(self.mark + self.input.len())),
            }
        }
    }

    /// Starts the root element, which must have this name.
    pub fn root(&mut self, ns: Ns, local: &'static str) -> Result<Element<'a>, XmlError> {
        let element = self.any_root()?;
        if element.ns == ns && element.local == local {
            Ok(element)
        } else {
            Err(XmlErrorKind::UnexpectedRoot(local).at(element.offset))
        }
    }

    /// Starts the next child of the innermost open element; `None` at that element's end.
    pub fn child(&mut self) -> Result<Option<Element<'a>>, XmlError> {
        loop {
            match self.next_token()? {
                Token::Start(element) => return Ok(Some(element)),
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(None),
            }
        }
    }

    /// Whether the element that has just started has attributes that nobody has taken yet.
    pub fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// Takes an attribute of the element that has just started.
    pub fn attribute(&mut self, ns: Ns, local: &str) -> Option<Cow<'a, str>> {
        self.take(ns, local).map(|(value, _)| value)
    }

    /// Takes an attribute without the white space around it, as URIs and tokens are read.
    pub fn token_attribute(&mut self, ns: Ns, local: &str) -> Option<Cow<'a, str>> {
        self.attribute(ns, local).map(trimmed)
    }

    /// Takes an attribute that must be there, without the white space around it.
    pub fn required_attribute(&mut self, ns: Ns, local: &'static str) -> Result<Cow<'a, str>, XmlError> {
        self.token_attribute(ns, local)
            .ok_or(XmlErrorKind::MissingAttribute(local).at(self.mark + self.start))
    }

    /// Takes an attribute of a type; `parse` says `None` to a value that is not of the type.
    pub fn parse_attribute<T>(
        &mut self,
        ns: Ns,
        local: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, XmlError> {
        let Some((value, offset)) = self.take(ns, local) else { return Ok(None) };
        parse(&value).map(Some).ok_or(XmlErrorKind::InvalidValue(local).at(offset))
    }

    fn take(&mut self, ns: Ns, local: &str) -> Option<(Cow<'a, str>, usize)> {
        let index = self.attributes.iter().position(|found| found.local == local && found.ns == ns)?;
        let attribute = self.attributes.swap_remove(index);
        Some((attribute.value, attribute.offset))
    }

    /// The text of the element that has just started, to its end. Elements inside it are skipped.
    pub fn text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let start = self.mark + self.start;
        let mut text = Cow::Borrowed("");
        loop {
            match self.next_token()? {
                Token::Text(piece) if text.is_empty() => text = piece,
                Token::Text(piece) => text.to_mut().push_str(&piece),
                Token::Start(_) => self.skip()?,
                Token::End | Token::Eof => return Ok(text),
            }
            if text.len() > MAX_TEXT {
                return Err(XmlErrorKind::TextTooLong.at(start));
            }
        }
    }

    /// The text of the element that has just started without white space around it, as URIs and tokens are read.
    pub fn token(&mut self) -> Result<Cow<'a, str>, XmlError> {
        self.text().map(trimmed)
    }

    /// The text of the element that has just started, which must be of a type; `local` names it in the error.
    pub fn parse_text<T>(
        &mut self,
        local: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, XmlError> {
        let start = self.mark + self.start;
        let text = self.text()?;
        parse(&text).ok_or(XmlErrorKind::InvalidValue(local).at(start))
    }

    /// Reads the element that has just started into `slot`; it may be there once, and `local` names it in the
    /// error.
    pub fn once<T>(
        &mut self,
        slot: &mut Option<T>,
        local: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, XmlError>,
    ) -> Result<(), XmlError> {
        if slot.is_some() {
            return Err(self.error(XmlErrorKind::RepeatedElement(local)));
        }
        *slot = Some(read(self)?);
        Ok(())
    }

    /// Reads the element that has just started to its end, well-formedness checked, and forgets it.
    pub fn skip(&mut self) -> Result<(), XmlError> {
        let outside = self.scope.depth();
        loop {
            match self.next_token()? {
                Token::End if self.scope.depth() < outside => return Ok(()),
                Token::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Checks that the document ends after its root element.
    pub fn finish(mut self) -> Result<(), XmlError> {
        loop {
            match self.next_token()? {
                Token::Eof => return Ok(()),
                Token::Start(_) | Token::Text(_) | Token::End => {}
            }
        }
    }

    /// An error at the element that started last.
    pub fn error(&self, kind: XmlErrorKind) -> XmlError {
        kind.at(self.mark + self.start)
    }

    fn position(&self) -> usize {
        usize::try_from(self.events.buffer_position()).unwrap_or(self.input.len())
    }

    fn next_token(&mut self) -> Result<Token<'a>, XmlError> {
        self.attributes.clear();
        if self.end_pending {
            self.end_pending = false;
            self.scope.pop();
            return Ok(Token::End);
        }
        loop {
            let start = self.position();
            let event = self.events.read_event().map_err(|error| self.translate(&error))?;
            match event {
                Event::Start(tag) => {
                    return self.start(start, tag.name().into_inner().len(), tag.len(), false);
                }
                Event::Empty(tag) => {
                    return self.start(start, tag.name().into_inner().len(), tag.len(), true);
                }
                Event::End(_) => {
                    self.scope.pop();
                    return Ok(Token::End);
                }
                Event::Text(text) => {
                    let text = text.into_inner();
                    // Plain text may not contain the end of a CDATA section (XML 1.0 section 2.4).
                    if self.contents.brackets
                        && let Some(offset) = memmem::find(text.as_bytes(), b"]]>")
                    {
                        return Err(XmlErrorKind::Markup.at(self.mark + start + offset));
                    }
                    return self.content(start, text);
                }
                Event::CData(text) => return self.section(start, text.into_inner()),
                Event::GeneralRef(reference) => {
                    let character = resolve(&reference).map_err(|kind| kind.at(self.mark + start))?;
                    return self.reference(start, character);
                }
                Event::Comment(_) => {}
                Event::Decl(_) => {
                    let content =
                        self.input.get(start + "<?xml".len()..self.position().saturating_sub("?>".len()));
                    if start != 0 || !content.is_some_and(is_declaration) {
                        return Err(XmlErrorKind::ProcessingInstruction.at(self.mark + start));
                    }
                }
                Event::PI(_) => return Err(XmlErrorKind::ProcessingInstruction.at(self.mark + start)),
                Event::DocType(_) => return Err(XmlErrorKind::Doctype.at(self.mark + start)),
                Event::Eof => return self.end(),
            }
        }
    }

    /// `length` counts what is between `<` and `>` (or `/>`).
    fn start(
        &mut self,
        start: usize,
        name_length: usize,
        length: usize,
        empty: bool,
    ) -> Result<Token<'a>, XmlError> {
        let offset = self.mark + start;
        if self.scope.depth() == 0 && self.elements > 0 {
            return Err(XmlErrorKind::OutsideRoot.at(offset));
        }
        if self.scope.depth() >= MAX_DEPTH {
            return Err(XmlErrorKind::TooDeep.at(offset));
        }
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(XmlErrorKind::TooManyElements.at(offset));
        }
        let content = self.input.get(start + 1..start + 1 + length).unwrap_or("");
        let (name, attributes) = content.split_at_checked(name_length).unwrap_or((content, ""));
        let (prefix, local) = split_name(name).ok_or(XmlErrorKind::MalformedName.at(offset))?;
        self.scope.push();
        let offset_inside = offset + 1 + name_length;
        self.attribute_count =
            tag::scan(attributes, offset_inside, self.contents, &mut self.scope, &mut self.attributes)?;
        self.start = start;
        self.name_length = name_length;
        self.prefix = prefix;
        self.end_pending = empty;
        Ok(Token::Start(Element { ns: self.scope.element(prefix), local, offset }))
    }

    fn content(&self, start: usize, text: Cow<'a, str>) -> Result<Token<'a>, XmlError> {
        if self.scope.depth() == 0
            && let Some(offset) = text.bytes().position(|byte| !is_space(byte))
        {
            return Err(XmlErrorKind::OutsideRoot.at(self.mark + start + offset));
        }
        Ok(Token::Text(match text {
            text if !self.contents.carriage_returns => text,
            Cow::Borrowed(text) => normalize_line_ends(text),
            Cow::Owned(text) => Cow::Owned(normalize_line_ends(&text).into_owned()),
        }))
    }

    /// A CDATA section: content that may not stand outside the root, not even as white space.
    fn section(&self, start: usize, text: Cow<'a, str>) -> Result<Token<'a>, XmlError> {
        if self.scope.depth() == 0 {
            return Err(XmlErrorKind::OutsideRoot.at(self.mark + start));
        }
        self.content(start, text)
    }

    /// A character by reference stands for itself: a carriage return is no line end (XML 1.0 section 2.11).
    fn reference(&self, start: usize, character: char) -> Result<Token<'a>, XmlError> {
        if self.scope.depth() == 0 {
            return Err(XmlErrorKind::OutsideRoot.at(self.mark + start));
        }
        Ok(Token::Text(Cow::Owned(character.to_string())))
    }

    fn end(&self) -> Result<Token<'a>, XmlError> {
        let end = self.mark + self.input.len();
        if self.scope.depth() > 0 {
            Err(XmlErrorKind::Unclosed.at(end))
        } else if self.elements == 0 {
            Err(XmlErrorKind::NoRoot.at(end))
        } else {
            Ok(Token::Eof)
        }
    }

    fn translate(&self, error: &Error) -> XmlError {
        let kind = match error {
            Error::IllFormed(
                IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_),
            ) => XmlErrorKind::MismatchedEnd,
            Error::IllFormed(IllFormedError::MissingEndTag(_)) => XmlErrorKind::Unclosed,
            Error::IllFormed(IllFormedError::MissingDoctypeName) => XmlErrorKind::Doctype,
            _ => XmlErrorKind::Markup,
        };
        let offset = usize::try_from(self.events.error_position()).unwrap_or(self.input.len());
        kind.at(self.mark + offset)
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(lexical::token(text)),
        Cow::Owned(text) => Cow::Owned(lexical::token(&text).to_owned()),
    }
}
