//! SIP (RFC 3261) as streams carry it: framing, messages, typed headers, writing.
//!
//! [`Framer`] cuts a byte stream into [`Message`]s. A message keeps the bytes it came in and an index of its
//! header fields; the typed values ([`Uri`], [`NameAddr`], [`Via`], …) are read on demand and borrow from it.
//! [`Writer`] produces the head of a message; bodies travel beside it and may be shared.
//!
//! Every reader here is total and linear in its input. Values may be folded over lines wherever white space
//! may stand. What we write is canonical: one line per field, no white space that is not needed.

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod error;
mod framer;
mod grammar;
pub mod headers;
mod limits;
mod list;
mod message;
mod method;
mod name;
mod name_addr;
mod params;
#[cfg(feature = "rsip")]
pub mod rsip;
mod uri;
mod writer;

pub use error::{ErrorKind, SipError};
pub use framer::{Framed, Framer};
pub use headers::{
    CSeq, Credentials, Diagnostics, Event, KeepAlive, PoolLink, Reason, Refresher, SessionExpires,
    SubscriptionState, Substate, Via,
};
pub use limits::Limits;
pub use list::{Elements, List};
pub use message::{Field, Message, StartLine};
pub use method::Method;
pub use name::Name;
pub use name_addr::NameAddr;
pub use params::{Params, unquoted};
pub use uri::Uri;
pub use writer::Writer;
