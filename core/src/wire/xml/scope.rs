//! Namespace declarations in scope.

use std::borrow::Cow;

use super::error::XmlErrorKind;
use super::limits::MAX_BINDINGS;
use super::namespace::Ns;

const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// One declaration.
#[derive(Debug, Clone)]
pub(super) struct Binding<'a> {
    /// Empty for the default namespace.
    prefix: &'a str,
    /// Looked up for every element, so compared as a number first.
    key: u64,
    /// Empty where the default namespace is undeclared again.
    pub(super) name: Cow<'a, str>,
    ns: Ns,
}

/// Length (at most 255) and first 7 bytes of a prefix: all of it, for the usual ones.
fn key(prefix: &str) -> u64 {
    let mut bytes = [0; 8];
    if let Some((length, start)) = bytes.split_first_mut() {
        *length = u8::try_from(prefix.len()).unwrap_or(u8::MAX);
        start.iter_mut().zip(prefix.bytes()).for_each(|(place, byte)| *place = byte);
    }
    u64::from_le_bytes(bytes)
}

/// The stack of declarations.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    bindings: Vec<Binding<'a>>,
    /// For each open element, how many bindings were in scope outside it.
    outer: Vec<usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn push(&mut self) {
        self.outer.push(self.bindings.len());
    }

    pub(super) fn pop(&mut self) {
        if let Some(length) = self.outer.pop() {
            self.bindings.truncate(length);
        }
    }

    /// Open elements.
    pub(super) fn depth(&self) -> usize {
        self.outer.len()
    }

    /// Adds a declaration to the innermost element. A repeated one replaces the earlier: servers are known to declare
    /// the default namespace of a root twice.
    pub(super) fn declare(&mut self, prefix: &'a str, name: Cow<'a, str>) -> Result<(), XmlErrorKind> {
        let ns = Ns::from_name(&name);
        if prefix == "xml" && ns == Ns::Xml {
            return Ok(());
        }
        let reserved = prefix == "xml" || prefix == "xmlns" || ns == Ns::Xml || name == XMLNS;
        if reserved || (name.is_empty() && !prefix.is_empty()) {
            return Err(XmlErrorKind::ReservedNamespace);
        }
        if self.bindings.len() >= MAX_BINDINGS {
            return Err(XmlErrorKind::TooManyBindings);
        }
        self.bindings.push(Binding { prefix, key: key(prefix), name, ns });
        Ok(())
    }

    /// Whether the innermost element declares the prefix.
    pub(super) fn declared_here(&self, prefix: &str) -> bool {
        let outer = self.outer.last().copied().unwrap_or(0);
        self.bindings.iter().skip(outer).any(|binding| binding.prefix == prefix)
    }

    /// The innermost declaration of a prefix and how many bindings lie below it.
    pub(super) fn find(&self, prefix: &str) -> Option<(usize, &Binding<'a>)> {
        let key = key(prefix);
        let same =
            |binding: &Binding<'_>| binding.key == key && (prefix.len() < 8 || binding.prefix == prefix);
        self.bindings.iter().enumerate().rev().find(|(_, binding)| same(binding))
    }

    /// How many bindings are in scope.
    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    /// How many bindings the elements outside the innermost one declare.
    pub(super) fn outside(&self) -> usize {
        self.outer.last().copied().unwrap_or(0)
    }

    /// The namespace of an element name with this prefix.
    pub(super) fn element(&self, prefix: &str) -> Ns {
        match self.find(prefix) {
            Some((_, binding)) => binding.ns,
            None if prefix.is_empty() => Ns::None,
            None => Ns::Foreign,
        }
    }

    /// The namespace of an attribute name with this prefix.
    pub(super) fn attribute(&self, prefix: &str) -> Ns {
        match prefix {
            "" => Ns::None,
            "xml" => Ns::Xml,
            _ => self.element(prefix),
        }
    }
}
