//! The attributes of a start tag.

use std::borrow::Cow;

use memchr::memchr;

use super::characters::{Contents, attribute_value, is_space, split_name};
use super::error::{XmlError, XmlErrorKind};
use super::limits::{MAX_ATTRIBUTES, MAX_TEXT};
use super::namespace::Ns;
use super::scope::Scope;

/// One attribute, namespace declarations excepted.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) ns: Ns,
    pub(super) local: &'a str,
    pub(super) prefix: &'a str,
    pub(super) value: Cow<'a, str>,
    pub(super) offset: usize,
}

/// Splits what follows the name in a start tag: declarations go to `scope`, attributes to `attributes`. Says how many
/// there were of both.
/// `offset` is where `content` starts in the document, which holds `contents`.
pub(super) fn scan<'a>(
    content: &'a str,
    offset: usize,
    contents: Contents,
    scope: &mut Scope<'a>,
    attributes: &mut Vec<Attribute<'a>>,
) -> Result<usize, XmlError> {
    if let Some(at) = memchr(b'<', content.as_bytes()) {
        return Err(XmlErrorKind::MalformedAttribute.at(offset + at));
    }
    let plain = !(contents.references || contents.carriage_returns || contents.breaks);
    let mut count = 0;
    let mut rest = content;
    loop {
        let at = |rest: &str| offset + content.len() - rest.len();
        let trimmed = trim_start(rest);
        if trimmed.is_empty() {
            break;
        }
        let position = at(trimmed);
        if trimmed.len() == rest.len() {
            return Err(XmlErrorKind::MalformedAttribute.at(position));
        }
        count += 1;
        if count > MAX_ATTRIBUTES {
            return Err(XmlErrorKind::TooManyAttributes.at(position));
        }
        let (name, raw, tail) = split(trimmed).ok_or(XmlErrorKind::MalformedAttribute.at(position))?;
        let (prefix, local) = split_name(name).ok_or(XmlErrorKind::MalformedName.at(position))?;
        let value_offset = at(tail) - raw.len() - 1;
        let value = if plain {
            Cow::Borrowed(raw)
        } else {
            attribute_value(raw).map_err(|(kind, inner)| kind.at(value_offset + inner))?
        };
        if value.len() > MAX_TEXT {
            return Err(XmlErrorKind::TextTooLong.at(value_offset));
        }
        match (prefix, local) {
            ("", "xmlns") => declare(scope, "", value, position)?,
            ("xmlns", prefix) => declare(scope, prefix, value, position)?,
            _ => attributes.push(Attribute { ns: Ns::None, local, prefix, value, offset: position }),
        }
        rest = tail;
    }
    resolve(scope, attributes)?;
    Ok(count)
}

fn trim_start(text: &str) -> &str {
    let start = text.bytes().position(|byte| !is_space(byte)).unwrap_or(text.len());
    text.get(start..).unwrap_or("")
}

/// `name = "value"` and what follows.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let equals = text.bytes().position(|byte| byte == b'=')?;
    let name = text.get(..equals)?.trim_ascii_end();
    let value = trim_start(text.get(equals + 1..)?);
    let quote = *value.as_bytes().first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let value = value.get(1..)?;
    let end = memchr(quote, value.as_bytes())?;
    Some((name, value.get(..end)?, value.get(end + 1..)?))
}

fn declare<'a>(
    scope: &mut Scope<'a>,
    prefix: &'a str,
    name: Cow<'a, str>,
    position: usize,
) -> Result<(), XmlError> {
    // Only a root may repeat a declaration: MS-CONFBAS 4.4.7 prints a server that does.
    if scope.depth() > 1 && scope.declared_here(prefix) {
        return Err(XmlErrorKind::DuplicateAttribute.at(position));
    }
    scope.declare(prefix, name).map_err(|kind| kind.at(position))
}

/// Fills in the namespaces once every declaration of the tag is known, and refuses duplicates.
fn resolve(scope: &Scope<'_>, attributes: &mut [Attribute<'_>]) -> Result<(), XmlError> {
    for attribute in attributes.iter_mut().filter(|attribute| !attribute.prefix.is_empty()) {
        attribute.ns = scope.attribute(attribute.prefix);
    }
    let mut seen: &[Attribute<'_>] = attributes;
    while let Some((last, earlier)) = seen.split_last() {
        if earlier.iter().any(|other| same_name(scope, last, other)) {
            return Err(XmlErrorKind::DuplicateAttribute.at(last.offset));
        }
        seen = earlier;
    }
    Ok(())
}

fn same_name(scope: &Scope<'_>, one: &Attribute<'_>, other: &Attribute<'_>) -> bool {
    if one.local != other.local || one.ns != other.ns {
        return false;
    }
    let name =
        |attribute: &Attribute<'_>| scope.find(attribute.prefix).map(|(_, binding)| binding.name.clone());
    one.ns != Ns::Foreign
        || one.prefix == other.prefix
        || matches!((name(one), name(other)), (Some(one), Some(other)) if one == other)
}
