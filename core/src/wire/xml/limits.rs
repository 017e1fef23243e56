//! Bounds on a document, ours: the documents name none. Each is far above what the messages of the protocol documents
//! and a conference of a thousand participants need.

/// Bytes of a whole document. A full notification for 1,000 participants is about 1 MB.
pub const MAX_DOCUMENT: usize = 8 * 1024 * 1024;
/// Elements open at the same time. The deepest printed document has 10.
pub const MAX_DEPTH: usize = 64;
/// Elements in a document. A full notification for 1,000 participants has about 20,000.
pub const MAX_ELEMENTS: usize = 200_000;
/// Attributes of one element, namespace declarations included. The printed maximum is 18.
pub const MAX_ATTRIBUTES: usize = 64;
/// Namespace declarations in scope at the same time.
pub const MAX_BINDINGS: usize = 128;
/// Endpoints of a user, media of an endpoint, MCUs of a conference: a subscriber compares them pairwise.
pub const MAX_SIBLINGS: usize = 256;
/// Bytes of one attribute value, or of the text of one element. Encrypted keys, the largest values seen, take 2 kB.
pub const MAX_TEXT: usize = 64 * 1024;
