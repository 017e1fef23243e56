//! The format of a message: what the others can show (IM-3-1-2-5-2-b, IM-3-1-2-5-2-c, IM-3-3-1-4-1-b).
//!
//! A UCCP-like client writes rich text. Everybody takes it: rich text alone. Some do: plain and rich text as
//! alternatives, of which the MCU gives each the one for him. Nobody does: plain text, as the other kinds of
//! client always write.

use std::sync::Arc;

use super::Client;
use super::Kind;
use crate::signal::Context;
use crate::wire::conference_info::{Endpoint, User};
use crate::wire::content_type::{ContentType, MediaType};
use crate::wire::multipart::{Multipart, Part};
use crate::wire::sdp::AcceptTypes;

/// Plain text, as clients label it (EX-IM-4-2-1-b).
const PLAIN: &str = "text/plain; charset=UTF-8";

/// Who of the others takes rich text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rich {
    Everybody,
    Some,
    Nobody,
}

impl Client {
    /// Sends `text` in the format that serves the others best.
    pub(super) fn say(&mut self, cx: &mut Context<'_, Self>, uri: &Arc<str>, text: &str) {
        match self.rich(uri) {
            Rich::Nobody => self.send_message(cx, uri, PLAIN, text.to_owned().into()),
            Rich::Everybody => {
                self.send_message(cx, uri, MediaType::TEXT_RTF.as_str(), rich_text(text).into());
            }
            Rich::Some => {
                let rich = rich_text(text);
                let plain = ContentType::parse(PLAIN).unwrap_or(ContentType::new(MediaType::TEXT_PLAIN));
                let body = Multipart::new(vec![
                    Part::new(&plain, text.as_bytes()),
                    Part::new(&ContentType::new(MediaType::TEXT_RTF), rich.as_bytes()),
                ]);
                let boundary = body.boundary(cx.entropy());
                match body.write(&boundary) {
                    Ok(body) => {
                        let kind = format!("multipart/alternative; boundary=\"{boundary}\"");
                        self.send_message(cx, uri, &kind, body.into());
                    }
                    Err(_) => self.send_message(cx, uri, PLAIN, text.to_owned().into()),
                }
            }
        }
    }

    /// Who of the others takes rich text, as far as the roster tells.
    fn rich(&self, uri: &str) -> Rich {
        let Some((_, conference)) = self.conference(uri).filter(|_| self.config.kind == Kind::Uccp) else {
            return Rich::Nobody;
        };
        let others = |user: &&User<'_>| !user.entity.eq_ignore_ascii_case(&self.config.user);
        let sessions = conference.replica.users().iter().filter(others).flat_map(|user| &user.endpoints);
        let chats = sessions.filter(|session| session.session_type.as_deref() == Some("chat"));
        let (takers, all) = chats.fold((0, 0), |(takers, all), session| {
            (takers + usize::from(formats(session).accepts(&MediaType::TEXT_RTF)), all + 1)
        });
        match takers {
            0 => Rich::Nobody,
            takers if takers == all => Rich::Everybody,
            _ => Rich::Some,
        }
    }
}

/// What an IM session takes; plain text alone when that is not said, or not understood (IM-2-2-5-k).
fn formats(session: &Endpoint<'_>) -> AcceptTypes {
    let capabilities = session.capabilities.as_ref().and_then(|found| found.im.as_ref());
    let formats = capabilities.and_then(|found| found.supported_im_formats.as_deref());
    formats.and_then(|formats| AcceptTypes::parse(formats).ok()).unwrap_or(AcceptTypes::PLAIN_ONLY)
}

/// `text` as rich text: its special characters escaped, everything beyond ASCII by code unit.
fn rich_text(text: &str) -> String {
    let mut rich = String::from("{\\rtf1\\ansi ");
    for letter in text.chars() {
        match letter {
            '\\' | '{' | '}' => rich.extend(['\\', letter]),
            '\r' => {}
            '\n' => rich.push_str("\\par\r\n"),
            letter if letter.is_ascii() => rich.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    rich.push_str(&format!("\\u{}?", unit.cast_signed()));
                }
            }
        }
    }
    rich.push_str("\\par\r\n}");
    rich
}
