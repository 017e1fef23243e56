//! Writing a session description.

use std::fmt::{self, Write as _};

use super::{AcceptTypes, ImSession, OtherMedia, PORT};

pub(super) fn session(session: &ImSession) -> Vec<u8> {
    let mut text = String::with_capacity(256);
    // Writing to a String cannot fail.
    let _ = lines(&mut text, session);
    text.into_bytes()
}

fn lines(out: &mut String, session: &ImSession) -> fmt::Result {
    let ImSession { address, version, accept, rejected, before, after } = session;
    let family = if address.contains(':') { "IP6" } else { "IP4" };
    write!(out, "v=0\r\no=- 0 {version} IN {family} {address}\r\ns=session\r\n")?;
    write!(out, "c=IN {family} {address}\r\nt=0 0\r\n")?;
    refuse(out, before)?;
    let port = if *rejected { 0 } else { PORT };
    write!(out, "m=message {port} sip null\r\n")?;
    if *accept != AcceptTypes::PLAIN_ONLY {
        write!(out, "a=accept-types:{accept}\r\n")?;
    }
    refuse(out, after)
}

fn refuse(out: &mut String, media: &[OtherMedia]) -> fmt::Result {
    for OtherMedia { kind, protocol, formats } in media {
        write!(out, "m={kind} 0 {protocol} {formats}\r\n")?;
    }
    Ok(())
}
