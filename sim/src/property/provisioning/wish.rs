//! Requests to the focus factory, as observers read them.

use confsim_core::wire::sip::{Message, Name, Uri};
use confsim_core::wire::xml::{Ns, Reader, XmlError};

use super::plan::{Plan, conference, flag};

/// Tells a request, and its answer, from others: who asks, Call-ID and number.
pub(super) type Key = (String, String, u32);

/// The request that a message is, or answers.
pub(super) fn key(message: &Message) -> Option<Key> {
    let from = message.from().ok()?.uri.address();
    Some((from, message.header(Name::CallId)?.to_owned(), message.cseq().ok()?.seq))
}

/// What is asked of a factory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// Whose conferences it is about: the address of the factory's owner.
    pub(super) organizer: String,
    /// The name of the command.
    pub(super) command: String,
    /// The conference id.
    pub(super) id: String,
    /// The `static` attribute, if there is one.
    pub(super) is_static: Option<bool>,
    /// The version, which is 1 when it is not given (PRO-2-2-1-1-k).
    pub(super) version: u32,
    /// What the conference is to be.
    pub(super) plan: Plan,
    /// How long the request is, in bytes.
    pub(super) length: usize,
}

impl Wish {
    /// The wish in a SERVICE request, if it is one that can be read.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let uri = message.request_uri().ok().filter(|uri| uri.opaque() == Some("app:conf:focusfactory"))?;
        is_c3p(message).then(|| read_wish(&uri, message.body()).ok().flatten()).flatten()
    }

    /// Whether it changes something when it is done.
    pub(super) fn changes(&self) -> bool {
        matches!(self.command.as_str(), "addConference" | "modifyConference" | "deleteConference")
    }
}

/// Whether a message carries a C3P document.
pub(super) fn is_c3p(message: &Message) -> bool {
    let content_type = message.header(Name::ContentType).unwrap_or_default();
    content_type.trim().eq_ignore_ascii_case("application/cccp+xml")
}

fn read_wish(uri: &Uri<'_>, body: &[u8]) -> Result<Option<Wish>, XmlError> {
    let mut reader = Reader::new(body)?;
    reader.any_root()?;
    let Some(command) = reader.child()? else { return Ok(None) };
    let mut wish = Wish {
        organizer: uri.address(),
        command: command.local.to_owned(),
        id: String::new(),
        is_static: flag(&mut reader, Ns::None),
        version: 1,
        plan: Plan::default(),
        length: body.len(),
    };
    while let Some(part) = reader.child()? {
        wish.plan.present.insert(part.local.to_owned());
        match part.local {
            "conference-info" => {
                let (id, version, is_static, plan) = conference(&mut reader)?;
                (wish.id, wish.version, wish.is_static, wish.plan) = (id, version, is_static, plan);
            }
            "conferenceKeys" => {
                let id = reader.attribute(Ns::ConferenceExtensions, "conference-id").unwrap_or_default();
                wish.id = id.trim().to_owned();
                wish.is_static =
                    [Ns::None, Ns::ConferenceExtensions].into_iter().find_map(|ns| flag(&mut reader, ns));
                reader.skip()?;
            }
            _ => reader.skip()?,
        }
    }
    Ok(Some(wish))
}
