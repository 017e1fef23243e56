//! The SIP reader and writer, from outside: bytes in, values and bytes out.

mod addresses;
mod corpus;
mod differential;
mod framing;
mod hostile;
mod lists;
mod messages;
mod round_trip;
mod torture;
mod values;
mod writing;
