//! The SIP reader and writer, from outside: bytes in, values and bytes out.

mod corpus;
mod framing;
mod hostile;
mod messages;
mod torture;
mod values;
mod writing;
