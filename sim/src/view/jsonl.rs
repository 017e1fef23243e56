//! A run as JSON lines: everything a trace holds, one record a line, to be read by programs and read back here.
//!
//! ```json
//! {"trace":{"version":1,"scenario":"version = 1\ntitle = …","seed":7,"nodes":["front-end","factory","focus","mcu","alice"],
//!           "forgotten":0,"digest":"0123456789abcdef"}}
//! {"opened":{"at":0,"connection":0,"opener":"focus","acceptor":"factory","nth":1}}
//! {"emitted":{"at":1000,"id":0,"from":"alice","to":"front-end","origin":"alice","connection":3,"cause":"step 0",
//!             "summary":"REGISTER","head":"REGISTER sip:contoso.com SIP/2.0\r\n…"}}
//! {"heard":{"at":21000,"id":0,"from":"alice","to":"front-end","origin":"alice","connection":3,"emitted":1000}}
//! …
//! {"verdict":{"tallies":[{"property":"roster.versions","exercised":3,"violated":0}],"violations":[]}}
//! ```
//! (each in one line). Times are microseconds since the start of the run. Causes are `start`, `step 3`, `message 17`,
//! `timer forward`, `connection 4` or `fault 0`; fates `connection` or `fault 0`. Bytes are text where they are UTF-8 and
//! `{"base64":"…"}` otherwise. What is heard is what was emitted under that number unless `head` and `body` say otherwise.
//! A roster tells what has changed since the last one that its reader saw of that conference, `null` for who is gone.
//! The digest is that of [`Trace::digest`](crate::trace::Trace::digest); a file without one is not checked against it.
//! Unknown keys and names are errors.

mod event;
mod provisioned;
mod read;
mod reader;
mod roster;
mod row;
pub(crate) mod streams;
mod text;
mod write;

pub use read::{Fault, read};
pub use reader::Told;
pub use write::write;

/// The version of the format that this code reads and writes.
pub const VERSION: u32 = 1;
