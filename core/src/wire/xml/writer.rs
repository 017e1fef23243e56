//! The push writer.

use super::characters::is_legal;
use super::lexical::boolean_text;
use super::namespace::Ns;
use super::raw::RawElement;

/// Writes a document without white space between elements.
///
/// Names are the program's own (`'static`), values anybody's: they are escaped, and characters that XML forbids become
/// U+FFFD. The caller balances [`start`](Self::start) and [`end`](Self::end) and declares the namespaces.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    /// A start tag has been begun and not closed.
    tag_open: bool,
}

impl Writer {
    /// Writes into a new buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes into an existing buffer, after what it holds.
    pub const fn with_buffer(out: Vec<u8>) -> Self {
        Self { out, tag_open: false }
    }

    /// The XML declaration some documents start with.
    pub fn declaration(&mut self) {
        self.out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    }

    /// Starts an element; its attributes come next.
    #[inline(always)]
    pub fn start(&mut self, name: &'static str) {
        self.close_tag();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        self.tag_open = true;
    }

    /// Declares a namespace on the element just started; an empty prefix declares the default namespace.
    pub fn namespace(&mut self, prefix: &'static str, ns: Ns) {
        self.begin_declaration(prefix);
        self.out.extend_from_slice(ns.name().as_bytes());
        self.out.push(b'"');
    }

    pub(super) fn raw_declaration(&mut self, prefix: &str, name: &str) {
        self.begin_declaration(prefix);
        self.escape(name, true);
        self.out.push(b'"');
    }

    fn begin_declaration(&mut self, prefix: &str) {
        self.out.extend_from_slice(b" xmlns");
        if !prefix.is_empty() {
            self.out.push(b':');
            self.out.extend_from_slice(prefix.as_bytes());
        }
        self.out.extend_from_slice(b"=\"");
    }

    /// Adds an attribute to the element just started.
    #[inline(always)]
    pub fn attribute(&mut self, name: &'static str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        self.escape(value, true);
        self.out.push(b'"');
    }

    /// Adds an attribute if there is a value.
    #[inline(always)]
    pub fn optional_attribute(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.attribute(name, value);
        }
    }

    /// Adds an attribute that holds a number, if there is one.
    pub fn number_attribute(&mut self, name: &'static str, value: Option<u64>) {
        if let Some(value) = value {
            self.attribute(name, &value.to_string());
        }
    }

    /// Adds an attribute that holds a boolean, if there is one.
    pub fn boolean_attribute(&mut self, name: &'static str, value: Option<bool>) {
        self.optional_attribute(name, value.map(boolean_text));
    }

    /// Writes text.
    #[inline(always)]
    pub fn text(&mut self, text: &str) {
        self.close_tag();
        self.escape(text, false);
    }

    /// Ends an element; one without content becomes an empty-element tag.
    #[inline(always)]
    pub fn end(&mut self, name: &'static str) {
        if self.tag_open {
            self.out.extend_from_slice(b"/>");
            self.tag_open = false;
        } else {
            self.out.extend_from_slice(b"</");
            self.out.extend_from_slice(name.as_bytes());
            self.out.push(b'>');
        }
    }

    /// Writes an element without attributes or content.
    #[inline(always)]
    pub fn empty(&mut self, name: &'static str) {
        self.start(name);
        self.end(name);
    }

    /// Writes an element that holds text only.
    #[inline(always)]
    pub fn element(&mut self, name: &'static str, text: &str) {
        self.start(name);
        self.text(text);
        self.end(name);
    }

    /// Writes an element that holds text, if there is any.
    #[inline(always)]
    pub fn optional_element(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.element(name, text);
        }
    }

    /// Writes an element that holds one of the program's own words, if there is one.
    #[inline(always)]
    pub fn optional_keyword(&mut self, name: &'static str, word: Option<&'static str>) {
        if let Some(word) = word {
            self.start(name);
            self.close_tag();
            self.out.extend_from_slice(word.as_bytes());
            self.end(name);
        }
    }

    /// Writes an element that holds a boolean, if there is one.
    #[inline(always)]
    pub fn optional_boolean(&mut self, name: &'static str, value: Option<bool>) {
        self.optional_keyword(name, value.map(boolean_text));
    }

    /// Writes an element that holds a number, if there is one.
    pub fn optional_number(&mut self, name: &'static str, value: Option<u32>) {
        if let Some(value) = value {
            self.element(name, &value.to_string());
        }
    }

    /// Writes an element as it was read.
    pub fn raw(&mut self, element: &RawElement<'_>) {
        self.close_tag();
        self.out.extend_from_slice(element.as_str().as_bytes());
    }

    /// The bytes written.
    pub fn finish(mut self) -> Vec<u8> {
        self.close_tag();
        self.out
    }

    #[inline(always)]
    fn close_tag(&mut self) {
        if self.tag_open {
            self.out.push(b'>');
            self.tag_open = false;
        }
    }

    fn escape(&mut self, text: &str, attribute: bool) {
        if is_plain(text) {
            self.out.extend_from_slice(text.as_bytes());
        } else {
            self.escape_each(text, attribute);
        }
    }

    fn escape_each(&mut self, text: &str, attribute: bool) {
        let mut written = 0;
        for (offset, character) in text.char_indices() {
            let Some(replacement) = replacement(character, attribute) else { continue };
            self.out.extend_from_slice(text.as_bytes().get(written..offset).unwrap_or(&[]));
            self.out.extend_from_slice(replacement.as_bytes());
            written = offset + character.len_utf8();
        }
        self.out.extend_from_slice(text.as_bytes().get(written..).unwrap_or(&[]));
    }
}

/// What a character is written as, if not as itself. Line ends and tabs would be normalized when read.
const fn replacement(character: char, attribute: bool) -> Option<&'static str> {
    Some(match character {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '\'' if attribute => "&apos;",
        '"' if attribute => "&quot;",
        '\r' => "&#13;",
        '\n' if attribute => "&#10;",
        '\t' if attribute => "&#9;",
        _ if is_legal(character) => return None,
        _ => "\u{FFFD}",
    })
}

/// Bytes looked at together.
const BLOCK: usize = 32;
const HALF: usize = 16;

/// Whether the text can be written as it is, for all a quick look at its bytes can tell.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    match (bytes.last_chunk::<BLOCK>(), bytes.first_chunk::<HALF>(), bytes.last_chunk::<HALF>()) {
        (Some(last), ..) => bytes.as_chunks::<BLOCK>().0.iter().all(is_plain_block) && is_plain_block(last),
        (None, Some(first), Some(last)) => is_plain_block(first) && is_plain_block(last),
        _ => bytes.iter().all(|&byte| !is_suspect(byte)),
    }
}

#[inline]
fn is_plain_block<const LENGTH: usize>(block: &[u8; LENGTH]) -> bool {
    !block.iter().fold(false, |seen, &byte| seen | is_suspect(byte))
}

/// What needs replacement and what is cheap to tell together with it: as a signed number, everything outside ASCII is
/// less than the controls, which are less than the quotes and `&`. `<` and `>` differ in one bit.
const fn is_suspect(byte: u8) -> bool {
    ((byte.cast_signed() <= b'\''.cast_signed()) & (byte != b' ')) | (byte | 2 == b'>')
}
