//! Comma lists: one value may hold several elements, and a header field may be repeated.

use super::grammar::{Scan, trim};
use super::headers::Header;
use super::message::Fields;
use super::{Name, SipError};

/// The elements of one comma list, trimmed. Commas in quoted strings and angle brackets do not separate.
#[derive(Clone, Copy)]
pub struct Elements<'a> {
    text: &'a str,
    at: usize,
    done: bool,
}

impl<'a> Elements<'a> {
    /// The elements of `text`. An empty text has one element, the empty one.
    pub const fn of(text: &'a str) -> Self {
        Self { text, at: 0, done: false }
    }

    /// The next element and where it stands in the text.
    pub(super) fn step(&mut self) -> Option<(usize, &'a str)> {
        if self.done {
            return None;
        }
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = element_length(rest);
        self.done = length == rest.len();
        self.at = start + length + 1;
        let element = rest.get(..length).unwrap_or_default();
        let lead = element.len() - element.trim_start_matches([' ', '\t', '\r', '\n']).len();
        Some((start + lead, trim(element)))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.step().map(|(_, element)| element)
    }
}

/// Bytes up to the comma that ends the first element of `text`, or all of it.
fn element_length(text: &str) -> usize {
    let mut scan = Scan::new(text);
    while let Some(length) = memchr::memchr3(b',', b'"', b'<', scan.rest().as_bytes()) {
        scan.seek(scan.at() + length);
        match scan.peek() {
            Some(b'"') => {
                if scan.quoted().is_err() {
                    break;
                }
            }
            Some(b'<') => match memchr::memchr(b'>', scan.rest().as_bytes()) {
                Some(length) => scan.seek(scan.at() + length),
                None => break,
            },
            _ => return scan.at(),
        }
    }
    text.len()
}

/// All elements of a repeatable header field, read as `T`, in order of appearance.
pub struct List<'a, T> {
    fields: Fields<'a>,
    name: Name,
    base: usize,
    elements: Option<Elements<'a>>,
    read: std::marker::PhantomData<fn() -> T>,
}

impl<'a, T: Header<'a>> List<'a, T> {
    pub(super) const fn new(fields: Fields<'a>, name: Name) -> Self {
        Self { fields, name, base: 0, elements: None, read: std::marker::PhantomData }
    }
}

impl<'a, T: Header<'a>> Iterator for List<'a, T> {
    type Item = Result<T, SipError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((at, element)) = self.elements.as_mut().and_then(Elements::step) {
                let offset = (self.base + at) as u64;
                return Some(T::parse(element).map_err(|error| error.shifted(offset)));
            }
            let field = self.fields.next_named(self.name)?;
            self.base = field.offset();
            self.elements = Some(Elements::of(field.value()));
        }
    }
}
