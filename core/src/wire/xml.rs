//! XML as these protocols use it: a strict, bounded, borrowing reader and a small escaping writer.
//!
//! The tokenizer is quick-xml's. [`Reader`] adds what it leaves to its callers: exactly one root, balanced tags, legal
//! characters and names, namespaces, duplicate attributes, no DTD, no processing instruction, no entity but the five
//! predefined, and a bound on everything ([`limits`]). Elements nobody knows are skipped, or kept as [`RawElement`].

mod characters;
mod declaration;
mod error;
pub mod lexical;
pub mod limits;
mod namespace;
pub(crate) mod owned;
mod raw;
mod reader;
#[cfg(feature = "arbitrary")]
pub(crate) mod sample;
mod scope;
mod tag;
mod writer;

pub use error::{Fault, XmlError, XmlErrorKind};
pub use namespace::Ns;
pub use raw::RawElement;
pub use reader::{Element, Reader};
pub use writer::Writer;
