//! SIP (RFC 3261) as streams carry it: framing, messages, typed headers, writing.
//!
//! [`Framer`] cuts a byte stream into [`Message`]s. A message keeps the bytes it came in and an index of its
//! header fields; the typed values ([`Uri`], [`NameAddr`], [`Via`], …) are read on demand and borrow from it.
//! [`Writer`] produces the head of a message; bodies travel beside it and may be shared.
//!
//! Every reader here is total and linear in its input. Values may be folded over lines wherever white space
//! may stand. What we write is canonical: one line per field, no white space that is not needed.
//!
//! ```
//! use bytes::Bytes;
//! use confsim_core::wire::sip::{Framer, Limits, Method, Name, Writer};
//!
//! let mut framer = Framer::new(Limits::DEFAULT);
//! framer.push(Bytes::from_static(b"\r\n\r\nINFO sip:bob@fabrikam.com SIP/2.0\r\nt: <sip:bob@fa"));
//! assert!(framer.next()?.is_none());
//! framer.push(Bytes::from_static(b"brikam.com>;tag=7\r\nl: 2\r\n\r\nhi"));
//! let Some(framed) = framer.next()? else { panic!("the message is complete") };
//!
//! assert_eq!(framed.message.method(), &Method::Info);
//! assert_eq!(framed.message.to()?.tag(), Some("7"));
//! assert_eq!(framed.message.body(), "hi");
//!
//! let mut writer = Writer::new();
//! writer.start_response(200, "OK").copy_fields(&framed.message, |name| name == Name::To);
//! assert!(writer.finish(0).ends_with(b"\r\nContent-Length: 0\r\n\r\n"));
//! # Ok::<(), confsim_core::wire::sip::SipError>(())
//! ```

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
mod summary;
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
pub use summary::Summary;
pub use uri::Uri;
pub use writer::Writer;
