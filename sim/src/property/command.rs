//! C3P as observers read it: which command, about whom, and how it ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::wire::sip::{Message, Method, Name};
use confsim_core::wire::xml::{Ns, Reader, XmlError};

use super::dialogs::DialogId;
use super::naming::conference_named;
use super::sight::Spoken;
use crate::trace::{NodeId, Role};

/// A C3P request or response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Ties a response to its request.
    pub(super) request_id: String,
    /// The result, for a response: `success`, `failure`, `pending`.
    pub(super) code: Option<String>,
    /// The name of the command's element.
    pub(super) name: String,
    /// The conference it names by keys or by a document, see [`conference_named`].
    pub(super) conference: Option<String>,
    /// The user it names.
    pub(super) user: Option<String>,
    /// The users of a setLobbyAccess.
    pub(super) users: Vec<String>,
    /// What it sets: `locked`, `access`, or the role.
    pub(super) value: Option<String>,
    /// Whether it has the IM MCU call the user.
    pub(super) calls: bool,
    /// Whether it is about one MCU only, and not the conference.
    pub(super) mcu_only: bool,
}

impl Command {
    /// The conference that a pool member tells another to serve: it has just become active, or is told again.
    pub(super) fn begins(message: &Message) -> Option<String> {
        let command =
            Some(message).filter(|message| *message.method() == Method::Service).and_then(Self::of)?;
        let asks = command.name == "createConference" && command.code.is_none();
        command.conference.filter(|_| asks)
    }

    /// The command in the body of `message`, if that is C3P.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let content_type = message.header(Name::ContentType)?;
        let fits = content_type.trim().eq_ignore_ascii_case("application/cccp+xml");
        fits.then(|| read(message.body()).ok().flatten()).flatten()
    }
}

/// The first command of a document; `None` for a response without one.
fn read(body: &[u8]) -> Result<Option<Command>, XmlError> {
    let mut reader = Reader::new(body)?;
    reader.any_root()?;
    let request_id = reader.attribute(Ns::None, "requestId").unwrap_or_default().into_owned();
    let code = reader.attribute(Ns::None, "code").map(|code| code.into_owned());
    let Some(child) = reader.child()? else { return Ok(None) };
    let name = child.local.to_owned();
    let named = [Ns::CccpExtensions, Ns::None].map(|ns| reader.attribute(ns, "mcuUri").is_some());
    let mcu_only = named.contains(&true);
    let mut command = Command {
        request_id,
        code,
        name,
        conference: None,
        user: None,
        users: Vec::new(),
        value: None,
        calls: false,
        mcu_only,
    };
    while let Some(part) = reader.child()? {
        let names_it = if part.local == "conference-info" { "entity" } else { "confEntity" };
        if let Some(conference) = reader.attribute(Ns::None, names_it) {
            command.conference = conference_named(&conference);
        }
        if let Some(user) = reader.attribute(Ns::None, "userEntity") {
            command.user = Some(user.into_owned());
        }
        match part.local {
            "locked" | "access" => command.value = Some(reader.text()?.trim().to_owned()),
            "userEntity" => command.users.push(reader.text()?.trim().to_owned()),
            "user-roles" => command.value = deep_text(&mut reader, &["entry"])?,
            "user" => {
                command.user = reader.attribute(Ns::None, "entity").map(|user| user.into_owned());
                let method = deep_text(&mut reader, &["endpoint", "joining-method"])?;
                command.calls = method.as_deref() == Some("dialed-out");
            }
            _ => reader.skip()?,
        }
    }
    Ok(Some(command))
}

/// The text of the last element at this path below the current one, which is read to its end.
fn deep_text(reader: &mut Reader<'_>, path: &[&str]) -> Result<Option<String>, XmlError> {
    let Some((first, rest)) = path.split_first() else {
        return Ok(Some(reader.text()?.trim().to_owned()));
    };
    let mut found = None;
    while let Some(child) = reader.child()? {
        if child.local == *first {
            found = deep_text(reader, rest)?.or(found);
        } else {
            reader.skip()?;
        }
    }
    Ok(found)
}

/// Commands to the focus, from the INFO that asks to the INFO that tells the result.
#[derive(Default)]
pub(super) struct Commands {
    /// Asked and not answered, by dialog and CSeq.
    asked: BTreeMap<(DialogId, u32), Command>,
    /// Accepted with 202 and without final result, by dialog and request id.
    running: BTreeMap<(DialogId, String), Command>,
}

/// What became of a command.
pub(super) enum Progress {
    /// The focus has accepted it.
    Accepted(Command),
    /// It is pending, or has its final result: the code tells.
    Told {
        /// What was asked; `None` when nothing is open under that request id.
        asked: Option<Command>,
        /// What is told.
        answer: Command,
    },
}

