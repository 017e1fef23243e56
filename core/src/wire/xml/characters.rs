//! Characters, names and references of XML 1.0.

use std::borrow::Cow;

use memchr::memchr;
use quick_xml::escape::resolve_xml_entity;

use super::error::XmlErrorKind;

/// Space, tab, line feed, carriage return (XML 1.0 section 2.3).
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether XML 1.0 section 2.2 allows the character.
pub(super) const fn is_legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// What a document holds anywhere, so that most of it need not be searched again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contents {
    /// A reference.
    pub(super) references: bool,
    /// A carriage return.
    pub(super) carriage_returns: bool,
    /// A tab or line feed.
    pub(super) breaks: bool,
    /// A closing bracket.
    pub(super) brackets: bool,
}

impl Contents {
    pub(super) fn of(document: &str) -> Self {
        let holds = |byte| memchr(byte, document.as_bytes()).is_some();
        Self {
            references: holds(b'&'),
            carriage_returns: holds(b'\r'),
            breaks: holds(b'\n') || holds(b'\t'),
            brackets: holds(b']'),
        }
    }
}

/// Offset of the first character that XML forbids.
pub(super) fn first_illegal(text: &str) -> Option<usize> {
    // U+FFFE and U+FFFF, the only forbidden characters outside ASCII, start with 0xEF in UTF-8.
    let suspicious =
        |byte: u8| (byte < 0x20) & (byte != b'\n') & (byte != b'\r') & (byte != b'\t') | (byte == 0xEF);
    if !text.as_bytes().iter().fold(false, |seen, &byte| seen | suspicious(byte)) {
        return None;
    }
    text.char_indices().find(|&(_, character)| !is_legal(character)).map(|(offset, _)| offset)
}

const fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

const fn is_name_part(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Where a byte may stand in a name. Bytes outside ASCII need a look at the character.
#[derive(Clone, Copy, PartialEq)]
enum NameByte {
    Start,
    Part,
    Never,
    Other,
}

const NAME_BYTES: [NameByte; 256] = {
    let mut table = [NameByte::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8 as char;
        table[byte] = if is_name_start(character) {
            NameByte::Start
        } else if is_name_part(character) {
            NameByte::Part
        } else {
            NameByte::Never
        };
        byte += 1;
    }
    table
};

/// Whether the text is a name without colon (Namespaces in XML section 3).
fn is_nc_name(text: &str) -> bool {
    let Some((&first, rest)) = text.as_bytes().split_first() else { return false };
    let class = |byte: u8| NAME_BYTES[usize::from(byte)];
    let plain = |byte: &u8| matches!(class(*byte), NameByte::Start | NameByte::Part);
    if class(first) == NameByte::Start && rest.iter().all(plain) {
        return true;
    }
    let mut characters = text.chars();
    !text.is_ascii() && characters.next().is_some_and(is_name_start) && characters.all(is_name_part)
}

/// Prefix (empty without colon) and local part of a qualified name; `None` if it is no such name.
pub(super) fn split_name(name: &str) -> Option<(&str, &str)> {
    let Some(colon) = name.bytes().position(|byte| byte == b':') else {
        return is_nc_name(name).then_some(("", name));
    };
    let (prefix, local) = (name.get(..colon)?, name.get(colon + 1..)?);
    (is_nc_name(prefix) && is_nc_name(local)).then_some((prefix, local))
}

/// The character or predefined entity that a reference (without `&` and `;`) stands for.
pub(super) fn resolve(reference: &str) -> Result<char, XmlErrorKind> {
    let Some(number) = reference.strip_prefix('#') else {
        let entity = resolve_xml_entity(reference).and_then(|text| text.chars().next());
        return entity.ok_or(XmlErrorKind::UnknownEntity);
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(XmlErrorKind::Markup);
    }
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|&character| is_legal(character))
        .ok_or(XmlErrorKind::IllegalCharacter)
}

/// Line ends as XML 1.0 section 2.11 has them: `\r\n` and `\r` become `\n`.
pub(super) fn normalize_line_ends(text: &str) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// An attribute value (without `<`) with references resolved and white space normalized (XML 1.0 section 3.3.3).
/// The error carries the offset into the value.
pub(super) fn attribute_value(raw: &str) -> Result<Cow<'_, str>, (XmlErrorKind, usize)> {
    let special = |byte: u8| (byte == b'&') | (byte < b' ');
    if !raw.as_bytes().iter().fold(false, |seen, &byte| seen | special(byte)) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(special) {
        let offset = raw.len() - rest.len() + at;
        let (plain, tail) = rest.split_at(at);
        value.push_str(plain);
        rest = match tail.as_bytes().first() {
            Some(b'&') => {
                let end = memchr(b';', tail.as_bytes()).ok_or((XmlErrorKind::Markup, offset))?;
                let reference = tail.get(1..end).unwrap_or("");
                value.push(resolve(reference).map_err(|kind| (kind, offset))?);
                tail.get(end + 1..).unwrap_or("")
            }
            _ => {
                value.push(' ');
                tail.strip_prefix("\r\n").or(tail.get(1..)).unwrap_or("")
            }
        };
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}
