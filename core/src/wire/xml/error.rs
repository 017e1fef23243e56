//! Why a document was refused.

/// What is wrong with a document, and where. Never carries text of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// Byte offset into the document: the construct that is wrong, or the element that contains it.
    pub offset: usize,
}

/// Whose rules a refused document breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not XML (XML 1.0, Namespaces in XML 1.0), or a part of XML that no peer may use.
    Malformed,
    /// Beyond one of our [limits](super::limits).
    Limit,
    /// Well-formed XML that is not the document the protocol asks for.
    Content,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlErrorKind {
    /// The bytes are not UTF-8.
    #[error("invalid UTF-8")]
    NotUtf8,
    /// A character that XML 1.0 section 2.2 forbids, written plainly or as a reference.
    #[error("character that XML forbids")]
    IllegalCharacter,
    /// A name that XML 1.0 section 2.3 or Namespaces in XML section 4 forbids.
    #[error("malformed name")]
    MalformedName,
    /// An attribute without value, quotes or separating space, or with `<` in its value.
    #[error("malformed attribute")]
    MalformedAttribute,
    /// A tag, comment, CDATA section or reference that is malformed or has no end.
    #[error("malformed or unclosed markup")]
    Markup,
    /// An end tag that does not match the open element.
    #[error("end tag does not match")]
    MismatchedEnd,
    /// The document ends inside an element.
    #[error("document ends inside an element")]
    Unclosed,
    /// There is no root element.
    #[error("no root element")]
    NoRoot,
    /// Text or a further element outside the root element.
    #[error("content outside the root element")]
    OutsideRoot,
    /// A document type declaration.
    #[error("document type declaration")]
    Doctype,
    /// A processing instruction, or an XML declaration that is not at the very start.
    #[error("processing instruction")]
    ProcessingInstruction,
    /// A reference to an entity other than the five predefined ones.
    #[error("reference to an unknown entity")]
    UnknownEntity,
    /// Two attributes with one name, by spelling or by namespace.
    #[error("duplicate attribute")]
    DuplicateAttribute,
    /// A declaration that binds a reserved prefix or name, or a prefix to nothing (Namespaces in XML section 3, 5).
    #[error("forbidden namespace declaration")]
    ReservedNamespace,
    /// More than [`MAX_DOCUMENT`](super::limits::MAX_DOCUMENT) bytes.
    #[error("document too large")]
    TooLarge,
    /// More than [`MAX_DEPTH`](super::limits::MAX_DEPTH) open elements.
    #[error("elements nested too deeply")]
    TooDeep,
    /// More than [`MAX_ELEMENTS`](super::limits::MAX_ELEMENTS) elements, or more than
    /// [`MAX_SIBLINGS`](super::limits::MAX_SIBLINGS) of a kind.
    #[error("too many elements")]
    TooManyElements,
    /// More than [`MAX_ATTRIBUTES`](super::limits::MAX_ATTRIBUTES) attributes on one element.
    #[error("too many attributes")]
    TooManyAttributes,
    /// More than [`MAX_BINDINGS`](super::limits::MAX_BINDINGS) namespace declarations in scope.
    #[error("too many namespace declarations")]
    TooManyBindings,
    /// A text or attribute value of more than [`MAX_TEXT`](super::limits::MAX_TEXT) bytes.
    #[error("text too long")]
    TextTooLong,
    /// The root element is not the one expected.
    #[error("root element is not `{0}`")]
    UnexpectedRoot(&'static str),
    /// A required attribute is absent.
    #[error("attribute `{0}` is missing")]
    MissingAttribute(&'static str),
    /// A required element is absent.
    #[error("element `{0}` is missing")]
    MissingElement(&'static str),
    /// An element that may stand once stands again.
    #[error("element `{0}` is repeated")]
    RepeatedElement(&'static str),
    /// The text of an element or attribute is not of its type.
    #[error("value of `{0}` is invalid")]
    InvalidValue(&'static str),
}

impl XmlErrorKind {
    /// The error of this kind at a byte offset.
    pub const fn at(self, offset: usize) -> XmlError {
        XmlError { kind: self, offset }
    }
}

impl XmlError {
    /// Whose rules the document breaks.
    pub const fn fault(&self) -> Fault {
        use XmlErrorKind as Kind;
        match self.kind {
            Kind::TooLarge
            | Kind::TooDeep
            | Kind::TooManyElements
            | Kind::TooManyAttributes
            | Kind::TooManyBindings
            | Kind::TextTooLong => Fault::Limit,
            Kind::UnexpectedRoot(_)
            | Kind::MissingAttribute(_)
            | Kind::MissingElement(_)
            | Kind::RepeatedElement(_)
            | Kind::InvalidValue(_) => Fault::Content,
            _ => Fault::Malformed,
        }
    }
}