impl Commands {
    /// The focus hears something.
    pub(super) fn heard(&mut self, spoken: &Spoken<'_>) {
        if spoken.node != NodeId::FOCUS || *spoken.message.method() != Method::Info {
            return;
        }
        let asked = spoken.dialog.zip(Command::of(spoken.message)).zip(spoken.message.cseq().ok());
        if let Some(((id, command), cseq)) = asked.filter(|_| spoken.message.is_request()) {
            self.asked.insert((id, cseq.seq), command);
        }
    }

    /// The focus says something.
    pub(super) fn said(&mut self, spoken: &Spoken<'_>) -> Option<Progress> {
        let message = spoken.message;
        if spoken.node != NodeId::FOCUS || *message.method() != Method::Info {
            return None;
        }
        let id = spoken.dialog?;
        if let Some(code) = message.code() {
            let command = self.asked.remove(&(id, message.cseq().ok()?.seq)).filter(|_| code == 202)?;
            self.running.insert((id, command.request_id.clone()), command.clone());
            return Some(Progress::Accepted(command));
        }
        let answer = Command::of(message)?;
        let key = (id, answer.request_id.clone());
        let pending = answer.code.as_deref() == Some("pending");
        let asked = if pending { self.running.get(&key).cloned() } else { self.running.remove(&key) };
        Some(Progress::Told { asked, answer })
    }

    /// The command that the focus says was successful.
    pub(super) fn succeeded(&mut self, spoken: &Spoken<'_>) -> Option<Command> {
        match self.said(spoken)? {
            Progress::Told { asked, answer } => asked.filter(|_| answer.code.as_deref() == Some("success")),
            Progress::Accepted(_) => None,
        }
    }
}

/// What the focus tells the IM MCU of a conference as a whole.
pub(super) enum Term {
    /// It is to be served from now on, or still.
    Begins(Arc<str>),
    /// It is over.
    Ends(Arc<str>),
}

impl Term {
    /// What `message` tells, if it tells that.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let command = Command::of(message).filter(|command| command.code.is_none())?;
        let conference = Arc::from(command.conference?);
        match command.name.as_str() {
            "createConference" => Some(Self::Begins(conference)),
            "deleteConference" => Some(Self::Ends(conference)),
            _ => None,
        }
    }
}

/// Where a pool link stands, so that a document is taken for new once (D-11).
#[derive(Default)]
pub(super) struct Link {
    /// The incarnations of sender and receiver that the numbers count for.
    epochs: (String, String),
    taken: u64,
}

impl Link {
    /// What a pool member hears of a conference for the first time.
    pub(super) fn term(&mut self, spoken: &Spoken<'_>) -> Option<Term> {
        let takes = self.takes(spoken);
        takes.then(|| Term::of(spoken.message)).flatten()
    }

    /// Whether the document in what a pool member hears is the next one from another member.
    pub(super) fn takes(&mut self, spoken: &Spoken<'_>) -> bool {
        self.takes_from(spoken.peer, spoken.message)
    }

    /// Whether the document in `message` is the next one from the pool member `peer`.
    pub(super) fn takes_from(&mut self, peer: NodeId, message: &Message) -> bool {
        let member = matches!(peer.role(), Role::Focus | Role::Mcu | Role::Factory);
        let envelope = message.pool_link().ok().flatten().filter(|_| member && message.is_request());
        let Some((envelope, peer)) = envelope.and_then(|envelope| Some((envelope, envelope.peer?))) else {
            return false;
        };
        if (&*self.epochs.0, &*self.epochs.1) != (envelope.epoch, peer) {
            *self = Self { epochs: (envelope.epoch.to_owned(), peer.to_owned()), taken: 0 };
        }
        let next = envelope.seq == self.taken + 1;
        self.taken += u64::from(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_printed_deletion() {
        let body = br#"<?xml version="1.0"?> <request xmlns="urn:ietf:params:xml:ns:cccp" C3PVersion="1"
            to="x" from="sip:alice@contoso.com" requestId="63022864"> <deleteUser> <userKeys
            confEntity="sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:7ECB"
            userEntity="sip:carol@contoso.com" /> </deleteUser> </request>"#;
        let command = read(body).expect("well-formed").expect("a command");
        assert_eq!((command.name.as_str(), command.request_id.as_str()), ("deleteUser", "63022864"));
        assert_eq!(command.user.as_deref(), Some("sip:carol@contoso.com"));
        assert_eq!(command.conference.as_deref(), Some("sip:alice@contoso.com#7ECB"));
        assert_eq!((command.code, command.mcu_only), (None, false));
    }
}
